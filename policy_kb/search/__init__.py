"""Search over clauses, provisions, benefits, offices and institutions: a tantivy index for candidates, exact ranking on top."""

from typing import TYPE_CHECKING

from policy_kb.lazy import lazily

if TYPE_CHECKING:
    from policy_kb.search.engine import SearchQuery, SearchResult, SearchResults, search
    from policy_kb.search.index import IndexBusy, SearchIndex, Synced
    from policy_kb.search.records import TYPES, Meaning, Record, base_records, benefit_finder, clause_records

# Answering reads questions as search does and needs no index.
__getattr__ = lazily(
    __name__,
    {
        "engine": ("SearchQuery", "SearchResult", "SearchResults", "search"),
        "index": ("IndexBusy", "SearchIndex", "Synced"),
        "records": ("TYPES", "Meaning", "Record", "base_records", "benefit_finder", "clause_records"),
    },
)

__all__ = [
    "TYPES", "IndexBusy", "Meaning", "Record", "SearchIndex", "SearchQuery", "SearchResult", "SearchResults", "Synced",
    "base_records",
    "benefit_finder", "clause_records", "search",
]
