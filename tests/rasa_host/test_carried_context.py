"""What goes out of Rasa with a turn is all that comes back with the next, and never grows."""

from __future__ import annotations

import json

import pytest

from bot.rasa_host.tracker_store import SnapshotTrackerStore
from tests.nlu.held_out import held_out
from tests.rasa_host.conftest import talk, without_times

from rasa.shared.core import events as ev  # isort: skip


@pytest.fixture
def store(stock) -> SnapshotTrackerStore:
    return SnapshotTrackerStore(stock.domain)


def size(context: dict) -> int:
    return len(json.dumps(without_times(context), ensure_ascii=False))


def test_the_context_of_the_hundredth_turn_is_no_larger_than_that_of_the_first_ones(ours):
    asked = ["云安区农村低保一个月多少钱", "那城里呢", "万盛90岁老人高龄补贴", "低保户的孩子读幼儿园要钱吗", "你好"]
    contexts = [turn["context"] for turn in talk(ours, asked * 20)]
    assert [size(c) for c in contexts[95:]] == [size(c) for c in contexts[5:10]]
    assert len(contexts[-1]["events"]) <= 4


def test_the_context_keeps_no_words_of_the_resident_nor_of_the_answer(ours):
    for turn in talk(ours, [u.text for u in held_out()][::29]):
        kept = json.dumps(turn["context"]["events"], ensure_ascii=False)
        assert not [c for c in kept if "\u4e00" <= c <= "\u9fff"]


def test_a_tracker_comes_back_with_its_slots_and_the_last_turn(ours, store):
    context = talk(ours, ["你好", "云安区农村低保一个月多少钱"])[-1]["context"]
    store.put("a", context)
    tracker = store._trackers["a"]
    assert tracker.get_slot("region") == "445303"
    assert tracker.latest_message.intent["name"] == "ask_policy"
    assert tracker.latest_action_name == "action_listen"
    assert {k: v for k, v in store.take("a").items() if k != "events"} == {k: v for k, v in context.items() if k != "events"}


def turn(store: SnapshotTrackerStore, context: dict | None, *events: ev.Event) -> dict:
    """One turn in which these events happen."""
    store.put("a", context)
    for event in (ev.UserUttered("x", {"name": "inform"}), *events, ev.ActionExecuted("action_listen")):
        store._trackers["a"].update(event, store.domain)
    return store.take("a")


def active_loop(store: SnapshotTrackerStore, context: dict) -> str | None:
    store.put("b", context)
    return store._trackers.pop("b").active_loop_name


def test_a_loop_stays_active_however_many_turns_it_takes(store):
    context = turn(store, None, ev.ActiveLoop("interview"))
    for _ in range(30):
        context = turn(store, context)
        assert active_loop(store, context) == "interview"
    assert len(context["events"]) <= 4


def test_a_loop_that_ended_is_over(store):
    context = turn(store, turn(store, None, ev.ActiveLoop("interview")), ev.ActiveLoop(None))
    for _ in range(3):
        assert active_loop(store, context) is None
        context = turn(store, context)


def test_a_turn_that_failed_leaves_nothing_behind(store):
    store.put("a", None)
    store.discard("a")
    assert not store._trackers
