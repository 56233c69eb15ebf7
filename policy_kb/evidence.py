"""Whether a figure stands where its evidence says: in that span of that clause of that file, under its benefit's name. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from policy_kb.ingest.model import Clause, SourceDocument, SourceFile
from policy_kb.knowledge import Evidence, KnowledgeBase, Provision
from policy_kb.numbers import Number, numbers_in, numerals

_SHORT = 160
_SENTENCE = re.compile(r"[^。；;\n]+[。；;]?")


@dataclass(frozen=True)
class Finding:
    """What is wrong with one item's evidence, in Chinese."""

    item: str
    message: str


def exact(value: float) -> Decimal:
    """A figure of our data as it was written: 0.1 is 0.1."""
    return Decimal(f"{value:.10g}")


def clause_at(file: SourceFile, start: int, end: int) -> tuple[SourceDocument, Clause] | None:
    """The clause that holds these characters of the file's text."""
    for document in file.documents:
        for clause in document.clauses:
            if clause.start <= start and end <= clause.end:
                return document, clause
    return None


def clause_named(file: SourceFile, path: str, start: int) -> tuple[SourceDocument, Clause] | None:
    """The clause with this path; of several documents in the file the one that holds ``start``."""
    named = [(d, c) for d in file.documents for c in d.clauses if c.path == path]
    return next(((d, c) for d, c in named if c.start <= start < c.end), named[0] if named else None)


def names_of(kb: KnowledgeBase, benefit: str) -> tuple[str, ...]:
    """What a document may call this benefit: its names, and those of the topics that take it in."""
    b = kb.benefits[benefit]
    topics = [n for t in kb.topics.values() if benefit in t.benefits for n in (t.name, *t.aliases)]
    return tuple(dict.fromkeys(n for n in (b.name, b.short, *b.aliases, *topics) if n))


def check_span(evidence: Evidence, file: SourceFile) -> str | None:
    """Why the evidence's clause does not hold its span; None when it does."""
    found = clause_named(file, evidence.clause, evidence.start)
    if found is None:
        return f"文件里没有条款 {evidence.clause}"
    if not (found[1].start <= evidence.start and evidence.end <= found[1].end):
        return f"条款 {evidence.clause} 不包括第 {evidence.start}–{evidence.end} 个字"
    if not file.text[evidence.start : evidence.end].strip():
        return "所指的位置是空白"
    return None


def check_figure(kb: KnowledgeBase, p: Provision, file: SourceFile) -> list[str]:
    """Why a figure does not stand in its span, or its clause does not name the benefit; empty when all is well."""
    assert p.value is not None and p.evidence is not None and p.unit is not None
    problem = check_span(p.evidence, file)
    if problem:
        return [problem]
    problems = []
    if wrong := check_number(file, p.evidence, p.value, p.unit):
        problems.append(wrong)
    document, clause = clause_named(file, p.evidence.clause, p.evidence.start) or (None, None)
    if document and clause and not names_benefit(kb, p, document, clause):
        problems.append(f"条款 {p.evidence.clause} 和它的标题都没有提到“{kb.benefits[p.benefit].name}”")
    return problems


def check_number(file: SourceFile, evidence: Evidence, value: float, unit: str) -> str | None:
    """Why the span does not hold this number and no other; None when it does.

    The number is read in its line, so that a span cannot cut 1560 in two, nor take a number for one of another unit.
    """
    start = file.text.rfind("\n", 0, evidence.start) + 1
    end = file.text.find("\n", evidence.end)
    line = file.text[start : end if end >= 0 else len(file.text)]
    low, high = evidence.start - start, evidence.end - start
    here = [n for n in numerals(line) if n.start < high and low < n.last]
    counted = [n for n in numbers_in(line, unit) if low <= n.start and n.start < high]
    right = [n for n in counted if n.value == exact(value) and high >= n.last]
    if len(here) == len(counted) == len(right) == 1:
        return None
    said = "、".join(f"{n.value:f}" for n in here) or "没有数字"
    return f"数值是 {value:g}{unit}，所指的位置写的是 {said}"


def names_benefit(kb: KnowledgeBase, p: Provision, document: SourceDocument, clause: Clause) -> bool:
    """Whether the clause, its lead-in, a heading above it or the document's title names the benefit."""
    told = "".join((document.metadata.title or "", *clause.headings, clause.lead, clause.text))
    told = re.sub(r"\s", "", told)
    names = (*names_of(kb, p.benefit), *kb.benefits[p.benefit].terms, *([p.name] if p.name else []))
    return any(re.sub(r"\s", "", n) in told for n in names)


def unproven(kb: KnowledgeBase) -> Iterator[Provision]:
    """Figures that no file can be held against: their document was not read from one."""
    for p in kb.provisions:
        if p.value is not None and (p.evidence is None or kb.documents[p.document].source is None):
            yield p


def locate(text: str, offset: int, value: float, unit: str, near: Iterable[str]) -> tuple[int, int] | None:
    """Where in ``text`` (which begins at ``offset`` of the file) the figure stands; None where it does not.

    Of several places the one whose words before it have most in common with ``near`` (the group, what the value is).
    """
    found = [n for n in numbers_in(text, unit) if n.value == exact(value)]
    if not found:
        return None
    wanted = {w[i : i + 2] for w in near for i in range(len(w) - 1)}

    def common(n: Number) -> int:
        before = re.split(r"[。；;，,]", text[: n.start])
        return sum(pair in "，".join(before[-2:]) for pair in wanted)

    best = max(found, key=common)
    return offset + best.start, offset + best.end


def passage(file: SourceFile, start: int, end: int, statement: str) -> tuple[int, int] | None:
    """Of the clauses in these characters (a line) the passage that has most in common with what we say; None without clauses.

    A short passage is taken whole, of a long one the best sentence.
    """
    pairs = {statement[i : i + 2] for i in range(len(statement) - 1)}

    def common(span: tuple[int, int]) -> int:
        text = file.text[slice(*span)]
        return sum(text[i : i + 2] in pairs for i in range(len(text) - 1))

    spans = [
        (max(c.start, start), min(c.end, end)) for d in file.documents for c in d.clauses if c.start < end and start < c.end
    ]
    pieces = []
    for low, high in spans:
        text = file.text[low:high]
        if len(text) <= _SHORT:
            pieces.append((low, high))
        else:
            pieces += [(low + m.start(), low + m.end()) for m in _SENTENCE.finditer(text)]
    return max(pieces, key=common, default=None)
