"""Whether a text has words of a kind that the base names: what asks, what wants a check, what compares. Pure."""

from __future__ import annotations

import regex

from policy_kb.knowledge import KnowledgeBase
from policy_kb.per_base import per_base


@per_base
def _patterns(kb: KnowledgeBase) -> dict[str, regex.Pattern]:
    return {kind: regex.compile("|".join(f"(?:{w})" for w in words)) for kind, words in kb.answer_words.items() if words}


def find_words(kb: KnowledgeBase, kind: str, text: str) -> regex.Match | None:
    """The first of the base's ``answer_words`` of this kind in ``text``; None where there is none."""
    pattern = _patterns(kb).get(kind)
    return pattern.search(text) if pattern else None
