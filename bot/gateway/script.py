"""Which characters a reader sees. The store keeps simplified ones; traditional ones are made for those who ask. Pure."""

from __future__ import annotations

from typing import Any

from policy_kb.language.text import traditional

HANS, HANT = "hans", "hant"
SCRIPTS = (HANS, HANT)
# Official designations, and what machines send back.
_KEPT = frozenset({"number", "url", "value", "payload"})


def shown(part: Any, script: str) -> Any:
    """A part of an answer with its texts in a script; ids, codes, numbers of documents and what residents typed stay."""
    return _in_traditional(part) if script == HANT else part


def _in_traditional(part: Any) -> Any:
    if isinstance(part, str):
        return part if part.isascii() else traditional(part)
    if isinstance(part, list):
        return [_in_traditional(p) for p in part]
    if not isinstance(part, dict):
        return part
    if part.get("from") == "resident" and not part.get("pressed"):
        return part
    if part.get("from") == "staff":  # names of persons are written as they write them
        return part | {"text": traditional(part["text"])}
    return {name: p if name in _KEPT else _in_traditional(p) for name, p in part.items()}
