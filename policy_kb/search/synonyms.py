"""The table of other words for what people say: ``synonyms.yaml``, read once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from policy_kb.language.text import fold
from policy_kb.yamlfile import read_yaml

TABLE = Path(__file__).with_name("synonyms.yaml")


@dataclass(frozen=True)
class Synonyms:
    """``others[phrase]``: what else to look for where ``phrase`` is said; ``fillers``: words that ask nothing."""

    others: dict[str, tuple[str, ...]]
    fillers: frozenset[str]
    longest: int

    def find(self, folded: str) -> list[tuple[int, int, tuple[str, ...]]]:
        """Every phrase of the table in a text with its other words; of nested phrases the longer, too, not instead."""
        return [
            (start, start + size, self.others[folded[start : start + size]])
            for start in range(len(folded))
            for size in range(1, min(self.longest, len(folded) - start) + 1)
            if folded[start : start + size] in self.others
        ]


@lru_cache(maxsize=1)
def shipped() -> Synonyms:
    data = read_yaml(TABLE)
    others: dict[str, list[str]] = defaultdict(list)
    for group in data["same"]:
        words = [fold(w) for w in group]
        for word in words:
            others[word] += [w for w in words if w != word]
    for said, meant in data["says"].items():
        others[fold(said)] += [fold(w) for w in meant]
    table = {k: tuple(dict.fromkeys(v)) for k, v in others.items()}
    return Synonyms(table, frozenset(fold(w) for w in data["fillers"]), max(map(len, table)))
