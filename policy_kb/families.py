"""Benefits that one word of residents covers together, and how one of them is told from the others. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from policy_kb.knowledge import KnowledgeBase
from policy_kb.language import plain
from policy_kb.language.syllables import blurred, sounds_of
from policy_kb.per_base import per_base


def named_among(kb: KnowledgeBase, benefits: Iterable[str], text: str) -> str | None:
    """The one of ``benefits`` and those beside them that a text means by the part of its name that sets it apart.

    After the two subsidies of disabled people 生活的那个 is the living subsidy and 户理的 the nursing subsidy. None where it
    means none of them, or several.
    """
    asked = tuple(benefits)
    said = _pairs(plain(text))
    meant = {b for family in _families(kb) if set(asked) & family.keys() for b, own in family.items() if own & said}
    return meant.pop() if len(meant) == 1 else None


@per_base
def _families(kb: KnowledgeBase) -> list[dict[str, frozenset[str]]]:
    """For each topic of several benefits what only the one's name says, as it sounds."""
    return [_apart(kb, topic.benefits) for topic in kb.topics.values() if len(topic.benefits) > 1]


def _apart(kb: KnowledgeBase, benefits: tuple[str, ...]) -> dict[str, frozenset[str]]:
    names = {b: _pairs(kb.benefits[b].name) for b in benefits}
    return {b: own - frozenset().union(*(names[o] for o in benefits if o != b)) for b, own in names.items()}


def _pairs(text: str) -> frozenset[str]:
    sounds = [blurred(s) for s in sounds_of(text)]
    return frozenset(f"{a} {b}" for a, b in zip(sounds, sounds[1:]))
