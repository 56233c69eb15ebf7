"""What Alembic runs for each command."""

from desk.migrations import VERSION_TABLE
from desk.wechat_tables import metadata
from policy_kb.migrating import run

run(metadata, VERSION_TABLE)
