"""How much one conversation and one address may ask."""

from __future__ import annotations

import ipaddress
import math
import time

from aiohttp import web
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from bot.gateway.errors import Refused
from bot.gateway.metrics import Metrics
from bot.settings import Settings

ADDRESS_SHARE = 10


class Limits:
    """``HUIMIN_RATE_LIMIT`` messages a minute for a conversation, ten times that for an address; 0: no limit."""

    def __init__(self, settings: Settings, metrics: Metrics):
        self._metrics = metrics
        self._proxies = settings.trusted_proxies
        self._window = MovingWindowRateLimiter(MemoryStorage())
        self._off = settings.rate_limit == 0
        if not self._off:
            self._conversation = RateLimitItemPerMinute(settings.rate_limit)
            self._address = RateLimitItemPerMinute(settings.rate_limit * ADDRESS_SHARE)

    def check_conversation(self, conversation: str) -> None:
        """Raises :class:`Refused` (429 with ``Retry-After``)."""
        if not self._off:
            self._hit(self._conversation, conversation, "conversation")

    def check_address(self, request: web.Request) -> None:
        if not self._off:
            self._hit(self._address, self.address(request), "address")

    def _hit(self, item: RateLimitItemPerMinute, key: str, by: str) -> None:
        if not self._window.hit(item, key):
            self._metrics.rate_limited(by)
            wait = max(1, math.ceil(self._window.get_window_stats(item, key).reset_time - time.time()))
            raise Refused(429, "too_many", {"Retry-After": str(wait)}, seconds=wait)

    def address(self, request: web.Request) -> str:
        """The resident's address; what a trusted proxy forwards is believed, anybody else's header is not."""
        return self.forwarded_for(request) or request.remote or ""

    def forwarded_for(self, request: web.Request) -> str | None:
        """The address for which a trusted proxy forwards; None where none does or it does not say."""
        if request.remote in self._proxies:
            for forwarded in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
                try:
                    candidate = str(ipaddress.ip_address(forwarded.strip()))
                except ValueError:
                    break
                if candidate not in self._proxies:
                    return candidate
        return None
