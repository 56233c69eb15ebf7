"""How much stands in the desk store, for those who watch over the service. Only numbers leave here."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from desk.store import aware
from desk.tables import OWNERS, cases, conversations, messages


@dataclass(frozen=True)
class Counts:
    """``waiting``: messages received and not answered, the oldest since ``waiting_since``. ``conversations``: those that are
    kept, by owner. ``open_cases``: cases that are not resolved, by whether they are urgent.
    """

    waiting: int
    waiting_since: dt.datetime | None
    conversations: dict[str, int]
    open_cases: dict[bool, int]


def counts(db: Connection) -> Counts:
    m, c = messages.c, cases.c
    waiting, since = db.execute(sa.select(sa.func.count(), sa.func.min(m.created_at)).where(m.state == "received")).one()
    owner = conversations.c.owner
    owners = db.execute(sa.select(owner, sa.func.count()).group_by(owner))
    urgency = db.execute(sa.select(c.urgent, sa.func.count()).where(c.status != "resolved").group_by(c.urgent))
    return Counts(
        waiting, aware(since), dict.fromkeys(OWNERS, 0) | dict(tuple(row) for row in owners),
        {True: 0, False: 0} | {bool(u): n for u, n in urgency},
    )
