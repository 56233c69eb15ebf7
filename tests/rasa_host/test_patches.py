"""What is replaced in Rasa changes how long a turn takes and nothing else."""

from __future__ import annotations

import ast
import asyncio
import copy
import inspect
import json

import pytest

from tests.nlu.held_out import held_out
from tests.rasa_host.conftest import patches, rasa, talk, without_times

import rasa.core.policies.rule_policy  # isort: skip
import rasa.core.processor  # isort: skip
from rasa.core.channels.channel import CollectingOutputChannel  # isort: skip
from rasa.core.policies.rule_policy import RulePolicy  # isort: skip
from rasa.shared.core import events  # isort: skip
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity  # isort: skip
from rasa.shared.utils.common import all_subclasses  # isort: skip

from bot.rasa_host import server  # isort: skip
from bot.rasa_host.predictions import _Remembered, course_of  # isort: skip

UTTERANCES = [u.text for u in held_out()][::11]
BUTTONS = ['/ask_policy{"benefit": "old_age_allowance", "aspect": "amount", "region": "500110-wansheng"}', "/request_human"]


@pytest.fixture(scope="module")
def said_by_stock(stock) -> list:
    return [without_times(talk(stock, UTTERANCES[i : i + 8])) for i in range(0, len(UTTERANCES), 8)]


def test_every_turn_says_and_leaves_what_stock_rasa_does(said_by_stock, ours):
    assert [without_times(talk(ours, UTTERANCES[i : i + 8])) for i in range(0, len(UTTERANCES), 8)] == said_by_stock


def test_buttons_do_what_they_do_in_stock_rasa(stock, request):
    turns = [x for b in BUTTONS for x in ("万盛低保多少钱", b)]
    said = without_times(talk(stock, turns))
    assert without_times(talk(request.getfixturevalue("ours"), turns)) == said


def test_the_graph_is_asked_for_any_target(ours, stock):
    runner = ours.processor.graph_runner
    dask = rasa.engine.runner.dask.DaskGraphRunner.__new__(rasa.engine.runner.dask.DaskGraphRunner)
    dask._graph_schema, dask._instantiated_nodes, dask._execution_context = runner._schema, runner._nodes, None

    def inputs() -> dict:
        message = rasa.core.channels.channel.UserMessage("云安区低保多少钱")
        tracker = rasa.shared.core.trackers.DialogueStateTracker.from_events(
            "x", [events.UserUttered("低保", {"name": "ask_policy"})], domain=ours.domain, slots=ours.domain.slots
        )
        return {"__message__": [message], "__tracker__": tracker}

    for target in ours.processor.model_metadata.predict_schema.nodes:
        given, wanted = runner.run(inputs(), [target]), dask.run(inputs(), [target])
        assert set(given) == set(wanted) == {target}
        assert without_objects(given[target]) == without_objects(wanted[target])


def without_objects(value):
    """What can be compared of a node's output."""
    if isinstance(value, list):
        return [without_objects(v) for v in value]
    if hasattr(value, "as_dict"):
        return {k: str(v) for k, v in value.as_dict().items() if k not in {"text_tokens", "message_id"}}
    if hasattr(value, "probabilities"):
        return value.probabilities, value.policy_name, value.policy_priority
    return type(value)


def test_a_missing_input_is_an_error_as_in_stock_rasa(ours):
    target = ours.processor.model_metadata.nlu_target
    with pytest.raises(rasa.engine.exceptions.GraphRunError):
        ours.processor.graph_runner.run({}, [target])


def test_every_event_has_the_class_it_has_in_stock_rasa(ours):
    for known in all_subclasses(events.Event):
        if isinstance(known.type_name, str):
            first = next(c for c in all_subclasses(events.Event) if c.type_name == known.type_name)
            assert events.Event.resolve_by_type(known.type_name) is first
    with pytest.raises(ValueError, match="Unknown event"):
        events.Event.resolve_by_type("no such event")


@pytest.mark.parametrize("module", patches.LOG_COPIES, ids=lambda m: m.__name__)
def test_copies_are_made_for_debug_messages_only(module):
    """Else handing over the object itself would let one change the other's."""
    tree = ast.parse(inspect.getsource(module))
    uses = {n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name) and n.value.id == "copy"}
    logged = {
        inner
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "debug"
        for inner in ast.walk(call)
        if isinstance(inner, ast.Attribute)
    }
    assert uses
    assert uses <= logged


def rule_policy(agent) -> RulePolicy:
    return next(n._component for n in agent.processor.graph_runner._nodes.values() if isinstance(n._component, RulePolicy))


