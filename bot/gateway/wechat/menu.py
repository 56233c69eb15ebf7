"""The menu of the account, from ``menu.yaml``."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from policy_kb.yamlfile import read_yaml


@lru_cache(maxsize=1)
def _columns() -> list[dict[str, Any]]:
    return read_yaml(Path(__file__).parent / "menu.yaml")


def says_of(key: str) -> str | None:
    """What an entry asks in the resident's place; None where there is no such entry (any more)."""
    return next((e["says"] for c in _columns() for e in c["entries"] if e["key"] == key), None)


def as_platform_takes_it() -> dict[str, Any]:
    """The menu as the platform's interface takes it."""
    return {"button": [
        {"name": c["name"], "sub_button": [{"type": "click", "name": e["name"], "key": e["key"]} for e in c["entries"]]}
        for c in _columns()
    ]}


def lines() -> list[str]:
    """The menu to be read."""
    return [line for c in _columns() for line in (c["name"], *(f"  {e['name']} → {e['says']}" for e in c["entries"]))]
