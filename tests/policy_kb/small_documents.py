"""Made-up documents as the cutter gives them: every clause stands in its file's text where it says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from policy_kb.clause_store import Incoming
from policy_kb.ingest.model import Clause, Dropped, Metadata, SourceDocument, SourceFile

PLACE = "445303"


def source_file(
    name: str, *documents: tuple[Metadata, dict[str, str]], dropped: Iterable[Dropped] = (), headings: tuple[str, ...] = ()
) -> SourceFile:
    """A file of documents, each given as what it says of itself and {clause path: text}."""
    text, made = "", []
    for metadata, clauses in documents:
        cut = []
        for path, words in clauses.items():
            cut.append(Clause(path, headings, words, len(text), len(text) + len(words)))
            text += words + "\n"
        made.append(SourceDocument(metadata, tuple(cut)))
    sha256 = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return SourceFile(name, sha256, text, tuple(made), tuple(dropped))


def about(title: str = "甲办法", region: str | None = PLACE, kind: str | None = "rule", **more) -> Metadata:
    """What a document says of itself."""
    return Metadata(title=title, region=region, kind=kind, **more)


def incoming(name: str, title: str = "甲办法", *texts: str, given: Metadata | None = None, **more) -> Incoming:
    """One file with one document whose clauses are numbered from 第一条."""
    clauses = {f"第{i}条": text for i, text in enumerate(texts or ("老人每月领取津贴。",), 1)}
    return Incoming(name, source_file(name, (about(title, **more), clauses)), given or Metadata())
