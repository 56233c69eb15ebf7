"""What a turn leaves in the store: replies, context, cases, ownership. Each method runs inside one transaction."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from sqlalchemy.engine import Connection

from bot.gateway.errors import text
from bot.gateway.results import Handoff, Result, Turn
from bot.masking import PHONE
from desk import cases, changes, hours
from desk import conversations as talk
from desk import texts as desk_texts
from desk.routing.router import Routed, Router
from desk.store import aware, now
from desk.tickets import read_ticket
from policy_kb import Reader, emergencies
from policy_kb.knowledge import Emergency

log = logging.getLogger("huimin.turns")

CONTINUE = "#continue_with_bot"
HUMAN = "/request_human"
NOTHING_UNDERSTOOD = {"benefit": None, "aspect": None, "region": None}


class Outcomes:
    """Writes what came of a message; knows danger to life without asking Rasa."""

    def __init__(self, knowledge: Reader, router: Router):
        self._knowledge, self._router = knowledge, router

    def tell_to_wait(self, db: Connection, message: str) -> None:
        """The notice that an answer takes longer; in danger, the number to call. Once for each message."""
        talk.lock(db, talk.get_message(db, message).conversation)
        row = talk.get_message(db, message)
        if row.state != "received" or talk.was_told_to_wait(db, message):
            return
        if self.tell_danger(db, row) or talk.get(db, row.conversation).owner != talk.BOT:
            return
        data = NOTHING_UNDERSTOOD | {"pending": True}
        talk.say(db, row.conversation, talk.Outgoing("system", "notice", text("pending"), data=data), message)

    def tell_danger(self, db: Connection, message: Any) -> bool:
        """In danger to life the number is said, and a person told, without Rasa: once for each message."""
        danger = self.danger_in(message)
        if danger is None:
            return False
        talk.lock(db, message.conversation)
        if not talk.was_told_to_wait(db, message.id):
            data = NOTHING_UNDERSTOOD | {"emergency": danger.id}
            said = talk.Outgoing("system", "handoff", f"{danger.first_line}\n{danger.advice}", data=data)
            talk.say(db, message.conversation, said, message.id)
            self._hand_over(db, message.conversation, message.id, Handoff(reason="danger", urgent=True))
        return True

    def danger_in(self, message: Any) -> Emergency | None:
        """The danger to life that a resident's own words speak of."""
        if message.payload is not None:
            return None
        try:
            return emergencies.detect(self._knowledge.get(), message.text)
        except Exception:
            log.exception("could not look for danger")
            return None

    def commit(self, db: Connection, message: Any, turn: Turn) -> str | None:
        """Reply, context and state in one step; nothing at all if a person took over or it was answered meanwhile.

        Returns the state that the message came to; None where it was settled before or is erased.
        """
        conversation = talk.get(db, message.conversation)
        if conversation is None:
            return None
        if conversation.owner != talk.BOT:
            return self.without_bot(db, message)
        state = "answered_late" if talk.was_told_to_wait(db, message.id) else "answered"
        if not talk.settle(db, message.id, state):
            return None
        talk.set_context(db, message.conversation, turn.context)
        for result in turn.messages:
            if result.request and result.request.erase:
                self._erase(db, message)
                break
            self._say(db, message, result)
        self._offer_callback(db, message)
        return state

    def _say(self, db: Connection, message: Any, result: Result) -> None:
        data = NOTHING_UNDERSTOOD | result.data
        replies = [r.model_dump() for r in result.quick_replies]
        said = result.text
        if result.request and result.request.ticket_status and read_ticket(message.text):
            said = self._ticket_status(db, message, read_ticket(message.text))
        out = talk.Outgoing("bot", result.kind, said, result.citations, replies, data)
        talk.say(db, message.conversation, out, message.id)
        if result.handoff:
            self._hand_over(db, message.conversation, message.id, result.handoff)

    def _hand_over(self, db: Connection, conversation: str, message: str, wanted: Handoff) -> None:
        """Open the case (once), queue the conversation and tell the resident the ticket and the way back."""
        before = cases.of_conversation(db, conversation)
        was_bot = talk.get(db, conversation).owner == talk.BOT
        routed = self._route(db, conversation, wanted)
        case = cases.open_case(
            db, conversation, message, reason=wanted.reason, urgent=wanted.urgent, department=routed.department,
            summary=wanted.summary, why_routed=routed.why,
        )
        if before and not was_bot:
            return
        key = "waiting_urgent" if wanted.urgent else "waiting" if hours.open_at(now()) else "waiting_out_of_hours"
        said = desk_texts.text(key, ticket=case.ticket)
        self._system(db, conversation, message, "handoff", said, case.ticket, callback="offered")

    def _offer_callback(self, db: Connection, message: Any) -> None:
        """Who writes a phone number in a conversation with an open case is told where to leave it: here it is masked."""
        case = cases.of_conversation(db, message.conversation) if PHONE in message.text else None
        if case:
            way_back = talk.get(db, message.conversation).owner == talk.QUEUE
            said = desk_texts.text("leave_number")
            self._system(db, message.conversation, message.id, "notice", said, case.ticket, way_back, callback="offered")

    def _route(self, db: Connection, conversation: str, wanted: Handoff) -> Routed:
        """The department; whatever goes wrong here, a person is told all the same."""
        said = "\n".join(talk.typed(db, conversation))
        try:
            return self._router.route(said, wanted.benefit, wanted.region, self._knowledge.get())
        except Exception:
            log.exception("could not find the department")
            return Routed(None, desk_texts.text("route_failed"))

    def _system(
        self, db: Connection, conversation: str, message: str | None, kind: str, said: str, ticket: str | None,
        way_back: bool = True, **data: Any,
    ) -> None:
        back = desk_texts.text("continue_with_bot")
        replies = [{"title": back, "says": back, "payload": CONTINUE}] if way_back else []
        data = NOTHING_UNDERSTOOD | {"ticket": ticket} | data
        talk.say(db, conversation, talk.Outgoing("system", kind, said, quick_replies=replies, data=data), message)

    def without_bot(self, db: Connection, message: Any) -> str | None:
        """While a person owns the conversation, in danger while the assistant is switched off, or when the resident goes back
        to the bot. Returns the state that the message came to; None where it was settled before.
        """
        state = "answered_late" if talk.was_told_to_wait(db, message.id) else "answered"
        if not talk.settle(db, message.id, state):
            return None
        changes.note(db, message.conversation)  # while staff own it, it is settled without a word
        case = cases.of_conversation(db, message.conversation)
        ticket = case.ticket if case else None
        owner = talk.get(db, message.conversation).owner
        if self.tell_danger(db, message):
            return state
        if message.payload == CONTINUE:
            moved = cases.back_to_bot(db, message.conversation, "resident", "continue_with_bot")
            key = "with_staff" if owner == talk.STAFF else "back_with_bot" if moved and ticket else "not_waiting"
            self._system(db, message.conversation, message.id, "notice", desk_texts.text(key, ticket=ticket), ticket, False)
        elif read_ticket(message.text):
            said = self._ticket_status(db, message, read_ticket(message.text))
            self._system(db, message.conversation, message.id, "notice", said, ticket, owner == talk.QUEUE)
        elif owner == talk.QUEUE:
            said = desk_texts.text("still_waiting", ticket=ticket)
            self._system(db, message.conversation, message.id, "notice", said, ticket)
        self._offer_callback(db, message)
        return state

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

    def give_up(self, db: Connection, message: Any) -> str | None:
        """An apology and the offer of a person. Returns the state that the message came to; None where it was settled before."""
        if not talk.settle(db, message.id, "given_up"):
            return None
        human = [{"title": text("human"), "says": text("human"), "payload": HUMAN}]
        said = talk.Outgoing("system", "notice", text("given_up"), quick_replies=human, data=dict(NOTHING_UNDERSTOOD))
        talk.say(db, message.conversation, said, message.id)
        return "given_up"

    def release_unclaimed(self, db: Connection, since: dt.datetime) -> None:
        """Give back to the bot what waits for a person since before ``since``; the cases stay open."""
        for conversation in talk.queued_since(db, since):
            case = cases.of_conversation(db, conversation)
            if cases.back_to_bot(db, conversation, "system", "nobody claimed in time"):
                ticket = case.ticket if case else ""
                said = desk_texts.text("nobody_yet", ticket=ticket)
                self._system(db, conversation, None, "notice", said, ticket or None, False)
