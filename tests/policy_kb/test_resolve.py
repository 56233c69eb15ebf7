"""Which provisions answer for a place, a group and a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_kb import (
    ABROAD,
    CITY,
    DISTRICT,
    LAW,
    PROVINCE,
    REGIONS,
    REPORT,
    SIBLING,
    base,
    day,
    figure,
    group_of,
    statement,
)

from policy_kb.knowledge import COUNTRY, Audience, Document, Provision
from policy_kb.resolve import (
    INHERITED,
    KEPT_DAYS,
    LOCAL,
    NATIONAL,
    NONE,
    STALE_AFTER_MONTHS,
    Group,
    _days,
    add_months,
    hold,
    resolve,
    standing,
    starts,
)

SOON = day("2019-06-30")


ANYBODY = Group()


def held(kb, region=DISTRICT, group=ANYBODY, as_of=SOON, aspect="amount"):
    """What answers, as ids in the order they are shown."""
    return [h.provision.id for h in resolve(kb, "allowance", aspect, region, group, as_of).held]


def the_one(kb, as_of):
    """The single provision that answers for the district on a day."""
    (only,) = resolve(kb, "allowance", "amount", DISTRICT, Group(), as_of).held
    return only


# —— the place ——


@pytest.mark.parametrize(
    ("region", "coverage"), [(DISTRICT, LOCAL), (CITY, INHERITED), (PROVINCE, INHERITED), (COUNTRY, NATIONAL)]
)
def test_an_amount_is_looked_for_in_the_district_then_upwards(region, coverage):
    found = resolve(base(figure("a", 1, region)), "allowance", "amount", DISTRICT, Group(), SOON)
    assert [h.provision.region for h in found.held] == [region]
    assert found.coverage == coverage


def test_nothing_anywhere_above_is_no_coverage():
    assert resolve(base(), "allowance", "amount", DISTRICT, Group(), SOON).coverage == NONE


def test_the_district_s_own_amount_stands_alone():
    kb = base(*(figure(r.code, i, r.code) for i, r in enumerate(REGIONS, 1)))
    assert held(kb) == [DISTRICT]


def test_the_nearest_amount_above_stands_before_those_further_up():
    assert held(base(figure("province", 2, PROVINCE), figure("city", 1, CITY))) == ["city"]


@pytest.mark.parametrize("asked", [SIBLING, CITY, PROVINCE, ABROAD, COUNTRY, None])
def test_a_district_s_amount_is_lent_to_nobody_else(asked):
    assert held(base(figure("a", 1, DISTRICT)), region=asked) == []


def test_conditions_of_every_layer_are_given_innermost_first():
    kb = base(*(statement(code, code) for code in (COUNTRY, PROVINCE, CITY, DISTRICT, SIBLING)))
    assert held(kb, aspect="eligibility") == [DISTRICT, CITY, PROVINCE, COUNTRY]


# —— the day ——

TWO_VALUES = base(figure("old", 420, as_at=day("2015-12-31")), figure("new", 620, as_at=day("2020-12-31")))


@pytest.mark.parametrize(
    ("as_of", "answer"),
    [("2015-12-30", []), ("2015-12-31", ["old"]), ("2020-12-30", ["old"]), ("2020-12-31", ["new"]), ("2026-11-23", ["new"])],
)
def test_the_value_recorded_last_before_the_day_answers(as_of, answer):
    assert held(TWO_VALUES, as_of=day(as_of)) == answer


def test_a_value_holds_from_the_day_it_was_stated_for_although_published_later():
    kb = base(figure("a", 450), documents=(replace(REPORT, published=day("2019-04-18")),))
    assert held(kb, as_of=day("2019-01-01")) == ["a"]


def test_a_value_holds_from_its_own_start_although_stated_for_a_later_day():
    kb = base(figure("a", 50, as_at=day("2020-12-31"), effective_from=day("2016-01-01")))
    assert held(kb, as_of=day("2016-01-01")) == ["a"]
    assert held(kb, as_of=day("2015-12-31")) == []


def test_a_value_does_not_hold_from_publication():
    kb = base(figure("a", 30, document="law"), documents=(LAW,))
    assert LAW.published < day("2010-03-01") < LAW.effective_from
    assert held(kb, as_of=day("2010-03-01")) == []
    assert held(kb, as_of=LAW.effective_from) == ["a"]


NOTICE = Document("notice", "通知", "民政部", COUNTRY, "notice", published=day("2019-06-18"))


def test_a_condition_in_words_holds_from_publication_where_no_other_start_is_known():
    kb = base(statement("a", document="notice"), documents=(NOTICE,))
    assert held(kb, aspect="eligibility", as_of=day("2019-06-17")) == []
    assert held(kb, aspect="eligibility", as_of=day("2019-06-18")) == ["a"]


def test_publication_is_no_start_of_a_value():
    assert starts(figure("a", 45, document="notice"), NOTICE) is None


ENDED = figure("a", 70, effective_from=day("2016-01-01"), as_at=day("2016-12-31"), effective_to=day("2016-12-31"))
PLAN = Document("report", "行动计划", "区政府", COUNTRY, "plan", effective_from=day("2018-01-01"), effective_to=day("2020-12-31"))


def test_a_value_past_its_end_is_historic_and_not_before():
    kb = base(ENDED)
    assert the_one(kb, day("2016-12-31")).historic is False
    assert the_one(kb, day("2017-01-01")).ended == day("2016-12-31")
    assert the_one(kb, day("2017-01-01")).in_force is False


def test_what_a_plan_says_is_historic_once_its_period_is_over():
    kb = base(figure("a", 500, effective_from=day("2018-01-01")), documents=(PLAN,))
    assert the_one(kb, day("2020-12-31")).historic is False
    assert the_one(kb, day("2021-01-01")).historic is True


@pytest.mark.parametrize(
    ("as_at", "last_fresh_day"),
    [("2018-12-31", "2020-06-30"), ("2019-08-31", "2021-02-28"), ("2018-08-31", "2020-02-29"), ("2019-01-01", "2020-07-01")],
)
def test_a_value_may_have_changed_from_the_day_after_eighteen_months(as_at, last_fresh_day):
    kb, last = base(figure("a", 450, as_at=day(as_at))), day(last_fresh_day)
    assert the_one(kb, last).stale is False
    assert the_one(kb, last + dt.timedelta(days=1)).stale is True


def test_the_figure_of_a_regulation_in_force_does_not_go_stale():
    only = the_one(base(figure("a", 30, document="law")), day("2026-11-23"))
    assert (only.historic, only.in_force) == (False, True)


def test_a_superseded_document_answers_only_for_the_time_it_held():
    old = replace(LAW, id="old", superseded_by="law", superseded_on=day("2021-07-01"))
    kb = base(statement("a", document="old"), documents=(old,))
    assert held(kb, aspect="eligibility", as_of=day("2021-06-30")) == ["a"]
    assert held(kb, aspect="eligibility", as_of=day("2021-07-01")) == []


def test_a_document_superseded_on_an_unknown_day_never_answers():
    kb = base(statement("a", document="old"), documents=(replace(LAW, id="old", superseded_by="law"),))
    assert held(kb, aspect="eligibility") == []


# —— what is no standard ——


@pytest.mark.parametrize("nature", ["target", "reported"])
def test_a_later_target_or_reported_figure_does_not_displace_the_standard(nature):
    kb = base(figure("standard", 450), figure("other", 720, nature=nature, as_at=day("2019-01-31")))
    assert held(kb) == ["standard"]


@pytest.mark.parametrize("nature", ["target", "reported"])
def test_a_target_or_reported_figure_is_given_as_what_it_is(nature):
    only = the_one(base(figure("a", 720, nature=nature)), SOON)
    assert (only.provision.nature, only.in_force) == (nature, None)


@pytest.mark.parametrize("nature", ["target", "reported"])
def test_a_district_s_target_or_reported_figure_does_not_hide_the_city_s_standard(nature):
    assert "city" in held(base(figure("own", 720, nature=nature), figure("city", 600, CITY)))


# —— the group ——


def for_ages(low, high):
    return Audience(age_from=low, age_to=high, label=f"{low}-{high}")


BANDS = base(
    figure("80s", 50, audience=for_ages(80, 89)), figure("90s", 100, audience=for_ages(90, 99)),
    figure("100s", 500, audience=for_ages(100, None)),
)


@pytest.mark.parametrize(
    ("age", "answer"),
    [
        ((79, 79), []), ((80, 80), ["80s"]), ((89, 89), ["80s"]), ((90, 90), ["90s"]), ((99, 99), ["90s"]),
        ((100, 100), ["100s"]), ((112, 112), ["100s"]), ((85, 92), ["80s", "90s"]), (None, ["80s", "90s", "100s"]),
    ],
)
def test_of_age_bands_those_the_age_may_be_in_answer(age, answer):
    assert held(BANDS, group=Group(age=age)) == answer


@pytest.mark.parametrize(("residence", "answer"), [("urban", ["town"]), ("rural", ["village"]), (None, ["town", "village"])])
def test_the_other_residence_s_value_is_left_out(residence, answer):
    kb = base(figure("town", 640, audience=Audience("urban")), figure("village", 450, audience=Audience("rural")))
    assert held(kb, group=Group(residence=residence)) == answer


def in_group(*categories):
    return Group(categories=frozenset(categories))


CARE = base(figure("full", 300, audience=group_of("care_full")), figure("partial", 200, audience=group_of("care_partial")))
STATUS = base(
    figure("poor", 2, audience=group_of("registered_poor")), figure("all", 3), figure("low", 1, audience=group_of("low_income"))
)


def test_of_groups_that_exclude_each_other_only_the_one_named_answers():
    assert held(CARE, group=in_group("care_partial")) == ["partial"]


def test_what_is_for_a_group_that_excludes_the_one_named_never_answers():
    kb = base(figure("full", 300, audience=group_of("care_full")))
    assert held(kb, group=in_group("care_partial")) == []


def test_every_group_answers_where_none_was_named():
    assert held(CARE) == ["full", "partial"]


def test_what_is_for_the_group_named_comes_first_then_what_is_for_all_then_what_may_apply_too():
    assert held(STATUS, group=in_group("low_income")) == ["low", "all", "poor"]


ORPHANS = figure("orphan", 4, audience=group_of("orphan"))


def test_what_is_for_people_of_another_kind_is_left_out():
    assert held(base(ORPHANS, figure("all", 3)), group=in_group("low_income")) == ["all"]


def test_what_is_for_people_of_another_kind_answers_where_nothing_else_does():
    assert held(base(ORPHANS), group=in_group("low_income")) == ["orphan"]


def test_naming_one_s_household_says_nothing_on_the_care_one_needs():
    kb = base(*CARE.provisions, figure("all", 3))
    assert set(held(kb, group=in_group("low_income"))) == {"full", "partial", "all"}


# —— whatever is recorded, whatever is asked ——

CODES = [r.code for r in REGIONS]
DAYS = st.dates(day("2010-01-01"), day("2027-12-31"))
SOME_DAY = st.none() | DAYS
AGE = st.none() | st.integers(0, 110)
AUDIENCES = st.builds(
    Audience, st.sampled_from([None, "urban", "rural"]), AGE, AGE, st.sampled_from([None, "care_full", "low_income"])
)
KINDS = st.sampled_from(["law", "notice", "report"])
DOCUMENTS = st.tuples(*(
    st.builds(Document, st.just(name), st.just(name), st.just("发布单位"), st.just(COUNTRY), KINDS, published=DAYS,
              effective_from=SOME_DAY, superseded_by=st.sampled_from([None, "law"]), superseded_on=SOME_DAY)
    for name in ("law", "report")
))
PROVISIONS = st.lists(
    st.builds(
        Provision, st.uuids().map(str), st.sampled_from(["allowance", "housing"]), st.sampled_from(["amount", "eligibility"]),
        st.sampled_from(CODES), st.sampled_from(["law", "report"]), st.just("说明"), AUDIENCES,
        value=st.none() | st.integers(1, 900), unit=st.just("元"), nature=st.sampled_from(["standard", "target", "reported"]),
        as_at=SOME_DAY, effective_from=SOME_DAY, effective_to=SOME_DAY,
    ),
    max_size=12,
)
GROUP = st.builds(
    Group, st.sampled_from([None, "urban", "rural"]), st.frozensets(st.sampled_from(["care_full", "care_partial", "low_income"])),
    st.none() | st.tuples(st.integers(0, 60), st.integers(61, 110)),
)


@settings(max_examples=150, deadline=None)
@given(PROVISIONS, DOCUMENTS, st.sampled_from(["amount", "eligibility"]), st.sampled_from([None, *CODES]), GROUP, DAYS)
def test_nothing_of_another_place_subject_or_later_day_ever_answers(provisions, documents, aspect, region, group, as_of):
    kb = base(*provisions, documents=documents)
    chain = {r.code for r in kb.chain(region)}
    for h in resolve(kb, "allowance", aspect, region, group, as_of).held:
        p, d = h.provision, h.document
        assert (p.benefit, p.aspect) == ("allowance", aspect)
        assert p.region in chain
        assert (p.effective_from or p.as_at or d.effective_from or dt.date.min) <= as_of
        assert not (d.superseded_by and (d.superseded_on or as_of) <= as_of)


@given(DAYS)
def test_a_date_some_months_on_is_in_that_month_and_never_later_in_it(start):
    then = add_months(start, STALE_AFTER_MONTHS)
    assert (then.year * 12 + then.month) - (start.year * 12 + start.month) == STALE_AFTER_MONTHS
    assert then.day == start.day or (then.day < start.day and (then + dt.timedelta(days=1)).day == 1)


def test_what_stands_on_a_day_is_worked_out_once_for_each_day(shipped):
    days = [dt.date(2010 + i, 6, 30) for i in range(2 * KEPT_DAYS)] * 2
    for p in shipped.provisions[::37]:
        for as_of in days:
            assert standing(shipped, p, as_of) == hold(p, shipped.documents[p.document], as_of)
    held = shipped.provisions[0]
    assert standing(shipped, held, days[-1]) is standing(shipped, held, days[-1])
    assert len(_days(shipped)) <= KEPT_DAYS
