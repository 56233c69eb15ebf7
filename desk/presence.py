"""Who of the people at the desk is there."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from desk.account_tables import sessions, users
from desk.permissions import PERMISSIONS
from desk.store import now


def online(db: Connection, within: dt.timedelta) -> list[str]:
    """The names of those who can take cases and have done something lately."""
    query = (
        sa.select(users.c.name).join(sessions, sessions.c.user == users.c.id).distinct()
        .where(users.c.active, users.c.role.in_(PERMISSIONS["claim"]), sessions.c.last_seen > now() - within)
        .order_by(users.c.name)
    )
    return list(db.execute(query).scalars())


def colleagues(db: Connection) -> list[str]:
    """To whom a case can be handed on: people who can take cases, and their departments."""
    u = users.c
    rows = db.execute(sa.select(u.name, u.department).where(u.active, u.role.in_(PERMISSIONS["claim"])).order_by(u.name)).all()
    return [r.name for r in rows] + sorted({r.department for r in rows if r.department})
