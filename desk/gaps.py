"""What residents asked and we did not hold, by place and topic. Pure reading.

Counts are of questions, not of the words said in reply: one question answered twice in the same matter counts once. A resident's
own words are shown only where several conversations asked the same, and never where anything in them was masked or may name
somebody.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from desk.plain_words import tells_nobody
from desk.store import aware
from desk.tables import messages, readings

# What is missing, by what the question came to: only the country's rules for that place, another point than the one asked,
# nothing at all, other departments' business, and what was not understood.
KINDS = ("national", "not_this", "nothing_held", "other_business", "not_understood")
TOPIC = ("region", "benefit", "aspect")
# From so many conversations on one question is quoted, as long as it is no longer than this.
QUOTED_FROM, LONGEST_QUOTE = 3, 60
# So many of the latest questions of a row are looked through for one that can be quoted.
LOOKED_THROUGH = 10


@dataclass(frozen=True)
class Gap:
    """One row. ``region``, ``benefit``, ``aspect``: ids, None where not said; ``questions``: how often it was asked, in how many
    ``conversations``; ``example``: one of the questions, None where none may be quoted.
    """

    kind: str
    region: str | None
    benefit: str | None
    aspect: str | None
    questions: int
    conversations: int
    last_asked: dt.datetime
    example: str | None = None


def gaps(db: Connection, since: dt.datetime | None = None, limit: int | None = None) -> list[Gap]:
    """By kind as in :data:`KINDS`, then the most asked first; at most ``limit`` of each kind. ``since``: asked from then on."""
    r = readings.c
    asked, talks, last = sa.func.count(r.question.distinct()), sa.func.count(r.conversation.distinct()), sa.func.max(r.at)
    columns = r.came_to, r.region, r.benefit, r.aspect
    query = sa.select(*columns, asked.label("questions"), talks.label("conversations"), last.label("last")).where(
        *_counted(since)
    ).group_by(*columns)
    found = [
        Gap(row.came_to, row.region, row.benefit, row.aspect, row.questions, row.conversations, aware(row.last))
        for row in db.execute(query)
    ]
    found.sort(key=lambda g: (-g.questions, -g.last_asked.timestamp(), g.region or "", g.benefit or "", g.aspect or ""))
    kept = [g for kind in KINDS for g in [g for g in found if g.kind == kind][:limit]]
    return [replace(g, example=_quote(db, g, since)) if g.conversations >= QUOTED_FROM else g for g in kept]


def totals(db: Connection, since: dt.datetime | None = None) -> tuple[dict[str, int], int]:
    """(questions of each kind, all questions that the bot replied to)."""
    r = readings.c
    every = sa.select(sa.func.count(r.question.distinct())).where(*_since(since))
    counts = sa.select(r.came_to, sa.func.count(r.question.distinct())).where(*_counted(since)).group_by(r.came_to)
    return dict.fromkeys(KINDS, 0) | dict(map(tuple, db.execute(counts))), db.execute(every).scalar_one()


def _since(since: dt.datetime | None) -> list[sa.sql.ColumnElement]:
    return [] if since is None else [readings.c.at >= since]


def _counted(since: dt.datetime | None) -> list[sa.sql.ColumnElement]:
    return [readings.c.came_to.in_(KINDS), readings.c.question.isnot(None), *_since(since)]


def _quote(db: Connection, gap: Gap, since: dt.datetime | None) -> str | None:
    """The latest of its questions that was typed, is short, and tells of nobody."""
    r, m = readings.c, messages.c
    # SQLAlchemy writes IS NULL where the value is None; IS NOT DISTINCT FROM would use no index.
    same = [r.came_to == gap.kind, *(r[name] == getattr(gap, name) for name in TOPIC)]
    latest = (
        sa.select(m.text).select_from(readings.join(messages, m.id == r.question))
        .where(*same, *_since(since), m.payload.is_(None), sa.func.length(m.text) <= LONGEST_QUOTE)
        .order_by(r.at.desc(), r.message).limit(LOOKED_THROUGH)
    )
    return next((text for text in db.execute(latest).scalars() if tells_nobody(text)), None)
