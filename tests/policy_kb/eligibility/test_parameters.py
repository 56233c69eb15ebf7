"""The figures that rules point to: the nearest standard as it stands on the day, an old line as a range, the rest unknown."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import Any

import pytest
from small_kb import ABROAD, CITY, DISTRICT, PROVINCE, SIBLING, base, day, figure

from policy_kb.eligibility.parameters import Figure, figures
from policy_kb.eligibility.schema import ParameterSpec
from policy_kb.knowledge import COUNTRY, Audience, Document, Provision

LINE = ParameterSpec(benefit="allowance", unit="元", period="月")
BY_RESIDENCE = LINE.model_copy(update={"by_residence": True})
STATED = day("2018-12-31")
FRESH = day("2019-03-01")
URBAN, RURAL = Audience(residence="urban"), Audience(residence="rural")


def found(*provisions: Provision, spec: ParameterSpec = LINE, region: str = DISTRICT, on: dt.date = FRESH, residence: str | None = None,
          documents: tuple[Document, ...] = ()) -> Figure | None:
    return figures(base(*provisions, documents=documents), spec, region, on)[residence]


def bounds(*provisions: Provision, **more: Any) -> tuple[float, float] | None:
    f = found(*provisions, **more)
    return f and (f.low, f.high)


def line(value: float = 450, **given: Any) -> Provision:
    """A line that is raised nearly every year, stated for the end of 2018."""
    return figure(f"line-{value:g}", value, **({"indexed": True} | given))


# —— where ——

PLACES = [(COUNTRY, 100), (PROVINCE, 200), (CITY, 300), (DISTRICT, 400)]


@pytest.mark.parametrize("recorded", range(len(PLACES)))
def test_the_nearest_place_that_recorded_a_figure_gives_it(recorded):
    held = [figure(code, value, code) for code, value in PLACES[: recorded + 1]]
    assert bounds(*held) == (PLACES[recorded][1],) * 2


@pytest.mark.parametrize("code", [SIBLING, ABROAD])
def test_another_place_s_figure_is_not_lent(code):
    assert bounds(figure("theirs", 400, code)) is None


def test_a_place_below_does_not_lend_its_figure_to_the_one_above():
    assert bounds(figure("theirs", 400, DISTRICT), region=CITY) is None


@pytest.mark.parametrize("code", [COUNTRY, "990000"])
def test_without_a_place_only_the_country_s_figure_counts(code):
    assert bounds(figure("country", 100, COUNTRY), figure("district", 400, DISTRICT), region=code) == ((100, 100) if code == COUNTRY else None)


def test_a_place_whose_figure_does_not_hold_yet_leaves_it_to_the_one_above():
    later = figure("later", 400, DISTRICT, effective_from=day("2020-01-01"), as_at=None)
    assert bounds(later, figure("city", 300, CITY)) == (300, 300)


# —— what counts as a figure ——

NOT_MEANT = {
    "a target": {"nature": "target"},
    "a reported figure": {"nature": "reported"},
    "an approximate figure": {"comparator": "about"},
    "another unit": {"unit": "%"},
    "another period": {"period": "年"},
    "no period": {"period": None},
    "another benefit": {"benefit": "housing"},
    "another aspect": {"aspect": "eligibility"},
    "another category": {"audience": Audience(category="low_income")},
    "words without a figure": {"value": None, "unit": None, "period": None},
    "past its own end": {"effective_to": day("2019-02-28")},
    "not begun": {"as_at": day("2019-03-02")},
}


@pytest.mark.parametrize("given", NOT_MEANT.values(), ids=NOT_MEANT)
def test_what_is_not_the_standard_meant_is_no_figure(given):
    assert bounds(replace(figure("other", 450), **given)) is None


@pytest.mark.parametrize("given", NOT_MEANT.values(), ids=NOT_MEANT)
def test_what_is_not_the_standard_meant_hides_none_above(given):
    assert bounds(replace(figure("other", 450), **given), figure("city", 300, CITY)) == (300, 300)


def test_a_figure_of_a_replaced_document_is_none():
    old = Document("old", "旧通知", "区政府", DISTRICT, "notice", superseded_by="report", superseded_on=FRESH)
    assert bounds(figure("old", 450, document="old", as_at=STATED), documents=(old,)) is None


def test_a_figure_holds_until_its_document_is_replaced():
    old = Document("old", "旧通知", "区政府", DISTRICT, "notice", superseded_by="report", superseded_on=FRESH + dt.timedelta(1))
    assert bounds(figure("old", 450, document="old", as_at=STATED), documents=(old,)) == (450, 450)


@pytest.mark.parametrize("given", [{"as_at": FRESH}, {"effective_to": FRESH}])
def test_a_figure_counts_on_its_first_day_and_on_its_last(given):
    assert bounds(figure("one", 450, **({"as_at": STATED} | given))) == (450, 450)


def test_a_category_has_its_own_figure():
    spec = LINE.model_copy(update={"category": "orphan"})
    assert bounds(figure("all", 450), figure("orphans", 900, audience=Audience(category="orphan")), spec=spec) == (900, 900)


def test_a_name_tells_figures_of_one_benefit_apart():
    spec = LINE.model_copy(update={"name": "护理补贴"})
    assert bounds(replace(figure("one", 450), name="基本补贴"), replace(figure("two", 80), name="护理补贴"), spec=spec) == (80, 80)


def test_of_several_days_the_last_before_the_day_asked_about_counts():
    three = [figure(f"of-{year}", value, as_at=day(f"{year}-12-31")) for year, value in ((2016, 350), (2018, 450), (2020, 500))]
    assert bounds(*three, on=FRESH) == (450, 450)
    assert bounds(*three, on=day("2021-01-01")) == (500, 500)
    assert bounds(*three, on=day("2017-06-30")) == (350, 350)


def test_before_the_first_day_stated_nothing_is_known():
    assert bounds(line(), on=day("2018-12-30")) is None
    assert bounds(line(), on=STATED) == (450, 450)


def test_the_day_of_publication_starts_no_figure():
    """The report of 18 April 2019 states the value for the end of 2018."""
    assert bounds(line(), on=day("2019-01-15")) == (450, 450)


@pytest.mark.parametrize(("comparator", "range_"), [("exact", (450, 450)), ("at_least", (450, math.inf)), ("at_most", (0, 450))])
def test_at_least_and_at_most_leave_one_end_open(comparator, range_):
    assert bounds(figure("one", 450, comparator=comparator)) == range_


def test_several_figures_for_whom_is_not_said_span_from_the_lowest_to_the_highest():
    young, old = (figure(f"from-{a}", v, audience=Audience(age_from=a)) for a, v in ((80, 50), (90, 100)))
    assert bounds(young, old) == (50, 100)


# —— an old line ——

@pytest.mark.parametrize(("stated", "last"), [
    ("2018-12-31", "2020-06-30"),  # June has no 31st
    ("2018-12-30", "2020-06-30"),
    ("2018-06-15", "2019-12-15"),
    ("2018-08-31", "2020-02-29"),  # a leap year's
    ("2017-08-31", "2019-02-28"),
])
def test_a_line_is_what_it_says_until_18_months_after_and_not_a_day_longer(stated, last):
    held, last = line(as_at=day(stated)), day(last)
    assert bounds(held, on=last) == (450, 450)
    low, high = bounds(held, on=last + dt.timedelta(1))
    assert low == 450
    # 12 % a year over one and a half years and a day: 1.12^1.5 is 1.1853.
    assert high == pytest.approx(450 * 1.1853, rel=1e-3)


@pytest.mark.parametrize(("on", "days", "high"), [
    ("2020-07-01", 548, 533.404),   # 450 × 1.12^(548 ÷ 365.25)
    ("2022-12-31", 1461, 708.084),  # four years to the day: 450 × 1.12^4 = 450 × 1.57351936
    ("2026-12-31", 2922, 1114.183),  # eight years: 450 × 1.12^8 = 450 × 2.47596318
])
def test_an_old_line_may_have_risen_by_12_percent_a_year(on, days, high):
    assert (day(on) - STATED).days == days
    low, most = bounds(line(), on=day(on))
    assert low == 450
    assert most == pytest.approx(high, abs=0.001)


def test_an_old_line_says_that_it_is_old_and_a_fresh_one_does_not():
    assert found(line(), on=day("2020-07-01")).grown is True
    assert found(line(), on=day("2020-06-30")).grown is False


def test_what_is_not_raised_every_year_stays_as_it_was():
    f = found(figure("allowance-80", 50), on=day("2026-12-31"))
    assert (f.low, f.high, f.grown) == (50, 50, False)


def test_growth_counts_from_the_first_day_where_no_day_is_stated():
    held = line(as_at=None, effective_from=day("2018-12-31"))
    assert bounds(held, on=day("2022-12-31")) == (450, pytest.approx(708.084, abs=0.001))


def test_growth_counts_from_the_day_stated_and_not_from_the_first_day():
    held = line(as_at=day("2018-12-31"), effective_from=day("2016-01-01"))
    assert bounds(held, on=day("2022-12-31")) == (450, pytest.approx(708.084, abs=0.001))


@pytest.mark.parametrize(("comparator", "range_"), [("at_least", (450, math.inf)), ("at_most", (0, pytest.approx(708.084, abs=0.001)))])
def test_an_old_line_that_is_a_bound_grows_only_at_its_upper_end(comparator, range_):
    assert bounds(line(comparator=comparator), on=day("2022-12-31")) == range_


@pytest.mark.parametrize("comparator", ["at_least", "at_most"])
def test_a_fresh_line_that_is_a_bound_is_not_called_old(comparator):
    assert found(line(comparator=comparator), on=FRESH).grown is False


def test_a_line_asked_for_in_the_year_9999_has_a_range():
    assert bounds(line(), on=dt.date.max)[0] == 450


def test_a_later_value_replaces_an_old_line_and_starts_fresh():
    assert bounds(line(), line(500, as_at=day("2020-12-31")), on=day("2021-01-01")) == (500, 500)


def test_times_a_line_both_ends_are_multiplied():
    f = found(line(), on=day("2022-12-31")).times(1.5)
    assert (f.low, f.high, f.grown) == (675, pytest.approx(1062.126, abs=0.01), True)


# —— town and country ——

TOWN, VILLAGE = line(640, audience=URBAN), line(450, audience=RURAL)


@pytest.mark.parametrize(("residence", "value"), [("urban", 640), ("rural", 450)])
def test_town_and_country_have_each_their_own_line(residence, value):
    assert bounds(TOWN, VILLAGE, spec=BY_RESIDENCE, residence=residence) == (value, value)


def test_where_the_residence_is_unknown_the_line_spans_both():
    assert bounds(TOWN, VILLAGE, spec=BY_RESIDENCE) == (450, 640)


def test_a_span_of_both_names_the_sources_of_both():
    assert {h.provision.id for h in found(TOWN, VILLAGE, spec=BY_RESIDENCE).held} == {TOWN.id, VILLAGE.id}


def test_a_span_of_both_old_lines_reaches_from_the_lower_to_the_higher_grown():
    f = found(TOWN, VILLAGE, spec=BY_RESIDENCE, on=day("2022-12-31"))
    assert (f.low, f.high, f.grown) == (450, pytest.approx(640 * 1.57351936, abs=0.001), True)


@pytest.mark.parametrize(("held", "missing"), [(TOWN, "rural"), (VILLAGE, "urban")])
def test_where_only_one_is_recorded_the_other_and_the_unknown_have_none(held, missing):
    known = figures(base(held), BY_RESIDENCE, DISTRICT, FRESH)
    assert known[missing] is None
    assert known[None] is None
    assert known["urban" if missing == "rural" else "rural"].low == held.value


def test_where_the_place_recorded_only_one_the_other_is_not_taken_from_above():
    """The city's rural line may be lower than the district's own: not known is not lent."""
    assert bounds(TOWN, line(300, region=CITY, audience=RURAL), spec=BY_RESIDENCE, residence="rural") is None


@pytest.mark.parametrize("residence", ["urban", "rural", None])
def test_one_line_for_all_holds_in_town_and_country(residence):
    assert bounds(line(), spec=BY_RESIDENCE, residence=residence) == (450, 450)


def test_a_parameter_that_is_not_by_residence_is_the_same_whoever_asks():
    known = figures(base(figure("one", 50)), LINE, DISTRICT, FRESH)
    assert known[None] is known["urban"] is known["rural"]


def test_nothing_recorded_is_unknown_for_everybody():
    assert figures(base(), BY_RESIDENCE, DISTRICT, FRESH) == {None: None, "urban": None, "rural": None}


# —— the lowest age ——

AGES = LINE.model_copy(update={"starting_age": True})


def test_the_starting_age_is_the_lowest_from_which_an_amount_is_recorded():
    held = [figure(f"from-{a}", v, audience=Audience(age_from=a)) for a, v in ((90, 100), (80, 50), (100, 300))]
    f = found(*held, spec=AGES)
    assert (f.low, f.high, f.unit, f.period) == (80, 80, "周岁", None)
    assert [h.provision.id for h in f.held] == ["from-80"]


def test_an_age_does_not_grow_however_old():
    held = figure("from-80", 50, indexed=True, audience=Audience(age_from=80))
    f = found(held, spec=AGES, on=day("2026-12-31"))
    assert (f.low, f.high, f.grown) == (80, 80, False)


def test_amounts_without_an_age_give_no_starting_age():
    assert bounds(figure("all", 50), spec=AGES) is None


def test_an_age_of_a_target_is_none():
    assert bounds(figure("goal", 50, nature="target", audience=Audience(age_from=70)), spec=AGES) is None
