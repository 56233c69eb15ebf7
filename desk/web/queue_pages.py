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
        due = follow_ups.due(db, today(), who)
        return queue.entries(db, show, who), queue.counts(db, who), presence.online(db, ONLINE_FOR), due

    entries, counts, online, due = await request.app[HOST].read(look)
    return page(request, "queue.html", show=show, shows=queue.SHOWS, entries=entries, counts=counts, online=online, due=due,
                today=today(), mark=queue.newest(entries))


async def get_list(request: web.Request) -> web.Response:
    """The list alone, asked for again and again; 304 while nothing in it has changed."""
    show, user = _show(request), request[SESSION].user

    def look(db):
        return queue.entries(db, show, user.name), queue.counts(db, user.name)

    entries, counts = await request.app[HOST].read(look)
    shown = aiohttp_jinja2.render_string(
        "queue_list.html", request, {"entries": entries, "show": show, "session": request[SESSION], "mark": queue.newest(entries),
                                     "counts": counts, "shows": queue.SHOWS},
    )
    etag = f'"{hashlib.sha256(shown.encode()).hexdigest()[:32]}"'
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers={"ETag": etag})
    return web.Response(text=shown, content_type="text/html", headers={"ETag": etag, "Cache-Control": "no-cache"})


ROUTES = (
    Route("GET", "/queue", get_queue, "see_queue"),
    Route("GET", "/queue/list", get_list, "see_queue", is_use=False),
)
