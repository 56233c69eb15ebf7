"""Conversations and their messages. Functions take an open transaction and never commit."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from desk import changes
from desk.store import aware, now
from desk.tables import cases, conversations, feedback, follow_ups, messages, quick_replies, readings, reviews
from desk.wechat_tables import wechat_in, wechat_residents

BOT, QUEUE, STAFF = "bot", "queue", "staff"
# How long the id of a first message finds the conversation that it began.
REMEMBERED = dt.timedelta(hours=24)

# What every turn asks several times, put together once: that takes longer than asking it.
_CONVERSATION = sa.select(conversations).where(conversations.c.id == sa.bindparam("given"))
_MESSAGE = sa.select(messages).where(messages.c.id == sa.bindparam("given"))
_KNOWN = sa.select(messages).where(
    messages.c.conversation == sa.bindparam("given"), messages.c.client_id == sa.bindparam("client")
)
# A message with what the resident thinks of it, where they said so.
_SHOWN = sa.select(messages, feedback.c.helpful, feedback.c.comment).select_from(
    messages.outerjoin(feedback, feedback.c.message == messages.c.id)
)
_REPLIES = _SHOWN.where(messages.c.in_reply_to == sa.bindparam("given")).order_by(messages.c.seq)
_LOCK = sa.select(conversations.c.id).where(conversations.c.id == sa.bindparam("given")).with_for_update()
_LAST_SEQ = sa.select(conversations.c.last_seq).where(conversations.c.id == sa.bindparam("given"))
_COUNT_ON = (
    conversations.update().where(conversations.c.id == sa.bindparam("given")).values(last_seq=conversations.c.last_seq + 1)
)
_SETTLE = (
    messages.update()
    .where(messages.c.id == sa.bindparam("given"), messages.c.state == "received")
    .values(state=sa.bindparam("to"))
)
_SET_CONTEXT = (
    conversations.update().where(conversations.c.id == sa.bindparam("given")).values(context=sa.bindparam("to"))
)


class Conflict(Exception):
    """The message id was used before with another body."""


class UnknownReply(Exception):
    """The payload is no quick reply of this conversation."""


@dataclass(frozen=True)
class Incoming:
    """A resident's message, masked. ``payload`` is a quick reply's id; ``text`` is then its title."""

    client_id: str
    body_mac: str
    text: str
    payload: str | None = None
    region: str | None = None
    as_of: dt.date | None = None


@dataclass(frozen=True)
class Outgoing:
    """A message to the resident. ``quick_replies``: dicts of title, says and payload (what the reply does)."""

    sender: str
    kind: str
    text: str
    citations: list[dict] = field(default_factory=list)
    quick_replies: list[dict] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    client_id: str | None = None


def lock(db: Connection, conversation: str) -> None:
    """Let nobody else change the conversation until this transaction ends, and see what others changed before.

    A writing transaction on SQLite is alone from its beginning. Elsewhere whoever changes more than one row, or decides by what
    it has read, begins with this, so that several gateways and desk commands stand in one line for each conversation.
    """
    if db.dialect.name != "sqlite":
        db.execute(_LOCK, {"given": conversation})


def lock_id(db: Connection, client_id: str) -> None:
    """Let nobody else begin something under this id until this transaction ends."""
    if db.dialect.name == "postgresql":
        db.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(client_id))))


def begin(db: Connection, incoming: Incoming, remembered: dt.timedelta = REMEMBERED) -> tuple[str, Row]:
    """Begin a conversation with its first message; the same id and body within ``remembered`` finds the first again.

    Returns (conversation id, message). Raises :class:`Conflict`.
    """
    lock_id(db, incoming.client_id)
    earlier = _begun_with(db, incoming.client_id, remembered)
    if earlier:
        return earlier, receive(db, earlier, incoming)
    name = uuid.uuid4().hex
    db.execute(
        conversations.insert(),
        {"id": name, "created_at": now(), "first_client_id": incoming.client_id, "owner": BOT, "owner_since": now(),
         "last_seq": 0},
    )
    return name, receive(db, name, incoming)


def _begun_with(db: Connection, client_id: str, remembered: dt.timedelta) -> str | None:
    c = conversations.c
    return db.execute(sa.select(c.id).where(c.first_client_id == client_id, c.created_at >= now() - remembered)).scalar()


def is_known(db: Connection, conversation: str | None, client_id: str, remembered: dt.timedelta = REMEMBERED) -> bool:
    """Whether the message was saved before; with ``conversation`` None as the first of one."""
    if conversation is None:
        return _begun_with(db, client_id, remembered) is not None
    return db.execute(_KNOWN, {"given": conversation, "client": client_id}).first() is not None


def receive(db: Connection, conversation: str, incoming: Incoming) -> Row:
    """Save a resident's message as ``received``; an id seen before gives the message saved then.

    Raises :class:`Conflict` where the body differs, :class:`UnknownReply` for a payload of another conversation and SQLAlchemy's
    ``NoResultFound`` where there is no such conversation.
    """
    lock(db, conversation)
    known = db.execute(_KNOWN, {"given": conversation, "client": incoming.client_id}).first()
    if known:
        if known.body_mac != incoming.body_mac:
            raise Conflict
        return known
    text, payload = incoming.text, None
    if incoming.payload is not None:
        q = quick_replies.c
        reply = db.execute(
            sa.select(quick_replies).where(q.id == incoming.payload, q.conversation == conversation)
        ).first()
        if reply is None:
            raise UnknownReply
        text, payload = reply.title, reply.payload
    name = uuid.uuid4().hex
    db.execute(
        messages.insert(),
        {"id": name, "conversation": conversation, "seq": _next_seq(db, conversation), "sender": "resident",
         "kind": "text", "text": text, "created_at": now(), "citations": [], "quick_replies": [], "data": {},
         "client_id": incoming.client_id, "body_mac": incoming.body_mac, "state": "received", "payload": payload,
         "region": incoming.region, "as_of": incoming.as_of},
    )
    return get_message(db, name)


def does(db: Connection, conversation: str, reply: str) -> str | None:
    """What a quick reply of this conversation does, by its opaque id; None where there is none."""
    q = quick_replies.c
    return db.execute(sa.select(q.payload).where(q.id == reply, q.conversation == conversation)).scalar()


def say(db: Connection, conversation: str, outgoing: Outgoing, in_reply_to: str | None = None) -> str:
    """Add a message for the resident and return its id; its quick replies get opaque ids."""
    name = uuid.uuid4().hex
    offered = [{"id": uuid.uuid4().hex, "title": r["title"], "says": r.get("says") or r["title"], "payload": r["payload"]}
               for r in outgoing.quick_replies]
    db.execute(
        messages.insert(),
        {"id": name, "conversation": conversation, "seq": _next_seq(db, conversation), "sender": outgoing.sender,
         "kind": outgoing.kind, "text": outgoing.text, "created_at": now(), "citations": outgoing.citations,
         "quick_replies": [{"title": r["title"], "payload": r["id"]} for r in offered], "data": outgoing.data,
         "in_reply_to": in_reply_to, "client_id": outgoing.client_id},
    )
    if offered:
        db.execute(quick_replies.insert(), [r | {"conversation": conversation, "message": name} for r in offered])
    return name


def said_before(db: Connection, conversation: str, client_id: str | None) -> str | None:
    """The id of the message that was said under an id of whoever sent it."""
    known = client_id and db.execute(_KNOWN, {"given": conversation, "client": client_id}).first()
    return known.id if known else None


def _next_seq(db: Connection, conversation: str) -> int:
    db.execute(_COUNT_ON, {"given": conversation})
    changes.note(db, conversation)
    return db.execute(_LAST_SEQ, {"given": conversation}).scalar_one()


def get(db: Connection, conversation: str) -> Row | None:
    return db.execute(_CONVERSATION, {"given": conversation}).first()


def get_message(db: Connection, message: str) -> Row:
    return db.execute(_MESSAGE, {"given": message}).one()


def waiting(db: Connection, conversation: str | None = None) -> list[Row]:
    """Messages that still have to be answered: first those of the conversation that has waited longest, each conversation's in
    the order in which they were saved, whatever the clock said then.
    """
    m = messages.c
    query = sa.select(messages).where(m.state == "received")
    if conversation:
        return list(db.execute(query.where(m.conversation == conversation).order_by(m.seq)))
    waits_since = sa.func.min(m.created_at).over(partition_by=m.conversation)
    return list(db.execute(query.order_by(waits_since, m.conversation, m.seq)))


def settle(db: Connection, message: str, state: str) -> bool:
    """Move a message from ``received`` to its end; False if another already did."""
    return db.execute(_SETTLE, {"given": message, "to": state}).rowcount == 1


def replies_to(db: Connection, message: str) -> list[Row]:
    return list(db.execute(_REPLIES, {"given": message}))


def was_told_to_wait(db: Connection, message: str) -> bool:
    """Whether the resident already had a first word: that it takes longer, or in danger the number to call."""
    return any(r.data.get("pending") or r.data.get("emergency") for r in replies_to(db, message))


def history(db: Connection, conversation: str, after: int = 0, limit: int | None = 200) -> list[Row]:
    """Messages after a sequence number, in order, with the resident's feedback; ``limit`` None: all of them."""
    m = messages.c
    return list(db.execute(_SHOWN.where(m.conversation == conversation, m.seq > after).order_by(m.seq).limit(limit)))


