"""A real gateway on a loopback port in a thread of its own, with the scripted Rasa behind it: for clients that are not coroutines."""

from __future__ import annotations

import asyncio
import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from aiohttp import web

from bot.gateway import keys
from bot.gateway.app import make_app
from policy_kb import Reader
from tests.gateway.fake_rasa import FakeRasa
from tests.gateway.house import SETTINGS, body

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass
class Gateway:
    """Where it listens."""

    url: str

    def begin(self) -> tuple[str, str]:
        """A new conversation and its token."""
        headers = {"Content-Type": "application/json"}
        sent = urllib.request.Request(f"{self.url}/api/chat", json.dumps(body("低保")).encode(), headers)
        with _OPENER.open(sent, timeout=20) as got:
            reply = json.load(got)
        return reply["conversation"], reply["token"]


async def _listen(app: web.Application) -> tuple[web.AppRunner, str]:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


@contextmanager
def gateway(knowledge: Reader, knowledge_url: str, folder: Path) -> Iterator[Gateway]:
    """Run one while the context lasts; everything it writes is below ``folder``."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="gateway")

    async def start() -> tuple[list[web.AppRunner], str]:
        rasa, rasa_url = await _listen(FakeRasa().app())
        app = make_app(replace(SETTINGS, rasa_urls=(rasa_url,)))
        app[keys.KNOWLEDGE] = knowledge
        runner, url = await _listen(app)
        return [runner, rasa], url

    async def stop(runners: list[web.AppRunner]) -> None:
        for runner in runners:
            await runner.cleanup()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUIMIN_KB_URL", knowledge_url)
        patch.setenv("HUIMIN_DESK_URL", f"sqlite:///{folder / 'desk.db'}")
        patch.setenv("HUIMIN_VAR", str(folder))
        patch.delenv("HUIMIN_SECRET_KEY", raising=False)
        thread.start()
        try:
            runners, url = asyncio.run_coroutine_threadsafe(start(), loop).result(30)
            try:
                yield Gateway(url)
            finally:
                asyncio.run_coroutine_threadsafe(stop(runners), loop).result(30)
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
