"""What the desk itself says to a resident, with what they can press. None of that ever reaches the assistant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.engine import Connection

from desk import conversations as talk
from desk.texts import text

CONTINUE, SOLVED, NOT_SOLVED, REOPEN = "#continue_with_bot", "#solved", "#not_solved", "#reopen"
NOTHING_UNDERSTOOD = {"benefit": None, "aspect": None, "region": None}


def offer(what: str, ticket: str | None = None) -> dict[str, str]:
    """Something to press: one of the constants above, about a case."""
    title = text(what.removeprefix("#"))
    return {"title": title, "says": title, "payload": f"{what} {ticket}" if ticket else what}


def pressed(payload: str | None) -> tuple[str, str] | None:
    """What an offer of ours says that was pressed: (which, ticket or ""); None where it is none."""
    if not (payload or "").startswith("#"):
        return None
    what, _, ticket = payload.partition(" ")
    return what, ticket


def tell(
    db: Connection, conversation: str, said: str, ticket: str | None, offers: Iterable[dict[str, str]] = (), *,
    kind: str = "notice", in_reply_to: str | None = None, **data: Any,
) -> None:
    """Say something as ``system``; ``data`` goes into the message's data."""
    about = NOTHING_UNDERSTOOD | {"ticket": ticket} | data
    talk.say(db, conversation, talk.Outgoing("system", kind, said, quick_replies=list(offers), data=about), in_reply_to)
