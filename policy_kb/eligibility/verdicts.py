"""What comes out of the eligibility check.

Not frozen: thousands are made a second, and a frozen one takes three times as long to make. Nobody changes them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from policy_kb.answers import Citation

LIKELY, UNLIKELY, UNDETERMINED = "likely", "unlikely", "undetermined"
MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"
RESULTS = {True: MET, False: NOT_MET, None: UNKNOWN}
VERDICTS = {True: LIKELY, False: UNLIKELY, None: UNDETERMINED}


@dataclass(slots=True)
class Quantity:
    """A number as a range in ``unit`` per ``period`` (元/月), ``per`` person. ``high`` None: open."""

    low: float
    high: float | None
    unit: str
    period: str | None = None
    per: str | None = None


@dataclass(slots=True)
class Limit(Quantity):
    """A limit: how it is compared, the day its figure was stated for, and which place recorded it. ``old``: it may be higher by
    now, hence a range.
    """

    comparison: str = "below"
    as_at: dt.date | None = None
    old: bool = False
    region: str | None = None


@dataclass(slots=True)
class Condition:
    """One condition as it came out: the household's own figure beside the limit, and the article it comes from.

    ``parts``: the alternatives of a condition that has several ways of being met. ``fact``: what it was judged by, where
    that is one number.
    """

    id: str | None
    text: str
    result: str
    yours: Quantity | None
    limit: Limit | None
    citation: Citation
    fact: str | None = None
    parts: tuple[Condition, ...] = ()
    sources: tuple[Citation, ...] = ()


@dataclass(slots=True)
class Near:
    """A figure of the household's within 10 % of a limit, on either side."""

    condition: str
    yours: Quantity
    limit: Limit


@dataclass(frozen=True)
class Change:
    """One fact that, were it ``to``, would turn an unlikely verdict into ``verdict``. ``to``: a value, or a number's bound."""

    fact: str
    to: object
    verdict: str


@dataclass(frozen=True)
class Link:
    """How the benefit stands to another one. ``applies``: the other is received or likely too; None: not
    known, or without matter for this verdict.
    """

    benefit: str
    kind: str
    text: str
    applies: bool | None
    citation: Citation


@dataclass(slots=True)
class Verdict:
    """A preliminary verdict on one benefit. ``person``: whose conditions these are; None: the person asked about."""

    benefit: str
    region: str
    verdict: str
    conditions: tuple[Condition, ...]
    missing: tuple[str, ...]
    not_checked: tuple[str, ...]
    near_threshold: tuple[Near, ...]
    would_change: tuple[Change, ...]
    estimate: Quantity | None
    links: tuple[Link, ...]
    next_step: str
    rule: str
    rule_version: int
    in_force: bool = True
    person: int | None = None
