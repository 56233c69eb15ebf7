"""The WeChat channel's ledger: who writes there, what came, what goes out and what became of it. Functions take an open
transaction and never commit.

Whoever changes a resident's rows has the conversation locked (:func:`desk.conversations.lock`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from desk.sealing import WECHAT, Unreadable, seal, unseal
from desk.store import aware, in_parts, now
from desk.tables import conversations
from desk.wechat_tables import wechat_in, wechat_out, wechat_residents

WAITING, SENDING, SENT, UNCERTAIN = "waiting", "sending", "sent", "uncertain"
PASSIVE, SERVICE = "reply", "service"
# What the platform allows after a resident wrote, and after they pressed something: how many messages, for how long.
WROTE, PRESSED = (5, dt.timedelta(hours=48)), (3, dt.timedelta(minutes=1))
# Whoever sends takes seconds: what is under way for longer was under way when a process ended.
UNDER_WAY = dt.timedelta(seconds=40)
REMEMBERED = dt.timedelta(hours=1)


def hashed(secret: str, *parts: str) -> str:
    """The id under which a resident, or a message of theirs, is kept."""
    return hmac.new(secret.encode(), "\0".join(("wechat", *parts)).encode("utf-8", "replace"), hashlib.sha256).hexdigest()


# —— who writes


def resident(db: Connection, name: str) -> Row | None:
    return db.execute(sa.select(wechat_residents).where(wechat_residents.c.id == name)).first()


def of_conversation(db: Connection, conversation: str) -> Row | None:
    """Who writes in a conversation, where that is in WeChat."""
    return db.execute(sa.select(wechat_residents).where(wechat_residents.c.conversation == conversation)).first()


def add_resident(db: Connection, secret: str, name: str, openid: str, conversation: str) -> Row:
    db.execute(wechat_residents.insert(), {
        "id": name, "conversation": conversation, "sealed": seal(secret, name, openid, WECHAT), "subscribed": True,
        "told": 0, "choices": [], "grants": [],
    })
    return resident(db, name)


def change_resident(db: Connection, name: str, **values: Any) -> None:
    db.execute(wechat_residents.update().where(wechat_residents.c.id == name).values(**values))


def openid_of(row: Row, secret: str) -> str | None:
    """Whom to send to; None where the key has changed since."""
    try:
        return unseal(secret, row.id, bytes(row.sealed), WECHAT)
    except Unreadable:
        return None


# —— what may be sent


def granted(grants: Sequence[Mapping[str, Any]], given: tuple[int, dt.timedelta], at: dt.datetime) -> list[dict[str, Any]]:
    """The permissions after the resident wrote or pressed something: a new one in the place of the same kind's old one."""
    left, lasting = given
    kept = [dict(g) for g in grants if g["of"] != lasting.total_seconds() and _holds(g, at)]
    return [*kept, {"of": lasting.total_seconds(), "until": (at + lasting).timestamp(), "left": left}]


def spent(grants: Sequence[Mapping[str, Any]], at: dt.datetime) -> list[dict[str, Any]] | None:
    """The permissions after one more message, taken from the one that ends first; None where nothing may be sent."""
    holding = sorted((dict(g) for g in grants if _holds(g, at)), key=lambda g: g["until"])
    if not holding:
        return None
    holding[0]["left"] -= 1
    return holding


