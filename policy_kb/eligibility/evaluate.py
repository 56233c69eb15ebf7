"""Evaluate bound rules over a household: a verdict with its whole trace, or what could still decide it. Pure."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from policy_kb.eligibility import verdicts as v
from policy_kb.eligibility.binding import BoundRule, bound, rules_at
from policy_kb.eligibility.conditions import Env, Node, Result, Trace, undecided
from policy_kb.eligibility.estimates import estimate
from policy_kb.eligibility.facts import Facts, Household, completed
from policy_kb.knowledge import COUNTRY, KnowledgeBase

_ORDER = {True: 0, None: 1, False: 2}


class Screening:
    """One household, one region, one day. What one benefit's rule asks of another is worked out once."""

    def __init__(self, kb: KnowledgeBase, household: Household, region: str | None, as_of: dt.date):
        self._region = region or COUNTRY
        persons = [household.facts]
        if household.members:
            persons += [household.person(i, kb.household_facts) for i in range(len(household.members))]
        self._rules = rules_at(kb, self._region, as_of)
        self._known: dict[tuple[int, str], Result] = {}
        self._envs = [Env(completed(kb, facts), partial(self._result_for, i)) for i, facts in enumerate(persons)]

    def _result_for(self, person: int, benefit: str) -> Result:
        key = (person, benefit)
        if key not in self._known:
            rule = self._rules[benefit]
            self._known[key] = rule.test(self._envs[person]) if rule and rule.in_force else None
        return self._known[key]

    def result(self, benefit: str) -> Result:
        """The verdict as three-valued truth, without its trace."""
        rule = self._rules[benefit]
        if rule is None or not rule.in_force:
            return None
        if rule.spec.about == "household":
            return self._result_for(0, benefit)
        found = [self._result_for(i, benefit) for i in range(len(self._envs))]
        return True if True in found else None if None in found else False

    def missing(self, benefit: str) -> tuple[str, ...]:
        """The facts that could still decide the benefit, for any of the persons it may be about."""
        rule = self._rules[benefit]
        if rule is None or not rule.in_force or self.result(benefit) is not None:
            return ()
        envs = self._envs[:1] if rule.spec.about == "household" else self._envs
        return tuple(dict.fromkeys(name for env in envs for name in self._missing_of(rule, env)))

    def _missing_of(self, rule: BoundRule, env: Env) -> Iterator[str]:
        for node in rule.nodes if rule.test(env) is None else ():
            yield from undecided(node, env)
            for asked in _asks_of(node, env):
                if env.qualifies(asked) is None:
                    other = self._rules[asked]
                    if other and other.in_force:
                        yield from self._missing_of(other, env)

    def verdict(self, benefit: str) -> v.Verdict:
        """The verdict on one benefit that has a rule. Raises :class:`KeyError` where none was written."""
        rule = self._rules[benefit]
        if rule is None:
            raise KeyError(benefit)
        person = self._whose(rule)
        env = self._envs[person]
        conditions = tuple([_condition(n, env) for n in rule.nodes])
        result = _all_of(conditions) if rule.in_force else None
        found = v.VERDICTS[result]
        return v.Verdict(
            benefit=benefit, region=self._region, verdict=found,
            conditions=conditions,
            missing=self.missing(benefit) if result is None else (),
            not_checked=rule.not_checked,
            near_threshold=tuple(_near(rule, env)),
            would_change=(),
            estimate=self._estimate(rule) if result is True else None,
            links=tuple(self._links(rule, env, person, result is True)) if rule.links else (),
            next_step=rule.spec.next_step, rule=rule.spec.id, rule_version=rule.spec.version,
            in_force=rule.in_force, person=person - 1 if person else None,
        )

    def _whose(self, rule: BoundRule) -> int:
        """The person it is decided by: the first entitled, else the first who may be."""
        if rule.spec.about == "household" or len(self._envs) == 1 or not rule.in_force:
            return 0
        return min(range(len(self._envs)), key=lambda i: (_ORDER[rule.test(self._envs[i])], i))

    def _estimate(self, rule: BoundRule) -> v.Quantity | None:
        envs = self._envs[:1]
        if rule.spec.about == "person":
            envs = [e for e in self._envs if rule.test(e) is True]
        return estimate(rule, envs, self._envs)

    def _links(self, rule: BoundRule, env: Env, person: int, likely: bool) -> Iterator[v.Link]:
        receiving = env.facts.get("receiving")
        for link, cited in rule.links:
            has = receiving is not None and link.benefit in receiving
            # What to see too matters where this one is not likely, what to choose between where it is.
            matters = (link.kind == "also") is not likely
            applies = True if has else self._result_for(person, link.benefit) if matters else None
            yield v.Link(link.benefit, link.kind, link.text, applies, cited)


def _asks_of(node: Node, env: Env) -> Iterator[str]:
    """The other benefits an undecided condition looks at."""
    if node.test(env) is None:
        yield from node.spec.qualifies or ()
        for part in node.parts:
            yield from _asks_of(part, env)


