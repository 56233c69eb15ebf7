"""Households that never lived: what people who ask about 低保 in poor districts may be like. Seeded, the same every time.

Persons are drawn first (age, then health, then work and income), a household is put together of them, and what belongs to
the household (income, savings, what it receives) follows. So what belongs together goes together: large households have more
income but less a head, the old are ill more often and work less, the poor are the ones who receive something. Every number
below is our estimate of who asks, made before anything was measured with it, not a statistic, and none serves to give rules
advice. Where a fact has no meaning for somebody, what no rule takes for a yes is written, as every fact must be known:
``child_age`` 30 where no child lives, a kind of disability or of kindergarten where there is none.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ADULT, OLD = 18, 60
NO_CHILD = 30

# Region: share of those who ask, share of them in the country. The pilot district asks most; the city has most townspeople.
REGIONS = {"500110-wansheng": (35, 0.45), "500110": (25, 0.60), "445303": (25, 0.70), "510100": (15, 0.30)}
# Ages of whom it is asked about: many old people, as they are who is poor without work; few children, asked about by parents.
AGES = {(0, 15): 6, (16, 17): 2, (18, 44): 22, (45, 59): 28, (60, 79): 28, (80, 89): 11, (90, 100): 3}
# How many live together: the old alone or as two, children never alone, others as families.
SIZES = {
    "old": {1: 38, 2: 38, 3: 9, 4: 6, 5: 6, 6: 3},
    "child": {2: 17, 3: 33, 4: 27, 5: 15, 6: 8},
    "adult": {1: 16, 2: 20, 3: 30, 4: 20, 5: 10, 6: 4},
}
# Those who live with somebody: children and grandparents beside adults of working age.
OTHERS = {(0, 5): 10, (6, 17): 24, (18, 59): 44, (60, 85): 22}
# Serious illness and disability grow with age; whoever asks does so because of them more often.
ILL = {0: 0.02, 18: 0.05, 45: 0.11, 60: 0.18, 75: 0.25}
DISABLED = {0: 0.03, 18: 0.07, 45: 0.09, 60: 0.12, 75: 0.15}
ASKER_TIMES = 1.5
# Certificates: the grades are nearly even, what limbs suffer is the most common kind.
GRADES = {1: 20, 2: 28, 3: 26, 4: 26}
KINDS = {"physical": 52, "visual": 11, "hearing": 12, "speech": 3, "intellectual": 9, "mental": 9, "multiple": 4}
# Work of adults below 60: about half of the households who ask have nobody with a steady wage. Later: the fields.
WORKS, WORKS_ILL, WORKS_SEVERE, WORKS_OLD = 0.58, 0.22, 0.10, 0.25
# A month's wage: odd jobs and farming in the country, low wages in town; the spread is that of low wages (log-normal).
WAGE, WAGE_SPREAD = {"rural": 1700, "urban": 2500}, 0.5
# Pensions of former employees: common in town, rare in the country.
PENSIONED, PENSION = {"rural": 0.07, "urban": 0.42}, (1500, 3200)
# Everyone else has the residents' basic pension from 60 on: income of the household, but not one's own where that is asked.
BASIC_PENSION = (130, 230)
# What the others have a month: nothing, or what children and neighbours give.
NOTHING, GIVEN = 0.55, (50, 500)
# Other income of a household (rent of land, remittances): in a third of them.
BESIDES, BESIDES_AMOUNT = 0.33, (50, 800)
# Savings, cars, second houses: the poorer, the fewer (income a head up to …: share within the limits).
WITHIN_LIMITS = {500: 0.92, 1000: 0.84, 2000: 0.70, 10**9: 0.50}
# Registered residence elsewhere: those who moved after work, to the city above all.
HUKOU_LOCAL = {"500110-wansheng": 0.92, "500110": 0.92, "445303": 0.90, "510100": 0.72}
# The relief of a poor village reached a fifth of the country's households who ask, hardly any in town.
REGISTERED_POOR = {"rural": 0.20, "urban": 0.03}
# Houses: old earthen ones stand in the country.
HOUSES = {"rural": {"A": 45, "B": 30, "C": 17, "D": 8}, "urban": {"A": 72, "B": 20, "C": 6, "D": 2}}
# Parents of the children asked about: nearly all can keep them.
PARENTS = {"able": 92, "unable": 6, "orphaned": 2}
# Unemployment insurance: paid by who had an employer, in town more often; mostly a few years.
INSURED, INSURED_MONTHS = {"rural": 0.22, "urban": 0.55}, (2, 200)


@dataclass(frozen=True)
class Asked:
    """A household as its facts would come in JSON, and where it lives."""

    region: str
    facts: dict[str, Any]
    members: tuple[dict[str, Any], ...]

    @property
    def with_members(self) -> dict[str, Any]:
        return self.facts | {"members": list(self.members)}


def population(count: int, seed: int = 20) -> list[Asked]:
    dice = random.Random(seed)
    return [_household(dice) for _ in range(count)]


def _household(dice: random.Random) -> Asked:
    region = _one(dice, {name: share for name, (share, _) in REGIONS.items()})
    residence = "rural" if dice.random() < REGIONS[region][1] else "urban"
    age = dice.randint(*_one(dice, AGES))
    size = _one(dice, SIZES["child" if age < ADULT else "old" if age >= OLD else "adult"])
    ages = [age, *(dice.randint(*_one(dice, OTHERS)) for _ in range(size - 1))]
    if max(ages) < ADULT:
        ages[-1] = dice.randint(25, 70)  # children do not keep house
    parents = _one(dice, PARENTS)
    persons = [_person(dice, a, residence, size, parents, asks=n == 0) for n, a in enumerate(ages)]
    income = sum(p["own_income"] for p in persons)
    income += sum(dice.randint(*BASIC_PENSION) for p in persons if p["applicant_age"] >= OLD and p["own_income"] < PENSION[0])
    if size > 1 and dice.random() < BESIDES:
        income += dice.randint(*BESIDES_AMOUNT)
    income = _said(income)
    # The child asked about: the person, else the youngest child.
    minors = [p for p in persons if p["applicant_age"] < ADULT]
    child = persons[0] if age < ADULT else min(minors, key=lambda p: p["applicant_age"], default=None)
    of_child = {k: child[k] for k in CHILD} if child else _no_child(dice)
    ill = sum(p["serious_illness"] for p in persons)
    medical = _said(dice.lognormvariate(9.6, 0.9) if ill else dice.lognormvariate(6.8, 1.0))
    facts = {
        **persons[0], **of_child, "residence": residence, "hukou_local": dice.random() < HUKOU_LOCAL[region],
        "household_size": size, "household_income": income,
        "assets_within_limit": dice.random() < _upto(WITHIN_LIMITS, income / size),
        "registered_poor": dice.random() < REGISTERED_POOR[residence],
        "medical_expense": medical, "necessary_expense": _said(medical + size * dice.randint(6000, 14000)),
        "sudden_hardship": dice.random() < (0.2 if ill else 0.08), "housing_grade": _one(dice, HOUSES[residence]),
    }
    facts["receiving"] = _receiving(dice, facts, bool(child))
    facts["situations"] = _situations(facts, persons)
    return Asked(region, facts, tuple(persons[1:]))


CHILD = ("child_age", "child_disabled", "child_stage", "kindergarten_kind", "parents")


def _person(dice: random.Random, age: int, residence: str, size: int, parents: str, asks: bool) -> dict[str, Any]:
    times = ASKER_TIMES if asks else 1
    ill = dice.random() < times * _from(ILL, age)
    grade = _one(dice, GRADES) if dice.random() < times * _from(DISABLED, age) else 0
    severe = grade in {1, 2}
    # Weak from birth, illness or age.
    bedridden = dice.random() < (0.12 if severe or ill else 0.10 if age >= 80 else 0.003)
    care = {"full": 30, "partial": 45, "none": 25} if severe else {"full": 65, "partial": 28, "none": 7} if age >= 80 or ill \
        else {"full": 96, "partial": 3, "none": 1}
    works = dice.random() < (
        0 if age < ADULT or age >= 75 or bedridden else WORKS_SEVERE if severe else WORKS_OLD if age >= OLD
        else WORKS_ILL if ill else WORKS
    )
    insured = 20 <= age < OLD + 5 and dice.random() < INSURED[residence]
    return {
        "applicant_age": age, "serious_illness": ill, "disability_grade": grade, "disability_kind": _one(dice, KINDS),
        "bedridden": bedridden, "self_care": "none" if bedridden else _one(dice, care), "working": works,
        "own_income": _income(dice, age, works, residence), "supporters": _supporters(dice, age, size, parents),
        "contribution_months": dice.randint(*INSURED_MONTHS) if insured else 0,
        # Of those who once had an employer, more lost the work than left it.
        "left_job_involuntarily": dice.random() < (0.6 if insured else 0.3),
        "registered_unemployed": dice.random() < (0.45 if insured and not works else 0.03),
        **_schooling(dice, age, grade, parents),
    }


def _income(dice: random.Random, age: int, works: bool, residence: str) -> int:
    if age < ADULT:
        return 0
    if works:
        return _said(dice.lognormvariate(0, WAGE_SPREAD) * WAGE[residence] * (0.5 if age >= OLD else 1))
    if age >= OLD and dice.random() < PENSIONED[residence]:
        return _said(dice.randint(*PENSION))
    return 0 if dice.random() < NOTHING else _said(dice.randint(*GIVEN))


def _supporters(dice: random.Random, age: int, size: int, parents: str) -> str:
    """Children are kept by their parents; the old who live alone often have nobody, families have each other."""
    if age < ADULT:
        return {"orphaned": "none"}.get(parents, parents)
    alone = {"none": 28, "unable": 14, "able": 58} if age >= OLD else {"none": 35, "unable": 15, "able": 50}
    return _one(dice, alone if size == 1 else {"none": 5, "unable": 15, "able": 80})


def _schooling(dice: random.Random, age: int, grade: int, parents: str) -> dict[str, Any]:
    """Schools by age, as the law has it; after fifteen a part of the poor leaves."""
    if age >= 23:
        return _no_child(dice)
    stage = (
        "none" if age < 3 else _one(dice, {"kindergarten_earlier": 80, "none": 20}) if age < 5
        else _one(dice, {"kindergarten_last_year": 92, "none": 8}) if age < 6 else "compulsory" if age < 15
        else _one(dice, {"senior_high": 45, "vocational": 40, "none": 15}) if age < ADULT
        else _one(dice, {"university": 40, "vocational": 5, "none": 55})
    )
    return {"child_age": age, "child_disabled": grade > 0, "child_stage": stage, "kindergarten_kind": _kindergarten(dice),
            "parents": parents if age < ADULT else "able"}


def _no_child(dice: random.Random) -> dict[str, Any]:
    return {"child_age": NO_CHILD, "child_disabled": False, "child_stage": "none", "kindergarten_kind": _kindergarten(dice),
            "parents": "able"}


def _kindergarten(dice: random.Random) -> str:
    """Public ones are the rule in districts like these, private ones with a licence the rest."""
    return _one(dice, {"public": 60, "private_approved": 37, "private_other": 3})


def _receiving(dice: random.Random, facts: Mapping[str, Any], has_child: bool) -> list[str]:
    """Who is poor enough and has nothing receives something already, but not everyone who could."""
    a_head = facts["household_income"] / facts["household_size"]
    own = facts["hukou_local"] and facts["assets_within_limit"]
    found = []
    if own and facts["applicant_age"] >= OLD and facts["supporters"] == "none" and a_head < 800 and dice.random() < 0.45:
        found.append("extreme_poverty_support")
    elif own and a_head < 500 and dice.random() < 0.35:
        found.append("minimum_living_allowance")
    elif own and a_head < 1000 and dice.random() < 0.15:
        found.append("low_income_margin")
    kept = {"orphaned": "orphan_allowance", "unable": "unsupported_child_allowance"}.get(facts["parents"])
    if has_child and kept and dice.random() < 0.4:
        found.append(kept)
    return found


def _situations(facts: Mapping[str, Any], persons: list[dict[str, Any]]) -> list[str]:
    """What follows from the rest."""
    found = {
        "elderly": any(p["applicant_age"] >= OLD for p in persons),
        "disabled": any(p["disability_grade"] for p in persons),
        "ill": any(p["serious_illness"] or p["bedridden"] for p in persons),
        "student": any(p["child_stage"] != "none" for p in persons),
        "child_without_parents": facts["parents"] != "able",
        "jobless": any(p["registered_unemployed"] for p in persons),
        "hardship": facts["sudden_hardship"], "unsafe_house": facts["housing_grade"] != "A",
    }
    return [name for name, here in found.items() if here] or ["none"]


def _one(dice: random.Random, shares: Mapping[Any, float]) -> Any:
    return dice.choices(list(shares), list(shares.values()))[0]


def _from(steps: Mapping[int, float], age: int) -> float:
    """The share that holds from an age on."""
    return next(share for start, share in reversed(steps.items()) if age >= start)


def _upto(steps: Mapping[int, float], amount: float) -> float:
    """The share that holds up to an amount."""
    return next(share for end, share in steps.items() if amount <= end)


def _said(amount: float) -> int:
    """An amount as people say it: tens below a thousand, hundreds above."""
    return round(amount / 10) * 10 if amount < 1000 else round(amount / 100) * 100