def given_back(grants: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The permissions where the last :func:`spent` one was not used after all."""
    first, *others = sorted((dict(g) for g in grants), key=lambda g: g["until"])
    return [first | {"left": first["left"] + 1}, *others]


def why_not(grants: Sequence[Mapping[str, Any]], at: dt.datetime) -> str:
    """Why nothing may be sent: ``window`` or ``count``."""
    return "count" if any(g["until"] > at.timestamp() for g in grants) else "window"


def _holds(grant: Mapping[str, Any], at: dt.datetime) -> bool:
    return grant["until"] > at.timestamp() and grant["left"] > 0


# —— what came


def arrival(db: Connection, name: str) -> Row | None:
    return db.execute(sa.select(wechat_in).where(wechat_in.c.id == name)).first()


def add_arrival(
    db: Connection, name: str, resident: str | None = None, message: str | None = None, reply: str | None = None
) -> None:
    """Remember what came. Raises SQLAlchemy's ``IntegrityError`` where another process took it at the same moment."""
    db.execute(wechat_in.insert(), {"id": name, "resident": resident, "message": message, "at": now(), "reply": reply})


def set_reply(db: Connection, name: str, reply: str) -> None:
    db.execute(wechat_in.update().where(wechat_in.c.id == name).values(reply=reply))


def forget_arrivals(db: Connection) -> int:
    """Delete what came so long ago that the platform does not send it again; how much that was."""
    return db.execute(wechat_in.delete().where(wechat_in.c.at < now() - REMEMBERED)).rowcount


# —— what goes out


def add_out(db: Connection, resident: str, message: str, texts: Iterable[str]) -> None:
    """The parts of a message, after all that waits for this resident."""
    rows = [{"resident": resident, "message": message, "text": text, "state": WAITING, "tries": 0, "next_try": now(),
             "changed_at": now()} for text in texts]
    if rows:
        db.execute(wechat_out.insert(), rows)


def in_state(db: Connection, resident: str, state: str) -> list[Row]:
    """A resident's parts of this state, in order."""
    o = wechat_out.c
    return list(db.execute(sa.select(wechat_out).where(o.resident == resident, o.state == state).order_by(o.id)))


def change_out(db: Connection, parts: Iterable[int], **values: Any) -> None:
    for some in in_parts(list(parts)):
        db.execute(wechat_out.update().where(wechat_out.c.id.in_(some)).values(changed_at=now(), **values))


def sent(db: Connection, parts: Iterable[int], how: str) -> None:
    """The parts went; their words stand in the conversation, so these are not kept."""
    change_out(db, parts, state=SENT, reason=how, text="", next_try=None)


def give_up_under_way(db: Connection, resident: str) -> int:
    """Whether what was under way arrived when a process ended is not known; how many parts that concerns."""
    o = wechat_out.c
    late = db.execute(
        wechat_out.update().where(o.resident == resident, o.state == SENDING, o.changed_at < now() - UNDER_WAY)
        .values(state=UNCERTAIN, reason="interrupted", next_try=None, changed_at=now())
    )
    return late.rowcount


def with_something_to_do(db: Connection, limit: int = 200) -> list[str]:
    """Conversations of WeChat in which there is something new, something whose time has come, or something cut off; but for
    those in which the reply to a message is about to be given.
    """
    r, o = wechat_residents.c, wechat_out.c
    due = sa.exists().where(o.resident == r.id, o.state == WAITING, o.next_try <= now())
    cut_off = sa.exists().where(o.resident == r.id, o.state == SENDING, o.changed_at < now() - UNDER_WAY)
    new = conversations.c.last_seq > r.told
    free = sa.or_(r.replying_until.is_(None), r.replying_until < now())
    query = sa.select(r.conversation).select_from(
        wechat_residents.join(conversations, conversations.c.id == r.conversation)
    ).where(free, sa.or_(new, due, cut_off))
    return list(db.execute(query.limit(limit)).scalars())


def is_replying(row: Row) -> bool:
    return row.replying_until is not None and aware(row.replying_until) > now()


def deliveries(db: Connection, conversation: str) -> dict[str, tuple[str, str | None]]:
    """What became of each message of a conversation: the state of its least advanced part, and why."""
    o, order = wechat_out.c, (SENT, SENDING, WAITING, UNCERTAIN)
    row = of_conversation(db, conversation)
    found: dict[str, tuple[str, str | None]] = {}
    if row is None:
        return found
    for part in db.execute(sa.select(o.message, o.state, o.reason).where(o.resident == row.id).order_by(o.id)):
        if part.message not in found or order.index(part.state) > order.index(found[part.message][0]):
            found[part.message] = (part.state, part.reason)
    return found


def counts(db: Connection) -> dict[tuple[str, str], int]:
    """How many parts wait or are uncertain, by state and reason."""
    o = wechat_out.c
    query = sa.select(o.state, o.reason, sa.func.count()).where(o.state.in_((WAITING, UNCERTAIN))).group_by(o.state, o.reason)
    return {(state, reason or ""): number for state, reason, number in db.execute(query)}
