"""What reviewers say of the bot's answers. Functions take an open transaction and never commit.

Every version is kept; the last one of a message stands.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from desk import audit
from desk import conversations as talk
from desk.store import now
from desk.tables import MARKS, readings, reviews

RIGHT, WRONG, INCOMPLETE = MARKS


class NoSuchAnswer(Exception):
    """The conversation has no such message of the bot; perhaps the resident has erased it."""


class Meanwhile(Exception):
    """Somebody else has reviewed the answer since it was looked at: ``standing`` is what stands now."""

    def __init__(self, standing: Row):
        super().__init__(standing.who)
        self.standing = standing


@dataclass(frozen=True)
class Verdict:
    """What somebody says of an answer. ``ours``: whether the question was our business; ``benefit``, ``aspect``, ``region``: ids
    of what it was really about, None where it names none; ``comment``: masked.
    """

    mark: str
    ours: bool = True
    benefit: str | None = None
    aspect: str | None = None
    region: str | None = None
    comment: str | None = None


def save(db: Connection, by: audit.Actor, conversation: str, message: str, seen: int, verdict: Verdict) -> int:
    """Let ``verdict`` stand. ``seen``: the version that was looked at, 0 where there was none. Returns the version that stands.

    Sent twice it is said once. Raises :class:`NoSuchAnswer`, :class:`Meanwhile`, and ``ValueError`` for an unknown mark.
    """
    if verdict.mark not in MARKS:
        raise ValueError(verdict.mark)
    talk.lock(db, conversation)  # of two reviewers one comes after the other
    r = readings.c
    if db.execute(sa.select(r.message).where(r.message == message, r.conversation == conversation)).first() is None:
        raise NoSuchAnswer(message)
    standing = _of_message(db, message)
    version = standing.version if standing else 0
    if standing and said_by(standing, by) and verdict_of(standing) == verdict:
        return version
    if version != seen:
        raise Meanwhile(standing)
    values = {name: getattr(verdict, name) for name in Verdict.__dataclass_fields__}
    db.execute(reviews.insert(), {
        "message": message, "version": version + 1, "conversation": conversation, "at": now(), "reviewer": by.user,
        "who": by.who, **values,
    })
    audit.record(db, by, "answer_reviewed", conversation=conversation)
    return version + 1


def said_by(review: Row, by: audit.Actor) -> bool:
    return (review.reviewer, review.who) == (by.user, by.who)


def verdict_of(review: Row) -> Verdict:
    return Verdict(**{name: getattr(review, name) for name in Verdict.__dataclass_fields__})


def _of_message(db: Connection, message: str) -> Row | None:
    v = reviews.c
    return db.execute(sa.select(reviews).where(v.message == message).order_by(v.version.desc()).limit(1)).first()


def standing() -> sa.sql.Select:
    """The query for the reviews that stand, one for each message."""
    later = reviews.alias("later")
    over = sa.exists(sa.select(later.c.message).where(later.c.message == reviews.c.message, later.c.version > reviews.c.version))
    return sa.select(reviews).where(~over)


def of_conversation(db: Connection, conversation: str) -> dict[str, list[Row]]:
    """Message → all that was said of it, the last first."""
    found: dict[str, list[Row]] = {}
    v = reviews.c
    for row in db.execute(sa.select(reviews).where(v.conversation == conversation).order_by(v.message, v.version.desc())):
        found.setdefault(row.message, []).append(row)
    return found


def readings_of(db: Connection, conversation: str) -> dict[str, Row]:
    """Message → how its question was taken: of every message that can be reviewed."""
    return {row.message: row for row in db.execute(sa.select(readings).where(readings.c.conversation == conversation))}
