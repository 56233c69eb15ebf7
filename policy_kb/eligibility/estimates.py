"""What a benefit may come to, as a range. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from policy_kb.eligibility import verdicts as v
from policy_kb.eligibility.binding import BoundRule
from policy_kb.eligibility.conditions import Env
from policy_kb.eligibility.facts import Range
from policy_kb.eligibility.parameters import Figure
from policy_kb.eligibility.schema import StepsSpec


def estimate(rule: BoundRule, entitled: Sequence[Env], everybody: Sequence[Env]) -> v.Quantity | None:
    """The amount for those ``entitled``; None where no figure is recorded or what it depends on is not known."""
    spec = rule.spec.estimate
    if spec is None:
        return None
    if spec.kind == "top_up":
        ranges = [_top_up(rule, entitled[0], everybody)]
    else:
        work_out = {"flat": _flat, "by_age": _by_age, "steps": _steps, "shares": _shares}[spec.kind]
        ranges = [work_out(rule, env) for env in entitled]
    if any(r is None for r in ranges):
        return None
    low, high = sum(r[0] for r in ranges), sum(r[1] for r in ranges)
    if math.isinf(high):
        return None
    return v.Quantity(round(low, 2), round(high, 2), spec.unit, spec.period)


def _figure(rule: BoundRule, name: str, env: Env) -> Figure | None:
    return rule.parameters[name][env.residence]


def _top_up(rule: BoundRule, env: Env, everybody: Sequence[Env]) -> Range | None:
    """(standard − income per head) × heads, in 元/月, and what is added for some of them."""
    spec = rule.spec.estimate
    line, size, income = _figure(rule, spec.top_up, env), env.facts.get("household_size"), env.facts.get("household_income")
    if line is None or size is None or income is None or math.isinf(income[1]):
        return None
    low = max(0.0, line.low * size[0] - income[1])
    high = max(0.0, line.high * size[1] - income[0])
    for person in everybody:
        added = _added(rule, person)
        low, high = low + added[0], high + added[1]
    return low, high


def _added(rule: BoundRule, env: Env) -> Range:
    """What one person gets on top: where several apply, between the highest alone and all together."""
    met = [
        figure for addition in rule.spec.estimate.additions
        if (figure := _figure(rule, addition.parameter, env)) and rule.additions[addition.parameter].test(env) is True
    ]
    return max((f.low for f in met), default=0.0), sum(f.high for f in met)


def _flat(rule: BoundRule, env: Env) -> Range | None:
    """The parameter; of several, which one applies depends on what was not asked."""
    found = [f for name in rule.spec.estimate.flat if (f := _figure(rule, name, env))]
    return (min(f.low for f in found), max(f.high for f in found)) if found else None


def _by_age(rule: BoundRule, env: Env) -> Range | None:
    """The amount recorded for the age band the person is in."""
    spec = rule.spec.estimate
    age, figure = env.facts.get(spec.fact), _figure(rule, spec.by_age, env)
    if age is None or figure is None:
        return None
    values = []
    for h in figure.held:
        a = h.provision.audience
        if age[1] >= (a.age_from or 0) and age[0] <= (math.inf if a.age_to is None else a.age_to):
            values.append(float(h.provision.value))
    return (min(values), max(values)) if values else None


def _steps(rule: BoundRule, env: Env) -> Range | None:
    given = env.facts.get(rule.spec.estimate.fact)
    if given is None:
        return None
    if rule.steps is None:
        return None
    low, high = steps_at(rule.steps, given[0]), steps_at(rule.steps, given[1])
    return (0.0 if rule.steps.ceiling_only else low), high


def steps_at(spec: StepsSpec, given: float) -> float:
    """What ``given`` units come to, step by step."""
    total = 0.0
    for number, step in enumerate(spec.steps):
        if given < step.start:
            break
        end = spec.steps[number + 1].start if number + 1 < len(spec.steps) else math.inf
        total += step.add
        if step.each:
            total += step.each * math.floor((min(given, end) - step.start) / step.every)
    return min(total, spec.most) if spec.most is not None else total


def _shares(rule: BoundRule, env: Env) -> Range | None:
    """A part of a bill, up to a ceiling: from the lowest to the highest rate that may apply, as far as they are recorded."""
    paid = env.facts.get(rule.spec.estimate.fact)
    if paid is None or math.isinf(paid[1]):
        return None
    found: list[Range] = []
    for share, node in zip(rule.spec.estimate.shares, rule.shares):
        result = node.test(env)
        rate = _figure(rule, share.rate, env)
        if result is False or result is None and rate is None:
            continue
        if rate is None:
            return None
        low, high = paid[0] * rate.low / 100, paid[1] * rate.high / 100
        if share.ceiling:
            ceiling = _figure(rule, share.ceiling, env)
            if ceiling is None:
                return None
            low, high = min(low, ceiling.high), min(high, ceiling.high)
        found.append((low, high))
    return (min(r[0] for r in found), max(r[1] for r in found)) if found else None

