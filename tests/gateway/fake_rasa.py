"""A Rasa that does what the test says: it answers, fails, hangs or talks nonsense, and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

Behaviour = Callable[[dict[str, Any]], Awaitable[web.Response]]


def result(text: str = "好的。", kind: str = "answer", **more: Any) -> dict[str, Any]:
    """One result object of an action, version 1."""
    return {"v": 1, "kind": kind, "text": text, "citations": [], "quick_replies": [], "data": {}, "handoff": None,
            "request": None} | more


def answer(*messages: dict[str, Any] | str, context: dict[str, Any] | None = None) -> Behaviour:
    """Say this; without ``context`` the new one counts the turns of the conversation."""

    async def behave(asked: dict[str, Any]) -> web.Response:
        turns = (asked["context"] or {}).get("turns", 0) + 1
        said = [result(m) if isinstance(m, str) else m for m in messages] or [result(f"答：{asked['text']}")]
        return web.json_response({"messages": said, "context": {"turns": turns} if context is None else context})

    return behave


def fail(status: int = 500) -> Behaviour:
    async def behave(asked: dict[str, Any]) -> web.Response:
        return web.json_response({"error": "broken"}, status=status)

    return behave


def raw(body: str, content_type: str = "application/json") -> Behaviour:
    """Answer 200 with exactly this body."""

    async def behave(asked: dict[str, Any]) -> web.Response:
        return web.Response(body=body.encode(), content_type=content_type)

    return behave


def hang(until: asyncio.Event, then: Behaviour | None = None) -> Behaviour:
    """Say nothing before ``until``."""

    async def behave(asked: dict[str, Any]) -> web.Response:
        await until.wait()
        return await (then or answer())(asked)

    return behave


def handoff(text: str = "好的，我这就为您转给工作人员。", reason: str = "request_human", urgent: bool = False, **more: Any) -> Behaviour:
    """Ask for a person."""
    wanted = {"reason": reason, "urgent": urgent, "benefit": "minimum_living_allowance", "region": "445303", "summary": "云安区 低保"} | more
    return answer(result(text, "handoff", handoff=wanted))


class _Killed(Exception):
    pass


def die() -> Behaviour:
    """Break the connection off, as a process does that is killed amid the turn."""

    async def behave(asked: dict[str, Any]) -> web.Response:
        raise _Killed

    return behave


class FakeRasa:
    """``next`` holds what to do once, in order; ``always`` what to do when that is used up."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.next: deque[Behaviour] = deque()
        self.always: Behaviour = answer()
        self.is_ready: Any = {"ready": True}
        self._called = asyncio.Event()

    @property
    def texts(self) -> list[str]:
        return [a["text"] for a in self.asked]

    async def was_asked(self, times: int) -> None:
        """Wait until Rasa was asked so often."""
        while len(self.asked) < times:
            self._called.clear()
            await self._called.wait()

    async def _turn(self, request: web.Request) -> web.Response:
        asked = await request.json()
        asked["secret"] = request.headers.get("X-Huimin-Secret")
        self.asked.append(asked)
        self._called.set()
        behave = self.next.popleft() if self.next else self.always
        try:
            return await behave(asked)
        except _Killed:
            request.transport.abort()
            return web.Response()

    async def _ready(self, request: web.Request) -> web.Response:
        return web.json_response(self.is_ready)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/turn", self._turn)
        app.router.add_get("/ready", self._ready)
        return app
