"""Places as labels write them (重庆市綦江区, 云浮市云安区, 成都市) by their full names, as what is understood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

from policy_kb import COUNTRY, KnowledgeBase
from tests.nlu.held_out import Utterance


class UnknownPlace(ValueError):
    """A name that is no region's, or more than one's."""


def full_names(kb: KnowledgeBase) -> dict[str, set[str]]:
    """The full names that every standard name may stand for: a region's own, with or without any of those it lies in before it."""
    found: dict[str, set[str]] = {}
    for region in kb.regions.values():
        around = [r.name for r in reversed(kb.chain(region.code)[1:]) if r.code != COUNTRY]
        for count in range(len(around) + 1):
            for before in combinations(around, count):
                found.setdefault("".join(before) + region.name, set()).add(kb.full_name(region.code))
    return found


def with_full_names(kb: KnowledgeBase, utterances: Iterable[Utterance]) -> list[Utterance]:
    """The same utterances with every place by its full name. Raises :class:`UnknownPlace` where a label is not clear."""
    known = full_names(kb)

    def full(name: str) -> str:
        if len(known.get(name, ())) != 1:
            raise UnknownPlace(f"{name}: {sorted(known.get(name, ()))}")
        return next(iter(known[name]))

    return [
        replace(u, wanted={**u.wanted, "region": frozenset(full(str(name)) for name in u.wanted["region"])})
        if u.wanted and "region" in u.wanted
        else u
        for u in utterances
    ]
