"""The event streams that are open: how many there may be, and waking those that have something to tell."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.gateway.errors import Refused
from bot.gateway.telling import News, Told, look
from bot.gateway.turns import Turns
from bot.settings import Settings
from desk import changes, progress

log = logging.getLogger("huimin.streams")

LOOK_EVERY = 1.0
# A reader that takes nothing for so long is cut off: it comes back and gets the rest.
STALLED_AFTER = 30.0
STAFF_WRITE_FOR = 8.0
# Whether the reader may still read, asked in the transaction that reads; equal where it is the same for several streams.
Still = Callable[[Connection], bool]
COME_AGAIN = 30


class Stream:
    """One reader of a conversation. It holds how far it has told, never what it has to tell."""

    def __init__(self, conversation: str, told: Told, transport: asyncio.Transport, script: str, still: Still | None = None):
        self.conversation, self.told, self.transport, self.script, self.still = conversation, told, transport, script, still
        self.sending_since: float | None = None
        self._news = asyncio.Event()

    def wake(self) -> None:
        self._news.set()

    def heard(self) -> None:
        """From here on news count that come after this."""
        self._news.clear()

    async def wait(self, seconds: float) -> bool:
        """Wait for news; False where none came in time."""
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        return True

    @property
    def gone(self) -> bool:
        """Whether the reader has left."""
        return self.transport.is_closing()


class Streams:
    """All streams of this gateway. Wakes them at once for what it writes itself, and within a second for anybody else's."""

    def __init__(self, turns: Turns, settings: Settings):
        self._turns, self._settings = turns, settings
        self._open: defaultdict[str, set[Stream]] = defaultdict(set)
        self._count = 0
        self._staff_write: dict[str, float] = {}
        self.closing = False
        turns.listen(self.wake)

    def __len__(self) -> int:
        return self._count

    @contextlib.contextmanager
    def open(
        self, conversation: str, told: Told, transport: asyncio.Transport, script: str, still: Still | None = None
    ) -> Iterator[Stream]:
        """A stream while it is read. Raises :class:`Refused` (429) beyond the limits, and while the gateway stops."""
        of_this = len(self._open.get(conversation, ()))
        if self.closing or self._count >= self._settings.streams or of_this >= self._settings.streams_per_conversation:
            raise Refused(429, "too_many_streams", {"Retry-After": str(COME_AGAIN)}, seconds=COME_AGAIN)
        stream = Stream(conversation, told, transport, script, still)
        self._open[conversation].add(stream)
        self._count += 1
        try:
            yield stream
        finally:
            self._count -= 1
            self._open[conversation].discard(stream)
            if not self._open[conversation]:
                del self._open[conversation]

    async def news(self, stream: Stream) -> News:
        """What the stream has to tell now; nothing any more to whoever may not read it now."""
        stream.heard()
        writing = self._staff_write.get(stream.conversation, 0.0) > time.monotonic()

        def news(db: Connection) -> News:
            if stream.still is not None and not stream.still(db):
                return News([], stream.told, over=True)
            return look(db, stream.conversation, stream.told, writing, stream.script)

        return await self._turns.read(news)

    def wake(self, conversations: Collection[str]) -> None:
        """There may be something new on these."""
        for conversation in conversations:
            for stream in self._open.get(conversation, ()):
                stream.wake()
        if changes.SESSIONS in conversations:
            for stream in self._all():
                if stream.still is not None:
                    stream.wake()

    def _all(self) -> list[Stream]:
        return [stream for some in self._open.values() for stream in some]

    def staff_write(self, conversation: str, on: bool = True) -> None:
        """A staff member is writing to the resident; it ends by itself after some seconds without another call."""
        if on:
            self._staff_write[conversation] = time.monotonic() + STAFF_WRITE_FOR
        else:
            self._staff_write.pop(conversation, None)
        self.wake([conversation])

    def close(self) -> None:
        """End all streams; their readers are told when to come back."""
        self.closing = True
        self.wake(list(self._open))

    async def watch(self) -> None:
        """Look again and again for what other processes wrote and for readers that left or take nothing."""
        while True:
            self._tidy()
            try:
                await self._look()
            except sa.exc.SQLAlchemyError as error:
                log.warning("could not look for news: %s", type(error).__name__)
            await asyncio.sleep(LOOK_EVERY)

    def _tidy(self) -> None:
        now = time.monotonic()
        for stream in self._all():
            if stream.gone:
                stream.wake()
            elif stream.sending_since is not None and now - stream.sending_since > STALLED_AFTER:
                stream.transport.abort()
        ended = [name for name, until in self._staff_write.items() if until <= now]
        for conversation in ended:
            del self._staff_write[conversation]
        self.wake(ended)

    async def _look(self) -> None:
        """One query for all conversations that are listened to, and one for each session that listens."""
        if not self._open:
            return
        names, streams = list(self._open), self._all()
        reading = {s.still for s in streams if s.still is not None}
        marks, over = await self._turns.read(
            lambda db: (progress.marks(db, names), {still for still in reading if not still(db)})
        )
        for stream in streams:
            if stream.still in over or (stream.told.mark is not None and stream.told.mark != marks.get(stream.conversation)):
                stream.wake()
