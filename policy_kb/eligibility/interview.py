"""Which question to ask next: the one that decides most for the effort of answering it. Pure and deterministic.

What a question is worth is worked out on households drawn from the priors that the facts carry as data: how often its answer
alone decides, and how much it tells of the verdict. Priors choose the order only; they never touch a verdict.
"""

from __future__ import annotations

import datetime as dt
import math
import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policy_kb.eligibility.evaluate import Screening
from policy_kb.eligibility.facts import SITUATIONS, Facts, Household, value_of
from policy_kb.eligibility.schema import NUMERIC, FactSpec, LikelySpec
from policy_kb.knowledge import KnowledgeBase
from policy_kb.per_base import per_base

DRAWN = 64
LISTS_DRAWN = 12
SEED = 20


@dataclass(frozen=True)
class Wanted:
    """What an interview is for. ``main``: the benefit asked about, None: whatever the household may get."""

    main: str | None
    benefits: tuple[str, ...]

    @classmethod
    def of(cls, kb: KnowledgeBase, main: str | None) -> Wanted:
        """One benefit with its neighbours, or all that have rules. Raises :class:`KeyError` for a benefit without a rule."""
        if main is None:
            return cls(None, tuple(kb.rules_of))
        neighbours = [n for r in kb.rules_of[main] for n in r.neighbours]
        return cls(main, tuple(dict.fromkeys([main, *neighbours])))


@dataclass(frozen=True)
class Question:
    """The next question and how many more may follow it."""

    fact: str
    remaining: int


def next_question(
    kb: KnowledgeBase, wanted: Wanted, household: Household, region: str | None, as_of: dt.date, skip: Collection[str] = ()
) -> Question | None:
    """The question worth most now; None where nothing that may be asked could still decide. ``skip``: not to be asked (again)."""
    screening = Screening(kb, household, region, as_of)
    if wanted.main is not None:
        mine = _askable(kb, screening.missing(wanted.main), skip)
        if mine or screening.result(wanted.main) is True:
            return _best(kb, (wanted.main,), mine, household, region, as_of) if mine else None
    open_ = [b for b in wanted.benefits if screening.result(b) is None]
    missing = {b: _askable(kb, screening.missing(b), skip) for b in open_}
    candidates = list(dict.fromkeys(name for names in missing.values() for name in names))
    if wanted.main is None and SITUATIONS not in skip and SITUATIONS not in household.facts:
        implied = {f for follows in kb.household_facts[SITUATIONS].without.values() for f in follows}
        if len(implied & set(candidates)) > 1:
            candidates.append(SITUATIONS)
    return _best(kb, [b for b in open_ if missing[b]], candidates, household, region, as_of) if candidates else None


def _askable(kb: KnowledgeBase, names: Iterable[str], skip: Collection[str]) -> list[str]:
    return [n for n in names if n not in skip and kb.household_facts[n].question]


def _best(
    kb: KnowledgeBase, benefits: Sequence[str], candidates: Sequence[str], household: Household, region: str | None,
    as_of: dt.date,
) -> Question:
    if len(candidates) == 1:
        return Question(candidates[0], 1)
    worths = {
        name: worth / kb.household_facts[name].effort
        for name, worth in _worths(kb, benefits, candidates, household, region, as_of).items()
    }
    best = max(candidates, key=lambda name: (round(worths[name], 9), -candidates.index(name)))
    return Question(best, len(candidates))


def _worths(
    kb: KnowledgeBase, benefits: Sequence[str], candidates: Sequence[str], household: Household, region: str | None,
    as_of: dt.date,
) -> dict[str, float]:
    """What each question is worth: how likely its answer decides a benefit, and how much it tells of the verdict (in bits)."""
    decides = {name: _decides(kb, benefits, name, household, region, as_of) for name in candidates}
    drawn = _drawn(kb)
    outcomes: dict[str, list[bool | None]] = {b: [] for b in benefits}
    for facts in drawn:
        screening = Screening(kb, Household(facts.values | household.facts, household.members), region, as_of)
        for b in benefits:
            outcomes[b].append(screening.result(b))
    tells = {
        name: sum(_information(outcomes[b], [facts.buckets.get(name) for facts in drawn]) for b in benefits)
        for name in candidates
    }
    return {name: decides[name] + tells[name] for name in candidates}


def _decides(
    kb: KnowledgeBase, benefits: Sequence[str], name: str, household: Household, region: str | None, as_of: dt.date
) -> float:
    """How many of the benefits an answer to this one question decides, on average over the answers."""
    spec = kb.household_facts[name]
    total = 0.0
    for share, value in _answers(kb, spec):
        facts = household.facts | {name: value}
        screening = Screening(kb, Household(facts, household.members), region, as_of)
        total += share * sum(screening.result(b) is not None for b in benefits)
    return total


def _answers(kb: KnowledgeBase, spec: FactSpec) -> list[tuple[float, Any]]:
    """The answers to expect, with their shares of one."""
    if spec.kind == "list":
        rng = random.Random(SEED)
        return [(1 / LISTS_DRAWN, _some(spec, rng)) for _ in range(LISTS_DRAWN)]
    if spec.kind in NUMERIC:
        return [(x.share / 100, (x.low, x.high)) for x in spec.likely]
    return [(x.share / 100, value_of(kb, spec, x.value)) for x in spec.likely]


def _some(spec: FactSpec, rng: random.Random) -> frozenset:
    return frozenset(x.value for x in spec.likely if rng.random() * 100 < x.share)


@dataclass(frozen=True)
class Drawn:
    """One household drawn from the priors, and into which answer of each fact it falls."""

    values: Facts
    buckets: Mapping[str, Any]


@per_base
def _drawn(kb: KnowledgeBase) -> list[Drawn]:
    rng = random.Random(SEED)
    return [_draw(kb, rng) for _ in range(DRAWN)]


def _draw(kb: KnowledgeBase, rng: random.Random) -> Drawn:
    values: Facts = {}
    buckets: dict[str, Any] = {}
    for spec in kb.household_facts.values():
        if not spec.likely or spec.id == SITUATIONS:
            continue
        if spec.kind == "list":
            values[spec.id] = buckets[spec.id] = _some(spec, rng)
            continue
        chosen = _chosen(spec.likely, rng)
        buckets[spec.id] = spec.likely.index(chosen)
        if spec.kind in NUMERIC:
            number = float(rng.randint(math.ceil(chosen.low), math.floor(chosen.high)))
            values[spec.id] = (number, number)
        else:
            values[spec.id] = value_of(kb, spec, chosen.value)
    return Drawn(values, buckets)


def _chosen(likely: Sequence[LikelySpec], rng: random.Random) -> LikelySpec:
    return rng.choices(likely, weights=[x.share for x in likely])[0]


def _information(outcomes: Sequence[bool | None], buckets: Sequence[Any]) -> float:
    """How many bits the bucket tells of the outcome."""
    whole = _entropy(outcomes)
    by: dict[Any, list[bool | None]] = {}
    for outcome, bucket in zip(outcomes, buckets):
        by.setdefault(bucket, []).append(outcome)
    return whole - sum(len(x) / len(outcomes) * _entropy(x) for x in by.values())


def _entropy(outcomes: Sequence[bool | None]) -> float:
    counts = Counter(outcomes).values()
    return -sum(c / len(outcomes) * math.log2(c / len(outcomes)) for c in counts)
