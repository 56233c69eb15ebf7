"""The moves of a case, in one table, and the one function that makes them. Who made each, when and why is written down."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from desk import conversations as talk
from desk.store import now
from desk.tables import case_events, cases

OPEN, CLAIMED, RESOLVED = "open", "claimed", "resolved"

# What may happen to a case of a status: its status afterwards, and who has the conversation then (None: as before).
MOVES: dict[str, dict[str, tuple[str, str | None]]] = {
    "queue": {OPEN: (OPEN, talk.QUEUE)},
    "bot": {OPEN: (OPEN, talk.BOT)},
    "claim": {OPEN: (CLAIMED, talk.STAFF)},
    "take_over": {CLAIMED: (CLAIMED, talk.STAFF)},
    "transfer": {OPEN: (OPEN, None), CLAIMED: (OPEN, talk.QUEUE)},
    "release": {CLAIMED: (OPEN, talk.QUEUE)},
    "silence": {CLAIMED: (OPEN, talk.QUEUE)},
    "resolve": {OPEN: (RESOLVED, talk.BOT), CLAIMED: (RESOLVED, talk.BOT)},
    "reopen": {RESOLVED: (OPEN, talk.QUEUE)},
}


class NoSuchCase(Exception):
    """No case has this ticket number."""


class NotPossible(Exception):
    """The case is not in a state that allows this; says why, to staff."""


def move(db: Connection, case: Row, what: str, who: str, why: str | None = None, **values: Any) -> Row:
    """Make a move of :data:`MOVES`, with the new ``values`` of the case's columns, and record it.

    Returns the case after it. Raises :class:`NotPossible` where the table has no such move or another was faster.
    """
    allowed = MOVES[what].get(case.status)
    if allowed is None:
        raise NotPossible(refusal(case))
    status, owner = allowed
    c = cases.c
    moved = db.execute(cases.update().where(c.id == case.id, c.status == case.status).values(status=status, **values))
    after = db.execute(sa.select(cases).where(c.id == case.id)).one()
    if moved.rowcount != 1:
        raise NotPossible(refusal(after))
    record(db, case.id, who, what, why)
    if owner:
        talk.set_owner(db, case.conversation, owner)
    return after


def refusal(case: Row) -> str:
    """Why something cannot be done with a case as it stands."""
    if case.status == RESOLVED:
        return f"{case.ticket} 已经办结"
    return f"{case.ticket} 已由 {case.claimed_by} 接手" if case.status == CLAIMED else f"{case.ticket} 还没有人接手"


def record(db: Connection, case: str, who: str, what: str, why: str | None = None) -> None:
    """Write down who did what and why."""
    db.execute(case_events.insert(), {"case": case, "at": now(), "who": who, "what": what, "why": why})


def by_ticket(db: Connection, ticket: str) -> Row:
    """Raises :class:`NoSuchCase`."""
    row = db.execute(sa.select(cases).where(cases.c.ticket == ticket.strip().upper())).first()
    if row is None:
        raise NoSuchCase(ticket)
    return row


def held(db: Connection, ticket: str) -> Row:
    """The case, which nobody else can change until this transaction ends. Raises :class:`NoSuchCase`."""
    talk.lock(db, by_ticket(db, ticket).conversation)
    return by_ticket(db, ticket)
