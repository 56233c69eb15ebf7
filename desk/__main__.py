"""``python -m desk``: residents' cases, what they think of the answers and what reviewers do, staff's accounts, and the training
of the routing.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys

import sqlalchemy as sa

from desk import account_commands, case_commands, cases, changes, feedback, news, review_commands
from desk.accounts import NotPossible as NotWithAccount
from desk.case_commands import day, when
from desk.hours import begin_of
from desk.migrations import StoreIsNewer
from desk.naming import Names, knowledge
from desk.routing import commands as routing_commands
from desk.store import open_store
from desk.terminal import add_as, as_reviewer


def show_feedback(db, args) -> None:
    opinions = feedback.opinions(db, args.not_helpful, begin_of(args.since) if args.since else None)
    if not opinions:
        print("没有评价")
        return
    names = Names(knowledge())
    for o in opinions:
        place, benefit = names.place(o.region) or "未定地区", names.benefit(o.benefit) or "未定事项"
        print(f"\n{when(o.at)}  {'有帮助' if o.helpful else '没有帮助'}  {place}  {benefit}")
        if o.comment:
            print(f"说明：{o.comment}")
        print(f"问：{o.question}\n答：{o.answer}")


def main() -> int:
    does = "查看和回复转人工的工单，复核回答，管理工作人员的账号，训练分派"
    parser = argparse.ArgumentParser(prog="python -m desk", description=does)
    commands = parser.add_subparsers(required=True, metavar="命令")
    case_commands.add_to(commands)
    opinions = commands.add_parser("feedback", help="列出居民对回答的评价：新的在前，附问题和回答")
    opinions.add_argument("--not-helpful", action="store_true", help="只看没有帮助的")
    opinions.add_argument("--since", type=day, metavar="日期", help="从这一天起，例如 2026-11-22")
    add_as(opinions)
    opinions.set_defaults(run=as_reviewer(show_feedback, "feedback_read"))
    review_commands.add_to(commands)
    account_commands.add_to(commands)
    routing_commands.add_commands(commands)
    args = parser.parse_args()
    if any(isinstance(given, str) and not given.strip() for given in vars(args).values()):
        print("内容不能为空", file=sys.stderr)
        return 2
    if "alone" in args:
        return args.alone(args)
    try:
        engine = open_store()
        said = io.StringIO()
        with engine.begin() as db, contextlib.redirect_stdout(said):
            args.run(db, args)
            changed = changes.take(db)
    except cases.NoSuchCase as error:
        print(f"没有工单 {error}，用 python -m desk cases 看有哪些", file=sys.stderr)
        return 1
    except (cases.NotPossible, NotWithAccount) as error:
        print(error, file=sys.stderr)
        return 1
    except StoreIsNewer:
        print("工单库是更新版本的程序建立的，请用那个版本的程序打开", file=sys.stderr)
        return 1
    except sa.exc.SQLAlchemyError as error:
        print(f"数据库打不开或写不了：{str(error.__cause__ or error).splitlines()[0]}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"密钥读不到（HUIMIN_SECRET_KEY 或 var/secret_key）：{error.strerror}", file=sys.stderr)
        return 1
    news.publish(changed)
    return _tell(said.getvalue())


def _tell(said: str) -> int:
    """Print what a command said, once what it did is kept: a reader that goes away (``| head``) undoes nothing."""
    try:
        print(said, end="", flush=True)
        return 0
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more at its end
        return 1


if __name__ == "__main__":
    sys.exit(main())
