"""Bring the tables of a store to this program's shape, with Alembic: for each store a folder of revisions.

Alembic is loaded only where there is something to do: a process that finds its tables as they should be has no use for it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic's own context is one for the whole process; several processes may open a new store at once.
_ONE_AT_A_TIME = threading.Lock()


class StoreIsNewer(Exception):
    """The store was made by a newer program than this one."""


class Migrations:
    """The revisions in ``folder``, noted in ``version_table``. ``lock_number``: of the lock on PostgreSQL, one for each store."""

    def __init__(self, folder: Path, version_table: str, lock_number: int):
        self._folder, self.version_table, self._lock_number = folder, version_table, lock_number

    def config(self) -> Config:
        """Alembic's configuration; there is no alembic.ini."""
        from alembic.config import Config

        made = Config()
        made.set_main_option("script_location", str(self._folder))
        return made

    def revision(self, engine: Engine) -> str | None:
        """The revision of the store's tables; None where no migration ever ran."""
        with engine.connect() as db:
            return self._revision(db)

    def upgrade(self, engine: Engine) -> None:
        """Make or migrate the tables, all or nothing; nothing when they are as they should be. Raises :class:`StoreIsNewer`."""
        known = [file.name.split("_")[0] for file in sorted((self._folder / "versions").glob("[0-9]*.py"))]
        head, have = known[-1], self.revision(engine)
        if have == head:
            return
        if have is not None and have not in known:
            raise StoreIsNewer(have)
        from alembic import command

        with _ONE_AT_A_TIME, _rewriting(engine) as db:
            if db.dialect.name == "postgresql":
                db.exec_driver_sql(f"SELECT pg_advisory_xact_lock({self._lock_number})")
            if self._revision(db) == head:
                return
            made = self.config()
            made.attributes["connection"] = db
            command.upgrade(made, "head")

    def _revision(self, db: Connection) -> str | None:
        if not sa.inspect(db).has_table(self.version_table):
            return None
        return db.execute(sa.select(sa.column("version_num")).select_from(sa.table(self.version_table))).scalar()


def run(metadata: sa.MetaData, version_table: str) -> None:
    """What Alembic runs for each command (a folder's ``env.py``): inside the caller's transaction, on the caller's connection."""
    from alembic import context

    context.configure(
        connection=context.config.attributes["connection"], target_metadata=metadata, version_table=version_table,
        render_as_batch=True, compare_type=True,
    )
    context.run_migrations()


@contextlib.contextmanager
def _rewriting(engine: Engine) -> Iterator[Connection]:
    """One transaction that may make tables anew: on SQLite without deleting the rows that point to an old one."""
    with engine.connect() as db:
        _keep_foreign_keys(db, False)
        try:
            with db.begin():
                yield db
                if db.dialect.name == "sqlite" and db.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise sa.exc.IntegrityError("PRAGMA foreign_key_check", None, Exception("rows point to nothing"))
        finally:
            _keep_foreign_keys(db, True)


def _keep_foreign_keys(db: Connection, on: bool) -> None:
    """Before the transaction begins: inside one SQLite does not listen."""
    if db.dialect.name == "sqlite":
        db.connection.dbapi_connection.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
