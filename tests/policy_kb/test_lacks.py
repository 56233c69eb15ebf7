"""What an answer says it has to do without is what it tells staff that it lacks."""

from __future__ import annotations

import datetime as dt

import pytest

from policy_kb import Query, answer
from policy_kb.answers import LACKS

DAY = dt.date(2026, 11, 23)
LOW, AGED, YUNAN, QIJIANG, YANTA = "minimum_living_allowance", "old_age_allowance", "445303", "500110", "610113"


@pytest.mark.parametrize(("benefit", "aspect", "region", "lacks"), [
    (LOW, "amount", YUNAN, None),
    (LOW, "amount", None, None),
    (LOW, "materials", None, None),
    (LOW, "amount", "000000", "point"),
    (LOW, "contact", QIJIANG, None),
    (LOW, "amount", YANTA, "local"),
    (AGED, "amount", QIJIANG, "local"),
    (AGED, "materials", "500110-wansheng", "local"),
    ("culture_sports", "time_limit", YANTA, "point"),
])
def test_what_is_missing(shipped, benefit, aspect, region, lacks):
    assert answer(shipped, Query((benefit,), aspect, region, DAY)).lacks == lacks


def test_it_is_missing_exactly_where_the_text_says_so(shipped):
    """For every benefit, aspect and some places: no word of what is not held without it being counted, and none counted unsaid."""
    seen = set()
    for benefit in shipped.benefits:
        for aspect in shipped.aspects:
            for region in (YUNAN, QIJIANG, YANTA):
                said = answer(shipped, Query((benefit,), aspect, region, DAY))
                seen.add(said.lacks)
                about = (benefit, aspect, region, said.lacks, said.text[:80])
                if said.lacks == "everything":
                    assert said.kind == "notice", about
                elif said.lacks == "local":
                    assert said.coverage == "national" and not any(f.region == region for f in said.facts), about
                elif said.lacks == "point":
                    assert "还没有收录" in said.text or "没有收录" in said.text, about
                else:
                    assert "我们还没有收录" not in said.text, about
    assert seen == {None, *LACKS}
