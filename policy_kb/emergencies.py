"""Recognise danger to life in what a resident writes, whatever else the text asks.

Used by the assistant's pipeline and by the gateway itself, so that the right number comes even when the assistant is down.
"""

from __future__ import annotations

from functools import lru_cache

import regex

from policy_kb.knowledge import Emergency, KnowledgeBase
from policy_kb.language import folded, plain
from policy_kb.per_base import per_base


@lru_cache(maxsize=64)
def _compiled(patterns: tuple[str, ...]) -> tuple[regex.Pattern, ...]:
    return tuple(regex.compile(p) for p in patterns)


@lru_cache(maxsize=64)
def _any_of(patterns: tuple[str, ...]) -> regex.Pattern:
    """Matches somewhere where one of them does: hardly any text speaks of danger, and one search is faster than hundreds."""
    return regex.compile("|".join(f"(?:{p})" for p in patterns))


@per_base
def _signs(kb: KnowledgeBase) -> list[tuple[Emergency, regex.Pattern]]:
    """Every kind of danger with what tells quickly that a text does not speak of it."""
    return [(e, _any_of(e.patterns)) for e in kb.emergencies]


def _as_read(text: str) -> tuple[str, ...]:
    """The words as they stand, and in standard Chinese where they are dialect: danger in either is danger."""
    return tuple(dict.fromkeys((folded(text).without_gaps().text, plain(text))))


def is_spared(kb: KnowledgeBase, text: str) -> bool:
    """Whether the text holds words that sound like danger and are known to mean something else: 想死你了, 跳楼价."""
    return any(p.search(t) for t in _as_read(text) for e in kb.emergencies for p in _compiled(e.harmless))


def detect(kb: KnowledgeBase, text: str) -> Emergency | None:
    """The first kind of danger (in the data's order) that ``text`` speaks of; None if none.

    A match that lies over a harmless expression (笑死, 跳楼价) does not count; another match beside it does.
    """
    texts = _as_read(text)
    for emergency, signs in _signs(kb):
        if any(signs.search(t) and _speaks_of(emergency, t) for t in texts):
            return emergency
    return None


def _speaks_of(emergency: Emergency, text: str) -> bool:
    found = [m.span() for p in _compiled(emergency.patterns) for m in p.finditer(text, overlapped=True)]
    spared = [m.span() for p in _compiled(emergency.harmless) for m in p.finditer(text, overlapped=True)]
    return any(all(end <= s or e <= start for s, e in spared) for start, end in found)
