"""Numbers with their units as Chinese documents write them: 1,560元, 15万元, 百分之九十, 七十二小时, 0—6岁. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

# How documents write the units of our data.
UNITS = {
    "元": "元", "%": "[%％]", "个工作日": "个?工作日", "天": "[天日]", "个月": "个月", "周岁": "周?岁", "小时": "小时",
    "倍": "倍", "年": "年", "次": "次", "分钟": "分钟", "项": "项", "张": "张", "人": "[人名]",
}
_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}
_CN = "〇零一二两三四五六七八九十百千"
# A comma or a space groups thousands only between digits; a point is one only between digits.
_NUMERAL = re.compile(
    rf"(?:\d|(?<=\d)[,， ](?=\d{{3}}(?!\d))|(?<=\d)[.．](?=\d)|[{_CN}万亿]|(?<=\d) (?=[万亿])|(?<=[{_CN}])点(?=[{_CN}]))+"
)
_HALF_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_PERCENT = re.compile(r"百分之$")
_RANGE = re.compile(r"\s?\*{0,2}[-—–~～至到]\*{0,2}\s?")
_BETWEEN = re.compile(r"\*{0,2}\s?[多余]?\*{0,2}\s?")
_SEGMENT = re.compile(r"[^\n|｜\t]+")


@dataclass(frozen=True)
class Number:
    """A number, the characters [start, last) of its numeral and [start, end) with its unit."""

    value: Decimal
    start: int
    last: int
    end: int


def numerals(text: str) -> list[Number]:
    """Every numeral of ``text`` that can be read, whatever it counts."""
    found, text = [], text.translate(_HALF_WIDTH)
    for m in _NUMERAL.finditer(text):
        value = Decimal(100) if m[0] == "百" and _PERCENT.search(text, 0, m.start()) else read(m[0])
        if value is not None:
            percent = _PERCENT.search(text, 0, m.start())
            start = percent.start() if percent else m.start()
            found.append(Number(value, start, m.end(), m.end()))
    return found


def numbers_in(text: str, unit: str) -> list[Number]:
    """Every number that ``text`` counts in ``unit``, in order. A number alone in its line or cell counts too."""
    return [n for segment in _SEGMENT.finditer(text) for n in _counted(segment[0], segment.start(), unit)]


def _counted(text: str, at: int, unit: str) -> Iterator[Number]:
    written = re.compile(UNITS.get(unit, re.escape(unit)))
    found = numerals(text)
    for index, n in enumerate(found):
        value, last, after = n.value, n.last, None
        alone = text.strip(" \u3000≥≤*") == text[n.start : n.last]
        range_sign = _RANGE.match(text, n.last)
        if range_sign and index + 1 < len(found) and found[index + 1].start == range_sign.end():
            # The first of a range has the unit, and the 万, of the second: 10—15万元.
            upper = found[index + 1]
            after = _unit_after(text, upper.last, written)
            if after and text[upper.last - 1] in _MYRIADS and text[n.last - 1] not in _MYRIADS:
                value *= _MYRIADS[text[upper.last - 1]]
                last = upper.last
            if after:
                yield Number(value, at + n.start, at + last, at + (last if last == n.last else after))
            continue
        after = _unit_after(text, n.last, written)
        if unit == "%" and text.startswith("百分之", n.start):
            after = n.last
        if after or alone:
            yield Number(value, at + n.start, at + n.last, at + (after or n.last))


def _unit_after(text: str, at: int, unit: re.Pattern) -> int | None:
    """Where the unit ends that follows at once; None where another follows."""
    between = _BETWEEN.match(text, at)
    m = unit.match(text, between.end() if between else at)
    return m.end() if m else None


def read(numeral: str) -> Decimal | None:
    """一百三十二 → 132, 1万2千 → 12000, 二〇二〇 → 2020, 1,560 → 1560; None where it is no number or can be read two ways."""
    whole, point, part = numeral.partition("点")
    if point:
        decimals = "".join(str(_DIGITS[c]) for c in part) if all(c in _DIGITS for c in part) else None
        units = read(whole)
        return None if decimals is None or units is None else units + Decimal(f"0.{decimals}")
    if len(numeral) > 1 and all(c in _DIGITS for c in numeral):
        return Decimal("".join(str(_DIGITS[c]) for c in numeral))
    total, section, number, before, last = Decimal(0), Decimal(0), None, "", ""
    for token in re.findall(r"\d+(?:[,， ]\d{3})*(?:[.．]\d+)?|\S", numeral):
        if token[0].isdigit() and token[0].isascii():
            if number is not None:
                return None
            number = Decimal(re.sub("[,， ]", "", token).replace("．", "."))
        elif token in _DIGITS:
            if number:
                return None
            number = Decimal(_DIGITS[token])
        elif token in _TENS:
            if number is None and token != "十":
                return None
            section += (Decimal(1) if number is None else number) * _TENS[token]
            number = None
        else:
            if number is None and not section:
                return None
            section += number or 0
            total = (total + section) * _MYRIADS[token] if token == "亿" else total + section * _MYRIADS[token]
            section, number = Decimal(0), None
        before, last = last, token
    if last in _DIGITS and before and before in "百千万亿":
        return None  # 一千二 is 1200 to some and 1002 to others.
    return total + section + (number or 0)
