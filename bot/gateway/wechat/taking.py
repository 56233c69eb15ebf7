"""What a resident's message is, in one transaction: a turn of the conversation, or something that the channel does itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import regex
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from bot.gateway.wechat import form
from bot.gateway.wechat.inbound import Inbound
from bot.gateway.wechat.words import say, typed
from bot.masking import mask
from desk import callbacks, cases, feedback, wechat
from desk import conversations as talk
from desk.phones import BadPhone, last_digits, read_phone
from desk.store import now
from desk.tables import messages

_NUMBER = regex.compile(r"(?<![\d])\+?\d[\d \-－—]{5,18}\d(?![\d])")
_MARKS = regex.compile(r"[\s\p{P}]+$")
# No number or letter stands for it.
_BY_WORDS_ONLY = 1000
_HAN = regex.compile(r"\p{Han}")


@dataclass(frozen=True)
class Said:
    """What a resident said or pressed, in words. ``region``: the place that they sent with it."""

    inbound: Inbound
    text: str
    region: str | None = None


@dataclass(frozen=True)
class Taken:
    """What became of it. ``message``: the turn that it is; ``reply``: what it was answered with, or the channel's own words;
    ``lead``: what is to be said before the turn's own reply.
    """

    conversation: str | None
    message: str | None
    reply: str | None = None
    lead: str = ""
    received_at: Any = None


class Taking:
    """Takes messages of one account. Nothing is acted on twice: what comes again is found by its key."""

    def __init__(self, secret: str, account: str):
        self._secret, self._account = secret, account

    def resident(self, openid: str) -> str:
        return wechat.hashed(self._secret, self._account, openid)

    def key(self, inbound: Inbound) -> str:
        return wechat.hashed(self._secret, self._account, inbound.openid, inbound.key)

    def known(self, db: Connection, inbound: Inbound) -> Taken | None:
        """What became of a message that came before."""
        arrival = wechat.arrival(db, self.key(inbound))
        if arrival is None:
            return None
        message = arrival.message and db.execute(sa.select(messages).where(messages.c.id == arrival.message)).first()
        if message is None:
            return Taken(None, None, arrival.reply or "")
        return Taken(message.conversation, message.id, arrival.reply, received_at=talk.aware(message.created_at))

    def incoming(self, db: Connection, said: Said) -> tuple[str | None, talk.Incoming]:
        """The conversation, where there is one, and what the message would be in it: to see whether it is taken at all."""
        row = wechat.resident(db, self.resident(said.inbound.openid))
        return row and row.conversation, self._incoming(db, row, said, mask(said.text))

    def take(self, db: Connection, said: Said, can_send: bool) -> Taken:
        """Save what came, once. ``can_send``: what is late can go by itself."""
        talk.lock_id(db, self.key(said.inbound))
        known = self.known(db, said.inbound)
        if known is not None:
            return known
        name = self.resident(said.inbound.openid)
        talk.lock_id(db, name)
        row = wechat.resident(db, name)
        if row is None:
            return self._begin(db, name, said)
        talk.lock(db, row.conversation)
        row = wechat.resident(db, name)
        region = said.region or row.region
        wechat.change_resident(db, name, grants=allowed_after(row.grants, said.inbound), subscribed=True, region=region)
        own = self._of_channel(db, row, said.text, self.key(said.inbound), can_send)
        if own is not None:
            wechat.add_arrival(db, self.key(said.inbound), name, reply=own)
            return Taken(row.conversation, None, own)
        lead, text = self._number_left(db, row, said.text)
        if not text:
            wechat.add_arrival(db, self.key(said.inbound), name, reply=lead)
            return Taken(row.conversation, None, lead)
        incoming = self._incoming(db, row, replace(said, region=region), mask(text))
        try:
            message = talk.receive(db, row.conversation, incoming)
        except talk.UnknownReply:  # what it was offered with is erased
            message = talk.receive(db, row.conversation, replace(incoming, payload=None, text=mask(text)))
        return self._arrived(db, said.inbound, row.conversation, message, lead)

    def _begin(self, db: Connection, name: str, said: Said) -> Taken:
        conversation, message = talk.begin(db, self._incoming(db, None, said, mask(said.text)))
        wechat.add_resident(db, self._secret, name, said.inbound.openid, conversation)
        wechat.change_resident(db, name, grants=allowed_after([], said.inbound), region=said.region)
        return self._arrived(db, said.inbound, conversation, message)

    def _arrived(self, db: Connection, inbound: Inbound, conversation: str, message: Row, lead: str = "") -> Taken:
        wechat.add_arrival(db, self.key(inbound), self.resident(inbound.openid), message.id)
        return Taken(conversation, message.id, None, lead, talk.aware(message.created_at))

    @staticmethod
    def _chosen(db: Connection, row: Row, text: str) -> form.Choice | None:
        """What was offered last, by number or words; what the desk has offered, by its words as long as it stands there."""
        offered = [form.Choice(**c) for c in row.choices]
        return form.chosen(text, offered) or form.chosen(
            text, [form.Choice(_BY_WORDS_ONLY, title, payload) for title, payload in wechat.offered_by_desk(db, row.conversation)]
        )

    def _incoming(self, db: Connection, row: Row | None, said: Said, text: str) -> talk.Incoming:
        choice = self._chosen(db, row, said.text) if row else None
        payload = choice.payload if choice else None
        if row and not payload:
            text = form.several(text, [form.Choice(**c) for c in row.choices]) or text
        region = said.region or (row.region if row else None)
        key = self.key(said.inbound)
        return talk.Incoming(client_id=key, body_mac=key, text="" if payload else text, payload=payload, region=region)

    # —— what the channel does itself, because elsewhere there is a button for it

    def _of_channel(self, db: Connection, row: Row, text: str, key: str, can_send: bool) -> str | None:
        if self._chosen(db, row, text):
            return None
        words = _MARKS.sub("", text.strip()) or text.strip()
        does: tuple[tuple[str, Callable[[Connection, Row], str | None]], ...] = (
            ("says_look", lambda d, r: self._look(d, r, key, can_send)), ("says_again", lambda d, r: self._again(d, r, key)),
            ("says_helpful", lambda d, r: self._judge(d, r, True)),
            ("says_unhelpful", lambda d, r: self._judge(d, r, False)), ("says_no_number", self._number_taken_back),
        )
        for named, do in does:
            if words in typed(named):
                return do(db, row)
        return None

    @staticmethod
    def _look(db: Connection, row: Row, key: str, can_send: bool) -> str | None:
        """What waits, as far as it fits; where nothing does, it is a word of the conversation, unless an answer is awaited that
        cannot go by itself.
        """
        said = passive(db, row.id, key)
        if said or can_send or talk.get(db, row.conversation).owner != talk.BOT:
            return said or None
        return say("wait_and_look") if talk.waiting(db, row.conversation) else None

    @staticmethod
    def _again(db: Connection, row: Row, key: str) -> str | None:
        lost = wechat.in_state(db, row.id, wechat.UNCERTAIN)
        if not lost:
            return None
        said, count = together([say("again_some"), *(p.text for p in lost)])
        wechat.go_with(db, [p.id for p in lost[: count - 1]], key)
        return said

    @staticmethod
    def _judge(db: Connection, row: Row, helpful: bool) -> str | None:
        """The resident's opinion of the last answer; while a person has the conversation it is said to them."""
        if talk.get(db, row.conversation).owner == talk.STAFF:
            return None
        answers = [m for m in talk.history(db, row.conversation, limit=None) if m.sender in feedback.JUDGED]
        if not answers:
            return say("feedback_none")
        feedback.give(db, row.conversation, answers[-1].id, helpful, None)
        return say("feedback_thanks" if helpful else "feedback_sorry")

    @staticmethod
    def _number_taken_back(db: Connection, row: Row) -> str | None:
        case = cases.of_conversation(db, row.conversation)
        if case is None or case.id not in callbacks.with_number(db):
            return say("callback_none")
        callbacks.take_back(db, row.conversation)
        return say("callback_gone")

    def _number_left(self, db: Connection, row: Row, text: str) -> tuple[str, str]:
        """A number for a call, kept apart where a person is awaited: what to say of it, and the text without it; an empty text
        where the number was all.
        """
        found = _NUMBER.search(text)
        if found is None or cases.of_conversation(db, row.conversation) is None:
            return "", text
        rest = text.replace(found[0], say("number_apart"), 1)
        alone = len(_HAN.findall(text)) <= 6
        try:
            phone = read_phone(found[0])
        except BadPhone:
            return (say("callback_bad"), "") if alone and mask(text) == text and len(found[0]) >= 7 else ("", text)
        callbacks.leave(db, self._secret, row.conversation, callbacks.Callback(phone))
        return say("callback_left", digits=last_digits(phone)), "" if alone else rest


