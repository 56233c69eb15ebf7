"""Messages that are none for the bot although it has the conversation: what the desk offered is pressed, or a resolved case is to
be opened again.
"""

from __future__ import annotations

import regex
from sqlalchemy.engine import Connection

from desk import cases
from desk.telling import pressed
from desk.texts import text


def may_be_for_desk(said: str, payload: str | None) -> bool:
    """Whether :func:`is_for_desk` has to be asked. ``payload``: what the quick reply does, None where something was typed."""
    return pressed(payload) is not None or asks_to_open_again(said, payload)


def is_for_desk(db: Connection, conversation: str, said: str, payload: str | None) -> bool:
    if asks_to_open_again(said, payload):
        return cases.last_resolved(db, conversation) is not None
    return pressed(payload) is not None


def asks_to_open_again(said: str, payload: str | None) -> bool:
    return payload is None and regex.fullmatch(text("reopen_words"), said.strip()) is not None
