"""What holds of a conversation and its cases at every moment, whatever happened in whatever order."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.engine import Connection

from desk import conversations as talk
from desk.moves import MOVES
from desk.store import aware, now

T = TypeVar("T")
# Who may have the conversation while its case has a status; without a case that is not resolved, only the bot.
OWNERS = {"open": {"queue", "bot"}, "claimed": {"staff"}, None: {"bot"}}


def in_silence(db: Connection, conversation: str | None, step: Callable[[Connection], T]) -> T:
    """One transaction; the bot says nothing in it unless it owned the conversation when it began."""
    owner, before = _owner_and_messages(db, conversation)
    result = step(db)
    spoke = {m.id for m in _owner_and_messages(db, conversation)[1] if m.sender == "bot"} - {m.id for m in before}
    assert owner == "bot" or not spoke, f"the bot spoke while {owner} owned"
    return result


def _owner_and_messages(db: Connection, conversation: str | None) -> tuple[str, list]:
    row = conversation and talk.get(db, conversation)
    return (row.owner, talk.history(db, conversation, limit=None)) if row else ("bot", [])


def one_open_case_at_most_and_the_owner_goes_with_it(owner: str, every) -> None:
    unresolved = [case.status for case, _ in every if case.status != "resolved"]
    assert len(unresolved) <= 1
    assert owner in OWNERS[unresolved[0] if unresolved else None]


def who_has_a_case_is_known(every) -> None:
    for case, _ in every:
        assert (case.claimed_by is not None) == (case.status != "open")
        assert (case.resolved_at is not None) == (case.outcome is not None) == (case.status == "resolved")


def every_move_is_recorded_and_allowed(every) -> None:
    for case, events in every:
        assert events[0].what == "open"
        status = "open"
        for event in events:
            if event.what in MOVES:
                status, _ = MOVES[event.what][status]
        assert status == case.status


def nothing_of_the_bot_lies_between_claim_and_release(rows, every) -> None:
    spoke = [aware(m.created_at) for m in rows if m.sender == "bot"]
    for _, events in every:
        assert not any(begin < at < (end or now()) for begin, end in held_by_staff(events) for at in spoke)


def whether_it_is_solved_is_asked_once(rows) -> None:
    asked = Counter(m.data["ticket"] for m in rows if any(r["title"] == "解决了" for r in m.quick_replies))
    assert all(times == 1 for times in asked.values())


def held_by_staff(events) -> list[tuple[dt.datetime, dt.datetime | None]]:
    """From each claim to what ends it."""
    spans, begin = [], None
    for e in events:
        if e.what == "claim":
            begin = aware(e.at)
        elif e.what in {"transfer", "release", "silence", "resolve"} and begin:
            spans.append((begin, aware(e.at)))
            begin = None
    return [*spans, (begin, None)] if begin else spans


def messages_end_once(rows, ended: dict[str, str]) -> None:
    """``ended``: how messages ended that were looked at before; those that have ended since are added."""
    for row in rows:
        if row.sender == "resident" and row.state != "received":
            assert ended.setdefault(row.id, row.state) == row.state
    answered = Counter(r.in_reply_to for r in rows if r.sender == "bot")
    assert all(times == 1 for times in answered.values()), "answered twice"
    assert all(ended.get(message) in {"answered", "answered_late"} for message in answered)
    assert all(times == 1 for times in Counter((r.in_reply_to, r.text) for r in rows if r.in_reply_to).values())


def staff_say_nothing_twice(rows) -> None:
    """Each of their replies has words of its own here, and may have been sent more than once."""
    assert all(times == 1 for times in Counter(m.text for m in rows if m.kind == "chat").values()), "a reply is doubled"


def nothing_is_lost(rows, said: list[str], note: str) -> None:
    """``said``: the ids of the resident's messages in order; ``note``: words that only staff may read."""
    assert [m.id for m in rows if m.sender == "resident"] == said, "a message is lost, doubled or out of order"
    assert [m.seq for m in rows] == list(range(rows[0].seq, rows[0].seq + len(rows)))
    assert not any(note in m.text for m in rows), "the resident sees a note"
