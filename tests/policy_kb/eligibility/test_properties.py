"""What must hold for every household, whatever is known of it."""

import datetime as dt
from dataclasses import asdict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policy_kb.eligibility.evaluate import Screening, screen
from policy_kb.eligibility.facts import Household, as_json, read_household
from policy_kb.loader import SHIPPED, read_knowledge
from tests.policy_kb.eligibility.households import REGIONS, known, partly_known

KB = read_knowledge([SHIPPED])
DAYS = st.sampled_from([dt.date(2018, 12, 31), dt.date(2020, 12, 31), dt.date(2021, 7, 1), dt.date(2023, 12, 31), dt.date(2026, 11, 22)])
MANY = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
_ORDER = {"likely": 0, "undetermined": 1, "unlikely": 2}


def verdicts(facts, region, day):
    return {v.benefit: v for v in screen(KB, read_household(KB, facts), region, day)}


@MANY
@given(partly_known(KB), st.sampled_from(REGIONS), DAYS)
def test_no_decided_verdict_is_contradicted_by_how_the_unknown_turns_out(households, region, day):
    partial, full = households
    before, after = verdicts(partial, region, day), verdicts(full, region, day)
    for benefit, verdict in before.items():
        if verdict.verdict != "undetermined":
            assert after[benefit].verdict == verdict.verdict, benefit


@MANY
@given(partly_known(KB), st.sampled_from(REGIONS), DAYS)
def test_an_undetermined_verdict_names_only_facts_that_are_unknown_or_vague(households, region, day):
    partial, full = households
    exact = {k for k, v in partial.items() if not isinstance(v, dict)}
    for verdict in verdicts(partial, region, day).values():
        assert not exact & set(verdict.missing), verdict.benefit
        assert verdict.verdict == "undetermined" or verdict.missing == ()
    assert all(v.missing == () for v in verdicts(full, region, day).values())


@MANY
@given(known(KB), st.sampled_from(REGIONS), DAYS, st.sampled_from([1, 10, 137, 5000]))
def test_more_income_never_makes_minimum_living_allowance_more_likely(facts, region, day, more):
    richer = facts | {"household_income": facts["household_income"] + more}
    benefit = "minimum_living_allowance"
    poor, rich = verdicts(facts, region, day)[benefit], verdicts(richer, region, day)[benefit]
    assert _ORDER[rich.verdict] >= _ORDER[poor.verdict]
    if rich.estimate and poor.estimate:
        assert rich.estimate.high <= poor.estimate.high


@MANY
@given(known(KB), st.sampled_from(REGIONS), st.randoms(use_true_random=False))
def test_the_order_of_the_answers_changes_nothing(facts, region, random):
    day = dt.date(2026, 11, 22)
    shuffled = list(facts.items())
    random.shuffle(shuffled)
    household = Household({})
    for name, value in shuffled:  # as an interview learns them: one after the other
        household = read_household(KB, as_json(KB, household.facts) | {name: value})
    found = screen(KB, household, region, day)
    assert [asdict(v) for v in found] == [asdict(v) for v in screen(KB, read_household(KB, facts), region, day)]


@MANY
@given(partly_known(KB), st.sampled_from(REGIONS), DAYS)
def test_every_verdict_cites_every_condition_and_a_decided_one_has_decided_conditions(households, region, day):
    for verdict in verdicts(households[0], region, day).values():
        assert verdict.conditions
        assert all(c.citation.document for c in verdict.conditions)
        results = {c.result for c in verdict.conditions}
        if verdict.verdict == "likely":
            assert results == {"met"}
        if verdict.verdict == "unlikely":
            assert "not_met" in results


@MANY
@given(partly_known(KB), st.sampled_from(REGIONS), DAYS)
def test_what_would_change_an_answer_does_change_it(households, region, day):
    partial, _ = households
    for verdict in verdicts(partial, region, day).values():
        assert verdict.verdict == "unlikely" or verdict.would_change == ()
        for change in verdict.would_change:
            other = verdicts(partial | {change.fact: change.to}, region, day)[verdict.benefit]
            assert other.verdict == change.verdict != "unlikely"


@MANY
@given(known(KB), st.sampled_from(REGIONS), DAYS)
def test_an_estimate_stands_only_beside_a_likely_verdict_and_is_a_range(facts, region, day):
    for verdict in verdicts(facts, region, day).values():
        if verdict.estimate:
            assert verdict.verdict == "likely"
            assert 0 <= verdict.estimate.low <= verdict.estimate.high


@MANY
@given(partly_known(KB), st.sampled_from(REGIONS))
def test_facts_survive_being_written_down(households, region):
    household = read_household(KB, households[0])
    assert read_household(KB, as_json(KB, household.facts)) == household


@pytest.mark.parametrize("region", REGIONS)
def test_of_somebody_of_whom_nothing_is_known_nothing_is_decided(region):
    screening = Screening(KB, Household({}), region, dt.date(2026, 11, 22))
    assert {screening.result(b) for b in KB.rules_of} == {None}
