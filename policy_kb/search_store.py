"""The search index as a copy of the store: what it must hold, and bringing it up to date."""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from policy_kb import clause_store, settings, store
from policy_kb.clause_store import HeldDocument
from policy_kb.curated import curated_document
from policy_kb.engines import open_engine, reading
from policy_kb.knowledge import Document, KnowledgeBase, Provision
from policy_kb.lookup import Page, lookup
from policy_kb.names import names_of
from policy_kb.search import (
    IndexBusy,
    Meaning,
    Record,
    SearchIndex,
    SearchQuery,
    Synced,
    base_records,
    benefit_finder,
    clause_records,
)
from policy_kb.search.index import Group
from policy_kb.store import Reader

log = logging.getLogger("huimin.search")
BASE = "base"


def folder_for(url: str) -> Path:
    """Where the index of the store at ``url`` lives: beside an SQLite file, else in the var folder."""
    if url.startswith("sqlite:///"):
        return Path(url.removeprefix("sqlite:///") + ".search")
    return settings.var_folder() / "search" / hashlib.sha256(url.encode()).hexdigest()[:16]


def index_for(url: str) -> SearchIndex:
    """The index of the store at ``url``."""
    return SearchIndex(folder_for(url))


def refresh(engine: Engine, kb: KnowledgeBase | None = None) -> Synced:
    """Make the index hold what the store holds now; what did not change is left alone. May be repeated at any time."""
    kb = kb or store.read(engine)
    url = engine.url.render_as_string(hide_password=False)
    return index_for(url).sync(groups(engine, kb))


def groups(engine: Engine, kb: KnowledgeBase) -> Iterator[Group]:
    """One group for the curated base and one for each ingested document, each with a fingerprint of all it is made of."""
    records = list(base_records(kb))
    yield BASE, _hash(*(r.packed() for r in records)), lambda: records
    meanings = _meanings(kb)
    names = _hash(*(n.encode() for b in kb.benefits.values() for n in (b.name, b.short or "", *b.aliases)))
    benefits_in = benefit_finder(names_of(kb))
    for held in clause_store.held(engine):
        curated = curated_document(kb, held.sha256, held.metadata)
        meant = meanings.get(curated.id, {}) if curated else {}
        fingerprint = _hash(
            held.sha256.encode(), repr((held.version, held.id, held.metadata, curated)).encode(),
            repr(sorted(meant.items())).encode(), names.encode(),
        )
        yield f"document:{held.id}", fingerprint, partial(_records, engine, held, meant, benefits_in, curated)


def _records(
    engine: Engine, held: HeldDocument, meant: Mapping[str, Meaning], benefits_in: Callable[[str], tuple[str, ...]],
    curated: Document | None,
) -> Iterator[Record]:
    with reading(engine) as db:
        metadata = held.metadata
        if curated:
            metadata = replace(metadata, title=curated.title, issuer=curated.issuer, number=curated.number)
        yield from clause_records(str(held.id), metadata, clause_store.clauses_of(db, held.id), meant, benefits_in, curated)


def _meanings(kb: KnowledgeBase) -> dict[str, dict[str, Meaning]]:
    """For each curated document what the base makes of each of its clauses."""
    found: dict[str, dict[str, list[Provision]]] = defaultdict(lambda: defaultdict(list))
    for p in kb.provisions:
        if p.evidence:
            found[p.document][p.evidence.clause].append(p)
    return {
        document: {
            path: Meaning(
                tuple(p.statement for p in resting), tuple(dict.fromkeys(p.benefit for p in resting)),
                tuple(dict.fromkeys(p.aspect for p in resting)),
            )
            for path, resting in paths.items()
        }
        for document, paths in found.items()
    }


def _hash(*parts: bytes) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


class Lookups:
    """A process's way to look things up: notices new versions and brings the index up to date without holding anybody up."""

    def __init__(self, url: str, reader: Reader):
        self._url, self._reader = url, reader
        self._engine = open_engine(url, read_only=True)
        self._index = index_for(url)
        self._lock = threading.Lock()
        self._usable = self._index.searcher() is not None
        self._documents: tuple[int, dict[str, HeldDocument]] = (0, {})
        self._indexed = 0

    def page(self, query: SearchQuery) -> Page:
        """One page of results. ``query.as_of`` must be given. Raises :class:`~policy_kb.store.NothingLoaded`."""
        kb = self._reader.get()
        version, documents = self._documents
        if version != kb.version:
            documents = {str(d.id): d for d in clause_store.held(self._engine)}
            self._documents = (kb.version, documents)
        if self._indexed != kb.version:
            self._bring_up_to_date(kb)
        return lookup(kb, self._index, documents, query)

    def _bring_up_to_date(self, kb: KnowledgeBase) -> None:
        """In the background where there is an index to go on with; whoever comes first of all waits for it."""
        if not self._lock.acquire(blocking=not self._usable):
            return
        if self._indexed == kb.version:
            self._lock.release()
        elif not self._usable:
            self._sync(kb)
        else:
            threading.Thread(target=self._sync, args=(kb,), name="search-index", daemon=True).start()

    def _sync(self, kb: KnowledgeBase) -> None:
        try:
            self._index.sync(groups(self._engine, kb))
            self._indexed, self._usable = kb.version, True
        except (IndexBusy, OSError, sa.exc.SQLAlchemyError):
            log.exception("the search index could not be brought up to date; the next lookup tries again")
        finally:
            self._lock.release()
