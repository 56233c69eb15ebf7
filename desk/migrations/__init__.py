"""Bring the desk store's tables to this program's shape, with Alembic."""

from __future__ import annotations

from pathlib import Path

from policy_kb.migrating import Migrations, StoreIsNewer

__all__ = ["VERSION_TABLE", "StoreIsNewer", "config", "revision", "upgrade"]

VERSION_TABLE = "desk_alembic_version"
_OURS = Migrations(Path(__file__).parent, VERSION_TABLE, 4_862_191)
config, revision, upgrade = _OURS.config, _OURS.revision, _OURS.upgrade
