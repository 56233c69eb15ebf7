"""What Huimin knows, as immutable objects in memory: one :class:`KnowledgeBase` is one ``kb_version``."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policy_kb.eligibility.schema import FactSpec, RuleSpec

COUNTRY = "000000"


@dataclass(frozen=True)
class Region:
    """A division (GB/T 2260 code) or a local zone (``500110-wansheng``)."""

    code: str
    name: str
    parent: str | None
    level: str  # country | province | city | county | zone
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    id: str
    title: str
    issuer: str
    region: str
    kind: str
    number: str | None = None
    published: dt.date | None = None
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    superseded_by: str | None = None
    superseded_on: dt.date | None = None
    url: str | None = None
    source: str | None = None
    sha256: str | None = None

    @property
    def is_law(self) -> bool:
        """Laws, regulations and ministry rules hold until replaced; they do not go stale."""
        return self.kind in {"law", "regulation", "rule", "notice"}

    def ended_on(self) -> dt.date | None:
        """The last day it held, where that is known."""
        ends = [self.effective_to]
        if self.superseded_on:
            ends.append(self.superseded_on - dt.timedelta(days=1))
        return min((d for d in ends if d), default=None)


@dataclass(frozen=True)
class Benefit:
    id: str
    name: str
    field: str
    department: str
    short: str | None = None
    aliases: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    status: str | None = None

    @property
    def title(self) -> str:
        """The name people use."""
        return self.short or self.name


@dataclass(frozen=True)
class Topic:
    id: str
    name: str
    aliases: tuple[str, ...]
    benefits: tuple[str, ...]
    aspect: str | None = None
    generic: bool = False


@dataclass(frozen=True)
class AudienceGroup:
    id: str
    dimension: str
    label: str
    aliases: tuple[str, ...] = ()
    exclusive: bool = True
    benefit: str | None = None
    hint: bool = False
    age_from: int | None = None


@dataclass(frozen=True)
class AspectName:
    id: str
    title: str
    question: str
    cues: tuple[str, ...] = ()
    fallback: tuple[str, ...] = ()


@dataclass(frozen=True)
class Audience:
    """Whom a provision is for; None is not restricted. Ages in years."""

    residence: str | None = None
    age_from: int | None = None
    age_to: int | None = None
    category: str | None = None
    label: str | None = None

    @property
    def key(self) -> tuple:
        return (self.residence, self.age_from, self.age_to, self.category, self.label)


@dataclass(frozen=True)
class Evidence:
    """Where a statement stands in its document's source file: clause path and [start, end) of the extracted text."""

    clause: str
    start: int
    end: int


@dataclass(frozen=True)
class Provision:
    """What one document says on one aspect of one benefit for one region and audience."""

    id: str
    benefit: str
    aspect: str
    region: str
    document: str
    statement: str
    audience: Audience = Audience()
    name: str | None = None
    value: float | None = None
    unit: str | None = None
    period: str | None = None
    per: str | None = None
    nature: str = "standard"
    comparator: str = "exact"
    indexed: bool = False
    as_at: dt.date | None = None
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    section: str | None = None
    order: int = 0
    evidence: Evidence | None = None


@dataclass(frozen=True)
class Office:
    id: str
    name: str
    region: str
    kind: str
    purpose: str
    aliases: tuple[str, ...] = ()
    benefits: tuple[str, ...] = ()
    address: str | None = None
    phone: str | None = None
    hours: str | None = None
    document: str | None = None


@dataclass(frozen=True)
class Need:
    """What people look for in an institution: 失能, 特困, 医养结合."""

    id: str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class InstitutionKind:
    id: str
    label: str
    benefit: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Institution:
    """A place that takes people in. ``needs`` are ids of whom it takes and what it offers."""

    id: str
    name: str
    kind: str  # care_home | children_home | relief_station | rehabilitation_centre | service_centre
    region: str
    document: str
    aliases: tuple[str, ...] = ()
    public: bool = True
    beds: int | None = None
    beds_at_least: bool = False
    needs: tuple[str, ...] = ()
    admits: str | None = None
    note: str | None = None
    benefits: tuple[str, ...] = ()
    address: str | None = None
    phone: str | None = None
    section: str | None = None
    as_at: dt.date | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True)
