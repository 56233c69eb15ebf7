"""Dialect words and what they are in standard Chinese: ``dialects.yaml``, read once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import regex

from policy_kb.yamlfile import read_yaml

TABLE = Path(__file__).with_name("dialects.yaml")
# Words that are part of other words count only where these patterns let them.
_ONLY_WHOLE = {
    "没得": r"没得(?!到)",
    "恁": r"(?<![\p{Han}])恁",
    "伐": r"伐(?=$|[？?，,。!！])",
    "中不": r"中不(?=$|[？?，,。!！])",
    "咋": r"咋(?!舌|呼)",
    "么样": r"(?<![怎什这那多])么样",
    "么事": r"(?<![怎什这那多])么事",
}


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, str], regex.Pattern]:
    data: dict[str, dict[str, str]] = read_yaml(TABLE)
    meant = {said: word for words in data.values() for said, word in words.items()}
    longest_first = sorted(meant, key=lambda said: (-len(said), said))
    return meant, regex.compile("|".join(_ONLY_WHOLE.get(w, regex.escape(w)) for w in longest_first))


def find(text: str) -> list[tuple[int, int, str]]:
    """Dialect words of a folded text: (start, end, the standard word), in order, without overlaps."""
    meant, pattern = _table()
    return [(m.start(), m.end(), meant[m[0]]) for m in pattern.finditer(text)]
