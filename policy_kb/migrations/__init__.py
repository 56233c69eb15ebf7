"""Bring the knowledge store's tables to this program's shape, with Alembic."""

from __future__ import annotations

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

from policy_kb.reader import VERSION_TABLE, revision

# Alembic's own context is one for the whole process; several processes may open a new store at once.
_ONE_AT_A_TIME = threading.Lock()
_LOCK_NUMBER = 4_862_190


class StoreIsNewer(Exception):
    """The store was made by a newer program than this one."""


def config() -> Config:
    """Alembic's configuration; there is no alembic.ini."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    return made


def upgrade(engine: Engine) -> None:
    """Make or migrate the tables. Does nothing when they are as they should be. Raises :class:`StoreIsNewer`."""
    script = ScriptDirectory.from_config(config())
    head = script.get_current_head()
    have = revision(engine)
    if have == head:
        return
    if have is not None and have not in {s.revision for s in script.walk_revisions()}:
        raise StoreIsNewer(have)
    with _ONE_AT_A_TIME, engine.begin() as db:
        if db.dialect.name == "postgresql":
            db.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})")
        if MigrationContext.configure(db, opts={"version_table": VERSION_TABLE}).get_current_revision() == head:
            return
        made = config()
        made.attributes["connection"] = db
        command.upgrade(made, "head")
