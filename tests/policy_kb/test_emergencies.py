"""Danger to life is recognised whatever else is asked, and ordinary talk is not taken for it."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import yaml
from small_kb import base

from policy_kb import emergencies
from policy_kb.knowledge import Emergency

HELD_OUT = Path(__file__).parent.parent / "nlu" / "held_out.yml"

KB = base(emergencies=(
    Emergency("violence", "请马上拨打110报警。", "躲开他。", ("打我", "要杀(?:我|人)"), ("打我电话", "打我工资")),
    Emergency("fire", "请马上拨打119。", "先离开。", ("着火", "起火了"), ("去年着火",)),
    Emergency("sos", "请马上拨打110。", "别挂。", ("sos救命",)),
))


def seen(text: str, kb=KB) -> str | None:
    """The id of the danger recognised."""
    danger = emergencies.detect(kb, text)
    return danger and danger.id


@pytest.mark.parametrize(
    ("text", "danger"),
    [("他打我", "violence"), ("他说要杀我", "violence"), ("家里着火了", "fire"), ("低保多少钱，我老公打我", "violence")],
)
def test_danger_is_recognised_beside_anything_else(text, danger):
    assert seen(text) == danger


@pytest.mark.parametrize("text", ["", "低保多少钱", "打工的钱"])
def test_where_there_is_none_nothing_is_recognised(text):
    assert seen(text) is None


@pytest.mark.parametrize("text", ["他 打 我", "他打\n我", "着　火了", "ＳＯＳ救命", "sos 救命", "SoS救命"])
def test_spaces_width_and_capitals_do_not_hide_danger(text):
    assert seen(text)


def test_of_several_dangers_the_one_listed_first_gives_the_first_line():
    assert seen("着火了，他还打我") == "violence"


@pytest.mark.parametrize("text", ["你打我电话吧", "去年着火了有什么补助"])
def test_a_harmless_meaning_of_the_same_words_is_no_danger(text):
    assert seen(text) is None


@pytest.mark.parametrize(
    ("text", "danger"),
    [("你打我电话，他又打我", "violence"), ("去年着火，今天又起火了", "fire"), ("去年着火了，老公打我", "violence")],
)
def test_a_harmless_expression_does_not_take_back_another_danger(text, danger):
    assert seen(text) == danger


def test_a_harmless_expression_does_not_hide_a_danger_that_begins_within_the_same_words():
    kb = base(emergencies=(Emergency("fire", "119", "离开", ("家里.*火", "火里有人"), ("家里",)),))
    assert seen("家里火里有人", kb) == "fire"


def test_a_harmless_expression_is_only_that_of_its_own_danger():
    kb = base(emergencies=(
        Emergency("a", "110", "躲开", ("打我",), ("打我电话",)), Emergency("b", "120", "别动", ("打我电话求救",)),
    ))
    assert seen("打我电话求救", kb) == "b"


# —— the shipped patterns ——


@pytest.fixture(scope="module")
def shipped_seen(shipped):
    """What the shipped patterns recognise in a text."""
    return partial(seen, kb=shipped)


def lines_of(wanted) -> list[str]:
    """The held-out utterances of the intents that ``wanted`` accepts."""
    intents = yaml.safe_load(HELD_OUT.read_text(encoding="utf-8"))["nlu"]
    lines = [line for x in intents if wanted(x["intent"]) for line in x["examples"].splitlines()]
    return [line.removeprefix("- ").strip() for line in lines if line.strip()]


def test_nearly_all_held_out_danger_is_recognised(shipped_seen):
    danger = lines_of(lambda intent: intent == "danger")
    missed = [line for line in danger if not shipped_seen(line)]
    assert len(danger) >= 50
    assert len(missed) <= 0.05 * len(danger), missed


def test_hardly_any_other_held_out_utterance_is_taken_for_danger(shipped_seen):
    others = lines_of(lambda intent: intent != "danger")
    alarms = [line for line in others if shipped_seen(line)]
    assert len(others) >= 200
    assert len(alarms) <= 0.02 * len(others), alarms


@pytest.mark.parametrize(
    ("text", "number"),
    [("我想死", "12356"), ("孩子被老师打伤了怎么办", "110"), ("我老公又打我了", "110"), ("家里着火了", "119")],
)
def test_the_right_number_stands_in_the_first_line(shipped, shipped_seen, text, number):
    assert number in next(e for e in shipped.emergencies if e.id == shipped_seen(text)).first_line


def test_every_first_line_has_a_number_to_call(shipped):
    assert all({"110", "119", "120", "12356"} & set(_numbers(e.first_line)) for e in shipped.emergencies)


def _numbers(text: str) -> list[str]:
    return "".join(c if c.isdigit() else " " for c in text).split()
