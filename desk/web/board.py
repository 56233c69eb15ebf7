"""The queue, read and written out once for all who look at it: twenty pages that ask are not twenty times the work."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp_jinja2
from aiohttp import web
from sqlalchemy.engine import Connection

from desk import queue
from desk.queue import Board
from desk.web.guard import HOST

# What is said meanwhile is shown after so many seconds, a case that has moved at once.
READ_EVERY = 2.0
# What stands for the token of whoever looks: nothing that a resident can write.
_TOKEN = secrets.token_hex(32)


@dataclass
class Read:
    """The queue as it was at a moment, ``written``: its lists as HTML, by what they show."""

    board: Board
    moved: tuple[int, int]
    at: float = field(default_factory=time.monotonic)
    written: dict[tuple[str, str | None], str] = field(default_factory=dict)


class Boards:
    """Reads the queue when it has changed."""

    def __init__(self, app: web.Application):
        self._app, self._read, self._reading = app, None, asyncio.Lock()

    async def now(self) -> Read:
        """The queue: as it is, but for what residents have said in the last moment."""
        async with self._reading:  # who comes meanwhile gets what is being read
            self._read = await self._app[HOST].read(self._look)
            return self._read

    def _look(self, db: Connection) -> Read:
        moved, before = queue.moved(db), self._read
        if before is not None and before.moved == moved and time.monotonic() - before.at < READ_EVERY:
            return before
        return Read(queue.board(db), moved)

    async def entries(self, read: Read, show: str, department: str | None, who: str, csrf: str) -> str:
        """The list as HTML, with the token of whoever looks in its forms."""
        if show == queue.MINE:
            return (await self._written(read, show, who, department)).replace(_TOKEN, csrf)
        key = show, department
        if department not in {None, queue.NOBODYS, *read.board.departments}:  # of such there may be any number
            return (await self._written(read, show, who, department)).replace(_TOKEN, csrf)
        if key not in read.written:
            read.written[key] = await self._written(read, show, who, department)
        return read.written[key].replace(_TOKEN, csrf)

    async def _written(self, read: Read, show: str, who: str, department: str | None) -> str:
        entries: list[Any] = read.board.queue(show, who, department).entries
        template = aiohttp_jinja2.get_env(self._app).get_template("queue_entries.html")
        return await asyncio.to_thread(template.render, entries=entries, token=_TOKEN)


BOARDS = web.AppKey("boards", Boards)
