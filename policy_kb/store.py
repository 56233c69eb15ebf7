"""The knowledge store: load a new version in one transaction. What reads it is in :mod:`policy_kb.reader`."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from policy_kb import clause_tables, migrations
from policy_kb import knowledge as kn
from policy_kb import tables as t
from policy_kb.eligibility.schema import dumped
from policy_kb.engines import open_engine, reading, writing
from policy_kb.loader import SHIPPED, read_knowledge
from policy_kb.reader import PLAIN, NothingLoaded, Reader, current_version, read, shared_reader
from policy_kb.yamlsource import content_hash

__all__ = [
    "NothingLoaded", "Reader", "current_version", "load", "loaded_from", "new_version", "open_engine", "read", "refresh",
    "shared_reader",
]


def _rows(items, **extra) -> list[dict[str, Any]]:
    return [asdict(x) | {"position": i} | extra for i, x in enumerate(items)]


def _with_evidence(item: Any, position: int) -> dict[str, Any]:
    row = asdict(item) | {"position": position}
    evidence = row.pop("evidence") or {}
    return row | {"clause": evidence.get("clause"), "span_start": evidence.get("start"), "span_end": evidence.get("end")}


def _provision_row(p: kn.Provision, position: int) -> dict[str, Any]:
    row = _with_evidence(p, position)
    audience = row.pop("audience")
    row["audience_label"] = audience.pop("label")
    return row | audience


_KEPT = {t.kb_versions, clause_tables.source_files, clause_tables.source_documents, clause_tables.clauses}
CURATED = [table for table in t.metadata.sorted_tables if table not in _KEPT]


def _latest(db: Connection) -> sa.engine.Row | None:
    return db.execute(sa.select(t.kb_versions).order_by(t.kb_versions.c.number.desc()).limit(1)).first()


def load(engine: Engine, folders: list[Path]) -> tuple[int, bool]:
    """Make ``folders`` the store's content; returns (kb_version, changed).

    All or nothing: on any mistake in the data the store keeps what it had. Loading the same content again makes
    no new version.
    """
    fingerprint, sources = _fingerprint(folders), [str(f.resolve()) for f in folders]
    migrations.upgrade(engine)
    with reading(engine) as db:
        latest = _latest(db)
    if latest and latest.content_hash == fingerprint and latest.sources == sources:
        return latest.number, False
    kb = read_knowledge(folders)
    with writing(engine) as db:
        for table in reversed(CURATED):
            db.execute(table.delete())
        _write(db, kb)
        return new_version(db, "load", content_hash=fingerprint, sources=sources), True


def new_version(db: Connection, change: str, **values: Any) -> int:
    """Number what was just written; what is not given stays as in the version before."""
    latest = _latest(db)
    before = {"content_hash": latest.content_hash, "sources": latest.sources} if latest else {"content_hash": "", "sources": []}
    number = (latest.number if latest else 0) + 1
    row = before | values | {"number": number, "loaded_at": dt.datetime.now(dt.timezone.utc), "change": change}
    db.execute(t.kb_versions.insert(), row)
    return number


def _fingerprint(folders: list[Path]) -> str:
    """Changes with the files and with the shape of the tables they are put into."""
    shape = "\n".join(f"{table.name}.{column.name}" for table in CURATED for column in table.columns)
    return hashlib.sha256(f"{content_hash(folders)}\n{shape}".encode()).hexdigest()


def _write(db: Connection, kb: kn.KnowledgeBase) -> None:
    def insert(table: sa.Table, rows: list[dict]) -> None:
        if rows:
            db.execute(table.insert(), rows)

    insert(t.regions, _rows(kb.regions.values()))
    insert(t.documents, _rows(kb.documents.values()))
    for name, _ in PLAIN:
        items = getattr(kb, name)
        insert(t.metadata.tables[name], _rows(items.values() if isinstance(items, dict) else items))
    insert(t.provisions, [_provision_row(p, i) for i, p in enumerate(kb.provisions)])
    insert(t.institutions, [_with_evidence(x, i) for i, x in enumerate(kb.institutions.values())])
    insert(t.leads, _rows(kb.leads))
    insert(t.household_facts, [{"id": f.id, "body": dumped(f), "position": i} for i, f in enumerate(kb.household_facts.values())])
    insert(t.rules, [{"id": r.id, "benefit": r.benefit, "version": r.version, "body": dumped(r), "position": i}
                     for i, r in enumerate(kb.rules)])
    insert(t.vocabulary, [{"key": "everyday_words", "value": sorted(kb.everyday_words)},
                          {"key": "seeking_words", "value": sorted(kb.seeking_words)},
                          {"key": "answer_words", "value": kb.answer_words}, {"key": "wording", "value": kb.wording}])


def loaded_from(engine: Engine) -> list[Path] | None:
    """The folders of the newest version, or None."""
    if not sa.inspect(engine).has_table("kb_versions"):
        return None
    with reading(engine) as db:
        row = db.execute(sa.select(t.kb_versions.c.sources).order_by(t.kb_versions.c.number.desc()).limit(1)).first()
    return [Path(p) for p in row.sources] if row and row.sources else None


def refresh(engine: Engine) -> tuple[int, bool]:
    """Load again what the store was loaded from; the shipped data where it is new."""
    return load(engine, loaded_from(engine) or [SHIPPED])
