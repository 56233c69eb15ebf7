"""Recognise danger to life in what a resident writes, whatever else the text asks.

Used by the assistant's pipeline and by the gateway itself, so that the right number comes even when the assistant is down.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache

import regex

from policy_kb.knowledge import Emergency, KnowledgeBase
from policy_kb.language import folded, plain
from policy_kb.needed import needed
from policy_kb.per_base import per_base


@lru_cache(maxsize=2048)
def _compiled(pattern: str) -> regex.Pattern:
    return regex.compile(pattern)


class _Signs:
    """The patterns of every kind of danger by the characters that they need: of hundreds a dozen may stand in a text."""

    def __init__(self, kb: KnowledgeBase):
        # What many patterns are written with (我, 了) is in many texts, too.
        used = Counter(c for e in kb.emergencies for pattern in e.patterns for c in pattern)
        self._needing: dict[str | None, list[tuple[int, str]]] = defaultdict(list)
        for number, emergency in enumerate(kb.emergencies):
            for pattern in emergency.patterns:
                for character in needed(pattern, used.__getitem__) or (None,):
                    self._needing[character].append((number, pattern))

    def that_may_stand_in(self, text: str) -> dict[int, list[str]]:
        """Patterns by the number of their kind."""
        found: dict[int, list[str]] = defaultdict(list)
        for number, pattern in {sign for c in (None, *set(text)) for sign in self._needing.get(c, ())}:
            found[number].append(pattern)
        return found


@per_base
def _signs(kb: KnowledgeBase) -> _Signs:
    return _Signs(kb)


def _as_read(text: str) -> tuple[str, ...]:
    """The words as they stand, and in standard Chinese where they are dialect: danger in either is danger."""
    return tuple(dict.fromkeys((folded(text).without_gaps().text, plain(text))))


def is_spared(kb: KnowledgeBase, text: str) -> bool:
    """Whether the text holds words that sound like danger and are known to mean something else: 想死你了, 跳楼价."""
    return any(_compiled(p).search(t) for t in _as_read(text) for e in kb.emergencies for p in e.harmless)


def detect(kb: KnowledgeBase, text: str) -> Emergency | None:
    """The first kind of danger (in the data's order) that ``text`` speaks of; None if none.

    A match that lies over a harmless expression (笑死, 跳楼价) does not count; another match beside it does.
    """
    read = [(t, _signs(kb).that_may_stand_in(t)) for t in _as_read(text)]
    for number, emergency in enumerate(kb.emergencies):
        if any(_speaks_of(emergency, may[number], t) for t, may in read if number in may):
            return emergency
    return None


def _speaks_of(emergency: Emergency, patterns: Iterable[str], text: str) -> bool:
    """``patterns``: those of the emergency that may stand in the text."""
    found = [m.span() for p in patterns for m in _compiled(p).finditer(text, overlapped=True)]
    if not found:
        return False
    spared = [m.span() for p in emergency.harmless for m in _compiled(p).finditer(text, overlapped=True)]
    return any(all(end <= s or e <= start for s, e in spared) for start, end in found)
