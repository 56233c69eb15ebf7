"""Somebody who reads a conversation's event stream, by the HTML standard's rules and none of the gateway's own code."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.gateway.house import Resident


@dataclass(frozen=True)
class Event:
    name: str
    data: Any
    id: str


@dataclass
class Listener:
    """One open stream. ``heard`` are the events so far, ``last`` the id to come back with."""

    got: aiohttp.ClientResponse
    last: str = ""
    heard: list[Event] = field(default_factory=list)
    retries: list[int] = field(default_factory=list)

    async def event(self) -> Event | None:
        """The next event; None where the stream ended."""
        name, data = "", []
        async for raw in self.got.content:
            line = raw.decode().rstrip("\n")
            if not line:
                if data:
                    self.heard.append(Event(name or "message", json.loads("\n".join(data)), self.last))
                    return self.heard[-1]
                name = ""
                continue
            if line.startswith(":"):
                continue
            key, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if key == "data":
                data.append(value)
            elif key == "event":
                name = value
            elif key == "id":
                self.last = value
            elif key == "retry":
                self.retries.append(int(value))
        return None

    async def until(self, name: str, **fields: Any) -> Event:
        """The next event of this name whose data has these fields."""
        while (event := await self.event()) is not None:
            if event.name == name and fields.items() <= event.data.items():
                return event
        raise AssertionError(f"the stream ended before {name} {fields}")

    async def messages(self, upto: int) -> list[int]:
        """The numbers of all messages heard, once the one numbered ``upto`` is there."""
        while upto not in self.seqs:
            assert await self.event() is not None, f"the stream ended before message {upto}"
        return self.seqs

    async def comment(self) -> None:
        """Wait for a line that is no event."""
        async for raw in self.got.content:
            if raw.startswith(b":"):
                return
        raise AssertionError("the stream ended without a comment")

    async def end(self) -> list[Event]:
        """All that is heard until the stream ends."""
        while await self.event() is not None:
            pass
        return self.heard

    @property
    def seqs(self) -> list[int]:
        return [e.data["seq"] for e in self.heard if e.name == "message"]

    def all(self, name: str) -> list[Any]:
        return [e.data for e in self.heard if e.name == name]


@contextlib.asynccontextmanager
async def listen(
    someone: Resident, after: object = None, token: str | None = None, script: str = "hans"
) -> AsyncIterator[Listener]:
    headers = {"Authorization": f"Bearer {token or someone.token}"}
    if after is not None:
        headers["Last-Event-ID"] = str(after)
    path = f"/api/chat/{someone.conversation}/events"
    async with someone.house.client.get(path, headers=headers, params={"script": script}) as got:
        yield Listener(got)
