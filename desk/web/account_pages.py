"""Accounts, for administrators."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlalchemy.engine import Connection

from desk import accounts, lockout
from desk.permissions import ROLES
from desk.web.errors import Stopped
from desk.web.guard import FORM, HOME, HOST, SESSION, Route, actor_of, see_other
from desk.web.pages import page


async def get_accounts(request: web.Request) -> web.Response:
    return await _list(request)


async def post_accounts(request: web.Request) -> web.Response:
    """A new account; shows the link with which its owner sets a password, this once."""
    form, actor = request[FORM], actor_of(request)

    def add(db: Connection) -> tuple[Any, str]:
        user = accounts.add(db, actor, form.get("login", ""), form.get("name", ""), form.get("role", ""), form.get("department"))
        return user, accounts.reset(db, actor, user)

    try:
        user, token = await request.app[HOST].write(add)
    except accounts.NotPossible as error:
        return await _list(request, 400, given=form, error=str(error))
    return _link_page(request, user, token)


async def get_account(request: web.Request) -> web.Response:
    return await _one(request)


async def post_account(request: web.Request) -> web.Response:
    """One change to one account: ``do`` names it."""
    form, actor, host = request[FORM], actor_of(request), request.app[HOST]
    what, name = form.get("do", ""), request.match_info["user"]
    if what not in _CHANGES:
        raise Stopped(400, "bad_form")
    if name == request[SESSION].user.id and what in _NOT_TO_ONESELF:
        return await _one(request, 409, accounts.NotPossible("not_to_oneself"))

    def change(db: Connection) -> tuple[Any, str | None]:
        user = accounts.get(db, name)
        return user, _CHANGES[what](db, actor, user, form, host.secret)

    try:
        user, token = await host.write(change)
    except accounts.NotPossible as error:
        return await _one(request, 409, error)
    return _link_page(request, user, token) if token else see_other(f"{HOME}/accounts/{name}?said={what}")


_CHANGES = {
    "role": lambda db, actor, user, form, secret: accounts.set_role(db, actor, user, form.get("role", "")),
    "disable": lambda db, actor, user, form, secret: accounts.disable(db, actor, user),
    "enable": lambda db, actor, user, form, secret: accounts.enable(db, actor, user),
    "reset": lambda db, actor, user, form, secret: accounts.reset(db, actor, user),
    "unlock": lambda db, actor, user, form, secret: accounts.unlock(db, actor, user, secret),
}
_NOT_TO_ONESELF = frozenset({"role", "disable", "reset"})


async def _list(
    request: web.Request, status: int = 200, given: dict[str, str] | None = None, error: str | None = None
) -> web.Response:
    host = request.app[HOST]

    def look(db: Connection) -> tuple[list[Any], set[str]]:
        rows = accounts.everybody(db)
        return rows, lockout.locked(db, {lockout.account_mark(host.secret, r.login): r.id for r in rows})

    rows, locked = await host.read(look)
    return page(request, "accounts.html", status, rows=rows, locked=locked, roles=ROLES, given=given or {}, error=error)


async def _one(request: web.Request, status: int = 200, error: accounts.NotPossible | None = None) -> web.Response:
    host, name = request.app[HOST], request.match_info["user"]

    def look(db: Connection) -> tuple[Any, bool]:
        user = accounts.get(db, name)
        return user, lockout.is_locked(db, lockout.account_mark(host.secret, user.login))

    try:
        user, locked = await host.read(look)
    except accounts.NotPossible:
        raise Stopped(404, "no_page") from None
    return page(request, "account.html", status, user=user, locked=locked, roles=ROLES, error=str(error) if error else None)


def _link_page(request: web.Request, user: Any, token: str) -> web.Response:
    origin = request.headers["Origin"].rstrip("/")  # the address by which the console is reached, looked at before
    hours = int(accounts.LINK_HOLDS.total_seconds() // 3600)
    return page(request, "link_made.html", user=user, link=f"{origin}{HOME}/first/{token}", hours=hours)


ROUTES = (
    Route("GET", "/accounts", get_accounts, "manage_accounts"),
    Route("POST", "/accounts", post_accounts, "manage_accounts"),
    Route("GET", r"/accounts/{user:[0-9a-f]{32}}", get_account, "manage_accounts"),
    Route("POST", r"/accounts/{user:[0-9a-f]{32}}", post_account, "manage_accounts"),
)
