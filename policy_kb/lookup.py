"""What a search shows: each thing found with its facts and citations, the same ones the chat gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from policy_kb import resolve as r
from policy_kb.answering import answer, fact_of
from policy_kb.answers import Citation, Fact, Query
from policy_kb.clause_store import HeldDocument
from policy_kb.institutions import institution_facts
from policy_kb.knowledge import KnowledgeBase
from policy_kb.search import Record, SearchIndex, SearchQuery, SearchResult, search
from policy_kb.wording import citation_of


@dataclass(frozen=True)
class Found:
    """One thing found. ``highlights`` are spans of ``text``; ``headings`` and ``lead`` are what it stands under."""

    id: str
    type: str  # provision | clause | benefit | office | institution
    title: str
    document: str | None
    section: str | None
    headings: tuple[str, ...]
    lead: str | None
    text: str
    highlights: tuple[tuple[int, int], ...]
    region: str | None
    region_name: str | None
    benefit: str | None
    aspect: str | None
    in_force: bool | None
    facts: tuple[Fact, ...]
    citations: tuple[Citation, ...]
    score: float


@dataclass(frozen=True)
class Page:
    """One page of results; ``next`` is the offset of the next page, None at the end."""

    results: tuple[Found, ...]
    next: int | None
    corrected: str | None
    kb_version: int


def lookup(
    kb: KnowledgeBase, index: SearchIndex, documents: Mapping[str, HeldDocument], query: SearchQuery
) -> Page:
    """Search, and show what is found with its facts as of ``query.as_of`` (which must be given)."""
    assert query.as_of is not None
    found = search(index, kb, query)
    shown = (_shown(kb, documents, x, query.region, query.as_of) for x in found.results)
    return Page(tuple(x for x in shown if x is not None), found.next, found.corrected, kb.version)


def _shown(
    kb: KnowledgeBase, documents: Mapping[str, HeldDocument], found: SearchResult, region: str | None, day: dt.date
) -> Found | None:
    """What was found as it is shown; None where it is no more, or had not begun on that day."""
    record = found.record
    support = _support(kb, documents, record, region, day)
    if support is None:
        return None
    facts, citations, in_force = support
    place = kb.regions.get(record.region or "")
    highlights, text = found.highlights, record.text
    if record.type == "provision" and facts[0].statement != text:
        # The index is a moment behind the base: the text must be the fact's.
        highlights, text = (), facts[0].statement
    return Found(
        record.id, record.type, record.title, record.document or None, record.section or None, record.headings,
        record.lead or None, text, highlights, record.region, place.name if place else None,
        record.benefits[0] if record.benefits else None, record.aspect,
        found.in_force if in_force is None else in_force, facts, citations, found.score,
    )


def _support(
    kb: KnowledgeBase, documents: Mapping[str, HeldDocument], record: Record, region: str | None, day: dt.date
) -> tuple[tuple[Fact, ...], tuple[Citation, ...], bool | None] | None:
    """Facts and citations of what was found, and whether it is in force; None where there is nothing to show."""
    if record.type == "provision":
        p = kb.provision_of.get(record.key)
        if p is None:
            return None
        document = kb.documents[p.document]
        begun = r.starts(p, document)
        if begun and begun > day:
            return None
        held = r.hold(p, document, day)
        told = held or r.Held(p, document, ended=document.ended_on() or day)
        return (fact_of(told, kb.regions[p.region].name, 0),), (citation_of(told),), told.in_force if held else False
    if record.type == "benefit":
        if record.key not in kb.benefits:
            return None
        said = answer(kb, Query((record.key,), "amount", region, day))
        return (said.facts, said.citations, None) if said.aspect == "amount" else ((), (), None)
    if record.type == "institution":
        if record.key not in kb.institutions:
            return None
        facts, citations = institution_facts(kb, [kb.institutions[record.key]], day)
        return facts, citations, None
    if record.type == "clause":
        held_document = documents.get(record.key.split(":", 1)[0])
        if held_document is None:
            return None
        m, start, end = held_document.metadata, record.effective_from, record.ended_on
        in_force = record.in_force(day)
        cited = Citation(record.title, record.section, m.issuer or "", m.number, m.published, start, end, in_force, m.url)
        return (), (cited,), in_force
    return ((), (), None) if record.key in kb.offices else None
