"""Numbers as Word's numbering formats write them."""

from __future__ import annotations

from collections.abc import Callable

_DIGITS = "零一二三四五六七八九"
_FORMAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")),
    *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)


def chinese(number: int, digits: str = _DIGITS, units: str = "十百千") -> str:
    """十一, 二十, 一百零五; below 10,000, larger ones in Western digits."""
    if not 0 < number < 10_000:
        return digits[0] if number == 0 else str(number)
    written, zero = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit:
            written += (digits[0] if zero else "") + digits[digit] + (units[place - 1] if place else "")
        zero = digit == 0 and bool(written)
    return written[1:] if 10 <= number < 20 and digits is _DIGITS else written


def roman(number: int) -> str:
    """IV, XII; outside 1–3999 in Western digits."""
    if not 0 < number < 4000:
        return str(number)
    written = ""
    for value, letters in _ROMAN:
        written += letters * (number // value)
        number %= value
    return written


def letters(number: int) -> str:
    """A … Z, AA … as Word counts: the letter is repeated."""
    return chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1) if 0 < number <= 780 else str(number)


def _picked(characters: str) -> Callable[[int], str]:
    return lambda n: characters[n - 1] if 0 < n <= len(characters) else str(n)


def _row(first: str, last: str) -> str:
    return "".join(map(chr, range(ord(first), ord(last) + 1)))


_CIRCLED = _row("①", "⑳") + _row("㉑", "㉟") + _row("㊱", "㊿")
_FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda n: f"{n:02d}",
    "decimalHalfWidth": str,
    "decimalFullWidth": lambda n: str(n).translate({48 + i: 0xFF10 + i for i in range(10)}),
    "decimalFullWidth2": lambda n: str(n).translate({48 + i: 0xFF10 + i for i in range(10)}),
    "decimalEnclosedCircle": _picked(_CIRCLED),
    "decimalEnclosedCircleChinese": _picked(_CIRCLED),
    "decimalEnclosedParen": _picked(_row("⑴", "⒇")),
    "decimalEnclosedFullstop": _picked(_row("⒈", "⒛")),
    "ideographEnclosedCircle": _picked(_row("㊀", "㊉")),
    "ideographDigital": lambda n: "".join("〇一二三四五六七八九"[int(d)] for d in str(n)) if n >= 0 else str(n),
    "japaneseDigitalTenThousand": lambda n: "".join("〇一二三四五六七八九"[int(d)] for d in str(n)) if n >= 0 else str(n),
    "ideographTraditional": _picked(_STEMS),
    "ideographZodiac": _picked(_BRANCHES),
    "upperRoman": roman,
    "lowerRoman": lambda n: roman(n).lower(),
    "upperLetter": letters,
    "lowerLetter": lambda n: letters(n).lower(),
    "none": lambda n: "",
}
_FORMATS |= dict.fromkeys(("chineseCounting", "chineseCountingThousand", "japaneseCounting"), chinese)
_FORMATS |= dict.fromkeys(("taiwaneseCounting", "taiwaneseCountingThousand"), chinese)
_FORMATS |= dict.fromkeys(
    ("chineseLegalSimplified", "ideographLegalTraditional", "japaneseLegal"), lambda n: chinese(n, _FORMAL, "拾佰仟")
)


def written(number: int, form: str) -> str:
    """The number in one of Word's formats (w:numFmt); an unknown one in Western digits."""
    return _FORMATS.get(form, str)(number)
