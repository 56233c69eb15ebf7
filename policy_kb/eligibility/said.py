"""One thing a resident said, as all that read it see it: its clauses, its quantities, whether it asks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import regex

from policy_kb.answer_words import find_words
from policy_kb.eligibility.schema import FactSpec
from policy_kb.knowledge import KnowledgeBase
from policy_kb.quantities import NUMBER, Quantity, find_quantities
from policy_kb.quantities.context import Context

CLAUSE = regex.compile(r"[，,。；;！!、\s]")
_CORRECTED = regex.compile(r"(?:不是|不对|不|虚岁|差.{0,6}满?)(?:了|还)?$")
# 六十八，哦不，六十九: what stands before is taken back.
SPOKEN_WRONG = regex.compile(r"(?:哦不|说错|讲错|错了|不对|更正|记错)")
# After a number of one character that counts: 是三个; 一下 and 一共 do not.
_ENDS = regex.compile(r"个?(?:人|口)?(?:了|吧|啊|嘛|的)?(?:[，,。；;！!]|$)")
_COUNTS_OTHERS = regex.compile(r"个月|分(?:钱|没|都|收)|块?钱都没|年级|级|楼|号|点|分钟|次|回|天|月份|[台辆套间亩头只]")


class Said:
    """``asked``: the fact just asked for; ``known``: the facts so far, as JSON has them."""

    def __init__(self, kb: KnowledgeBase, text: str, asked: str | None, known: Mapping[str, Any]):
        self._kb, self._text, self._asked, self._known = kb, text, asked, known
        self._specs: dict[str, FactSpec] = kb.household_facts
        self._quantities = find_quantities(text)
        self._numbers = list(self._bare_numbers())

    def _bare_numbers(self) -> Iterator[Quantity]:
        """Numbers that say nothing of what they count: asked for a number, they answer. 老伴1200; 现在五十九."""
        ctx = Context(self._text)
        for n in ctx.numbers:
            start, end = ctx.places[n.start], ctx.places[n.end - 1] + 1
            if any(q.start <= start < q.end for q in self._quantities) or _COUNTS_OTHERS.match(self._text, end):
                continue
            if end - start == 1 and not self._text[start].isdigit() and not _ENDS.match(self._text, end):
                continue
            yield Quantity(NUMBER, float(n.low), float(n.high), None, None, None, "about" if n.vague else "exact", start, end)

    def says_unknown(self) -> bool:
        return bool(find_words(self._kb, "unknown", self._text))

    def asks(self) -> bool:
        return bool(find_words(self._kb, "asks", self._text) or find_words(self._kb, "other", self._text))

    def puts_right(self) -> bool:
        """Whether something said before is taken back."""
        return bool(SPOKEN_WRONG.search(self._text))

    def _clause_start(self, position: int) -> int:
        before = [m.end() for m in CLAUSE.finditer(self._text, 0, position)]
        return before[-1] if before else 0

    def _clause(self, q: Quantity) -> str:
        start = self._clause_start(q.start)
        end = CLAUSE.search(self._text, q.end)
        return self._text[start : end.start() if end else len(self._text)]

    def _all(self, bare: bool) -> list[Quantity]:
        """The quantities, and the numbers that do not say what they count where that is known otherwise."""
        return sorted([*self._quantities, *(self._numbers if bare else ())], key=lambda q: q.start)

    def _kept(self, quantities: Iterable[Quantity]) -> list[Quantity]:
        """Without what is taken back: 不是三万，是四万."""
        found = list(quantities)
        wrong = [m.start() for m in SPOKEN_WRONG.finditer(self._text)]
        kept = [
            q for q in found if not _CORRECTED.search(self._text, 0, q.start)
            and not any(q.end <= w and any(other.start > w for other in found) for w in wrong)
        ]
        return kept if kept else found
