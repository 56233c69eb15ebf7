"""Our rules as decisions of zen-engine (GoRules' JSON Decision Model): one expression node, one expression a condition.

An expression node suits both sides best. A decision table says which row matched but not how each condition came out, so that
it gives no trace like ours; the node gives every condition and the verdict, and takes no longer. A decision is made for one
benefit, region, residence and day: parameters are numbers in it.

zen knows true and false only: a fact that is not known makes an expression fail (a comparison with null is an error) or come
out false. So only households whose facts are all known are compared. What our rules leave open even then (the office's
judgement, an old line that may have been raised, a figure nobody recorded) becomes one of two values, by the reading:

- ``RECORDED``: the figure as it was recorded, and nothing the office might still grant. One way it may turn out; this is timed.
- ``SURE``: true only where it is true however that turns out. Ours is likely exactly where this is true.
- ``POSSIBLE``: true where it may be. Ours is unlikely exactly where this is false.

Rules that look at other benefits (``qualifies``) are not translated: zen would need the other decisions inside.
"""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policy_kb.eligibility.binding import bound
from policy_kb.eligibility.schema import ConditionSpec, LimitSpec
from policy_kb.knowledge import KnowledgeBase

RECORDED, SURE, POSSIBLE = "recorded", "sure", "possible"
READINGS = (RECORDED, SURE, POSSIBLE)
_OPPOSITE = {RECORDED: RECORDED, SURE: POSSIBLE, POSSIBLE: SURE}
VERDICT = "eligible"

# What we work out before the rules see it, zen works out in the expression.
_DERIVED = {
    "income_per_head": ("household_income / household_size", ("household_income", "household_size")),
    "expenditure_share": (
        "(household_income == 0 ? (necessary_expense == 0 ? 0 : 1000000000) : necessary_expense / (household_income * 12) * 100)",
        ("household_income", "necessary_expense"),
    ),
}
_SIGNS = {"below": "<", "at_most": "<=", "at_least": ">="}


@dataclass(frozen=True)
class Place:
    """Where and when a decision holds."""

    region: str
    residence: str
    as_of: dt.date


def translatable(kb: KnowledgeBase) -> list[str]:
    """The benefits whose rules look at no other benefit."""
    return [b for b, rules in kb.rules_of.items() if not any(_asks(c) for r in rules for c in r.conditions)]


def _asks(spec: ConditionSpec) -> bool:
    return spec.qualifies is not None or any(map(_asks, spec.parts()))


def decision(kb: KnowledgeBase, benefit: str, place: Place, reading: str = RECORDED) -> dict[str, Any]:
    """The benefit's rule as a decision: the result has each condition by its id, and the verdict."""
    translated = _Translated(kb, benefit, place)
    conditions = {c.id: translated.of(c, reading, top=True) for c in translated.rule.spec.conditions}
    expressions = conditions | {VERDICT: " and ".join(f"$.{name}" for name in conditions)}
    node = {"expressions": [{"id": k, "key": k, "value": v} for k, v in expressions.items()], "passThrough": False}
    names = (("input", "inputNode", {}), ("rule", "expressionNode", {"content": node}), ("output", "outputNode", {}))
    return {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [{"id": n, "name": n, "type": t, "position": {"x": 0, "y": 0}} | more for n, t, more in names],
        "edges": [{"id": f"{a}-{b}", "sourceId": a, "targetId": b, "type": "edge"}
                  for a, b in (("input", "rule"), ("rule", "output"))],
    }


def facts_read(kb: KnowledgeBase, benefit: str, place: Place) -> tuple[str, ...]:
    """The facts that the rule's conditions look at."""
    rule = bound(kb, benefit, place.region, place.as_of)
    return tuple(dict.fromkeys(name for c in rule.spec.conditions for name in _facts(c)))


def _facts(spec: ConditionSpec) -> Iterator[str]:
    if spec.fact:
        yield from _DERIVED[spec.fact][1] if spec.fact in _DERIVED else (spec.fact,)
    for part in spec.parts():
        yield from _facts(part)


class _Translated:
    """One rule's conditions as expressions."""

    def __init__(self, kb: KnowledgeBase, benefit: str, place: Place):
        self._kb, self._place = kb, place
        self._within = {r.code for r in kb.chain(place.region)}
        self.rule = bound(kb, benefit, place.region, place.as_of)
        if self.rule is None or not self.rule.in_force:
            raise ValueError(f"{benefit}: no rule in force for {place}")

    def of(self, spec: ConditionSpec, reading: str, top: bool = False) -> str:
        operator = spec.operator
        if spec.document:
            d = self._kb.documents[spec.document]
            start, end = d.effective_from or d.published, d.ended_on()
            if start and self._place.as_of < start:
                return _open(reading) if top else "false"
            if end and end < self._place.as_of and reading != POSSIBLE:
                return "false"
        if operator in _SIGNS:
            return self._number(spec, operator, reading)
        if operator == "is_":
            return f"{spec.fact} == {_literal(spec.is_)}"
        if operator == "one_of":
            return f"{spec.fact} in {_literal(spec.one_of)}"
        if operator == "includes":
            return f"some({spec.fact}, # in {_literal(spec.includes)})"
        if operator == "within":
            return _literal(not self._within.isdisjoint(spec.within))
        if operator == "office":
            return _open(reading)
        if operator == "not_":
            return f"not ({self.of(spec.not_, _OPPOSITE[reading])})"
        if operator in {"all_", "any_"}:
            return "(" + {"all_": " and ", "any_": " or "}[operator].join(self.of(p, reading) for p in spec.parts()) + ")"
        raise ValueError(f"{operator} cannot be translated")

    def _number(self, spec: ConditionSpec, operator: str, reading: str) -> str:
        limit = getattr(spec, operator)
        low = high = limit
        if isinstance(limit, LimitSpec):
            figure = self.rule.parameters[limit.parameter][self._place.residence]
            if figure is None:
                return _open(reading)
            low, high = figure.low * limit.times, figure.high * limit.times
        # An old line lies between what was recorded and what it may be by now: the end that is harder to meet, or easier.
        harder, easier = (high, low) if operator == "at_least" else (low, high)
        end = {RECORDED: low, SURE: harder, POSSIBLE: easier}[reading]
        if math.isinf(end):
            return _literal(operator != "at_least")
        return f"{_DERIVED[spec.fact][0] if spec.fact in _DERIVED else spec.fact} {_SIGNS[operator]} {end!r}"


def _open(reading: str) -> str:
    """What nobody can say from the facts."""
    return "true" if reading == POSSIBLE else "false"


def _literal(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def truths(result: Mapping[str, Any]) -> tuple[bool, dict[str, bool]]:
    """A decision's result: the verdict, and the conditions by id."""
    if not all(isinstance(v, bool) for v in result.values()):
        raise ValueError(f"not true or false: {result}")
    return result[VERDICT], {k: v for k, v in result.items() if k != VERDICT}
