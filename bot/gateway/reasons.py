"""Why a resident wants a person, where they only say that they do: what happened just before tells."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Connection

from desk import conversations as talk

LOOKED_AT = 30


def reason_for(db: Connection, message: Any, reason: str) -> str:
    """``reason`` as the assistant gave it, or for a bare ``request_human``: ``not_helpful`` after the resident judged the last
    answer so, ``undetermined`` after a verdict that stayed open, ``gave_up`` after we could not answer.
    """
    if reason != "request_human":
        return reason
    before = [m for m in talk.history(db, message.conversation, after=message.seq - LOOKED_AT) if m.seq < message.seq]
    last = next((m for m in reversed(before) if m.sender == "bot" or m.data.get("given_up")), None)
    if last is None:
        return reason
    if last.data.get("given_up"):
        return "gave_up"
    if last.helpful is False:
        return "not_helpful"
    if any(b.get("verdict") == "undetermined" for b in last.data.get("benefits") or ()):
        return "undetermined"
    return reason
