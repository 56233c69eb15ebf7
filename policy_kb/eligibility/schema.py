"""The shape of household facts and eligibility rules in the YAML files: what a policy officer writes, checked field by field.

How to write them: ``docs/zh/eligibility-rules.md``. Which id may refer to which: :mod:`policy_kb.eligibility.checks`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
RegionCode = Annotated[str, StringConstraints(pattern=r"^\d{6}(-[a-z]{1,30})?$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
# YAML's true must not become 1, nor 1 true.
Scalar = Annotated[bool, Field(strict=True)] | Annotated[int, Field(strict=True)] | Annotated[str, Field(strict=True)]

FactKind = Literal["bool", "choice", "integer", "money", "list"]
NUMERIC = frozenset({"integer", "money"})


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class OptionSpec(Strict):
    """One value a fact may have: the button's words, and how else residents say it."""

    value: Scalar
    title: Text
    heard: Text | None = Field(None, description="said back in the summary instead of the fact's own words")
    says: list[Text] = Field([], description="in the answer to the question: regular expressions in standard Chinese")
    plainly: list[Text] = Field([], description="said unasked, in whatever sentence: regular expressions")
    could_be: list[Scalar] = Field([], description="said without being exact: one of these other values")


class WithinSpec(Strict):
    """A number known to lie between these ends; an end not written is open."""

    low: float | None = None
    high: float | None = None


class LikelySpec(Strict):
    """How many of a hundred households who ask have such a value. Numbers: between ``low`` and ``high``, both included."""

    share: float = Field(gt=0, le=100)
    value: Scalar | None = None
    low: float | None = None
    high: float | None = None


class FactSpec(Strict):
    """One household fact: how it is asked, understood and said back."""

    id: Identifier
    label: Text
    kind: FactKind
    about: Literal["household", "person", "child"] = "household"
    question: Text | None = Field(None, description="None: never asked, only understood or worked out")
    why: Text | None = Field(None, description="why it is asked, where that is not plain")
    understood: Text | None = Field(None, description="said back in the summary; {value} is filled in")
    unit: Text | None = None
    period: Text | None = None
    low: float | None = None
    high: float | None = None
    options: list[OptionSpec] = []
    effort: float = Field(1.0, gt=0, description="how hard it is to answer beside a plain yes or no")
    likely: list[LikelySpec] = []
    cues: list[Text] = Field([], description="numbers only: words in whose clause an unasked number is this fact's")
    zero: list[Text] = Field([], description="numbers only: words that say nothing at all, asked or unasked")
    yes_means: Scalar | None = Field(None, description="what a bare 有、是 means, where not true")
    no_means: Scalar | list[Scalar] | None = Field(None, description="what a bare 没有、不是 means, where not false")
    together: list[Identifier] = Field([], description="facts often said in the same breath, understood as if asked for too")
    of_others: bool = Field(False, description="the answer speaks of other people; nothing else in it is about the household")
    without: dict[Identifier, dict[Identifier, Scalar | WithinSpec]] = Field(
        {}, description="lists only: what is known where the list does not have a value: disabled → disability_grade 0"
    )

    @model_validator(mode="after")
    def _is_whole(self):
        if self.kind in NUMERIC and (self.low is None or self.unit is None):
            raise ValueError("数字（integer、money）要写 low 和 unit")
        if self.kind in {"choice", "list"} and not self.options:
            raise ValueError("choice 和 list 要写 options")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low 大于 high")
        if self.question and not self.likely:
            raise ValueError("要问的事实要写 likely（大概各占多少）")
        return self


class ParameterSpec(Strict):
    """A dated figure of the place: the newest standard for the region or the nearest above it that recorded one.

    ``by_residence``: urban and rural have their own. ``category``: the audience's category. ``starting_age``: not the
    value but the lowest age from which a value is recorded.
    """

    benefit: Identifier
    aspect: Literal["amount", "eligibility"] = "amount"
    name: Text | None = None
    category: Identifier | None = None
    unit: Text
    period: Text | None = None
    by_residence: bool = False
    unrecorded: bool = Field(False, description="known to be recorded nowhere yet: no slip of the pen")
    starting_age: bool = False


class LimitSpec(Strict):
    """A parameter of the rule, several times over where ``times`` says so: 1.5 × the line."""

    parameter: Identifier
    times: float = Field(1.0, gt=0)


Limit = Annotated[float, Field(strict=True)] | Annotated[int, Field(strict=True)] | LimitSpec
OPERATORS = (
    "is_", "one_of", "below", "at_most", "at_least", "includes", "all_", "any_", "not_", "qualifies", "within", "office",
)


