"""Ask Rasa: (context, message) → (messages, context'), whichever of its processes answers."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import aiohttp
from pydantic import ValidationError

from bot.gateway.logs import outside_requests
from bot.gateway.results import Turn

if TYPE_CHECKING:
    from bot.gateway.metrics import Metrics

log = logging.getLogger("huimin.rasa")

FAILURES = ("status", "form", "timeout", "connection", "other")
# Seconds of one try, whatever processes it asks; after PATIENCE another process is asked, where there is one.
ONE_TRY, PATIENCE, CONNECT = 20.0, 5.0, 2.0
# Turns that a process has at once. It works on one at a time, and these keep it at work: what waits longer is better off here,
# where no clock runs yet and any process may take it.
AT_ONCE = 4
# So many processes may begin one turn in a try: a message that ends whoever reads it must not end them all.
MOST_BEGUN = 2
FIRST_REST, LONGEST_REST, LOOK_EVERY = 0.2, 15.0, 0.5


class RasaFailed(Exception):
    """Rasa did not answer, or not in the agreed form. ``kind`` is one of :data:`FAILURES`; ``begun``: a process may have worked
    on the turn.
    """

    def __init__(self, message: str, kind: str, begun: bool = True):
        super().__init__(message)
        self.kind, self.begun = kind, begun


class _Process:
    """One of Rasa's processes. ``running``: the turns it has; ``rests`` while it gets none; ``answered_at``: when it last did."""

    def __init__(self, number: int, url: str):
        self.name, self.url = str(number), url
        self.running = self.asked = 0
        self.answered_at = 0.0
        self.rests: asyncio.Task | None = None
        self.next_rest = FIRST_REST


class RasaClient:
    """A client of the loopback servers in :mod:`bot.rasa_host`, one or several at ``urls``.

    A turn goes to the process that has the fewest. One that fails gets none for a while, each time for longer, and again when it
    says that it is ready. ``back`` is set, and replaced by another event, when something works after it had failed.
    """

    def __init__(self, urls: Sequence[str], secret: str, metrics: Metrics):
        self._processes = [_Process(n, url) for n, url in enumerate(urls, 1)]
        self._secret, self._metrics = secret, metrics
        self._places = asyncio.Semaphore(AT_ONCE * len(urls))
        self._session: aiohttp.ClientSession | None = None
        self._failing = False
        self.back = asyncio.Event()

    async def __aenter__(self) -> RasaClient:
        # Without a limit of its own: to wait for a free connection would count as a failure to connect.
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), headers={"X-Huimin-Secret": self._secret}, trust_env=False
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        resting = [p.rests for p in self._processes if p.rests]
        for rest in resting:
            rest.cancel()
        await asyncio.gather(*resting, return_exceptions=True)
        await self._session.close()

    async def turn(self, context: dict | None, *, text: str, payload: str | None, metadata: dict[str, Any]) -> Turn:
        """One turn. Raises :class:`RasaFailed`; nothing has happened then, the same turn can be tried again."""
        body = json.dumps({"context": context, "text": text, "payload": payload, "metadata": metadata}).encode()
        async with self._places:
            try:
                turn = await self._of_any(body)
            except RasaFailed:
                self._failing = True
                raise
        self._works()
        return turn

    async def _of_any(self, body: bytes) -> Turn:
        """Of the first process that answers; each is asked at most once."""
        clock = asyncio.get_running_loop().time
        until = clock() + ONE_TRY
        failed: list[_Process] = []
        suspects: list[_Process] = []
        failure, begun = RasaFailed("no process is ready", "connection"), 0
        while begun < MOST_BEGUN and (left := until - clock()) > 0 and (awake := self._awake(failed)):
            process, asked_at = awake[0], clock()
            try:
                turn = await self._ask(process, body, left if len(awake) == 1 else min(PATIENCE, left))
            except RasaFailed as error:
                self._metrics.process_tried(process.name, error.kind)
                failure, begun = error, begun + error.begun
                failed.append(process)
                if error.kind not in {"connection", "timeout"}:
                    suspects.append(process)
                elif error.kind == "connection" or process.answered_at < asked_at:  # else it is only busy with others
                    self._let_rest(process)
                continue
            self._metrics.process_tried(process.name, "answered")
            process.next_rest, process.answered_at = FIRST_REST, clock()
            for suspect in suspects:  # the message is not to blame
                self._let_rest(suspect)
            return turn
        raise failure

    def _awake(self, without: list[_Process]) -> list[_Process]:
        """The processes that do not rest, first the one with the fewest turns; of these the one not asked for longest."""
        awake = [p for p in self._processes if p.rests is None and p not in without]
        return sorted(awake, key=lambda p: (p.running, p.asked))

    async def _ask(self, process: _Process, body: bytes, seconds: float) -> Turn:
        process.asked = max(p.asked for p in self._processes) + 1
        process.running += 1
        try:
            async with self._session.post(
                f"{process.url}/turn", data=body, headers={"Content-Type": "application/json"},
                timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT),
            ) as answer:
                if answer.status != 200:
                    raise RasaFailed(f"status {answer.status}", "status")
                return Turn.model_validate(await answer.json())
        except ValidationError as error:
            raise RasaFailed(f"result not in the agreed form: {error.error_count()} errors", "form") from None
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
            unreached = isinstance(error, (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError))
            raise RasaFailed(type(error).__name__, _kind(error), begun=not unreached) from None
        finally:
            process.running -= 1

    def _let_rest(self, process: _Process) -> None:
        if process.rests is None:
            process.rests = asyncio.create_task(self._rest(process, process.next_rest))
            process.next_rest = min(process.next_rest * 2, LONGEST_REST)

    async def _rest(self, process: _Process, seconds: float) -> None:
        outside_requests()
        log.warning("a process of the assistant rests", extra={"assistant_process": process.name, "seconds": seconds})
        try:
            await asyncio.sleep(seconds)
            while not await self._is_ready(process):
                await asyncio.sleep(LOOK_EVERY)
        finally:
            process.rests = None
        log.info("a process of the assistant is ready again", extra={"assistant_process": process.name})
        self._works()

    def _works(self) -> None:
        if self._failing:
            self._failing = False
            self.back.set()
            self.back = asyncio.Event()

    async def ready(self) -> dict[str, bool]:
        """Which processes, by name, say now that they can answer."""
        said = await asyncio.gather(*(self._is_ready(p) for p in self._processes))
        return {p.name: ready for p, ready in zip(self._processes, said)}

    async def _is_ready(self, process: _Process) -> bool:
        try:
            async with self._session.get(f"{process.url}/ready", timeout=aiohttp.ClientTimeout(total=2)) as answer:
                return answer.status == 200 and await answer.json() == {"ready": True}
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError):
            return False


def _kind(error: Exception) -> str:
    if isinstance(error, asyncio.TimeoutError):
        return "timeout"
    if isinstance(error, (aiohttp.ClientPayloadError, aiohttp.ContentTypeError)) or not isinstance(error, aiohttp.ClientError):
        return "form"
    return "connection" if isinstance(error, aiohttp.ClientConnectionError) else "other"
