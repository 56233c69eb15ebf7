"""Names by their sound: whole pinyin (dibao), initials (gljt) and homophones (低宝), read as the names people meant. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import regex
import rjieba
from pypinyin import lazy_pinyin
from pypinyin.constants import PINYIN_DICT

from policy_kb.knowledge import COUNTRY, KnowledgeBase
from policy_kb.regions import short_name
from policy_kb.search.text import fold, is_han

# What a letter run costs when it is read in a certain way; the cheapest whole reading wins.
_WHOLE_NAME, _INITIALS, _LONG_INITIALS, _SYLLABLE = 1.0, 2.0, 1.4, 1.6
_CROSSING, _MUCH_LESS_LIKELY = 2.0, 3.0
_READINGS, _BEAM = 3, 6
_LONGEST_NAME, _SHORTEST_WHOLE = 40, 3
_ASKED_MOST = ("标准", "条件", "材料", "流程")  # typed together with a benefit: dbbz
_HARDLY_A_WORD = 30  # times in the sixty million words the dictionary was counted on


@dataclass(frozen=True)
class Reading:
    """One way to understand a run of letters: words, and pairs of syllables that no name covers. Lower cost is likelier."""

    text: str
    pairs: tuple[str, ...]
    cost: float


@lru_cache(maxsize=1)
def syllables() -> frozenset[str]:
    """Every Mandarin syllable, without tones, ü written v as on a keyboard."""
    marks = str.maketrans("āáǎàēéěèōóǒòīíǐìūúǔùüǖǘǚǜńňǹḿ", "aaaaeeeeooooiiiiuuuuvvvvvnnnm")
    found = {s.translate(marks) for many in PINYIN_DICT.values() for s in many.split(",")}
    whole = (s for s in found if s.isascii() and s.isalpha() and (len(s) > 1 or s in "aeo"))
    return frozenset(whole) - {"ng", "hm", "hng"}


class NameSounds:
    """All names of one knowledge base by sound."""

    def __init__(self, kb: KnowledgeBase):
        self._whole: dict[str, dict[str, float]] = defaultdict(dict)
        self._initials: dict[str, dict[str, float]] = defaultdict(dict)
        self._syllables: dict[tuple[str, ...], dict[str, float]] = defaultdict(dict)
        self._names: set[str] = set()
        for name, rank, short_too in _names(kb):
            self._add(fold(name), rank, short_too)
        self._longest = max(map(len, self._syllables), default=0)

    def _add(self, name: str, rank: float, initials: bool) -> None:
        if len(name) < 2 or not is_han(name):
            return
        sound = lazy_pinyin(name)
        if len(sound) != len(name) or not all(s.isalpha() for s in sound):
            return
        self._names.add(name)
        keys: list[tuple[dict, object]] = [(self._whole, "".join(sound)), (self._syllables, tuple(sound))]
        if initials:
            keys.append((self._initials, "".join(s[0] for s in sound)))
        for table, key in keys:
            table[key][name] = min(rank, table[key].get(name, rank))

    def read_letters(self, letters: str, known: Callable[[str], bool] = lambda word: False) -> list[Reading]:
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
        return self._segment("".join(words), frozenset(borders))

    def _segment(self, letters: str, borders: frozenset[int]) -> list[Reading]:
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
                for text, is_name, cost in self._pieces(letters[start:end]):
                    cost += _CROSSING if crossed else 0.0
                    at[end] += [(c + cost, (*path, (text, is_name))) for c, path in at[start]]
        readings = [_reading(path, cost) for cost, path in sorted(at[-1])[:_READINGS]]
        return [r for r in readings if r and r.cost <= readings[0].cost + _MUCH_LESS_LIKELY] if readings and readings[0] else []

    def _pieces(self, part: str) -> Iterable[tuple[str, bool, float]]:
        if len(part) >= _SHORTEST_WHOLE:
            for name, rank in _best(self._whole.get(part)):
                yield name, True, _WHOLE_NAME + rank
        if len(part) >= 2:
            cost = _INITIALS if len(part) < 4 else _LONG_INITIALS
            for name, rank in _best(self._initials.get(part)):
                yield name, True, cost + rank
        if len(part) <= 6 and part in syllables():
            yield part, False, _SYLLABLE

    def homophones(self, folded: str, rare: Callable[[str, str], bool]) -> list[tuple[int, int, str]]:
        """Names that sound like a slip in the text: ``(start, end, name)`` for 低宝 → 低保.

        ``rare(written, meant)`` tells whether documents hardly ever hold what is written. Nothing that is made of words of the
        dictionary is a slip: 事业 stays 事业 though 失业 sounds the same.
        """
        found: list[tuple[int, int, str]] = []
        for run in regex.finditer(r"[\p{Han}]{2,}", folded):
            sound = lazy_pinyin(run[0])
            if len(sound) != len(run[0]):
                continue
            single = _single_characters(run[0])
            for size in range(min(self._longest, len(sound)), 1, -1):
                for i in range(len(sound) - size + 1):
                    start, end = run.start() + i, run.start() + i + size
                    if any(start < e and s < end for s, e, _ in found) or not single & set(range(i, i + size)):
                        continue
                    written = run[0][i : i + size]
                    if written in self._names:
                        continue
                    for name, _ in _best(self._syllables.get(tuple(sound[i : i + size]))):
                        differing = {k for k in range(size) if written[k] != name[k]}
                        if {i + k for k in differing} <= single and rare(written, name):
                            found.append((start, end, name))
                            break
        return sorted(found)


def _best(names: dict[str, float] | None) -> list[tuple[str, float]]:
    return sorted((names or {}).items(), key=lambda x: (x[1], len(x[0]), x[0]))[:3]


def _reading(path: tuple[tuple[str, bool], ...], cost: float) -> Reading | None:
    """Words side by side; neighbouring loose syllables in pairs. A reading without any name or pair says nothing."""
    words, pairs, before = [], [], None
    for text, is_name in path:
        if is_name:
            words.append(text)
        elif before is not None:
            pairs.append(f"{before}'{text}")
        before = None if is_name else text
    return Reading("".join(words), tuple(pairs), cost) if words or pairs else None


def _single_characters(run: str) -> set[int]:
    """Places of the characters that belong to no word of the dictionary, or to one that is hardly ever met."""
    found, at = set(), 0
    for word in rjieba.cut(run, False):
        if len(word) == 1:
            found.add(at)
        elif len(word) == 2 and rjieba.suggest_freq(word) < _HARDLY_A_WORD:
            found |= {at, at + 1}
        at += len(word)
    return found


def _names(kb: KnowledgeBase) -> Iterable[tuple[str, float, bool]]:
    """Every name with its rank (0 the likeliest to be meant) and whether its initials are taken too."""
    for b in kb.benefits.values():
        for name in (b.name, b.short, *b.aliases):
            if name:
                yield name, 0.0 if name == b.short else 0.05 if name == b.name else 0.2, True
        for what in _ASKED_MOST:
            yield b.title + what, 0.1, True
    for t in kb.topics.values():
        for name in (t.name, *t.aliases):
            yield name, 0.1, True
    for a in kb.aspects.values():
        for name in (a.title, *a.cues):
            yield name, 0.1, True
    for g in kb.audiences.values():
        for name in (g.label, *g.aliases):
            yield name, 0.3, True
    for i in getattr(kb, "institutions", {}).values():
        for name in (i.name, *i.aliases):
            yield name, 0.3, True
    for o in kb.offices.values():
        for name in (o.name, *o.aliases):
            yield name, 0.3, True
    for d in kb.documents.values():
        yield regex.sub(r"[（(].*|《|》", "", d.title), 0.35, True
    for r in kb.regions.values():
        held = r.code in kb.regions_with_data
        for name in (r.name, short_name(r.name), *r.aliases):
            if r.code != COUNTRY and (held or name not in kb.everyday_words):
                yield name, 0.15 if held else 2.5, held
