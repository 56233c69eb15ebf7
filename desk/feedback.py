"""What residents think of the answers. Functions take an open transaction and never commit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from desk import conversations as talk
from desk.store import aware, now
from desk.tables import feedback, messages

# Whose words can be judged.
JUDGED = ("bot", "staff")


class NoSuchAnswer(Exception):
    """No message of the bot or of staff in this conversation has this id."""


@dataclass(frozen=True)
class Opinion:
    """One opinion with the question and the answer that it is about. ``benefit``, ``region``: ids, as the answer has them."""

    at: dt.datetime
    helpful: bool
    comment: str | None
    kind: str
    question: str
    answer: str
    benefit: str | None
    region: str | None


def give(db: Connection, conversation: str, message: str, helpful: bool, comment: str | None) -> str | None:
    """Keep an opinion in place of an earlier one. ``comment``: masked.

    Returns the kind of the message, or None where the opinion was the same before. Raises :class:`NoSuchAnswer`.
    """
    judged = _answer(db, conversation, message)
    earlier = db.execute(sa.select(feedback.c.helpful).where(feedback.c.message == message)).scalar()
    db.execute(feedback.delete().where(feedback.c.message == message))
    db.execute(
        feedback.insert(),
        {"message": message, "conversation": conversation, "helpful": helpful, "comment": comment, "at": now()},
    )
    return None if earlier == helpful else judged.kind


def take_back(db: Connection, conversation: str, message: str) -> None:
    """Forget the opinion on a message, if there is one. Raises :class:`NoSuchAnswer`."""
    _answer(db, conversation, message)
    db.execute(feedback.delete().where(feedback.c.message == message))


def _answer(db: Connection, conversation: str, message: str) -> Row:
    talk.lock(db, conversation)  # two opinions on one message come one after the other
    m = messages.c
    row = db.execute(sa.select(m.kind).where(m.id == message, m.conversation == conversation, m.sender.in_(JUDGED))).first()
    if row is None:
        raise NoSuchAnswer(message)
    return row


def opinions(db: Connection, only_not_helpful: bool = False, since: dt.datetime | None = None) -> list[Opinion]:
    """What residents said, the newest first."""
    asked = messages.alias("asked")
    said_before = (
        sa.select(asked.c.text)
        .where(asked.c.conversation == messages.c.conversation, asked.c.sender == "resident", asked.c.seq < messages.c.seq)
        .order_by(asked.c.seq.desc()).limit(1).scalar_subquery()
    )
    replied_to = sa.select(asked.c.text).where(asked.c.id == messages.c.in_reply_to).scalar_subquery()
    f, m = feedback.c, messages.c
    query = (
        sa.select(f.at, f.helpful, f.comment, m.kind, m.text, m.data,
                  sa.func.coalesce(replied_to, said_before, "").label("question"))
        .select_from(feedback.join(messages, f.message == m.id))
        .order_by(f.at.desc(), m.seq.desc())
    )
    if only_not_helpful:
        query = query.where(f.helpful.is_(False))
    if since is not None:
        query = query.where(f.at >= since)
    return [
        Opinion(aware(r.at), r.helpful, r.comment, r.kind, r.question, r.text, r.data.get("benefit"), r.data.get("region"))
        for r in db.execute(query)
    ]
