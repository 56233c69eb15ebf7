"""The queue: who waits, urgent first."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any
from urllib.parse import urlencode

import aiohttp_jinja2
from aiohttp import web
from markupsafe import Markup

from desk import follow_ups, presence, queue
from desk.web.board import BOARDS
from desk.web.errors import Stopped
from desk.web.guard import HOST, SESSION, Route
from desk.web.pages import page
from policy_kb.settings import today

ONLINE_FOR = dt.timedelta(minutes=5)


async def _shown(request: web.Request) -> dict[str, Any]:
    """What the address asks for: ``show``, a filter, and ``department``, one of them, ``none`` or all."""
    show, department = request.query.get("show", queue.WAITING), request.query.get("department") or None
    if show not in queue.SHOWS:
        raise Stopped(404, "no_page")
    session, boards = request[SESSION], request.app[BOARDS]
    read, own = await boards.now(), session.user.department
    found = read.board.queue(show, session.user.name, department)
    entries = await boards.entries(read, show, department, session.user.name, session.csrf)
    chosen = {"department": department} if department else {}
    return {
        "show": show, "addresses": [(name, f"/desk/queue?{urlencode({'show': name} | chosen)}") for name in queue.SHOWS],
        "queue": found, "entries": Markup(entries), "department": department,
        "departments": sorted(read.board.departments | ({own} if own else set())),
    }


async def get_queue(request: web.Request) -> web.Response:
    shown, user = await _shown(request), request[SESSION].user
    online, due = await request.app[HOST].read(
        lambda db: (presence.online(db, ONLINE_FOR), follow_ups.due(db, today(), user.name))
    )
    return page(request, "queue.html", **shown, nobodys=queue.NOBODYS, own=user.department, online=online, due=due, today=today())


async def get_list(request: web.Request) -> web.Response:
    """The list alone, asked for again and again; 304 while nothing in it has changed."""
    shown = aiohttp_jinja2.render_string("queue_list.html", request, await _shown(request))
    etag = f'"{hashlib.sha256(shown.encode()).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers={"ETag": etag})
    return web.Response(text=shown, content_type="text/html", headers={"ETag": etag, "Cache-Control": "no-cache"})


ROUTES = (
    Route("GET", "/queue", get_queue, "see_queue"),
    Route("GET", "/queue/list", get_list, "see_queue", is_use=False),
)
