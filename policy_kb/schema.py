"""The shape of the YAML files under ``policy_kb/data``: what a policy officer writes, checked field by field.

One file may hold any of the sections of :class:`DataFile`. Dates are ISO (2018-12-31), money is 元, and every
provision names the document it rests on. Which id may refer to which is checked by :mod:`policy_kb.loader`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from policy_kb.eligibility.schema import FactSpec, RuleSpec

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
RegionCode = Annotated[str, StringConstraints(pattern=r"^\d{6}(-[a-z]{1,30})?$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]

Aspect = Literal[
    "amount", "eligibility", "materials", "procedure", "where", "time_limit", "fee", "basis", "overview", "contact"
]
Nature = Literal["standard", "reported", "target"]
Comparator = Literal["exact", "at_least", "at_most", "about"]
Period = Literal["月", "年", "日", "次", "学期", "学年"]
DocumentKind = Literal["law", "regulation", "rule", "notice", "plan", "report", "article"]
Field_ = Literal[
    "幼有所育", "学有所教", "劳有所得", "病有所医", "老有所养", "住有所居", "弱有所扶", "优军服务", "文化体育惠民"
]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class RegionSpec(Strict):
    """A local zone, or further names of a division that the divisions package already knows."""

    code: RegionCode
    name: Text | None = None
    parent: RegionCode | None = None
    aliases: list[Text] = []


class DocumentSpec(Strict):
    id: Identifier
    title: Text
    issuer: Text
    number: Text | None = None
    region: RegionCode
    kind: DocumentKind
    published: dt.date | None = None
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    superseded_by: Identifier | None = None
    superseded_on: dt.date | None = None
    url: Text | None = None
    source: Text | None = Field(None, description="file below HUIMIN_SOURCES this document was read from")
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = Field(
        None, description="of that file, as the evidence was taken from it"
    )

    @model_validator(mode="after")
    def _ends_after_it_begins(self):
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise ValueError("effective_to 早于 effective_from")
        return self


class BenefitSpec(Strict):
    id: Identifier
    name: Text
    short: Text | None = Field(None, description="the name people use, for headlines")
    aliases: list[Text] = []
    field: Field_
    department: Text = Field(description="who leads it where no local table says otherwise: 民政部门")
    terms: list[Text] = Field([], description="what documents call it where residents mean something else by the word")
    status: Identifier | None = Field(
        None, description="audience category meant when this benefit is named beside another: 低保 → low_income"
    )


class TopicSpec(Strict):
    """A word residents use for what several benefits cover together: 幼儿园 → waiver and aid."""

    id: Identifier
    name: Text
    aliases: list[Text] = []
    benefits: Annotated[list[Identifier], Field(min_length=1)]
    aspect: Aspect | None = None
    generic: bool = Field(False, description="gives way to anything more exact: 学费 beside 幼儿园")


class AudienceSpec(Strict):
    """A group whose members are treated alike. ``dimension`` says what it is a value of."""

    id: Identifier
    dimension: Identifier
    label: Text
    aliases: list[Text] = []
    exclusive: bool = Field(True, description="two groups of an exclusive dimension never hold for one person")
    benefit: Identifier | None = Field(None, description="benefit meant when only this group is named")
    hint: bool = Field(False, description="only tells which benefit is meant, restricts nothing: 老人")
    age_from: int | None = Field(None, ge=0, le=130, description="an age from which on this group is meant")


class AspectSpec(Strict):
    id: Aspect
    title: Text = Field(description="quick reply: 申请条件")
    question: Text = Field(description="what that quick reply says for the resident")
    cues: list[Text] = []
    fallback: list[Aspect] = []


class AudienceOf(Strict):
    """Whom one provision is for; what is absent is not restricted."""

    residence: Literal["urban", "rural"] | None = None
    age_from: int | None = Field(None, ge=0, le=130)
    age_to: int | None = Field(None, ge=0, le=130)
    category: Identifier | None = None
    label: Text | None = None


class EvidenceSpec(Strict):
    """Where in the document's source file the statement stands.

    A policy officer may write the ``line`` (counted from 1); ``python -m policy_kb evidence --fill`` makes of it the
    ``clause`` (its path, as one cites it) and the ``span``: [start, end) in characters of the file's extracted text,
    for a figure the number with its unit and nothing else.
    """

    line: int | None = Field(None, ge=1)
    clause: Text | None = None
    span: tuple[int, int] | None = None

    @model_validator(mode="after")
    def _line_or_clause(self):
        if (self.clause is None) != (self.span is None) or (self.line is None) == (self.span is None):
            raise ValueError("evidence 写 line，或者写 clause 和 span")
        if self.span and not 0 <= self.span[0] < self.span[1]:
            raise ValueError("evidence 的 span 起止不对")
        return self


class ProvisionSpec(Strict):
    id: Identifier
    benefit: Identifier
    aspect: Aspect
    region: RegionCode | None = None
    audience: AudienceOf = AudienceOf()
    name: Text | None = Field(None, description="what the value is, where the benefit's name does not say: 护理补贴")
    value: float | None = None
    unit: Text | None = None
    period: Period | None = None
    per: Literal["person", "household", "child", "case"] | None = None
    nature: Nature = "standard"
    comparator: Comparator = "exact"
    indexed: bool = False
    as_at: dt.date | None = None
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    document: Identifier | None = None
    section: Text | None = None
    statement: Text
    order: int = Field(0, description="lower comes first among provisions of one layer")
    evidence: EvidenceSpec | None = None

    @model_validator(mode="after")
    def _value_is_complete(self):
        if self.value is not None and not self.unit:
            raise ValueError("有 value 就要写 unit（例如 元、%）")
        if self.value is None and (self.period or self.comparator != "exact" or self.indexed):
            raise ValueError("period、comparator、indexed 只用于有 value 的条目")
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise ValueError("effective_to 早于 effective_from")
        return self


class Defaults(Strict):
    """What every provision of the file has unless it says otherwise."""

    region: RegionCode | None = None
    document: Identifier | None = None
    as_at: dt.date | None = None


class LeadSpec(Strict):
    """Which department leads a benefit in one region."""

    region: RegionCode
    benefits: Annotated[list[Identifier], Field(min_length=1)]
    department: Text
    document: Identifier | None = None
    section: Text | None = None


class OfficeSpec(Strict):
    id: Identifier
    name: Text
    region: RegionCode
    kind: Literal["hotline", "office"]
    aliases: list[Text] = []
    benefits: list[Identifier] = []
    purpose: Text
    address: Text | None = None
    phone: Text | None = None
    hours: Text | None = None
    document: Identifier | None = None


class NeedSpec(Strict):
    """What people look for in an institution, and how they call it: 失能, 特困, 医养结合."""

    id: Identifier
    label: Text
    aliases: list[Text] = []


InstitutionKind = Literal["care_home", "children_home", "relief_station", "rehabilitation_centre", "service_centre"]


class InstitutionKindSpec(Strict):
    """What people call such places, and the benefit they are a part of."""

    id: InstitutionKind
    label: Text
    aliases: list[Text] = []
    benefit: Identifier


class InstitutionSpec(Strict):
    """A place that takes people in: a care home, a children's home, a relief station."""

    id: Identifier
    name: Text
    kind: InstitutionKind
    region: RegionCode
    aliases: list[Text] = []
    public: bool = Field(True, description="run or owned by the government (公办, 公建民营)")
    beds: int | None = Field(None, ge=1, description="beds altogether, as the document states them")
    beds_at_least: bool = Field(False, description="the document says 多张, 余张")
    needs: list[Identifier] = Field([], description="whom it takes and what it offers: ids of needs")
    admits: Text | None = Field(None, description="whom it takes, in plain words")
    note: Text | None = Field(None, description="what else is known of use to somebody choosing a place")
    benefits: list[Identifier] = []
    address: Text | None = None
    phone: Text | None = None
    document: Identifier
    section: Text | None = None
    as_at: dt.date | None = None
    evidence: EvidenceSpec | None = None


