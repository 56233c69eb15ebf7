"""What is wrong with rules and household facts beyond the form of a single field: shown with file and line, in Chinese."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from policy_kb.eligibility.binding import DERIVED
from policy_kb.eligibility.facts import RECEIVING
from policy_kb.eligibility.schema import NUMERIC, ConditionSpec, FactSpec, LimitSpec, ParameterSpec, RuleSpec, WithinSpec

Say = Callable[..., None]

_KINDS = {
    "is_": {"bool", "choice"}, "one_of": {"choice"}, "includes": {"list"},
    "below": NUMERIC, "at_most": NUMERIC, "at_least": NUMERIC,
}
_WHOLE = 100.0
# What numbers are read from residents' words.
UNDERSTOOD = frozenset({"元", "人", "周岁", "个月"})


def check_facts(found: dict[str, dict[str, Any]], report: Callable[[str, str, str, Any], None]) -> None:
    """``report(section, id, message, *path)`` for each mistake in the household facts."""
    facts: dict[str, FactSpec] = found["household_facts"]
    for f in facts.values():
        def say(message: str, *path: Any, f: FactSpec = f) -> None:
            report("household_facts", f.id, message, *path)

        values = [o.value for o in f.options]
        if len(values) != len(set(map(repr, values))):
            say("options 里有重复的 value", "options")
        if f.kind == "bool" and f.options and sorted(map(repr, values)) != ["False", "True"]:
            say("bool 的 options 要写 true 和 false 各一个", "options")
        for index, o in enumerate(f.options):
            for other in o.could_be:
                if other not in values:
                    say(f"could_be 里的 {other} 不是这个事实的取值", "options", index)
        for index, one in enumerate(f.likely):
            numeric = one.low is not None and one.high is not None and one.low <= one.high
            if f.kind in NUMERIC and (one.value is not None or not numeric):
                say("数字的 likely 要写 low 和 high", "likely", index)
            if f.kind not in NUMERIC and not _among(one.value, values):
                say(f"likely 里的 {one.value} 不是这个事实的取值", "likely", index)
        if f.question and f.kind in NUMERIC and f.unit not in UNDERSTOOD:
            say(f"居民说的话里还听不懂单位是“{f.unit}”的数字，只能用 {'、'.join(sorted(UNDERSTOOD))}", "unit")
        if f.likely and f.kind != "list" and abs(sum(x.share for x in f.likely) - _WHOLE) > 1e-6:
            say(f"likely 的份额加起来是 {sum(x.share for x in f.likely):g}，应当是100", "likely")
        for absent, follows in f.without.items():
            if absent not in values:
                say(f"without 里的 {absent} 不是这个事实的取值", "without", absent)
            for other, value in follows.items():
                if other not in facts:
                    say(f"没有这个事实：{other}", "without", absent)
                elif isinstance(value, WithinSpec) != (facts[other].kind in NUMERIC):
                    say(f"{other} 的取值写法不对：数字写 low、high，其他写值", "without", absent)
                elif not isinstance(value, WithinSpec) and not _takes(facts[other], value):
                    say(f"{other} 没有 {value} 这个取值", "without", absent)


def _among(value: Any, values: Iterable[Any]) -> bool:
    return any(value == v and isinstance(value, bool) == isinstance(v, bool) for v in values)


def _takes(fact: FactSpec, value: Any) -> bool:
    return isinstance(value, bool) if fact.kind == "bool" else _among(value, [o.value for o in fact.options])


def check_rules(found: dict[str, dict[str, Any]], places: Iterable[str], report: Callable[..., None]) -> None:
    """``report(section, id, message, *path)`` for each mistake in the rules."""
    places = set(places)
    rules: dict[str, RuleSpec] = found["rules"]
    for rule in rules.values():
        def say(message: str, *path: Any, rule: RuleSpec = rule) -> None:
            report("rules", rule.id, message, *path)

        _RuleCheck(rule, found, places, say).all()
    for cycle in _cycles(rules.values()):
        first = next(r.id for r in rules.values() if r.benefit == cycle[0])
        report("rules", first, f"qualifies 绕成了一圈：{' → '.join(cycle)}", "conditions")


class _RuleCheck:
    def __init__(self, rule: RuleSpec, found: dict[str, dict[str, Any]], places: set[str], say: Say):
        self._rule, self._found, self._places, self._say = rule, found, places, say
        self._facts: dict[str, FactSpec] = found["household_facts"]
        self._used: set[str] = set()

    def all(self) -> None:
        r = self._rule
        self._known("事项", [r.benefit], self._found["benefits"], "benefit")
        self._known("文件", [r.document], self._found["documents"], "document")
        for section in ("within", "outside"):
            for index, code in enumerate(getattr(r, section)):
                self._known("地区", [code], self._places, section, index)
        for index, name in enumerate(r.neighbours):
            self._known("事项", [name], self._found["benefits"], "neighbours", index)
        for index, link in enumerate(r.links):
            self._known("事项", [link.benefit], self._found["benefits"], "links", index, "benefit")
            self._known("文件", [link.document], self._found["documents"], "links", index, "document")
        with_rules = {other.benefit for other in self._found["rules"].values()}
        for name in r.neighbours:
            if name in self._found["benefits"] and name not in with_rules:
                self._say(f"neighbours 里的 {name} 没有规则", "neighbours")
        for name, parameter in r.parameters.items():
            self._parameter(name, parameter)
        for index, condition in enumerate(r.conditions):
            self._condition(condition, "conditions", index)
        if r.estimate:
            self._estimate()
        for name in set(r.parameters) - self._used:
            self._say(f"参数 {name} 没有用到", "parameters", name)

    def _known(self, kind: str, names: Iterable[str], pool: Iterable[str], *path: Any) -> None:
        for name in names:
            if name not in pool:
                self._say(f"没有这个{kind}：{name}", *path)

    def _parameter(self, name: str, p: ParameterSpec) -> None:
        self._known("事项", [p.benefit], self._found["benefits"], "parameters", name)
        if p.category:
            self._known("人群", [p.category], self._found["audiences"], "parameters", name)
        recorded = any(
            x.benefit == p.benefit and x.aspect == p.aspect and x.value is not None and x.nature == "standard"
            and (x.unit, x.period, x.audience.category) == (p.unit, p.period, p.category) and p.name in {None, x.name}
            for x in self._found["provisions"].values()
        )
        if not recorded and not p.unrecorded:
            self._say("哪里都没有收录这样的数字；确实还没有收录的，写 unrecorded: true", "parameters", name)

    def _condition(self, c: ConditionSpec, *path: Any) -> None:
        if c.document:
            self._known("文件", [c.document], self._found["documents"], *path)
        if c.fact:
            self._about_fact(c, *path)
        if c.qualifies:
            with_rules = {r.benefit for r in self._found["rules"].values()}
            for name in c.qualifies:
                if name not in with_rules:
                    self._say(f"qualifies 里的 {name} 没有规则", *path)
        if c.within:
            self._known("地区", c.within, self._places, *path)
        for name in ("all", "any"):
            for index, part in enumerate(getattr(c, f"{name}_") or ()):
                self._condition(part, *path, name, index)
        if c.not_:
            self._condition(c.not_, *path, "not")

    def _about_fact(self, c: ConditionSpec, *path: Any) -> None:
        operator = c.operator
        if c.fact in DERIVED:
            if operator not in {"below", "at_most", "at_least"}:
                self._say(f"{c.fact} 是数字，只能用 below、at_most、at_least", *path)
        elif c.fact not in self._facts:
            self._say(f"没有这个事实：{c.fact}", *path)
            return
        elif self._facts[c.fact].kind not in _KINDS[operator]:
            self._say(f"{c.fact} 是 {self._facts[c.fact].kind}，不能用 {operator.rstrip('_')}", *path)
            return
        else:
            fact = self._facts[c.fact]
            values = [c.is_] if operator == "is_" else [*(c.one_of or ()), *(c.includes or ())]
            allowed = [o.value for o in fact.options] + (list(self._found["benefits"]) if fact.id == RECEIVING else [])
            for value in values if operator in {"is_", "one_of", "includes"} else ():
                if not (isinstance(value, bool) if fact.kind == "bool" else _among(value, allowed)):
                    self._say(f"{c.fact} 没有 {value} 这个取值", *path)
        limit = getattr(c, operator) if operator in {"below", "at_most", "at_least"} else None
        if isinstance(limit, LimitSpec):
            self._use(limit.parameter, *path)
            self._same_unit(c.fact, limit.parameter, *path)

    def _same_unit(self, name: str, parameter: str, *path: Any) -> None:
        fact, limit = self._facts.get(name), self._rule.parameters.get(parameter)
        if limit is None:
            return
        unit, period = (fact.unit, fact.period) if fact else DERIVED[name][1:3]
        wanted = ("周岁", None) if limit.starting_age else (limit.unit, limit.period)
        if (unit, period) != wanted:
            said = ["/".join(x for x in pair if x) for pair in ((unit, period), wanted)]
            self._say(f"单位不同：{name} 是 {said[0]}，参数 {parameter} 是 {said[1]}", *path)

    def _use(self, name: str, *path: Any) -> None:
        self._used.add(name)
        if name not in self._rule.parameters:
            self._say(f"没有这个参数：{name}", *path)

    def _estimate(self) -> None:
        e = self._rule.estimate
        if e.fact and e.fact not in self._facts:
            self._say(f"没有这个事实：{e.fact}", "estimate")
        elif e.fact and self._facts[e.fact].kind not in NUMERIC:
            self._say(f"{e.fact} 不是数字，不能用来估算", "estimate", "fact")
        for name in (e.top_up, e.by_age, *(e.flat or ()), *(a.parameter for a in e.additions)):
            if name:
                self._use(name, "estimate")
        for addition in e.additions:
            self._condition(addition.when, "estimate")
        for share in e.shares or ():
            self._condition(share.when, "estimate")
            self._use(share.rate, "estimate")
            if share.ceiling:
                self._use(share.ceiling, "estimate")
        for steps in e.steps or ():
            self._known("文件", [steps.document], self._found["documents"], "estimate")
            self._known("地区", [steps.within], self._places, "estimate")
            starts = [s.start for s in steps.steps]
            if starts != sorted(set(starts)):
                self._say("steps 的 start 要从小到大，不重复", "estimate")


def asked_for(conditions: Iterable[ConditionSpec]) -> Iterator[str]:
    """The benefits the conditions look at through ``qualifies``."""
    for c in conditions:
        yield from c.qualifies or ()
        yield from asked_for(c.parts())


def _cycles(rules: Iterable[RuleSpec]) -> Iterator[list[str]]:
    """Benefits whose rules ask for each other in a ring."""
    looks_at: dict[str, set[str]] = {}
    for r in rules:
        looks_at.setdefault(r.benefit, set()).update(asked_for(r.conditions))
    done: set[str] = set()

    def follow(benefit: str, path: list[str]) -> list[str] | None:
        if benefit in path:
            return [*path[path.index(benefit):], benefit]
        if benefit in done:
            return None
        for other in sorted(looks_at.get(benefit, ())):
            ring = follow(other, [*path, benefit])
            if ring:
                return ring
        done.add(benefit)
        return None

    for benefit in sorted(looks_at):
        ring = follow(benefit, [])
        if ring:
            yield ring
            return
