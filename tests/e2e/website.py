"""A website of somebody else's, served in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator

from aiohttp import web

from tests.service import free_port

PORT = free_port()
SITE = f"http://127.0.0.1:{PORT}"


class Written:
    """Adds a page ``/own`` to a website, which a test writes as it needs it."""

    def __init__(self, site: web.Application):
        self.html, self.policy = "", None
        site.router.add_get("/own", self._serve)

    async def _serve(self, request: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": self.policy} if self.policy else {}
        return web.Response(text=self.html, content_type="text/html", headers=headers)


@contextlib.contextmanager
def serving(site: web.Application, port: int) -> Iterator[None]:
    """Until the end of the block."""
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(site)

    async def begin() -> None:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
        yield
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
