"""Recognise danger to life in what a resident writes, whatever else the text asks.

Used by the assistant's pipeline and by the gateway itself, so that the right number comes even when the assistant is down.
"""

from __future__ import annotations

from functools import lru_cache

import regex

from policy_kb.knowledge import Emergency, KnowledgeBase
from policy_kb.names import normalise


@lru_cache(maxsize=64)
def _compiled(patterns: tuple[str, ...]) -> regex.Pattern | None:
    return regex.compile("|".join(f"(?:{p})" for p in patterns)) if patterns else None


def detect(kb: KnowledgeBase, text: str) -> Emergency | None:
    """The first kind of danger (in the data's order) that ``text`` speaks of; None if none.

    A match that lies inside a harmless expression (笑死, 跳楼价) does not count; another match beside it does.
    """
    clean, _ = normalise(text)
    for emergency in kb.emergencies:
        pattern, harmless = _compiled(emergency.patterns), _compiled(emergency.harmless)
        spared = [m.span() for m in harmless.finditer(clean)] if harmless else []
        for m in pattern.finditer(clean):
            if not any(m.start() < end and start < m.end() for start, end in spared):
                return emergency
    return None


def by_id(kb: KnowledgeBase, name: str) -> Emergency | None:
    return next((e for e in kb.emergencies if e.id == name), None)
