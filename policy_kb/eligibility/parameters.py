"""Dated regional figures that rules point to, as ranges. Pure.

A parameter is the newest standard recorded for the region or the nearest region above it; targets and reported figures are
none. What is not recorded is unknown. An old line that is raised nearly every year lies between its value and what it may have
become since.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from policy_kb.eligibility.schema import ParameterSpec
from policy_kb.knowledge import KnowledgeBase, Provision
from policy_kb.resolve import Held, add_months, newest, standing, starts

GROWTH = 1.12
GROWS_AFTER_MONTHS = 18
DAYS_A_YEAR = 365.25
MOST_YEARS = 100
RESIDENCES = ("urban", "rural")


@dataclass(frozen=True)
class Figure:
    """A parameter's range on the day asked about and what it rests on. ``grown``: it is old, and the range is what it may be."""

    low: float
    high: float
    unit: str
    period: str | None
    held: tuple[Held, ...]
    grown: bool = False

    def times(self, factor: float) -> Figure:
        return Figure(self.low * factor, self.high * factor, self.unit, self.period, self.held, self.grown)


Figures = dict[str | None, Figure | None]


def figures(kb: KnowledgeBase, spec: ParameterSpec, region: str, as_of: dt.date) -> Figures:
    """The parameter by residence; None among the keys: the residence is not known. No figure: nothing is recorded."""
    if not spec.by_residence:
        only = _figure(kb, spec, region, as_of, None)
        return {None: only, "urban": only, "rural": only}
    found: Figures = {r: _figure(kb, spec, region, as_of, r) for r in RESIDENCES}
    both = [f for f in found.values() if f]
    found[None] = _either(both) if len(both) == len(RESIDENCES) else None
    return found


def _either(both: list[Figure]) -> Figure:
    held = tuple(h for f in both for h in f.held)
    first = both[0]
    return Figure(min(f.low for f in both), max(f.high for f in both), first.unit, first.period, held, any(f.grown for f in both))


def recorded(kb: KnowledgeBase, spec: ParameterSpec, region: str, as_of: dt.date) -> list[Held]:
    """What the nearest region with any such figure recorded, each as it stands on the day."""
    for place in kb.chain(region):
        held = [
            h for p in kb.by_subject.get((spec.benefit, spec.aspect, place.code), ())
            if _is_meant(p, spec) and (h := standing(kb, p, as_of))
            and not (p.effective_to and p.effective_to < as_of)
        ]
        if held:
            return newest(held)
    return []


def _is_meant(p: Provision, spec: ParameterSpec) -> bool:
    return (
        p.value is not None and p.nature == "standard" and p.unit == spec.unit and p.period == spec.period
        and p.audience.category == spec.category and (spec.name is None or p.name == spec.name)
        and p.comparator != "about"
    )


def _figure(kb: KnowledgeBase, spec: ParameterSpec, region: str, as_of: dt.date, residence: str | None) -> Figure | None:
    held = recorded(kb, spec, region, as_of)
    if residence is not None:
        held = [h for h in held if h.provision.audience.residence in {None, residence}]
    if spec.starting_age:
        aged = [h for h in held if h.provision.audience.age_from is not None]
        if not aged:
            return None
        first = min(aged, key=lambda h: h.provision.audience.age_from)
        age = float(first.provision.audience.age_from)
        return Figure(age, age, "周岁", None, (first,))
    if not held:
        return None
    ranges = [range_of(h, as_of) for h in held]
    grown = any(_is_old(h, as_of) for h in held)
    return Figure(min(low for low, _ in ranges), max(high for _, high in ranges), spec.unit, spec.period, tuple(held), grown)


def _is_old(h: Held, as_of: dt.date) -> bool:
    """Whether it is raised nearly every year and was stated more than 18 months before."""
    p = h.provision
    stated = p.as_at or p.effective_from or starts(p, h.document)
    return bool(p.indexed and stated and add_months(stated, GROWS_AFTER_MONTHS) < as_of)


def range_of(h: Held, as_of: dt.date) -> tuple[float, float]:
    """What a recorded value may be on the day: itself, or up to 12 % more a year where it is raised nearly every year."""
    p = h.provision
    low = high = float(p.value)
    stated = p.as_at or p.effective_from or starts(p, h.document)
    if _is_old(h, as_of) and stated:
        high = low * GROWTH ** min((as_of - stated).days / DAYS_A_YEAR, MOST_YEARS)
    if p.comparator == "at_least":
        high = math.inf
    elif p.comparator == "at_most":
        low = 0.0
    return low, high
