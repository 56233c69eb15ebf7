"""Where the service keeps what it makes, and where its stores are."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parent.parent


def var_folder() -> Path:
    """``HUIMIN_VAR``, by default ``var/`` of the checkout: stores, model, logs, the secret key."""
    folder = Path(os.environ.get("HUIMIN_VAR") or ROOT / "var")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def store_url(variable: str, file: str) -> str:
    """The database address in the environment's ``variable``, by default the SQLite ``file`` in the var folder."""
    url = os.environ.get(variable) or f"sqlite:///{var_folder() / file}"
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    return url


def kb_url() -> str:
    """The knowledge store: ``HUIMIN_KB_URL``."""
    return store_url("HUIMIN_KB_URL", "kb.db")


def today() -> dt.date:
    """Today where Huimin serves: ``HUIMIN_TIMEZONE``, by default Asia/Shanghai."""
    return dt.datetime.now(ZoneInfo(os.environ.get("HUIMIN_TIMEZONE", "Asia/Shanghai"))).date()
