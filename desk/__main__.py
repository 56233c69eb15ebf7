"""``python -m desk``: see and answer the cases that residents wait with, what they think of the answers; train the routing."""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import sys

import sqlalchemy as sa

from desk import callbacks, cases, changes, feedback, news
from desk import conversations as talk
from desk.hours import begin_of, local
from desk.routing.commands import add_commands
from desk.secret import secret_key
from desk.store import aware, open_store
from desk.texts import text
from policy_kb import KnowledgeBase, Reader, open_engine
from policy_kb.reader import NothingLoaded
from policy_kb.settings import kb_url

_OWNER = {"bot": "机器人", "queue": "等待接手", "staff": "人工"}
_STATUS = {"open": "等待接手", "claimed": "处理中", "resolved": "已办结"}
_SENDER = {"resident": "居民", "bot": "机器人", "staff": "工作人员", "system": "系统"}
_REASON = {"danger": "有人身危险", "request_human": "要求人工", "complaint": "投诉", "wrong_answer": "答案有误"}


def _when(moment) -> str:
    return local(aware(moment)).strftime("%Y-%m-%d %H:%M")


def show_list(db, args) -> None:
    rows = cases.list_cases(db, every=args.all)
    if not rows:
        print("没有等待处理的工单")
    with_number = callbacks.with_number(db)
    for c in rows:
        mark = "【紧急】" if c.urgent else ""
        number = "已留回拨电话" if c.id in with_number else ""
        print(f"{c.ticket}  {_STATUS[c.status]}  {_when(c.opened_at)}  {mark}{_REASON.get(c.reason, c.reason)}  "
              f"{_department(db, c)}  {c.summary}  {c.claimed_by or ''}  {number}".rstrip())


def _department(db, case) -> str:
    """Whose the case is; where that is not decided, why, with the likeliest."""
    if case.department:
        return case.department
    why = cases.why_routed(db, case.id)
    return f"未定（{why}）" if why else "未定"


def show_one(db, args) -> None:
    case = cases.by_ticket(db, args.ticket)
    conversation = talk.get(db, case.conversation)
    print(f"{case.ticket}  {_STATUS[case.status]}  对话现在：{_OWNER[conversation.owner]}")
    print(f"原因：{_REASON.get(case.reason, case.reason)}{'（紧急）' if case.urgent else ''}　登记：{_when(case.opened_at)}")
    print(f"问的是：{case.summary or '没有听出是什么事'}　主管：{_department(db, case)}")
    if case.id in callbacks.with_number(db):
        print(f"已留回拨电话。接手的人这样看：python -m desk callback {case.ticket} --as 姓名")
    print("经过：" + "；".join(f"{_when(e.at)} {e.who} {e.what}{'（' + e.why + '）' if e.why else ''}"
                              for e in cases.events(db, case.id)))
    for m in talk.history(db, case.conversation, limit=1000):
        print(f"\n[{m.seq}] {_SENDER[m.sender]} {_when(m.created_at)}\n{m.text}")


def show_callback(db, args) -> None:
    left = callbacks.look(db, secret_key(), args.ticket, args.name)
    print(f"回拨电话：{left.phone}　称呼：{left.name or '没有说'}　方便的时间：{left.when or '没有说'}")
    print("已记下是您看的；办结时自动删除")


def reply(db, args) -> None:
    cases.reply(db, args.ticket, args.name, args.text)
    print("已回复")


def resolve(db, args) -> None:
    outcome = args.outcome.strip().rstrip("。")
    said = talk.Outgoing("system", "notice", text("resolved", ticket=args.ticket.upper(), outcome=outcome),
                         data={"benefit": None, "aspect": None, "region": None, "ticket": args.ticket.upper()})
    cases.resolve(db, args.ticket, args.name, outcome, said)
    print("已办结，对话交回机器人")


def show_feedback(db, args) -> None:
    opinions = feedback.opinions(db, args.not_helpful, begin_of(args.since) if args.since else None)
    if not opinions:
        print("没有评价")
        return
    kb = _knowledge()
    for o in opinions:
        benefit = kb.benefits[o.benefit].name if kb and o.benefit in kb.benefits else o.benefit
        place = kb.full_name(o.region) if kb and o.region in kb.regions else o.region
        print(f"\n{_when(o.at)}  {'有帮助' if o.helpful else '没有帮助'}  {place or '未定地区'}  {benefit or '未定事项'}")
        if o.comment:
            print(f"说明：{o.comment}")
        print(f"问：{o.question}\n答：{o.answer}")


def _knowledge() -> KnowledgeBase | None:
    """For the names of places and benefits; without it their codes are shown."""
    try:
        return Reader(open_engine(kb_url(), read_only=True)).get()
    except (NothingLoaded, sa.exc.SQLAlchemyError):
        return None


def _day(given: str) -> dt.date:
    try:
        return dt.date.fromisoformat(given)
    except ValueError:
        raise argparse.ArgumentTypeError(f"日期应当写成 2026-11-22 这样，现在是 {given}") from None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m desk", description="查看和回复转人工的工单，训练分派")
    commands = parser.add_subparsers(required=True, metavar="命令")
    listing = commands.add_parser("cases", help="列出工单：紧急的在前，其余按等待时间")
    listing.add_argument("--all", action="store_true", help="包括已办结的")
    listing.set_defaults(run=show_list)
    one = commands.add_parser("show", help="看一个工单和整段对话")
    one.add_argument("ticket")
    one.set_defaults(run=show_one)
    number = commands.add_parser("callback", help="看居民留下的回拨电话（只有接手的人能看，看了会记下来）")
    number.add_argument("ticket")
    number.add_argument("--as", dest="name", default=getpass.getuser(), help="接手时用的姓名")
    number.set_defaults(run=show_callback)
    for name, run, help_text, what in (
        ("reply", reply, "回复居民（没人接手的工单由您接手）", "text"),
        ("resolve", resolve, "办结工单，把结果告诉居民，对话交回机器人", "outcome"),
    ):
        command = commands.add_parser(name, help=help_text)
        command.add_argument("ticket")
        command.add_argument(what)
        command.add_argument("--as", dest="name", default=getpass.getuser(), help="居民看到的工作人员姓名")
        command.set_defaults(run=run)
    opinions = commands.add_parser("feedback", help="列出居民对回答的评价：新的在前，附问题和回答")
    opinions.add_argument("--not-helpful", action="store_true", help="只看没有帮助的")
    opinions.add_argument("--since", type=_day, metavar="日期", help="从这一天起，例如 2026-11-22")
    opinions.set_defaults(run=show_feedback)
    add_commands(commands)
    args = parser.parse_args()
    if "alone" in args:
        return args.alone(args)
    for given in ("text", "outcome"):
        if not getattr(args, given, "x").strip():
            print("内容不能为空", file=sys.stderr)
            return 2
    try:
        engine = open_store()
        with engine.begin() as db:
            args.run(db, args)
            changed = changes.take(db)
    except cases.NoSuchCase as error:
        print(f"没有工单 {error}，用 python -m desk cases 看有哪些", file=sys.stderr)
        return 1
    except cases.NotPossible as error:
        print(error, file=sys.stderr)
        return 1
    except sa.exc.SQLAlchemyError as error:
        print(f"数据库打不开或写不了：{str(error.__cause__ or error).splitlines()[0]}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"密钥读不到（HUIMIN_SECRET_KEY 或 var/secret_key）：{error.strerror}", file=sys.stderr)
        return 1
    news.publish(changed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