class EmergencySpec(Strict):
    """A danger to life: how people say it, what else the words may mean, and the first line they must get."""

    id: Identifier
    first_line: Text
    advice: Text
    patterns: Annotated[list[Text], Field(min_length=1)]
    harmless: list[Text] = []


class OutOfScopeSpec(Strict):
    """Other departments' business: what we say and whom to ask instead of the nearest benefit."""

    id: Identifier
    aliases: Annotated[list[Text], Field(min_length=1)]
    reply: Text


class DataFile(Strict):
    """Everything one YAML file may hold."""

    defaults: Defaults = Defaults()
    regions: list[RegionSpec] = []
    everyday_words: list[Text] = Field([], description="short place names that are everyday words: matched in full only")
    documents: list[DocumentSpec] = []
    benefits: list[BenefitSpec] = []
    topics: list[TopicSpec] = []
    audiences: list[AudienceSpec] = []
    aspects: list[AspectSpec] = []
    aliases: dict[Identifier, list[Text]] = Field({}, description="further names of benefits defined elsewhere")
    provisions: list[ProvisionSpec] = []
    leads: list[LeadSpec] = []
    offices: list[OfficeSpec] = []
    needs: list[NeedSpec] = []
    institution_kinds: list[InstitutionKindSpec] = []
    institutions: list[InstitutionSpec] = []
    seeking_words: list[Text] = Field([], description="words that ask for a place to go: 有哪些, 能住")
    emergencies: list[EmergencySpec] = []
    out_of_scope: list[OutOfScopeSpec] = []
    household_facts: list[FactSpec] = []
    rules: list[RuleSpec] = []
    answer_words: dict[Identifier, list[Text]] = Field({}, description="how residents answer without a value: unknown, yes, no")
    wording: dict[Identifier, Text] = {}
