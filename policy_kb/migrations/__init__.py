"""Bring the knowledge store's tables to this program's shape, with Alembic."""

from __future__ import annotations

from pathlib import Path

from policy_kb.migrating import Migrations, StoreIsNewer
from policy_kb.reader import VERSION_TABLE, revision

__all__ = ["VERSION_TABLE", "StoreIsNewer", "config", "revision", "upgrade"]

_OURS = Migrations(Path(__file__).parent, VERSION_TABLE, 4_862_190)
config, upgrade = _OURS.config, _OURS.upgrade
