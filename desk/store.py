"""Open the desk store. Every write is one short transaction; on SQLite it takes the write lock when it begins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import QueuePool

from desk import migrations
from policy_kb.engines import LOCK_TIMEOUT, use_write_ahead_log
from policy_kb.settings import store_url

READING = "huimin_reading"
AT_ONCE = 500  # SQLite takes no more than 999 values in a query where it is old


def desk_url() -> str:
    """The desk store: ``HUIMIN_DESK_URL``."""
    return store_url("HUIMIN_DESK_URL", "desk.db")


def open_store(url: str | None = None) -> Engine:
    """An engine with its tables there. SQLite: WAL, foreign keys on, the write lock from the start of each transaction.

    SQLAlchemy's errors do not list the values of a statement, which are residents' words. Transactions that only read begin with
    :func:`reading`. Raises ``StoreIsNewer`` where a newer program made the tables.
    """
    url = url or desk_url()
    if not url.startswith("sqlite"):
        engine = sa.create_engine(url, future=True, hide_parameters=True, pool_pre_ping=True)
    else:
        engine = sa.create_engine(
            url, future=True, hide_parameters=True, poolclass=QueuePool,
            connect_args={"check_same_thread": False, "timeout": LOCK_TIMEOUT},
        )

        @sa.event.listens_for(engine, "connect")
        def _connect(connection, _record):
            connection.isolation_level = None
            use_write_ahead_log(connection)
            for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
                connection.execute(f"PRAGMA {pragma}")

        @sa.event.listens_for(engine, "begin")
        def _begin(connection):
            reading = connection.get_execution_options().get(READING)
            connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    migrations.upgrade(engine)
    return engine


def reading(engine: Engine) -> Connection:
    """A connection whose transaction only reads: on SQLite it waits for no writer and holds none up."""
    return engine.connect().execution_options(**{READING: True})


def in_parts(names: Collection[str]) -> Iterator[list[str]]:
    """The names in lists that one query takes."""
    every = list(names)
    for start in range(0, len(every), AT_ONCE):
        yield every[start : start + AT_ONCE]


def now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)


def aware(moment: dt.datetime | None) -> dt.datetime | None:
    """SQLite gives times back without their zone; they are UTC."""
    return moment.replace(tzinfo=dt.timezone.utc) if moment is not None and moment.tzinfo is None else moment
