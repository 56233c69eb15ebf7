"""Household facts: read from JSON with every mistake named, completed by what follows from them. Pure.

A number is kept as a range (low, high), both included; an exact one has both ends equal. A choice said without being exact
(幼儿园, not which year) is kept as the set of what it may be. What is unknown is absent.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from policy_kb.eligibility.schema import NUMERIC, FactSpec, WithinSpec
from policy_kb.knowledge import KnowledgeBase
from policy_kb.per_base import per_base

Range = tuple[float, float]
Facts = dict[str, Any]

MEMBERS = "members"
REGION = "region"
RECEIVING = "receiving"
SITUATIONS = "situations"
MAX_MEMBERS = 30
# Above all that a rule compares with; what is spent without any income is no finite part of it.
MOST_SHARE = 1e6
LEAST_INCOME = 0.01
ADULT = 18
NONE_AT_ALL = "none"


@dataclass(frozen=True)
class Household:
    """The facts of the person asked about and of the household, and those of the other members."""

    facts: Facts
    members: tuple[Facts, ...] = ()

    def person(self, index: int | None, specs: Mapping[str, FactSpec]) -> Facts:
        """Everything that holds for one person: the person's own facts and the household's. None: the person asked about."""
        if index is None:
            return self.facts
        shared = {k: v for k, v in self.facts.items() if k in specs and specs[k].about == "household"}
        return shared | self.members[index]


class BadFacts(ValueError):
    """Facts that cannot be taken; ``problems`` gives (path, what is wrong) for each."""

    def __init__(self, problems: list[tuple[str, str]]):
        super().__init__("；".join(f"{path}：{what}" for path, what in problems))
        self.problems = problems


def read_household(kb: KnowledgeBase, given: Mapping[str, Any]) -> Household:
    """Facts as JSON has them → a :class:`Household`. null means unknown. Raises :class:`BadFacts` with every mistake."""
    problems: list[tuple[str, str]] = []
    facts = _read(kb, {k: v for k, v in given.items() if k != MEMBERS}, "", problems)
    members = given.get(MEMBERS)
    found: list[Facts] = []
    if members is not None:
        if not isinstance(members, list) or len(members) > MAX_MEMBERS:
            problems.append((MEMBERS, f"应当是列表，最多{MAX_MEMBERS}人"))
            members = []
        for number, member in enumerate(members):
            path = f"{MEMBERS}.{number}"
            if not isinstance(member, Mapping):
                problems.append((path, "应当是“名称: 值”的形式"))
                continue
            shared = [k for k in member if k in kb.household_facts and kb.household_facts[k].about == "household"]
            problems += [(f"{path}.{k}", "说的是全家的情况，不写在个人里") for k in shared]
            found.append(_read(kb, {k: v for k, v in member.items() if k not in shared}, f"{path}.", problems))
    size = facts.get("household_size")
    if size and len(found) + 1 > size[1]:
        problems.append((MEMBERS, f"写了{len(found) + 1}个人（连本人），多过 household_size"))
    if problems:
        raise BadFacts(problems)
    return Household(facts, tuple(found))


@per_base
def _takers(kb: KnowledgeBase) -> dict[str, Callable[[Any], Any]]:
    """Fact → what takes its value as JSON has it: the usual forms at once, everything else by :func:`value_of`."""
    return {name: _taker(kb, spec) for name, spec in kb.household_facts.items()}


def _taker(kb: KnowledgeBase, spec: FactSpec) -> Callable[[Any], Any]:
    if spec.kind in NUMERIC:
        least, most = whole(spec)
        usual = (int,) if spec.kind == "integer" else (int, float)

        def number(value: Any) -> Any:
            if type(value) in usual and least <= value <= most:
                return (value or 0, value or 0)
            return value_of(kb, spec, value)
        return number
    kept = {(type(o.value), o.value): value_of(kb, spec, o.value) for o in spec.options} if spec.kind == "choice" else {}
    if spec.kind == "bool":
        kept = {(bool, True): True, (bool, False): False}

    def named(value: Any) -> Any:
        found = kept.get((type(value), value)) if type(value) in {str, int, bool} else None
        return value_of(kb, spec, value) if found is None else found
    return named


def _read(kb: KnowledgeBase, given: Mapping[str, Any], path: str, problems: list[tuple[str, str]]) -> Facts:
    found: Facts = {}
    takers = _takers(kb)
    for name, value in given.items():
        if name == REGION and not path:
            continue
        take = takers.get(name)
        if take is None:
            problems.append((f"{path}{name}", "没有这个事实名称"))
        elif value is not None:
            try:
                found[name] = take(value)
            except ValueError as error:
                problems.append((f"{path}{name}", str(error)))
    return found


def value_of(kb: KnowledgeBase, spec: FactSpec, value: Any) -> Any:
    """One value as it is kept. Raises :class:`ValueError` in Chinese where the fact cannot have it."""
    if spec.kind in NUMERIC:
        return _range(spec, value)
    if spec.kind == "bool":
        if not isinstance(value, bool):
            raise ValueError("应当是 true 或 false")
        return value
    known = [o.value for o in spec.options]
    if spec.kind == "choice" and isinstance(value, Mapping) and all(isinstance(k, int) for k in known):
        low, high = _range(spec, value)
        return frozenset(k for k in known if low <= k <= high)
    if spec.kind == "choice":
        if not _among(value, known):
            raise ValueError(f"只能是 {'、'.join(map(str, known))}")
        could_be = next(o.could_be for o in spec.options if o.value == value)
        return frozenset(could_be) if could_be else value
    known = [*known, *(kb.benefits if spec.id == RECEIVING else ())]
    if not isinstance(value, list) or not all(_among(v, known) for v in value):
        raise ValueError("应当是列表，里面只能是" + ("事项编号" if spec.id == RECEIVING else f" {'、'.join(map(str, known))}"))
    if NONE_AT_ALL in value and len(set(value)) > 1:
        raise ValueError(f"写了 {NONE_AT_ALL}（都没有），就不能再写别的")
    return frozenset(value) - {NONE_AT_ALL}


def _among(value: Any, known: Iterable[Any]) -> bool:
    """True is not 1 here."""
    return any(value == k and isinstance(value, bool) == isinstance(k, bool) for k in known)


def _range(spec: FactSpec, value: Any) -> Range:
    given = isinstance(value, Mapping) and set(value) <= {"low", "high"}
    ends = [value.get("low"), value.get("high")] if given else [value] * 2
    if ends == [None, None]:
        raise ValueError("low 和 high 至少写一个")
    unit = f"（{spec.unit}）" if spec.unit else ""
    least, most = whole(spec)
    low, high = (least if ends[0] is None else ends[0]), (most if ends[1] is None else ends[1])
    for n in (low, high):
        if isinstance(n, bool) or not isinstance(n, (int, float)) or isinstance(n, float) and math.isnan(n):
            raise ValueError(f"应当是数字{unit}")
        if spec.kind != "money" and n not in (math.inf, -math.inf) and n != int(n):
            raise ValueError(f"应当是整数{unit}")
    if low > high:
        raise ValueError("low 大于 high")
    if low < least or high > most:
        raise ValueError(f"至少是 {least:.0f}{unit}" if math.isinf(most) else f"应当在 {least:.0f} 到 {most:.0f} 之间{unit}")
    return (low or 0, high or 0)  # no minus before a zero


def whole(spec: FactSpec) -> Range:
    """All a number can be."""
    if spec.kind == "choice":
        return (min(o.value for o in spec.options), max(o.value for o in spec.options))
    return (spec.low or 0.0, math.inf if spec.high is None else spec.high)


def about_the_child(household: Household) -> Household:
    """Facts with a child's age and no other age are about that child: its age is the age of the person asked about."""
    facts = household.facts
    age = facts.get("child_age")
    if age is None or "applicant_age" in facts or age[1] >= ADULT:
        return household
    return Household(facts | {"applicant_age": age}, household.members)


