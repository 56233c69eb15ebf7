"""Read the oracles and compare them with a screening: cases with known answers, written from the articles before the rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from policy_kb.eligibility.evaluate import Screening
from policy_kb.eligibility.facts import read_household
from policy_kb.eligibility.verdicts import Verdict
from policy_kb.knowledge import KnowledgeBase, Provision

FOLDER = Path(__file__).parent / "oracles"
ADDED = Path(__file__).parent / "oracles_added.yaml"
# Amounts are written to the cent.
CENT = 0.011


@dataclass(frozen=True)
class Oracle:
    benefit: str
    name: str
    region: str
    as_of: dt.date
    verdict: str
    facts: dict[str, Any]
    missing: tuple[str, ...] = ()
    near: bool | None = None
    estimate: Any = field(default="not asked")
    recorded: tuple[dict[str, Any], ...] = ()


@lru_cache(maxsize=1)
def oracles() -> tuple[Oracle, ...]:
    """All oracles: those written before the rules, by benefit, and those added since."""
    cases = [(file.stem, c) for file in sorted(FOLDER.glob("*.yaml")) for c in yaml.safe_load(file.read_text(encoding="utf-8"))]
    cases += [(c["benefit"], c) for c in yaml.safe_load(ADDED.read_text(encoding="utf-8"))]
    return tuple(
        Oracle(benefit, c["name"], c["region"], c["as_of"], c["verdict"], c["facts"], tuple(c.get("missing", ())),
               c.get("near"), c.get("estimate", "not asked"), tuple(c.get("recorded", ())))
        for benefit, c in cases
    )


def with_recorded(kb: KnowledgeBase, oracle: Oracle) -> KnowledgeBase:
    """The base with the figures made up for the case, stated for the day asked about."""
    if not oracle.recorded:
        return kb
    made_up = tuple(
        Provision(f"made-up-{i}", aspect="eligibility", document="cn-rigid-expenditure", statement="made up", as_at=oracle.as_of, **p)
        for i, p in enumerate(oracle.recorded)
    )
    return replace(kb, provisions=kb.provisions + made_up)


def judged(kb: KnowledgeBase, oracle: Oracle) -> Verdict:
    kb = with_recorded(kb, oracle)
    return Screening(kb, read_household(kb, oracle.facts), oracle.region, oracle.as_of).verdict(oracle.benefit)


def differences(kb: KnowledgeBase, oracle: Oracle) -> Iterator[str]:
    """What a verdict has other than the oracle says."""
    found = judged(kb, oracle)
    if found.verdict != oracle.verdict:
        yield f"{found.verdict}, not {oracle.verdict}"
    if not set(oracle.missing) <= set(found.missing):
        yield f"missing {found.missing}, not {oracle.missing}"
    if oracle.near is not None and oracle.near != bool(found.near_threshold):
        yield f"near {found.near_threshold}"
    if oracle.estimate != "not asked":
        expected, got = oracle.estimate, found.estimate
        if (expected is None) != (got is None) or expected and not (
            abs(got.low - expected["low"]) < CENT and abs(got.high - expected["high"]) < CENT
            and (got.unit, got.period) == (expected["unit"], expected["period"])
        ):
            yield f"estimate {got}, not {expected}"
