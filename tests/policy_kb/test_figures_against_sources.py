"""What the shipped figures say of themselves: the sentence has the figure, the line has the ages that bound a group."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from policy_kb.commands.evidence import Library
from policy_kb.evidence import exact
from policy_kb.knowledge import Provision
from policy_kb.numbers import UNITS, numbers_in


@pytest.fixture(scope="module")
def figures(shipped) -> list[Provision]:
    return [p for p in shipped.provisions if p.value is not None]


def test_every_figure_s_statement_says_the_same_figure(figures):
    """Where a figure is told in a sentence of ours, the sentence has that figure."""
    wrong = [
        (p.id, p.value, p.statement) for p in figures
        if exact(p.value) not in {n.value for u in UNITS for n in numbers_in(p.statement, u)}
    ]
    assert not wrong


def test_every_figure_whose_document_we_have_names_clause_and_span(figures, shipped):
    """Needs no source files: the evidence is in the data."""
    read = [p for p in figures if shipped.documents[p.document].source]
    assert len(read) > 200
    assert not [p.id for p in read if p.evidence is None]


def test_every_document_we_have_bears_its_file_s_hash(shipped):
    assert not [d.id for d in shipped.documents.values() if d.source and not d.sha256]


def test_every_age_that_bounds_a_group_stands_in_the_source(shipped, sources: Path):
    """In figures, or as 老年人: 60 years and more (老年人权益保障法 第二条)."""
    library, wrong, seen = Library(sources), [], 0
    for p in shipped.provisions:
        d = shipped.documents[p.document]
        for age in (p.audience.age_from, p.audience.age_to):
            if age is None or p.evidence is None or d.source is None:
                continue
            seen += 1
            text = library[d.source].text
            start = text.rfind("\n", 0, p.evidence.start) + 1
            end = text.find("\n", p.evidence.end)
            line = text[start : end if end >= 0 else len(text)]
            said = {n.value for n in numbers_in(line, "周岁")} | ({Decimal(60)} if "老年人" in line else set())
            if exact(age) not in said:
                wrong.append((p.id, age))
    assert seen > 5
    assert not wrong
