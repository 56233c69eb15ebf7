"""The knowledge store: load a new version in one transaction, read a whole version, notice when it changes."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
import time
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from policy_kb import clause_tables, migrations
from policy_kb import knowledge as kn
from policy_kb import tables as t
from policy_kb.engines import open_engine, reading, writing
from policy_kb.loader import SHIPPED, read_knowledge
from policy_kb.yamlsource import content_hash


class NothingLoaded(Exception):
    """The store holds no version yet, or one of an earlier program that must be loaded again."""


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


_PLAIN = (
    ("benefits", kn.Benefit),
    ("topics", kn.Topic),
    ("audiences", kn.AudienceGroup),
    ("aspects", kn.AspectName),
    ("offices", kn.Office),
    ("needs", kn.Need),
    ("institution_kinds", kn.InstitutionKind),
    ("emergencies", kn.Emergency),
    ("out_of_scope", kn.OutOfScope),
)


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
    for name, _ in _PLAIN:
        items = getattr(kb, name)
        insert(t.metadata.tables[name], _rows(items.values() if isinstance(items, dict) else items))
    insert(t.provisions, [_provision_row(p, i) for i, p in enumerate(kb.provisions)])
    insert(t.institutions, [_with_evidence(x, i) for i, x in enumerate(kb.institutions.values())])
    insert(t.leads, _rows(kb.leads))
    insert(t.vocabulary, [{"key": "everyday_words", "value": sorted(kb.everyday_words)},
                          {"key": "seeking_words", "value": sorted(kb.seeking_words)},
                          {"key": "wording", "value": kb.wording}])


def current_version(engine: Engine) -> int:
    """The store's newest ``kb_version``; 0 where nothing was loaded by this program."""
    if migrations.revision(engine) is None:
        return 0
    with reading(engine) as db:
        return db.execute(sa.select(sa.func.max(t.kb_versions.c.number))).scalar() or 0


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


def read(engine: Engine) -> kn.KnowledgeBase:
    """The newest version, read in one transaction. Raises :class:`NothingLoaded`."""
    if not current_version(engine):
        raise NothingLoaded("the knowledge store is empty")

    def tuples(row) -> dict[str, Any]:
        values = dict(row._mapping)
        values.pop("position", None)
        return {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}

    with reading(engine) as db:
        def rows(table: sa.Table) -> list[dict[str, Any]]:
            query = sa.select(table)
            if "position" in table.c:
                query = query.order_by(table.c.position)
            return [tuples(r) for r in db.execute(query)]

        version = db.execute(sa.select(sa.func.max(t.kb_versions.c.number))).scalar()
        plain = {name: [cls(**r) for r in rows(t.metadata.tables[name])] for name, cls in _PLAIN}
        regions = [kn.Region(**r) for r in rows(t.regions)]
        documents = [kn.Document(**r) for r in rows(t.documents)]
        provisions = tuple(_provision(r) for r in rows(t.provisions))
        institutions = [_institution(r) for r in rows(t.institutions)]
        leads = tuple(kn.Lead(**r) for r in rows(t.leads))
        words = {r["key"]: r["value"] for r in rows(t.vocabulary)}
    keyed = {name: {x.id: x for x in plain[name]} for name in ("benefits", "topics", "audiences", "aspects", "offices", "needs",
                                                     "institution_kinds")}
    return kn.KnowledgeBase(
        version=version,
        regions={r.code: r for r in regions},
        documents={d.id: d for d in documents},
        provisions=provisions,
        institutions={i.id: i for i in institutions},
        leads=leads,
        emergencies=tuple(plain["emergencies"]),
        out_of_scope=tuple(plain["out_of_scope"]),
        everyday_words=frozenset(words.get("everyday_words", ())),
        seeking_words=frozenset(words.get("seeking_words", ())),
        wording=words.get("wording", {}),
        **keyed,
    )


def _evidence(row: dict[str, Any]) -> kn.Evidence | None:
    clause, start, end = row.pop("clause"), row.pop("span_start"), row.pop("span_end")
    return kn.Evidence(clause, start, end) if clause is not None else None


def _institution(row: dict[str, Any]) -> kn.Institution:
    return kn.Institution(evidence=_evidence(row), **row)


def _provision(row: dict[str, Any]) -> kn.Provision:
    audience = kn.Audience(
        row.pop("residence"), row.pop("age_from"), row.pop("age_to"), row.pop("category"), row.pop("audience_label")
    )
    return kn.Provision(evidence=_evidence(row), **row, audience=audience)


@lru_cache(maxsize=8)
def shared_reader(url: str) -> Reader:
    """The process's one reader of this store: whoever asks sees the same objects, read once."""
    return Reader(open_engine(url, read_only=True))


class Reader:
    """Gives the current knowledge base; looks for a newer version at most every ``every`` seconds.

    Safe to use from several threads. A version that cannot be read leaves the last good one in place.
    """

    def __init__(self, engine: Engine, every: float = 1.0):
        self._engine, self._every = engine, every
        self._lock = threading.Lock()
        self._kb: kn.KnowledgeBase | None = None
        self._looked = 0.0

    def get(self) -> kn.KnowledgeBase:
        """The newest knowledge base. Raises :class:`NothingLoaded` while there is none."""
        if self._kb is not None and time.monotonic() - self._looked < self._every:
            return self._kb
        with self._lock:
            self._looked = time.monotonic()
            try:
                if self._kb is None or current_version(self._engine) != self._kb.version:
                    self._kb = read(self._engine)
            except (sa.exc.SQLAlchemyError, NothingLoaded):
                if self._kb is None:
                    raise
            return self._kb
