"""Known answers: figures read from the source documents by hand, asked for in residents' words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml
from conftest import TODAY

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


def the_fact(known, given) -> Fact:
    """The fact with the known value; fails with what was said instead."""
    wanted = (known["benefit"], known["region"], known["value"], known["unit"], known.get("period"))
    found = [
        f for f in given.facts
        if (f.benefit, f.region, f.value, f.unit, f.period) == wanted
        and known.get("who", "") in f"{f.audience}{f.name}{f.statement}"
    ]
    assert found, f"{wanted} is not among the facts; said: {given.text}"
    return found[0]


def test_the_figure_of_the_source_is_given_with_its_year_and_nature(known, given):
    fact = the_fact(known, given)
    assert fact.nature == known.get("nature", "standard")
    if known["year"]:
        assert fact.as_at.year == known["year"]


def test_the_figure_is_said_to_the_resident(known, given):
    fact = the_fact(known, given)
    assert f"{fact.value:.10g}{fact.unit}" in given.text or fact.statement in given.text


def test_no_other_group_s_place_s_or_year_s_figure_is_given_instead(known, given):
    assert not {f.value for f in given.facts} & set(known.get("never", ()))


def test_there_are_enough_known_answers():
    assert len(FIGURES) >= 60
    assert len({known["ask"] for known in FIGURES}) == len(FIGURES)
    assert isinstance(FIGURES[0].get("day", TODAY), dt.date)