def typed(db: Connection, conversation: str, last: int = 20) -> list[str]:
    """What the resident wrote in their own words, the ``last`` messages in order; pressed buttons are not among them."""
    m = messages.c
    query = sa.select(m.text).where(m.conversation == conversation, m.sender == "resident", m.payload.is_(None))
    return list(db.execute(query.order_by(m.seq.desc()).limit(last)).scalars())[::-1]


def set_owner(db: Connection, conversation: str, owner: str) -> None:
    db.execute(
        conversations.update().where(conversations.c.id == conversation).values(owner=owner, owner_since=now())
    )
    changes.note(db, conversation)


def set_context(db: Connection, conversation: str, context: dict) -> None:
    db.execute(_SET_CONTEXT, {"given": conversation, "to": context})


def queued_since(db: Connection, moment: dt.datetime) -> list[str]:
    """Conversations that have waited for a person since before ``moment``."""
    c = conversations.c
    return list(db.execute(sa.select(c.id).where(c.owner == QUEUE, c.owner_since < moment)).scalars())


def clear(db: Connection, conversation: str) -> None:
    """Erase everything on a conversation: messages, feedback, reviews, context, cases, quick replies. Only its id and its owner
    stay, and in WeChat to whom it belongs.
    """
    lock(db, conversation)
    for table in (quick_replies, cases, feedback, reviews, readings, messages):
        db.execute(table.delete().where(table.c.conversation == conversation))
    of_wechat = wechat_residents.c.conversation == conversation
    their = sa.select(wechat_residents.c.id).where(of_wechat).scalar_subquery()
    db.execute(wechat_in.update().where(wechat_in.c.resident == their, wechat_in.c.reply.isnot(None)).values(reply=""))
    db.execute(wechat_residents.update().where(of_wechat).values(choices=[], region=None))
    set_owner(db, conversation, BOT)
    db.execute(conversations.update().where(conversations.c.id == conversation).values(context=None))


