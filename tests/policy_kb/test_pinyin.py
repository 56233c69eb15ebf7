"""Our reading of characters is pypinyin's, character for character and phrase for phrase."""

from __future__ import annotations

import pypinyin
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from policy_kb.language.pinyin import lazy_pinyin, readings
from policy_kb.language.syllables import syllables

PHRASES = sorted(PHRASES_DICT)


def test_every_character_is_read_as_pypinyin_reads_it():
    wrong = [chr(n) for n in PINYIN_DICT if lazy_pinyin(chr(n)) != pypinyin.lazy_pinyin(chr(n))]
    assert not wrong


def test_every_phrase_is_read_as_pypinyin_reads_it():
    wrong = [p for p in PHRASES if lazy_pinyin(p) != pypinyin.lazy_pinyin(p)]
    assert not wrong


PIECES = st.one_of(
    st.sampled_from(PHRASES), st.sampled_from(PHRASES).map(lambda p: p[:2]), st.sampled_from(PHRASES).map(lambda p: p[-1]),
    st.sampled_from([chr(n) for n in sorted(PINYIN_DICT)]), st.text(max_size=3),
    st.sampled_from(["，", "dibao", " ", "12", "😀", "\ue815", "\U00032389"]),
)


@settings(max_examples=1500, deadline=None)
@given(st.lists(PIECES, max_size=6).map("".join))
def test_every_text_is_read_as_pypinyin_reads_it(text):
    assert lazy_pinyin(text) == pypinyin.lazy_pinyin(text)


@pytest.mark.parametrize(("text", "said"), [("重庆", ["chong", "qing"]), ("女儿", ["nv", "er"]), ("", []), ("a低", ["a", "di"])])
def test_some_readings(text, said):
    assert lazy_pinyin(text) == said


def test_syllables_are_those_of_all_readings():
    assert {"di", "bao", "nv", "lve", "zhuang", "a", "e", "o"} <= syllables()
    assert not {"m", "ng", "hm", "hng", "v"} & syllables()
    assert all(s.islower() for s in readings())
