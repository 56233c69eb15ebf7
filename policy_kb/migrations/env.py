"""What Alembic runs for each command."""

from policy_kb.clause_tables import metadata
from policy_kb.migrating import run
from policy_kb.migrations import VERSION_TABLE

run(metadata, VERSION_TABLE)