class Lead:
    region: str
    benefit: str
    department: str
    document: str | None = None
    section: str | None = None


@dataclass(frozen=True)
class Emergency:
    id: str
    first_line: str
    advice: str
    patterns: tuple[str, ...]
    harmless: tuple[str, ...] = ()


@dataclass(frozen=True)
class OutOfScope:
    id: str
    aliases: tuple[str, ...]
    reply: str


@dataclass(frozen=True)
class KnowledgeBase:
    """One version of everything we know. Nothing in it changes after it is built."""

    version: int
    regions: dict[str, Region]
    documents: dict[str, Document]
    benefits: dict[str, Benefit]
    topics: dict[str, Topic]
    audiences: dict[str, AudienceGroup]
    aspects: dict[str, AspectName]
    provisions: tuple[Provision, ...]
    offices: dict[str, Office] = field(default_factory=dict)
    needs: dict[str, Need] = field(default_factory=dict)
    institution_kinds: dict[str, InstitutionKind] = field(default_factory=dict)
    institutions: dict[str, Institution] = field(default_factory=dict)
    leads: tuple[Lead, ...] = ()
    emergencies: tuple[Emergency, ...] = ()
    out_of_scope: tuple[OutOfScope, ...] = ()
    everyday_words: frozenset[str] = frozenset()
    seeking_words: frozenset[str] = frozenset()
    wording: dict[str, str] = field(default_factory=dict)
    household_facts: dict[str, FactSpec] = field(default_factory=dict)
    rules: tuple[RuleSpec, ...] = ()
    answer_words: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def by_subject(self) -> dict[tuple[str, str, str], tuple[Provision, ...]]:
        """(benefit, aspect, region) → its provisions."""
        found: dict[tuple[str, str, str], list[Provision]] = defaultdict(list)
        for p in self.provisions:
            found[p.benefit, p.aspect, p.region].append(p)
        return {k: tuple(v) for k, v in found.items()}

    @cached_property
    def provision_of(self) -> dict[str, Provision]:
        return {p.id: p for p in self.provisions}

    @cached_property
    def by_benefit(self) -> dict[str, tuple[Provision, ...]]:
        found: dict[str, list[Provision]] = defaultdict(list)
        for p in self.provisions:
            found[p.benefit].append(p)
        return {k: tuple(v) for k, v in found.items()}

    @cached_property
    def rules_of(self) -> dict[str, tuple[RuleSpec, ...]]:
        """Benefit → its rules, in the order they were written: for several places or times."""
        found: dict[str, list[RuleSpec]] = defaultdict(list)
        for rule in self.rules:
            found[rule.benefit].append(rule)
        return {k: tuple(v) for k, v in found.items()}

    @cached_property
    def regions_with_data(self) -> frozenset[str]:
        """Codes of the places below the country that we hold something on."""
        return frozenset(p.region for p in self.provisions if p.region != COUNTRY)

    @cached_property
    def lead_of(self) -> dict[tuple[str, str], Lead]:
        return {(lead.region, lead.benefit): lead for lead in self.leads}

    def chain(self, code: str | None) -> list[Region]:
        """The region and everything above it up to the country: 区县 → 市 → 省 → 国家."""
        found = []
        region = self.regions.get(code or COUNTRY)
        while region is not None:
            found.append(region)
            region = self.regions.get(region.parent) if region.parent else None
        return found

    def full_name(self, code: str) -> str:
        """广东省云浮市云安区."""
        return "".join(r.name for r in reversed(self.chain(code)) if r.code != COUNTRY)

    def department(self, benefit: str, region: str | None) -> str:
        """Who leads this benefit there: the region's own table first, then the usual department."""
        for place in self.chain(region):
            lead = self.lead_of.get((place.code, benefit))
            if lead:
                return lead.department
        return self.benefits[benefit].department
