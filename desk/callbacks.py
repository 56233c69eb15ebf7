"""A number that a resident leaves for a call from the person who has their case: sealed, seen by that person only, gone when the
case is resolved. Functions take an open transaction and never commit.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from desk import cases
from desk import conversations as talk
from desk.sealing import Unreadable, seal, unseal
from desk.store import now
from desk.tables import callbacks
from desk.tables import cases as cases_table


class NoOpenCase(Exception):
    """The conversation has no case that a person could call about."""


@dataclass(frozen=True)
class Callback:
    """``phone`` as :func:`desk.phones.read_phone` gives it; ``name``, ``when``: in the resident's words."""

    phone: str
    name: str | None = None
    when: str | None = None


def leave(db: Connection, secret: str, conversation: str, callback: Callback) -> None:
    """Keep a number with the open case, in place of an earlier one. Raises :class:`NoOpenCase`."""
    talk.lock(db, conversation)  # else it might outlive a case that is resolved meanwhile
    case = _open_case(db, conversation)
    db.execute(callbacks.delete().where(callbacks.c.case == case.id))
    sealed = seal(secret, case.id, json.dumps(asdict(callback), ensure_ascii=False))
    db.execute(callbacks.insert(), {"case": case.id, "sealed": sealed, "left_at": now()})
    cases.record(db, case.id, "resident", "callback_left")


def left(db: Connection, secret: str, conversation: str) -> Callback | None:
    """What the resident left with the open case. Raises :class:`NoOpenCase`, and ``Unreadable`` where the key has changed."""
    return _read(db, secret, _open_case(db, conversation).id)


def take_back(db: Connection, conversation: str) -> None:
    """Forget the number, if there is one."""
    talk.lock(db, conversation)
    case = cases.of_conversation(db, conversation)
    if case and db.execute(callbacks.delete().where(callbacks.c.case == case.id)).rowcount:
        cases.record(db, case.id, "resident", "callback_taken_back")


def look(db: Connection, secret: str, ticket: str, who: str) -> Callback:
    """The number, for whoever has claimed the case; that they looked is written down. Raises ``NotPossible``, ``NoSuchCase``."""
    case = cases.by_ticket(db, ticket)
    if case.id not in with_number(db):
        raise cases.NotPossible(f"{case.ticket} 没有留回拨电话")
    if case.status != "claimed" or case.claimed_by != who:
        holder = f"，现在由 {case.claimed_by} 接手" if case.claimed_by else "，还没有人接手"
        raise cases.NotPossible(f"{case.ticket} 已留回拨电话，只有接手的人能看{holder}")
    try:
        callback = _read(db, secret, case.id)
    except Unreadable:
        why = "密钥换过，或不是网关用的那把。请居民重新留一次"
        raise cases.NotPossible(f"{case.ticket} 已留回拨电话，但读不出来：{why}") from None
    cases.record(db, case.id, who, "callback_seen")
    return callback


def with_number(db: Connection) -> frozenset[str]:
    """The ids of the cases with which a number is left."""
    return frozenset(db.execute(sa.select(callbacks.c.case)).scalars())


def _open_case(db: Connection, conversation: str) -> Row:
    c = cases_table.c
    query = sa.select(cases_table).where(c.conversation == conversation, c.status != "resolved").order_by(c.opened_at.desc())
    row = db.execute(query.with_for_update()).first()  # resolved meanwhile or afterwards: no number outlives it
    if row is None:
        raise NoOpenCase(conversation)
    return row


def _read(db: Connection, secret: str, case: str) -> Callback | None:
    sealed = db.execute(sa.select(callbacks.c.sealed).where(callbacks.c.case == case)).scalar()
    return Callback(**json.loads(unseal(secret, case, bytes(sealed)))) if sealed is not None else None
