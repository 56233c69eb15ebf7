"""Bind rules to a region and a day: every parameter looked up, every condition a function. Kept while the base is in use."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from policy_kb.answers import Citation
from policy_kb.eligibility import conditions as c
from policy_kb.eligibility.facts import Range, whole
from policy_kb.eligibility.parameters import Figure, Figures, figures
from policy_kb.eligibility.schema import ConditionSpec, LimitSpec, LinkSpec, RuleSpec, StepsSpec
from policy_kb.eligibility.verdicts import Limit
from policy_kb.knowledge import COUNTRY, Document, KnowledgeBase
from policy_kb.per_base import per_base
from policy_kb.wording import citation_of

MAX_KEPT = 512
NEAR = 0.10
BEFORE, AFTER = "before", "after"

# Worked out from other facts: which ones, and the unit in which the result is said.
DERIVED: dict[str, tuple[tuple[str, ...], str, str | None, str | None]] = {
    "income_per_head": (("household_income", "household_size"), "元", "月", "person"),
    "expenditure_share": (("necessary_expense", "household_income"), "%", None, None),
}


# A fact that others can stand in for: nobody has more income than the household.
STANDS_IN = {"own_income": ("own_income", "household_income")}


# Which other facts a fact may follow from (see completed()); the situations speak of many, and are never what one would change.
FOLLOWS_FROM = {
    "own_income": ("household_income", "household_size"), "child_age": ("applicant_age",),
    "child_disabled": ("applicant_age", "disability_grade"), "working": ("registered_unemployed",),
}


@dataclass(frozen=True)
class BoundRule:
    """One rule for one region and day. ``in_force``: it says something there on that day."""

    spec: RuleSpec
    region: str
    as_of: dt.date
    in_force: bool
    nodes: tuple[c.Node, ...]
    test: Callable[[c.Env], c.Result]
    parameters: Mapping[str, Figures]
    additions: Mapping[str, c.Node]
    steps: StepsSpec | None
    shares: tuple[c.Node, ...]
    links: tuple[tuple[LinkSpec, Citation], ...]
    not_checked: tuple[str, ...]
    reaches: tuple[frozenset[str] | None, ...]


class RulesAt(dict[str, "BoundRule | None"]):
    """The rules of one region and day by benefit, each bound when it is first asked for; None where nobody wrote one."""

    def __init__(self, kb: KnowledgeBase, region: str, as_of: dt.date):
        super().__init__()
        self._kb, self._region, self._as_of = kb, region, as_of

    def __missing__(self, benefit: str) -> BoundRule | None:
        rules = self._kb.rules_of.get(benefit)
        found = self[benefit] = _bind(self._kb, rules, self._region, self._as_of) if rules else None
        return found


@per_base
def _kept(kb: KnowledgeBase) -> dict[tuple[str, dt.date], RulesAt]:
    return {}


def rules_at(kb: KnowledgeBase, region: str | None, as_of: dt.date) -> RulesAt:
    """All rules as they are in the region on the day. Kept while the base is in use."""
    kept = _kept(kb)
    key = (region or COUNTRY, as_of)
    found = kept.get(key)
    if found is None:
        if len(kept) >= MAX_KEPT:
            kept.clear()
        found = kept[key] = RulesAt(kb, *key)
    return found


def bound(kb: KnowledgeBase, benefit: str, region: str | None, as_of: dt.date) -> BoundRule | None:
    """The benefit's rule for the region and day; None where nobody wrote a rule for the benefit."""
    return rules_at(kb, region, as_of)[benefit]


def _bind(kb: KnowledgeBase, rules: tuple[RuleSpec, ...], region: str, as_of: dt.date) -> BoundRule:
    places = {r.code for r in kb.chain(region)}
    holding = [r for r in rules if holds(kb, r, places, as_of)]
    depth = {r.code: n for n, r in enumerate(reversed(kb.chain(region)))}

    def nearest(rule: RuleSpec) -> tuple[int, dt.date]:
        return max((depth.get(code, -1) for code in rule.within), default=0), rule.effective_from or dt.date.min

    if holding:  # the nearest place's own, else the country's; of several the newest
        return Binder(kb, max(holding, key=nearest), region, as_of).rule(True)
    # None says anything there on that day: what is shown is the country's, where it has one.
    return Binder(kb, max(rules, key=lambda r: (not r.within, nearest(r))), region, as_of).rule(False)


