"""The pipeline gives the numbers of a message as entities, and nothing else takes them for names."""

from __future__ import annotations

import json
from unittest.mock import MagicMock

import pytest
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa_sdk import Tracker

from actions import base
from bot.nlu.knowledge import IntentGuard, KnowledgeEntityExtractor
from bot.nlu.quantities import QuantityExtractor
from policy_kb import NameIndex
from policy_kb.loader import SHIPPED, read_knowledge
from policy_kb.settings import ROOT


@pytest.fixture(scope="module")
def index():
    return NameIndex(read_knowledge([SHIPPED]))


@pytest.fixture
def names(index):
    component = KnowledgeEntityExtractor({})
    component._index = index
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(KnowledgeEntityExtractor, "knowledge", index.kb)
        yield component


@pytest.fixture
def guard(index, monkeypatch):
    monkeypatch.setattr(IntentGuard, "knowledge", index.kb)
    return IntentGuard(IntentGuard.get_default_config())


@pytest.fixture
def numbers():
    return QuantityExtractor.create({}, MagicMock(), MagicMock(), MagicMock())


def message(text, intent="ask_policy", confidence=0.9):
    return Message({TEXT: text, INTENT: {"name": intent, "confidence": confidence}, ENTITIES: []})


def test_a_quantity_is_an_entity_whose_value_says_what_it_counts(numbers):
    (heard,) = numbers.process([message("每月一千二")])
    (entity,) = heard.get(ENTITIES)
    assert entity == {
        "entity": "quantity", "start": 2, "end": 5, "extractor": "QuantityExtractor",
        "value": {
            "kind": "money", "low": 1200, "high": 1200, "unit": "元", "period": "月", "per": None, "comparator": "exact",
        },
    }


def test_entities_found_before_stay(names, numbers):
    (heard,) = numbers.process(names.process([message("我妈八十岁，万盛高龄津贴多少")]))
    kinds = [e["entity"] for e in heard.get(ENTITIES)]
    assert {"age", "region", "benefit"} <= set(kinds) and kinds[-1] == "quantity"


@pytest.mark.parametrize("text", ["", "低保多少钱", "三亚", "12345"])
def test_a_message_without_numbers_gets_no_entity(numbers, text):
    (heard,) = numbers.process([message(text)])
    assert heard.get(ENTITIES) == []


def test_a_message_without_text_is_left_alone(numbers):
    (heard,) = numbers.process([Message({TEXT: None})])
    assert heard.get(ENTITIES) == []


def test_values_can_be_stored_as_json(numbers):
    (heard,) = numbers.process([message("一点五万，三岁半，七成五，一个半月")])
    assert json.loads(json.dumps(heard.get(ENTITIES))) == heard.get(ENTITIES)


@pytest.mark.parametrize(
    ("text", "intent", "confidence"),
    [
        ("万盛", "greet", 0.5), ("八十五岁", "greet", 0.5), ("1200", "greet", 0.9), ("一家三口每月两千", "greet", 0.2),
        ("云安区农村低保一个月八百吗", "out_of_scope", 0.6), ("转人工，等了三天", "request_human", 0.3), ("两千五", "ask_policy", 0.3),
        ("万盛两千块", "ask_policy", 0.9),
    ],
)
def test_numbers_change_no_intent(names, numbers, guard, text, intent, confidence):
    (without,) = guard.process(names.process([message(text, intent, confidence)]))
    (with_numbers,) = guard.process(numbers.process(names.process([message(text, intent, confidence)])))
    assert with_numbers.get(INTENT) == without.get(INTENT)


def test_actions_see_ages_but_no_quantities_among_the_mentions(names, numbers):
    (heard,) = numbers.process(names.process([message("我妈80岁，每月一千二")]))
    latest = {"text": heard.get(TEXT), "entities": heard.get(ENTITIES), "metadata": {"as_of": "2026-11-23"}}
    mentions = base.mentions(Tracker("x", {}, latest, [], False, None, {}, "action_listen"))
    assert [(m.kind, m.value) for m in mentions if m.kind in {"age", "quantity"}] == [("age", ("80-80",))]


def test_the_pipeline_runs_it_after_the_names():
    lines = (ROOT / "config.yml").read_text(encoding="utf-8")
    assert lines.index("KnowledgeEntityExtractor") < lines.index("bot.nlu.quantities.QuantityExtractor")
