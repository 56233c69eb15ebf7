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

from desk import conversations as talk
from desk.sealing import WECHAT, Unreadable, seal, unseal
from desk.store import aware, in_parts, now
from desk.tables import conversations, messages, quick_replies
from desk.wechat_tables import wechat_in, wechat_out, wechat_residents

WAITING, SENDING, SENT, UNCERTAIN = "waiting", "sending", "sent", "uncertain"
PASSIVE, SERVICE = "reply", "service"
# Why something waits for the resident's next message.
HELD = ("window", "count", "no_service", "unsubscribed", "unreadable", "refused")
# What the platform allows after a resident wrote, and after they pressed something: how many messages, for how long.
WROTE, PRESSED = (5, dt.timedelta(hours=48)), (3, dt.timedelta(minutes=1))
# Whoever sends takes seconds: what is under way for longer was under way when a process ended.
UNDER_WAY = dt.timedelta(seconds=40)
REMEMBERED = dt.timedelta(hours=1)
# The platform posts a message again where it has no answer after five seconds, three times in all: a reply after which none comes
# for so long has arrived, and one that was not written for so long is not read any more.
ARRIVED, NOT_WRITTEN, TRIES = dt.timedelta(seconds=7), dt.timedelta(seconds=25), 3
AT_ONCE = 100


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


def offered_by_desk(db: Connection, conversation: str) -> list[tuple[str, str]]:
    """What the desk itself has offered to press in a conversation, of each title the last: title and payload."""
    q, m = quick_replies.c, messages.c
    query = sa.select(q.title, q.id).join(messages, q.message == m.id).order_by(m.seq)
    ours = query.where(q.conversation == conversation, q.payload.startswith("#"))
    return list({title: (title, name) for title, name in db.execute(ours)}.values())


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


def left(grants: Sequence[Mapping[str, Any]], at: dt.datetime) -> int:
    """How many messages may be sent now."""
    return sum(g["left"] for g in grants if _holds(g, at))


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
    db.execute(wechat_in.insert(), {
        "id": name, "resident": resident, "message": message, "at": now(), "reply": None, "tries": 1, "over": False,
    })
    if reply is not None:
        set_reply(db, name, reply)


def set_reply(db: Connection, name: str, reply: str) -> None:
    """What it is answered with, whenever it is posted. The parts in it are under way (:func:`go_with`)."""
    parts = db.execute(sa.select(wechat_out.c.id).where(wechat_out.c.arrival == name).limit(1)).first()
    values = {"reply": reply, "replied_at": now(), "over": parts is None}
    db.execute(wechat_in.update().where(wechat_in.c.id == name).values(**values))


def came_again(db: Connection, name: str) -> None:
    """It is posted once more: whether the reply arrives is open again."""
    i = wechat_in.c
    again = {"tries": i.tries + 1, "written_at": None, "replied_at": sa.case((i.reply.is_(None), None), else_=now())}
    db.execute(wechat_in.update().where(i.id == name, ~i.over).values(**again))


def written(db: Connection, names: Iterable[str]) -> None:
    """The replies to these were written to the platform."""
    for some in in_parts(list(names)):
        db.execute(wechat_in.update().where(wechat_in.c.id.in_(some), ~wechat_in.c.over).values(written_at=now()))


def _ended() -> tuple[Any, Any]:
    i, moment = wechat_in.c, now()
    never = sa.and_(i.written_at.is_(None), sa.func.coalesce(i.replied_at, i.at) < moment - NOT_WRITTEN)
    return ~i.over, sa.or_(i.written_at < moment - ARRIVED, never)


def some_ended(db: Connection) -> bool:
    """Whether :func:`settle_replies` has something to do."""
    return db.execute(sa.select(wechat_in.c.id).where(*_ended()).limit(1)).first() is not None


def settle_replies(db: Connection) -> dict[str, int]:
    """See what became of the parts that went with replies; how many of which state. Whether the last try of the platform's
    arrived nobody tells.
    """
    found = {SENT: 0, UNCERTAIN: 0}
    i, o = wechat_in.c, wechat_out.c
    ended = db.execute(sa.select(i.id, i.resident).where(*_ended()).order_by(i.resident, i.id).limit(AT_ONCE)).all()
    for name, whose in ended:
        row = resident(db, whose) if whose else None
        if row is not None:
            talk.lock(db, row.conversation)
        came = db.execute(sa.select(wechat_in).where(i.id == name, *_ended())).first()
        if came is None:
            continue
        parts = list(db.execute(sa.select(o.id).where(o.arrival == name, o.state == SENDING)).scalars())
        db.execute(wechat_in.update().where(i.id == name).values(over=True, reply=sa.func.coalesce(i.reply, "")))
        if came.written_at is not None and came.tries < TRIES:
            sent(db, parts, PASSIVE)
            found[SENT] += len(parts)
        else:
            change_out(db, parts, state=UNCERTAIN, reason="interrupted" if came.written_at is None else "last_try", next_try=None)
            found[UNCERTAIN] += len(parts)
    return found


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


def go_with(db: Connection, parts: Iterable[int], arrival: str) -> None:
    """The parts go with the reply to what came."""
    change_out(db, parts, state=SENDING, reason=PASSIVE, arrival=arrival, next_try=None)


def give_up_under_way(db: Connection, resident: str) -> int:
    """Whether what was under way arrived when a process ended is not known; how many parts that concerns."""
    o = wechat_out.c
    cut_off = sa.and_(o.resident == resident, o.state == SENDING, o.arrival.is_(None), o.changed_at < now() - UNDER_WAY)
    late = db.execute(
        wechat_out.update().where(cut_off)
        .values(state=UNCERTAIN, reason="interrupted", next_try=None, changed_at=now())
    )
    return late.rowcount


def with_something_to_do(db: Connection, limit: int = 200) -> list[str]:
    """Conversations of WeChat in which there is something new, something whose time has come, or something cut off; but for
    those in which the reply to a message is about to be given.
    """
    r, o = wechat_residents.c, wechat_out.c
    due = sa.exists().where(o.resident == r.id, o.state == WAITING, o.next_try <= now())
    cut_off = sa.exists().where(o.resident == r.id, o.state == SENDING, o.arrival.is_(None), o.changed_at < now() - UNDER_WAY)
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
    for later in talk.history(db, conversation, row.told, limit=None):
        if later.sender != "resident":
            found[later.id] = (WAITING, None)
    return found


def residents_waiting(db: Connection) -> dict[str, int]:
    """For how many residents something waits, by one of :data:`HELD`; ``soon``: it is sent in a moment."""
    o = wechat_out.c
    found = dict.fromkeys((*HELD, "soon"), 0)
    query = sa.select(o.reason, sa.func.count(sa.distinct(o.resident))).where(o.state == WAITING).group_by(o.reason)
    for reason, number in db.execute(query):
        kind = "refused" if (reason or "").startswith("refused") else reason
        found[kind if kind in HELD else "soon"] += number
    return found
