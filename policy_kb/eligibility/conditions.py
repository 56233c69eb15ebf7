"""Conditions as three-valued functions: True met, False failed, None not known yet. Kleene's logic, ranges for numbers.

A result is only True or False where it holds for every way the unknown facts and limits could turn out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from policy_kb.answers import Citation
from policy_kb.eligibility.facts import Facts, Range
from policy_kb.eligibility.parameters import Figure, Figures
from policy_kb.eligibility.schema import ConditionSpec
from policy_kb.eligibility.verdicts import Condition, Limit

Result = bool | None


class Env:
    """What a condition may look at: one person's facts, and what the other rules say of that person."""

    __slots__ = ("facts", "qualifies", "residence")

    def __init__(self, facts: Facts, qualifies: Callable[[str], Result]):
        self.facts = facts
        self.residence = facts.get("residence")
        self.qualifies = qualifies


@dataclass(frozen=True)
class Node:
    """A condition bound to a region and a day. ``limits``, ``whole`` and ``unit`` (with period and
    per) only where it compares a number.
    """

    spec: ConditionSpec
    test: Callable[[Env], Result]
    parts: tuple[Node, ...] = ()
    limits: Figures | None = None
    whole: Range | None = None
    facts: tuple[str, ...] = ()
    unit: tuple[str, str | None, str | None] = ("", None, None)
    trace: Trace | None = field(default=None, compare=False)

    @cached_property
    def operator(self) -> str:
        return self.spec.operator

    def limit(self, env: Env) -> Figure | None:
        return self.limits[env.residence] if self.limits else None

    def numeric(self) -> Iterator[Node]:
        """The comparisons of numbers inside, itself included."""
        if self.limits is not None:
            yield self
        for part in self.parts:
            yield from part.numeric()


@dataclass(frozen=True)
class Trace:
    """What a condition with a text shows, worked out once: only its result and the household's own figure differ.

    ``leaf``: the comparison whose figures are shown; ``told``: by residence its limit and where that is recorded. ``shown``: the
    alternatives with texts of their own. ``near``: for each comparison inside, by residence, its limit and what is near each end
    of it. ``kept``: conditions
    without a figure of the household's, by result and residence.
    """

    cited: Citation
    leaf: Node | None
    told: dict[str | None, tuple[Limit | None, tuple[Citation, ...]]]
    shown: tuple[Node, ...]
    near: tuple[tuple[Node, dict[str | None, tuple[Limit, tuple[Range, ...]] | None]], ...]
    kept: dict[tuple[Result, str | None], Condition] = field(default_factory=dict)


def compare(operator: str, fact: str, whole: Range, limits: Figures) -> Callable[[Env], Result]:
    """A number that must be below, at most or at least a limit."""
    ends = {residence: None if f is None else (f.low, f.high) for residence, f in limits.items()}

    def below(env: Env) -> Result:
        limit = ends[env.residence]
        if limit is None:
            return None
        low, high = env.facts.get(fact, whole)
        return True if high < limit[0] else False if low >= limit[1] else None

    def at_most(env: Env) -> Result:
        limit = ends[env.residence]
        if limit is None:
            return None
        low, high = env.facts.get(fact, whole)
        return True if high <= limit[0] else False if low > limit[1] else None

    def at_least(env: Env) -> Result:
        limit = ends[env.residence]
        if limit is None:
            return None
        low, high = env.facts.get(fact, whole)
        return True if low >= limit[1] else False if high < limit[0] else None

    return {"below": below, "at_most": at_most, "at_least": at_least}[operator]


def equals(fact: str, values: tuple[Any, ...]) -> Callable[[Env], Result]:
    """A fact with one of these values."""
    among = frozenset(values)

    def test(env: Env) -> Result:
        value = env.facts.get(fact)
        if value is None:
            return None
        if isinstance(value, frozenset):
            return True if value <= among else False if value.isdisjoint(among) else None
        return value in among
    return test


def contains(fact: str, values: frozenset[Any]) -> Callable[[Env], Result]:
    """A list with one of these values."""
    def test(env: Env) -> Result:
        value = env.facts.get(fact)
        return None if value is None else not values.isdisjoint(value)
    return test


def every(parts: tuple[Node, ...]) -> Callable[[Env], Result]:
    """Failed by one that failed, met only by all."""
    return _decided_by(parts, False)


def some(parts: tuple[Node, ...]) -> Callable[[Env], Result]:
    """Met by one that is met, failed only by all."""
    return _decided_by(parts, True)


def _decided_by(parts: tuple[Node, ...], one_result: bool) -> Callable[[Env], Result]:
    """One part with this result gives it to the whole, whatever the others are; else an unknown one leaves it open."""
    tests = [p.test for p in parts]

    def test(env: Env) -> Result:
        found: Result = not one_result
        for one in tests:
            result = one(env)
            if result is one_result:
                return one_result
            if result is None:
                found = None
        return found
    return test


def negated(part: Node) -> Callable[[Env], Result]:
    inner = part.test

    def test(env: Env) -> Result:
        result = inner(env)
        return None if result is None else not result
    return test


def entitled(benefits: tuple[str, ...]) -> Callable[[Env], Result]:
    """Receives one of the benefits, or comes out likely; failed only where none is received and every rule says no."""
    def test(env: Env) -> Result:
        receiving = env.facts.get("receiving")
        if receiving is not None and not receiving.isdisjoint(benefits):
            return True
        found: Result = False
        for benefit in benefits:
            result = env.qualifies(benefit)
            if result is True:
                return True
            if result is None:
                found = None
        # Somebody may receive what a rule would not give today.
        return None if receiving is None else found
    return test


def undecided(node: Node, env: Env) -> Iterator[str]:
    """The facts inside that could still decide a condition that is not known yet."""
    if node.test(env) is not None:
        return
    if node.parts:
        for part in node.parts:
            yield from undecided(part, env)
        return
    if node.limits is not None and node.limits[env.residence] is None:
        # No figure is recorded for the place: only saying where one lives, in town or in the country, could help.
        if any(node.limits.values()) and env.residence is None:
            yield "residence"
        return
    if node.limits is not None and env.residence is None and node.limits["urban"] is not node.limits["rural"]:
        yield "residence"
    for name in node.facts:
        value = env.facts.get(name)
        vague = isinstance(value, tuple) and value[0] != value[1] or isinstance(value, frozenset) and node.spec.fact
        if value is None or vague:
            yield name
        elif name == node.spec.fact:
            return  # known exactly: what could stand in for it decides nothing


def whole_line() -> Range:
    return (0.0, math.inf)
