"""Who is logged in, in the store, so that it can be ended at once. Functions take an open transaction.

The browser has a random token, the store its hash. A session ends by logging out, when nobody does anything for a while, and
after :data:`LONGEST` in any case.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from desk import changes
from desk.account_tables import sessions, users
from desk.store import aware, now
from desk.tokens import keyed, new_token, stored

LONGEST = dt.timedelta(hours=12)
# Use is written down no more often than this.
TOUCH_EVERY = dt.timedelta(seconds=30)

_s = sessions.c
# The account of a session, asked for with every request.
_FOUND = (
    sa.select(users, _s.last_seen.label("session_last_seen")).join(sessions, _s.user == users.c.id)
    .where(
        _s.id == sa.bindparam("id"), _s.browser == sa.bindparam("browser"), _s.last_seen > sa.bindparam("seen_after"),
        _s.created_at > sa.bindparam("begun_after"), users.c.active,
    )
)


@dataclass(frozen=True)
class Session:
    """``token`` is what the browser has, ``csrf`` what its forms must carry, ``user`` the account's row as it is now."""

    token: str
    user: Row
    last_seen: dt.datetime

    @property
    def id(self) -> str:
        return stored(self.token)

    @property
    def csrf(self) -> str:
        return keyed(self.token, "csrf", "")


def browser_of(agent: str) -> str:
    """What stands for a browser: its own words for itself, hashed."""
    return hashlib.sha256(agent.encode("utf-8", "replace")).hexdigest()


def begin(db: Connection, user: Row, agent: str) -> Session:
    """A new session, always with a token of its own."""
    token, moment = new_token(), now()
    db.execute(sessions.insert(), {
        "id": stored(token), "user": user.id, "created_at": moment, "last_seen": moment, "browser": browser_of(agent),
    })
    db.execute(users.update().where(users.c.id == user.id).values(last_login_at=moment))
    return Session(token, user, moment)


def find(db: Connection, token: str, agent: str, idle: dt.timedelta) -> Session | None:
    """The session of a token from the same browser, while neither it nor its account has ended."""
    row = db.execute(_FOUND, {
        "id": stored(token), "browser": browser_of(agent), "seen_after": now() - idle, "begun_after": now() - LONGEST,
    }).first()
    return row and Session(token, row, aware(row.session_last_seen))


def touch(db: Connection, session: Session) -> None:
    """Somebody did something: the time without use begins anew."""
    db.execute(sessions.update().where(sessions.c.id == session.id).values(last_seen=now()))


def is_due(session: Session) -> bool:
    """Whether a use is to be written down."""
    return now() - session.last_seen > TOUCH_EVERY


def of_user(db: Connection, user: str, idle: dt.timedelta) -> list[Row]:
    """The sessions that an account has open, the newest first."""
    s = sessions.c
    return list(db.execute(
        sa.select(sessions).where(s.user == user, s.last_seen > now() - idle, s.created_at > now() - LONGEST)
        .order_by(s.created_at.desc())
    ))


def end(db: Connection, token: str) -> None:
    changes.note(db, changes.SESSIONS)
    db.execute(sessions.delete().where(sessions.c.id == stored(token)))


def end_all(db: Connection, user: str) -> None:
    """Log the account out everywhere."""
    changes.note(db, changes.SESSIONS)
    db.execute(sessions.delete().where(sessions.c.user == user))


def forget_over(db: Connection, idle: dt.timedelta) -> None:
    """Delete what has ended by itself."""
    s = sessions.c
    db.execute(sessions.delete().where((s.last_seen <= now() - idle) | (s.created_at <= now() - LONGEST)))
