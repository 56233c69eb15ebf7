"""What everybody has: the first page, their password, their sessions."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy.engine import Connection

from desk import accounts, audit, lockout, passwords, sessions
from desk.sessions import Session
from desk.texts import text
from desk.web.guard import FORM, HOME, HOST, LOGIN, SESSION, Route, actor_of, agent_of, let_in, let_out, see_other
from desk.web.hashing import work
from desk.web.pages import page


async def get_home(request: web.Request) -> web.Response:
    return page(request, "home.html")


async def to_home(request: web.Request) -> web.Response:
    return see_other(HOME)


async def get_alive(request: web.Request) -> web.Response:
    """Somebody is still there and says so."""
    return web.Response(status=204)


async def get_password(request: web.Request) -> web.Response:
    return page(request, "password.html")


async def post_password(request: web.Request) -> web.Response:
    """Ends every session of the account and begins one with a new token here. Wrong passwords count as failed logins."""
    host, form, user = request.app[HOST], request[FORM], request[SESSION].user
    password, kept = form.get("password", ""), user.password
    attempt = lockout.Try.of(host.secret, user.login, host.address(request))
    if not await host.write(lambda db: lockout.begin(db, attempt)):
        return page(request, "password.html", 403, error=text("password_locked"))
    if not await work(passwords.matches, kept, form.get("old", "")):
        return page(request, "password.html", 403, error=text("password_wrong"))
    await host.write(lambda db: lockout.succeeded(db, attempt))
    why = passwords.problem(password, user.login) or ("password_differs" if password != form.get("again") else None)
    if why is None and password == form.get("old"):
        why = "password_same"
    if why:
        return page(request, "password.html", 400, error=text(why, least=passwords.LEAST))
    hashed = await work(passwords.hashed, password)

    def change(db: Connection) -> Session:
        as_it_is = accounts.get(db, user.id)
        if not as_it_is.active or as_it_is.password != kept:
            raise accounts.NotPossible("changed_meanwhile")
        accounts.set_password(db, actor_of(request), as_it_is, hashed)
        return sessions.begin(db, accounts.get(db, user.id), agent_of(request))

    return let_in(request, see_other(f"{HOME}?said=password"), await host.write(change))


async def get_sessions(request: web.Request) -> web.Response:
    host, session = request.app[HOST], request[SESSION]
    rows = await host.read(lambda db: sessions.of_user(db, session.user.id, host.idle))
    return page(request, "sessions.html", rows=rows)


async def post_end_sessions(request: web.Request) -> web.Response:
    """Logs out everywhere, here too."""
    user = request[SESSION].user

    def leave(db: Connection) -> None:
        sessions.end_all(db, user.id)
        audit.record(db, actor_of(request), "logout_everywhere")

    await request.app[HOST].write(leave)
    return let_out(request, see_other(f"{LOGIN}?said=logged_out"))


ROUTES = (
    Route("GET", "", get_home, "own_account"),
    Route("GET", "/", to_home, "own_account"),
    Route("GET", "/alive", get_alive, "own_account"),
    Route("GET", "/password", get_password, "own_account", anytime=True),
    Route("POST", "/password", post_password, "own_account", anytime=True),
    Route("GET", "/sessions", get_sessions, "own_account"),
    Route("POST", "/sessions/end", post_end_sessions, "own_account", anytime=True),
)