def allowed_after(before: list, inbound: Inbound) -> list:
    """What may be sent after what came; other events allow nothing more."""
    if inbound.kind == "unsubscribe":
        return []
    if inbound.kind in ("subscribe", "scan", "click"):
        return wechat.granted(before, wechat.PRESSED, now())
    return before if inbound.is_event else wechat.granted(before, wechat.WROTE, now())


def together(texts: list[str]) -> tuple[str, int]:
    """As many of the texts, from the first on, as one message holds; how many these are."""
    count = next((n for n in range(len(texts), 1, -1) if len(form.joined(texts[:n])) == 1), min(1, len(texts)))
    return "\n\n".join(texts[:count]), count


def passive(db: Connection, resident: str, key: str, lead: str = "", can_send: bool = False) -> str:
    """The words of the reply to what came under ``key``: ``lead`` and what waits for the resident, as far as it fits.

    ``can_send``: the rest follows by itself, or all of it where it takes several texts: a reply may be posted again, and arrive
    after what was sent meanwhile. Nothing overtakes what is being sent.
    """
    row, waiting = wechat.resident(db, resident), wechat.in_state(db, resident, wechat.WAITING)
    lost = [p for p in wechat.in_state(db, resident, wechat.UNCERTAIN) if p.reason != "told"]
    said, count = together([lead] * bool(lead) + [p.text for p in waiting])
    told = waiting[: count - bool(lead)]
    by_itself = can_send and len(told) < len(waiting) <= wechat.left(row.grants, now())
    if by_itself or any(p.arrival is None for p in wechat.in_state(db, resident, wechat.SENDING)):
        said, told = lead, []
    wechat.go_with(db, [p.id for p in told], key)
    rest = waiting[len(told) :]
    if rest and can_send:
        wechat.change_out(db, [p.id for p in rest], next_try=now(), reason=None)
    elif rest and told:
        said = f"{said}\n{say('more_waits')}"
    if lost:
        wechat.change_out(db, [p.id for p in lost], reason="told")
        said = f"{say('maybe_lost')}\n{said}".strip()
    return said
