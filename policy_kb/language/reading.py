"""One text read as what it means, with every character's place in what was typed.

The order matters: width and traditional characters first, then pinyin, dialect words, and last the slips of the ear, which
are looked for only where everything else leaves characters that make no word.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import regex

from policy_kb.knowledge import KnowledgeBase
from policy_kb.language import dialect
from policy_kb.language.text import simplified
from policy_kb.per_base import per_base

_LETTERS = regex.compile(r"[a-z]+(?:['’\s]+[a-z]+)*")
# Pictures, signs of their modification and characters without width say nothing that is matched.
_SILENT = regex.compile(r"[\p{Emoji_Presentation}\p{Extended_Pictographic}\p{Cf}\p{Cc}\p{Mn}\p{So}--[①-⑳㈠-㈩℃]]", regex.VERSION1)
_REPEATED = regex.compile(r"([，。！？!?,.~～…、;；—-])\1+")
_STANDARD_SIGNS = str.maketrans({"﹖": "?", "‘": "'", "’": "'", "丶": "、", "～": "~"})
# A slip stands in documents at most this often for each time the right word does (底保 is part of 兜底保障).
_SLIP = 0.25
_ROUNDS = 2
# In a sentence fewer letters are no initials.
_SHORTEST_INITIALS = 4

Frequency = Callable[[str], int]
Span = tuple[int, int]


@dataclass(frozen=True)
class Reading:
    """``text`` is what ``raw`` means; ``at[i]`` is the span of ``raw`` that ``text[i]`` stands for.

    ``pairs`` are syllables in pinyin that no name covers, ``more`` less likely readings of the letters: search tries them too.
    ``mended`` tells whether pinyin or a slip was read as a name; ``spoken`` is the text before slips were mended.
    """

    raw: str
    text: str
    at: tuple[Span, ...]
    pairs: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    mended: bool = False
    spoken: str = ""

    def span(self, start: int, end: int) -> Span:
        """Where ``text[start:end]`` stands in ``raw``."""
        return self.at[start][0], self.at[end - 1][1]

    def replaced(self, changes: list[tuple[int, int, str]]) -> Reading:
        """With ``text[start:end]`` read as another text, for each change; changes are in order and do not overlap."""
        letters: list[str] = []
        at: list[Span] = []
        done = 0
        for start, end, new in changes:
            letters.append(self.text[done:start])
            at += self.at[done:start]
            letters.append(new)
            old = self.at[start:end]
            # One for one where the lengths agree, so that a name inside keeps its own place.
            at += old if len(new) == len(old) else [(old[0][0], old[-1][1])] * len(new)
            done = end
        letters.append(self.text[done:])
        at += self.at[done:]
        return replace(self, text="".join(letters), at=tuple(at))

    def without_gaps(self) -> Reading:
        """Without white space: Chinese needs none."""
        kept = [i for i, c in enumerate(self.text) if not c.isspace()]
        if len(kept) == len(self.text):
            return self
        return replace(self, text="".join(self.text[i] for i in kept), at=tuple(self.at[i] for i in kept))


# Each part of a turn begins with this.
@lru_cache(maxsize=32)
def folded(raw: str, kept: frozenset[str] = frozenset()) -> Reading:
    """Half-width, lower case, simplified, without emoji and repeated marks. ``kept``: characters that names are written with
    and that stay as they are (乾 in 乾安县).
    """
    letters: list[str] = []
    at: list[Span] = []
    for index, char in enumerate(raw):
        if "\u4e00" <= char <= "\u9fff":
            letters.append(char)
            at.append((index, index + 1))
            continue
        for c in _standard(char):
            letters.append(c)
            at.append((index, index + 1))
    text = "".join(letters)
    simple = simplified(text)
    if kept and not kept.isdisjoint(text):
        simple = "".join(a if a in kept else b for a, b in zip(text, simple))
    reading = Reading(raw, simple, tuple(at))
    return reading.replaced([(m.start(), m.end(), m[1]) for m in _REPEATED.finditer(reading.text)])


@lru_cache(maxsize=4096)
def _standard(char: str) -> str:
    """One character as it is matched: empty where it says nothing."""
    standard = unicodedata.normalize("NFKC", char).translate(_STANDARD_SIGNS).lower()
    return "".join(c for c in standard if c.isspace() or not _SILENT.match(c))


@lru_cache(maxsize=4096)
def plain(raw: str) -> str:
    """What can be read without knowing any name: :func:`folded`, with dialect words in standard Chinese, without gaps."""
    return _in_standard(folded(raw)).without_gaps().text


def _in_standard(reading: Reading) -> Reading:
    found = dialect.find(reading.text)
    return reading.replaced(found) if found else reading


@per_base
def kept_characters(kb: KnowledgeBase) -> frozenset[str]:
    """Characters of places' own names that the conversion to simplified ones would change: 乾 in 乾安县."""
    return frozenset(c for c in {c for r in kb.regions.values() for c in r.name} if simplified(c) != c)