def erase(db: Connection, conversation: str) -> None:
    """Delete a conversation with everything on it; it is not known any more."""
    clear(db, conversation)
    db.execute(conversations.delete().where(conversations.c.id == conversation))


def forget_older(db: Connection, than: dt.datetime, limit: int = 200) -> int:
    """Delete conversations whose last message is older, with all that belongs to them; returns how many.

    A conversation in which a person is awaited or at work stays until the case is resolved and every follow-up is done.
    """
    m, c = messages.c, conversations.c
    last = sa.select(sa.func.max(m.created_at)).where(m.conversation == c.id).scalar_subquery()
    open_case = sa.exists(sa.select(cases.c.id).where(cases.c.conversation == c.id, cases.c.status != "resolved"))
    to_do = sa.exists(
        sa.select(follow_ups.c.id).join(cases, follow_ups.c.case == cases.c.id)
        .where(cases.c.conversation == c.id, follow_ups.c.done_at.is_(None))
    )
    over = sa.func.coalesce(last, c.owner_since) < than
    old = list(db.execute(sa.select(c.id).where(over, ~open_case, ~to_do).limit(limit)).scalars())
    for conversation in old:
        erase(db, conversation)
    return len(old)


def public(row: Row) -> dict[str, Any]:
    """A message of :func:`history` or :func:`replies_to` as the chat API shows it."""
    shown = {
        "id": row.id, "seq": row.seq, "from": row.sender, "kind": row.kind, "text": row.text,
        "at": aware(row.created_at).isoformat(timespec="seconds"), "citations": row.citations,
        "quick_replies": row.quick_replies, "data": row.data,
    }
    if row.sender == "resident":
        shown |= {"state": row.state, "client_id": row.client_id}
        if row.payload is not None:
            shown["pressed"] = True
    if row.helpful is not None:
        shown["feedback"] = {"helpful": row.helpful}
    return shown
