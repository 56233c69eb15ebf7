"""How many questions until a check is decided, beside the same check with its questions in a fixed order.

Households are those of :mod:`benchmarks.population`; each knows every answer. The place is known, as from a district's page.
``python -m benchmarks.interview`` prints the table and writes ``benchmarks/results/interview.json``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import itertools
import json
import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.population import Asked, population
from policy_kb.eligibility.evaluate import Screening
from policy_kb.eligibility.facts import read_household
from policy_kb.eligibility.interview import Wanted, next_question
from policy_kb.knowledge import KnowledgeBase
from policy_kb.loader import SHIPPED, read_knowledge

RESULTS = Path(__file__).parent / "results" / "interview.json"
MAIN = "minimum_living_allowance"
# As forms on paper ask: who and where, then money, then property.
FIXED = ("residence", "hukou_local", "household_size", "household_income", "assets_within_limit")
DAYS = (dt.date(2021, 6, 30), dt.date(2026, 11, 30))
HOUSEHOLDS = 400

Next = Callable[[dict[str, Any], set[str]], str | None]


@dataclass(frozen=True)
class Held:
    """One check held to its end: how many questions, and how many benefits it decided."""

    questions: int
    decided: int
    verdict: bool | None


def hold(kb: KnowledgeBase, asked: Asked, wanted: Wanted, day: dt.date, ask: Next) -> Held:
    """Ask until ``ask`` has no question left."""
    facts: dict[str, Any] = {}
    skip: set[str] = set()
    count = 0
    while (fact := ask(facts, skip)) is not None:
        count += 1
        if fact in asked.facts:
            facts[fact] = asked.facts[fact]
        else:
            skip.add(fact)
    screening = Screening(kb, read_household(kb, facts), asked.region, day)
    results = [screening.result(b) for b in wanted.benefits]
    return Held(count, sum(r is not None for r in results), results[0])


def chosen(kb: KnowledgeBase, asked: Asked, wanted: Wanted, day: dt.date) -> Next:
    """The question that the evaluator chooses."""

    def ask(facts: dict[str, Any], skip: set[str]) -> str | None:
        found = next_question(kb, wanted, read_household(kb, facts), asked.region, day, skip | set(facts))
        return found.fact if found else None
    return ask


def fixed(kb: KnowledgeBase, asked: Asked, wanted: Wanted, day: dt.date, order: tuple[str, ...], stops: bool) -> Next:
    """The questions of ``order``; ``stops``: only until decided, and none that can decide nothing any more."""

    def ask(facts: dict[str, Any], skip: set[str]) -> str | None:
        left = [name for name in order if name not in facts and name not in skip]
        if stops:
            screening = Screening(kb, read_household(kb, facts), asked.region, day)
            open_ = {name for b in wanted.benefits for name in screening.missing(b)}
            left = [name for name in left if name in open_]
        return left[0] if left else None
    return ask


def least(kb: KnowledgeBase, asked: Asked, wanted: Wanted, day: dt.date) -> Held:
    """The fewest of ``FIXED`` that settle the check, for whoever knew the answers beforehand: no order can ask less."""
    for count in range(len(FIXED) + 1):
        for names in itertools.combinations(FIXED, count):
            screening = Screening(kb, read_household(kb, {n: asked.facts[n] for n in names}), asked.region, day)
            if not set(screening.missing(wanted.benefits[0])) & set(FIXED):
                result = screening.result(wanted.benefits[0])
                return Held(count, int(result is not None), result)
    raise AssertionError("all facts settle it")


def summary(held: list[Held]) -> dict[str, Any]:
    counts = [h.questions for h in held]
    return {
        "mean": round(statistics.mean(counts), 2), "median": statistics.median(counts), "most": max(counts),
        "decided": round(statistics.mean(h.decided for h in held), 2),
        "verdicts": {str(k): v for k, v in sorted(Counter(h.verdict for h in held).items(), key=str)},
    }


def run(count: int) -> dict[str, Any]:
    kb = read_knowledge([SHIPPED])
    people = population(count)
    one, all_ = Wanted(MAIN, (MAIN,)), Wanted.of(kb, None)
    everything = tuple(name for name, spec in kb.household_facts.items() if spec.question and name != "situations")
    found: dict[str, Any] = {"households": count, "days": {}}
    for day in DAYS:
        ways = {
            "one": [hold(kb, p, one, day, chosen(kb, p, one, day)) for p in people],
            "one, least there can be": [least(kb, p, one, day) for p in people],
            "one, fixed order, stops": [hold(kb, p, one, day, fixed(kb, p, one, day, FIXED, True)) for p in people],
            "one, fixed order": [hold(kb, p, one, day, fixed(kb, p, one, day, FIXED, False)) for p in people],
            "all": [hold(kb, p, all_, day, chosen(kb, p, all_, day)) for p in people[: count // 4]],
            "all, fixed order, stops": [
                hold(kb, p, all_, day, fixed(kb, p, all_, day, everything, True)) for p in people[: count // 4]
            ],
        }
        found["days"][day.isoformat()] = {name: summary(held) for name, held in ways.items()}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=HOUSEHOLDS)
    args = parser.parse_args()
    found = run(args.households)
    RESULTS.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for day, ways in found["days"].items():
        print(day)
        for name, s in ways.items():
            counts = f"mean {s['mean']:5.2f}  median {s['median']:4.1f}  most {s['most']:2}"
            print(f"  {name:26} {counts}  decided {s['decided']:5.2f}  {s['verdicts']}")


if __name__ == "__main__":
    main()
