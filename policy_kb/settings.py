"""Where the service keeps what it makes, and where its stores are."""

from __future__ import annotations

import datetime as dt
import os
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

DEFAULT_RETENTION_DAYS = 180
ROOT = Path(__file__).resolve().parent.parent


def var_folder() -> Path:
    """``HUIMIN_VAR``, by default ``var/`` of the checkout: stores, model, logs, the secret key."""
    folder = Path(os.environ.get("HUIMIN_VAR") or ROOT / "var")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def store_url(variable: str, file: str) -> str:
    """The database address in the environment's ``variable``, by default the SQLite ``file`` in the var folder."""
    return _with_folder(os.environ.get(variable), os.environ.get("HUIMIN_VAR"), file)


@lru_cache(maxsize=64)
def _with_folder(given: str | None, var: str | None, file: str) -> str:
    """The address once its folder is there; asked for several times a turn, put together once."""
    url = given or f"sqlite:///{Path(var or ROOT / 'var') / file}"
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    return url


def kb_url() -> str:
    """The knowledge store: ``HUIMIN_KB_URL``."""
    return store_url("HUIMIN_KB_URL", "kb.db")


def retention_days() -> int:
    """``HUIMIN_RETENTION_DAYS``: how many days a conversation is kept after its last message; 180 where not given."""
    given = os.environ.get("HUIMIN_RETENTION_DAYS", "").strip()
    return int(given) if given.isdigit() and int(given) > 0 else DEFAULT_RETENTION_DAYS


def today() -> dt.date:
    """Today where Huimin serves: ``HUIMIN_TIMEZONE``, by default Asia/Shanghai."""
    return dt.datetime.now(ZoneInfo(os.environ.get("HUIMIN_TIMEZONE", "Asia/Shanghai"))).date()
