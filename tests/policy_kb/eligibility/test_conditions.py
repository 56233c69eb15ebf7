"""Conditions as three-valued functions: met, failed, or not known, and decided only where every way it could turn out agrees."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import pytest
from small_kb import ABROAD, CITY, DISTRICT, LAW, PROVINCE, REPORT, SIBLING, base, day, figure

from policy_kb.eligibility.binding import bound
from policy_kb.eligibility.conditions import Env, undecided
from policy_kb.eligibility.evaluate import Screening
from policy_kb.eligibility.facts import completed, read_household
from policy_kb.eligibility.schema import FactSpec, RuleSpec
from policy_kb.knowledge import COUNTRY, Audience, Document, Provision

ON = day("2019-06-30")
EARLIER = Document("earlier", "旧办法", "部", COUNTRY, "rule", published=day("2012-01-01"), effective_from=day("2012-01-01"),
                   effective_to=day("2019-06-29"))
LATER = Document("later", "新办法", "部", COUNTRY, "rule", published=day("2019-01-01"), effective_from=day("2019-07-01"))
REPLACED = Document("replaced", "被替的办法", "部", COUNTRY, "rule", effective_from=day("2012-01-01"), superseded_by="later",
                    superseded_on=day("2019-06-30"))
MET, FAILED, OPEN = True, False, None


def fact(id: str, kind: str, *values: Any, about: str = "person", **more: Any) -> FactSpec:
    options = [v if isinstance(v, dict) else {"value": v, "title": str(v)} for v in values]
    return FactSpec.model_validate({"id": id, "label": id, "kind": kind, "about": about, "options": options} | more)


FACTS = {f.id: f for f in (
    fact("a", "bool"), fact("b", "bool"), fact("c", "bool"),
    fact("residence", "choice", "urban", "rural", about="household"),
    fact("household_size", "integer", about="household", unit="人", low=1, high=30),
    fact("household_income", "money", about="household", unit="元", period="月", low=0, high=100000),
    fact("applicant_age", "integer", unit="周岁", low=0, high=130),
    fact("own_income", "money", unit="元", period="月", low=0, high=100000),
    fact("necessary_expense", "money", about="household", unit="元", period="年", low=0),
    fact("disability_grade", "choice", 0, 1, 2, 3, 4),
    fact("stage", "choice", "small", "big", {"value": "garden", "title": "幼儿园", "could_be": ["small", "big"]}, "school"),
    fact("situations", "list", "old", "ill", "none", about="household"),
    fact("receiving", "list", "none", about="household"),
)}
LINES = (
    figure("urban", 640, audience=Audience(residence="urban"), indexed=True),
    figure("rural", 450, audience=Audience(residence="rural"), indexed=True),
)
LINE = {"benefit": "allowance", "unit": "元", "period": "月", "by_residence": True}


def rule(*conditions: dict[str, Any], benefit: str = "allowance", **more: Any) -> RuleSpec:
    numbered = [{"id": f"c{n}", "text": f"c{n}"} | c for n, c in enumerate(conditions)]
    return RuleSpec.model_validate({
        "id": benefit, "benefit": benefit, "about": "person", "document": "law", "conditions": numbered, "next_step": "去"} | more)


def screening(rules: tuple[RuleSpec, ...], facts: dict[str, Any], region: str = DISTRICT, on: dt.date = ON,
              provisions: tuple[Provision, ...] = LINES) -> Screening:
    kb = base(*provisions, documents=(EARLIER, LATER, REPLACED), household_facts=FACTS, rules=rules)
    return Screening(kb, read_household(kb, facts), region, on)


def result(condition: dict[str, Any], facts: dict[str, Any] | None = None, **more: Any) -> bool | None:
    """What one condition comes to, alone in its rule."""
    parameters = {"parameters": {"line": LINE}} if "line" in repr(condition) else {}
    return screening((rule(condition, **parameters),), facts or {}, **more).result("allowance")


def missing(condition: dict[str, Any], facts: dict[str, Any] | None = None, **more: Any) -> set[str]:
    parameters = {"parameters": {"line": LINE}} if "line" in repr(condition) else {}
    return set(screening((rule(condition, **parameters),), facts or {}, **more).missing("allowance"))


def saying(name: str, value: bool | None) -> dict[str, Any]:
    """A condition that comes out as asked for, if nothing is known of the fact where ``value`` is None."""
    return {} if value is None else {name: value}


def yes(name: str) -> dict[str, Any]:
    return {"fact": name, "is": True}


# —— of other conditions: Kleene's tables ——

THREE = (MET, FAILED, OPEN)
ALL = {(MET, MET): MET, (MET, OPEN): OPEN, (OPEN, MET): OPEN, (OPEN, OPEN): OPEN}
ANY = {(FAILED, FAILED): FAILED, (FAILED, OPEN): OPEN, (OPEN, FAILED): OPEN, (OPEN, OPEN): OPEN}


@pytest.mark.parametrize(("one", "other"), product(THREE, THREE))
def test_all_is_failed_by_one_that_failed_and_met_only_by_all(one, other):
    assert result({"all": [yes("a"), yes("b")]}, saying("a", one) | saying("b", other)) is ALL.get((one, other), FAILED)


@pytest.mark.parametrize(("one", "other"), product(THREE, THREE))
def test_any_is_met_by_one_that_is_met_and_failed_only_by_all(one, other):
    assert result({"any": [yes("a"), yes("b")]}, saying("a", one) | saying("b", other)) is ANY.get((one, other), MET)


@pytest.mark.parametrize(("inner", "outer"), [(MET, FAILED), (FAILED, MET), (OPEN, OPEN)])
def test_not_turns_round_what_is_known(inner, outer):
    assert result({"not": yes("a")}, saying("a", inner)) is outer


@pytest.mark.parametrize(("one", "other"), product(THREE, THREE))
def test_a_rule_is_all_its_conditions(one, other):
    found = screening((rule(yes("a"), yes("b")),), saying("a", one) | saying("b", other)).result("allowance")
    assert found is ALL.get((one, other), FAILED)


@pytest.mark.parametrize("values", list(product(THREE, repeat=3)))
def test_parts_in_parts_follow_the_same_tables(values):
    a, b, c = values
    facts = saying("a", a) | saying("b", b) | saying("c", c)
    inner = ANY.get((a, b), MET)
    negated = None if c is None else not c
    expected = FAILED if FAILED in (inner, negated) else OPEN if OPEN in (inner, negated) else MET
    assert result({"all": [{"any": [yes("a"), yes("b")]}, {"not": yes("c")}]}, facts) is expected


@pytest.mark.parametrize("values", list(product(THREE, repeat=3)))
def test_not_all_is_any_not(values):
    facts = {name: v for name, v in zip("abc", values) if v is not None}
    names = "abc"
    assert result({"not": {"all": [yes(n) for n in names]}}, facts) is result({"any": [{"not": yes(n)} for n in names]}, facts)


# —— of one value ——

@pytest.mark.parametrize(("wanted", "known", "expected"), [
    (True, True, MET), (True, False, FAILED), (True, None, OPEN), (False, True, FAILED), (False, False, MET), (False, None, OPEN),
])
def test_yes_or_no_is_what_was_said(wanted, known, expected):
    assert result({"fact": "a", "is": wanted}, saying("a", known)) is expected


@pytest.mark.parametrize(("wanted", "known", "expected"), [
    ("small", "small", MET), ("small", "big", FAILED), ("small", None, OPEN), ("school", "school", MET),
    ("small", "garden", OPEN), ("big", "garden", OPEN), ("school", "garden", FAILED),
])
def test_a_choice_said_without_being_exact_is_open_only_between_what_it_could_be(wanted, known, expected):
    assert result({"fact": "stage", "is": wanted}, saying("stage", known)) is expected


@pytest.mark.parametrize(("wanted", "known", "expected"), [
    (["small", "big"], "small", MET), (["small", "big"], "garden", MET), (["small", "big"], "school", FAILED),
    (["small", "school"], "garden", OPEN), (["school"], "garden", FAILED), (["small", "big", "school"], "garden", MET),
    (["small", "big"], None, OPEN),
])
def test_one_of_is_met_where_all_it_could_be_are_among_them(wanted, known, expected):
    assert result({"fact": "stage", "one_of": wanted}, saying("stage", known)) is expected


@pytest.mark.parametrize(("wanted", "known", "expected"), [
    ([1, 2], {"low": 1, "high": 2}, MET), ([1, 2], {"low": 2, "high": 2}, MET), ([1, 2], {"low": 1, "high": 3}, OPEN),
    ([1, 2], {"low": 3}, FAILED), ([1, 2], {"high": 0}, FAILED), ([1, 2, 3, 4], {"low": 1}, MET),
    ([0, 1, 2, 3, 4], {"low": 0}, MET), ([1, 2], 2, MET), ([1, 2], 3, FAILED), ([0], 0, MET), ([1], 0, FAILED),
])
def test_grades_that_are_not_exact_are_all_grades_between(wanted, known, expected):
    assert result({"fact": "disability_grade", "one_of": wanted}, {"disability_grade": known}) is expected


def test_grades_between_which_there_is_none_meet_nothing():
    try:
        found = result({"fact": "disability_grade", "one_of": [1, 2]}, {"disability_grade": {"low": 3.2, "high": 3.8}})
    except ValueError:
        found = FAILED  # refused is as good
    assert found is not MET


@pytest.mark.parametrize(("wanted", "known", "expected"), [
    (["old"], ["old"], MET), (["old"], ["old", "ill"], MET), (["old"], ["ill"], FAILED), (["old"], [], FAILED),
    (["old"], ["none"], FAILED), (["old"], None, OPEN), (["old", "ill"], ["ill"], MET), (["old", "ill"], [], FAILED),
])
def test_a_list_includes_one_of_the_values_or_does_not(wanted, known, expected):
    assert result({"fact": "situations", "includes": wanted}, {"situations": known}) is expected


# —— of a number ——

def number(low: float, high: float | None = None) -> Any:
    return low if high is None else {"low": low, "high": high}


@pytest.mark.parametrize(("operator", "known", "expected"), [
    ("below", number(59), MET), ("below", number(60), FAILED), ("below", number(61), FAILED),
    ("below", number(50, 59), MET), ("below", number(50, 60), OPEN), ("below", number(60, 70), FAILED), ("below", None, OPEN),
    ("at_most", number(60), MET), ("at_most", number(61), FAILED), ("at_most", number(50, 60), MET), ("at_most", number(50, 61), OPEN),
    ("at_most", number(60, 61), OPEN), ("at_most", number(61, 70), FAILED), ("at_most", None, OPEN),
    ("at_least", number(60), MET), ("at_least", number(59), FAILED), ("at_least", number(60, 70), MET), ("at_least", number(59, 60), OPEN),
    ("at_least", number(50, 59), FAILED), ("at_least", None, OPEN),
])
def test_a_number_beside_a_plain_limit(operator, known, expected):
    assert result({"fact": "applicant_age", operator: 60}, {"applicant_age": known}) is expected


@pytest.mark.parametrize(("operator", "limit", "expected"), [
    ("at_least", 0, MET), ("at_most", 130, MET), ("below", 131, MET), ("at_least", 131, FAILED), ("below", 0, FAILED), ("at_most", 129, OPEN),
])
def test_what_no_number_could_change_is_decided_without_knowing_it(operator, limit, expected):
    assert result({"fact": "applicant_age", operator: limit}) is expected


@pytest.mark.parametrize(("residence", "income", "expected"), [
    ("rural", 449.99, MET), ("rural", 450, FAILED), ("urban", 639.99, MET), ("urban", 640, FAILED), ("urban", 450, MET),
    (None, 449.99, MET), (None, 450, OPEN), (None, 639.99, OPEN), (None, 640, FAILED), ("rural", None, OPEN),
])
def test_below_the_line_of_one_s_residence_or_of_both_where_it_is_unknown(residence, income, expected):
    facts = {"residence": residence, "own_income": income}
    assert result({"fact": "own_income", "below": {"parameter": "line"}}, facts) is expected


@pytest.mark.parametrize(("operator", "income", "expected"), [
    ("below", 449, MET), ("below", 450, OPEN), ("below", 708, OPEN), ("below", 709, FAILED),
    ("at_most", 450, MET), ("at_most", 451, OPEN), ("at_most", 708, OPEN), ("at_most", 709, FAILED),
    ("at_least", 449, FAILED), ("at_least", 450, OPEN), ("at_least", 708, OPEN), ("at_least", 709, MET),
])
def test_beside_an_old_line_only_what_lies_outside_its_range_is_decided(operator, income, expected):
    """450 at the end of 2018 may be up to 450 × 1.12^4 = 708.08 at the end of 2022."""
    facts = {"residence": "rural", "own_income": income}
    assert result({"fact": "own_income", operator: {"parameter": "line"}}, facts, on=day("2022-12-31")) is expected


@pytest.mark.parametrize(("income", "expected"), [(674, MET), (675, FAILED)])
def test_a_limit_may_be_the_line_several_times(income, expected):
    facts = {"residence": "rural", "own_income": income}
    assert result({"fact": "own_income", "below": {"parameter": "line", "times": 1.5}}, facts) is expected


@pytest.mark.parametrize("income", [0, 450, 100000])
@pytest.mark.parametrize("operator", ["below", "at_most", "at_least"])
def test_without_a_recorded_line_nothing_is_decided(operator, income):
    condition = {"fact": "own_income", operator: {"parameter": "line"}}
    assert result(condition, {"residence": "rural", "own_income": income}, provisions=()) is OPEN


@pytest.mark.parametrize(("size", "income", "expected"), [
    (3, 1349, MET), (3, 1350, FAILED), ({"low": 3, "high": 4}, 1349, MET), ({"low": 2, "high": 3}, 1349, OPEN),
    ({"low": 2, "high": 3}, 1350, FAILED), (None, 449, MET), (None, 450, OPEN), (None, 13500, FAILED), (3, None, OPEN),
])
def test_income_per_head_is_judged_by_all_heads_there_may_be(size, income, expected):
    facts = {"residence": "rural", "household_size": size, "household_income": income}
    assert result({"fact": "income_per_head", "below": {"parameter": "line"}}, facts) is expected


@pytest.mark.parametrize(("income", "spent", "expected"), [(1000, 7200, MET), (1000, 7201, FAILED), (0, 1, FAILED), (0, 0, MET), (None, 1, OPEN)])
def test_the_share_spent_is_judged_in_percent_of_a_year_s_income(income, spent, expected):
    facts = {"household_income": income, "necessary_expense": spent}
    assert result({"fact": "expenditure_share", "at_most": 60}, facts) is expected


# —— places and offices ——

@pytest.mark.parametrize(("region", "expected"), [
    (DISTRICT, MET), (SIBLING, MET), (CITY, MET), (PROVINCE, FAILED), (ABROAD, FAILED), (COUNTRY, FAILED)])
def test_within_a_place_is_everybody_there_and_below(region, expected):
    assert result({"within": [CITY]}, region=region) is expected


@pytest.mark.parametrize(("region", "expected"), [(DISTRICT, MET), (ABROAD, MET), (SIBLING, FAILED)])
def test_within_several_places_one_is_enough(region, expected):
    assert result({"within": [DISTRICT, ABROAD]}, region=region) is expected


@pytest.mark.parametrize("facts", [{}, {"a": True}, {"a": False}])
def test_what_only_the_office_can_judge_stays_open_whatever_is_known(facts):
    assert result({"office": "看"}, facts) is OPEN


@pytest.mark.parametrize(("known", "of_all", "of_any"), [(MET, OPEN, MET), (FAILED, FAILED, OPEN), (OPEN, OPEN, OPEN)])
def test_the_office_keeps_a_way_open_and_closes_none(known, of_all, of_any):
    facts, office = saying("a", known), {"office": "看"}
    assert result({"all": [yes("a"), office]}, facts) is of_all
    assert result({"any": [yes("a"), office]}, facts) is of_any


def test_what_the_office_cannot_judge_is_not_negated():
    assert result({"not": {"office": "看"}}) is OPEN


def test_the_office_is_no_missing_fact():
    assert missing({"any": [yes("a"), {"office": "看"}]}, {"a": False}) == set()


# —— other benefits ——

def entitled(other: bool | None, receiving: list[str] | None, asked: tuple[str, ...] = ("housing",)) -> bool | None:
    rules = (rule({"qualifies": list(asked)}), rule(yes("a"), benefit="housing"))
    return screening(rules, saying("a", other) | {"receiving": receiving}).result("allowance")


@pytest.mark.parametrize(("other", "receiving", "expected"), [
    (MET, ["housing"], MET), (FAILED, ["housing"], MET), (OPEN, ["housing"], MET),
    (MET, [], MET), (FAILED, [], FAILED), (OPEN, [], OPEN),
    (MET, None, MET), (FAILED, None, OPEN), (OPEN, None, OPEN),
    (FAILED, ["allowance"], FAILED),
])
def test_qualifies_who_receives_the_other_benefit_or_may_have_it(other, receiving, expected):
    assert entitled(other, receiving) is expected


@pytest.mark.parametrize(("one", "other", "expected"), [
    *((a, b, ANY.get((a, b), MET)) for a, b in product(THREE, THREE))])
def test_of_several_other_benefits_one_is_enough(one, other, expected):
    rules = (rule({"qualifies": ["housing", "pension"]}), rule(yes("a"), benefit="housing"), rule(yes("b"), benefit="pension"))
    found = screening(rules, saying("a", one) | saying("b", other) | {"receiving": []}).result("allowance")
    assert found is expected


@pytest.mark.parametrize(("given", "expected"), [({"effective_from": "2019-07-01"}, OPEN), ({"within": [ABROAD]}, OPEN), ({}, FAILED)])
def test_another_benefit_whose_rule_says_nothing_here_and_now_is_open(given, expected):
    rules = (rule({"qualifies": ["housing"]}), rule(yes("a"), benefit="housing", **given))
    assert screening(rules, {"a": False, "receiving": []}).result("allowance") is expected


def test_the_other_benefit_is_asked_of_the_same_person():
    rules = (rule({"qualifies": ["housing"]}, yes("b")), rule(yes("a"), benefit="housing"))
    apart = {"receiving": [], "a": True, "b": False, "members": [{"a": False, "b": True}]}
    together = {"receiving": [], "a": False, "b": False, "members": [{"a": True, "b": True}]}
    assert screening(rules, apart).result("allowance") is FAILED
    assert screening(rules, together).result("allowance") is MET


def test_what_could_decide_the_other_benefit_could_decide_this_one():
    rules = (rule({"qualifies": ["housing"]}), rule(yes("a"), benefit="housing"))
    assert set(screening(rules, {"receiving": []}).missing("allowance")) == {"a"}
    assert set(screening(rules, {}).missing("allowance")) == {"a", "receiving"}
    assert set(screening(rules, {"a": False}).missing("allowance")) == {"receiving"}


# —— a document not in force yet, or no longer ——

@pytest.mark.parametrize("known", THREE)
def test_a_condition_of_the_whole_rule_is_open_before_its_document_holds(known):
    assert result({"document": "later"} | yes("a"), saying("a", known)) is OPEN


@pytest.mark.parametrize("known", THREE)
def test_a_way_of_a_document_that_does_not_hold_yet_is_not_there(known):
    condition = {"any": [{"document": "later"} | yes("a"), yes("b")]}
    assert result(condition, saying("a", known) | {"b": False}) is FAILED
    assert result(condition, saying("a", known) | {"b": True}) is MET
    assert result(condition, saying("a", known)) is OPEN


@pytest.mark.parametrize("document", ["earlier", "replaced"])
@pytest.mark.parametrize(("known", "expected"), [(MET, OPEN), (FAILED, FAILED), (OPEN, OPEN)])
def test_after_its_document_ended_a_condition_is_met_no_more_and_fails_as_before(document, known, expected):
    assert result({"document": document} | yes("a"), saying("a", known)) is expected


@pytest.mark.parametrize("document", ["earlier", "replaced"])
@pytest.mark.parametrize(("known", "expected"), [(MET, OPEN), (FAILED, FAILED), (OPEN, OPEN)])
def test_a_way_of_a_document_that_ended_is_met_no_more(document, known, expected):
    assert result({"any": [{"document": document} | yes("a"), yes("b")]}, saying("a", known) | {"b": False}) is expected


@pytest.mark.parametrize(("document", "on", "expected"), [
    ("later", "2019-06-30", FAILED), ("later", "2019-07-01", MET), ("earlier", "2019-06-29", MET), ("earlier", "2019-06-30", OPEN),
    ("replaced", "2019-06-29", MET), ("replaced", "2019-06-30", OPEN), ("earlier", "2011-12-31", FAILED), ("earlier", "2012-01-01", MET),
])
def test_a_document_counts_from_its_first_day_to_its_last(document, on, expected):
    condition = {"any": [{"document": document} | yes("a"), yes("b")]}
    assert result(condition, {"a": True, "b": False}, on=day(on)) is expected


def test_parts_of_a_document_that_does_not_hold_yet_are_none_of_them_there():
    assert result({"any": [{"document": "later", "all": [yes("a"), yes("c")]}, yes("b")]}, {"a": True, "c": True, "b": False}) is FAILED


def test_no_fact_is_asked_for_that_only_a_document_not_in_force_yet_looks_at():
    assert missing({"any": [{"document": "later"} | yes("a"), yes("b")]}) == {"b"}
    assert missing({"document": "later"} | yes("a")) == set()


def test_a_fact_that_can_still_fail_an_ended_condition_is_missing():
    assert missing({"document": "earlier"} | yes("a")) == {"a"}


@pytest.mark.parametrize(("given", "on", "expected"), [
    ({}, "2010-04-30", OPEN), ({}, "2010-05-01", MET), ({"effective_from": "2019-07-01"}, "2019-06-30", OPEN),
    ({"effective_from": "2019-07-01"}, "2019-07-01", MET), ({"effective_to": "2019-06-29"}, "2019-06-30", OPEN),
    ({"effective_to": "2019-06-30"}, "2019-06-30", MET), ({"document": "later"}, "2019-06-30", OPEN), ({"document": "earlier"}, "2019-06-30", OPEN),
    ({"within": [CITY]}, "2019-06-30", MET), ({"within": [ABROAD]}, "2019-06-30", OPEN), ({"outside": [CITY]}, "2019-06-30", OPEN),
    ({"outside": [ABROAD]}, "2019-06-30", MET),
])
def test_a_rule_says_something_only_where_and_while_it_holds(given, on, expected):
    assert screening((rule(yes("a"), **given),), {"a": True}, on=day(on)).result("allowance") is expected


# —— what could still decide ——

@pytest.mark.parametrize(("condition", "facts", "expected"), [
    (yes("a"), {}, {"a"}),
    (yes("a"), {"a": True}, set()),
    ({"all": [yes("a"), yes("b")]}, {"a": True}, {"b"}),
    ({"all": [yes("a"), yes("b")]}, {"a": False}, set()),
    ({"any": [yes("a"), yes("b")]}, {"a": False}, {"b"}),
    ({"any": [yes("a"), yes("b")]}, {}, {"a", "b"}),
    ({"not": yes("a")}, {}, {"a"}),
    ({"fact": "stage", "is": "small"}, {"stage": "garden"}, {"stage"}),
    ({"fact": "stage", "one_of": ["small", "big"]}, {"stage": "garden"}, set()),
    ({"fact": "disability_grade", "one_of": [1, 2]}, {"disability_grade": {"low": 2, "high": 3}}, {"disability_grade"}),
    ({"fact": "applicant_age", "at_least": 60}, {"applicant_age": {"low": 59, "high": 60}}, {"applicant_age"}),
    ({"fact": "applicant_age", "at_least": 60}, {"applicant_age": {"low": 60, "high": 61}}, set()),
    ({"fact": "own_income", "below": {"parameter": "line"}}, {"own_income": 500}, {"residence"}),
    ({"fact": "own_income", "below": {"parameter": "line"}}, {"residence": "rural"}, {"own_income", "household_income"}),
    ({"fact": "own_income", "below": {"parameter": "line"}}, {}, {"residence", "own_income", "household_income"}),
    ({"fact": "income_per_head", "below": {"parameter": "line"}}, {"residence": "rural"}, {"household_income", "household_size"}),
    ({"fact": "income_per_head", "below": {"parameter": "line"}}, {"residence": "rural", "household_income": 500}, {"household_size"}),
])
def test_only_facts_that_could_still_decide_are_missing(condition, facts, expected):
    assert missing(condition, facts) == expected


def test_beside_an_old_line_no_fact_of_the_household_could_decide():
    condition = {"fact": "own_income", "below": {"parameter": "line"}}
    assert missing(condition, {"residence": "rural", "own_income": 500}, on=day("2022-12-31")) == set()


def test_without_a_recorded_line_no_fact_could_decide():
    assert missing({"fact": "own_income", "below": {"parameter": "line"}}, {}, provisions=()) == set()


def test_where_only_one_line_is_recorded_the_residence_could_decide():
    condition = {"fact": "own_income", "below": {"parameter": "line"}}
    assert missing(condition, {"own_income": 500}, provisions=LINES[:1]) == {"residence"}
    assert missing(condition, {"own_income": 500, "residence": "rural"}, provisions=LINES[:1]) == set()


def test_a_decided_condition_leaves_nothing_undecided():
    kb = base(documents=(REPORT, LAW), household_facts=FACTS, rules=(rule({"any": [yes("a"), yes("b")]}),))
    (node,) = bound(kb, "allowance", DISTRICT, ON).nodes
    env = Env(completed(kb, read_household(kb, {"a": True}).facts), lambda b: None)
    assert list(undecided(node, env)) == []