def holds(kb: KnowledgeBase, rule: RuleSpec, places: set[str], as_of: dt.date) -> bool:
    """Whether the rule says something for somebody in these places on that day."""
    d = kb.documents[rule.document]
    start = rule.effective_from or d.effective_from or d.published
    end = rule.effective_to or d.ended_on()
    if start and as_of < start or end and as_of > end:
        return False
    return (not rule.within or not places.isdisjoint(rule.within)) and places.isdisjoint(rule.outside)


def citation(d: Document, section: str | None, as_of: dt.date) -> Citation:
    """The article a condition comes from."""
    start, end = d.effective_from or d.published, d.ended_on()
    begun = start is None or start <= as_of
    in_force = False if end and end < as_of else True if d.is_law and begun else None
    return Citation(d.title, section, d.issuer, d.number, d.published, d.effective_from, end, in_force, d.url)


class Binder:
    """Makes functions of one rule's conditions."""

    def __init__(self, kb: KnowledgeBase, rule: RuleSpec, region: str, as_of: dt.date):
        self._kb, self._rule, self._region, self._as_of = kb, rule, region, as_of
        self._places = {r.code for r in kb.chain(region)}
        self._figures = {name: figures(kb, spec, region, as_of) for name, spec in rule.parameters.items()}

    def rule(self, in_force: bool) -> BoundRule:
        nodes = tuple(self.node(s) for s in self._rule.conditions)
        given = self._rule.estimate
        return BoundRule(
            self._rule, self._region, self._as_of, in_force, nodes, c.every(nodes), self._figures,
            additions={a.parameter: self.node(a.when) for a in given.additions} if given else {},
            steps=self._steps(given.steps or ()) if given else None,
            shares=tuple(self.node(s.when) for s in given.shares or ()) if given else (),
            links=tuple(
                (link, citation(self._kb.documents[link.document], link.section, self._as_of)) for link in self._rule.links
            ),
            not_checked=tuple(self._rule.not_checked), reaches=tuple(_reach(n) for n in nodes),
        )

    def _steps(self, steps: Iterable[StepsSpec]) -> StepsSpec | None:
        """Those of the nearest place."""
        for place in self._kb.chain(self._region):
            for found in steps:
                if found.within == place.code:
                    return found
        return None

    def cited(self, spec: ConditionSpec) -> Citation:
        document = self._kb.documents[spec.document or self._rule.document]
        return citation(document, spec.section or (None if spec.document else self._rule.section), self._as_of)

    def node(self, spec: ConditionSpec, alternative: bool = False) -> c.Node:
        """The condition as a function, with what it shows where it has a text. ``alternative``: one of several ways, or an
        exception.
        """
        found = self._function(spec, alternative)
        return replace(found, trace=self._trace(spec, found)) if spec.text else found

    def _trace(self, spec: ConditionSpec, node: c.Node) -> c.Trace:
        numeric = tuple(node.numeric())
        leaf = node if node.limits is not None else next(iter(numeric), None) if not spec.any_ else None
        told = {
            residence: (limit_of(leaf.spec.operator, figure) if figure else None, sources_of(figure))
            for residence, figure in (leaf.limits if leaf else dict.fromkeys((None, "urban", "rural"))).items()
        }
        shown = tuple(p for p in node.parts if spec.any_ and p.spec.text)
        near = tuple(
            (n, {residence: _near_by(n.spec.operator, figure) for residence, figure in n.limits.items()}) for n in numeric
        )
        return c.Trace(self.cited(spec), leaf, told, shown, near)

    def _function(self, spec: ConditionSpec, alternative: bool) -> c.Node:
        """The condition as a function, with what its trace needs. Where its document no longer held on the day: never met."""
        operator = spec.operator
        days = self._days(spec.document) if spec.document else None
        if days == BEFORE:
            # A way that was not open yet; what the whole rule asks may have stood in an earlier document.
            result = False if alternative else None
            return c.Node(spec, lambda env: result)
        if days == AFTER:
            inner = self.node(spec.model_copy(update={"document": None}), alternative)
            return replace(inner, spec=spec, test=lambda env: None if inner.test(env) is not False else False)
        if operator in {"below", "at_most", "at_least"}:
            return self._number(spec, operator)
        if operator in {"is_", "one_of"}:
            values = (spec.is_,) if operator == "is_" else tuple(spec.one_of)
            return c.Node(spec, c.equals(spec.fact, values), facts=(spec.fact,))
        if operator == "includes":
            return c.Node(spec, c.contains(spec.fact, frozenset(spec.includes)), facts=(spec.fact,))
        if operator == "qualifies":
            return c.Node(spec, c.entitled(tuple(spec.qualifies)), facts=("receiving",))
        if operator == "within":
            inside = not self._places.isdisjoint(spec.within)
            return c.Node(spec, lambda env: inside)
        if operator == "office":
            return c.Node(spec, lambda env: None)
        parts = tuple(self.node(p, alternative or operator != "all_") for p in spec.parts())
        test = {"all_": c.every, "any_": c.some}[operator](parts) if operator != "not_" else c.negated(parts[0])
        return c.Node(spec, test, parts)

    def _days(self, document: str) -> str | None:
        """Whether the day is before or after the document held."""
        d = self._kb.documents[document]
        start, end = d.effective_from or d.published, d.ended_on()
        return BEFORE if start and self._as_of < start else AFTER if end and end < self._as_of else None

    def _number(self, spec: ConditionSpec, operator: str) -> c.Node:
        limits = self._limits(getattr(spec, operator))
        if spec.fact in DERIVED:
            facts, unit, period, per = DERIVED[spec.fact]
            every: Range = c.whole_line()
        else:
            known, per = self._kb.household_facts[spec.fact], None
            facts, every, unit, period = STANDS_IN.get(spec.fact, (spec.fact,)), whole(known), known.unit, known.period
        if not isinstance(getattr(spec, operator), LimitSpec):
            plain = Figure(limits[None].low, limits[None].high, unit or "", period, ())
            limits = {None: plain, "urban": plain, "rural": plain}
        test = c.compare(operator, spec.fact, every, limits)
        return c.Node(spec, test, (), limits, every, facts, (unit or "", period, per))

    def _limits(self, limit: float | LimitSpec) -> Figures:
        if not isinstance(limit, LimitSpec):
            plain = Figure(float(limit), float(limit), "", None, ())
            return {None: plain, "urban": plain, "rural": plain}
        return {r: f and f.times(limit.times) for r, f in self._figures[limit.parameter].items()}


