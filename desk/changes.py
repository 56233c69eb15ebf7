"""What a transaction has changed, conversations above all: written down as it goes, told once it is committed."""

from __future__ import annotations

from sqlalchemy.engine import Connection

_CHANGED = "huimin_changed"
# Told among the conversations: somebody has logged out or been logged out.
SESSIONS = "sessions"


def note(db: Connection, conversation: str) -> None:
    """There is something new on a conversation."""
    db.info.setdefault(_CHANGED, set()).add(conversation)


def take(db: Connection) -> frozenset[str]:
    """What was noted on this connection since the last time."""
    return frozenset(db.info.pop(_CHANGED, ()))
