"""Syllables: how letters fall into them, and which sound alike."""

from __future__ import annotations

import pytest

from policy_kb.language.syllables import blurred, sounds_of, spelled, syllables


@pytest.mark.parametrize(
    ("letters", "parts"),
    [("dibao", ("di", "bao")), ("zhuang", ("zhuang",)), ("xian", ("xian",)), ("duoshaoqian", ("duo", "shao", "qian")),
     ("hello", ("hello",)), ("wifi", ("wifi",)), ("", ())],
)
def test_letters_fall_into_the_fewest_syllables(letters, parts):
    assert spelled(letters) == parts


def test_characters_and_pinyin_sound_the_same():
    assert sounds_of("低保怎么申请") == sounds_of("dibaozenmeshenqing")


@pytest.mark.parametrize(
    ("one", "other"),
    [("zhang", "zan"), ("shi", "si"), ("cheng", "cen"), ("nan", "lan"), ("hui", "fei"), ("hu", "fu"), ("huang", "fang"), ("ling", "lin"),
     ("neng", "len")],
)
def test_what_dialects_merge_sounds_alike(one, other):
    assert blurred(one) == blurred(other)


@pytest.mark.parametrize(("one", "other"), [("bao", "pao"), ("di", "ti"), ("shou", "shao"), ("kun", "kuan"), ("gong", "guang")])
def test_what_they_keep_apart_stays_apart(one, other):
    assert blurred(one) != blurred(other)


def test_blurring_makes_no_two_ways_of_one():
    assert all(blurred(blurred(s)) == blurred(s) for s in syllables())