def screen(
    kb: KnowledgeBase, household: Household, region: str | None, as_of: dt.date, benefits: Iterable[str] | None = None
) -> list[v.Verdict]:
    """Verdicts for ``benefits``, by default all that have rules, in the order asked.

    ``region`` None: the country's rules alone. Raises :class:`KeyError` for a benefit without a rule.
    """
    screening = Screening(kb, household, region, as_of)
    names = list(kb.rules_of) if benefits is None else list(dict.fromkeys(benefits))
    return [
        replace(found, would_change=tuple(changes(kb, household, found, as_of))) if found.verdict == v.UNLIKELY else found
        for found in map(screening.verdict, names)
    ]


def _all_of(conditions: tuple[v.Condition, ...]) -> Result:
    """What a rule comes to, all of whose conditions must be met."""
    results = [c.result for c in conditions]
    return False if v.NOT_MET in results else None if v.UNKNOWN in results else True


def _condition(node: Node, env: Env) -> v.Condition:
    """A condition with a text as it came out for this person."""
    trace = node.trace
    result = node.test(env)
    leaf = trace.leaf
    value = env.facts.get(leaf.spec.fact) if leaf else None
    if value is None and not trace.shown:
        key = (result, env.residence)
        kept = trace.kept.get(key)
        if kept is None:
            kept = trace.kept[key] = _shown(node, trace, result, None, (), env)
        return kept
    yours = _yours(leaf, value) if value is not None else None
    return _shown(node, trace, result, yours, tuple(_condition(p, env) for p in trace.shown), env)


def _shown(
    node: Node, trace: Trace, result: Result, yours: v.Quantity | None, parts: tuple[v.Condition, ...], env: Env
) -> v.Condition:
    limit, sources = trace.told[env.residence]
    spec = node.spec
    fact = trace.leaf.spec.fact if trace.leaf else None
    return v.Condition(spec.id, spec.text, v.RESULTS[result], yours, limit, trace.cited, fact, parts, sources)


def _yours(node: Node, value: tuple[float, float]) -> v.Quantity:
    """The household's own figure."""
    low, high = value
    return v.Quantity(round(low, 2), None if high == math.inf else round(high, 2), *node.unit)


def _near(rule: BoundRule, env: Env) -> Iterator[v.Near]:
    """Figures within 10 % of either bound of their limit, on either side."""
    for top in rule.nodes:
        for node, limits in top.trace.near:
            value, limit = env.facts.get(node.spec.fact), limits[env.residence]
            if value is None or limit is None or value[1] == math.inf:
                continue
            low, high = value
            shown, ends = limit
            if any(low <= most and high >= least for least, most in ends):
                yield v.Near(top.spec.text, _yours(node, value), shown)


def changes(kb: KnowledgeBase, household: Household, verdict: v.Verdict, as_of: dt.date) -> Iterator[v.Change]:
    """Which one fact of the person asked about, were it different, would make an unlikely benefit no longer so; each is tried."""
    rule = bound(kb, verdict.benefit, verdict.region, as_of)
    failing = [n for n, c in enumerate(verdict.conditions) if c.result == v.NOT_MET]
    facts = completed(kb, household.facts)
    env = Env(facts, lambda b: None)
    tried: set[tuple[str, Any]] = set()
    for node in _failing([rule.nodes[n] for n in failing], env):
        for fact, to in _other_values(kb, node, env, facts):
            if (fact, to) in tried or not all(rule.reaches[n] is None or fact in rule.reaches[n] for n in failing):
                continue
            tried.add((fact, to))
            value = (to, to) if isinstance(to, float) else to
            other = Household(household.facts | {fact: value}, household.members)
            result = Screening(kb, other, verdict.region, as_of).result(verdict.benefit)
            if result is not False:
                yield v.Change(fact, to, v.VERDICTS[result])


def _failing(nodes: Iterable[Node], env: Env) -> Iterator[Node]:
    for node in nodes:
        if node.parts:
            yield from _failing(node.parts, env)
        elif node.facts:
            yield node


def _other_values(kb: KnowledgeBase, node: Node, env: Env, facts: Facts) -> Iterator[tuple[str, Any]]:
    """Values of facts the household can speak of that would meet a failing comparison."""
    spec = node.spec
    if node.test(env) is not False:
        return
    if node.limits is not None:
        figure = node.limit(env)
        if figure is None:
            return
        if spec.fact == "income_per_head":
            heads = facts.get("household_size")
            if heads and heads[0] == heads[1]:
                most = math.ceil(figure.high * heads[0]) - 1 if not math.isinf(figure.high) else None
                if most is not None and most >= 0:
                    yield "household_income", float(most)
        elif spec.fact in kb.household_facts and not math.isinf(figure.high):
            yield spec.fact, float(figure.high if node.operator != "below" else math.ceil(figure.high) - 1)
    elif spec.fact and node.operator in {"is_", "one_of"}:
        for value in (spec.is_,) if node.operator == "is_" else spec.one_of:
            yield spec.fact, value
