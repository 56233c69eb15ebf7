"""Find the quantities residents write: 一个月加起来两千四, 八十几, 一家三口, 一年半, 二级残疾, 七成五. Pure.

What is open in the words stays open in the result: a rule that reads a quantity must hold for all of ``low`` to ``high``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from policy_kb.quantities import rules, words
from policy_kb.quantities.context import AGE, DURATION, GRADE, MONEY, NUMBER, OLDEST, PEOPLE, SHARE, Context, Found

QUANTITY = "quantity"

__all__ = [
    "AGE", "DURATION", "GRADE", "MONEY", "NUMBER", "OLDEST", "PEOPLE", "QUANTITY", "SHARE", "Quantity", "find_quantities",
]


@dataclass(frozen=True)
class Quantity:
    """One quantity of a text: ``text[start:end]``, with 左右, 以上, 不到 beside it, without a period that stands apart.

    - kind: money | age | people | duration | grade (残疾, 伤残等级) | share | number (a bare number that is the whole text).
    - low, high: in ``unit``; equal where exact, None where open (八十岁以上: 80, None). Both ends belong to it. Of money
      不到一千 and 一千以内 are both None to 1000; ages are whole years, so that 不满16岁 ends with 15.
      多, 几 and 来 stay below the next step: 三百多 is 300–399, 八十几 80–89. 快八十 is 79–80: not 80 yet in
      their own words, and perhaps 80 when the office counts, so that neither side is excluded. 快两千 is 1800–2000.
    - unit: 元, 周岁 (个月 for a child said to be 18个月), 人, 个月 (of durations in months and years), 天 (in days, weeks and
      half a month), 级, %, None of a number.
    - period: 月 | 年 | 天 | 次 | 学期 that money is counted by; per: person | household.
    - comparator: exact | about (左右, 多, 几, 两三) | at_least | at_most.
    """

    kind: str
    low: int | float | None
    high: int | float | None
    unit: str | None
    period: str | None
    per: str | None
    comparator: str
    start: int
    end: int


def find_quantities(text: str) -> list[Quantity]:
    """Every quantity in ``text``, in order, without overlaps. Takes time linear in the text's length."""
    return list(_found(text))


# Ages, the numbers of a message and what an interview hears are all asked of the same text.
@lru_cache(maxsize=32)
def _found(text: str) -> tuple[Quantity, ...]:
    ctx = Context(text)
    found = sorted(rules.fixed(ctx), key=lambda f: (f.start, -f.end))
    taken = _covered((f.start, f.end) for f in found) | _covered(
        m.span() for pattern in (words.NOT_A_QUANTITY, words.IDIOM) for m in pattern.finditer(ctx.t)
    )
    end = 0
    for n in ctx.numbers:
        if n.start < end or any(i in taken for i in range(n.start, n.end)):
            continue
        quantity = next((q for rule in rules.rules(ctx, n) if (q := rule(ctx, n))), None)
        if quantity:
            found.append(quantity)
            end = quantity.end
    # 一个月 that a sum is counted by is no duration.
    measured = _covered(ctx.periods)
    found = [f for f in found if f.kind != DURATION or not any(i in measured for i in range(f.start, f.end))]
    return tuple(_apart(_placed(ctx, f) for f in sorted(found, key=lambda f: f.start)))


def _covered(spans: Iterable[tuple[int, int]]) -> set[int]:
    return {i for start, end in spans for i in range(start, end)}


def _apart(quantities: Iterable[Quantity]) -> list[Quantity]:
    """Without what begins inside the one before it."""
    kept: list[Quantity] = []
    for q in quantities:
        if not kept or kept[-1].end <= q.start:
            kept.append(q)
    return kept


def _placed(ctx: Context, f: Found) -> Quantity:
    start, end = ctx.places[f.start], ctx.places[f.end - 1] + 1
    return Quantity(f.kind, _plain(f.low), _plain(f.high), f.unit, f.period, f.per, f.comparator, start, end)


def _plain(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
