"""Slips of the ear and of the keyboard: 低宝, 其江, 事业金, 临时求助, read as the names people meant. Pure.

The danger is the other way round: everyday words must stay what they are. So a slip is taken only where what is written makes
no word of the dictionary in that place, and the more characters a name has, the less it takes to recognise it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Sequence
from functools import cached_property, lru_cache

import regex
import rjieba

from policy_kb.language.pinyin import lazy_pinyin
from policy_kb.language.spoken_names import SpokenName
from policy_kb.language.syllables import blurred

_HAN = regex.compile(r"[\p{Han}]{2,}")
# Times in the sixty million words that the dictionary was counted on.
_HARDLY_A_WORD, _COMMON_WORD = 30, 1000
# From so many characters on, one wrong character is a slip whatever it sounds like.
_LONG, _VERY_LONG = 4, 5
_LONGEST = 14
# How often a character is a word of its own: 就, 在, 和, 也 are among the commonest, 由 is very common, 区, 元, 事 are common.
_COMMONEST, _VERY_COMMON, _COMMON = 100_000, 50_000, 20_000

Span = tuple[int, int]
Rare = Callable[[str, str, bool], bool]


class Slips:
    """The names of one knowledge base, ready to be recognised in what was misspelt."""

    def __init__(self, names: Iterable[SpokenName]):
        self._names: dict[str, float] = {}
        self._by_sound: dict[tuple[str, ...], list[str]] = defaultdict(list)
        self._by_blur: dict[tuple[str, ...], list[str]] = defaultdict(list)
        self._by_gap: dict[tuple[int, str, str], list[str]] = defaultdict(list)
        # Lengths with their first and last two characters: one character wrong leaves one or the other right.
        self._ends: set[tuple[int, str]] = set()
        self._sounds: dict[str, tuple[str, ...]] = {}
        for name in sorted(names, key=lambda n: (n.rank, len(n.text), n.text)):
            known = name.text in self._names
            self._names.setdefault(name.text, name.rank)
            if known or not name.misheard or len(name.text) > _LONGEST:
                continue
            self._sounds[name.text] = name.sound
            self._by_sound[name.sound].append(name.text)
            self._by_blur[tuple(map(blurred, name.sound))].append(name.text)
            if name.distinct and len(name.text) >= _LONG:
                self._ends |= {(len(name.text), name.text[:2]), (len(name.text), name.text[-2:])}
                for i in range(len(name.text)):
                    self._by_gap[i, name.text[:i], name.text[i + 1 :]].append(name.text)
        self._longest = max(map(len, self._sounds), default=0)
        # How many syllables the names that begin with one have.
        self._sizes = [_sizes_by_first(known) for known in (self._by_sound, self._by_blur)]
        self._gap_sizes = sorted({size for size, _ in self._ends}, reverse=True)
        # What is told and what is searched for are often the same words, read with different counts of what is rare.
        self._heard = lru_cache(maxsize=64)(self._hear)

    def find(self, text: str, rare: Rare) -> list[tuple[int, int, str]]:
        """``(start, end, name)`` for every slip in a folded text, in order, without overlaps.

        ``rare(written, meant, everywhere)`` tells whether documents hardly ever hold what is written in some place, or in every
        place, where it differs.
        """
        return sorted(slip for run in _HAN.finditer(text) for slip in self._in_run(run[0], run.start(), rare))

    def _in_run(self, run: str, offset: int, rare: Rare) -> list[tuple[int, int, str]]:
        heard = self._heard(run)
        found: list[tuple[int, int, str]] = []
        taken: set[int] = set()
        for start, end, names, is_slip in heard.candidates if heard else ():
            if not taken.isdisjoint(range(start, end)):
                continue
            name = self._meant(heard, start, names, is_slip, rare)
            if name:
                taken |= set(range(start, end))
                found.append((offset + start, offset + end, name))
        return found

    def _hear(self, run: str) -> _Heard | None:
        """A run with every name that it may be a slip for; None where its characters are not one syllable each."""
        sound = lazy_pinyin(run)
        if len(sound) != len(run):
            return None
        heard = _Heard(run, tuple(sound), tuple(map(blurred, sound)))
        # The surest first: what sounds the same, what sounds alike to many, what differs in one character. Of each the longest.
        for said, known, sizes, is_slip in zip(
            (heard.sound, heard.blur), (self._by_sound, self._by_blur), self._sizes, (_is_homophone, _is_near_homophone)
        ):
            spans = sorted((-n, s) for s, first in enumerate(said) for n in sizes.get(first, ()) if s + n <= len(said))
            heard.candidates += [
                (s, s - n, names, is_slip) for n, s in spans if (names := known.get(said[s : s - n]))
            ]
        heard.candidates += [
            (start, start + size, names, _is_typo)
            for size in self._gap_sizes
            for start in range(len(run) - size + 1)
            if (names := self._one_other(run, start, start + size))
        ]
        return heard

    def _meant(
        self, heard: _Heard, start: int, names: Sequence[str], is_slip: Callable[[_Change], bool], rare: Rare
    ) -> str | None:
        """The first of the names that what is written from ``start`` on is a slip for."""
        end = start + len(names[0])
        written = heard.run[start:end]
        if written in self._names or heard.cut.is_word(written):
            return None
        # A name that is written right is no slip, and nothing that reaches into it is one.
        right = heard.right_names(self._sounds, self._longest)
        if any(s < end and start < e and not (start <= s and e <= end) for s, e in right):
            return None
        for name in names:
            change = _Change(heard.cut, start, written, name, heard.sound[start:end], self._sounds[name])
            inside = any(change.differing <= set(range(s, e)) for s, e in right)
            if not inside and is_slip(change) and rare(written, name, not change.loose):
                return name
        return None

    def _one_other(self, run: str, start: int, end: int) -> Sequence[str]:
        size = end - start
        if (size, run[start : start + 2]) not in self._ends and (size, run[end - 2 : end]) not in self._ends:
            return ()
        return [name for i in range(start, end) for name in self._by_gap.get((i - start, run[start:i], run[i + 1 : end]), ())]


def _sizes_by_first(known: Iterable[tuple[str, ...]]) -> dict[str, set[int]]:
    sizes: dict[str, set[int]] = defaultdict(set)
    for sound in known:
        sizes[sound[0]].add(len(sound))
    return dict(sizes)


class _Heard:
    """A run of characters with its sounds; what the dictionary makes of it and the names in it are found when wanted.

    ``candidates``: places with the names that what stands there may mean, and what decides whether it does.
    """

    def __init__(self, run: str, sound: tuple[str, ...], blur: tuple[str, ...]):
        self.run, self.sound, self.blur = run, sound, blur
        self.candidates: list[tuple[int, int, Sequence[str], Callable[[_Change], bool]]] = []

    @cached_property
    def cut(self) -> _Cut:
        return _Cut(self.run)

    def right_names(self, names: Container[str], longest: int) -> list[Span]:
        """Where names stand that are written as they should be."""
        if self._right is None:
            self._right = [
                (start, start + size)
                for start in range(len(self.run))
                for size in range(min(longest, len(self.run) - start), 1, -1)
                if self.run[start : start + size] in names
            ]
        return self._right

    _right: list[Span] | None = None


class _Change:
    """``run[start:]`` written, ``name`` meant; ``differing`` are the places in the run of the characters that differ."""

    def __init__(self, cut: _Cut, start: int, written: str, name: str, sound: tuple[str, ...], meant: tuple[str, ...]):
        self.cut, self.start, self.end, self.size = cut, start, start + len(written), len(written)
        places = [k for k in range(self.size) if written[k] != name[k]]
        self.differing = {start + k for k in places}
        self.loose = self.differing <= cut.loose
        self.heard = [(sound[k], meant[k]) for k in places]
        # How common the commonest of them is as a word of its own: 和 and 就 stand beside any name by chance.
        self.common = max((rjieba.suggest_freq(written[k]) for k in places), default=0)
        # Whether no word of the dictionary that holds a differing character (of two, any of them) reaches out of the name.
        held = self.differing if self.size > 2 else range(start, self.end)
        self.within = all(start <= s and e <= self.end for s, e in cut.common_words if any(s <= i < e for i in held))
        self.fills = sum(e - s for s, e in cut.words if any(s <= i < e for i in self.differing)) >= self.size
        self.at_edge = bool(places) and (places[0] == 0 or places[-1] == self.size - 1)
        self.rest = "".join(c for k, c in enumerate(written) if k not in places)


def _is_homophone(c: _Change) -> bool:
    if not c.within or c.common > _COMMONEST and c.size < _VERY_LONG and (c.at_edge or c.size < _LONG):
        return False
    # 由|儿童 is a word beside another, 幼儿园 has no such rest.
    if c.common > _VERY_COMMON and c.at_edge and len(c.rest) > 1 and rjieba.has_word(c.rest):
        return False
    # 事业金: every character is in some word, but the whole is none.
    return c.loose or c.size >= 3 and len(c.differing) < c.size and not c.fills


def _is_near_homophone(c: _Change) -> bool:
    if c.common > _COMMON or not c.loose or not c.within:
        return False
    return 2 * len(c.differing) <= c.size if c.size >= 3 else c.differing <= c.cut.single and len(c.differing) == 1


def _is_typo(c: _Change) -> bool:
    """One character of a long name is another: 临时求助 by its rhyme, 最低生活保漳 whatever it sounds like."""
    if len(c.differing) != 1 or c.common > _COMMON or not c.within:
        return False
    return all(_nearly(said, meant) for said, meant in c.heard) or c.loose and not c.at_edge and c.size >= _VERY_LONG


class _Cut:
    """One run of characters as a dictionary cuts it."""

    def __init__(self, run: str):
        self.words: list[Span] = []
        at = 0
        for word in rjieba.cut(run, False):
            self.words.append((at, at + len(word)))
            at += len(word)
        self._run = run
        # 江城 in 其江城里 is a chance meeting; 质量 and 儿童 are what was meant.
        self.common_words = [(s, e) for s, e in self.words if rjieba.suggest_freq(run[s:e]) >= _COMMON_WORD]
        # Characters that belong to no word, or to one that is hardly ever met.
        self.single = {s for s, e in self.words if e - s == 1}
        self.loose = {i for s, e in self.words if e - s == 1 or self._hardly_a_word(s, e) for i in range(s, e)}

    def _hardly_a_word(self, start: int, end: int) -> bool:
        return end - start == 2 and rjieba.suggest_freq(self._run[start:end]) < _HARDLY_A_WORD

    @staticmethod
    def is_word(written: str) -> bool:
        return len(written) > 2 and rjieba.has_word(written)


# Said with and without breath: 求 for 救.
_PAIRS = frozenset(map(frozenset, ("bp", "dt", "gk", "jq", "zc")))


def _nearly(said: str, meant: str) -> bool:
    """Whether two syllables rhyme and begin nearly the same."""
    a, b = blurred(said), blurred(meant)
    return a == b or a[1:] == b[1:] and frozenset(a[0] + b[0]) in _PAIRS
