"""Which region a place that a resident sent lies in, by the words of its address. Coordinates alone are looked up nowhere."""

from __future__ import annotations

from policy_kb import COUNTRY, KnowledgeBase, mentions_of
from policy_kb.names import REGION


def region_of(kb: KnowledgeBase, label: str | None) -> str | None:
    """The code of the smallest region that an address begins with, None where it begins with none.

    An address goes from the large to the small: what is named behind, and does not lie inside, is a street (北京路).
    """
    inside: str | None = None
    for mention in sorted((m for m in mentions_of(kb, label or "") if m.kind == REGION), key=lambda m: m.start):
        codes = [c for c in mention.value if c != COUNTRY and (inside is None or _lies_in(kb, c, inside))]
        if inside is not None and not codes:
            break
        if len(codes) != 1:
            return inside
        inside = codes[0]
    return inside


def _lies_in(kb: KnowledgeBase, code: str, outer: str) -> bool:
    return any(region.code == outer for region in kb.chain(code))
