"""The eligibility check beside zen-engine, in one run: verdicts a second, one household at a time, and what a screening takes.

The households are those of :mod:`benchmarks.population`, all facts known and about one person each; the rules are those that
:mod:`benchmarks.zen_rules` can translate. Rounds of all ways alternate, so that the machine's noise falls on all. Ours gives
with every condition the household's figure, the limit and the article, and near misses, an estimate and links to other
benefits; zen gives true or false of each. zen is measured in two ways: ``decision.evaluate`` of a decision made once, which
costs some 0.15 ms a call however small the decision, and ``engine.evaluate`` of a decision that the engine's static loader
compiled before, the fastest way we found.

    python -m benchmarks.eligibility [--households N] [--rounds N] [--seconds S]
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import importlib.metadata
import json
import os
import statistics
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zen

from benchmarks.population import Asked, population
from benchmarks.zen_rules import POSSIBLE, READINGS, RECORDED, SURE, Place, decision, facts_read, translatable, truths
from policy_kb.eligibility.binding import bound
from policy_kb.eligibility.evaluate import Screening, screen
from policy_kb.eligibility.facts import Household, read_household
from policy_kb.knowledge import KnowledgeBase
from policy_kb.loader import SHIPPED, read_knowledge

RESULTS = Path(__file__).resolve().parent / "results"
DAY = dt.date(2026, 11, 23)
# Compared on this day too: the lines were newer, so that fewer incomes lie where nothing is certain.
EARLIER = dt.date(2021, 9, 1)
# What is timed: what is asked about most of what zen can decide. The other rules without ``qualifies`` are compared only: most
# of them end with the office, or rest on figures nobody recorded, so that a plain true or false says little of them.
TIMED = (
    "minimum_living_allowance", "low_income_margin", "extreme_poverty_support", "old_age_allowance", "unemployment_insurance",
    "orphan_allowance", "unsupported_child_allowance",
)
TRACE = {"trace": True}
OURS, PARSED = "ours", "ours, facts read from JSON too"
TRACED, BARE = "zen decision.evaluate, with trace", "zen decision.evaluate, without"
COMPILED_TRACED, COMPILED = "zen compiled before, with trace", "zen compiled before, without"
LEAN = "zen compiled before, with trace, given only the facts it reads"
VERDICTS = {True: "likely", False: "unlikely", None: "undetermined"}
OUTCOMES = {True: "met", False: "not_met", None: "unknown"}
DIFFER = ("differ", "differ_in_three", "conditions_differ")
PEERS = (TRACED, BARE, COMPILED_TRACED, COMPILED, LEAN)


@dataclass(frozen=True)
class Case:
    """One household and one benefit, ready for both sides."""

    benefit: str
    region: str
    facts: dict[str, Any]
    household: Household
    key: str
    made: zen.ZenDecision
    lean: dict[str, Any]


class Decisions:
    """Every decision there is for some benefits on one day, compiled once. ``benefits``: those with a rule in force."""

    def __init__(self, kb: KnowledgeBase, people: list[Asked], day: dt.date):
        places = {_place(a, day) for a in people}
        self.day = day
        self.benefits = [b for b in translatable(kb) if all(bound(kb, b, p.region, day).in_force for p in places)]
        contents = {_key(b, p, r): decision(kb, b, p, r) for b in self.benefits for p in places for r in READINGS}
        self.engine = zen.ZenEngine({"loader": {"type": "static", "content": contents}})
        self.made = {key: self.engine.create_decision(json.dumps(content)) for key, content in contents.items()}


def _place(asked: Asked, day: dt.date) -> Place:
    return Place(asked.region, asked.facts["residence"], day)


def _key(benefit: str, place: Place, reading: str) -> str:
    return f"{benefit}/{place.region}/{place.residence}/{reading}"


def cases(kb: KnowledgeBase, people: list[Asked], decisions: Decisions) -> list[Case]:
    found = []
    for asked in people:
        household, place = read_household(kb, asked.facts), _place(asked, decisions.day)
        for benefit in TIMED:
            key = _key(benefit, place, RECORDED)
            lean = {name: asked.facts[name] for name in facts_read(kb, benefit, place)}
            found.append(Case(benefit, asked.region, asked.facts, household, key, decisions.made[key], lean))
    return found


def ways(kb: KnowledgeBase, engine: zen.ZenEngine) -> dict[str, Callable[[Case], object]]:
    """How one verdict is got."""
    return {
        OURS: lambda c: Screening(kb, c.household, c.region, DAY).verdict(c.benefit),
        TRACED: lambda c: c.made.evaluate(c.facts, TRACE),
        PARSED: lambda c: Screening(kb, read_household(kb, c.facts), c.region, DAY).verdict(c.benefit),
        BARE: lambda c: c.made.evaluate(c.facts),
        COMPILED_TRACED: lambda c: engine.evaluate(c.key, c.facts, TRACE),
        COMPILED: lambda c: engine.evaluate(c.key, c.facts),
        LEAN: lambda c: engine.evaluate(c.key, c.lean, TRACE),
    }


def timed(asked: dict[str, Callable[[Case], object]], rows: list[Case], rounds: int, seconds: float) -> dict[str, list[float]]:
    """Verdicts a second of each way in each round: all cases, again and again for so many seconds."""
    found: dict[str, list[float]] = {name: [] for name in asked}
    for number in range(rounds + 1):
        for name, one in asked.items():
            gc.collect()
            began, passes = time.perf_counter(), 0
            while (took := time.perf_counter() - began) < seconds:
                for row in rows:
                    one(row)
                passes += 1
            if number:  # the first is for warmth
                found[name].append(passes * len(rows) / took)
    return found


def compared(kb: KnowledgeBase, people: list[Asked], decisions: Decisions) -> dict[str, dict[str, int]]:
    """By benefit: our verdicts, and how many of zen's are others.

    ``differ``: zen with the figures as recorded says true and we not likely, or false and we not unlikely; those we leave
    undetermined are not compared. ``differ_in_three``: all are, undetermined is where zen is not sure but it is possible.
    """
    found: dict[str, Counter[str]] = {b: Counter() for b in decisions.benefits}
    for asked in people:
        household, place = read_household(kb, asked.facts), _place(asked, decisions.day)
        for benefit in decisions.benefits:
            ours = Screening(kb, household, asked.region, decisions.day).verdict(benefit)
            theirs = {
                r: truths(decisions.engine.evaluate(_key(benefit, place, r), asked.facts)["result"]) for r in READINGS
            }
            (sure, each_sure), (possible, each_possible) = theirs[SURE], theirs[POSSIBLE]
            count = found[benefit]
            count[ours.verdict] += 1
            count["differ"] += ours.verdict not in {VERDICTS[None], VERDICTS[theirs[RECORDED][0]]}
            count["differ_in_three"] += ours.verdict != VERDICTS[_three(sure, possible)]
            count["conditions"] += len(ours.conditions)
            count["conditions_differ"] += sum(
                c.result != OUTCOMES[_three(each_sure[c.id], each_possible[c.id])] for c in ours.conditions
            )
    keys = (*VERDICTS.values(), "conditions", *DIFFER)
    return {b: {key: c[key] for key in keys} for b, c in found.items()}


def _three(sure: bool, possible: bool) -> bool | None:
    return True if sure else None if possible else False


def screenings(kb: KnowledgeBase, people: list[Asked], members: bool) -> dict[str, float]:
    """Milliseconds to screen a household for all benefits, what would change the unlikely ones included."""
    households = [(read_household(kb, a.with_members if members else a.facts), a.region) for a in people]
    times = []
    for household, region in households:
        began = time.perf_counter()
        screen(kb, household, region, DAY)
        times.append((time.perf_counter() - began) * 1000)
    p50, p95 = np.quantile(times, (0.5, 0.95))
    return {"p50_ms": float(p50), "p95_ms": float(p95)}


def run(households: int, rounds: int, seconds: float) -> dict[str, Any]:
    kb = read_knowledge([SHIPPED])
    people = population(households)
    known = set(kb.household_facts)
    if any(set(a.facts) != known for a in people):
        raise ValueError(f"benchmarks.population must know every fact: {known.symmetric_difference(people[0].facts)}")
    decisions = Decisions(kb, people, DAY)
    checked = {d.day.isoformat(): compared(kb, people, d) for d in (decisions, Decisions(kb, people, EARLIER))}
    few = people[: max(1, households // 10)]
    speeds = timed(ways(kb, decisions.engine), cases(kb, few, decisions), rounds, seconds)
    screenings(kb, few[:20], False)
    return {
        "day": DAY.isoformat(), "households": households, "households_timed": len(few), "rounds": rounds, "seconds": seconds,
        "load_average": os.getloadavg()[0], "zen": importlib.metadata.version("zen-engine"), "timed": list(TIMED),
        "verdicts_per_second": {n: {"best": max(s), "median": statistics.median(s)} for n, s in speeds.items()},
        "ours_by_zen": {
            ours: {p: statistics.median(a / b for a, b in zip(speeds[ours], speeds[p])) for p in PEERS}
            for ours in (OURS, PARSED)
        },
        "compared": checked,
        "screen_all": {
            "benefits": len(kb.rules_of), "one_person": screenings(kb, few, False), "all_members": screenings(kb, few, True),
        },
    }


def show(found: dict[str, Any]) -> None:
    print(f"{'verdicts/s':64}{'best':>10}{'median':>10}   ours by it, facts read before / from JSON")
    by = found["ours_by_zen"]
    for name, speed in found["verdicts_per_second"].items():
        ratios = f"   {by[OURS][name]:.2f} / {by[PARSED][name]:.2f}" if name in PEERS else ""
        print(f"{name:64}{speed['best']:10,.0f}{speed['median']:10,.0f}{ratios}")
    for day, rows in found["compared"].items():
        print(f"\n{found['households']} households on {day}     " + "".join(f"{v:>14}" for v in VERDICTS.values())
              + "   differ / in three values / conditions")
        for benefit, row in rows.items():
            print(f"{benefit:34}" + "".join(f"{row[v]:14}" for v in VERDICTS.values())
                  + f"   {row['differ']} / {row['differ_in_three']} / {row['conditions_differ']} of {row['conditions']}")
    screened = found["screen_all"]
    for kind in ("one_person", "all_members"):
        print(f"screening all {screened['benefits']} benefits, {kind.replace('_', ' ')}: "
              f"p50 {screened[kind]['p50_ms']:.2f} ms, p95 {screened[kind]['p95_ms']:.2f} ms")


def plot(found: dict[str, Any], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axis = pyplot.subplots(figsize=(9, 3.2))
    speeds = sorted(found["verdicts_per_second"].items(), key=lambda s: s[1]["median"])
    axis.barh([name for name, _ in speeds], [s["median"] for _, s in speeds],
              color=["tab:blue" if name in {OURS, PARSED} else "tab:orange" for name, _ in speeds])
    for place, (_, speed) in enumerate(speeds):
        axis.text(speed["median"], place, f" {speed['median']:,.0f}", va="center", fontsize=8)
    axis.set_title("verdicts a second, one household at a time (median)", fontsize=10)
    axis.margins(x=0.12)
    axis.grid(alpha=0.3, axis="x")
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description="the eligibility check beside zen-engine")
    parser.add_argument("--households", type=int, default=2000, help="compared; a tenth of them is timed")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.4, help="of each way in each round")
    arguments = parser.parse_args()
    found = run(arguments.households, arguments.rounds, arguments.seconds)
    show(found)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "eligibility.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    plot(found, RESULTS / "eligibility.png")
    if sum(row[key] for rows in found["compared"].values() for row in rows.values() for key in DIFFER):
        raise SystemExit("zen and we do not agree")


if __name__ == "__main__":
    main()
