"""Households for property tests: any facts the base knows, some of them unknown, and every way the unknown could turn out."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from policy_kb.eligibility.facts import ADULT, RECEIVING
from policy_kb.eligibility.schema import FactSpec
from policy_kb.knowledge import KnowledgeBase

# Numbers at which some rule decides, and their neighbours: found far more often than by chance.
_EDGES = {
    "household_income": (0, 229, 230, 231, 449, 450, 495, 496, 497, 619, 620, 640, 743, 744, 745, 930, 1000, 1487, 1488, 2480, 30000),
    "own_income": (0, 449, 450, 496, 497, 620, 640, 5000),
    "applicant_age": (0, 5, 6, 7, 15, 16, 17, 18, 22, 23, 59, 60, 69, 70, 79, 80, 89, 90, 100),
    "child_age": (0, 2, 3, 5, 6, 7, 17, 18), "contribution_months": (0, 11, 12, 48, 54, 60, 84, 96, 120, 300),
    "household_size": (1, 2, 3, 4, 5, 8, 30), "medical_expense": (0, 1000, 200000), "necessary_expense": (0, 12000, 100000),
}
REGIONS = ("500110-wansheng", "445303", "500110", "510100", "440300", "000000")
# Helps to ask less, implies others, and is never a condition itself.
WITHOUT = {"situations"}


def value(kb: KnowledgeBase, spec: FactSpec) -> st.SearchStrategy[Any]:
    """One exact value of the fact, as JSON has it."""
    if spec.id in _EDGES:
        return st.sampled_from(_EDGES[spec.id])
    if spec.kind == "bool":
        return st.booleans()
    if spec.kind == "choice":
        return st.sampled_from([o.value for o in spec.options if not o.could_be])
    names = list(kb.rules_of) if spec.id == RECEIVING else [o.value for o in spec.options]
    return st.lists(st.sampled_from(names), max_size=3, unique=True)


@st.composite
def known(draw, kb: KnowledgeBase) -> dict[str, Any]:
    """Every fact known, and none against what follows from another."""
    facts = {s.id: draw(value(kb, s)) for s in kb.household_facts.values() if s.id not in WITHOUT}
    facts["own_income"] = min(facts["own_income"], facts["household_income"])
    if facts["household_size"] == 1:
        facts["own_income"] = facts["household_income"]
    if facts["registered_unemployed"]:
        facts["working"] = False
    if facts["applicant_age"] < ADULT:
        facts |= {"child_age": facts["applicant_age"], "child_disabled": facts["disability_grade"] >= 1}
    return facts


@st.composite
def partly_known(draw, kb: KnowledgeBase) -> tuple[dict[str, Any], dict[str, Any]]:
    """Facts of which some are unknown or vague, and one way they could turn out."""
    full = draw(known(kb))
    partial = {}
    for name, exact in full.items():
        how = draw(st.sampled_from(("known", "known", "unknown", "vague")))
        if how == "unknown":
            continue
        if how == "vague" and name in _EDGES:
            below, above = draw(st.sampled_from((0, 1, 50))), draw(st.sampled_from((0, 1, 50)))
            spec = kb.household_facts[name]
            high = exact + above if spec.high is None else min(exact + above, spec.high)
            partial[name] = {"low": max(spec.low, exact - below), "high": high}
        else:
            partial[name] = exact
    return partial, full
