"""``python -m desk user``: accounts from the terminal."""

from __future__ import annotations

import argparse
import getpass
import os

from sqlalchemy.engine import Connection

from desk import accounts, lockout, passwords
from desk.audit import Actor
from desk.permissions import ROLES
from desk.secret import secret_key
from desk.texts import text


def add_to(commands: argparse._SubParsersAction) -> None:
    """The command ``user`` with its own commands."""
    user = commands.add_parser("user", help="工作人员的账号：新建、列出、停用、启用、重设密码、改角色")
    own = user.add_subparsers(required=True, metavar="命令")
    adding = own.add_parser("add", help="新建账号，给出一次性链接")
    adding.add_argument("login", help="登录名：小写英文字母、数字、点、横线")
    adding.add_argument("--name", required=True, help="姓名，居民会看到")
    adding.add_argument("--role", required=True, choices=ROLES, help="agent 坐席、staff 工作人员、supervisor 主管、admin 管理员")
    adding.add_argument("--department", help="部门，例如：云安区民政局")
    own.add_parser("list", help="列出账号").set_defaults(run=show_all)
    first = own.add_parser("first", help="还没有账号时，给出建立第一个管理员的一次性链接")
    first.add_argument("--quiet", action="store_true", help="已经有账号时什么也不说")
    resetting = own.add_parser("reset", help="重设密码，给出一次性链接")
    for command in (adding, resetting):
        command.add_argument("--with-password", action="store_true", help="不给链接，给一个初始密码，第一次登录时必须改")
    for command in (adding, resetting, first):
        command.add_argument("--url", default=_address(), help="工作人员打开服务用的地址（默认 %(default)s）")
    disabling, enabling = own.add_parser("disable", help="停用账号，马上退出"), own.add_parser("enable", help="启用账号")
    unlocking, changing = own.add_parser("unlock", help="解锁账号"), own.add_parser("role", help="改角色")
    for command in (resetting, disabling, enabling, unlocking, changing):
        command.add_argument("login")
    changing.add_argument("role", choices=ROLES)
    for command, run in (
        (adding, add), (first, show_first_link), (resetting, reset), (disabling, disable), (enabling, enable),
        (unlocking, unlock), (changing, set_role),
    ):
        command.set_defaults(run=run)


def _address() -> str:
    return (os.environ.get("HUIMIN_PUBLIC_URL") or f"http://127.0.0.1:{os.environ.get('HUIMIN_PORT') or 8080}").rstrip("/")


def _here() -> Actor:
    return Actor(None, text("user_terminal", who=getpass.getuser()))


def _account(db: Connection, login: str):
    user = accounts.by_login(db, login)
    if user is None:
        raise accounts.NotPossible("user_unknown", login=login)
    return user


def add(db: Connection, args: argparse.Namespace) -> None:
    _give_access(db, accounts.add(db, _here(), args.login, args.name, args.role, args.department), args)


def reset(db: Connection, args: argparse.Namespace) -> None:
    _give_access(db, _account(db, args.login), args)


def _give_access(db: Connection, user, args: argparse.Namespace) -> None:
    token = accounts.reset(db, _here(), user)
    if args.with_password:
        password = passwords.first_password()
        accounts.set_password(db, _here(), user, passwords.hashed(password), must_change=True)
        print(text("user_password", name=user.name, login=user.login, password=password))
    else:
        hours = int(accounts.LINK_HOLDS.total_seconds() // 3600)
        print(text("user_link", name=user.name, hours=hours, link=_link(args, token)))


def _link(args: argparse.Namespace, token: str) -> str:
    return f"{args.url.rstrip('/')}/desk/first/{token}"


def show_first_link(db: Connection, args: argparse.Namespace) -> None:
    token = accounts.first_link(db)
    if token:
        print(text("first_link", link=_link(args, token)))
    elif not args.quiet:
        print(text("user_exists"))


def show_all(db: Connection, args: argparse.Namespace) -> None:
    rows = accounts.everybody(db)
    if not rows:
        print(text("user_none"))
        return
    secret = secret_key()
    locked = lockout.locked(db, {lockout.account_mark(secret, r.login): r.id for r in rows})
    for r in rows:
        states = "、".join(text(f"state_{s}") for s in (accounts.state_of(r), *(["locked"] if r.id in locked else [])))
        print(f"{r.login}  {r.name}  {text(f'role_{r.role}')}  {r.department or '—'}  {states}")


def disable(db: Connection, args: argparse.Namespace) -> None:
    accounts.disable(db, _here(), _account(db, args.login))
    print(text("user_done", login=args.login))


def enable(db: Connection, args: argparse.Namespace) -> None:
    accounts.enable(db, _here(), _account(db, args.login))
    print(text("user_done", login=args.login))


def set_role(db: Connection, args: argparse.Namespace) -> None:
    accounts.set_role(db, _here(), _account(db, args.login), args.role)
    print(text("user_done", login=args.login))


def unlock(db: Connection, args: argparse.Namespace) -> None:
    accounts.unlock(db, _here(), _account(db, args.login), secret_key())
    print(text("user_done", login=args.login))
