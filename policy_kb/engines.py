"""Engines for the knowledge store: SQLite in WAL mode with explicit transactions, or PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine


def open_engine(url: str, *, read_only: bool = False) -> Engine:
    """An engine for the knowledge store at ``url``. ``read_only`` transactions never wait for a writer."""
    if not url.startswith("sqlite"):
        # Which driver a bare postgresql:// means differs between versions of SQLAlchemy.
        scheme, _, rest = url.partition("://")
        if scheme in {"postgres", "postgresql"}:
            url = f"postgresql+psycopg2://{rest}"
        return sa.create_engine(url, future=True, pool_pre_ping=True)
    engine = sa.create_engine(url, future=True, connect_args={"check_same_thread": False})

    @sa.event.listens_for(engine, "connect")
    def _connect(connection, _record):
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout=30000")
        cursor.execute("PRAGMA foreign_keys=ON")
        if not read_only:
            cursor.execute("PRAGMA journal_mode=WAL")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection):
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction of the only writer: another one waits until it is over. Readers go on."""
    with engine.begin() as db:
        if db.dialect.name == "postgresql":
            db.exec_driver_sql("LOCK TABLE kb_versions IN SHARE ROW EXCLUSIVE MODE")
        yield db


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that sees the store as it was at its beginning, whatever is written meanwhile."""
    with engine.connect() as db:
        if db.dialect.name == "postgresql":
            db = db.execution_options(isolation_level="REPEATABLE READ")
        yield db
