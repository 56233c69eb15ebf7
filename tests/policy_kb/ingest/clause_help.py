"""Read an invented document, and check that nothing of a file has gone missing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from policy_kb.ingest import Clause, Metadata, SourceDocument, SourceFile, read_source
from policy_kb.ingest.model import Extract


def read(
    folder: Path, text: str, name: str = "文件.txt", given: Metadata | None = None, places: Mapping[str, str] | None = None
) -> SourceFile:
    """The file with this text, taken in."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_source(path, given or Metadata(), places)


def only(file: SourceFile) -> SourceDocument:
    """The one document of a file."""
    assert len(file.documents) == 1, [d.metadata.title for d in file.documents]
    return file.documents[0]


def paths(document: SourceDocument) -> list[str]:
    return [c.path for c in document.clauses]


def said(document: SourceDocument) -> dict[str, str]:
    """path → text."""
    return {c.path: c.text for c in document.clauses}


def at(document: SourceDocument, path: str) -> Clause:
    found = [c for c in document.clauses if c.path == path]
    assert found, f"{path} not in {paths(document)}"
    return found[0]


def squeeze(text: str) -> str:
    return re.sub(r"\s", "", text)


def vanished(extract: Extract, file: SourceFile) -> list[str]:
    """The lines of the extracted text that are in no clause, heading, metadata or report."""
    clauses = [c for d in file.documents for c in d.clauses]
    headings = squeeze("\n".join(h for c in clauses for h in c.headings))
    metadata = squeeze("\n".join(str(v) for d in file.documents for v in vars(d.metadata).values() if not isinstance(v, date)))
    dropped: dict[int, list[str]] = {}
    for d in file.dropped:
        dropped.setdefault(d.line, []).append(squeeze(d.text))
    missing: list[str] = []
    for line in extract.lines:
        if any(c.start < line.end and line.start < c.end for c in clauses):
            continue
        rest = squeeze(line.text)
        for text in dropped.get(extract.text.count("\n", 0, line.start) + 1, []):
            rest = rest.replace(text, "")
        rest = rest.strip("|")
        if rest and rest not in headings and rest not in metadata:
            missing.append(line.text)
    return missing


def swallowed(file: SourceFile) -> list[str]:
    """What clauses span but neither say, nor give as the document's title, nor leave out with a report, beyond their number."""
    starts = [0, *(i + 1 for i, c in enumerate(file.text) if c == "\n")]
    missing: list[str] = []
    for document, clause in ((d, c) for d in file.documents for c in d.clauses):
        span = file.text[clause.start : clause.end]
        title = squeeze(document.metadata.title)
        if title not in squeeze(clause.text):
            # A title below the word 附件 stands inside that attachment's span, broken over lines.
            span = re.sub(r"\s*".join(map(re.escape, title)), lambda m: " " * len(m[0]), span, count=1)
        for d in file.dropped:
            if clause.start <= starts[d.line - 1] < clause.end and d.text in span:
                span = span.replace(d.text, " " * len(d.text), 1)
        rest = list(span)
        place = 0
        for c in squeeze("".join(clause.cells) if clause.cells else clause.text):
            place = rest.index(c, place)
            rest[place] = " "
        left = squeeze("".join(rest))
        for d in file.dropped:
            if starts[d.line - 1] <= clause.end:
                left = left.replace(squeeze(d.text), "", 1)
        if len(left.strip("|#")) > 8:
            missing.append(f"{clause.path}: {left}")
    return missing


def unfaithful(file: SourceFile) -> list[str]:
    """The clauses whose text is not, character by character in order, in their span."""
    wrong: list[str] = []
    for document in file.documents:
        for clause in document.clauses:
            span = file.text[clause.start : clause.end]
            place = -1
            for c in squeeze("".join(clause.cells) if clause.cells else clause.text):
                place = span.find(c, place + 1)
                if place < 0:
                    wrong.append(clause.path)
                    break
    return wrong
