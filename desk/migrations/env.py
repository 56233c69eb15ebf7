"""What Alembic runs for each command."""

from desk.account_tables import metadata
from desk.migrations import VERSION_TABLE
from policy_kb.migrating import run

run(metadata, VERSION_TABLE)
