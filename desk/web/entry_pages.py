"""Coming in and going out: the login, one-time links, logging out."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlalchemy.engine import Connection

from desk import accounts, audit, lockout, passwords, sessions
from desk.sessions import Session
from desk.texts import text
from desk.web.errors import Stopped
from desk.web.guard import FORM, HOME, HOST, LOGIN, SESSION, Route, agent_of, let_in, let_out, see_other
from desk.web.hashing import work
from desk.web.pages import page


def _local(address: str) -> str:
    """Where to go after the login; only within the console."""
    inside = address == HOME or address.startswith((f"{HOME}/", f"{HOME}?"))
    return address if inside and "\\" not in address and address.isprintable() else HOME


async def get_login(request: web.Request) -> web.Response:
    """The login; whoever is logged in goes on.

    A link on another site brings no session with it. The page that is shown then asks once more from here.
    """
    wanted = _local(request.query.get("next", HOME))
    if request[SESSION]:
        return see_other(wanted)
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return page(request, "again.html", wanted=wanted)
    return page(request, "login.html", wanted=wanted, login="")


async def post_login(request: web.Request) -> web.Response:
    """Wrong login, wrong password, disabled and locked look the same."""
    host, form = request.app[HOST], request[FORM]
    login, password = form.get("login", "")[:100], form.get("password", "")
    attempt = lockout.Try.of(host.secret, login, host.address(request))
    allowed, user = await host.write(lambda db: (lockout.begin(db, attempt), accounts.by_login(db, login)))
    kept = user.password if user and user.active else None
    session = None
    if allowed and await work(passwords.matches, kept, password):
        session = await host.write(lambda db: _enter(db, request, attempt, user))
    host.count_login("ok" if session else "wrong" if allowed else "locked")
    if session is None:
        if allowed:
            await host.write(lambda db: _failed(db, attempt, user))
        wanted = _local(form.get("next", HOME))
        return page(request, "login.html", 403, wanted=wanted, login=login, error=text("login_wrong"))
    if passwords.is_outdated(kept):
        renewed = await work(passwords.hashed, password)
        await host.write(lambda db: accounts.rehash(db, user.id, kept, renewed))
    return let_in(request, see_other(_local(form.get("next", HOME))), session)


def _enter(db: Connection, request: web.Request, attempt: lockout.Try, user: Any) -> Session | None:
    """None where the account was changed while its password was looked at."""
    as_it_is = accounts.get(db, user.id)
    if not as_it_is.active or as_it_is.password != user.password:
        return None
    lockout.succeeded(db, attempt)
    if request[SESSION]:
        sessions.end(db, request[SESSION].token)
    audit.record(db, accounts.as_actor(as_it_is), "login")
    return sessions.begin(db, as_it_is, agent_of(request))


def _failed(db: Connection, attempt: lockout.Try, user: Any | None) -> None:
    """As much work where nobody has the login. What was typed is not kept: at times it is a password."""
    what = "login_locked" if lockout.is_locked(db, attempt.account) else "login_failed"
    audit.record(db, accounts.as_actor(user) if user else audit.Actor(None, text("audit_nobody")), what)


async def post_logout(request: web.Request) -> web.Response:
    """Ends this session."""
    session = request[SESSION]

    def leave(db: Connection) -> None:
        sessions.end(db, session.token)
        audit.record(db, accounts.as_actor(session.user), "logout")

    await request.app[HOST].write(leave)
    return let_out(request, see_other(f"{LOGIN}?said=logged_out"))


async def get_link(request: web.Request) -> web.Response:
    """What a one-time link is for. Looking does not use it up: programs look at links before people do."""
    return page(request, "link.html", user=await _linked(request), given={})


async def post_link(request: web.Request) -> web.Response:
    """Set the password of the link's account, or make the first administrator, and be logged in."""
    host, form = request.app[HOST], request[FORM]
    user, token = await _linked(request), request.match_info["token"]
    login = user.login if user else form.get("login", "").strip().lower()
    password = form.get("password", "")
    why = passwords.problem(password, login) or ("password_differs" if password != form.get("again") else None)
    if why:
        return page(request, "link.html", 400, user=user, given=form, error=text(why, least=passwords.LEAST))
    hashed = await work(passwords.hashed, password)

    def use(db: Connection) -> Session:
        made = (
            accounts.use_link(db, token, hashed) if user
            else accounts.use_first_link(db, token, login, form.get("name", ""), hashed)
        )
        return sessions.begin(db, made, agent_of(request))

    try:
        session = await host.write(use)
    except accounts.NotPossible as error:
        if error.why == "link_over":
            raise Stopped(404, "link_over") from None
        return page(request, "link.html", 400, user=user, given=form, error=str(error))
    return let_in(request, see_other(HOME), session)


async def _linked(request: web.Request) -> Any:
    good, user = await request.app[HOST].read(lambda db: accounts.find_link(db, request.match_info["token"]))
    if not good:
        raise Stopped(404, "link_over")
    return user


ROUTES = (
    Route("GET", "/login", get_login, None),
    Route("POST", "/login", post_login, None),
    Route("POST", "/logout", post_logout, "own_account", anytime=True),
    Route("GET", r"/first/{token:[A-Za-z0-9_-]{43}}", get_link, None),
    Route("POST", r"/first/{token:[A-Za-z0-9_-]{43}}", post_link, None),
)
