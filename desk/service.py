"""What operators say to everybody: the switch, off with its reason, and the notice. Functions take an open transaction."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from desk.store import aware, now
from desk.tables import service_states

SWITCH, NOTICE = "switch", "notice"
MAX_CHARACTERS = 300


class BadWords(ValueError):
    """Empty, or longer than :data:`MAX_CHARACTERS`."""


@dataclass(frozen=True)
class Said:
    """What stands now. ``until``: the last day it holds; each saying has an ``id`` of its own."""

    id: str
    text: str
    until: dt.date | None
    since: dt.datetime
    who: str


@dataclass(frozen=True)
class Standing:
    """``off`` is there while the assistant is switched off, ``notice`` while there is one."""

    off: Said | None = None
    notice: Said | None = None


def switch_off(db: Connection, why: str, who: str) -> None:
    """Switch the assistant off; ``why`` is told to residents. Raises :class:`BadWords`."""
    _put(db, SWITCH, why, None, who)


def switch_on(db: Connection) -> bool:
    """Whether it was off."""
    return _remove(db, SWITCH)


def put_up(db: Connection, text: str, until: dt.date | None, who: str) -> None:
    """Show residents a notice, through the day ``until``, in place of the one there was. Raises :class:`BadWords`."""
    _put(db, NOTICE, text, until, who)


def take_down(db: Connection) -> bool:
    """Whether there was a notice."""
    return _remove(db, NOTICE)


def standing(db: Connection) -> Standing:
    """What stands, a notice whose last day is over included."""
    rows = {r.name: Said(r.id, r.text, r.until, aware(r.since), r.who) for r in db.execute(sa.select(service_states))}
    return Standing(rows.get(SWITCH), rows.get(NOTICE))


def _put(db: Connection, name: str, text: str, until: dt.date | None, who: str) -> None:
    text = " ".join(text.split())
    if not text or len(text) > MAX_CHARACTERS:
        raise BadWords(text)
    _remove(db, name)
    db.execute(
        service_states.insert(),
        {"name": name, "id": uuid.uuid4().hex, "text": text, "until": until, "since": now(), "who": who},
    )


def _remove(db: Connection, name: str) -> bool:
    return db.execute(service_states.delete().where(service_states.c.name == name)).rowcount > 0
