"""Search: candidates from the index, ranked exactly, paged without overlap or loss."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import tantivy

from policy_kb.knowledge import KnowledgeBase
from policy_kb.language import text as tx
from policy_kb.search.highlight import spans
from policy_kb.search.index import BODY, CARD, HEAD, META, SOUND, SearchIndex
from policy_kb.search.question import Question, questions_of
from policy_kb.search.rank import TUNED, Ranker, Weights
from policy_kb.search.records import CLAUSE, TYPES, Record

# How many candidates are ranked exactly: clauses, clauses of the place asked about, cards; then in blocks up to the most ever.
CLAUSES_FIRST, NEAR_FIRST, CARDS_FIRST, BLOCK, MOST = 100, 40, 50, 150, 1000
_MOST_TERMS, _MOST_HEADINGS = 48, 16


@dataclass(frozen=True)
class SearchQuery:
    """What is looked for. ``region`` is a region code; ``types`` of :data:`~policy_kb.search.records.TYPES`, None is all."""

    text: str
    region: str | None = None
    as_of: dt.date | None = None
    types: tuple[str, ...] | None = None
    limit: int = 10
    offset: int = 0


@dataclass(frozen=True)
class SearchResult:
    """One thing found. ``highlights`` are spans of ``record.text``; ``in_force`` is None where its time is not known."""

    record: Record
    score: float
    highlights: tuple[tuple[int, int], ...]
    in_force: bool | None


@dataclass(frozen=True)
class SearchResults:
    """One page; ``next`` is the offset of the next, None at the end. ``corrected``: the query as read, where it differs."""

    results: tuple[SearchResult, ...]
    next: int | None
    corrected: str | None = None


def search(index: SearchIndex, kb: KnowledgeBase, query: SearchQuery, weights: Weights = TUNED) -> SearchResults:
    """The best results for ``query``, best first, then by id; a query nothing answers has none."""
    searcher = index.searcher()
    if searcher is None or query.limit < 1 or query.offset < 0 or not query.text.strip():
        return SearchResults((), None)
    statistics = _Statistics(searcher)
    question = questions_of(kb).read(query.text, statistics.frequency, query.as_of)
    if question.is_empty:
        return SearchResults((), None)
    ranker = Ranker(question, statistics.idf, kb, query.region, query.as_of, weights)
    found = _Candidates(index, searcher, question, statistics, kb, query)
    ordered: list[tuple[float, Record]] = []
    wanted = query.offset + query.limit
    for block in found.blocks():
        scored = [(ranker.score(r, ranker.matches(r)), r) for r in block]
        ordered += sorted((x for x in scored if x[0] > 0), key=lambda x: (-x[0], x[1].id))
        if len(ordered) > wanted:
            break
    page = ordered[query.offset : wanted]
    results = tuple(
        SearchResult(r, round(score, 4), spans(question, r.text), r.in_force(query.as_of) if query.as_of else None)
        for score, r in page
    )
    return SearchResults(results, wanted if len(ordered) > wanted else None, question.corrected)


class _Statistics:
    """Frequencies of terms in one state of the index."""

    def __init__(self, searcher: tantivy.Searcher):
        self._searcher = searcher
        self._known: dict[str, int] = {}
        self.total = max(searcher.num_docs, 1)

    def frequency(self, term: str) -> int:
        if term not in self._known:
            self._known[term] = max(self._searcher.doc_freq(BODY, term), self._searcher.doc_freq(HEAD, term))
        return self._known[term]

    def idf(self, term: str) -> float:
        n = min(self.frequency(term), self.total)
        return math.log(1 + (self.total - n + 0.5) / (n + 0.5))


class _Candidates:
    """Records likely to answer, in blocks: the first is a union of several views, the others follow the index's own order."""

    def __init__(
        self, index: SearchIndex, searcher: tantivy.Searcher, question: Question, statistics: _Statistics,
        kb: KnowledgeBase, query: SearchQuery,
    ):
        self.index, self.searcher, self.schema = index, searcher, index.schema
        self.question, self.statistics, self.kb, self.query = question, statistics, kb, query
        self.types = frozenset(query.types) if query.types else frozenset(TYPES)
        self.parts = self._parts()

    def _term(self, field: str, term: str, weight: float) -> tuple[tantivy.Occur, tantivy.Query]:
        option = "basic" if field == META else "freq"
        return tantivy.Occur.Should, tantivy.Query.boost_query(
            tantivy.Query.term_query(self.schema, field, term, option), weight
        )

    def _parts(self) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        weights: dict[str, float] = {}
        for t in self.question.terms:
            weights[t.text] = max(weights.get(t.text, 0.0), t.weight)
        for a in self.question.alternates:
            for text in a.texts:
                for part in tx.terms(text):
                    weights[part] = max(weights.get(part, 0.0), 0.5 * a.weight)
        idf = self.statistics.idf
        known = [(t, x) for t, x in weights.items() if self.statistics.frequency(t)]
        known.sort(key=lambda x: (-x[1] * idf(x[0]), x[0]))
        parts = []
        for n, (term, weight) in enumerate(known[:_MOST_TERMS]):
            parts.append(self._term(BODY, term, weight))
            if n < _MOST_HEADINGS:
                parts.append(self._term(HEAD, term, 0.4 * weight))
        parts += [self._term(SOUND, p, 0.6) for p in self.question.pairs]
        parts += [self._term(META, f"b:{b}", 1.0) for b in self.question.benefits]
        parts += [self._term(META, f"b:{b}", 0.5) for b in self.question.also]
        return parts

    def _search(
        self, limit: int, only: Sequence[str] = (), places: Sequence[str] = (), offset: int = 0
    ) -> list[tantivy.DocAddress]:
        query = tantivy.Query.boolean_query(self.parts)
        narrowed = [[f"t:{t}" for t in only], [f"r:{p}" for p in places]]
        if any(narrowed):
            limits = [(tantivy.Occur.Must, _any_of(self.schema, terms)) for terms in narrowed if terms]
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), *limits])
        return [address for _, address in self.searcher.search(query, limit=limit, count=False, offset=offset).hits]

    def _best_clauses(self) -> list[tantivy.DocAddress]:
        """The first clauses. Without a filter on the type the index may skip what cannot be among the best, so cards are
        taken out afterwards; only where they crowd the clauses out is it asked again with the filter.
        """
        hits = self._search(CLAUSES_FIRST + CARDS_FIRST)
        cards = self.searcher.fast_field_values(CARD, hits)
        clauses = [address for address, card in zip(hits, cards) if not card]
        if len(clauses) < CLAUSES_FIRST and len(hits) == CLAUSES_FIRST + CARDS_FIRST:
            return self._search(CLAUSES_FIRST, (CLAUSE,))
        return clauses[:CLAUSES_FIRST]

    def blocks(self) -> Iterator[list[Record]]:
        if not self.parts:
            return
        cards = sorted(self.types - {CLAUSE})
        first: list[tantivy.DocAddress] = []
        if CLAUSE in self.types:
            first += self._best_clauses()
            places = [self.query.region] if self.query.region else list(self.question.regions)
            if places:
                first += self._search(NEAR_FIRST, (CLAUSE,), places)
        if cards:
            first += self._search(CARDS_FIRST, cards)
        seen: set[str] = set()
        yield self._records(first, seen)
        only = () if self.types == frozenset(TYPES) else sorted(self.types)
        for offset in range(0, MOST, BLOCK):
            hits = self._search(BLOCK, only, offset=offset)
            if not hits:
                return
            yield self._records(hits, seen)

    def _records(self, hits: Iterable[tantivy.DocAddress], seen: set[str]) -> list[Record]:
        found = []
        for address in hits:
            record = self.index.record(self.searcher, address)
            if record.id not in seen:
                seen.add(record.id)
                found.append(record)
        return found


def _any_of(schema: tantivy.Schema, terms: Sequence[str]) -> tantivy.Query:
    return tantivy.Query.const_score_query(tantivy.Query.term_set_query(schema, META, list(terms)), 0.0)
