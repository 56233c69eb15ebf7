"""What whoever is on duty has to be told of: new cases, who waits too long, what is due today.

Functions take an open transaction. What was told stands in the store, so that it is told once, whatever dies in between. Nothing
of it says what a resident said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from desk import cases, follow_ups, hours
from desk.queue import AMBER, RED, Entry, board
from desk.store import aware, in_parts, now
from desk.tables import case_events
from desk.tables import cases as cases_table
from policy_kb.settings import today

URGENT, NEW, LATE, LONG, DUE = KINDS = ("urgent", "new", "red", "amber", "due")
REMINDED, DUE_TOLD = "reminded", "due_told"


@dataclass(frozen=True)
class Reminder:
    """One case to tell of. ``kind``: of :data:`KINDS`, the most pressing first."""

    kind: str
    case: str
    ticket: str


def new_cases(db: Connection) -> list[Reminder]:
    """Cases that nobody was told of, urgent ones first."""
    return [Reminder(URGENT if c.urgent else NEW, c.id, c.ticket) for c in cases.untold(db)]


def left_over(db: Connection) -> list[Reminder]:
    """Who waits too long, and what is due today, the most pressing first. Out of office hours urgent cases only."""
    moment = now()
    return sorted((*_long_waits(db, moment), *_due_today(db, moment)), key=lambda r: KINDS.index(r.kind))


def told(db: Connection, reminders: Iterable[Reminder]) -> None:
    """These were told, and need not be again. A case that was erased meanwhile is passed over."""
    for reminder in reminders:
        if reminder.kind in {URGENT, NEW}:
            cases.told(db, reminder.case, reminder.kind == URGENT)
        elif db.execute(sa.select(cases_table.c.id).where(cases_table.c.id == reminder.case)).first():
            what, why = (DUE_TOLD, str(today())) if reminder.kind == DUE else (REMINDED, reminder.kind)
            cases.record(db, reminder.case, cases.SYSTEM, what, why)


def _long_waits(db: Connection, moment: dt.datetime) -> list[Reminder]:
    """Who waits for a word longer than the queue shows calm: counted in office hours, of urgent cases at any hour."""
    waiting = [(e, kind) for e in board(db).unresolved if (kind := _how_long(e, moment))]
    told_at = _last_told(db, [e.case.id for e, _ in waiting], REMINDED)
    return [
        Reminder(kind, e.case.id, e.case.ticket) for e, kind in waiting
        if not any(told_at.get((e.case.id, k), e.waits_since) > e.waits_since for k in {kind, LATE})
    ]


def _how_long(entry: Entry, moment: dt.datetime) -> str | None:
    if entry.waits_since is None or not (entry.case.urgent or hours.open_at(moment)):
        return None
    waited = (moment - entry.waits_since).total_seconds() if entry.case.urgent else hours.open_seconds(entry.waits_since, moment)
    return LATE if waited >= 60 * RED else LONG if waited >= 60 * AMBER else None


def _due_today(db: Connection, moment: dt.datetime) -> list[Reminder]:
    if not hours.open_at(moment):
        return []
    day = today()
    rows = {row.case: row.ticket for row in follow_ups.due(db, day)}
    told_on = _last_told(db, list(rows), DUE_TOLD)
    return [Reminder(DUE, case, ticket) for case, ticket in rows.items() if (case, str(day)) not in told_on]


def _last_told(db: Connection, names: list[str], what: str) -> dict[tuple[str, str], dt.datetime]:
    """When a case was last told of as so pressing, or on a day."""
    e = case_events.c
    query = sa.select(e.case, e.why, sa.func.max(e.at)).where(e.what == what).group_by(e.case, e.why)
    return {(case, why): aware(at) for part in in_parts(names) for case, why, at in db.execute(query.where(e.case.in_(part)))}
