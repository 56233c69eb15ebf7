"""Things worked out from a whole knowledge base: made once for each, kept while the base is in use."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from policy_kb.knowledge import KnowledgeBase

Made = TypeVar("Made")


def per_base(make: Callable[[KnowledgeBase], Made]) -> Callable[[KnowledgeBase], Made]:
    """The function's result for each base; the last two are kept, for a base that is being swapped."""
    kept: list[tuple[KnowledgeBase, Made]] = []

    @wraps(make)
    def of(kb: KnowledgeBase) -> Made:
        for known, made in tuple(kept):
            if known is kb:
                return made
        made = make(kb)
        kept.insert(0, (kb, made))
        del kept[2:]
        return made

    return of
