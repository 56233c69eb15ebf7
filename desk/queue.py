"""The queue as the people at the desk see it: which cases, in which order, who waits since when. Pure reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from desk import callbacks, cases
from desk.case_words import department_in_words
from desk.moves import CLAIMED, OPEN, RESOLVED
from desk.store import aware, in_parts, now
from desk.tables import case_events, messages
from desk.tables import cases as cases_table
from desk.waiting import WAIT, wait_of

WAITING, MINE, ALL, CLOSED = SHOWS = ("waiting", "mine", "all", "closed")
# The cases that no department has yet.
NOBODYS = "none"
# Minutes without a word of a person after which a wait is shown amber and red; an urgent one is red at once.
AMBER, RED = 5, 15
CLOSED_SHOWN = 100


@dataclass(frozen=True)
class Entry:
    """A case in the queue. ``waits_since``: since when its resident waits for a person's word, None where they do not."""

    case: Row
    reasons: list[str]
    department: str
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


@dataclass(frozen=True)
class Queue:
    """``entries``: urgent first, then who has waited longest, then who does not wait; closed ones by their end. ``counts``: how
    many cases each filter has, closed ones apart.
    """

    entries: list[Entry]
    counts: dict[str, int]


@dataclass(frozen=True)
class Board:
    """All cases that are not resolved, in order, and the last closed ones."""

    unresolved: list[Entry]
    closed: list[Entry]

    @cached_property
    def departments(self) -> frozenset[str]:
        """Whose cases there are."""
        return frozenset(e.case.department for e in (*self.unresolved, *self.closed) if e.case.department)

    def queue(self, show: str, who: str, department: str | None = None) -> Queue:
        """What ``who`` sees of it; of one ``department`` (:data:`NOBODYS`: of none yet), or of all. Raises ``ValueError`` for
        another ``show`` than :data:`SHOWS`.
        """
        if show not in SHOWS:
            raise ValueError(show)
        unresolved = [e for e in self.unresolved if _is_of(e.case, department)]
        counts = {name: sum(_belongs(e.case, name, who) for e in unresolved) for name in (WAITING, MINE, ALL)}
        if show == CLOSED:
            return Queue([e for e in self.closed if _is_of(e.case, department)], counts)
        return Queue([e for e in unresolved if _belongs(e.case, show, who)], counts)


def board(db: Connection) -> Board:
    """Everything, in an order that is the same for everybody."""
    unresolved = _entries(db, cases.list_cases(db))
    unresolved.sort(key=lambda e: (not e.case.urgent, e.waits_since is None, e.waits_since or aware(e.case.opened_at)))
    return Board(unresolved, _entries(db, _closed(db)))


def look(db: Connection, show: str, who: str, department: str | None = None) -> Queue:
    """What ``who`` sees of it now; see :meth:`Board.queue`."""
    return board(db).queue(show, who, department)


def moved(db: Connection) -> tuple[int, int]:
    """Changes whenever a case is opened, moved, noted or erased."""
    newest = db.execute(sa.select(sa.func.max(case_events.c.id))).scalar() or 0
    return newest, db.execute(sa.select(sa.func.count()).select_from(cases_table)).scalar_one()


def _belongs(case: Row, show: str, who: str) -> bool:
    if show == MINE:
        return case.claimed_by == who or (case.status == OPEN and case.wanted_by == who)
    return case.status == OPEN if show == WAITING else case.status != RESOLVED


def _is_of(case: Row, department: str | None) -> bool:
    """A case handed on to a department is that one's too, whatever it is about."""
    if department is None:
        return True
    return case.department is None if department == NOBODYS else department in {case.department, case.wanted_by}


def _closed(db: Connection) -> list[Row]:
    c = cases_table.c
    return list(db.execute(
        sa.select(cases_table).where(c.status == RESOLVED).order_by(c.resolved_at.desc()).limit(CLOSED_SHOWN)
    ))


def _entries(db: Connection, rows: Sequence[Row]) -> list[Entry]:
    """Of however many cases, by a handful of queries."""
    names = [case.id for case in rows]
    with_number, events, talk = callbacks.with_number(db), cases.events_of(db, names), _talk_of(db, names)
    return [_entry(case, events[case.id], talk.get(case.id), case.id in with_number) for case in rows]


def _entry(case: Row, events: list[Row], talk: Row | None, has_number: bool) -> Entry:
    since = aware(case.opened_at) if case.status == OPEN else wait_of(talk) if case.status == CLAIMED and talk else None
    why = next((e.why for e in reversed(events) if e.what == "route"), None)
    last_words = (talk and talk.last_words) or ""
    return Entry(case, cases.reasons_in(events), department_in_words(case, why), since, last_words, has_number)


_LAST_WORDS = (
    sa.select(messages.c.text).where(messages.c.conversation == cases_table.c.conversation, messages.c.sender == "resident")
    .order_by(messages.c.seq.desc()).limit(1).correlate(cases_table).scalar_subquery()
)
_TALK = sa.select(cases_table.c.id, cases_table.c.claimed_at, _LAST_WORDS.label("last_words"), *WAIT)


def _talk_of(db: Connection, names: Collection[str]) -> dict[str, Row]:
    """How the conversations of cases stand, by the cases' ids."""
    return {row.id: row for part in in_parts(names) for row in db.execute(_TALK.where(cases_table.c.id.in_(part)))}
