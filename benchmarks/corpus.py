"""The source documents as the product holds them, for benchmarks: loaded, ingested and indexed by its own functions."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from policy_kb import clause_store, search_store, store
from policy_kb.clause_store import Incoming
from policy_kb.curated import with_curated
from policy_kb.ingest import read_source
from policy_kb.ingest.model import Metadata
from policy_kb.knowledge import COUNTRY, KnowledgeBase
from policy_kb.loader import SHIPPED
from policy_kb.search import SearchIndex


@dataclass(frozen=True)
class HeldClause:
    """One clause with its record id and where it stands: characters of its file's extracted text."""

    id: str
    file: str
    start: int
    end: int
    title: str
    headings: str
    lead: str
    text: str


@dataclass(frozen=True)
class Corpus:
    kb: KnowledgeBase
    index: SearchIndex
    clauses: tuple[HeldClause, ...]
    texts: dict[str, str]  # file → extracted text

    @cached_property
    def by_id(self) -> dict[str, HeldClause]:
        return {c.id: c for c in self.clauses}

    def lines(self, file: str, first: int, last: int) -> tuple[int, int]:
        """The characters of these lines, counted from 1."""
        lines = self.texts[file].split("\n")
        start = sum(len(line) + 1 for line in lines[: first - 1])
        return start, start + sum(len(line) + 1 for line in lines[first - 1 : last]) - 1


def sources_folder() -> Path:
    folder = os.environ.get("HUIMIN_SOURCES")
    if not folder or not Path(folder).is_dir():
        sys.exit("set HUIMIN_SOURCES to the folder of source documents")
    return Path(folder)


def build(folder: Path, sources: Path, data: Sequence[Path] = ()) -> Corpus:
    """Load the shipped base (or ``data``) and ingest ``sources`` into a new store in ``folder``.

    A document whose place cannot be told from its text, which the command asks its operator for, is taken as national.
    """
    url = f"sqlite:///{folder / 'kb.db'}"
    engine = store.open_engine(url)
    store.load(engine, list(data) or [SHIPPED])
    kb = store.read(engine)
    zones = {name: r.code for r in kb.regions.values() if r.level == "zone" for name in (r.name, *r.aliases)}
    incoming, texts = [], {}
    for path in sorted(p for part in ("seeds", "laws") for p in (sources / part).iterdir()):
        name = path.relative_to(sources).as_posix()
        file = with_curated(kb, read_source(path, places=zones))
        placed = [replace(d, metadata=d.metadata.over(Metadata(region=COUNTRY))) for d in file.documents]
        incoming.append(Incoming(name, replace(file, documents=tuple(placed)), Metadata()))
        texts[name] = file.text
    clause_store.ingest(engine, incoming)
    search_store.refresh(engine)
    clauses = []
    with engine.connect() as db:
        for d in clause_store.held(engine):
            for c in clause_store.clauses_of(db, d.id):
                title, headings = d.metadata.title or "", " ".join(c.headings)
                clauses.append(
                    HeldClause(f"clause:{d.id}:{c.path}", d.file_name, c.start, c.end, title, headings, c.lead, c.text)
                )
    return Corpus(store.read(engine), search_store.index_for(url), tuple(clauses), texts)
