"""How far conversations are, in the few figures that tell whether there is news."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from desk.store import in_parts
from desk.tables import conversations, messages


class Mark(NamedTuple):
    """Changes whenever a message, its state or the owner does. ``waiting``: messages not answered yet."""

    last_seq: int
    owner: str
    waiting: int


_WAITING = (
    sa.select(messages.c.conversation, sa.func.count().label("waiting"))
    .where(messages.c.state == "received")
    .group_by(messages.c.conversation)
    .subquery()
)
_MARKS = (
    sa.select(
        conversations.c.id, conversations.c.last_seq, conversations.c.owner, sa.func.coalesce(_WAITING.c.waiting, 0)
    )
    .select_from(conversations.outerjoin(_WAITING, _WAITING.c.conversation == conversations.c.id))
    .where(conversations.c.id.in_(sa.bindparam("given", expanding=True)))
)
_STATES = (
    sa.select(messages.c.id, messages.c.client_id, messages.c.seq, messages.c.state)
    .where(
        messages.c.conversation == sa.bindparam("given"), messages.c.seq > sa.bindparam("after"),
        messages.c.seq <= sa.bindparam("upto"), messages.c.sender == "resident",
    )
    .order_by(messages.c.seq)
)


def marks(db: Connection, of: Collection[str]) -> dict[str, Mark]:
    """How far each conversation is; one that does not exist is not there."""
    rows = (row for part in in_parts(of) for row in db.execute(_MARKS, {"given": part}))
    return {name: Mark(*mark) for name, *mark in rows}


def states(db: Connection, conversation: str, after: int, upto: int) -> list[Row]:
    """How the resident's messages with ``after`` < seq ≤ ``upto`` stand, in order: id, client_id, seq, state."""
    return list(db.execute(_STATES, {"given": conversation, "after": after, "upto": upto}))
