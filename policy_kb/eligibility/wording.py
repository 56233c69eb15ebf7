"""Verdicts in kind plain words. The sentences are data (``wording-eligibility.yaml``); how they are joined is here. Pure."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from policy_kb.answers import Citation
from policy_kb.eligibility import verdicts as v
from policy_kb.eligibility.facts import Facts, Household, plain_value
from policy_kb.eligibility.schema import NUMERIC, FactSpec
from policy_kb.knowledge import COUNTRY, KnowledgeBase
from policy_kb.wording import Wording, day_name, number

MAX_CHANGES = 2
MAX_MISSING = 4
# Money from here on is said without 角 and 分.
WHOLE_FROM = 1000
# What the office counts anew, so that being near a limit matters; nobody counts a year of age otherwise.
MONEY = frozenset({"元", "%"})
_MARKS = {v.MET: "✓", v.NOT_MET: "✗", v.UNKNOWN: "？"}


class Words:
    """What is said about one household in one region on one day."""

    def __init__(self, kb: KnowledgeBase, household: Household, region: str | None, as_of: dt.date):
        self._kb, self._household, self._as_of = kb, household, as_of
        self._region = region or COUNTRY
        self._say = Wording(kb)

    @property
    def place(self) -> str:
        return self._kb.regions[self._region].name

    # —— facts ——

    @property
    def facts(self) -> Facts:
        return self._household.facts

    def known(self, name: str) -> Any:
        """The value of a fact; None where it is not known."""
        return self._household.facts.get(name)

    def value(self, spec: FactSpec, value: Any) -> str:
        """A fact's value as residents say it: 3人, 每月1500元, 农村."""
        if spec.kind in NUMERIC:
            return self._period(spec.period) + self._range(value[0], value[1], spec.unit or "")
        if spec.kind == "list":
            titles = [self._title(spec, one) for one in sorted(value)]
            return "、".join(titles) if titles else self._title(spec, "none")
        plain = plain_value(spec, value)
        if isinstance(plain, dict):
            return self._say("choice_range", low=self._title(spec, plain["low"]), high=self._title(spec, plain["high"]))
        return self._title(spec, plain)

    def _title(self, spec: FactSpec, value: Any) -> str:
        for o in spec.options:
            if o.value == value and isinstance(o.value, bool) == isinstance(value, bool):
                return o.title
        if value in self._kb.benefits:
            return self._kb.benefits[value].title
        return self._say("yes") if value is True else self._say("no") if value is False else str(value)

    def heard(self, name: str, value: Any) -> str:
        """One fact said back: 家里3人."""
        spec = self._kb.household_facts[name]
        plain = plain_value(spec, value)
        single = "none" if plain == [] else plain if not isinstance(plain, (dict, list)) else None
        for o in spec.options:
            if o.heard and o.value == single and isinstance(o.value, bool) == isinstance(single, bool):
                return o.heard.format(place=self.place)
        return (spec.understood or "{value}").format(value=self.value(spec, value), place=self.place)

    def understood(self) -> str:
        """All that was understood of the household, in the order the facts are listed."""
        said = [] if self._region == COUNTRY else [self._say("understood_place", place=self.place)]
        said += [self.heard(name, self.facts[name]) for name in self._kb.household_facts if name in self.facts]
        return self._say("understood", facts="，".join(said)) if said else self._say("understood_nothing")

    def label(self, name: str) -> str:
        return self._kb.household_facts[name].label

    # —— numbers ——

    def _period(self, period: str | None) -> str:
        return {"月": self._say("per_month"), "年": self._say("per_year")}.get(period or "", "")

    def _range(self, low: float, high: float | None, unit: str) -> str:
        if unit in {"元", ""} and (low != high or low >= WHOLE_FROM):
            low, high = round(low), high if high is None or math.isinf(high) else round(high)
        if high is None or math.isinf(high):
            return self._say("range_open", low=number(low), unit=unit)
        if low == high:
            return self._say("exact", value=number(low), unit=unit)
        if low == 0:
            return self._say("range_up_to", high=number(high), unit=unit)
        return self._say("range", low=number(low), high=number(high), unit=unit)

    def quantity(self, q: v.Quantity) -> str:
        """每人每月496元."""
        per = self._say("per_head") if q.per == "person" and q.unit == "元" else ""
        return per + self._period(q.period) + self._range(q.low, q.high, q.unit)

    # —— one verdict ——

    def verdict(self, verdict: v.Verdict) -> list[str]:
        """The verdict line by line: what it is, what it may come to, each condition, what decides still, what to do."""
        benefit = self._kb.benefits[verdict.benefit]
        day = self._say("verdict_place", place=self.place, day=f"{self._as_of.year}年{self._as_of.month}月{self._as_of.day}日")
        lines = [self._say(f"verdict_{verdict.verdict}", benefit=benefit.title) + (day if self._region != COUNTRY else "")]
        if not verdict.in_force:
            return [*lines, self._say("verdict_not_in_force"), self._step(verdict)]
        if verdict.person is not None:
            lines.append(self._say("verdict_person", number=verdict.person + 2))
        if verdict.estimate:
            lines.append(self.estimate(verdict.estimate, verdict))
        for condition in verdict.conditions:
            lines += self._condition(condition, about_person=self._about_person(verdict))
        lines += self._why_open(verdict)
        lines += self._changes(verdict)
        near = any(n.limit.unit in MONEY for n in verdict.near_threshold)
        if near and verdict.verdict != v.UNDETERMINED:
            lines.append(self._say("near", department=self._department(verdict)))
        local = any(c.limit and c.limit.as_at for c in verdict.conditions)
        if verdict.verdict == v.UNLIKELY and local and self._household.facts.get("hukou_local") is not True:
            lines.append(self._say("elsewhere", place=self.place))
        lines += [self._say(f"link_{link.kind}", text=link.text) for link in verdict.links if self._is_said(verdict, link)]
        if verdict.not_checked:
            lines.append(self._say("not_checked", items="；".join(verdict.not_checked)))
        return [*lines, self._step(verdict)]

    def _about_person(self, verdict: v.Verdict) -> bool:
        return any(r.about == "person" for r in self._kb.rules_of.get(verdict.benefit, ()))

    @staticmethod
    def _is_said(verdict: v.Verdict, link: v.Link) -> bool:
        """What cannot be had together where both may be; what to see too where this one is not likely."""
        if link.kind == "also":
            return verdict.verdict != v.LIKELY and link.applies is not False
        return verdict.verdict == v.LIKELY and link.applies is True

    def _department(self, verdict: v.Verdict) -> str:
        place = self.place if self._region != COUNTRY else ""
        return place + self._kb.department(verdict.benefit, self._region)

    def _step(self, verdict: v.Verdict) -> str:
        return self._say("next_step_no" if verdict.verdict == v.UNLIKELY else "next_step", step=verdict.next_step)

    def _condition(self, c: v.Condition, about_person: bool) -> list[str]:
        own = "own_" if about_person else ""
        figures = ""
        limit = self._limit(c.limit) if c.limit and c.limit.as_at else None
        if c.yours and limit:
            figures = self._say(f"figures_{own}both", yours=self.quantity(c.yours), limit=limit)
        elif c.yours and c.fact:
            figures = self._say("figures_own" if about_person else "figures_yours", yours=self.quantity(c.yours))
            if c.limit is None and c.result == v.UNKNOWN:
                figures += self._say("figures_no_limit")
        elif limit:
            figures = self._say("figures_limit", limit=limit)
        lines = [self._say(f"condition_{c.result}", text=c.text, figures=figures)]
        if c.result == v.UNKNOWN or len([p for p in c.parts if p.result == v.MET]) == 0:
            return lines
        met = next(p for p in c.parts if p.result == v.MET)
        return [*lines, self._say("condition_way", mark=_MARKS[met.result], text=met.text)]

    def _limit(self, limit: v.Limit) -> str:
        when = day_name(limit.as_at) if limit.as_at else ""
        place = self._kb.regions[limit.region].name if limit.region not in {None, self._region} else ""
        per = (self._say("per_head") if limit.per == "person" and limit.unit == "元" else "") + self._period(limit.period)
        if limit.old and limit.high is not None:
            low, high = self._range(limit.low, limit.low, limit.unit), self._range(limit.high, limit.high, limit.unit)
            return per + self._say("limit_old", when=when, place=place, low=low, high=high)
        return self._say("limit_dated", value=per + self._range(limit.low, limit.high, limit.unit), when=when, place=place)

    def _why_open(self, verdict: v.Verdict) -> list[str]:
        lines = []
        if verdict.verdict != v.UNDETERMINED:
            return lines
        if any(c.result == v.UNKNOWN and c.limit and c.limit.old and c.yours for c in verdict.conditions):
            year = min(c.limit.as_at for c in verdict.conditions if c.limit and c.limit.as_at)
            lines.append(self._say("why_old", when=day_name(year), department=self._department(verdict)))
        if verdict.missing:
            lines.append(self._say("missing", facts="、".join(self.label(m) for m in verdict.missing[:MAX_MISSING])))
        return lines

    def _changes(self, verdict: v.Verdict) -> list[str]:
        lines = []
        for change in verdict.would_change[:MAX_CHANGES]:
            spec = self._kb.household_facts[change.fact]
            if spec.kind in NUMERIC:
                known = self._household.facts.get(change.fact)
                up = known is None or change.to >= known[1]
                said = self._period(spec.period) + self._range(change.to, change.to, spec.unit or "")
                value = self._say("change_at_least" if up else "change_at_most", value=said)
            else:
                value = self._say("change_is", value=self._title(spec, change.to))
            lines.append(self._say(f"change_{change.verdict}", fact=spec.label, value=value))
        return lines

    def estimate(self, q: v.Quantity, verdict: v.Verdict) -> str:
        """估算：每月560元左右. With an old line: what it was then, and how much it may be by now."""
        old = [c.limit.as_at for c in verdict.conditions if c.limit and c.limit.old and c.limit.unit == q.unit]
        if old and q.low != q.high:
            return self._say("estimate_old", when=day_name(min(old)), period=self._period(q.period), low=number(round(q.low)),
                             high=number(round(q.high)), unit=q.unit)
        return self._say(
            "estimate_exact" if q.low == q.high else "estimate_at_most" if q.low == 0 else "estimate_range",
            period=self._period(q.period), amount=self._range(q.low, q.low, ""), low=number(round(q.low)),
            high=number(round(q.high)), unit=q.unit,
        )

    # —— whole messages ——

    def one(self, verdicts: Sequence[v.Verdict]) -> str:
        """The first verdict in full, and in a line what else the household may get."""
        first, *others = verdicts
        lines = [*self.verdict(first), *self._also(others), self.understood()]
        lines.append(self._say("decides", department=self._department(first)))
        return "\n".join([*lines, *self._sources(verdicts[:1])])

    def all(self, verdicts: Sequence[v.Verdict]) -> str:
        """Every benefit in a line: what the household may get first, then what is open, then what is not likely."""
        by = {kind: [x for x in verdicts if x.verdict == kind] for kind in (v.LIKELY, v.UNDETERMINED, v.UNLIKELY)}
        lines = []
        if by[v.LIKELY]:
            lines.append(self._say("screened_likely"))
            lines += [self._screened(x) for x in by[v.LIKELY]]
        else:
            lines.append(self._say("screened_none"))
        if by[v.UNDETERMINED]:
            lines.append(self._say("screened_undetermined"))
            for x in by[v.UNDETERMINED]:
                name = self._kb.benefits[x.benefit].title
                missing = "、".join(self.label(m) for m in x.missing[:MAX_MISSING])
                lines.append(self._say("screened_open" if missing else "screened_open_place", benefit=name, missing=missing))
        if by[v.UNLIKELY]:
            lines.append(self._say("screened_unlikely", benefits=self._names(by[v.UNLIKELY])))
        lines += [self.understood(), self._say("decides", department=self._kb.department(verdicts[0].benefit, self._region))]
        return "\n".join([*lines, *self._sources(by[v.LIKELY])])

    def _screened(self, verdict: v.Verdict) -> str:
        estimate = ""
        if verdict.estimate:
            q = verdict.estimate
            amount = self._range(q.low, q.high, "")
            estimate = self._say("screened_estimate", period=self._period(q.period), amount=amount, unit=q.unit)
        return self._say("screened_line", benefit=self._kb.benefits[verdict.benefit].title, estimate=estimate)

    def _names(self, verdicts: Iterable[v.Verdict]) -> str:
        return "、".join(self._kb.benefits[x.benefit].title for x in verdicts)

    def _also(self, others: Sequence[v.Verdict]) -> list[str]:
        likely = [x for x in others if x.verdict == v.LIKELY]
        open_ = [x for x in others if x.verdict == v.UNDETERMINED]
        return [self._say(key, benefits=self._names(found))
                for key, found in (("also_likely", likely), ("also_undetermined", open_)) if found]

    def _sources(self, verdicts: Iterable[v.Verdict]) -> list[str]:
        said = self._say.sources(citations_of(verdicts))
        return [said] if said else []


def citations_of(verdicts: Iterable[v.Verdict]) -> list[Citation]:
    """Every article and every recorded figure the verdicts rest on, each once."""
    found: dict[tuple, Citation] = {}
    for verdict in verdicts:
        for c in verdict.conditions:
            for cited in (c.citation, *(p.citation for p in c.parts if p.result == v.MET), *c.sources):
                found.setdefault((cited.document, cited.section, cited.in_force), cited)
    return list(found.values())


def understood_facts(words: Words, facts: Facts) -> list[dict[str, Any]]:
    """The facts as machines and the page want them: what was understood, with its words."""
    return [{"fact": name, "label": words.label(name), "text": words.heard(name, value)} for name, value in facts.items()]


def as_plain(verdict: v.Verdict) -> dict[str, Any]:
    """A verdict as JSON has it, dates as dates."""
    return asdict(verdict)
