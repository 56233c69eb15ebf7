"""What Alembic runs for each command: inside the caller's transaction, on the caller's connection."""

from alembic import context

from desk.account_tables import metadata
from desk.migrations import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
