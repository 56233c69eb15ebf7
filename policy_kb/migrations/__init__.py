"""Bring the knowledge store's tables to this program's shape, with Alembic."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine

# Another room may keep its tables, and its own revision, in the same database.
VERSION_TABLE = "kb_alembic_version"


class StoreIsNewer(Exception):
    """The store was made by a newer program than this one."""


def config() -> Config:
    """Alembic's configuration; there is no alembic.ini."""
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent))
    return made


def revision(engine: Engine) -> str | None:
    """The store's revision; None where no migration ever ran."""
    with engine.connect() as db:
        return MigrationContext.configure(db, opts={"version_table": VERSION_TABLE}).get_current_revision()


def upgrade(engine: Engine) -> None:
    """Make or migrate the tables. Does nothing when they are as they should be. Raises :class:`StoreIsNewer`."""
    script = ScriptDirectory.from_config(config())
    have = revision(engine)
    if have == script.get_current_head():
        return
    if have is not None and have not in {s.revision for s in script.walk_revisions()}:
        raise StoreIsNewer(have)
    with engine.begin() as db:
        made = config()
        made.attributes["connection"] = db
        command.upgrade(made, "head")
