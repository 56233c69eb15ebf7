"""Every shipped figure stands in the line of the source document that its evidence names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from policy_kb.schema import DocumentSpec, ProvisionSpec

# How documents write the units of our data; the count of a table cell stands alone in its line.
UNITS = {
    "元": "元", "%": "%", "个工作日": "个工作日", "天": "[天日]", "个月": "个月", "周岁": "周?岁", "小时": "小时",
    "倍": "倍", "年": "年", "次": "次", "分钟": "分钟", "项": "项",
}
DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
UNIT_OF_TEN = {"十": 10, "百": 100, "千": 1000}
CHINESE = "[〇零一二两三四五六七八九十百千]+"
ARABIC = r"\d+(?:,\d{3})*(?:\.\d+)?"


def chinese_number(text: str) -> Decimal:
    """一百三十二 → 132."""
    total, digit = 0, 0
    for c in text:
        if c in UNIT_OF_TEN:
            total += (digit or 1) * UNIT_OF_TEN[c]
            digit = 0
        else:
            digit = DIGITS[c]
    return Decimal(total + digit)


def numbers_of(line: str, unit: str) -> set[Decimal]:
    """Every whole number that the line counts in the unit: 1,560元, 15万元, 百分之九十, 七十二小时, 1.5倍, 0—6岁."""
    plain = line.replace("*", "").replace("％", "%")
    unit_follows = f"(?=(?:[-—]{ARABIC})?(?:{UNITS[unit]}))"
    found = set()
    for m in re.finditer(rf"(?<!\d)(?<!\d[.,])({ARABIC})(万?){unit_follows}", plain):
        found.add(Decimal(m[1].replace(",", "")) * (10_000 if m[2] else 1))
    found |= {chinese_number(m[1]) for m in re.finditer(f"(?<!{CHINESE[:-1]})({CHINESE}){unit_follows}", plain)}
    if unit == "%":
        found |= {chinese_number(m[1]) for m in re.finditer(f"百分之({CHINESE})", plain)}
    if m := re.fullmatch(rf"[≥≤]?({ARABIC})\s*\|?", plain.strip()):
        found.add(Decimal(m[1].replace(",", "")))
    return found


@dataclass(frozen=True)
class Figure:
    """A provision with a value, and the line it was read from."""

    id: str
    value: Decimal
    unit: str
    line: str
    provision: ProvisionSpec

    @property
    def stands(self) -> bool:
        return self.value in numbers_of(self.line, self.unit)

    def one_more(self) -> Figure:
        """The same figure, wrong by one in its last digit."""
        step = Decimal(1).scaleb(min(0, self.value.as_tuple().exponent))
        return Figure(self.id, self.value + step, self.unit, self.line, self.provision)


def _with_documents(shipped_sources) -> Iterator[tuple[ProvisionSpec, DocumentSpec]]:
    documents = {d.id: d for s in shipped_sources for d in s.data.documents}
    for source in shipped_sources:
        for p in source.data.provisions:
            yield p, documents[p.document or source.data.defaults.document]


@pytest.fixture(scope="module")
def evidence(shipped_sources, sources: Path) -> list[tuple[ProvisionSpec, str | None]]:
    """Every provision with evidence and the line it names; None where the file has no such line."""
    found, files = [], {}
    for p, document in _with_documents(shipped_sources):
        if p.evidence and document.source:
            file = sources / document.source
            lines = files.setdefault(file, file.read_text(encoding="utf-8").split("\n"))
            found.append((p, lines[p.evidence.line - 1] if p.evidence.line <= len(lines) else None))
    return found


@pytest.fixture(scope="module")
def figures(evidence) -> list[Figure]:
    return [
        Figure(p.id, Decimal(f"{p.value:.10g}"), p.unit, line or "", p)
        for p, line in evidence if p.value is not None
    ]


def test_every_line_of_evidence_exists_and_says_something(evidence):
    assert not [p.id for p, line in evidence if not (line and line.strip())]


def test_every_figure_stands_in_its_line_of_the_source(figures):
    assert len(figures) > 100
    assert not [(f.id, str(f.value), f.unit) for f in figures if not f.stands]


def test_a_figure_wrong_by_one_does_not_stand_in_its_line(figures):
    survivors = [f.id for f in figures if f.one_more().stands]
    assert len(survivors) <= 0.05 * len(figures), survivors


def test_every_age_that_bounds_a_group_stands_in_its_line_of_the_source(evidence):
    """In figures, or as 老年人: 60 years and more (老年人权益保障法 第二条)."""
    bounds = [
        (p.id, age, line) for p, line in evidence for age in (p.audience.age_from, p.audience.age_to) if age is not None
    ]
    assert bounds
    said = {i: numbers_of(line, "周岁") | ({Decimal(60)} if "老年人" in line else set()) for i, _, line in bounds}
    assert not [(i, age) for i, age, _ in bounds if age not in said[i]]


def test_every_figure_whose_document_we_have_names_its_line(shipped_sources):
    """Needs no source files: the evidence is in the data."""
    read = [(p, d) for p, d in _with_documents(shipped_sources) if p.value is not None and d.source]
    assert read
    assert not [p.id for p, d in read if not p.evidence]


def test_every_figure_s_statement_says_the_same_figure(shipped_sources):
    """Where a figure is told in a sentence of ours, the sentence has that figure."""
    told = [p for p, _ in _with_documents(shipped_sources) if p.value is not None]
    wrong = [
        (p.id, p.value, p.statement) for p in told
        if Decimal(f"{p.value:.10g}") not in {n for u in UNITS for n in numbers_of(p.statement, u)}
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("line", "unit", "numbers"),
    [
        ("每人每月1,560元", "元", {1560}), ("封顶线从10万元提高到了15万元", "元", {100000, 150000}),
        ("标准为500元/人•月", "元", {500}),
        ("自受理之日起*30*个工作日之内", "个工作日", {30}), ("百分之九十按月计发", "%", {90}), ("不低于70%;", "%", {70}),
        ("**1.5倍**", "倍", {Decimal("1.5")}), ("二十四个月", "个月", {24}), ("满一百周岁", "周岁", {100}), ("≥85 |", "%", {85}),
        ("第十二条 三十日内", "天", {30}), ("1560元", "元", {1560}), ("每人每月2520元", "个月", set()),
        ("12.5元", "元", {Decimal("12.5")}),
        ("80-89岁", "周岁", {80, 89}), ("收到后，15个工作日", "个工作日", {15}), ("申请,3元", "元", {3}),
    ],
)
def test_numbers_are_read_whole_and_with_their_unit(line, unit, numbers):
    assert numbers_of(line, unit) == numbers
