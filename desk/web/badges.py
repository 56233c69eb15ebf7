"""How much waits behind an entry of the navigation. Asked again at most every few seconds: it stands on every page."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from sqlalchemy.engine import Connection

from desk import to_review
from desk.permissions import may

KEPT = 15.0
WAITING = web.AppKey("waiting", dict)


async def of(request: web.Request, read: Callable[[Callable[[Connection], int]], Awaitable[int]], role: str) -> dict[str, int]:
    """Entry → how many, for whoever has this role; no more than one over ``to_review.COUNTED``. The list itself is not behind."""
    if not may(role, "review"):
        return {}
    kept = request.app[WAITING]
    if request.path.endswith("/reviews") or time.monotonic() - kept.get("at", -KEPT) >= KEPT:
        kept |= {"at": time.monotonic(), "count": await read(to_review.waiting)}
    return {"nav_reviews": kept["count"]}


def forget(request: web.Request) -> None:
    """Something was reviewed: count again."""
    request.app[WAITING].clear()