def test_the_rules_that_may_fit_are_those_stock_rasa_finds(stock, request):
    possible_keys = RulePolicy._get_possible_keys
    policy = rule_policy(request.getfixturevalue("ours"))
    lookup = policy.lookup["rules"] | {
        json.dumps([{"prev_action": {"action_name": "action_listen"}, "active_loop": {"name": "interview"}}]): "interview",
        json.dumps([{"prev_action": {"action_name": "action_listen"}, "user": {"intent": "greet"}, "slots": {"x": [1.0]}}]): "x",
        json.dumps([{"user": {"intent": "greet"}}]): "utter_greet",
    }
    listening = {"prev_action": {"action_name": "action_listen"}}
    intents = {json.loads(key)[-1].get("user", {}).get("intent", "unknown") for key in lookup}
    actions = {*lookup.values(), "action_listen"}
    lasts = [{"prev_action": {"action_name": a}, "user": {"intent": i}} for a in actions for i in intents]
    lasts += [{}, listening, listening | {"user": {"text": "你好"}}, listening | {"active_loop": {"name": "interview"}}]
    for before in ([], [{}], [{}, listening | {"user": {"intent": "greet"}}]):
        for last in lasts:
            states = [*before, last]
            assert policy._get_possible_keys(lookup, states) == possible_keys(policy, lookup, states)


def test_words_alone_are_looked_up_where_a_rule_may_ask_for_them(stock, request):
    find, policy = RulePolicy._find_action_from_rules, rule_policy(request.getfixturevalue("ours"))
    said = json.dumps([{"prev_action": {"action_name": "action_listen"}, "user": {"text": "芝麻开门"}}])
    tracker = DialogueStateTracker.from_events(
        "x", [events.ActionExecuted("action_listen"), events.UserUttered("芝麻开门", {"name": "greet"})],
        domain=stock.domain, slots=stock.domain.slots,
    )
    rules = policy.lookup["rules"]
    for known in (rules, rules | {said: "utter_greet"}):
        policy.lookup["rules"] = known
        try:
            given = policy._find_action_from_rules(tracker, stock.domain, True)
            wanted = find(policy, tracker, stock.domain, True)
        finally:
            policy.lookup["rules"] = rules
        assert (given[0], given[2]) == (wanted[0], wanted[2]) == ("utter_greet" if known is not rules else None, False)


def test_a_copied_slot_is_what_stock_rasa_makes_of_it(ours):
    for slot in ours.domain.slots:
        slot = copy.copy(slot)
        slot.value = ["x"]
        twin = copy.copy(slot)
        assert type(twin) is type(slot)
        assert twin is not slot
        assert vars(twin) == vars(slot)
        twin.value = None
        assert slot.value == ["x"]


def test_the_domain_is_known_not_to_be_empty(ours):
    assert ours.domain.is_empty() is type(ours.domain).is_empty(ours.domain) is False


def tracker_after(agent, happened: list) -> DialogueStateTracker:
    return DialogueStateTracker.from_events("x", happened, domain=agent.domain, slots=agent.domain.slots)


def said(intent: str, text: str = "您好", **more) -> list:
    return [events.ActionExecuted("action_listen"), events.UserUttered(text, {"name": intent}, **more)]


COURSES = [
    said("greet"), said("ask_policy"), said("danger"), said("no_such_intent"),
    [*said("greet"), events.ActionExecuted("utter_greet"), *said("ask_policy")],
    [*said("ask_policy"), events.ActionExecuted("action_answer")],
    [events.SlotSet("human_offered", True), *said("affirm")],
    [events.SlotSet("human_offered", False), events.SlotSet("subject_offered", True), *said("affirm")],
    [events.SlotSet("human_offered", False), *said("affirm")],
    [events.ActiveLoop("eligibility_form"), *said("inform")],
    [events.ActiveLoop("eligibility_form"), *said("inform"), events.ActionExecutionRejected("eligibility_form")],
    [*said("check_eligibility"), events.ActionExecuted("action_check_eligibility")],
    [*said("answer_household"), events.AllSlotsReset(), events.ActiveLoop(None)],
]


@pytest.mark.parametrize("happened", COURSES, ids=range(len(COURSES)))
def test_what_follows_from_a_course_of_events_is_what_stock_rasa_says(stock, request, happened):
    predict = RulePolicy.predict_action_probabilities
    policy = rule_policy(request.getfixturevalue("ours"))
    wanted = predict(policy, tracker_after(stock, happened), stock.domain)
    for _ in range(2):  # worked out, then remembered
        given = policy.predict_action_probabilities(tracker_after(stock, happened), stock.domain)
        assert [e.as_dict() | {"timestamp": 0} for e in given.events] == [e.as_dict() | {"timestamp": 0} for e in wanted.events]
        assert {k: v for k, v in vars(given).items() if k != "events"} == {k: v for k, v in vars(wanted).items() if k != "events"}
        given.probabilities[:] = [0.0] * len(given.probabilities)  # as Rasa does with what was rejected


