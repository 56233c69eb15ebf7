"""What the eligibility interview says is as the API's description has it (``conftest`` holds every result of an action against it)."""

from __future__ import annotations

import pytest

from actions.eligibility import AskHousehold, EligibilityVerdict

MLA = "minimum_living_allowance"
POOR = {"residence": "rural", "hukou_local": True, "household_size": 4, "household_income": {"low": 900, "high": 1200}, "assets_within_limit": True}
HOUSEHOLDS = [{}, POOR, POOR | {"household_income": 2000}, {"applicant_age": 85, "disability_grade": {"low": 1, "high": 2}},
              {"situations": ["disabled"], "receiving": []}]


@pytest.mark.parametrize("main", [MLA, None])
@pytest.mark.parametrize("facts", HOUSEHOLDS)
def test_a_verdict_is_as_described(conversation, main, facts):
    talk = conversation("500110-wansheng")
    talk.slots["interview"] = {"main": main, "facts": facts}
    assert talk.say("先看结果", "answer_household", EligibilityVerdict()).kind == "verdict"


@pytest.mark.parametrize("region", ["500110-wansheng", None])
@pytest.mark.parametrize("facts", HOUSEHOLDS[:1] + HOUSEHOLDS[3:])
def test_a_question_is_as_described(conversation, region, facts):
    talk = conversation(region)
    talk.slots["interview"] = {"main": None, "facts": facts}
    assert talk.say("我能享受什么", "check_eligibility", AskHousehold()).kind == "question"
