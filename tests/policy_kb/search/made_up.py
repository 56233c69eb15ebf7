"""Invented records for tests of search, and an index of them."""

from __future__ import annotations

from pathlib import Path

from policy_kb.search import Record, SearchIndex


def clause(key: str, text: str, **given) -> Record:
    """A clause of an invented notice."""
    return Record(f"clause:{key}", "clause", given.pop("title", "互助金办法"), text, **given)


def index_of(folder: Path, *records: Record) -> SearchIndex:
    made = SearchIndex(folder)
    made.sync([("all", str(hash(records)), lambda: records)])
    return made
