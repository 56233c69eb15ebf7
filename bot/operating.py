"""``python -m bot switch`` and ``notice``: what an operator says to everybody, kept in the desk store, without a restart."""

from __future__ import annotations

import argparse
import sys

import sqlalchemy as sa

from desk import service
from desk.hours import local
from desk.migrations import StoreIsNewer
from desk.store import open_store
from policy_kb.settings import today


def run(args: argparse.Namespace) -> int:
    """Do what was asked and say how it stands. Returns the exit status."""
    wrong = _wrong(args)
    if wrong:
        print(wrong, file=sys.stderr)
        return 2
    try:
        engine = open_store()
        with engine.begin() as db:
            (_switch if args.command == "switch" else _notice)(db, args)
            standing = service.standing(db)
    except service.BadWords:
        print(f"内容要有字，最多{service.MAX_CHARACTERS}个字", file=sys.stderr)
        return 2
    except StoreIsNewer:
        print("工单库是更新版本的程序建立的，请用那个版本的程序打开", file=sys.stderr)
        return 1
    except sa.exc.SQLAlchemyError as error:
        print(f"数据库打不开或写不了：{str(error.__cause__ or error).splitlines()[0]}", file=sys.stderr)
        return 1
    print(_switch_as_said(standing.off) if args.command == "switch" else _notice_as_said(standing.notice))
    return 0


def _wrong(args: argparse.Namespace) -> str | None:
    if args.command == "switch":
        return "请用 --why 写明告诉居民的原因" if args.to == "off" and not args.why else None
    if args.clear and args.text is not None:
        return "撤下通知时不要写内容"
    if args.until and args.text is None:
        return "请写上通知的内容"
    return f"{args.until} 已经过去了" if args.until and args.until < today() else None


def _switch(db: sa.engine.Connection, args: argparse.Namespace) -> None:
    if args.to == "off":
        service.switch_off(db, args.why, args.who)
    elif args.to == "on":
        service.switch_on(db)


def _notice(db: sa.engine.Connection, args: argparse.Namespace) -> None:
    if args.clear:
        service.take_down(db)
    elif args.text is not None:
        service.put_up(db, args.text, args.until, args.who)


def _when(said: service.Said) -> str:
    return f"{said.who}，{local(said.since):%Y-%m-%d %H:%M}"


def _switch_as_said(off: service.Said | None) -> str:
    return f"已停用：{off.text}（{_when(off)}）" if off else "使用中"


def _notice_as_said(notice: service.Said | None) -> str:
    if notice is None:
        return "没有通知"
    over = "，已过期，不再显示" if notice.until and notice.until < today() else ""
    return f"通知：{notice.text}（{f'到{notice.until}为止' if notice.until else '没有期限'}{over}；{_when(notice)}）"
