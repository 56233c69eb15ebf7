"""Who acts at the terminal of the server: once there are accounts one of these, that may do what is asked. It is written down."""

from __future__ import annotations

import argparse
import contextlib
import getpass
import sys
from collections.abc import Callable, Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from desk import accounts, audit, cases
from desk.account_tables import users
from desk.audit import Actor
from desk.permissions import may
from desk.tables import cases as cases_table
from desk.tables import follow_ups
from desk.texts import text

Command = Callable[[Connection, argparse.Namespace], None]


def account_of(db: Connection, given: str, permission: str) -> Row | None:
    """The active account with this login or name; None while nobody has one. Raises :class:`accounts.NotPossible`."""
    if accounts.is_empty(db):
        return None
    named = db.execute(sa.select(users).where(users.c.name == given.strip())).first()
    user = accounts.by_login(db, given) or named
    if user is None or not user.active:
        raise accounts.NotPossible("terminal_nobody", name=given)
    if not may(user.role, permission):
        raise accounts.NotPossible("terminal_may_not", name=user.name, role=text(f"role_{user.role}"))
    return user


def as_somebody(run: Command, permission: str, what: str = "case_changed") -> Command:
    """The command, for ``--as`` somebody who has ``permission``; that they did it, or looked, is in the audit log."""

    def run_as(db: Connection, args: argparse.Namespace) -> None:
        with _acting(db, args, "take_over" if getattr(args, "take_over", False) else permission) as actor:
            run(db, args)
            case = _case_of(db, args)
            if what == "case_changed":
                audit.record(db, actor, what, conversation=case.conversation, ticket=case.ticket, about=args.does)
            else:
                audit.looked(db, actor, what, case.conversation, case.ticket)

    return run_as


def as_reviewer(run: Command, what: str | None = None) -> Command:
    """The command, for ``--as`` somebody who may review answers; what they saw of residents' words is in the audit log."""

    def run_as(db: Connection, args: argparse.Namespace) -> None:
        with _acting(db, args, "review") as actor:
            run(db, args)
            if what is not None:
                audit.record(db, actor, what)

    return run_as


def add_as(command: argparse.ArgumentParser) -> None:
    """Add ``--as`` to a command."""
    command.add_argument("--as", dest="name", default=getpass.getuser(), help="您的姓名或登录名，居民看到的是姓名")


@contextlib.contextmanager
def _acting(db: Connection, args: argparse.Namespace, permission: str) -> Iterator[Actor]:
    """Who acts, named in ``args`` as residents know them. Raises :class:`accounts.NotPossible`."""
    user = account_of(db, args.name, permission)
    if user is not None:
        args.name = user.name
    here = text("user_terminal_as", name=args.name, who=getpass.getuser())
    yield Actor(user.id, here, user.department) if user is not None else Actor(None, here)
    if user is None:
        print(text("terminal_no_accounts"), file=sys.stderr)


def _case_of(db: Connection, args: argparse.Namespace) -> Row:
    if hasattr(args, "ticket"):
        return cases.by_ticket(db, args.ticket)
    its_case = sa.select(follow_ups.c.case).where(follow_ups.c.id == args.number).scalar_subquery()
    return db.execute(sa.select(cases_table).where(cases_table.c.id == its_case)).one()
