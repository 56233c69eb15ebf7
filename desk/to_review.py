"""Which conversations want a look: escalated, closed, not helpful, or answered in doubt; in one list. Pure reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from desk.readings import DOUBTFUL
from desk.store import aware, now
from desk.tables import cases, feedback, readings, reviews

ESCALATED, CLOSED, NOT_HELPFUL, IN_DOUBT = "escalated", "closed", "not_helpful", "in_doubt"
# What one can ask for: a reason, all doubts, or one of them.
WHYS = (ESCALATED, CLOSED, NOT_HELPFUL, IN_DOUBT, *DOUBTFUL)
TO_DO, DONE, ALL = SHOWS = ("to_do", "done", "all")
# What is older is looked at in the console only by those who say so, and waits behind no number.
RECENT = dt.timedelta(days=30)
A_PAGE = 25
# More than this is not counted for the navigation.
COUNTED = 99


@dataclass(frozen=True)
class Wanted:
    """``places``: codes, with all that lies in them; None: any. ``before``: the last entry of the page before."""

    show: str = TO_DO
    why: str | None = None
    places: frozenset[str] | None = None
    benefit: str | None = None
    since: dt.datetime | None = None
    before: tuple[dt.datetime, str] | None = None
    limit: int = A_PAGE


@dataclass(frozen=True)
class Entry:
    """A conversation. ``at``: when the last reason for a look came up; ``whys``: all of them, the likes of ``not_understood``
    rather than ``in_doubt``; ``answers``, ``reviewed``: how many messages of the bot there are, and how many have a review.
    """

    conversation: str
    at: dt.datetime
    to_do: bool
    whys: list[str] = field(default_factory=list)
    ticket: str | None = None
    places: list[str] = field(default_factory=list)
    benefits: list[str] = field(default_factory=list)
    answers: int = 0
    reviewed: int = 0


def look(db: Connection, wanted: Wanted) -> list[Entry]:
    """A page of the list, the newest first. One more than ``limit`` where there is another page."""
    found = db.execute(_page(wanted)).fetchall()
    names = [row.conversation for row in found]
    tickets, about, whys = _tickets(db, names), _about(db, names), _whys(db, names)
    return [
        Entry(row.conversation, aware(row.at), bool(row.to_do), whys.get(row.conversation, []), tickets.get(row.conversation),
              *about.get(row.conversation, ([], [], 0, 0)))
        for row in found
    ]


def waiting(db: Connection, since: dt.datetime | None = None) -> int:
    """How many conversations of the last :data:`RECENT` want a look; no more than :data:`COUNTED` + 1."""
    page = _page(Wanted(since=since or now() - RECENT, limit=COUNTED)).subquery()
    return db.execute(sa.select(sa.func.count()).select_from(page)).scalar_one()


def _signals(wanted: Wanted) -> sa.sql.Selectable:
    """(conversation, at, why, to_do) of everything that is a reason for a look."""
    c, f, r, v = cases.c, feedback.c, readings.c, reviews.c

    def unmarked(message: sa.sql.ColumnElement) -> sa.sql.ColumnElement:
        return _one_unless(sa.exists(sa.select(v.message).where(v.message == message)))

    def signal(conversation: Any, at: Any, why: Any, to_do: Any) -> sa.sql.Select:
        return sa.select(conversation, at.label("at"), why.label("why"), to_do.label("to_do")).where(
            *([] if wanted.since is None else [at >= wanted.since])
        )

    touched = sa.exists(sa.select(v.message).where(v.conversation == c.conversation))
    to_mark = sa.exists(sa.select(r.message).where(r.conversation == c.conversation))
    why = sa.case((c.status == "resolved", CLOSED), else_=ESCALATED)
    parts = {
        (ESCALATED, CLOSED): signal(
            c.conversation, sa.func.coalesce(c.resolved_at, c.opened_at), why, _one_unless(sa.or_(touched, ~to_mark))
        ),
        (NOT_HELPFUL,): signal(f.conversation, f.at, sa.literal(NOT_HELPFUL), unmarked(f.message)).where(
            f.helpful.is_(False), sa.exists(sa.select(r.message).where(r.message == f.message))
        ),
        (IN_DOUBT, *DOUBTFUL): signal(r.conversation, r.at, r.came_to, unmarked(r.message)).where(r.came_to.in_(DOUBTFUL)),
    }
    chosen = [part for whys, part in parts.items() if wanted.why is None or wanted.why in whys]
    signals = sa.union_all(*chosen).subquery("signals") if len(chosen) > 1 else chosen[0].subquery("signals")
    if wanted.why in (None, IN_DOUBT):
        return signals
    return sa.select(signals).where(signals.c.why == wanted.why).subquery("chosen")


def _one_unless(condition: sa.sql.ColumnElement) -> sa.sql.ColumnElement:
    return sa.case((condition, 0), else_=1)


def _page(wanted: Wanted) -> sa.sql.Select:
    s = _signals(wanted).c
    at, to_do = sa.func.max(s.at), sa.func.max(s.to_do)
    query = sa.select(s.conversation, at.label("at"), to_do.label("to_do")).group_by(s.conversation)
    if wanted.show != ALL:
        query = query.having(to_do == (1 if wanted.show == TO_DO else 0))
    r = readings.c
    for column, given in ((r.region, wanted.places), (r.benefit, wanted.benefit and {wanted.benefit})):
        if given is not None:
            about = sa.select(r.message).where(r.conversation == s.conversation, column.in_(sorted(given)))
            query = query.where(sa.exists(about))
    if wanted.before is not None:
        moment, name = wanted.before
        query = query.having(sa.or_(at < moment, sa.and_(at == moment, s.conversation < name)))
    return query.order_by(at.desc(), s.conversation.desc()).limit(wanted.limit + 1)


def _tickets(db: Connection, names: Collection[str]) -> dict[str, str]:
    """The ticket of the last case of each conversation that has one."""
    c = cases.c
    rows = db.execute(sa.select(c.conversation, c.ticket).where(c.conversation.in_(names)).order_by(c.opened_at, c.id))
    return dict(tuple(row) for row in rows)


def _about(db: Connection, names: Collection[str]) -> dict[str, tuple[list[str], list[str], int, int]]:
    """(places, benefits, how many answers, how many of them reviewed), in the order in which they came up."""
    r = readings.c
    marked = sa.exists(sa.select(reviews.c.message).where(reviews.c.message == r.message))
    query = sa.select(r.conversation, r.region, r.benefit, sa.case((marked, 1), else_=0).label("marked"))
    found: dict[str, tuple[list[str], list[str], int, int]] = {}
    for row in db.execute(query.where(r.conversation.in_(names)).order_by(r.at, r.message)):
        places, benefits, answers, done = found.get(row.conversation, ([], [], 0, 0))
        for known, new in ((places, row.region), (benefits, row.benefit)):
            if new and new not in known:
                known.append(new)
        found[row.conversation] = places, benefits, answers + 1, done + row.marked
    return found


def _whys(db: Connection, names: Collection[str]) -> dict[str, list[str]]:
    """Every reason for a look at each conversation, in the order of :data:`WHYS`."""
    s = _signals(Wanted()).c
    found: dict[str, set[str]] = {}
    for conversation, why in db.execute(sa.select(s.conversation, s.why).where(s.conversation.in_(names)).distinct()):
        found.setdefault(conversation, set()).add(why)
    return {name: sorted(whys, key=WHYS.index) for name, whys in found.items()}


def whys_of(db: Connection, conversation: str) -> list[str]:
    return _whys(db, [conversation]).get(conversation, [])

