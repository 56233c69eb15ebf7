"""One of several benefits that a word covers together is told by the part of its name that the others have not."""

from __future__ import annotations

import pytest

from policy_kb.families import named_among
from policy_kb.loader import SHIPPED, read_knowledge

LIVING, NURSING = "disability_living_subsidy", "disability_nursing_subsidy"


@pytest.fixture(scope="module")
def kb():
    return read_knowledge([SHIPPED], version=1)


@pytest.mark.parametrize(
    ("asked", "text", "meant"),
    [
        (NURSING, "生活的那个", LIVING), (NURSING, "还有个生活的是吧", LIVING), (LIVING, "护理的呢", NURSING),
        (LIVING, "户理的那个捏", NURSING), (LIVING, "重度的", NURSING), (LIVING, "困难那种呢", LIVING),
    ],
)
def test_a_part_of_the_name_is_enough_in_a_talk_about_one_of_them(kb, asked, text, meant):
    assert named_among(kb, [asked], text) == meant


@pytest.mark.parametrize("text", ["生活和护理的都说说", "多少钱", "", "残疾人补贴"])
def test_what_names_both_or_none_decides_nothing(kb, text):
    assert named_among(kb, [LIVING, NURSING], text) is None


def test_in_another_talk_the_same_words_name_none_of_them(kb):
    assert named_among(kb, ["funeral_service"], "生活的那个") is None
    assert named_among(kb, [], "护理的那个") is None
