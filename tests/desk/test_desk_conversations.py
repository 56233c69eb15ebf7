"""Messages are saved once, numbered without gaps, and end once."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from desk import cases
from desk import conversations as talk
from desk.store import aware, now, open_store
from desk.tables import conversations, messages

BUTTON = {"title": "申请条件", "says": "低保申请条件", "payload": "/ask_policy{}"}


def test_a_conversation_begins_with_the_bot_and_one_received_message(db, incoming):
    name, message = talk.begin(db, incoming("低保"))
    assert (message.seq, message.sender, message.state, message.text) == (1, "resident", "received", "低保")
    assert talk.get(db, name).owner == "bot"


def test_the_same_first_message_finds_its_conversation_again(db, incoming):
    first = incoming()
    assert talk.begin(db, first) == talk.begin(db, first)


def test_after_a_day_the_same_id_begins_a_new_conversation(db, incoming):
    first = incoming()
    name, _ = talk.begin(db, first)
    db.execute(conversations.update().values(created_at=now() - dt.timedelta(hours=24, seconds=1)))
    assert talk.begin(db, first)[0] != name


def test_the_same_id_with_another_body_is_a_conflict(db, conversation, incoming):
    first = incoming("低保")
    talk.receive(db, conversation, first)
    with pytest.raises(talk.Conflict):
        talk.receive(db, conversation, incoming("特困", client_id=first.client_id))


def test_messages_are_numbered_without_gaps(db, conversation, incoming):
    for n in range(3):
        talk.receive(db, conversation, incoming(str(n)))
        talk.say(db, conversation, talk.Outgoing("bot", "text", "好"))
    assert [m.seq for m in talk.history(db, conversation)] == list(range(1, 8))


def test_a_quick_reply_gets_an_opaque_id_and_its_line_is_the_title(db, conversation, incoming):
    talk.say(db, conversation, talk.Outgoing("bot", "answer", "每月450元", quick_replies=[BUTTON]))
    [shown] = talk.history(db, conversation)[-1].quick_replies
    assert shown["title"] == "申请条件"
    assert shown["payload"] != BUTTON["payload"]
    pressed = talk.receive(db, conversation, incoming("", payload=shown["payload"]))
    assert (pressed.text, pressed.payload) == ("申请条件", BUTTON["payload"])


def test_a_quick_reply_of_another_conversation_is_unknown(db, conversation, incoming):
    other, _ = talk.begin(db, incoming("别人"))
    talk.say(db, other, talk.Outgoing("bot", "answer", "好", quick_replies=[BUTTON]))
    payload = talk.history(db, other)[-1].quick_replies[0]["payload"]
    with pytest.raises(talk.UnknownReply):
        talk.receive(db, conversation, incoming("", payload=payload))


def test_a_message_is_settled_once(db, conversation):
    [message] = talk.waiting(db)
    assert talk.settle(db, message.id, "answered")
    assert not talk.settle(db, message.id, "given_up")
    assert talk.get_message(db, message.id).state == "answered"


def test_what_waits_is_listed_in_order(db, conversation, incoming):
    second = talk.receive(db, conversation, incoming("二"))
    talk.begin(db, incoming("三"))
    assert [m.text for m in talk.waiting(db)] == ["低保多少钱", "二", "三"]
    assert talk.waiting(db, conversation)[-1].id == second.id


def test_the_history_shows_times_with_their_zone(db, conversation):
    at = talk.public(talk.history(db, conversation)[0])["at"]
    assert dt.datetime.fromisoformat(at).utcoffset() == dt.timedelta(0)


def test_clearing_leaves_the_conversations_id_and_nothing_said(db, conversation):
    talk.say(db, conversation, talk.Outgoing("bot", "answer", "好", quick_replies=[BUTTON]))
    talk.set_context(db, conversation, {"slots": {"region": "445303"}})
    cases.open_case(db, conversation, None, reason="request_human", urgent=False, department=None, summary="")
    talk.clear(db, conversation)
    row = talk.get(db, conversation)
    assert (row.owner, row.context) == ("bot", None)
    assert talk.history(db, conversation) == []
    assert cases.list_cases(db, every=True) == []


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [(conversations, "owner", "nobody"), (messages, "sender", "somebody"), (messages, "state", "lost")],
)
def test_the_store_itself_refuses_an_unknown_owner_sender_or_state(store, incoming, table, column, value):
    with store.begin() as db:
        talk.begin(db, incoming())
    with pytest.raises(sa.exc.IntegrityError), store.begin() as db:
        db.execute(table.update().values(**{column: value}))


def test_opening_a_store_again_keeps_what_is_in_it(store, url, incoming):
    with store.begin() as db:
        name, _ = talk.begin(db, incoming())
    with open_store(url).begin() as db:
        assert talk.get(db, name).id == name


def test_a_failed_transaction_leaves_nothing(store, incoming):
    def fails() -> None:
        with store.begin() as db:
            talk.begin(db, incoming())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    with store.begin() as db:
        assert talk.waiting(db) == []


def test_times_without_a_zone_are_utc():
    assert aware(dt.datetime(2026, 11, 23)).tzinfo is dt.timezone.utc
    assert aware(None) is None


# —— how long it is kept ——


def aged(db, conversation: str, days: int) -> None:
    """The conversation as it is when its last message is so old."""
    db.execute(messages.update().where(messages.c.conversation == conversation).values(created_at=now() - dt.timedelta(days=days)))


def test_a_conversation_is_deleted_with_all_its_messages_once_it_is_old_enough(db, conversation, incoming):
    young, _ = talk.begin(db, incoming("特困"))
    aged(db, conversation, 181)
    assert talk.forget_older(db, now() - dt.timedelta(days=180)) == 1
    assert [row.conversation for row in db.execute(sa.select(messages.c.conversation))] == [young]
    assert list(db.execute(sa.select(conversations.c.id)).scalars()) == [young]


def test_the_last_message_counts_not_the_first(db, conversation, incoming):
    aged(db, conversation, 400)
    talk.receive(db, conversation, incoming("还在"))
    assert talk.forget_older(db, now() - dt.timedelta(days=180)) == 0


def test_a_conversation_with_an_open_case_is_kept_until_it_is_resolved(db, conversation):
    case = cases.open_case(db, conversation, None, reason="request_human", urgent=False, department=None, summary="")
    aged(db, conversation, 400)
    assert talk.forget_older(db, now() - dt.timedelta(days=180)) == 0
    cases.claim(db, case.ticket, "小王")
    cases.resolve(db, case.ticket, "小王", "answered", "已告知")
    aged(db, conversation, 400)
    assert talk.forget_older(db, now() - dt.timedelta(days=180)) == 1
