"""``python -m desk``: see and answer the cases that residents wait with, until the console is there."""

from __future__ import annotations

import argparse
import getpass
import sys

import sqlalchemy as sa

from desk import cases, changes, news
from desk import conversations as talk
from desk.hours import local
from desk.store import aware, open_store
from desk.texts import text

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
    for c in rows:
        mark = "【紧急】" if c.urgent else ""
        print(f"{c.ticket}  {_STATUS[c.status]}  {_when(c.opened_at)}  {mark}{_REASON.get(c.reason, c.reason)}  "
              f"{c.department or ''}  {c.summary}  {c.claimed_by or ''}".rstrip())


def show_one(db, args) -> None:
    case = cases.by_ticket(db, args.ticket)
    conversation = talk.get(db, case.conversation)
    print(f"{case.ticket}  {_STATUS[case.status]}  对话现在：{_OWNER[conversation.owner]}")
    print(f"原因：{_REASON.get(case.reason, case.reason)}{'（紧急）' if case.urgent else ''}　登记：{_when(case.opened_at)}")
    if case.summary:
        print(f"问的是：{case.summary}　主管：{case.department or '未定'}")
    print("经过：" + "；".join(f"{_when(e.at)} {e.who} {e.what}{'（' + e.why + '）' if e.why else ''}"
                              for e in cases.events(db, case.id)))
    for m in talk.history(db, case.conversation, limit=1000):
        print(f"\n[{m.seq}] {_SENDER[m.sender]} {_when(m.created_at)}\n{m.text}")


def reply(db, args) -> None:
    cases.reply(db, args.ticket, args.name, args.text)
    print("已回复")


def resolve(db, args) -> None:
    outcome = args.outcome.strip().rstrip("。")
    said = talk.Outgoing("system", "notice", text("resolved", ticket=args.ticket.upper(), outcome=outcome),
                         data={"benefit": None, "aspect": None, "region": None, "ticket": args.ticket.upper()})
    cases.resolve(db, args.ticket, args.name, outcome, said)
    print("已办结，对话交回机器人")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m desk", description="查看和回复转人工的工单")
    commands = parser.add_subparsers(required=True, metavar="命令")
    listing = commands.add_parser("cases", help="列出工单：紧急的在前，其余按等待时间")
    listing.add_argument("--all", action="store_true", help="包括已办结的")
    listing.set_defaults(run=show_list)
    one = commands.add_parser("show", help="看一个工单和整段对话")
    one.add_argument("ticket")
    one.set_defaults(run=show_one)
    for name, run, help_text, what in (
        ("reply", reply, "回复居民（没人接手的工单由您接手）", "text"),
        ("resolve", resolve, "办结工单，把结果告诉居民，对话交回机器人", "outcome"),
    ):
        command = commands.add_parser(name, help=help_text)
        command.add_argument("ticket")
        command.add_argument(what)
        command.add_argument("--as", dest="name", default=getpass.getuser(), help="居民看到的工作人员姓名")
        command.set_defaults(run=run)
    args = parser.parse_args()
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
    news.publish(changed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
