"""Where the knowledge store is."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def kb_url() -> str:
    """``HUIMIN_KB_URL``, by default a SQLite file below ``var/`` of the checkout."""
    url = os.environ.get("HUIMIN_KB_URL") or f"sqlite:///{ROOT / 'var' / 'kb.db'}"
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    return url
