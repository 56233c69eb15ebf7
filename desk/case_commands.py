"""The commands of ``python -m desk`` about cases. Each runs in one transaction."""

from __future__ import annotations

import argparse
import datetime as dt

from desk import callbacks, cases, follow_ups, wechat
from desk import conversations as talk
from desk.case_words import delivery_of, department_of, event_of, reasons_of, when
from desk.secret import secret_key
from desk.terminal import add_as, as_somebody
from desk.texts import text
from policy_kb.settings import today

_OWNER = {"bot": "机器人", "queue": "等待接手", "staff": "人工"}
_STATUS = {"open": "等待接手", "claimed": "处理中", "resolved": "已办结"}
_SENDER = {"resident": "居民", "bot": "机器人", "staff": "工作人员", "system": "系统"}


def day(given: str) -> dt.date:
    try:
        return dt.date.fromisoformat(given)
    except ValueError:
        raise argparse.ArgumentTypeError(f"日期应当写成 2026-11-22 这样，现在是 {given}") from None


def show_list(db, args) -> None:
    rows = cases.list_cases(db, every=args.all)
    if not rows:
        print("没有等待处理的工单")
    with_number = callbacks.with_number(db)
    for c in rows:
        mark = "【紧急】" if c.urgent else ""
        wanted = f"转给{c.wanted_by}" if c.wanted_by else ""
        number = "已留回拨电话" if c.id in with_number else ""
        print(f"{c.ticket}  {_STATUS[c.status]}  {when(c.opened_at)}  {mark}{reasons_of(db, c)}  "
              f"{department_of(db, c)}  {c.summary}  {c.claimed_by or wanted}  {number}".rstrip())


def show_one(db, args) -> None:
    case = cases.by_ticket(db, args.ticket)
    conversation = talk.get(db, case.conversation)
    print(f"{case.ticket}  {_STATUS[case.status]}  对话现在：{_OWNER[conversation.owner]}")
    print(f"原因：{reasons_of(db, case)}{'（紧急）' if case.urgent else ''}　登记：{when(case.opened_at)}")
    for label, value in (("问的是", case.summary), ("主管", department_of(db, case)), ("接手", case.claimed_by),
                         ("转给", case.wanted_by), ("接着办的是", case.follows)):
        if value:
            print(f"{label}：{value}")
    if case.solved is not None:
        print(f"居民说：{'解决了' if case.solved else '没解决'}")
    if case.id in callbacks.with_number(db):
        print(f"已留回拨电话。接手的人这样看：python -m desk callback {case.ticket} --as 姓名")
    print("经过：")
    for event in cases.events(db, case.id):
        print(f"  {event_of(event)}")
    delivered = wechat.deliveries(db, case.conversation)
    for m in talk.history(db, case.conversation, limit=1000):
        print(f"\n[{m.seq}] {_SENDER[m.sender]} {when(m.created_at)} {delivery_of(delivered.get(m.id))}".rstrip() + f"\n{m.text}")


def show_callback(db, args) -> None:
    left = callbacks.look(db, secret_key(), args.ticket, args.name)
    print(f"回拨电话：{left.phone}　称呼：{left.name or '没有说'}　方便的时间：{left.when or '没有说'}")
    print("已记下是您看的；办结时自动删除")


def claim(db, args) -> None:
    (cases.take_over if args.take_over else cases.claim)(db, args.ticket, args.name)
    print("已接手，居民看到是您")


def reply(db, args) -> None:
    cases.reply(db, args.ticket, args.name, args.text)
    print("已回复")


def note(db, args) -> None:
    cases.note(db, args.ticket, args.name, args.text)
    print("已记下，居民看不到")


def transfer(db, args) -> None:
    cases.transfer(db, args.ticket, args.name, args.to, args.text)
    print(f"已转给{args.to}，等待接手")


def release(db, args) -> None:
    cases.release(db, args.ticket, args.name, args.text)
    print("已放回队列")


def resolve(db, args) -> None:
    cases.resolve(db, args.ticket, args.name, args.kind, args.outcome)
    print("已办结，对话交回机器人")


