"""The queue as the people at the desk see it: which cases, in which order, who waits since when. Pure reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from desk import callbacks, cases
from desk.moves import CLAIMED, OPEN, RESOLVED
from desk.store import aware, now
from desk.tables import cases as cases_table
from desk.tables import messages
from desk.waiting import waits_since

WAITING, MINE, ALL, CLOSED = SHOWS = ("waiting", "mine", "all", "closed")
# Minutes without a word of a person after which a wait is shown amber and red; an urgent one is red at once.
AMBER, RED = 5, 15
CLOSED_SHOWN = 100


@dataclass(frozen=True)
class Entry:
    """A case in the queue. ``waits_since``: since when its resident waits for a person's word, None where they do not."""

    case: Row
    reasons: list[str]
    waits_since: dt.datetime | None
    last_words: str
    has_number: bool

    @property
    def minutes(self) -> int | None:
        return None if self.waits_since is None else max(0, int((now() - self.waits_since).total_seconds() // 60))

    @property
    def colour(self) -> str:
        """``red``, ``amber`` or ``calm``."""
        if self.minutes is None:
            return "calm"
        if self.case.urgent or self.minutes >= RED:
            return "red"
        return "amber" if self.minutes >= AMBER else "calm"


def entries(db: Connection, show: str, who: str) -> list[Entry]:
    """Urgent first, then who has waited longest, then who does not wait. Raises ``ValueError`` for another ``show``."""
    if show not in SHOWS:
        raise ValueError(show)
    rows = _closed(db) if show == CLOSED else [c for c in cases.list_cases(db) if _belongs(c, show, who)]
    with_number = callbacks.with_number(db)
    found = [_entry(db, case, case.id in with_number) for case in rows]
    if show == CLOSED:
        return found
    return sorted(found, key=lambda e: (not e.case.urgent, e.waits_since is None, e.waits_since or aware(e.case.opened_at)))


def counts(db: Connection, who: str) -> dict[str, int]:
    """How many cases each filter has, closed ones apart."""
    rows = cases.list_cases(db)
    return {show: sum(_belongs(c, show, who) for c in rows) for show in (WAITING, MINE, ALL)}


def _belongs(case: Row, show: str, who: str) -> bool:
    mine = case.claimed_by == who or (case.status == OPEN and case.wanted_by == who)
    return {WAITING: case.status == OPEN, MINE: mine, ALL: case.status != RESOLVED}[show]


def _closed(db: Connection) -> list[Row]:
    c = cases_table.c
    return list(db.execute(
        sa.select(cases_table).where(c.status == RESOLVED).order_by(c.resolved_at.desc()).limit(CLOSED_SHOWN)
    ))


def _entry(db: Connection, case: Row, has_number: bool) -> Entry:
    since = aware(case.opened_at) if case.status == OPEN else waits_since(db, case) if case.status == CLAIMED else None
    return Entry(case, cases.reasons(db, case.id), since, _last_words(db, case.conversation), has_number)


def _last_words(db: Connection, conversation: str) -> str:
    m = messages.c
    query = sa.select(m.text).where(m.conversation == conversation, m.sender == "resident").order_by(m.seq.desc()).limit(1)
    return db.execute(query).scalar() or ""


def newest(found: Iterable[Entry]) -> str:
    """A mark that changes when a case is there that was not, or one has become urgent."""
    return ",".join(sorted(f"{e.case.ticket}{'!' if e.case.urgent else ''}" for e in found if e.case.status == OPEN))
