"""What accounts leave behind and nobody needs any more."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Connection

from desk import accounts, audit, lockout, sessions
from desk.store import now


def forget_over(db: Connection, idle: dt.timedelta, audit_days: int) -> int:
    """Delete sessions, links and failed logins that are over, and the audit log's entries older than ``audit_days``; how many
    entries those were.
    """
    sessions.forget_over(db, idle)
    accounts.forget_links(db)
    lockout.forget_over(db)
    return audit.forget_older(db, now() - dt.timedelta(days=audit_days))
