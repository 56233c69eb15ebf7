"""What tells that there is news on a conversation: its mark for who looks, its note for who is told."""

from __future__ import annotations

import pytest

from desk import cases, changes, progress
from desk import conversations as talk

SAID = talk.Outgoing("staff", "chat", "您好")


def mark(db, conversation: str) -> progress.Mark:
    return progress.marks(db, [conversation])[conversation]


def a_case(db, conversation: str):
    return cases.open_case(db, conversation, None, reason="request_human", urgent=False, department=None, summary="")


@pytest.mark.parametrize(
    "change",
    [
        lambda db, c: talk.say(db, c, SAID),
        lambda db, c: talk.set_owner(db, c, "queue"),
        lambda db, c: talk.settle(db, talk.history(db, c)[0].id, "answered"),
        lambda db, c: cases.claim(db, a_case(db, c).ticket, "王芳"),
    ],
    ids=["a word", "another owner", "a message settled", "a claim"],
)
def test_the_mark_changes_with(db, conversation, change):
    before = mark(db, conversation)
    change(db, conversation)
    assert mark(db, conversation) != before


def test_the_mark_stays_while_nothing_happens(db, conversation):
    assert mark(db, conversation) == mark(db, conversation) == progress.Mark(1, "bot", 1)


def test_another_conversations_news_leave_the_mark(db, conversation, incoming):
    before = mark(db, conversation)
    talk.begin(db, incoming())
    assert mark(db, conversation) == before


def test_a_conversation_that_is_gone_has_no_mark(db, conversation):
    assert progress.marks(db, [conversation, "0" * 32]).keys() == {conversation}


def test_more_conversations_than_one_query_takes_are_all_marked(db, incoming, monkeypatch):
    monkeypatch.setattr("desk.store.AT_ONCE", 2)
    names = {talk.begin(db, incoming())[0] for _ in range(5)}
    assert progress.marks(db, names).keys() == names


def test_states_are_those_of_the_residents_messages_in_the_range(db, conversation, incoming):
    talk.say(db, conversation, SAID)
    third, fourth = talk.receive(db, conversation, incoming()), talk.receive(db, conversation, incoming())
    assert [s.id for s in progress.states(db, conversation, 1, 3)] == [third.id]
    assert [s.seq for s in progress.states(db, conversation, 0, 9)] == [1, 3, fourth.seq]


@pytest.mark.parametrize(
    "change",
    [
        lambda db, c: talk.say(db, c, SAID),
        lambda db, c: talk.set_owner(db, c, "queue"),
        lambda db, c: talk.clear(db, c),
        lambda db, c: a_case(db, c) and changes.take(db) and cases.back_to_bot(db, c, "resident", "why"),
    ],
    ids=["a word", "another owner", "erasing", "back to the bot"],
)
def test_who_is_told_is_told_of(db, conversation, change):
    changes.take(db)
    change(db, conversation)
    assert changes.take(db) == {conversation}


def test_what_was_told_is_not_told_again(db, conversation):
    changes.take(db)
    assert changes.take(db) == frozenset()
