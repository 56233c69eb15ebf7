"""Household facts: read from JSON with every mistake named, kept as ranges, completed by what follows, written down again."""

from __future__ import annotations

import math
from typing import Any

import pytest
from small_kb import base

from policy_kb.eligibility.facts import MOST_SHARE, BadFacts, about_the_child, as_json, completed, read_household
from policy_kb.eligibility.schema import FactSpec

EVERYTHING = math.inf


def fact(id: str, kind: str, about: str = "household", *values: Any, **more: Any) -> FactSpec:
    options = [v if isinstance(v, dict) else {"value": v, "title": str(v)} for v in values]
    return FactSpec.model_validate({"id": id, "label": id, "kind": kind, "about": about, "options": options} | more)


FACTS = [
    fact("residence", "choice", "household", "urban", "rural"),
    fact("household_size", "integer", unit="人", low=1, high=30),
    fact("household_income", "money", unit="元", period="月", low=0, high=50000),
    fact("necessary_expense", "money", unit="元", period="年", low=0),
    fact("hukou_local", "bool"),
    fact("receiving", "list", "household", "allowance", "none"),
    fact("situations", "list", "household", "elderly", "disabled", "student", "none", without={
        "elderly": {"applicant_age": {"high": 59}}, "disabled": {"disability_grade": 0, "child_disabled": False},
        "student": {"child_stage": "none"}}),
    fact("applicant_age", "integer", "person", unit="周岁", low=0, high=130),
    fact("own_income", "money", "person", unit="元", period="月", low=0, high=50000),
    fact("disability_grade", "choice", "person", 0, 1, 2, 3, 4),
    fact("registered_unemployed", "bool", "person"),
    fact("working", "bool", "person"),
    fact("child_age", "integer", "child", unit="周岁", low=0, high=30),
    fact("child_disabled", "bool", "child"),
    fact("child_stage", "choice", "child", "none", "earlier", "last_year",
         {"value": "kindergarten", "title": "幼儿园", "could_be": ["earlier", "last_year"]}, "compulsory"),
]
KB = base(household_facts={f.id: f for f in FACTS})


def read(**given: Any) -> dict[str, Any]:
    return read_household(KB, given).facts