def as_json(kb: KnowledgeBase, facts: Facts) -> dict[str, Any]:
    """The facts as :func:`read_household` takes them."""
    return {name: plain_value(kb.household_facts[name], value) for name, value in facts.items()}


def plain_value(spec: FactSpec, value: Any) -> Any:
    """One value as JSON has it; :func:`value_of` gives the same back."""
    if isinstance(value, tuple):
        low, high = value
        return low if low == high else {"low": low, "high": None if math.isinf(high) else high}
    if isinstance(value, frozenset) and spec.kind == "choice":
        vague = next((o.value for o in spec.options if o.could_be and frozenset(o.could_be) == value), None)
        return {"low": min(value), "high": max(value)} if vague is None else vague
    return sorted(value) if isinstance(value, frozenset) else value


@per_base
def _without(kb: KnowledgeBase) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Of each situation that a household does not have, the facts that follow, as they are kept."""
    found: list[tuple[str, list[tuple[str, Any]]]] = []
    situations = kb.household_facts.get(SITUATIONS)
    for absent, follows in situations.without.items() if situations else ():
        values = {k: v.model_dump(exclude_none=True) if isinstance(v, WithinSpec) else v for k, v in follows.items()}
        found.append((absent, [(name, value_of(kb, kb.household_facts[name], value)) for name, value in values.items()]))
    return found


@per_base
def _whole_size(kb: KnowledgeBase) -> Range:
    size = kb.household_facts.get("household_size")
    return whole(size) if size else (1, math.inf)


def completed(kb: KnowledgeBase, facts: Facts) -> Facts:
    """The facts with what follows from them: income per head, the share of what must be spent, a child's own age.

    - income_per_head (元/月): all income by the people living together (审核确认办法 第八条's 家庭人均收入).
    - own_income: who lives alone has the household's; who does not, no more than it.
    - child_age, child_disabled: of a person asked about who is a child, where no other child is.
    - working: whoever is registered as unemployed has no work.
    - expenditure_share (%): what had to be spent in the last twelve months beside twelve months' income.
    - what a list does not have: without ``disabled`` among the situations nobody has a disability.
    """
    found = dict(facts)
    situations = facts.get(SITUATIONS)
    if situations is not None:
        for absent, follows in _without(kb):
            if absent not in situations:
                for name, value in follows:
                    found.setdefault(name, value)
    size, income = facts.get("household_size"), facts.get("household_income")
    if income is not None:
        low, high = size or _whole_size(kb)
        found["income_per_head"] = (income[0] / high, income[1] / low)
        found.setdefault("own_income", income if size == (1, 1) else (0.0, income[1]))
        spent = facts.get("necessary_expense")
        if spent is not None:
            found["expenditure_share"] = (_share(spent[0], income[1]), _share(spent[1], income[0]))
    age = facts.get("applicant_age")
    if facts.get("registered_unemployed"):
        found.setdefault("working", False)
    if age and age[1] < ADULT and facts.get("child_age", age) == age:
        found["child_age"] = age
        grade = facts.get("disability_grade")
        if grade is not None and (isinstance(grade, int) or 0 not in grade):
            found.setdefault("child_disabled", grade != 0)
    return found


def _share(spent: float, income: float) -> float:
    """What a year's spending is of a year's income, in %; without income as much as anybody can spend."""
    if spent == 0:
        return 0.0
    return min(spent / (income * 12) * 100, MOST_SHARE) if income >= LEAST_INCOME else MOST_SHARE
