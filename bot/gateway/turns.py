"""A message's life: ``received → answered | answered_late | given_up``.

Turns of one conversation run in order, those of many in parallel. Reply, new context and "answered" are committed in one
transaction; whatever dies, the turn runs again from the same context.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.gateway.errors import text
from bot.gateway.rasa_client import RasaClient, RasaFailed
from bot.gateway.results import Result, Turn
from bot.settings import Settings
from desk import cases, hours
from desk import conversations as talk
from desk import texts as desk_texts
from desk.store import aware, now
from desk.tickets import read_ticket
from policy_kb import Reader, emergencies

log = logging.getLogger("huimin.turns")
T = TypeVar("T")

CONTINUE = "#continue_with_bot"
HUMAN = "/request_human"
NOTHING_UNDERSTOOD = {"benefit": None, "aspect": None, "region": None}


class Turns:
    """Runs the turns of all conversations of this gateway."""

    def __init__(self, store: Engine, rasa: RasaClient, knowledge: Reader, settings: Settings):
        self._store, self._rasa, self._knowledge, self._settings = store, rasa, knowledge, settings
        self._workers: dict[str, asyncio.Task] = {}
        self._first_word: dict[str, asyncio.Event] = {}
        self._clocks: set[asyncio.Task] = set()

    async def write(self, change: Callable[[Connection], T]) -> T:
        """Run one transaction off the event loop."""

        def run() -> T:
            with self._store.begin() as db:
                return change(db)

        return await asyncio.to_thread(run)

    async def take_up(self) -> None:
        """Go on with every message that an earlier process left unanswered, in order."""
        for message in await self.write(talk.waiting):
            self.submit(message.conversation, message.id, aware(message.created_at))

    def submit(self, conversation: str, message: str, received_at: dt.datetime) -> None:
        """See to it that ``message`` gets answered, and that the resident hears something in time."""
        if message not in self._first_word:
            self._first_word[message] = asyncio.Event()
            clock = asyncio.create_task(self._tell_to_wait(conversation, message, received_at))
            self._clocks.add(clock)
            clock.add_done_callback(self._clocks.discard)
        worker = self._workers.get(conversation)
        if worker is None or worker.done():
            self._workers[conversation] = asyncio.create_task(self._work(conversation))

    async def first_word(self, message: str) -> None:
        """Wait until the message has a reply or the notice that it will take longer."""
        event = self._first_word.get(message)
        if event:
            await event.wait()

    async def stop(self) -> None:
        """Stop all turns; what is unfinished is taken up at the next start."""
        tasks = [*self._workers.values(), *self._clocks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self, conversation: str) -> None:
        try:
            while True:
                messages = await self.write(lambda db: talk.waiting(db, conversation))
                if not messages:
                    return
                try:
                    await self._answer(messages[0])
                finally:
                    event = self._first_word.pop(messages[0].id, None)
                    if event:
                        event.set()
        finally:
            if self._workers.get(conversation) is asyncio.current_task():
                del self._workers[conversation]

    async def _tell_to_wait(self, conversation: str, message: str, received_at: dt.datetime) -> None:
        """After some seconds without a reply: a notice with 12345; in danger, the number to call."""
        await asyncio.sleep(max(0.0, self._settings.first_word_after - (now() - received_at).total_seconds()))

        def tell(db: Connection) -> None:
            row = talk.get_message(db, message)
            if row.state != "received" or talk.was_told_to_wait(db, message):
                return
            data = NOTHING_UNDERSTOOD | {"pending": True}
            danger = self._danger(row.text)
            if danger:
                said = f"{danger.first_line}\n{danger.advice}"
                talk.say(db, conversation, talk.Outgoing("bot", "handoff", said, data=data), message)
                self._hand_over(db, conversation, message, "danger", True, None, "")
            else:
                talk.say(db, conversation, talk.Outgoing("system", "notice", text("pending"), data=data), message)

        with contextlib.suppress(sa.exc.NoResultFound):  # erased meanwhile
            await self.write(tell)
        event = self._first_word.get(message)
        if event:
            event.set()

    def _danger(self, said: str):
        try:
            return emergencies.detect(self._knowledge.get(), said)
        except Exception:
            log.exception("could not look for danger")
            return None

    async def _answer(self, message: Any) -> None:
        """Answer one message, trying until it works or its time is over."""
        received_at = aware(message.created_at)
        pause = 0.3
        while True:
            conversation = await self.write(lambda db: talk.get(db, message.conversation))
            if conversation is None:
                return
            try:
                if conversation.owner != talk.BOT or message.payload == CONTINUE:
                    return await self.write(lambda db: self._without_bot(db, message))
                turn = await self._rasa.turn(
                    conversation.context, text=message.text, payload=message.payload, metadata=self._metadata(message)
                )
                return await self.write(partial(self._commit, message=message, turn=turn))
            except RasaFailed as error:
                log.warning("turn %s failed: %s", message.id, error)
            except sa.exc.OperationalError:
                log.exception("store refused turn %s", message.id)
            if (now() - received_at).total_seconds() + pause > self._settings.give_up_after:
                return await self.write(lambda db: self._give_up(db, message))
            await asyncio.sleep(pause)
            pause = min(pause * 1.6, 5.0)

    def _metadata(self, message: Any) -> dict[str, Any]:
        return {
            "region": message.region or self._settings.region,
            "as_of": message.as_of.isoformat() if message.as_of else None,
        }

    def _commit(self, db: Connection, message: Any, turn: Turn) -> None:
        """Reply, context and state in one step; nothing at all if a person took over or it was answered meanwhile."""
        conversation = talk.get(db, message.conversation)
        if conversation is None:
            return
        if conversation.owner != talk.BOT:
            return self._without_bot(db, message)
        state = "answered_late" if talk.was_told_to_wait(db, message.id) else "answered"
        if not talk.settle(db, message.id, state):
            return
        talk.set_context(db, message.conversation, turn.context)
        for result in turn.messages:
            if result.request and result.request.erase:
                return self._erase(db, message)
            self._say(db, message, result)

    def _say(self, db: Connection, message: Any, result: Result) -> None:
        data = NOTHING_UNDERSTOOD | result.data
        replies = [r.model_dump() for r in result.quick_replies]
        said = result.text
        if result.request and (result.request.ticket_status or read_ticket(message.text)):
            said = self._ticket_status(db, message, result.request.ticket_status or read_ticket(message.text))
        out = talk.Outgoing("bot", result.kind, said, result.citations, replies, data)
        talk.say(db, message.conversation, out, message.id)
        if result.handoff:
            h = result.handoff
            self._hand_over(db, message.conversation, message.id, h.reason, h.urgent, h.department, h.summary)

    def _hand_over(
        self, db: Connection, conversation: str, message: str, reason: str, urgent: bool, department: str | None,
        summary: str,
    ) -> None:
        """Open the case (once), queue the conversation and tell the resident the ticket and the way back."""
        before = cases.of_conversation(db, conversation)
        was_bot = talk.get(db, conversation).owner == talk.BOT
        case = cases.open_case(db, conversation, message, reason=reason, urgent=urgent, department=department, summary=summary)
        if before and not was_bot:
            return
        key = "waiting" if hours.open_at(now()) else "waiting_out_of_hours"
        self._system(db, conversation, message, "handoff", desk_texts.text(key, ticket=case.ticket), case.ticket)

    def _system(
        self, db: Connection, conversation: str, message: str | None, kind: str, said: str, ticket: str | None,
        way_back: bool = True,
    ) -> None:
        back = desk_texts.text("continue_with_bot")
        replies = [{"title": back, "says": back, "payload": CONTINUE}] if way_back else []
        data = NOTHING_UNDERSTOOD | {"ticket": ticket}
        talk.say(db, conversation, talk.Outgoing("system", kind, said, quick_replies=replies, data=data), message)

    def _without_bot(self, db: Connection, message: Any) -> None:
        """While a person owns the conversation, or when the resident goes back to the bot."""
        late = talk.was_told_to_wait(db, message.id)
        if not talk.settle(db, message.id, "answered_late" if late else "answered"):
            return
        case = cases.of_conversation(db, message.conversation)
        ticket = case.ticket if case else None
        owner = talk.get(db, message.conversation).owner
        danger = self._danger(message.text)
        if danger:
            if not late:
                said = f"{danger.first_line}\n{danger.advice}"
                out = talk.Outgoing("bot", "handoff", said, data=dict(NOTHING_UNDERSTOOD))
                talk.say(db, message.conversation, out, message.id)
            self._hand_over(db, message.conversation, message.id, "danger", True, None, "")
        elif message.payload == CONTINUE:
            moved = cases.back_to_bot(db, message.conversation, "resident", "continue_with_bot")
            key = "back_with_bot" if moved and ticket else "not_waiting"
            self._system(db, message.conversation, message.id, "notice", desk_texts.text(key, ticket=ticket), ticket, False)
        elif read_ticket(message.text):
            said = self._ticket_status(db, message, read_ticket(message.text))
            self._system(db, message.conversation, message.id, "notice", said, ticket, owner == talk.QUEUE)
        elif owner == talk.QUEUE:
            said = desk_texts.text("still_waiting", ticket=ticket)
            self._system(db, message.conversation, message.id, "notice", said, ticket)

    def _ticket_status(self, db: Connection, message: Any, ticket: str) -> str:
        """How far a case of this conversation is; other conversations' cases are not told of."""
        try:
            case = cases.by_ticket(db, ticket)
        except cases.NoSuchCase:
            return desk_texts.text("ticket_unknown", ticket=ticket)
        if case.conversation != message.conversation:
            return desk_texts.text("ticket_unknown", ticket=ticket)

        def day(moment: dt.datetime | None) -> str:
            return hours.local(aware(moment)).strftime("%Y-%m-%d") if moment else ""

        return desk_texts.text(
            f"ticket_{case.status}", ticket=ticket, opened=day(case.opened_at), resolved=day(case.resolved_at),
            name=case.claimed_by, outcome=case.outcome,
        )

    def _erase(self, db: Connection, message: Any) -> None:
        """Everything said so far goes; the conversation itself stays, with this one answer."""
        talk.clear(db, message.conversation)
        said = talk.Outgoing("system", "notice", text("erased"), data=NOTHING_UNDERSTOOD | {"erased": True})
        talk.say(db, message.conversation, said, message.id)

    def _give_up(self, db: Connection, message: Any) -> None:
        if talk.settle(db, message.id, "given_up"):
            human = [{"title": text("human"), "says": text("human"), "payload": HUMAN}]
            said = talk.Outgoing("system", "notice", text("given_up"), quick_replies=human, data=dict(NOTHING_UNDERSTOOD))
            talk.say(db, message.conversation, said, message.id)

    async def release_unclaimed(self) -> None:
        """``queue → bot`` where nobody claimed in time; the case stays open."""
        since = now() - dt.timedelta(seconds=self._settings.unclaimed_after)

        def release(db: Connection) -> None:
            for conversation in talk.queued_since(db, since):
                case = cases.of_conversation(db, conversation)
                if cases.back_to_bot(db, conversation, "system", "nobody claimed in time"):
                    said = desk_texts.text("nobody_yet", ticket=case.ticket if case else "")
                    self._system(db, conversation, None, "notice", said, case.ticket if case else None, False)

        await self.write(release)
