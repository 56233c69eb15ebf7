"""Which conversations a transaction has changed: written down as it goes, told once it is committed."""

from __future__ import annotations

from sqlalchemy.engine import Connection

_CHANGED = "huimin_changed"


def note(db: Connection, conversation: str) -> None:
    """There is something new on a conversation."""
    db.info.setdefault(_CHANGED, set()).add(conversation)


def take(db: Connection) -> frozenset[str]:
    """What was noted on this connection since the last time."""
    return frozenset(db.info.pop(_CHANGED, ()))
