"""Put facts into words. The sentences are data (``wording.yaml``); only how they are joined is here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from policy_kb.answers import Citation
from policy_kb.knowledge import KnowledgeBase
from policy_kb.resolve import Held

_FULL_STOP = "。！？"


def day_name(day: dt.date) -> str:
    """2018-12-31 → 2018年底; 2016-01-01 → 2016年1月."""
    return f"{day.year}年底" if (day.month, day.day) == (12, 31) else f"{day.year}年{day.month}月"


def number(value: float) -> str:
    return f"{value:,.0f}".replace(",", "") if value == int(value) else f"{value:g}"


class Wording:
    """The sentences of one knowledge base."""

    hotline = "12345"

    def __init__(self, kb: KnowledgeBase):
        self._kb = kb
        self._sentences = kb.wording

    def __call__(self, key: str, **values: object) -> str:
        return self._sentences[key].format(**values)

    def lines(self, held: Iterable[Held]) -> list[str]:
        """One bullet for each provision; a date that all figures share is said once, after the last."""
        held = list(held)
        marks = {self.mark(h) for h in held}
        shared = marks.pop() if len(marks) == 1 and len(held) > 1 else None
        found = [self("bullet", text=self._line(h) + ("" if shared is not None else self.mark(h))) for h in held]
        return [*found, shared] if shared else found

    def _line(self, h: Held) -> str:
        p = h.provision
        if p.value is None or p.aspect not in {"amount"}:
            return p.statement
        who = self("audience", label=p.audience.label) if p.audience.label else ""
        comparator = "" if p.comparator == "exact" else self(p.comparator)
        per = self(f"per_{p.per}") if p.per and p.unit == "元" else ""
        period = self("period", period=p.period) if p.period else ""
        value = self("money", comparator=comparator, per=per, period=period, number=number(p.value), unit=p.unit)
        if p.name:
            return self("line_named", who=who, name=p.name, value=value)
        return self("line", who=who, value=value)

    def mark(self, h: Held) -> str:
        """How old it is and whether it still holds; empty for law in force."""
        p = h.provision
        stated = p.as_at or p.effective_from
        if p.nature == "target":
            # The last day its plan covers names a target better than the day it was written.
            end = p.effective_to or h.document.ended_on() or stated
            said = self("target", when=f"{end.year}年") if end else self("target_undated")
            return said
        if p.nature == "reported" and stated:
            return self("reported", when=day_name(stated))
        if h.ended and p.value is not None and stated:
            return self("ended_value", when=day_name(stated))
        if h.ended:
            return self("ended", when=day_name(h.ended))
        if h.stale and stated:
            return self("stale" if p.value is not None else "stale_statement", when=day_name(stated))
        if p.value is not None and p.as_at:
            return self("current", when=day_name(p.as_at))
        if p.value is not None and p.effective_from:
            return self("since", when=day_name(p.effective_from))
        return ""

    def sources(self, citations: Iterable[Citation]) -> str:
        """Every document once, with its sections, issuer, number and day of publication."""
        items = self.documents(citations)
        return self("source", sources="；".join(items)) if items else ""

    def documents(self, citations: Iterable[Citation]) -> list[str]:
        """The documents of :meth:`sources`, one by one."""
        sections: dict[tuple, list[str]] = {}
        for c in citations:
            published = self("source_published", date=c.published.isoformat()) if c.published else None
            if not published and c.effective_from:
                published = self("source_effective", date=c.effective_from.isoformat())
            details = "，".join(x for x in (c.issuer, c.number, published) if x)
            named = sections.setdefault((c.document, details), [])
            if c.section and c.section not in named:
                named.append(c.section)
        return [
            self("source_item", title=title, section="、".join(named), details=details)
            for (title, details), named in sections.items()
        ]


def citation_of(h: Held) -> Citation:
    """Where a provision stands, and whether it is in force."""
    p, d = h.provision, h.document
    return Citation(
        document=d.title, section=p.section, issuer=d.issuer, number=d.number, published=d.published,
        effective_from=p.effective_from or d.effective_from,
        effective_to=p.effective_to or d.ended_on(), in_force=h.in_force, url=d.url,
    )


class Citations:
    """The documents an answer rests on, each document and section once."""

    def __init__(self, kb: KnowledgeBase):
        self._kb = kb
        self._seen: dict[tuple, int] = {}
        self.items: list[Citation] = []

    def add(self, h: Held) -> int:
        """Cite where ``h`` stands; returns its index."""
        p, d = h.provision, h.document
        key = (d.id, p.section, h.in_force, p.effective_from, p.effective_to)
        if key not in self._seen:
            self._seen[key] = len(self.items)
            self.items.append(citation_of(h))
        return self._seen[key]

