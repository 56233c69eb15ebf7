"""Dialect words and what they are in standard Chinese: ``dialects.yaml``, read once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import regex
import yaml

TABLE = Path(__file__).with_name("dialects.yaml")
# 好多 is 多少 in the south-west and "many" elsewhere; 得 and 中 mean something else inside words.
_ONLY_WHOLE = {
    "恁": r"(?<![\p{Han}])恁", "伐": r"伐(?=$|[？?，,。!！])", "中不": r"中不(?=$|[？?，,。!！])", "咋": r"咋(?!舌|呼)",
}


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, str], regex.Pattern]:
    data: dict[str, dict[str, str]] = yaml.safe_load(TABLE.read_text("utf-8"))
    meant = {said: word for words in data.values() for said, word in words.items()}
    longest_first = sorted(meant, key=lambda said: (-len(said), said))
    return meant, regex.compile("|".join(_ONLY_WHOLE.get(w, regex.escape(w)) for w in longest_first))


def find(text: str) -> list[tuple[int, int, str]]:
    """Dialect words of a folded text: (start, end, the standard word), in order, without overlaps."""
    meant, pattern = _table()
    return [(m.start(), m.end(), meant[m[0]]) for m in pattern.finditer(text)]
