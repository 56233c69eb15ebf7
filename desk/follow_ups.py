"""When somebody is to be seen or called again about a case, and by whom. Functions take an open transaction and never commit."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from desk.moves import NotPossible, held, record
from desk.store import now
from desk.tables import cases, follow_ups
from desk.texts import text
from policy_kb.settings import today

KINDS = ("visit", "call", "other")


def add(db: Connection, ticket: str, who: str, kind: str, due: dt.date, person: str, note: str | None = None) -> int:
    """Set a day for ``person``, while the case is open or afterwards. Returns its number.

    Raises ``NoSuchCase``, :class:`NotPossible` for a day that is over, :class:`ValueError` for an unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(kind)
    if due < today():
        raise NotPossible(f"{due} 已经过去，请写今天或以后的日期")
    case = held(db, ticket)
    values = {"case": case.id, "kind": kind, "due": due, "who": person, "note": note, "made_at": now(), "made_by": who}
    number = db.execute(follow_ups.insert().values(**values)).inserted_primary_key[0]
    record(db, case.id, who, "follow_up", f"{due} {person} {text('follow_up_' + kind)}{'：' + note if note else ''}")
    return number


def due(db: Connection, until: dt.date | None = None, person: str | None = None) -> list[Row]:
    """What is not done: up to a day, of one person, the earliest first; each with ``ticket``."""
    f = follow_ups.c
    query = sa.select(follow_ups, cases.c.ticket).join(cases, f.case == cases.c.id).where(f.done_at.is_(None))
    if until is not None:
        query = query.where(f.due <= until)
    if person is not None:
        query = query.where(f.who == person)
    return list(db.execute(query.order_by(f.due, f.id)))


def of_case(db: Connection, case: str) -> list[Row]:
    """All of a case, those that are done too, by their day."""
    f = follow_ups.c
    return list(db.execute(sa.select(follow_ups).where(f.case == case).order_by(f.due, f.id)))


def done(db: Connection, number: int, who: str, words: str) -> None:
    """It took place, and what came of it. Raises :class:`NotPossible` where there is none of this number, or it is done."""
    f = follow_ups.c
    row = db.execute(sa.select(follow_ups).where(f.id == number)).first()
    if row is None:
        raise NotPossible(f"没有编号 {number} 的探访或回访")
    marked = db.execute(follow_ups.update().where(f.id == number, f.done_at.is_(None)).values(done_at=now(), done_by=who))
    if marked.rowcount != 1:
        raise NotPossible(f"编号 {number} 已经完成")
    record(db, row.case, who, "followed_up", words)