class ConditionSpec(Strict):
    """One condition: exactly one of a dozen operators, over one fact where it needs one.

    - ``is``, ``one_of``: the fact has this value, one of these values. ``includes``: the list has one of these values.
    - ``below``, ``at_most``, ``at_least``: the number beside a limit.
    - ``all``, ``any``, ``not``: of other conditions.
    - ``qualifies``: receives one of these benefits already, or comes out likely to be entitled.
    - ``within``: lives in one of these regions.
    - ``office``: what only the office can judge, in words. Never met and never failed: it keeps a way open.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True, populate_by_name=True)

    id: Identifier | None = None
    text: Text | None = None
    document: Identifier | None = None
    section: Text | None = None
    fact: Identifier | None = None
    is_: Scalar | None = Field(None, alias="is")
    one_of: Annotated[list[Scalar], Field(min_length=1)] | None = None
    below: Limit | None = None
    at_most: Limit | None = None
    at_least: Limit | None = None
    includes: Annotated[list[Scalar], Field(min_length=1)] | None = None
    all_: Annotated[list[ConditionSpec], Field(min_length=1)] | None = Field(None, alias="all")
    any_: Annotated[list[ConditionSpec], Field(min_length=1)] | None = Field(None, alias="any")
    not_: ConditionSpec | None = Field(None, alias="not")
    qualifies: Annotated[list[Identifier], Field(min_length=1)] | None = None
    within: Annotated[list[RegionCode], Field(min_length=1)] | None = None
    office: Text | None = None

    @property
    def operator(self) -> str:
        return next(o for o in OPERATORS if getattr(self, o) is not None)

    @model_validator(mode="after")
    def _one_operator(self):
        given = [o.rstrip("_") for o in OPERATORS if getattr(self, o) is not None]
        if len(given) != 1:
            raise ValueError(f"一个条件只写一个运算，现在写了 {'、'.join(given) or '零个'}")
        needs = given[0] in {"is", "one_of", "below", "at_most", "at_least", "includes"}
        if needs != (self.fact is not None):
            raise ValueError(f"{given[0]} {'要写 fact' if needs else '不写 fact'}")
        return self

    def parts(self) -> list[ConditionSpec]:
        """The conditions directly inside."""
        return [*(self.all_ or ()), *(self.any_ or ()), *([self.not_] if self.not_ else ())]


class AdditionSpec(Strict):
    """Money on top for each person who meets ``when``."""

    parameter: Identifier
    when: ConditionSpec


class StepSpec(Strict):
    """From so many units of the fact on: ``add`` at once, then ``each`` for every further ``every``."""

    start: float
    add: float = 0
    each: float = 0
    every: float = 1


class StepsSpec(Strict):
    """How long or how much by a number of the household, in one region and below."""

    within: RegionCode
    steps: Annotated[list[StepSpec], Field(min_length=1)]
    most: float | None = None
    ceiling_only: bool = Field(False, description="the document says only how much at most")
    document: Identifier
    section: Text


class ShareSpec(Strict):
    """A part of what was paid: ``rate`` (%) for whom ``when`` fits, up to ``ceiling`` a year."""

    when: ConditionSpec
    rate: Identifier
    ceiling: Identifier | None = None


class EstimateSpec(Strict):
    """What it may come to. Exactly one kind.

    - ``top_up``: the parameter minus income per head, times the heads (补差), with ``additions``.
    - ``flat``: the parameter; several: from the lowest to the highest, where what decides was not asked.
    - ``by_age``: the recorded amount for the person's age.
    - ``steps``: by a number of the household (months of contribution).
    - ``shares``: a part of a bill.
    """

    top_up: Identifier | None = None
    flat: list[Identifier] | None = None
    by_age: Identifier | None = None
    steps: list[StepsSpec] | None = None
    shares: list[ShareSpec] | None = None
    fact: Identifier | None = None
    additions: list[AdditionSpec] = []
    unit: Text = "元"
    period: Text | None = None

    @property
    def kind(self) -> str:
        return next(k for k in ("top_up", "flat", "by_age", "steps", "shares") if getattr(self, k) is not None)

    @model_validator(mode="after")
    def _one_kind(self):
        if sum(getattr(self, k) is not None for k in ("top_up", "flat", "by_age", "steps", "shares")) != 1:
            raise ValueError("estimate 只写 top_up、flat、by_age、steps、shares 中的一种")
        if (self.steps or self.shares or self.by_age) and not self.fact:
            raise ValueError("by_age、steps、shares 要写 fact")
        return self


class LinkSpec(Strict):
    """How this benefit stands to another: not both (``excludes``), one of them (``choose``), see it too (``also``)."""

    benefit: Identifier
    kind: Literal["excludes", "choose", "also"]
    text: Text
    document: Identifier
    section: Text


class RuleSpec(Strict):
    """Who may be entitled to one benefit. All ``conditions`` must be met."""

    id: Identifier
    benefit: Identifier
    version: int = Field(1, ge=1, description="counts up when the rule changes")
    about: Literal["household", "person"] = "household"
    document: Identifier
    section: Text | None = Field(None, description="None where the source does not show its articles")
    effective_from: dt.date | None = Field(None, description="the first day it holds, where the document's is not meant")
    effective_to: dt.date | None = None
    within: list[RegionCode] = Field([], description="holds there and below; empty: everywhere")
    outside: list[RegionCode] = Field([], description="says nothing there and below, where wider rules of their own hold")
    parameters: dict[Identifier, ParameterSpec] = {}
    conditions: Annotated[list[ConditionSpec], Field(min_length=1)]
    not_checked: list[Text] = []
    links: list[LinkSpec] = []
    estimate: EstimateSpec | None = None
    neighbours: list[Identifier] = Field([], description="benefits looked at too by who asks for this one")
    next_step: Text

    @model_validator(mode="after")
    def _conditions_have_text(self):
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise ValueError("effective_to 早于 effective_from")
        for c in self.conditions:
            if not c.text or not c.id:
                raise ValueError("每个条件都要写 id 和 text")
        ids = [c.id for c in self.conditions]
        if len(ids) != len(set(ids)):
            raise ValueError("条件的 id 重复")
        return self


def dumped(spec: FactSpec | RuleSpec) -> dict[str, Any]:
    """As JSON, without what was not given; ``model_validate`` gives the same spec back."""
    return spec.model_dump(mode="json", exclude_defaults=True, by_alias=True)