def test_words_and_names_and_what_was_said_back_make_no_other_course(stock):
    courses = {
        course_of(tracker_after(stock, [*said("ask_policy", text, entities=entities), events.BotUttered(text)]))
        for text, entities in (("低保", []), ("云安低保", [{"entity": "region", "value": "445303"}]))
    }
    assert len(courses) == 1
    assert None not in courses


@pytest.mark.parametrize("event", [events.ActionReverted(), events.ConversationPaused(), events.SlotSet("human_offered", ["?"])])
def test_a_course_with_something_unknown_in_it_is_left_to_rasa(stock, event):
    assert course_of(tracker_after(stock, [*said("greet"), event])) is None


def test_a_rule_on_words_or_names_is_not_remembered_by_intent(stock, request):
    policy = rule_policy(request.getfixturevalue("ours"))
    for more in ({"text": "芝麻开门"}, {"entities": ["region"], "intent": "greet"}):
        key = json.dumps([{"prev_action": {"action_name": "action_listen"}, "user": more}])
        assert not _Remembered(copied_policy(policy, {"rules": {key: "utter_greet"}}), stock.domain).may
    assert _Remembered(policy, stock.domain).may


def copied_policy(policy: RulePolicy, lookup: dict) -> RulePolicy:
    twin = copy.copy(policy)
    twin.lookup = lookup
    return twin


@pytest.mark.parametrize("happened", COURSES, ids=range(len(COURSES)))
def test_a_copied_tracker_is_what_stock_rasa_makes_of_it(stock, request, happened):
    copied = DialogueStateTracker.copy
    tracker = tracker_after(stock, happened)
    wanted = copied(tracker)
    request.getfixturevalue("ours")
    given = tracker.copy()
    assert given.current_state(EventVerbosity.ALL) == wanted.current_state(EventVerbosity.ALL)
    assert set(vars(given)) == set(vars(wanted))
    simple = {k for k, v in vars(wanted).items() if isinstance(v, (str, bool, int, type(None)))}
    assert {k: getattr(given, k) for k in simple} == {k: getattr(wanted, k) for k in simple}
    given.update(events.SlotSet("benefits", ["x"]))
    given.update(events.ActiveLoop("eligibility_form"))
    assert tracker.get_slot("benefits") is None
    assert len(tracker.events) == len(happened)


@pytest.mark.parametrize("intent", ["greet", "thanks", "ask_policy", "inform"])
@pytest.mark.parametrize("loop", [None, "eligibility_form"])
def test_slots_are_read_from_a_message_as_stock_rasa_reads_them(stock, request, intent, loop):
    def extracted() -> list:
        tracker = tracker_after(stock, [events.SlotSet("human_offered", True), events.ActiveLoop(loop), *said(intent)])
        action = rasa.core.actions.action.ActionExtractSlots(None)
        found = asyncio.run(action.run(CollectingOutputChannel(), stock.nlg, tracker, stock.domain))
        return [(e.key, e.value) for e in found]

    wanted = extracted()
    request.getfixturevalue("ours")
    assert extracted() == wanted
    assert bool(wanted) == (intent in {"greet", "thanks"})


def test_slots_set_by_actions_only_are_not_looked_for(ours):
    left_out = {s.name for s in ours.domain.slots} - {s.name for s in patches._SlotsRead(ours.domain).slots}
    assert {"benefits", "region", "interview"} <= left_out
    assert "human_offered" not in left_out


def test_a_trained_model_is_loaded_without_being_checked_again(model, monkeypatch):
    checked = []
    monkeypatch.setattr(patches, "apply", lambda: None)
    monkeypatch.setattr(rasa.shared.utils.validation, "validate_yaml_schema", lambda *given: checked.append(given))
    agent = asyncio.run(server.load(model))
    assert agent.is_ready()
    assert not checked
    assert rasa.shared.utils.validation.validate_yaml_schema("", "") is None  # and is what it was afterwards
    assert checked


def test_a_button_of_a_plain_response_asks_what_it_says(ours):
    """Without an error in the log, in which Rasa would write every slot."""
    told = talk(ours, ["你好"])[0]["messages"][0]
    payloads = [r["payload"] for r in told["quick_replies"]]
    assert '/ask_policy{"benefit": "minimum_living_allowance"}' in payloads
    for response in ours.domain.responses.values():
        for button in (b for variant in response for b in variant.get("buttons", ())):
            assert "{" not in button["payload"].replace("{{", "").replace("}}", ""), button
