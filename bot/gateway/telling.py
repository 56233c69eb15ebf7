"""What a stream still has to tell of a conversation: the store compared with what it told before.

A stream keeps no events, only how far it has told. So nothing can be lost or doubled between the history and what happens while
somebody listens, and it makes no difference which process wrote it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy.engine import Connection, Row

from bot.gateway import sse
from bot.gateway.script import HANS, shown
from desk import conversations as talk
from desk import progress

PAGE = 50
# Who comes back is told how the messages stand that were under way when he left: those of so many last numbers.
LOOK_BACK = 40


@dataclass(frozen=True)
class Told:
    """How far a stream has told. ``settled``: up to here every message's last state is told; ``states`` of those after."""

    seq: int = 0
    settled: int = 0
    states: Mapping[str, str] = field(default_factory=dict)
    owner: str | None = None
    at_work: str | None = None
    mark: progress.Mark | None = None

    @classmethod
    def upto(cls, seq: int) -> Told:
        """A client that has every message up to ``seq``."""
        return cls(seq, max(0, seq - LOOK_BACK))


@dataclass(frozen=True)
class News:
    """Events to send, how far has then been told, whether there is more at once, and whether the stream ends with them."""

    events: list[bytes]
    told: Told
    more: bool = False
    over: bool = False


def _event(name: str, data: object, id: int | None = None) -> bytes:
    return sse.event(name, json.dumps(data, ensure_ascii=False), None if id is None else str(id))


def look(db: Connection, conversation: str, told: Told, staff_write: bool = False, script: str = HANS) -> News:
    """What there is to tell now: ``state``, at most :data:`PAGE` messages, ``delivery``, ``typing``, ``erased``."""
    mark = progress.marks(db, [conversation]).get(conversation)
    if mark is None:
        return News([_event("erased", {"seq": None})], told, over=True)
    after = min(told.seq, mark.last_seq)  # a number from the future would hide what comes
    rows = talk.history(db, conversation, after, PAGE)
    # Who has nothing yet need not forget anything.
    erased = next((i for i, r in enumerate(rows) if r.data.get("erased")), None) if after else None
    if erased is not None:
        rows = rows[: erased + 1]
    seq = rows[-1].seq if rows else after
    events = [] if mark.owner == told.owner else [_event("state", {"handled_by": mark.owner})]
    events += [_event("message", shown(talk.public(r), script), r.seq) for r in rows]
    if erased is not None:
        return News([*events, _event("erased", {"seq": seq})], replace(told, seq=seq), over=True)
    settled, states = _deliveries(progress.states(db, conversation, min(told.settled, after), seq), told, seq, events)
    at_work = "bot" if mark.owner == talk.BOT and mark.waiting else "staff" if mark.owner == talk.STAFF and staff_write else None
    if at_work != told.at_work:
        events += [_event("typing", {"who": told.at_work, "on": False})] if told.at_work else []
        events += [_event("typing", {"who": at_work, "on": True})] if at_work else []
    return News(events, Told(seq, settled, states, mark.owner, at_work, mark), more=len(rows) == PAGE)


def _deliveries(rows: list[Row], told: Told, seq: int, events: list[bytes]) -> tuple[int, dict[str, str]]:
    """Add a ``delivery`` for each message whose state is not told yet; what is settled from now on, and the states after."""
    for row in rows:
        if told.states.get(row.id) != row.state:
            events.append(
                _event("delivery", {"id": row.id, "client_id": row.client_id, "seq": row.seq, "state": row.state})
            )
    settled = next((r.seq - 1 for r in rows if r.state == "received"), seq)
    return settled, {r.id: r.state for r in rows if r.seq > settled}
