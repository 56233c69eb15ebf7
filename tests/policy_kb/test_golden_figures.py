"""Known answers: figures read from the source documents by hand, asked for in residents' words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml
from small_kb import TODAY

from policy_kb import Fact

FIGURES = yaml.safe_load((Path(__file__).parent / "golden_figures.yaml").read_text(encoding="utf-8"))["figures"]


@pytest.fixture(params=FIGURES, ids=lambda known: known["ask"])
def known(request) -> dict:
    """One known answer of golden_figures.yaml."""
    return request.param


@pytest.fixture
def given(ask, known):
    """What is answered to its question."""
    return ask(known["ask"], day=known.get("day", TODAY)).answer


def known_facts(known, given) -> list[Fact]:
    """Those of the answer's facts that are the known answer."""
    wanted = (known["benefit"], known["region"], known["value"], known["unit"], known.get("period"))
    return [
        f for f in given.facts
        if (f.benefit, f.region, f.value, f.unit, f.period) == wanted
        and known.get("who", "") in f"{f.audience}{f.name}{f.statement}"
    ]


def test_the_source_s_figure_is_given_as_what_it_is(known, given):
    found = known_facts(known, given)
    assert known.get("nature", "standard") in {f.nature for f in found}, given.text


def test_the_figure_bears_the_year_its_source_states_it_for(known, given):
    assert all(f.as_at.year == known["year"] for f in known_facts(known, given) if known["year"])


def test_the_figure_is_said_to_the_resident(known, given):
    assert all(f"{f.value:.10g}{f.unit}" in given.text or f.statement in given.text for f in known_facts(known, given))


def test_no_other_group_s_place_s_or_year_s_figure_is_given_instead(known, given):
    assert not {f.value for f in given.facts} & set(known.get("never", ()))


def test_there_are_enough_known_answers():
    assert len(FIGURES) >= 60
    assert len({known["ask"] for known in FIGURES}) == len(FIGURES)
    assert isinstance(FIGURES[0].get("day", TODAY), dt.date)
