"""One text being read: its numerals, and what stands around each of them in its clause."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import regex

from policy_kb.quantities import words
from policy_kb.quantities.spoken import Numeral, clean, numerals, step

MONEY, AGE, PEOPLE, DURATION, GRADE, SHARE, NUMBER = "money", "age", "people", "duration", "grade", "share", "number"
EXACT, ABOUT, AT_LEAST, AT_MOST = "exact", "about", "at_least", "at_most"
OLDEST = 130
# How far before a number its period and its subject are looked for, within the clause.
_REACH = 24
_SHARED = {"百": 100, "千": 1000, "万": 10**4, "k": 1000, "w": 10**4}
_CLAUSE_ENDS = "，,。！？!?;；\n"


@dataclass(frozen=True)
class Found:
    """A quantity in the clean text."""

    kind: str
    low: Decimal | None
    high: Decimal | None
    unit: str | None
    comparator: str
    start: int
    end: int
    period: str | None = None
    per: str | None = None


class Context:
    """A clean text ``t``; ``places[i]`` is where its character ``i`` came from; ``periods``: what sums are counted by."""

    def __init__(self, text: str):
        self.t, self.places = clean(text)
        self.numbers = list(self._joined(list(numerals(self.t))))
        self._starts = [n.start for n in self.numbers]
        self._clause_starts = self._clauses()
        self.periods: list[tuple[int, int]] = []

    def number_at(self, at: int) -> Numeral | None:
        i = bisect_left(self._starts, at)
        return self.numbers[i] if i < len(self._starts) and self._starts[i] == at else None

    def _clauses(self) -> list[int]:
        starts, begin = [], 0
        for i, c in enumerate(self.t):
            starts.append(begin)
            if c in _CLAUSE_ENDS:
                begin = i + 1
        return [*starts, begin]

    def clause(self, at: int) -> int:
        return max(self._clause_starts[at], at - _REACH)

    def before(self, pattern: regex.Pattern, at: int) -> regex.Match | None:
        return pattern.search(self.t, self.clause(at), at)

    def _joined(self, found: list[Numeral]) -> Iterator[Numeral]:
        """Two numerals with 到, 至, - or 或 between them are one range; 三到五千 gives its first the 千 of its second."""
        skip = False
        for n, after in zip(found, [*found[1:], None]):
            if skip:
                skip = False
                continue
            sign = words.RANGE.match(self.t, n.end) if after else None
            if not sign or sign.end() != after.start or n.vague and after.vague:
                yield n
                continue
            low, size = n.low, _SHARED.get(after.written[-1], 1)
            if sum(c in _SHARED for c in after.written) == 1 and n.written[-1] not in _SHARED and low * size < after.high:
                low *= size
            if low >= after.high:
                yield n
                continue
            skip = True
            yield Numeral(low, after.high, after.vague, n.start, after.end, f"{n.written}-{after.written}")

    def bounded(self, n: Numeral, kind: str, unit: str | None, start: int, end: int) -> Found:
        """With what is said around it of how exact it is."""
        low: Decimal | None = n.low
        high: Decimal | None = n.high
        comparator, one = ABOUT if n.vague else EXACT, step(n.low)
        after, before = words.AFTER.match(self.t, end), self.before(words.BEFORE, start)
        if before and kind == DURATION and before[0] == "近":
            before = None  # 近三年: the last three years
        how = after or before
        if how:
            start, end = before.start() if before else start, after.end() if after else end
            how = how.lastgroup
            comparator = {"least": AT_LEAST, "most": AT_MOST, "below": AT_MOST}.get(how, ABOUT)
        whole_years = kind == AGE and unit == "周岁"
        if how == "least":
            high = None
        elif how in {"most", "below"}:
            low, high = None, n.high - 1 if whole_years and how == "below" else n.high
        elif how == "nearly":
            low = n.low - 1 if whole_years else n.low * 9 / 10
        elif how == "little":
            high = n.low + max(Decimal(0), one * 4 // 10 - 1)
        return Found(kind, low, high, unit, comparator, start, end)
