"""What a pattern needs is in every text that it is found in."""

from __future__ import annotations

from collections import Counter

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from test_emergencies import lines_of

from policy_kb.needed import needed


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("救命", "命"), ("[打踹]人", "打踹"), ("(?:跳楼|割腕)了", "割跳"), ("(?<!想)跳(?:楼|河)?(?!绳)", "跳"), ("火?灾", "灾"), ("灾{2,}", "灾"),
        ("灾{0,3}", None), ("[^，]", None), (".", None), ("跳楼|.+", None), (r"\p{Han}救", None), ("(?i)a", None), ("[0-2]岁", "012"),
        ("(?x: 跳 楼 )", "楼"), ("", None),
    ],
)
def test_the_lightest_set_of_characters_of_which_one_must_be_there(pattern, wanted):
    weights = Counter({"人": 9, "了": 9, "救": 2, "楼": 1, "跳": 1, "岁": 9}) if pattern != "(?x: 跳 楼 )" else Counter({"跳": 2, "楼": 1})
    found = needed(pattern, lambda c: weights.get(c, 1))
    assert found == (wanted and frozenset(wanted))


def test_no_sign_of_danger_is_found_where_what_it_needs_is_not(shipped):
    texts = lines_of(lambda intent: True) + [h for e in shipped.emergencies for h in e.harmless]
    for pattern in (p for e in shipped.emergencies for p in e.patterns):
        must = needed(pattern, lambda c: 1)
        assert must, pattern
        for text in texts:
            if must.isdisjoint(text):
                assert not regex.search(pattern, text), (pattern, text)


ATOMS = st.sampled_from(["救", "火", "[打踹]", "[^，]", ".", "(?:跳楼|割腕)", "(?:楼|)", "(?!火)", "(?<!救)", "$"])
PATTERNS = st.lists(st.tuples(ATOMS, st.sampled_from(["", "?", "*", "+", "{2}", "{0,2}"])), max_size=4).map(
    lambda parts: "".join(a + (r if a[0] not in "$" and not a.startswith(("(?!", "(?<!")) else "") for a, r in parts)
)


@given(st.lists(PATTERNS, min_size=1, max_size=3).map("|".join), st.text("救火打踹跳楼割腕，人", max_size=8))
def test_whatever_the_pattern_and_the_text(pattern, text):
    must = needed(pattern, lambda c: 1)
    if must is not None and must.isdisjoint(text):
        assert not regex.search(pattern, text)
