"""What it means to wait: the place in the queue, how long it takes, and who waits for a person that has fallen silent."""

from __future__ import annotations

import datetime as dt
import math
import statistics
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from desk import cases as desk_cases
from desk import hours
from desk.moves import CLAIMED, OPEN, held, move
from desk.store import aware, now
from desk.tables import case_events, cases, messages
from desk.telling import CONTINUE, offer, tell
from desk.texts import text

# Fewer cases than this in so many days tell nothing of how long it takes.
FEWEST, RECENT, MOST = 5, dt.timedelta(days=14), 50

_m = messages.c
_STAFF_SAID = (
    sa.select(_m.seq).where(_m.conversation == cases.c.conversation, _m.sender == "staff", _m.created_at >= cases.c.claimed_at)
    .order_by(_m.seq.desc()).limit(1).correlate(cases).scalar_subquery()
)
_then = messages.alias()
_THEN_SAID_AT = (
    sa.select(_then.c.created_at)
    .where(_then.c.conversation == cases.c.conversation, _then.c.sender == "resident", _then.c.seq > _STAFF_SAID)
    .order_by(_then.c.seq).limit(1).correlate(cases).scalar_subquery()
)
# Columns of a claimed case: the last word of staff since then, and when its resident first spoke after it.
WAIT = (_STAFF_SAID.label("staff_said"), _THEN_SAID_AT.label("then_said_at"))


@dataclass(frozen=True)
class Place:
    """``ahead``: open cases that come first; ``minutes``: how long it took others lately, in office hours, None where too few
    say so; ``opens``: the next opening where the desk is closed now.
    """

    ahead: int
    minutes: int | None
    opens: dt.datetime | None

    def data(self) -> dict:
        """As the chat API shows it."""
        return {"ahead": self.ahead, "minutes": self.minutes, "opens_at": self.opens and self.opens.isoformat(timespec="minutes")}

    def words(self) -> str:
        """For the resident; the time only where it is known, the next opening while the desk is closed."""
        closed = text("closed_until", opens=hours.in_words(self.opens, now())) if self.opens else ""
        place = text("place_ahead", ahead=self.ahead) if self.ahead else text("place_first")
        if self.minutes is None:
            return text("place", place=place) + closed
        wait = text("minutes", count=self.minutes) if self.minutes < 60 else text("hours", count=math.ceil(self.minutes / 60))
        return text("place_and_wait", place=place, wait=wait) + closed


def place(db: Connection, case: Row) -> Place:
    """Where an open case stands."""
    queue = [c.id for c in desk_cases.list_cases(db) if c.status == OPEN]
    moment = now()
    usual = usual_wait(db)
    return Place(
        queue.index(case.id) if case.id in queue else 0, None if usual is None else max(5, math.ceil(usual / 300) * 5),
        None if hours.open_at(moment) else hours.next_opening(moment),
    )


def usual_wait(db: Connection) -> float | None:
    """Seconds of office hours from opening to claim: the median of the calm cases claimed in office hours lately, None where
    they are fewer than :data:`FEWEST`. Who waits longer than that still counts too, or it would be too hopeful.
    """
    claimed = [hours.open_seconds(aware(opened), aware(at)) for opened, at in _first_claims(db) if hours.open_at(aware(at))]
    if len(claimed) < FEWEST:
        return None
    usual, moment = statistics.median(claimed), now()
    c = cases.c
    waiting = db.execute(sa.select(c.opened_at).where(
        c.status == OPEN, c.urgent.is_(False), c.claimed_at.is_(None), c.opened_at >= moment - RECENT)).scalars()
    longer = [w for w in (hours.open_seconds(aware(opened), moment) for opened in waiting) if w > usual]
    return statistics.median(claimed + longer)


def _first_claims(db: Connection) -> list[Row]:
    e, c = case_events.c, cases.c
    first = sa.func.min(e.at)
    query = (
        sa.select(c.opened_at, first.label("at")).select_from(case_events.join(cases, e.case == c.id))
        .where(e.what == "claim", c.urgent.is_(False)).group_by(c.id, c.opened_at)
        .having(first >= now() - RECENT).order_by(first.desc()).limit(MOST)
    )
    return list(db.execute(query))


def waits_since(db: Connection, case: Row) -> dt.datetime | None:
    """Since when the resident of a claimed case has waited for a word of staff; None where the last word is theirs."""
    return wait_of(db.execute(sa.select(cases.c.claimed_at, *WAIT).where(cases.c.id == case.id)).one())


def wait_of(row: Row) -> dt.datetime | None:
    """The same, of a row with ``claimed_at`` and :data:`WAIT`."""
    return aware(row.claimed_at if row.staff_said is None else row.then_said_at)


def left_waiting(db: Connection, after: float) -> list[str]:
    """The tickets that staff have claimed and left without a word for ``after`` seconds of office hours while the resident waits;
    none while the desk is closed.
    """
    moment = now()
    if not hours.open_at(moment):
        return []
    claimed = db.execute(sa.select(cases, *WAIT).where(cases.c.status == CLAIMED).order_by(cases.c.opened_at, cases.c.id)).all()
    return [c.ticket for c in claimed if _is_long(wait_of(c), moment, after)]


def _is_long(since: dt.datetime | None, moment: dt.datetime, after: float) -> bool:
    return since is not None and hours.open_seconds(since, moment) >= after


def release_silent(db: Connection, ticket: str, after: float) -> None:
    """Give a case that is still left waiting back to the queue. Both are told: the resident in the chat, staff as of a new case.

    Raises ``NoSuchCase`` where it is erased.
    """
    case = held(db, ticket)
    if case.status != CLAIMED or not _is_long(waits_since(db, case), now(), after):
        return
    move(db, case, "silence", "system", case.claimed_by, claimed_by=None, claimed_at=None, notified_at=None)
    tell(db, case.conversation, text("fell_silent", ticket=ticket, name=case.claimed_by), ticket, [offer(CONTINUE)])
