"""Replies that staff have ready."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from policy_kb.yamlfile import read_yaml

OPENING = 8


@lru_cache(maxsize=1)
def canned() -> tuple[dict[str, str], ...]:
    """Each with ``code``, ``text`` (with ``{name}`` for who replies) and ``initials`` of how it begins."""
    rows = read_yaml(Path(__file__).with_name("canned.yaml"))
    return tuple(row | {"initials": _initials(row["text"])} for row in rows)


def _initials(text: str) -> str:
    from pypinyin import Style, lazy_pinyin  # a dictionary, for those who have phrases to show

    letters = [c for c in text if "\u4e00" <= c <= "\u9fff"][:OPENING]
    return "".join(lazy_pinyin("".join(letters), style=Style.FIRST_LETTER))
