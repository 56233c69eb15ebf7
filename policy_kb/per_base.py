"""Things worked out from a whole knowledge base: made once for each, kept while the base is in use."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, wraps
from typing import TypeVar

from policy_kb.knowledge import KnowledgeBase

Made = TypeVar("Made")
_makers: list[Callable[[KnowledgeBase], object]] = []


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

    _makers.append(of)
    return of


def work_out(kb: KnowledgeBase) -> None:
    """Make everything now that this process would make of the base when it is first needed, so that no turn pays for it."""
    for name, attribute in vars(type(kb)).items():
        if isinstance(attribute, cached_property):
            getattr(kb, name)
    for make in tuple(_makers):
        make(kb)
