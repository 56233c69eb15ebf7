"""What the classifiers see of a text, and what they make of it."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bot.nlu.features import grams, masked, masked_grams, pairs, strangeness
from bot.nlu.linear import LinearModel
from policy_kb import KnowledgeBase, mentions_of
from policy_kb.loader import SHIPPED, read_knowledge


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    return read_knowledge([SHIPPED])


@pytest.mark.parametrize(
    ("text", "seen"),
    [("云安区农村低保多少钱", "ⓇⒶⒷ多少钱"), ("萬盛高齡津貼幾多錢", "ⓇⒷ多少钱"), ("其江底保咋办", "ⓇⒷ怎么办"), ("今天天气好", "今天Ⓞ好")],
)
def test_names_are_masked_and_the_rest_is_standard_chinese(kb, text, seen):
    assert masked(text, mentions_of(kb, text)) == seen


def test_a_name_is_learned_for_all_names(kb):
    one, other = "低保怎么申请", "高龄津贴怎么申请"
    assert masked_grams(one, mentions_of(kb, one)) == masked_grams(other, mentions_of(kb, other))


def test_a_homophone_has_the_sounds_of_what_it_stands_for():
    assert {g for g in grams("底保") if g.startswith("~")} == {g for g in grams("dibao") if g.startswith("~")} == {"~di", "~bao", "~di bao"}


def test_names_are_no_words_that_could_be_strange(kb):
    text = "医保概念股龙头"
    assert pairs(text, mentions_of(kb, text)) & {"医保", "概念"} == set()
    assert "龙头" in pairs(text, mentions_of(kb, text))


@pytest.mark.parametrize(("strange", "steps"), [(0, 0), (1, 2), (2, 4), (4, 8)])
def test_strangeness_grows_with_every_word_nobody_uses(strange, steps):
    found = {"甲乙", "乙丙", "丙丁", "丁戊"}
    used = set(sorted(found)[strange:])
    assert len(strangeness(found, used.__contains__)) == steps


def test_a_model_learns_tells_and_keeps_what_it_learned(tmp_path):
    features = [["a", "x"], ["a", "y"], ["b", "x"], ["b", "y"], ["c"], ["c", "x"]]
    model = LinearModel.trained(features, ["A", "A", "B", "B", "C", "C"], min_df=1)
    assert [model.ranking([f])[0][0] for f in "abc"] == ["A", "B", "C"]
    model.save(tmp_path)
    again = LinearModel.load(tmp_path)
    assert np.allclose(again.probabilities(["a", "y"]), model.probabilities(["a", "y"]), atol=1e-5)
    assert math.isclose(sum(p for _, p in again.ranking(["zzz"])), 1.0, abs_tol=1e-6)


def test_two_classes_are_learned_as_well():
    model = LinearModel.trained([["a"], ["a"], ["b"], ["b"]], ["A", "A", "B", "B"], min_df=1)
    assert model.ranking(["a"])[0][0] == "A"
    assert model.ranking(["b"])[0][0] == "B"
