"""Numerals as residents write them: 一千二, 1万2, 3k, 两三百, 八十几, 三百多. Pure; says nothing of what is counted.

Documents are read by :mod:`policy_kb.numbers`, which leaves out what can be read two ways. A resident who writes 一千二
means 1200.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import regex

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_MULTIPLIERS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "k": 1000, "w": 10**4}
# Numerals of cheques are other words too (入伍, 陆续, 收拾): those count only beside another of them.
_CHEQUE = dict(zip("壹贰貳叁參参肆伍陆陸柒捌玖拾佰仟萬", "一二二三三三四五六六七八九十百千万"))
_CHEQUE_RUN = regex.compile(rf"[{''.join(_CHEQUE)}零〇万亿元圆]{{2,}}|[壹贰貳叁肆柒捌玖]")
_TRADITIONAL = str.maketrans(
    "〇兩萬億圓歲個塊錢級殘餘幾來過滿剛們倆戶資學後養兒孫雙約補貼給賺掙領勞視聽語體傷費張週還報當爺媽親點內間齡",
    "零两万亿元岁个块钱级残余几来过满刚们俩户资学后养儿孙双约补贴给赚挣领劳视听语体伤费张周还报当爷妈亲点内间龄",
)
_NEIGHBOURS = ("一二", "一两", "两三", "二三", "三四", "三五", "四五", "五六", "六七", "七八", "八九")

_D = "一二两三四五六七八九"
_X = rf"(?:{'|'.join(_NEIGHBOURS)}|[{_D}]|几(?=[十百千万]))"
# In 八百一天 and 三万一年 the 一 belongs to the day and the year.
_EACH = r"(?!(?<=[百千万kw])一(?:天|个?月(?!份)|年|个?人|次|个?学期|日|户))"


def _section(tail: str) -> str:
    return rf"(?:{_X}千)?(?:零?{_X}百)?(?:零?{_X}?十)?(?:{_EACH}零?{_X}{tail})?"


# 2025万盛 is a year and a place.
_MYRIAD = "万(?![盛州源载荣柏秀])"
_LAST = _section("(?![十百千万亿])")
_HAN = rf"(?=[{_D}十几])(?:{_section('(?=[万亿])')}亿)?(?:零?{_section('(?=万)')}{_MYRIAD})?零?{_LAST}"
_FIGURES = (
    r"(?<!\d )(?<![\d.a-z_])[1-9]\d? \d{3}(?=元|块)"
    r"|(?<![\d.a-z_])(?:[1-9]\d{0,2}(?:,\d{3})+(?!\d)|0(?!\d)|[1-9]\d*)(?:\.\d+)?"
)
_AFTER_MULTIPLIER = rf"(?:零?(?:\d千(?:\d百?)?|\d百(?:\d(?!\d))?|\d{{1,4}}(?![\d.百千]))|(?=零?[{_D}十])零?{_LAST})"
_NUMERAL = regex.compile(
    rf"(?:[{_D}十百]{{1,8}}|零)点[零{_D}]{{1,8}}(?![十百千])[万亿]?"
    rf"|(?:{_FIGURES})(?:(?:[百千亿]|{_MYRIAD})(?:(?!\d年|\d个?月){_AFTER_MULTIPLIER})?|[kw](?![a-z])(?:\d(?![\d.]))?)?(?![a-z_])"
    rf"|[百千万](?=把[块元人斤个])"
    rf"|零(?![零{_D}十几点\d])|{_HAN}"
)
# 六十来岁 but not 五十来领; 八百多 but not 八百多少.
_MORE = regex.compile(r"几(?![百千万])|多(?![少久大])|余|来(?=[岁个块元人天年口户万]|$|[^\w])|把(?=[块元人斤个])")
_ZERO_BETWEEN = regex.compile(r"[年月]零$")
_TOKEN = regex.compile(r"\d+(?:\.\d+)?|\S")
_LONGEST_WITHOUT_UNIT = 6
_MARKS = str.maketrans("", "", ",.- ")


@dataclass(frozen=True)
class Numeral:
    """A number or, for 两三百 and 八十几, the range it may be in: ``clean[start:end]``.

    ``vague``: the speaker left it open (几, 多, 来, two neighbours). ``written`` is the numeral without 几 or 多, of a
    range (1500到2000) both with - between them.
    """

    low: Decimal
    high: Decimal
    vague: bool
    start: int
    end: int
    written: str

    @property
    def in_figures(self) -> bool:
        return self.written.translate(_MARKS).isdigit()

    @property
    def looks_like_a_number_of_something_else(self) -> bool:
        """Long figures are telephones and identities, where nothing says what they count."""
        longest = max(len(figures.partition(".")[0]) for figures in self.written.split("-"))
        return self.in_figures and "," not in self.written and longest > _LONGEST_WITHOUT_UNIT


def clean(text: str) -> tuple[str, list[int]]:
    """Half-width, simplified where numbers are concerned; with the place in ``text`` that each character came from.

    Spaces go, except between letters or figures, where they part numbers (5 8 12岁).
    """
    letters: list[str] = []
    places: list[int] = []
    gap: int | None = None
    for index, char in enumerate(text):
        # A full-width comma parts clauses; it groups thousands only between full-width figures.
        full = char == "，" and not ("０" <= text[index - 1 : index] <= "９" and "０" <= text[index + 1 : index + 2] <= "９")
        for c in char if full else unicodedata.normalize("NFKC", char).lower():
            if c.isspace() and c != "\n":
                gap = index
                continue
            if gap is not None and letters and (letters[-1] + c).isascii() and (letters[-1] + c).isalnum():
                letters.append(" ")
                places.append(gap)
            gap = None
            letters.append(c)
            places.append(index)
    plain = _CHEQUE_RUN.sub(lambda m: "".join(_CHEQUE.get(c, c) for c in m[0]), "".join(letters))
    return plain.translate(_TRADITIONAL), places


def numerals(plain: str) -> Iterator[Numeral]:
    """Every numeral of a :func:`clean` text, in order, whatever it counts."""
    for m in _NUMERAL.finditer(plain):
        if not m[0]:
            continue
        start, end = m.span()
        if all(c in _DIGITS for c in m[0]):
            before = "" if _ZERO_BETWEEN.search(plain, max(0, start - 2), start) else plain[max(0, start - 1) : start]
            around = before + plain[end : end + 1]
            if any(c in _DIGITS for c in around):
                continue  # 二〇一八, 八零后, 一二三四五: figures read one by one, not a number.
        low, high, vague = _bounds(m[0])
        more = _MORE.match(plain, end)
        if more and low == high and (more[0] != "几" or low % 10 == 0):
            vague, end = True, more.end()
            high = low if more[0] == "把" else low + step(low) - 1
            if size := _MULTIPLIERS.get(plain[end : end + 1] if low >= 10 else ""):  # 二十多万
                low, high, end = low * size, (high + 1) * size - 1, end + 1
        yield Numeral(low, high, vague, start, end, m[0])


def step(value: Decimal) -> Decimal:
    """The place of the last figure that is not zero: 300 → 100, 1250 → 10. 三百多 is less than 400."""
    size = Decimal(1)
    while value and value % (size * 10) == 0:
        size *= 10
    return size


def _bounds(numeral: str) -> tuple[Decimal, Decimal, bool]:
    if "几" in numeral:
        low, high = _read(numeral.replace("十几", "十").replace("几", "两")), _read(numeral.replace("几", "九"))
        return low, high + step(high) - 1, True
    for pair in _NEIGHBOURS:
        if pair in numeral:
            return _read(numeral.replace(pair, pair[0], 1)), _read(numeral.replace(pair, pair[1], 1)), True
    value = _read(numeral)
    return value, value, False


def _read(numeral: str) -> Decimal:
    """The value of one numeral that :data:`_NUMERAL` found; the last figure of 一千二 and 1万2 counts hundreds and thousands."""
    whole, point, part = numeral.partition("点")
    if point:
        unit = _MULTIPLIERS.get(part[-1], 1)
        decimals = "".join(str(_DIGITS[c]) for c in part if c in _DIGITS)
        return (_read(whole) + Decimal(f"0.{decimals}")) * unit
    total = section = Decimal(0)
    number: Decimal | None = None
    last = before = ""
    for token in _TOKEN.findall(numeral.replace(",", "").replace(" ", "")):
        if token in _MULTIPLIERS:
            size = _MULTIPLIERS[token]
            if size >= 10**4:
                base = section + (number if number is not None else 0)
                total = (total + (base or (0 if total else 1))) * size if size == 10**8 else total + (base or 1) * size
                section = Decimal(0)
            else:
                section += (Decimal(1) if number is None else number) * size
            number = None
        else:
            number = Decimal(_DIGITS[token]) if token in _DIGITS else Decimal(token)
        before, last = last, token
    if number is not None and before in _MULTIPLIERS and before != "十" and last != "零" and 0 < number < 10:
        number *= Decimal(_MULTIPLIERS[before]) / 10
    return total + section + (number or 0)