def problems(given: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(BadFacts) as caught:
        read_household(KB, given)
    return dict(caught.value.problems)


def complete(**given: Any) -> dict[str, Any]:
    return completed(KB, read(**given))


# —— reading ——

@pytest.mark.parametrize(("name", "given", "kept"), [
    ("household_size", 3, (3, 3)),
    ("household_size", 3.0, (3, 3)),
    ("household_size", 1, (1, 1)),
    ("household_size", 30, (30, 30)),
    ("household_income", 0, (0, 0)),
    ("household_income", 1234.5, (1234.5, 1234.5)),
    ("household_income", 50000, (50000, 50000)),
    ("household_income", {"low": 800, "high": 900}, (800, 900)),
    ("household_income", {"low": 800, "high": 800}, (800, 800)),
    ("household_income", {"low": 800}, (800, 50000)),
    ("household_income", {"low": 800, "high": None}, (800, 50000)),
    ("household_income", {"high": 900}, (0, 900)),
    ("household_size", {"high": 4}, (1, 4)),
    ("necessary_expense", {"low": 5000}, (5000, EVERYTHING)),
    ("hukou_local", True, True),
    ("hukou_local", False, False),
    ("residence", "rural", "rural"),
    ("disability_grade", 0, 0),
    ("disability_grade", {"low": 1, "high": 2}, frozenset({1, 2})),
    ("disability_grade", {"low": 3}, frozenset({3, 4})),
    ("disability_grade", {"high": 1}, frozenset({0, 1})),
    ("child_stage", "kindergarten", frozenset({"earlier", "last_year"})),
    ("child_stage", "none", "none"),
    ("receiving", [], frozenset()),
    ("receiving", ["none"], frozenset()),
    ("receiving", ["allowance", "allowance"], frozenset({"allowance"})),
    ("receiving", ["housing"], frozenset({"housing"})),
    ("situations", ["elderly", "disabled"], frozenset({"elderly", "disabled"})),
])
def test_a_value_is_kept_as_what_it_says(name, given, kept):
    assert read(**{name: given}) == {name: kept}


@pytest.mark.parametrize("name", [f.id for f in FACTS])
def test_null_is_the_same_as_absent(name):
    assert read(**{name: None}) == {}


def test_null_for_the_members_is_the_same_as_none():
    assert read_household(KB, {"members": None}) == read_household(KB, {}) == read_household(KB, {"members": []})


def test_the_place_is_no_fact():
    assert read(region="110101", hukou_local=True) == {"hukou_local": True}


@pytest.mark.parametrize(("name", "given", "what"), [
    ("wealth", 5, "没有这个事实名称"),
    ("household_size", 0, "应当在 1 到 30 之间（人）"),
    ("household_size", 31, "应当在 1 到 30 之间（人）"),
    ("household_size", 2.5, "应当是整数（人）"),
    ("household_size", {"low": 1.5}, "应当是整数（人）"),
    ("household_size", True, "应当是数字（人）"),
    ("household_size", "3", "应当是数字（人）"),
    ("household_size", [3], "应当是数字（人）"),
    ("household_size", {"from": 3}, "应当是数字（人）"),
    ("household_size", {"low": 3, "high": 4, "about": 3}, "应当是数字（人）"),
    ("household_size", math.inf, "应当在 1 到 30 之间（人）"),
    ("household_income", -0.01, "应当在 0 到 50000 之间（元）"),
    ("household_income", 50000.01, "应当在 0 到 50000 之间（元）"),
    ("household_income", math.nan, "应当是数字（元）"),
    ("household_income", {"low": math.nan}, "应当是数字（元）"),
    ("household_income", -math.inf, "应当在 0 到 50000 之间（元）"),
    ("household_income", {"low": 900, "high": 800}, "low 大于 high"),
    ("hukou_local", 1, "应当是 true 或 false"),
    ("hukou_local", "true", "应当是 true 或 false"),
    ("hukou_local", [True], "应当是 true 或 false"),
    ("residence", "town", "只能是 urban、rural"),
    ("residence", ["rural"], "只能是 urban、rural"),
    ("residence", {"low": 1}, "只能是 urban、rural"),
    ("disability_grade", True, "只能是 0、1、2、3、4"),
    ("disability_grade", False, "只能是 0、1、2、3、4"),
    ("disability_grade", 5, "只能是 0、1、2、3、4"),
    ("disability_grade", "1", "只能是 0、1、2、3、4"),
    ("disability_grade", {"low": 3, "high": 1}, "low 大于 high"),
    ("receiving", "allowance", "应当是列表，里面只能是事项编号"),
    ("receiving", ["pension"], "应当是列表，里面只能是事项编号"),
    ("receiving", [["allowance"]], "应当是列表，里面只能是事项编号"),
    ("situations", ["allowance"], "应当是列表，里面只能是 elderly、disabled、student、none"),
    ("members", {"applicant_age": 70}, "应当是列表，最多30人"),
    ("members", [{}] * 31, "应当是列表，最多30人"),
])
def test_a_value_that_cannot_be_is_named_with_what_it_could_be(name, given, what):
    assert problems({name: given}) == {name: what}


@pytest.mark.parametrize("given", [
    pytest.param({"household_income": 10 ** 400}, id="400 digits"),
    pytest.param({"disability_grade": {"low": 1.2, "high": 1.8}}, id="no grade between"),
    pytest.param({"disability_grade": {"low": 0.5, "high": 2}}, id="half a grade"),
    pytest.param({"receiving": ["none", "allowance"]}, id="nothing and something"),
    pytest.param({"situations": ["none", "elderly"]}, id="no situation and one"),
])
def test_what_contradicts_itself_or_is_beyond_numbers_is_refused(given):
    assert set(problems(given)) == set(given)


@pytest.mark.parametrize("given", [{"low": "a"}, {"high": 9}, {"low": True}])
def test_a_sentence_never_says_none_where_a_fact_has_no_unit(given):
    assert "None" not in problems({"disability_grade": given})["disability_grade"]


def test_a_sentence_never_says_inf_where_a_number_has_no_upper_end():
    assert "inf" not in problems({"necessary_expense": -1})["necessary_expense"]


def test_a_range_without_any_end_is_no_answer():
    assert set(problems({"household_income": {}, "household_size": {"low": None, "high": None}})) == {
        "household_income", "household_size"}


def test_every_mistake_is_named_at_once_with_its_path():
    given = {"wealth": 1, "hukou_local": 1, "residence": "rural",
             "members": [{"applicant_age": 200}, 5, {"household_income": 10, "wealth": 1}]}
    assert problems(given) == {
        "wealth": "没有这个事实名称", "hukou_local": "应当是 true 或 false",
        "members.0.applicant_age": "应当在 0 到 130 之间（周岁）", "members.1": "应当是“名称: 值”的形式",
        "members.2.household_income": "说的是全家的情况，不写在个人里", "members.2.wealth": "没有这个事实名称",
    }


def test_the_error_says_all_of_it_in_one_line():
    with pytest.raises(BadFacts, match="^wealth：没有这个事实名称；hukou_local：应当是 true 或 false$"):
        read_household(KB, {"wealth": 1, "hukou_local": 1})


@pytest.mark.parametrize("name", ["members", "region"])
def test_what_stands_only_outside_is_unknown_inside_a_member(name):
    assert problems({"members": [{name: []}]}) == {f"members.0.{name}": "没有这个事实名称"}


# —— members ——

def test_with_the_person_asked_about_members_may_be_as_many_as_the_household():
    assert len(read_household(KB, {"household_size": 3, "members": [{}, {}]}).members) == 2
    assert problems({"household_size": 3, "members": [{}] * 3}) == {"members": "写了4个人（连本人），多过 household_size"}


def test_where_the_household_s_size_is_vague_its_upper_end_counts():
    vague = {"low": 2, "high": 4}
    assert len(read_household(KB, {"household_size": vague, "members": [{}] * 3}).members) == 3
    assert set(problems({"household_size": vague, "members": [{}] * 4})) == {"members"}


def test_where_the_household_s_size_is_unknown_thirty_members_are_taken():
    assert len(read_household(KB, {"members": [{}] * 30}).members) == 30


def test_the_household_s_facts_hold_for_a_member_and_the_first_person_s_own_do_not():
    household = read_household(KB, {"residence": "rural", "applicant_age": 50, "child_age": 3, "members": [{"applicant_age": 80}]})
    assert household.person(0, KB.household_facts) == {"residence": "rural", "applicant_age": (80, 80)}
    assert household.person(None, KB.household_facts) == household.facts


# —— written down ——

@pytest.mark.parametrize("given", [
    {"household_size": 3}, {"household_income": 1234.5}, {"household_income": {"low": 800, "high": 900}}, {"hukou_local": False},
    {"residence": "rural"}, {"disability_grade": 2}, {"disability_grade": {"low": 1, "high": 3}}, {"child_stage": "kindergarten"},
    {"child_stage": "earlier"}, {"receiving": []}, {"receiving": ["allowance", "housing"]}, {"necessary_expense": {"low": 5, "high": None}},
    {},
])
def test_facts_are_written_as_they_were_given(given):
    assert as_json(KB, read(**given)) == given


@pytest.mark.parametrize("given", [
    {"household_income": {"low": 800}}, {"household_size": {"high": 3}}, {"disability_grade": {"low": 2}}, {"receiving": ["none"]},
    {"necessary_expense": {"low": 9}},
])
def test_facts_written_down_are_read_as_the_same(given):
    assert read(**as_json(KB, read(**given))) == read(**given)


# —— what follows ——

def test_income_per_head_is_what_all_have_by_all_heads():
    assert complete(household_income=1000, household_size=4)["income_per_head"] == (250, 250)


def test_income_per_head_spans_the_least_by_most_heads_to_the_most_by_fewest():
    found = complete(household_income={"low": 900, "high": 1200}, household_size={"low": 2, "high": 3})
    assert found["income_per_head"] == (300, 600)


def test_of_unknown_size_there_are_between_one_and_thirty_heads():
    assert complete(household_income=900)["income_per_head"] == (30, 900)


@pytest.mark.parametrize("given", [{}, {"household_size": 3}, {"own_income": 500, "household_size": 3}])
def test_without_all_income_nothing_is_known_of_income_per_head(given):
    assert "income_per_head" not in complete(**given)


def test_own_income_is_at_most_the_household_s():
    assert complete(household_income={"low": 700, "high": 900})["own_income"] == (0, 900)


def test_who_lives_alone_has_the_household_s_income():
    assert complete(household_income={"low": 700, "high": 900}, household_size=1)["own_income"] == (700, 900)


@pytest.mark.parametrize("size", [2, {"low": 1, "high": 2}])
def test_who_may_not_live_alone_has_no_more_than_the_household(size):
    assert complete(household_income=900, household_size=size)["own_income"] == (0, 900)


def test_own_income_that_was_said_stays():
    assert complete(household_income=900, own_income=200)["own_income"] == (200, 200)


def test_the_share_spent_is_a_year_s_expenses_in_percent_of_twelve_months_income():
    assert complete(household_income=1000, necessary_expense=9000)["expenditure_share"] == (75, 75)


def test_the_share_spent_spans_the_least_by_most_income_to_the_most_by_least():
    found = complete(household_income={"low": 500, "high": 1000}, necessary_expense={"low": 6000, "high": 12000})
    assert found["expenditure_share"] == (50, 200)


def test_who_spent_nothing_spent_no_share_even_without_income():
    assert complete(household_income=0, necessary_expense=0)["expenditure_share"] == (0, 0)


def test_with_no_income_at_all_any_expense_is_more_than_every_share():
    assert complete(household_income=0, necessary_expense=100)["expenditure_share"] == (MOST_SHARE, MOST_SHARE)


def test_where_there_may_be_no_income_the_share_ends_above_all_that_is_compared():
    assert complete(household_income={"high": 1000}, necessary_expense=6000)["expenditure_share"] == (50, MOST_SHARE)


@pytest.mark.parametrize("given", [{"household_income": 1000}, {"necessary_expense": 1000}])
def test_without_both_nothing_is_known_of_the_share(given):
    assert "expenditure_share" not in complete(**given)


def test_a_person_under_18_is_the_child_asked_about():
    found = complete(applicant_age=17, disability_grade=2)
    assert (found["child_age"], found["child_disabled"]) == ((17, 17), True)


def test_a_child_without_a_grade_has_no_disability():
    assert complete(applicant_age=10, disability_grade=0)["child_disabled"] is False


def test_of_a_child_whose_grade_is_unknown_the_disability_is_unknown():
    assert "child_disabled" not in complete(applicant_age=10)


@pytest.mark.parametrize("age", [18, {"low": 17, "high": 18}])
def test_somebody_who_may_be_18_is_no_child(age):
    found = complete(applicant_age=age, disability_grade=1)
    assert not {"child_age", "child_disabled"} & set(found)


def test_another_child_s_age_that_was_said_stays_and_its_disability_is_its_own():
    found = complete(applicant_age=17, child_age=2, disability_grade=1)
    assert found["child_age"] == (2, 2)
    assert "child_disabled" not in found


@pytest.mark.parametrize(("grade", "disabled"), [({"low": 1, "high": 2}, True), ({"low": 0, "high": 2}, None)])
def test_of_a_child_whose_grade_is_vague_the_disability_is_what_all_grades_say(grade, disabled):
    assert complete(applicant_age=10, disability_grade=grade).get("child_disabled") is disabled


@pytest.mark.parametrize(("absent", "follows"), [
    ("elderly", {"applicant_age": (0, 59)}),
    ("disabled", {"disability_grade": 0, "child_disabled": False}),
    ("student", {"child_stage": "none"}),
])
def test_what_a_list_does_not_have_is_known_not_to_be(absent, follows):
    rest = [s for s in ("elderly", "disabled", "student") if s != absent]
    assert complete(situations=rest) == {"situations": frozenset(rest)} | follows


def test_with_no_situation_at_all_everything_follows():
    assert set(complete(situations=["none"])) == {
        "situations", "applicant_age", "disability_grade", "child_disabled", "child_stage"}


def test_what_was_said_stays_beside_a_list_without_it():
    found = complete(situations=[], applicant_age=70, disability_grade=1, child_stage="compulsory")
    assert (found["applicant_age"], found["disability_grade"], found["child_stage"]) == ((70, 70), 1, "compulsory")


def test_of_an_unknown_list_nothing_follows():
    assert complete(hukou_local=True) == {"hukou_local": True}


@pytest.mark.parametrize(("given", "working"), [
    ({"registered_unemployed": True}, False), ({"registered_unemployed": False}, None), ({}, None),
    ({"registered_unemployed": True, "working": True}, True),
])
def test_who_is_registered_as_unemployed_has_no_work_unless_said_otherwise(given, working):
    assert complete(**given).get("working") is working


@pytest.mark.parametrize(("given", "age"), [
    ({"child_age": 7}, (7, 7)), ({"child_age": 17}, (17, 17)), ({"child_age": 18}, None), ({"child_age": {"low": 17, "high": 18}}, None),
    ({"child_age": 7, "applicant_age": 40}, (40, 40)), ({}, None),
])
def test_facts_with_only_a_child_s_age_are_about_that_child(given, age):
    assert about_the_child(read_household(KB, given)).facts.get("applicant_age") == age


def test_completing_leaves_the_facts_given_as_they_were():
    facts = read(household_income=900, situations=[])
    before = dict(facts)
    completed(KB, facts)
    assert facts == before
