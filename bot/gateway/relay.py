"""Several gateways beside each other: what one writes, the others hear at once through Redis.

Only the names of changed conversations go over Redis; what was said is read from the store. While Redis is down nothing is lost,
it only takes up to a second longer.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable

try:
    from redis import RedisError
    from redis import asyncio as redis
except ImportError:  # a deployment may do without it
    redis = None

from desk.news import CHANNEL, PATIENCE, in_words

log = logging.getLogger("huimin.relay")

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
UNTOLD = 1000


class Relay:
    """Tells other processes what this one changed, and calls ``heard`` with what they changed."""

    def __init__(self, url: str, heard: Callable[[list[str]], None]):
        self._url, self._heard = url, heard
        self._who = f"gateway-{secrets.token_hex(8)}"
        self._untold: asyncio.Queue[frozenset[str]] = asyncio.Queue(UNTOLD)
        self.connected = asyncio.Event()

    def tell(self, conversations: frozenset[str]) -> None:
        """Tell the others; where Redis does not keep up they find it themselves."""
        if self.connected.is_set():
            with contextlib.suppress(asyncio.QueueFull):
                self._untold.put_nowait(conversations)

    async def run(self) -> None:
        """Keep the connection until cancelled."""
        if redis is None:
            log.warning("HUIMIN_REDIS_URL is set but the package redis is not there: looking every second instead")
            return
        pause = FIRST_PAUSE
        while True:
            try:
                await self._connected()
            except (RedisError, OSError, asyncio.TimeoutError, ValueError) as error:
                if self.connected.is_set():
                    pause = FIRST_PAUSE
                log.warning("redis: %s", type(error).__name__)
            finally:
                self.connected.clear()
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _connected(self) -> None:
        client = redis.from_url(
            self._url, decode_responses=True, socket_connect_timeout=PATIENCE, socket_keepalive=True, health_check_interval=15
        )
        async with client, client.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            self.connected.set()
            telling = asyncio.create_task(self._tell_on(client))
            try:
                while not telling.done():
                    message = await channel.get_message(ignore_subscribe_messages=True, timeout=5.0)
                    if message:
                        self._hear(message["data"])
                await telling  # raises what ended it
            finally:
                telling.cancel()
                await asyncio.gather(telling, return_exceptions=True)

    async def _tell_on(self, client: redis.Redis) -> None:
        while True:
            await client.publish(CHANNEL, in_words(self._who, await self._untold.get()))

    def _hear(self, said: str) -> None:
        who, *conversations = said.split(" ")
        if who != self._who:
            self._heard(conversations)
