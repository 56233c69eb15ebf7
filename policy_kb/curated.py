"""Which of the base's own document entries is meant by a document read from a file. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from policy_kb.ingest.model import Metadata, SourceDocument, SourceFile
from policy_kb.knowledge import Document, Evidence, KnowledgeBase

# Titles that share less of their pairs of characters than this are not the same document's.
ALIKE = 0.3


def alike(one: str, other: str) -> float:
    """The share of two titles' pairs of characters that they have in common."""
    a, b = ({t[i : i + 2] for i in range(len(t) - 1)} for t in (one, other))
    return len(a & b) / (len(a | b) or 1)


def with_curated(kb: KnowledgeBase, file: SourceFile) -> SourceFile:
    """The file with what people checked: the base's entries for documents read from exactly this file.

    Of several documents in a file the entry's is the one that its provisions' evidence stands in, else the one with the
    title most like it.
    """
    left = [d for d in kb.documents.values() if d.sha256 == file.sha256]
    documents = list(file.documents)
    for index, d in enumerate(documents):
        best = max(left, key=lambda known: (_resting(kb, known, d), alike(known.title, d.metadata.title or "")), default=None)
        if best is None:
            continue
        only = len(left) == len(documents) == 1
        if only or _resting(kb, best, d) or alike(best.title, d.metadata.title or "") > ALIKE:
            documents[index] = replace(d, metadata=_checked(best).over(d.metadata))
            left = [x for x in left if x is not best]
    return replace(file, documents=tuple(documents))


def _resting(kb: KnowledgeBase, known: Document, d: SourceDocument) -> int:
    """How many of the entry's items have their evidence in this document."""
    if not d.clauses:
        return 0
    low, high = d.clauses[0].start, max(c.end for c in d.clauses)
    return sum(low <= e.start < high for e in _evidence(kb, known))


def _evidence(kb: KnowledgeBase, known: Document) -> Iterator[Evidence]:
    for item in (*kb.provisions, *kb.institutions.values()):
        if item.document == known.id and item.evidence:
            yield item.evidence


def _checked(d: Document) -> Metadata:
    return Metadata(d.title, d.issuer, d.number, d.region, d.kind, d.published, d.effective_from, d.effective_to, d.url)


def curated_document(kb: KnowledgeBase, sha256: str, m: Metadata) -> Document | None:
    """The base's own entry for an ingested document: read from the same file, or of the same number or title and place."""
    same_file = [d for d in kb.documents.values() if d.sha256 == sha256]
    best = max(same_file, key=lambda d: alike(d.title, m.title or ""), default=None)
    if best and alike(best.title, m.title or "") > ALIKE:
        return best
    for d in kb.documents.values():
        if d.region == m.region and (d.title == m.title or (d.number and d.number == m.number)):
            return d
    return None
