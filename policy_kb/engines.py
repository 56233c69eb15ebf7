"""Engines for the knowledge store: SQLite in WAL mode with explicit transactions, or PostgreSQL."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

# How long one waits for another process's lock, in seconds.
LOCK_TIMEOUT = 30


def use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Put the store into WAL mode, where it stays. Processes that open a new store at once wait for each other.

    SQLite does not wait by itself here: who changes the mode must be alone, and of two that both read the file already
    one gets "database is locked" at once, whatever the busy timeout is.
    """
    until = time.monotonic() + LOCK_TIMEOUT
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)


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
        connection.execute(f"PRAGMA busy_timeout={LOCK_TIMEOUT * 1000}")
        connection.execute("PRAGMA foreign_keys=ON")
        if not read_only:
            use_write_ahead_log(connection)

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