def _near_by(operator: str, figure: Figure | None) -> tuple[Limit, tuple[Range, ...]] | None:
    """The limit, and about each of its ends what is within 10 %."""
    if figure is None:
        return None
    ends = [end for end in (figure.low, figure.high) if end and not math.isinf(end)]
    return limit_of(operator, figure), tuple((end * (1 - NEAR), end * (1 + NEAR)) for end in ends)


def _reach(node: c.Node) -> frozenset[str] | None:
    """The facts that can make a difference to a condition; None: any, where it looks at other benefits."""
    if node.spec.qualifies:
        return None
    inside = [_reach(p) for p in node.parts]
    if None in inside:
        return None
    facts = {name for fact in node.facts or (node.spec.fact,) if fact for name in (fact, *FOLLOWS_FROM.get(fact, ()))}
    return frozenset(facts).union(*inside)


def limit_of(operator: str, figure: Figure) -> Limit:
    """A limit as it is shown: how it is compared, and the day its figure was stated for."""
    stated = [h.provision.as_at or h.provision.effective_from for h in figure.held]
    per = next((h.provision.per for h in figure.held), None)
    return Limit(
        round(figure.low, 2), None if math.isinf(figure.high) else round(figure.high, 2), figure.unit, figure.period, per,
        comparison=operator, as_at=max((d for d in stated if d), default=None), old=figure.grown,
        region=next((h.provision.region for h in figure.held), None),
    )


def sources_of(figure: Figure | None) -> tuple[Citation, ...]:
    """Where a limit's figure is recorded."""
    return tuple(citation_of(h) for h in figure.held) if figure else ()
