"""What operators say to everybody, as this gateway knows it: looked up in the desk store at most every second."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

import sqlalchemy as sa
from aiohttp import web

from bot.gateway import keys
from bot.gateway.errors import as_json
from desk import service
from policy_kb.settings import today

log = logging.getLogger("huimin.gateway")
LOOK_EVERY = 1.0


class Switchboard:
    """``read`` runs a function in a transaction of the desk store. While that fails, what was known last holds."""

    def __init__(self, read: Callable[[Callable[[sa.engine.Connection], Any]], Awaitable[Any]]):
        self._read = read
        self._looked: float | None = None
        self.known = service.Standing()

    async def standing(self) -> service.Standing:
        """What stands now, or stood a moment ago."""
        if self._looked is None or time.monotonic() - self._looked >= LOOK_EVERY:
            self._looked = time.monotonic()
            try:
                self.known = await self._read(service.standing)
            except sa.exc.SQLAlchemyError:
                log.exception("could not look whether the assistant is switched off")
        return self.known


async def get_notice(request: web.Request) -> web.Response:
    """``{"notice": {"id", "text", "until"} | null}``."""
    request.app[keys.LIMITS].check_address(request)
    notice = (await request.app[keys.SWITCHBOARD].standing()).notice
    if notice is not None and notice.until is not None and notice.until < today():
        notice = None
    shown = notice and {"id": notice.id, "text": notice.text, "until": notice.until and notice.until.isoformat()}
    return as_json({"notice": shown})
