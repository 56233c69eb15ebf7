"""Who may come in: each route names what it needs, and nothing is served without that having been looked at."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar
from urllib.parse import parse_qsl, quote

from aiohttp import web
from sqlalchemy.engine import Connection

from desk import audit, sessions
from desk.accounts import as_actor
from desk.permissions import PERMISSIONS, may
from desk.sessions import Session
from desk.web import badges
from desk.web.errors import Stopped
from policy_kb import KnowledgeBase

T = TypeVar("T")
HOME = "/desk"
LOGIN = f"{HOME}/login"
CSRF_FIELD, CSRF_HEADER = "csrf", "X-CSRF-Token"
MAX_FIELDS = 50
FORM, SESSION, BADGES = "form", "session", "badges"
_SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class StillIn:
    """Whether whoever began something is still logged in and may still do it; the same for all that they have open."""

    token: str = field(repr=False)
    agent: str
    idle: dt.timedelta
    permission: str

    def __call__(self, db: Connection) -> bool:
        session = sessions.find(db, self.token, self.agent, self.idle)
        return session is not None and may(session.user.role, self.permission)


class Transaction(Protocol):
    """Runs one transaction on the desk store off the event loop."""

    async def __call__(self, work: Callable[[Connection], T], /) -> T: ...


@dataclass(frozen=True)
class Host:
    """What the process that serves the console gives it.

    ``address``: where a request comes from. ``wait``: how many seconds it has to wait, None where it is within its limits.
    ``origins``: of which pages it takes forms. ``count_login``: told ``ok``, ``wrong`` or ``locked``. ``mask``: takes out of
    words what identifies somebody. ``follow``: answers a request with what happens in a conversation, as long as what it is given
    says that it may be read. ``staff_write``: lets its resident see that somebody writes. ``knowledge``: the base as it is now,
    None while there is none. ``secure``: whether browsers reach it by https.
    """

    read: Transaction
    write: Transaction
    secret: str
    address: Callable[[web.Request], str]
    wait: Callable[[web.Request], int | None]
    origins: Callable[[web.Request], frozenset[str]]
    count_login: Callable[[str], None]
    mask: Callable[[str], str]
    follow: Callable[[web.Request, str, StillIn], Awaitable[web.StreamResponse]]
    staff_write: Callable[[str], None]
    knowledge: Callable[[], Awaitable[KnowledgeBase | None]]
    secure: bool = False
    idle: dt.timedelta = dt.timedelta(minutes=30)

    @property
    def cookie(self) -> str:
        return "__Host-huimin-desk" if self.secure else "huimin-desk"


HOST = web.AppKey("host", Host)


@dataclass(frozen=True)
class Route:
    """One page. ``path`` is below ``/desk``; ``needs``: a permission, None where everybody may come.

    ``is_use``: whether asking for it shows that somebody is there; not for what a page asks by itself.
    ``anytime``: also while the first password has still to be changed.
    """

    method: str
    path: str
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    needs: str | None
    is_use: bool = True
    anytime: bool = False

    def add_to(self, app: web.Application) -> None:
        if self.needs is not None and self.needs not in PERMISSIONS:
            raise ValueError(f"{self.path}: no permission {self.needs}")
        more = {"allow_head": False} if self.method == "GET" else {}
        add = {"GET": app.router.add_get, "POST": app.router.add_post}[self.method]
        add(self.path, partial(_guarded, self), **more)


async def _guarded(route: Route, request: web.Request) -> web.StreamResponse:
    host = request.app[HOST]
    seconds = host.wait(request)
    if seconds is not None:
        raise Stopped(429, "too_fast", {"Retry-After": str(seconds)}, seconds=seconds)
    if request.method not in _SAFE:
        if request.headers.get("Origin", "").rstrip("/") not in host.origins(request):
            raise Stopped(403, "foreign_form")
        request[FORM] = await _form(request)
    session = request[SESSION] = await _session(request)
    if route.needs is not None:
        if session is None:
            return _ask_to_log_in(request)
        if not may(session.user.role, route.needs):
            raise Stopped(403, "not_yours")
        if request.method not in _SAFE and not _has_csrf(request, session):
            raise Stopped(403, "stale_form")
        if session.user.must_change and not route.anytime:
            return see_other(f"{HOME}/password")
        if route.is_use and sessions.is_due(session):
            await host.write(lambda db: sessions.touch(db, session))
        if route.is_use and request.method in _SAFE:
            request[BADGES] = await badges.of(request, host.read, session.user.role)
    return await route.handler(request)


async def _session(request: web.Request) -> Session | None:
    host = request.app[HOST]
    token = request.cookies.get(host.cookie)
    if not token:
        return None
    return await host.read(lambda db: sessions.find(db, token, agent_of(request), host.idle))


async def _form(request: web.Request) -> dict[str, str]:
    """The fields of a form; none where a script sends JSON, which names the session's token in a header."""
    if request.content_type == "application/json":
        return {}
    if request.content_type != "application/x-www-form-urlencoded":
        raise Stopped(415, "bad_form")
    try:
        form = dict(parse_qsl((await request.read()).decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS))
    except ValueError:
        raise Stopped(400, "bad_form") from None
    if any("\0" in value for value in form.values()):  # which PostgreSQL cannot hold
        raise Stopped(400, "bad_form")
    return form


def _has_csrf(request: web.Request, session: Session) -> bool:
    given = request.headers.get(CSRF_HEADER) or request[FORM].get(CSRF_FIELD, "")
    return hmac.compare_digest(given.encode("utf-8", "replace"), session.csrf.encode())


def _ask_to_log_in(request: web.Request) -> web.Response:
    """A page is sent to the login and comes back here; a script is told."""
    if "text/html" not in request.headers.get("Accept", "text/html"):
        raise Stopped(401, "log_in_first")
    back = f"?next={quote(request.path_qs)}" if request.method in _SAFE and request.path != HOME else ""
    return see_other(LOGIN + back)


def see_other(address: str) -> web.Response:
    return web.Response(status=303, headers={"Location": address})


def agent_of(request: web.Request) -> str:
    return request.headers.get("User-Agent", "")


def still_in(request: web.Request, permission: str) -> StillIn:
    """For what goes on after the request was let in."""
    return StillIn(request[SESSION].token, agent_of(request), request.app[HOST].idle, permission)


def actor_of(request: web.Request) -> audit.Actor:
    """Who is logged in, as the audit log names them."""
    return as_actor(request[SESSION].user)


def let_in(request: web.Request, response: web.Response, session: Session) -> web.Response:
    """Give the browser its session."""
    host = request.app[HOST]
    response.set_cookie(
        host.cookie, session.token, path="/" if host.secure else HOME, secure=host.secure, httponly=True, samesite="Strict"
    )
    return response


def let_out(request: web.Request, response: web.Response) -> web.Response:
    """Take the session from the browser."""
    host = request.app[HOST]
    response.del_cookie(host.cookie, path="/" if host.secure else HOME, secure=host.secure, httponly=True, samesite="Strict")
    return response


async def look_at_conversation(
    request: web.Request, look: Callable[[Connection], T], conversation: str, ticket: str | None = None,
    what: str = "conversation_opened",
) -> T:
    """What ``look`` reads of a conversation. That whoever is logged in looked is written down in the same transaction.

    Every page that shows a resident's words or number reads them through this.
    """
    actor = actor_of(request)

    def looked(db: Connection) -> T:
        audit.looked(db, actor, what, conversation, ticket)
        return look(db)

    return await request.app[HOST].write(looked)
