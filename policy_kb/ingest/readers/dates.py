"""Dates as documents write them."""

from __future__ import annotations

import datetime as dt
import re

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "Ｏ": 0, "O": 0}
_WESTERN = re.compile(r"\s*(\d{4})\s*(?:年|[-/.])\s*(\d{1,2})\s*(?:月|[-/.])\s*(\d{1,2})(?!\d)")
_COMPACT = re.compile(r"\s*((?:19|20)\d\d)(\d\d)(\d\d)(?!\d)")
_CHINESE = re.compile(r"\s*([〇零○ＯO一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日")


def _below_hundred(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS[text] if len(text) == 1 else 0
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)


def read_date(value: object) -> dt.date | None:
    """The date a value begins with: 2019-04-18, 2019/4/18 06:17, 2019年4月18日, 20190418, 二〇一九年四月十八日; else None."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    text = str(value)
    try:
        if found := _WESTERN.match(text) or _COMPACT.match(text):
            return dt.date(*(int(n) for n in found.groups()))
        if found := _CHINESE.match(text):
            year = int("".join(str(_DIGITS[c]) for c in found[1]))
            return dt.date(year, _below_hundred(found[2]), _below_hundred(found[3]))
    except (ValueError, KeyError):
        return None
    return None