def reopen(db, args) -> None:
    cases.reopen(db, args.ticket, args.name, args.text)
    print("已重新打开，等待接手")


def follow_up(db, args) -> None:
    number = follow_ups.add(db, args.ticket, args.name, args.kind, args.day, args.person or args.name, args.note)
    print(f"已记下，编号 {number}。完成后：python -m desk done {number} 结果")


def show_due(db, args) -> None:
    rows = follow_ups.due(db, args.until or today(), args.person)
    if not rows:
        print("没有到期的探访和回访")
    for f in rows:
        late = "【过期】" if f.due < today() else ""
        print(f"{f.id}  {f.due}  {late}{text('follow_up_' + f.kind)}  {f.ticket}  {f.who}  {f.note or ''}".rstrip())


def done(db, args) -> None:
    follow_ups.done(db, args.number, args.name, args.text)
    print("已记为完成")


# Name, what it does, what it says of itself, the words it takes, the permission that it needs.
_ON_A_CASE = (
    ("claim", claim, "接手工单", (), "claim"),
    ("reply", reply, "回复居民（没人接手的工单由您接手）", ("text",), "chat"),
    ("note", note, "写给同事的备注，居民看不到", ("text",), "write_note"),
    ("transfer", transfer, "转给别的人或部门，附说明", ("to", "text"), "chat"),
    ("release", release, "放回队列，附原因", ("text",), "chat"),
    ("resolve", resolve, "办结工单，把结果告诉居民，对话交回机器人", ("outcome",), "resolve_own"),
    ("reopen", reopen, "办结48小时以内重新打开，附原因", ("text",), "claim"),
    ("follow-up", follow_up, "定一个探访或回访的日子", (), "write_note"),
    ("callback", show_callback, "看居民留下的回拨电话（只有接手的人能看，看了会记下来）", (), "see_own_callback"),
)
# What is a look and not a change, as the audit log names it.
_LOOKS = {"show": "conversation_opened", "callback": "callback_seen"}


def add_to(commands: argparse._SubParsersAction) -> None:
    """Add the commands to the parser's."""
    listing = commands.add_parser("cases", help="列出工单：紧急的在前，其余按等待时间")
    listing.add_argument("--all", action="store_true", help="包括已办结的")
    listing.set_defaults(run=show_list)
    one = commands.add_parser("show", help="看一个工单和整段对话（看了会记下来）")
    one.add_argument("ticket")
    _by(one, "show", show_one, "read_conversation")
    made = {}
    for name, run, help_text, words, permission in _ON_A_CASE:
        made[name] = command = commands.add_parser(name, help=help_text)
        for word in ("ticket", *words):
            command.add_argument(word)
        _by(command, name, run, permission)
    made["claim"].add_argument("--take-over", action="store_true", help="从现在接手的人那里接过来（主管用）")
    kinds = "，".join(f"{k} {text('outcome_' + k)}" for k in cases.OUTCOMES)
    made["resolve"].add_argument("--kind", choices=cases.OUTCOMES, default="answered", help=f"结果的种类：{kinds}")
    kinds = "，".join(f"{k} {text('follow_up_' + k)}" for k in follow_ups.KINDS)
    made["follow-up"].add_argument("kind", choices=follow_ups.KINDS, help=kinds)
    made["follow-up"].add_argument("day", type=day, help="例如 2026-12-22")
    made["follow-up"].add_argument("--person", help="谁去；不写就是自己")
    made["follow-up"].add_argument("--note", help="要做什么")
    due = commands.add_parser("due", help="到期没有完成的探访和回访")
    due.add_argument("--until", type=day, help="到哪一天为止，默认今天")
    due.add_argument("--person", help="只看一个人的")
    due.set_defaults(run=show_due)
    finished = commands.add_parser("done", help="记下一次探访或回访已经完成")
    finished.add_argument("number", type=int)
    finished.add_argument("text", help="结果")
    _by(finished, "done", done, "write_note")


def _by(command: argparse.ArgumentParser, does: str, run, permission: str) -> None:
    add_as(command)
    command.set_defaults(run=as_somebody(run, permission, _LOOKS.get(does, "case_changed")), does=does)