class Reader:
    """Reads with the names of one knowledge base."""

    def __init__(self, kb: KnowledgeBase):
        # Dictionaries of 50 MB, which a process that only looks for danger must not carry.
        from policy_kb.language.letters import LetterReader
        from policy_kb.language.slips import Slips
        from policy_kb.language.spoken_names import spoken_names

        spoken = list(spoken_names(kb))
        self._letter_reader, self._slip_finder = LetterReader(spoken), Slips(spoken)
        self._kept = kept_characters(kb)
        self._counts = _counts(kb)
        # The parts of one turn read the same message one after the other.
        self._read_as_told = lru_cache(maxsize=32)(partial(self._read, frequency=self._counts, search=False))

    def read(self, raw: str, frequency: Frequency | None = None, search: bool = False) -> Reading:
        """``frequency(term)``: in how many records a bigram or word stands (default: the base's own statements).

        ``search``: the text is a query, short and about nothing else, so initials of two letters are read, too (db).
        """
        if frequency is None and not search:
            return self._read_as_told(raw)
        return self._read(raw, frequency or self._counts, search)

    def _read(self, raw: str, frequency: Frequency, search: bool) -> Reading:
        reading = self._letters(folded(raw, self._kept), frequency, search)
        reading = _in_standard(reading)
        return self._slips(reading, frequency)

    def _letters(self, reading: Reading, frequency: Frequency, search: bool) -> Reading:
        """With pinyin and initials written out."""
        changes: list[tuple[int, int, str]] = []
        pairs: list[str] = []
        more: list[str] = []
        for m in _LETTERS.finditer(reading.text):
            if not search and not self._is_pinyin(m[0], reading.text):
                continue
            found = self._letter_reader.read(m[0], lambda word: frequency(word) > 0, 2 if search else _SHORTEST_INITIALS)
            if not found:
                continue
            pairs += found[0].pairs
            more += [r.text for r in found[1:] if r.text]
            if found[0].text:
                changes.append((m.start(), m.end(), found[0].text))
        read = reading.replaced(changes)
        return replace(
            read, pairs=tuple(dict.fromkeys(pairs)), more=tuple(more), mended=read.mended or bool(changes)
        )

    @staticmethod
    def _is_pinyin(letters: str, text: str) -> bool:
        """Two or three letters among Chinese are somebody's app or a brand, not initials."""
        return len(letters) >= 4 or len(letters) >= 0.6 * len(text)

    def _slips(self, reading: Reading, frequency: Frequency) -> Reading:
        def rare(written: str, meant: str, everywhere: bool) -> bool:
            pairs = [(written[i : i + 2], meant[i : i + 2]) for i in range(len(written) - 1)]
            told = [frequency(a) <= _SLIP * frequency(b) for a, b in pairs if a != b]
            return all(told) if everywhere else any(told)

        reading = replace(reading, spoken=reading.text)
        # Mending one may show another: 其江底保 is cut 其|江底|保, 綦江底保 is not.
        for _ in range(_ROUNDS):
            found = self._slip_finder.find(reading.text, rare)
            if not found:
                break
            reading = replace(reading.replaced(found), mended=True)
        return reading


def _counts(kb: KnowledgeBase) -> Frequency:
    """In how many of the base's statements and names a bigram stands."""
    counts: dict[str, int] = {}
    texts = [p.statement for p in kb.provisions]
    texts += [n for b in kb.benefits.values() for n in (b.name, *b.aliases)]
    texts += [n for t in kb.topics.values() for n in t.aliases]
    texts += [n for a in kb.audiences.values() for n in a.aliases]
    texts += [n for a in kb.aspects.values() for n in a.cues]
    for text in texts:
        for pair in {text[i : i + 2] for i in range(len(text) - 1)}:
            counts[pair] = counts.get(pair, 0) + 1
    return lambda term: counts.get(term, 0)


@per_base
def reader_of(kb: KnowledgeBase) -> Reader:
    """The reader with this base's names."""
    return Reader(kb)
