"""Who did what at the desk, above all who looked at whose conversation. Functions take an open transaction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from desk.account_tables import audit_log
from desk.store import now

# Who keeps a conversation open looks once in this time, however often the page asks.
ONE_LOOK = dt.timedelta(minutes=10)
ACTIONS = (
    "login", "login_failed", "login_locked", "logout", "logout_everywhere", "password_changed", "link_made", "link_used",
    "account_added", "account_disabled", "account_enabled", "account_unlocked", "role_changed", "password_reset",
    "conversation_opened", "callback_seen", "audit_opened", "answer_reviewed", "reviews_exported", "feedback_read",
    "case_changed",
)


@dataclass(frozen=True)
class Actor:
    """Who acts: an account, or somebody at the terminal (``user`` None)."""

    user: str | None
    who: str
    department: str | None = None


def record(
    db: Connection, actor: Actor, what: str, *, conversation: str | None = None, ticket: str | None = None,
    about: str | None = None,
) -> None:
    """Write down one of :data:`ACTIONS`. ``about``: the account it was done to. Raises ``ValueError`` for another action."""
    if what not in ACTIONS:
        raise ValueError(what)
    db.execute(audit_log.insert(), {
        "at": now(), "user": actor.user, "who": actor.who, "department": actor.department, "what": what,
        "conversation": conversation, "ticket": ticket, "about": about,
    })


def looked(db: Connection, actor: Actor, what: str, conversation: str | None = None, ticket: str | None = None) -> None:
    """Write down a look, above all at a conversation, once in :data:`ONE_LOOK` for the same person and conversation."""
    a = audit_log.c
    same = (a.user == actor.user, a.who == actor.who, a.what == what, a.conversation == conversation, a.ticket == ticket)
    if db.execute(sa.select(a.id).where(*same, a.at > now() - ONE_LOOK).limit(1)).first() is None:
        record(db, actor, what, conversation=conversation, ticket=ticket)


def entries(
    db: Connection, *, whole: bool, department: str | None = None, ticket: str | None = None, who: str | None = None,
    before: int | None = None, limit: int = 50,
) -> list[Row]:
    """The newest first; without ``whole`` only what people of ``department`` (None: of none) did. ``before``: an entry's id."""
    a = audit_log.c
    query = sa.select(audit_log).order_by(a.id.desc()).limit(limit)
    if not whole:
        query = query.where(a.user.isnot(None), a.department == department)
    for column, given in ((a.ticket, ticket), (a.who, who)):
        if given:
            query = query.where(column == given)
    if before is not None:
        query = query.where(a.id < before)
    return list(db.execute(query))


def forget_older(db: Connection, than: dt.datetime) -> int:
    """Delete entries from before ``than``; how many there were."""
    return db.execute(audit_log.delete().where(audit_log.c.at < than)).rowcount
