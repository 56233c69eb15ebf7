"""Names typed in letters: whole pinyin (dibao) and initials (gljt), read as the names people meant. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import regex

from policy_kb.language.spoken_names import SpokenName
from policy_kb.language.syllables import syllables

# What a letter run costs when it is read in a certain way; the cheapest whole reading wins.
_WHOLE_NAME, _INITIALS, _LONG_INITIALS, _SYLLABLE = 1.0, 2.0, 1.4, 1.6
_CROSSING, _MUCH_LESS_LIKELY = 2.0, 3.0
_READINGS, _BEAM = 3, 6
_LONGEST_NAME, _SHORTEST_WHOLE = 40, 3


@dataclass(frozen=True)
class Spelled:
    """One way to understand a run of letters: words, and pairs of syllables that no name covers. Lower cost is likelier."""

    text: str
    pairs: tuple[str, ...]
    cost: float


class LetterReader:
    """Reads letters with the names of one knowledge base."""

    def __init__(self, names: Iterable[SpokenName]):
        self._whole: dict[str, dict[str, float]] = defaultdict(dict)
        self._initials: dict[str, dict[str, float]] = defaultdict(dict)
        for name in names:
            keys = [(self._whole, "".join(name.sound))]
            if name.initials:
                keys.append((self._initials, "".join(s[0] for s in name.sound)))
            for table, key in keys:
                table[key][name.text] = min(name.rank, table[key].get(name.text, name.rank))

    def read(
        self, letters: str, known: Callable[[str], bool] = lambda word: False, shortest_initials: int = 2
    ) -> list[Spelled]:
        """The likeliest readings of ``dibao biaozhun``, ``dbbz`` or ``wsgljt``, best first; none where it is no pinyin.

        ``known(word)`` tells whether documents hold the letters as they are (CT, ICU): such words are left alone.
        """
        words = [w for w in regex.split(r"['\s]+", letters) if w]
        if not words or len(words) == 1 and (len(words[0]) < 2 or known(words[0])):
            return []
        borders, at = {0}, 0
        for word in words:
            at += len(word)
            borders.add(at)
        return self._segment("".join(words), frozenset(borders), shortest_initials)

    def _segment(self, letters: str, borders: frozenset[int], shortest_initials: int) -> list[Spelled]:
        """The cheapest ways to cover all of the letters with names and syllables; ``borders`` are the spaces as typed."""
        at: list[list[tuple[float, tuple[tuple[str, bool], ...]]]] = [[] for _ in range(len(letters) + 1)]
        at[0] = [(0.0, ())]
        for start in range(len(letters)):
            at[start].sort(key=lambda x: (x[0], x[1]))
            del at[start][_BEAM:]
            if not at[start]:
                continue
            for end in range(start + 1, min(len(letters), start + _LONGEST_NAME) + 1):
                crossed = any(start < b < end for b in borders) and not {start, end} <= borders
                for text, is_name, cost in self._pieces(letters[start:end], shortest_initials):
                    cost += _CROSSING if crossed else 0.0
                    at[end] += [(c + cost, (*path, (text, is_name))) for c, path in at[start]]
        readings = [_reading(path, cost) for cost, path in sorted(at[-1])[:_READINGS]]
        return [r for r in readings if r and r.cost <= readings[0].cost + _MUCH_LESS_LIKELY] if readings and readings[0] else []

    def _pieces(self, part: str, shortest_initials: int) -> Iterable[tuple[str, bool, float]]:
        if len(part) >= _SHORTEST_WHOLE:
            for name, rank in _best(self._whole.get(part)):
                yield name, True, _WHOLE_NAME + rank
        if len(part) >= shortest_initials:
            cost = _INITIALS if len(part) < 4 else _LONG_INITIALS
            for name, rank in _best(self._initials.get(part)):
                yield name, True, cost + rank
        if len(part) <= 6 and part in syllables():
            yield part, False, _SYLLABLE


def _best(names: dict[str, float] | None) -> list[tuple[str, float]]:
    return sorted((names or {}).items(), key=lambda x: (x[1], len(x[0]), x[0]))[:3]


def _reading(path: tuple[tuple[str, bool], ...], cost: float) -> Spelled | None:
    """Words side by side; neighbouring loose syllables in pairs. A reading without any name or pair says nothing."""
    words, pairs, before = [], [], None
    for text, is_name in path:
        if is_name:
            words.append(text)
        elif before is not None:
            pairs.append(f"{before}'{text}")
        before = None if is_name else text
    return Spelled("".join(words), tuple(pairs), cost) if words or pairs else None
