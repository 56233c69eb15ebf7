"""The place a title or an issuer speaks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from policy_kb.knowledge import COUNTRY, Region
from policy_kb.regions import divisions

# 重庆市 and then a zone nobody told us of: the city's own rules and its zone's must not be mixed up.
_SMALLER = re.compile(
    r"[\u4e00-\u9fff]{2,5}?(?:经开区|开发区|高新区|新区|管理区|自治县|(?<![社小地城辖市山灾园校])区|县|旗|镇|街道)"
)
_NATIONAL = re.compile(
    r"中华人民共和国|国务院|中共中央|中央|全国人民代表大会|全国人大|最高人民|国家|中国残联|民政部|财政部|教育部|"
    r"[\u4e00-\u9fff]{2,10}部(?:关于|办公厅|令|、|$)"
)


class Places:
    """Names of places to codes: all divisions, and the names an operator adds (local zones)."""

    def __init__(self, extra: Mapping[str, str] | None = None) -> None:
        self.by_name, self.regions = _divisions()
        self.extra = dict(extra or {})

    def find(self, text: str) -> list[str]:
        """The codes of the places named in the text, in order; a shared name only where another tells which place it is."""
        found: list[str] = []
        at = 0
        while at < len(text):
            name = self._name_at(text, at)
            if name is None:
                at += 1
                continue
            codes = (self.extra[name],) if name in self.extra else self.by_name[name]
            within = [c for c in codes if any(self.is_within(c, f) for f in found)]
            chosen = within or list(codes)
            if len(chosen) == 1 or within:
                found.append(chosen[0])
            at += len(name)
        return found

    def _name_at(self, text: str, at: int) -> str | None:
        for length in range(min(16, len(text) - at), 1, -1):
            name = text[at : at + length]
            if name in self.extra or name in self.by_name:
                return name
        return None

    def is_within(self, code: str, other: str) -> bool:
        region: Region | None = self.regions.get(code)
        while region is not None and region.parent is not None:
            if region.parent == other:
                return True
            region = self.regions.get(region.parent)
        return False

    def of_heading(self, text: str | None) -> str | None:
        """The place a title or an issuer begins with: its smallest division; the country for 国务院 and ministries.

        None when it names no place, or goes on to a smaller one that is not known.
        """
        if not text:
            return None
        text = re.sub(r"[\s《》〈〉]", "", text)
        start = next((i for i in range(len(text)) if self._name_at(text, i)), None)
        if start is None or start > 12:
            return COUNTRY if _NATIONAL.match(text) else None
        if _NATIONAL.match(text) and start > 0:
            return COUNTRY
        at, found = start, []
        while name := self._name_at(text, at):
            found.append(name)
            at += len(name)
        if found[-1] not in self.extra and _SMALLER.match(text[at:]):
            return None
        codes = self.find("".join(found))
        if not codes:
            return None
        if len(found) > 1 and len(codes) < len(found):
            return None
        return COUNTRY if codes[-1] == COUNTRY else codes[-1]

    def most_named(self, text: str) -> str | None:
        """The one place a text is about: named three times and in most of all mentions, its parents aside.

        Once is enough where no other place is named and the text speaks of its own 全区, 我县.
        """
        counts = Counter(self.find(text))
        counts.pop(COUNTRY, None)
        if not counts:
            return None
        code, times = counts.most_common(1)[0]
        others = sum(n for c, n in counts.items() if c != code and not self.is_within(code, c))
        own = not others and re.search(f"[全我本]{self.regions[code].name[-1]}" if code in self.regions else "$^", text)
        return code if own or times >= 3 and times > others * 2 else None


@lru_cache(maxsize=1)
def _divisions() -> tuple[dict[str, tuple[str, ...]], dict[str, Region]]:
    by_name: dict[str, tuple[str, ...]] = {}
    regions = {r.code: r for r in divisions()}
    for region in regions.values():
        names: Iterable[str] = (region.name,) if region.code != COUNTRY else ()
        for name in names:
            if len(name) > 1 and name not in ("市辖区", "县", "城区", "郊区", "矿区"):
                by_name[name] = (*by_name.get(name, ()), region.code)
    return by_name, regions
