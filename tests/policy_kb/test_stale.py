"""Which figures want looking after: all that answer only as historic, and no others."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from small_kb import CITY, COUNTRY, DISTRICT, LAW, PROVINCE, REPORT, SIBLING, TODAY, base, day, figure, group_of, statement

from policy_kb.knowledge import Audience, KnowledgeBase, Lead, Provision
from policy_kb.resolve import Group, resolve
from policy_kb.stale import ENDED, OLD, stale_figures


def ids(kb: KnowledgeBase, on: dt.date = TODAY, region: str | None = None) -> list[str]:
    return [s.provision.id for s in stale_figures(kb, on, region)]


# —— one figure ——


@pytest.mark.parametrize(
    ("on", "stale"), [("2020-06-30", False), ("2020-07-01", True), ("2019-01-01", False), ("2018-12-30", False)]
)
def test_a_figure_is_old_from_eighteen_months_after_the_day_it_was_stated_for(on, stale):
    assert bool(ids(base(figure("f", 450)), day(on))) is stale


def test_an_old_figure_is_told_with_the_day_it_was_stated_for_and_who_leads_there():
    kb = base(figure("f", 450), leads=(Lead(CITY, "allowance", "市民政局"),))
    (found,) = stale_figures(kb, TODAY)
    assert (found.reason, found.since, found.department) == (OLD, day("2018-12-31"), "市民政局")


@pytest.mark.parametrize("end", ["2020-12-31", "2026-11-22"])
def test_a_figure_past_its_end_is_told_with_that_day(end):
    (found,) = stale_figures(base(figure("f", 450, effective_to=day(end))), TODAY)
    assert (found.reason, found.since) == (ENDED, day(end))


def test_a_figure_of_a_document_past_its_end_is_told_with_that_day():
    plan = replace(REPORT, kind="plan", effective_to=day("2020-12-31"))
    (found,) = stale_figures(base(figure("f", 450), documents=(plan,)), TODAY)
    assert (found.reason, found.since) == (ENDED, day("2020-12-31"))


@pytest.mark.parametrize(
    "p",
    [
        figure("recent", 450, as_at=day("2026-06-30")), figure("until today", 450, effective_to=TODAY),
        figure("to come", 450, effective_from=day("2027-01-01")), figure("law", 30, COUNTRY, document="law"), statement("words"),
    ],
    ids=lambda p: p.id,
)
def test_what_holds_or_is_no_figure_wants_no_looking_after(p):
    assert ids(base(p)) == []


def test_a_figure_of_a_superseded_document_wants_no_looking_after():
    over = replace(REPORT, superseded_by="law", superseded_on=day("2020-01-01"))
    assert ids(base(figure("f", 450), documents=(over,))) == []


def test_a_target_whose_year_is_over_is_told():
    (found,) = stale_figures(base(figure("goal", 90, nature="target", unit="%", effective_to=day("2020-12-31"))), TODAY)
    assert found.reason == ENDED


# —— later values ——


def test_a_figure_with_a_later_value_for_the_same_thing_wants_no_looking_after():
    first, second, third = (figure(f"f{y}", 400 + y, as_at=day(f"{y}-12-31")) for y in (2016, 2017, 2018))
    assert ids(base(first, second, third)) == ["f2018"]
    assert ids(base(first, replace(third, as_at=day("2026-01-01")))) == []


@pytest.mark.parametrize(
    "other",
    [
        {"audience": Audience(residence="urban")}, {"name": "护理补贴"}, {"unit": "%"}, {"nature": "reported"}, {"region": SIBLING},
        {"benefit": "housing"}, {"aspect": "fee"}, {"audience": group_of("orphan")},
    ],
    ids=str,
)
def test_a_later_value_for_something_else_does_not_help(other):
    later = replace(figure("later", 500, as_at=day("2026-06-30")), **other)
    assert ids(base(figure("f", 450), later)) == ["f"]


def test_a_later_value_that_does_not_hold_yet_does_not_help():
    assert ids(base(figure("f", 450), figure("later", 500, effective_from=day("2027-01-01")))) == ["f"]


def test_a_later_value_whose_document_was_superseded_does_not_help():
    """It answers nothing: residents are still told the old one."""
    over = replace(REPORT, id="over", superseded_by="law", superseded_on=day("2022-01-01"))
    later = figure("later", 500, as_at=day("2021-12-31"), document="over")
    assert ids(base(figure("f", 450), later, documents=(over,))) == ["f"]


# —— places ——


EVERYWHERE = base(figure("district", 1), figure("sibling", 2, SIBLING), figure("city", 3, CITY), figure("country", 4, COUNTRY))


@pytest.mark.parametrize(
    ("region", "found"),
    [
        (None, {"district", "sibling", "city", "country"}), (COUNTRY, {"district", "sibling", "city", "country"}),
        (PROVINCE, {"district", "sibling", "city"}), (CITY, {"district", "sibling", "city"}), (DISTRICT, {"district"}),
        ("120000", set()),
    ],
)
def test_a_place_is_told_its_own_figures_and_those_of_what_is_inside_it(region, found):
    assert set(ids(EVERYWHERE, region=region)) == found


def test_figures_come_by_place_then_department_then_the_oldest_first():
    leads = (Lead(DISTRICT, "allowance", "甲局"), Lead(DISTRICT, "housing", "乙局"))
    newer, older = replace(figure("newer", 2, as_at=day("2019-12-31")), name="二"), replace(figure("older", 3), name="一")
    kb = base(figure("sibling", 1, SIBLING), newer, older, figure("house", 4, benefit="housing"), leads=leads)
    assert ids(kb) == ["house", "older", "newer", "sibling"]


# —— against what residents are told ——

DAYS = st.dates(dt.date(2015, 1, 1), dt.date(2028, 12, 31))
MAYBE = st.none() | DAYS


@st.composite
def some_figure(draw, number: int) -> Provision:
    dates = {"as_at": draw(MAYBE), "effective_from": draw(MAYBE), "effective_to": draw(MAYBE)}
    if dates["effective_from"] and dates["effective_to"] and dates["effective_to"] < dates["effective_from"]:
        dates["effective_to"] = None
    if not (dates["as_at"] or dates["effective_from"]):
        dates["as_at"] = dt.date(2020, 1, 1)
    document = draw(st.sampled_from(["report", "plan", "over"]))
    return replace(figure(f"f{number}", 100 + number, document=document, **dates), name=draw(st.sampled_from([None, "补贴"])))


BASES = st.integers(1, 4).flatmap(lambda n: st.tuples(*(some_figure(i) for i in range(n))))
PLAN = replace(REPORT, id="plan", kind="plan", effective_to=day("2020-12-31"))
OVER = replace(REPORT, id="over", superseded_by="law", superseded_on=day("2022-01-01"))


@settings(max_examples=150, deadline=None)
@given(BASES, DAYS)
def test_exactly_the_figures_that_residents_are_told_as_historic_are_listed(figures, on):
    # Two values for one thing of one day are a mistake in the data, which loading refuses.
    assume(len({p.as_at or p.effective_from for p in figures}) == len(figures))
    kb = base(*figures, documents=(PLAN, OVER, LAW))
    told = {h.provision.id for h in resolve(kb, "allowance", "amount", DISTRICT, Group(), on).held if h.historic}
    assert set(ids(kb, on)) == told
