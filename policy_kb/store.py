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

from policy_kb import knowledge as kn
from policy_kb import tables as t
from policy_kb.loader import SHIPPED, read_knowledge
from policy_kb.yamlsource import content_hash


class NothingLoaded(Exception):
    """The store holds no version yet."""


def open_engine(url: str, *, read_only: bool = False) -> Engine:
    """An engine for the knowledge store. SQLite files are opened in WAL mode with explicit transactions."""
    if not url.startswith("sqlite"):
        return sa.create_engine(url, future=True, pool_pre_ping=True)
    engine = sa.create_engine(url, future=True, connect_args={"check_same_thread": False})

    @sa.event.listens_for(engine, "connect")
    def _connect(connection, _record):
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=10000")
        if not read_only:
            cursor.execute("PRAGMA journal_mode=WAL")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection):
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _rows(items, **extra) -> list[dict[str, Any]]:
    return [asdict(x) | {"position": i} | extra for i, x in enumerate(items)]


def _provision_row(p: kn.Provision, position: int) -> dict[str, Any]:
    row = asdict(p)
    audience = row.pop("audience")
    row["audience_label"] = audience.pop("label")
    return row | audience | {"position": position}


_PLAIN = (
    ("benefits", kn.Benefit),
    ("topics", kn.Topic),
    ("audiences", kn.AudienceGroup),
    ("aspects", kn.AspectName),
    ("offices", kn.Office),
    ("emergencies", kn.Emergency),
    ("out_of_scope", kn.OutOfScope),
)


def _latest(db: Connection) -> sa.engine.Row | None:
    return db.execute(sa.select(t.kb_versions).order_by(t.kb_versions.c.number.desc()).limit(1)).first()


def load(engine: Engine, folders: list[Path]) -> tuple[int, bool]:
    """Make ``folders`` the store's content; returns (kb_version, changed).

    All or nothing: on any mistake in the data the store keeps what it had. Loading the same content again makes
    no new version.
    """
    fingerprint, sources = _fingerprint(folders), [str(f.resolve()) for f in folders]
    with engine.begin() as db:
        t.kb_versions.create(db, checkfirst=True)
        latest = _latest(db)
    if latest and latest.content_hash == fingerprint and latest.sources == sources:
        return latest.number, False
    kb = read_knowledge(folders)
    with engine.begin() as db:
        latest = _latest(db)
        # Everything but the versions is derived from the files: made anew, so an older program's tables never stand in the way.
        content = [table for table in t.metadata.sorted_tables if table is not t.kb_versions]
        t.metadata.drop_all(db, tables=content)
        t.metadata.create_all(db, tables=content)
        _write(db, kb)
        number = (latest.number if latest else 0) + 1
        db.execute(
            t.kb_versions.insert(),
            {"number": number, "loaded_at": dt.datetime.now(dt.timezone.utc), "content_hash": fingerprint,
             "sources": sources},
        )
    return number, True


def _fingerprint(folders: list[Path]) -> str:
    """Changes with the files and with the shape of the tables they are put into."""
    shape = "\n".join(f"{table.name}.{column.name}" for table in t.metadata.sorted_tables for column in table.columns)
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
    insert(t.leads, _rows(kb.leads))
    insert(t.vocabulary, [{"key": "everyday_words", "value": sorted(kb.everyday_words)},
                          {"key": "wording", "value": kb.wording}])


def current_version(engine: Engine) -> int:
    """The store's newest ``kb_version``; 0 where nothing was loaded."""
    if not sa.inspect(engine).has_table("kb_versions"):
        return 0
    with engine.connect() as db:
        return db.execute(sa.select(sa.func.max(t.kb_versions.c.number))).scalar() or 0


def loaded_from(engine: Engine) -> list[Path] | None:
    """The folders of the newest version, or None."""
    if not current_version(engine):
        return None
    with engine.connect() as db:
        row = db.execute(sa.select(t.kb_versions.c.sources).order_by(t.kb_versions.c.number.desc()).limit(1)).first()
    return [Path(p) for p in row.sources]


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

    with engine.connect() as db:
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
        leads = tuple(kn.Lead(**r) for r in rows(t.leads))
        words = {r["key"]: r["value"] for r in rows(t.vocabulary)}
    keyed = {name: {x.id: x for x in plain[name]} for name in ("benefits", "topics", "audiences", "aspects", "offices")}
    return kn.KnowledgeBase(
        version=version,
        regions={r.code: r for r in regions},
        documents={d.id: d for d in documents},
        provisions=provisions,
        leads=leads,
        emergencies=tuple(plain["emergencies"]),
        out_of_scope=tuple(plain["out_of_scope"]),
        everyday_words=frozenset(words.get("everyday_words", ())),
        wording=words.get("wording", {}),
        **keyed,
    )


def _provision(row: dict[str, Any]) -> kn.Provision:
    audience = kn.Audience(
        row.pop("residence"), row.pop("age_from"), row.pop("age_to"), row.pop("category"), row.pop("audience_label")
    )
    return kn.Provision(**row, audience=audience)


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
