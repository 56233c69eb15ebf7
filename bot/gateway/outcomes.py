"""What a turn leaves in the store: replies, context, cases, ownership. Each method runs inside one transaction."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from sqlalchemy.engine import Connection

from bot.gateway.errors import text
from bot.gateway.for_desk import asks_to_open_again
from bot.gateway.reasons import reason_for
from bot.gateway.results import Handoff, Result, Turn, Understood
from bot.masking import PHONE
from desk import cases, changes, hours, readings, waiting
from desk import conversations as talk
from desk import texts as desk_texts
from desk.readings import Reading
from desk.routing.router import Routed, Router
from desk.store import aware, now
from desk.telling import CONTINUE, NOTHING_UNDERSTOOD, REOPEN, SOLVED, offer, pressed, tell
from desk.tickets import read_ticket
from policy_kb import Reader, emergencies
from policy_kb.knowledge import Emergency

log = logging.getLogger("huimin.turns")

HUMAN = "/request_human"


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
            self._say(db, message, result, turn.understood)
        self._offer_callback(db, message)
        return state

    def _say(self, db: Connection, message: Any, result: Result, understood: Understood | None) -> None:
        data = NOTHING_UNDERSTOOD | result.data
        replies = [r.model_dump() for r in result.quick_replies]
        said = result.text
        if result.request and result.request.ticket_status and read_ticket(message.text):
            said = self._ticket_status(db, message, read_ticket(message.text))
        out = talk.Outgoing("bot", result.kind, said, result.citations, replies, data)
        said_as = talk.say(db, message.conversation, out, message.id)
        taken = understood.model_dump() if understood else {}
        readings.keep(db, said_as, message, Reading(result.kind, data, lacks=result.lacks, **taken))
        if result.handoff:
            reason = reason_for(db, message, result.handoff.reason)
            self._hand_over(db, message.conversation, message.id, result.handoff.model_copy(update={"reason": reason}))

    def _hand_over(self, db: Connection, conversation: str, message: str, wanted: Handoff) -> None:
        """Open the case (once), queue the conversation and tell the resident the ticket, the place and the way back."""
        before = cases.of_conversation(db, conversation)
        was_bot = talk.get(db, conversation).owner == talk.BOT
        routed = self._route(db, conversation, wanted)
        case = cases.open_case(
            db, conversation, message, reason=wanted.reason, urgent=wanted.urgent, department=routed.department,
            summary=wanted.summary, why_routed=routed.why,
        )
        if before and not was_bot:
            return
        place = waiting.place(db, case)
        key = "waiting_urgent" if wanted.urgent else "waiting_out_of_hours" if place.opens else "waiting"
        opens = hours.in_words(place.opens, now()) if place.opens else ""
        said = desk_texts.text(key, ticket=case.ticket, place=place.words(), hours=hours.spans_in_words(), opens=opens)
        self._tell(db, message, conversation, said, case.ticket, kind="handoff", callback="offered", queue=place.data())

    def _offer_callback(self, db: Connection, message: Any) -> None:
        """Who writes a phone number in a conversation with an open case is told where to leave it: here it is masked."""
        case = cases.of_conversation(db, message.conversation) if PHONE in message.text else None
        if case:
            way_back = talk.get(db, message.conversation).owner == talk.QUEUE
            said = desk_texts.text("leave_number")
            self._tell(db, message.id, message.conversation, said, case.ticket, way_back, callback="offered")

    def _route(self, db: Connection, conversation: str, wanted: Handoff) -> Routed:
        """The department; whatever goes wrong here, a person is told all the same."""
        said = "\n".join(talk.typed(db, conversation))
        try:
            return self._router.route(said, wanted.benefit, wanted.region, self._knowledge.get())
        except Exception:
            log.exception("could not find the department")
            return Routed(None, desk_texts.text("route_failed"))

    @staticmethod
    def _tell(
        db: Connection, message: str | None, conversation: str, said: str, ticket: str | None, way_back: bool = True, **more: Any
    ) -> None:
        """Say something in reply to a message, with the way back to the bot."""
        tell(db, conversation, said, ticket, [offer(CONTINUE)] if way_back else [], in_reply_to=message, **more)

    def without_bot(self, db: Connection, message: Any) -> str | None:
        """While a person owns the conversation, in danger while the assistant is switched off, or when the message is for the
        desk. Returns the state that the message came to; None where it was settled before.
        """
        state = "answered_late" if talk.was_told_to_wait(db, message.id) else "answered"
        if not talk.settle(db, message.id, state):
            return None
        changes.note(db, message.conversation)  # while staff own it, it is settled without a word
        if self.tell_danger(db, message):
            return state
        chosen, owner = pressed(message.payload), talk.get(db, message.conversation).owner
        if chosen and chosen[0] == CONTINUE:
            self._back_to_bot(db, message, owner)
        elif chosen:
            self._on_outcome(db, message, *chosen)
        elif read_ticket(message.text):
            said = self._ticket_status(db, message, read_ticket(message.text))
            case = cases.of_conversation(db, message.conversation)
            self._tell(db, message.id, message.conversation, said, case and case.ticket, owner == talk.QUEUE)
        elif owner == talk.QUEUE:
            case = cases.of_conversation(db, message.conversation)
            place = waiting.place(db, case)
            said = desk_texts.text("still_waiting", ticket=case.ticket, place=place.words())
            self._tell(db, message.id, message.conversation, said, case.ticket, queue=place.data())
        elif owner == talk.BOT and asks_to_open_again(message.text, message.payload):
            self._open_again(db, message, cases.last_resolved(db, message.conversation))
        self._offer_callback(db, message)
        return state

    def _back_to_bot(self, db: Connection, message: Any, owner: str) -> None:
        case = cases.of_conversation(db, message.conversation)
        ticket = case.ticket if case else None
        moved = cases.back_to_bot(db, message.conversation, "resident", "continue_with_bot")
        key = "with_staff" if owner == talk.STAFF else "back_with_bot" if moved and ticket else "not_waiting"
        self._tell(db, message.id, message.conversation, desk_texts.text(key, ticket=ticket), ticket, False)

    def _on_outcome(self, db: Connection, message: Any, what: str, ticket: str) -> None:
        """The resident says whether it is solved, or wants the case opened again."""
        case = cases.by_ticket(db, ticket)
        if what == REOPEN:
            return self._open_again(db, message, case)
        cases.say_solved(db, case, what == SOLVED)
        offers = []
        if what == SOLVED:
            said = desk_texts.text("thanks")
        elif case.status == "resolved":
            said, offers = desk_texts.text("sorry_not_solved"), [offer(REOPEN, ticket)]
        else:
            said = desk_texts.text("already_open", ticket=ticket)
        tell(db, message.conversation, said, ticket, offers, in_reply_to=message.id)
        return None

    def _open_again(self, db: Connection, message: Any, old: Any) -> None:
        open_now = cases.of_conversation(db, message.conversation)
        if open_now:
            way_back = talk.get(db, message.conversation).owner == talk.QUEUE
            said = desk_texts.text("already_open", ticket=open_now.ticket)
            self._tell(db, message.id, message.conversation, said, open_now.ticket, way_back)
            return
        case = cases.open_again(db, old, message.id)
        place = waiting.place(db, case)
        key = "reopened" if case.id == old.id else "reopened_as_new"
        said = desk_texts.text(key, ticket=case.ticket, old=old.ticket, place=place.words())
        more = {"kind": "handoff", "callback": "offered", "queue": place.data()}
        self._tell(db, message.id, message.conversation, said, case.ticket, **more)

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
            name=case.claimed_by, outcome=case.outcome, place=waiting.place(db, case).words(),
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
        data = NOTHING_UNDERSTOOD | {"given_up": True}
        said = talk.Outgoing("system", "notice", text("given_up"), quick_replies=human, data=data)
        talk.say(db, message.conversation, said, message.id)
        return "given_up"

    def release_unclaimed(self, db: Connection, since: dt.datetime) -> None:
        """Give back to the bot what waits for a person since before ``since``; the cases stay open."""
        for conversation in talk.queued_since(db, since):
            case = cases.of_conversation(db, conversation)
            if cases.back_to_bot(db, conversation, "system", "nobody_claimed_in_time"):
                self._tell(db, None, conversation, desk_texts.text("nobody_yet", ticket=case.ticket), case.ticket, False)
