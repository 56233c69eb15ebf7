"""One rule for each kind of quantity: what a numeral counts, by the words around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

import regex

from policy_kb.quantities import words
from policy_kb.quantities.context import (
    ABOUT,
    AGE,
    DURATION,
    EXACT,
    GRADE,
    MONEY,
    NUMBER,
    OLDEST,
    PEOPLE,
    SHARE,
    Context,
    Found,
)
from policy_kb.quantities.spoken import Numeral, numerals, step

_LONGEST_YEARS = 100


def rules(ctx: Context, n: Numeral) -> list[Callable[[Context, Numeral], Found | None]]:
    """The rules for a numeral, the surest first. A number that is the whole message is not taken for money."""
    alone = len(ctx.numbers) == 1 and words.BARE.fullmatch(ctx.t, 0, n.start) and words.BARE_END.match(ctx.t, n.end)
    return [grade, share, age, money, people, duration, bare_age, bare_number if alone else bare_money]


def fixed(ctx: Context) -> Iterator[Found]:
    """Words that are a quantity without a numeral."""
    for m in words.HALF.finditer(ctx.t):
        yield ctx.bounded(_number(50, m), SHARE, "%", *m.span())
    for m in words.IN_ALL.finditer(ctx.t):
        yield Found(SHARE, Decimal(100), Decimal(100), "%", EXACT, *m.span())
    for m in words.HALF_A_YEAR_OLD.finditer(ctx.t):
        yield Found(AGE, Decimal(6), Decimal(6), "个月", EXACT, *m.span())
    for m in words.A_MONTH_OR_SO.finditer(ctx.t):
        yield Found(DURATION, Decimal(1), Decimal(2), "个月", ABOUT, *m.span())
    for m in words.A_PAIR_OF_MONTHS.finditer(ctx.t):
        count, unit = Decimal(2 if m["n"] == "俩" else 3), "个月" if m[0].endswith("月") else "天"
        count *= 1 if unit == "个月" else 7
        yield Found(DURATION, count, count, unit, EXACT, *m.span())
    for m in words.HALVES.finditer(ctx.t):
        low, high = (6, 11) if m["years"] else (15, 29)
        n = _number(low + 1 if m["most"] else low, m)
        if m["more"] or m["most"]:
            n = replace(n, high=Decimal(high), vague=True)
        yield ctx.bounded(n, DURATION, "个月" if m["years"] else "天", *m.span())
    for m in words.PAIR.finditer(ctx.t):
        n = Decimal(2 if m["n"] == "俩" else 3)
        alone = len(ctx.t) == 1
        yield Found(NUMBER if alone else PEOPLE, n, n, None if alone else "人", EXACT, *m.span())


def grade(ctx: Context, n: Numeral) -> Found | None:
    t = ctx.t
    if t[n.end : n.end + 1] != "级" or not 1 <= n.low <= n.high <= 10:
        return None
    said = words.GRADE_AFTER.match(t, n.end) or words.GRADE_ALONE.match(t, n.end) and n.start == 0
    loose = words.GRADE_LOOSE.match(t, n.end) and ("残" in t or "工伤" in t or ctx.before(words.GRADE_BEFORE, n.start))
    if said or loose:
        return Found(GRADE, n.low, n.high, "级", EXACT, n.start, n.end + 1)
    return None


def share(ctx: Context, n: Numeral) -> Found | None:
    t, start = ctx.t, n.start
    if t.startswith("分之", n.end) and (part := ctx.number_at(n.end + 2)) and n.low >= part.low > 0:
        value = round(part.low * 100 / n.low, 2)
        return ctx.bounded(_number(value, None), SHARE, "%", start, part.end)
    if t.startswith("百分之", max(0, start - 3)) and start >= 3:
        return ctx.bounded(n, SHARE, "%", start - 3, n.end)
    sign = words.SHARE.match(t, n.end)
    if not sign or sign[0] == "成" and n.high > 10:
        return None
    end = sign.end()
    if sign[0] == "成":
        more = words.TENTH.match(t, end)
        extra = next(numerals(more[0])).low if more else 0
        n, end = replace(n, low=n.low * 10 + extra, high=n.high * 10 + extra), more.end() if more else end
    return ctx.bounded(n, SHARE, "%", start, end)


def age(ctx: Context, n: Numeral) -> Found | None:
    """Ages with their unit. 三岁半 is 3.5; a child of 18个月 keeps the unit it was said in."""
    if months := words.MONTHS_OLD.match(ctx.t, n.end):
        return ctx.bounded(n, AGE, "个月", n.start, months.end())
    m = words.YEARS_OLD.match(ctx.t, n.end)
    if not m or n.low > OLDEST:
        return None
    if m["half"]:
        n = replace(n, low=n.low + Decimal("0.5"), high=n.high + Decimal("0.5"))
    return _aged(ctx, replace(n, vague=True) if m["more"] else n, m.end(), bool(m["more"]))


def _aged(ctx: Context, n: Numeral, end: int, more: bool = False) -> Found:
    high = n.low + min(step(n.low), 10) - 1 if more else n.high
    if n.vague and n.low >= 100:
        high = n.low + 9  # 一百多岁 is not 150
    return ctx.bounded(replace(n, high=min(high, Decimal(OLDEST))), AGE, "周岁", n.start, end)


def bare_age(ctx: Context, n: Numeral) -> Found | None:
    """Ages that only the words around them tell: 满八十, 快八十了, 外公七十五, 八十几, 90的老人."""
    t, end, tens = ctx.t, n.end, 20 <= n.low < 100
    if not 1 <= n.low <= 110 or n.low != n.low.to_integral_value() or _asked_by_period(ctx, n):
        return None
    turned = n.low < 110 and ctx.before(words.TURNED, n.start)
    if _sum_before(ctx, n) and not turned:
        return None
    old = words.OLD_PEOPLE.match(t, end)
    if old and n.low >= 45:
        return _aged(ctx, n, end if t.startswith(("老", "高"), end) else old.end())
    after = words.AFTER.match(t, end)
    stops = words.ENDS.match(t, after.end() if after else end)
    open_end = words.ENDS_OR_VERB.match(t, after.end() if after else end)
    grown = n.low >= 10
    before = ctx.before
    if (
        n.vague and tens and words.OPEN_AGE_ENDS.match(t, end)
        or open_end and (turned or before(words.AGED, n.start))
        or grown and stops and (before(words.THIS_YEAR, n.start) or before(words.KIN_BEFORE, n.start))
        or grown and before(words.KIN_BEFORE, n.start) and words.KIN_AFTER.match(t, end)
        or n.low >= 50 and stops and (how := before(words.BEFORE, n.start)) and how["nearly"] and t[end : end + 1] == "了"
        or n.low >= 50 and after and before(words.OLD_BEFORE, n.start)
        or 60 <= n.low < 100 and t[end : end + 1] == "了"
    ):
        return _aged(ctx, n, end)
    return None


def _sum_before(ctx: Context, n: Numeral) -> bool:
    return bool(ctx.before(words.INCOME, n.start) or ctx.before(words.GRANT, n.start))


def _asked_by_period(ctx: Context, n: Numeral) -> bool:
    return bool(words.PERIOD_AFTER.match(ctx.t, n.end))


def money(ctx: Context, n: Numeral) -> Found | None:
    """Sums that name their unit."""
    t, unit = ctx.t, words.YUAN.match(ctx.t, n.end)
    sign = words.YUAN_BEFORE.search(t, max(0, n.start - 3), n.start)
    if not unit and not sign:
        return None
    end = unit.end() if unit else n.end
    if unit and unit[0] == "块":
        cents = words.CENTS.match(t, end)
        if n.low == 1 and not cents and not _sum_before(ctx, n):
            return None  # 一块去
        if cents and n.low == n.high:
            part = next(numerals(cents[0][0])).low / 10
            n, end = replace(n, low=n.low + part, high=n.high + part), cents.end()
    if unit and unit["more"] and n.low == n.high:
        n = replace(n, high=n.low + step(n.low) - 1, vague=True)
    return _sum(ctx, n, sign.start() if sign else n.start, end)


def bare_money(ctx: Context, n: Numeral) -> Found | None:
    """Sums without 元: 每人八百, 一天八十, 工资3000, and whatever is said in hundreds and counts nothing else."""
    t, figure = ctx.t, n.low
    after = words.AFTER.match(t, n.end)
    end = after.end() if after else n.end
    by_period = words.PERIOD_AFTER.match(t, end) or words.PERSON_AFTER.match(t, end)
    if words.COUNTER.match(t, end) and not by_period or figure < 10 or n.looks_like_a_number_of_something_else:
        return None
    like_a_year = n.in_figures and 1900 <= figure < 2100 and "," not in n.written
    income = ctx.before(words.INCOME, n.start) or by_period
    if like_a_year and income and income[0].startswith(("贷", "存", "打", "报")):
        income = None
    if n.in_figures and words.HOTLINE.match(t, n.start) and not income:
        return None
    grant = ctx.before(words.GRANT, n.start) and not like_a_year and not (figure < 100 and after)
    spelt = figure >= 100 and any(c in n.written for c in "百千万kw") and not ctx.before(words.MEASURES, n.start)
    compared = figure >= 100 and not like_a_year and (after or ctx.before(words.BEFORE, n.start))
    return _sum(ctx, n, n.start, n.end) if income or grant or spelt or compared else None


def _sum(ctx: Context, n: Numeral, start: int, end: int) -> Found:
    """A sum with its period and whom it is counted by, from its clause or right behind it."""
    found = ctx.bounded(n, MONEY, "元", start, end)
    t, at, period, per = ctx.t, found.end, None, None
    for _ in range(2):
        if m := words.PERIOD_AFTER.match(t, at):
            period = words.period(m)
            ctx.periods.append(m.span())
        elif m := words.PERSON_AFTER.match(t, at):
            per = "person"
        elif m := words.HOUSEHOLD_AFTER.match(t, at):
            per = "household"
        else:
            break
        at = m.end()
    begin = ctx.clause(start)
    if not period:
        for m in words.PERIOD_BEFORE.finditer(t, begin, start):
            period, span = words.period(m), m.span()
        if period:
            ctx.periods.append(span)
    if not per:
        heads = [m for m in words.PER_PERSON.finditer(t, begin, start) if not ctx.before(words.ALONE, m.start())]
        family = (m := words.FAMILY_CLAUSE.search(t, max(0, begin - 16), begin + 8)) and m.end() == begin
        household = (words.PER_HOUSEHOLD.search(t, begin, start) or family) and not words.BILL.search(t, begin, start)
        per = "person" if heads else "household" if household else None
    return replace(found, period=period, per=per, end=at)


def people(ctx: Context, n: Numeral) -> Found | None:
    t = ctx.t
    if n.low < 1 or n.low != n.low.to_integral_value():
        return None
    family = ctx.before(words.FAMILY_BEFORE, n.start)
    m = words.PEOPLE.match(t, n.end)
    if not m and (family or ctx.t[n.start - 1 : n.start] == "老"):
        m = words.OF_A_FAMILY.match(t, n.end)
    if not m:
        return None
    one = n.low == n.high == 1 and m[0].endswith("人")
    if one and words.HEAD_OF_SUM.match(t, m.end()) and not ctx.before(words.ALONE, n.start):
        return None  # 一个人八百: by head
    return ctx.bounded(n, PEOPLE, "人", n.start, m.end())


def duration(ctx: Context, n: Numeral) -> Found | None:
    """How long, in 个月 where said in months and years, else in 天. Not the 一个月 that money is counted by."""
    t, m = ctx.t, words.SPAN.match(ctx.t, n.end)
    if not m or _is_calendar(ctx, n, m):
        return None
    end, low, high, unit = m.end(), n.low, n.high, "个月"
    half = Decimal("0.5") if m["half"] else 0
    if m["years"]:
        low, high = (low + half) * 12, (high + half) * 12 + (11 if m["more"] else 0)
        at = words.YEAR_AND.match(t, end)
        after = ctx.number_at(at.end()) if at and not half and not m["more"] else None
        months = words.SPAN.match(t, after.end) if after else None
        if months and months["months"]:
            half = Decimal("0.5") if months["half"] else 0
            low, high, end = low + after.low + half, high + after.high + half, months.end()
    elif m["months"]:
        low, high = low + half, high + half + (1 if m["more"] == "多" or m["days"] else 0)
    else:
        size = 7 if m["weeks"] else 1
        low, high, unit = (low + half) * size, (high + half) * size + (6 if m["weeks"] and m["more"] else 0), "天"
    if low == high == 1 or m["years"] and n.low == n.high == 1 and low == 12:
        asked = words.ASKS_HOW_MUCH.match(t, end) or words.MEASURED.match(t, end)
        if asked or ctx.before(words.ONE_BEFORE, n.start):
            return None
    vague = n.vague or bool(m["more"] or m["months"] and m["days"])
    return ctx.bounded(replace(n, low=low, high=high, vague=vague), DURATION, unit, n.start, end)


def _is_calendar(ctx: Context, n: Numeral, m: regex.Match) -> bool:
    if not m["years"]:
        return n.high > 1000
    if n.high > _LONGEST_YEARS:
        return True
    if n.in_figures and n.low >= 10:
        if words.CALENDAR_AFTER.match(ctx.t, n.end) or ctx.before(words.CALENDAR_BEFORE, n.start):
            return True
        long = ctx.before(words.HOW_LONG_BEFORE, n.start) or words.HOW_LONG_AFTER.match(ctx.t, n.end)
        return n.low in words.TWO_FIGURE_YEARS and not long
    named = n.written in {"一二", "二三", "六七", "七八", "八九"}
    return named and ctx.t[max(0, n.start - 1) : n.start] not in set("了有过等快概多都这近")


def bare_number(ctx: Context, n: Numeral) -> Found | None:
    """The whole message: what it counts, the question before it knows."""
    if n.looks_like_a_number_of_something_else or n.in_figures and words.HOTLINE.match(ctx.t, n.start):
        return None
    return ctx.bounded(n, NUMBER, None, n.start, n.end)

def _number(value: int | Decimal, m: regex.Match | None) -> Numeral:
    return Numeral(Decimal(value), Decimal(value), False, m.start() if m else 0, m.end() if m else 0, "")
