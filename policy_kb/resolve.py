"""Which provisions answer (benefit, aspect, region, audience, day): layers from the district up to the country.

Pure functions. Implements the resolution rules of the design: a value holds from its start until its end or the next
value; a superseded document never answers as current; what is past its end or more than 18 months past the day it was
stated for is historic; a target or a reported figure is never a standard.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policy_kb.knowledge import COUNTRY, Document, KnowledgeBase, Provision, Region
from policy_kb.per_base import per_base

STALE_AFTER_MONTHS = 18
# Days that what stands on them is kept for: nearly all questions are asked about today.
KEPT_DAYS = 8
WHAT_PEOPLE_ARE = frozenset({"household_status", "child_status", "service"})
LOCAL, INHERITED, NATIONAL, NONE = "local", "inherited", "national", "none"


@dataclass(frozen=True)
class Group:
    """Whom a question is about; what is None or empty was not said. Ages in years, both ends included."""

    residence: str | None = None
    categories: frozenset[str] = frozenset()
    age: tuple[int, int] | None = None


@dataclass(frozen=True)
class Held:
    """A provision as it stands on the day asked about."""

    provision: Provision
    document: Document
    ended: dt.date | None = None
    stale: bool = False

    @property
    def historic(self) -> bool:
        return self.stale or self.ended is not None

    @property
    def in_force(self) -> bool | None:
        """True for law that holds, False for what is historic, None where the source does not show."""
        if self.historic:
            return False
        return True if self.document.is_law and self.provision.nature == "standard" else None


@dataclass(frozen=True)
class Layer:
    """What one region's documents say."""

    region: Region
    held: tuple[Held, ...]


@dataclass(frozen=True)
class Resolution:
    layers: tuple[Layer, ...]
    coverage: str

    @property
    def held(self) -> tuple[Held, ...]:
        return tuple(h for layer in self.layers for h in layer.held)


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day ``months`` later, at the latest the month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def starts(p: Provision, d: Document) -> dt.date | None:
    """The first day it holds; for a figure never the day of publication."""
    own = p.effective_from or p.as_at or d.effective_from
    return own or (d.published if p.value is None else None)


def hold(p: Provision, d: Document, as_of: dt.date) -> Held | None:
    """How ``p`` stands on ``as_of``; None where it did not hold yet or its document has been superseded."""
    start = starts(p, d)
    if start and start > as_of:
        return None
    if d.superseded_by and (d.superseded_on is None or d.superseded_on <= as_of):
        return None
    ends = [e for e in (p.effective_to, d.ended_on()) if e and e < as_of]
    # What the state or a ministry lays down holds until replaced; a local notice's figure is worth what its date is.
    lasting = d.is_law and (d.kind != "notice" or d.region == COUNTRY)
    stated = p.as_at or (start if p.value is not None and not lasting else None)
    open_ended = not p.effective_to and not d.ended_on()
    stale = bool(open_ended and stated and add_months(stated, STALE_AFTER_MONTHS) < as_of)
    return Held(p, d, min(ends, default=None), stale)


def standing(kb: KnowledgeBase, p: Provision, as_of: dt.date) -> Held | None:
    """:func:`hold` of one of the base's provisions, worked out once for each day."""
    days = _days(kb)
    day = days.get(as_of)
    if day is None:
        if len(days) >= KEPT_DAYS:
            days.clear()
        day = days[as_of] = {}
    if p.id not in day:
        day[p.id] = hold(p, kb.documents[p.document], as_of)
    return day[p.id]


@per_base
def _days(kb: KnowledgeBase) -> dict[dt.date, dict[str, Held | None]]:
    return {}


def fits(kb: KnowledgeBase, p: Provision, group: Group) -> bool:
    """Whether the provision can be meant for somebody of the group: nothing known speaks against it."""
    a = p.audience
    if a.residence and group.residence and a.residence != group.residence:
        return False
    if group.age:
        low, high = group.age
        if a.age_from is not None and high < a.age_from or a.age_to is not None and low > a.age_to:
            return False
    if a.category:
        mine = kb.audiences[a.category]
        same = {c for c in group.categories if kb.audiences[c].dimension == mine.dimension}
        if mine.exclusive and same and a.category not in same:
            return False
    return True


def newest(held: Iterable[Held]) -> list[Held]:
    """Of several values for the same thing only the one stated last; statements all stay."""
    latest: dict[tuple, Held] = {}
    for h in held:
        p = h.provision
        key = (p.audience.key, p.name, p.unit, p.nature) if p.value is not None else (p.id,)
        known = latest.get(key)
        if known is None or _age(h) >= _age(known):
            latest[key] = h
    return list(latest.values())


def _age(h: Held) -> dt.date:
    p = h.provision
    return p.as_at or p.effective_from or starts(p, h.document) or dt.date.min


def ranked(kb: KnowledgeBase, held: Iterable[Held], group: Group) -> list[Held]:
    """What is for the group named first, then what is for everybody, then what depends on something not said.

    Who has said what they are (低保户) is not shown what is for people of another kind (孤儿, 烈士子女), unless nothing
    else is there; neighbours of the same kind stay (建档立卡户 may well be 低保户). Goals come last.
    """
    said = {kb.audiences[c].dimension for c in group.categories}

    def rank(h: Held) -> int:
        category = h.provision.audience.category
        if category in group.categories:
            return 0
        if category is None or not group.categories:
            return 1
        dimension = kb.audiences[category].dimension
        return 3 if dimension in WHAT_PEOPLE_ARE and dimension not in said and said & WHAT_PEOPLE_ARE else 2

    held = list(held)
    if any(rank(h) < 3 for h in held):
        held = [h for h in held if rank(h) < 3]
    return sorted(held, key=lambda h: (h.provision.nature == "target", rank(h), h.provision.order))


def resolve(
    kb: KnowledgeBase, benefit: str, aspect: str, region: str | None, group: Group, as_of: dt.date
) -> Resolution:
    """The layers that answer, innermost first, and how local the innermost is.

    For amounts the innermost region with a figure closes the search (a city's figure is not shown beside the
    district's own); statements are shown from every layer.
    """
    layers, figures = [], False
    for place in kb.chain(region):
        found = kb.by_subject.get((benefit, aspect, place.code), ())
        held = [h for p in found if fits(kb, p, group) and (h := standing(kb, p, as_of))]
        held = ranked(kb, newest(held), group)
        standards = [h for h in held if h.provision.nature == "standard" and h.provision.value is not None]
        if aspect == "amount" and standards:
            held = [h for h in held if h.provision.nature == "standard"]
        elif aspect == "amount" and figures:
            # A goal or a count below does not hide a standard above; plain words above would only bury it.
            held = []
        figures |= any(h.provision.value is not None for h in held)
        if held:
            layers.append(Layer(place, tuple(held)))
        if aspect == "amount" and standards and place.code != COUNTRY:
            break
    return Resolution(tuple(layers), coverage_of(region, layers))


def coverage_of(region: str | None, layers: Sequence[Layer]) -> str:
    """How local the innermost layer is."""
    if not layers:
        return NONE
    innermost = layers[0].region
    if innermost.code == COUNTRY:
        return NATIONAL
    return LOCAL if innermost.code == region else INHERITED
