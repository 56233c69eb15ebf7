"""A message's life: ``received → answered | answered_late | given_up``.

Turns of one conversation run in order, those of many in parallel. Reply, new context and "answered" are committed in one
transaction; whatever dies, the turn runs again from the same context.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.gateway.for_desk import is_for_desk, may_be_for_desk
from bot.gateway.logs import hashed, outside_requests
from bot.gateway.metrics import Metrics
from bot.gateway.outcomes import Outcomes
from bot.gateway.rasa_client import RasaClient, RasaFailed
from bot.gateway.stages import Stages, milliseconds
from bot.gateway.switchboard import Switchboard
from bot.settings import Settings
from desk import cases, changes, waiting
from desk import conversations as talk
from desk.routing.router import Router, model_file
from desk.store import aware, now, reading
from policy_kb import Reader
from policy_kb.settings import retention_days

log = logging.getLogger("huimin.turns")
T = TypeVar("T")

FIRST_PAUSE, LONGEST_PAUSE = 0.3, 5.0
# A message that waits so many seconds may have been another gateway's that is no more.
LEFT_AFTER = 15.0
# The conversation and the replies to one message.
Outcome = tuple[Any, list[Any]]
# The state a message came to, None where that was not this turn's doing, and the outcome.
Settled = tuple[str | None, Outcome]


def outcome_of(db: Connection, conversation: str, message: str) -> Outcome:
    return talk.get(db, conversation), talk.replies_to(db, message)


async def _cancel(tasks: Iterable[asyncio.Task]) -> None:
    tasks = list(tasks)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class _Waiting:
    """Somebody waits for the first word on a message; ``outcome`` is there where the turn itself was that word."""

    conversation: str
    over: asyncio.Event = field(default_factory=asyncio.Event)
    outcome: Outcome | None = None
    stages: Stages = field(default_factory=Stages)


class _LeftForNextStart(Exception):
    """The gateway stops: nothing more is tried for this message."""


class Turns:
    """Runs the turns of all conversations of this gateway."""

    def __init__(self, store: Engine, rasa: RasaClient, knowledge: Reader, settings: Settings, metrics: Metrics):
        self._store, self._rasa, self._settings, self._metrics = store, rasa, settings, metrics
        self.router = Router(model_file())
        self._outcomes = Outcomes(knowledge, self.router)
        self.switchboard = Switchboard(self.read)
        self._stopping = asyncio.Event()
        self._workers: dict[str, asyncio.Task] = {}
        self._wanted: set[str] = set()
        self._first_word: dict[str, _Waiting] = {}
        self._clocks: set[asyncio.Task] = set()
        self._listeners: list[Callable[[frozenset[str]], None]] = []
        # SQLite has one writer at a time: waiting in line here is shorter and fairer than asking it again and again.
        self._line = ThreadPoolExecutor(1, "writer") if store.dialect.name == "sqlite" else None

    async def write(self, change: Callable[[Connection], T]) -> T:
        """Run one transaction off the event loop; once it is committed, tell who listens what it changed."""
        loop = asyncio.get_running_loop()

        def run() -> T:
            changed: frozenset[str] = frozenset()
            with self._store.begin() as db:
                try:
                    result = change(db)
                finally:
                    changed = changes.take(db)
            if changed:
                with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile: nobody listens any more
                    loop.call_soon_threadsafe(self._tell, changed)
            return result

        return await loop.run_in_executor(self._line, run)

    def listen(self, to: Callable[[frozenset[str]], None]) -> None:
        """Call ``to`` on the event loop with the conversations that each transaction of this gateway has changed."""
        self._listeners.append(to)

    def _tell(self, changed: frozenset[str]) -> None:
        for listener in self._listeners:
            listener(changed)

    async def read(self, look: Callable[[Connection], T]) -> T:
        """Run one transaction that changes nothing, off the event loop."""

        def run() -> T:
            with reading(self._store) as db, db.begin():
                return look(db)

        return await asyncio.to_thread(run)

    async def take_up(self) -> None:
        """Go on with every message that an earlier process left unanswered, in order."""
        for message in await self.read(talk.waiting):
            self.submit(message.conversation, message.id, aware(message.created_at))

    async def take_up_left(self) -> None:
        """Go on with what another gateway on this desk store left. Where that one is only slow both try, and the first one's
        answer counts.
        """
        for message in await self.read(talk.waiting):
            received_at = aware(message.created_at)
            if (now() - received_at).total_seconds() > LEFT_AFTER:
                self.submit(message.conversation, message.id, received_at)

    def submit(self, conversation: str, message: str, received_at: dt.datetime, saved_in: float | None = None) -> None:
        """See to it that ``message`` gets answered, and that the resident hears something in time: at once where the gateway
        stops and no turn is begun. ``saved_in``: how many seconds saving it took.
        """
        if message not in self._first_word:
            self._first_word[message] = _Waiting(conversation, stages=Stages(saved_in))
            clock = asyncio.create_task(self._tell_to_wait(conversation, message, received_at))
            self._clocks.add(clock)
            clock.add_done_callback(self._clocks.discard)
        self._wanted.add(conversation)
        if conversation not in self._workers and not self.stopping:
            self._workers[conversation] = asyncio.create_task(self._work(conversation))

    async def first_word(self, message: str) -> Outcome | None:
        """Wait until the message has a reply or the notice that it will take longer; the outcome where it is at hand."""
        waiting = self._first_word.get(message)
        if waiting is None:
            return None
        await waiting.over.wait()
        return waiting.outcome

    def _let_go(self, message: str, outcome: Outcome | None = None) -> None:
        waiting = self._first_word.pop(message, None)
        if waiting:
            if not waiting.over.is_set():
                waiting.outcome = outcome
            waiting.over.set()

    @property
    def stopping(self) -> bool:
        """Whether no turn is begun any more."""
        return self._stopping.is_set()

    async def drain(self, patience: float) -> None:
        """Begin no turn any more, and let those that run finish for up to ``patience`` seconds. What is left is taken up at the
        next start; whoever waits for it is told now that it takes longer.
        """
        self._stopping.set()
        running = list(self._workers.values())
        if running:
            await asyncio.wait(running, timeout=patience)
        await _cancel(self._workers.values())
        left = [(m, w) for m, w in self._first_word.items() if not w.over.is_set()]
        for message, _ in left:
            await self._say_it_takes_longer(message)
        log.info("no turn runs any more", extra={"finished_turns": len(running), "left_messages": len(left)})

    async def stop(self) -> None:
        """Stop all turns; what is unfinished is taken up at the next start."""
        self._stopping.set()
        await _cancel([*self._workers.values(), *self._clocks])
        if self._line:
            self._line.shutdown(wait=False)

    async def _work(self, conversation: str) -> None:
        """Answer what waits in one conversation, in order, until nothing does. Between the last look and the end
        nothing is awaited, so no message that is submitted meanwhile is overlooked.
        """
        outside_requests()
        pause = FIRST_PAUSE
        try:
            while conversation in self._wanted and not self.stopping:
                self._wanted.discard(conversation)
                known = [m for m, w in self._first_word.items() if w.conversation == conversation]
                try:
                    messages, row = await self.read(lambda db: (talk.waiting(db, conversation), talk.get(db, conversation)))
                except Exception:
                    log.exception("could not look for waiting messages")
                    self._wanted.add(conversation)
                    await self._rest(pause)
                    pause = min(pause * 1.6, LONGEST_PAUSE)
                    continue
                still = {m.id for m in messages}
                for message in known:
                    if message not in still:
                        self._let_go(message)
                if messages:
                    if len(messages) > 1:
                        self._wanted.add(conversation)
                    waiting = self._first_word.get(messages[0].id)
                    stages = waiting.stages if waiting else Stages()
                    self._let_go(messages[0].id, await self._answer(messages[0], row, stages))
        except _LeftForNextStart:
            pass
        finally:
            del self._workers[conversation]

    async def _tell_to_wait(self, conversation: str, message: str, received_at: dt.datetime) -> None:
        """After some seconds without a reply: a notice with 12345; in danger, the number to call."""
        outside_requests()
        if not self.stopping:
            await asyncio.sleep(max(0.0, self._settings.first_word_after - (now() - received_at).total_seconds()))
        await self._say_it_takes_longer(message)

    async def _say_it_takes_longer(self, message: str) -> None:
        try:
            await self.write(lambda db: self._outcomes.tell_to_wait(db, message))
        except sa.exc.NoResultFound:  # erased meanwhile
            pass
        except Exception:
            log.exception("could not tell to wait")
        waiting = self._first_word.get(message)
        if waiting:
            waiting.over.set()

    async def _rest(self, seconds: float, back: asyncio.Event | None = None) -> bool:
        """Wait before the next try, no longer than until the gateway stops or ``back`` is set. Whether it was cut short."""
        ends = [asyncio.create_task(e.wait()) for e in (self._stopping, back) if e]
        try:
            done, _ = await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _cancel(ends)
        return bool(done)

    async def _answer(self, message: Any, conversation: Any, stages: Stages) -> Outcome | None:
        """Answer one message, trying until it works or its time is over. Raises :class:`_LeftForNextStart`.

        A pause ends as soon as Rasa works again, but not two in a row: a message that is itself the reason why it fails must not
        be tried each time that another one is answered.
        """
        received_at = aware(message.created_at)
        pause, cut_short = FIRST_PAUSE, False
        while True:
            stages.begin()
            back = self._rasa.back
            try:
                if conversation is None:
                    conversation = await self.read(lambda db: talk.get(db, message.conversation))
                return self._over(message, stages, await self._try_to_answer(message, conversation, stages))
            except RasaFailed as error:
                self._metrics.assistant_failed(error.kind)
                log.warning("turn failed", extra={"message_hash": hashed(message.id), "reason": str(error)})
                with contextlib.suppress(sa.exc.SQLAlchemyError):
                    await self.write(partial(self._outcomes.tell_danger, message=message))
            except Exception:
                log.exception("turn failed", extra={"message_hash": hashed(message.id)})
            conversation = None
            if self.stopping:
                raise _LeftForNextStart
            if (now() - received_at).total_seconds() + pause > self._settings.give_up_after:
                try:
                    return self._over(message, stages, await self._settle(message, self._outcomes.give_up, stages))
                except Exception:
                    log.exception("could not give a turn up", extra={"message_hash": hashed(message.id)})
            cut_short = await self._rest(pause, None if cut_short else back)
            if self.stopping:
                raise _LeftForNextStart
            pause = min(pause * 1.6, LONGEST_PAUSE)

    async def _try_to_answer(self, message: Any, conversation: Any, stages: Stages) -> Settled | None:
        if conversation is None:
            return None
        if conversation.owner != talk.BOT or await self._is_for_desk(message) or await self._in_danger_while_off(message):
            return await self._settle(message, self._outcomes.without_bot, stages)
        with stages.of("rasa"):
            turn = await self._rasa.turn(
                conversation.context, text=message.text, payload=message.payload, metadata=self._metadata(message)
            )
        return await self._settle(message, partial(self._outcomes.commit, turn=turn), stages)

    async def _is_for_desk(self, message: Any) -> bool:
        given = message.text, message.payload
        return may_be_for_desk(*given) and await self.read(lambda db: is_for_desk(db, message.conversation, *given))

    async def _in_danger_while_off(self, message: Any) -> bool:
        """Whether the number has to come without the assistant, because an operator switched it off."""
        if (await self.switchboard.standing()).off is None:
            return False
        return await asyncio.to_thread(self._outcomes.danger_in, message) is not None

    async def _settle(self, message: Any, settle: Callable[..., str | None], stages: Stages) -> Settled:
        """Write down what came of a message, in one transaction, and read how it stands then."""

        def settled(db: Connection) -> Settled:
            talk.lock(db, message.conversation)
            state = settle(db, message=message)
            return state, outcome_of(db, message.conversation, message.id)

        with stages.of("commit"):
            return await self.write(settled)

    def _over(self, message: Any, stages: Stages, settled: Settled | None) -> Outcome | None:
        """Count and write down that a message came to its end; the outcome for whoever waits."""
        state, outcome = settled or (None, None)
        conversation, replies = outcome or (None, [])
        first = next((r for r in replies if not r.data.get("pending")), None)
        kind, owner = first.kind if first else "none", conversation.owner if conversation else "none"
        seconds = max(0.0, (now() - aware(message.created_at)).total_seconds())
        self._metrics.turn_over(kind, owner, state or "dropped", stages, seconds)
        log.info("turn", extra={
            "message_hash": hashed(message.id), "outcome": state or "dropped", "kind": kind, "handled_by": owner,
            "tries": stages.tries, **stages.in_ms(), "total_ms": milliseconds(seconds),
        })
        return outcome

    def _metadata(self, message: Any) -> dict[str, Any]:
        return {
            "region": message.region or self._settings.region,
            "as_of": message.as_of.isoformat() if message.as_of else None,
        }

    async def forget_old(self) -> int:
        """Delete what is older than the days it is kept (``HUIMIN_RETENTION_DAYS``); returns how many conversations."""
        than = now() - dt.timedelta(days=retention_days())
        return await self.write(lambda db: talk.forget_older(db, than))

    async def release_unclaimed(self) -> None:
        """``queue → bot`` where nobody claimed in time; the case stays open."""
        since = now() - dt.timedelta(seconds=self._settings.unclaimed_after)
        await self.write(lambda db: self._outcomes.release_unclaimed(db, since))

    async def release_silent(self) -> None:
        """``staff → queue`` where the resident waits and the person who has the case says nothing (``HUIMIN_STAFF_SILENCE``)."""
        after = self._settings.silent_after
        for ticket in await self.read(lambda db: waiting.left_waiting(db, after)):
            with contextlib.suppress(cases.NoSuchCase):  # erased meanwhile
                await self.write(partial(waiting.release_silent, ticket=ticket, after=after))
