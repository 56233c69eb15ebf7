"""The queue: who waits, urgent first."""

from __future__ import annotations

import datetime as dt
import hashlib

import aiohttp_jinja2
from aiohttp import web

from desk import follow_ups, presence, queue
from desk.web.errors import Stopped
from desk.web.guard import HOST, SESSION, Route
from desk.web.pages import page
from policy_kb.settings import today

ONLINE_FOR = dt.timedelta(minutes=5)


def _show(request: web.Request) -> str:
    show = request.query.get("show", queue.WAITING)
    if show not in queue.SHOWS:
        raise Stopped(404, "no_page")
    return show


async def get_queue(request: web.Request) -> web.Response:
    show, who = _show(request), request[SESSION].user.name

    def look(db):
        return queue.look(db, show, who), presence.online(db, ONLINE_FOR), follow_ups.due(db, today(), who)

    found, online, due = await request.app[HOST].read(look)
    return page(request, "queue.html", show=show, shows=queue.SHOWS, queue=found, online=online, due=due, today=today())


async def get_list(request: web.Request) -> web.Response:
    """The list alone, asked for again and again; 304 while nothing in it has changed."""
    show, session = _show(request), request[SESSION]
    found = await request.app[HOST].read(lambda db: queue.look(db, show, session.user.name))
    context = {"queue": found, "show": show, "shows": queue.SHOWS, "session": session}
    shown = aiohttp_jinja2.render_string("queue_list.html", request, context)
    etag = f'"{hashlib.sha256(shown.encode()).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers={"ETag": etag})
    return web.Response(text=shown, content_type="text/html", headers={"ETag": etag, "Cache-Control": "no-cache"})


ROUTES = (
    Route("GET", "/queue", get_queue, "see_queue"),
    Route("GET", "/queue/list", get_list, "see_queue", is_use=False),
)
