"""How official documents write dates, periods and their own numbers."""

from __future__ import annotations

import re
import unicodedata

_CN = "[〇零○ＯO一二三四五六七八九十]"
DATE = rf"\d{{4}}\s*年\s*\d{{1,2}}\s*月\s*\d{{1,2}}\s*日|{_CN}{{4}}年{_CN}{{1,3}}月{_CN}{{1,3}}日"
DATE_LINE = re.compile(rf"(?:{DATE})")
YEARS = re.compile(r"[（(]\s*(?P<first>\d{4})\s*年?\s*[—\-–~至－]+\s*(?P<last>\d{4})\s*年?\s*[）)]")

# 万盛经开发〔2022〕11号, 国发[2016]36号, 财社（2013）217号; 国务院令第649号
_NUMBER = r"[\u4e00-\u9fff]{1,14}\s*[〔\[［（(【]\s*(?:19|20)\d{2}\s*[〕\]］）)】]\s*第?\s*\d{1,4}\s*号"
_DECREE = r"[\u4e00-\u9fff、]{2,30}令\s*第?\s*[\d一二三四五六七八九十百]{1,4}\s*号"
_NUMBER_LINE = re.compile(rf"(?:文\s*号[:：]?\s*|发文字号[:：]?\s*)?(?P<number>{_NUMBER}|{_DECREE})$")


def number_in(line: str) -> str | None:
    """The document number a line consists of, as written there; None when the line says more."""
    found = _NUMBER_LINE.fullmatch(line.strip())
    return re.sub(r"\s", "", found["number"]) if found else None


def is_date(text: str) -> bool:
    """Whether the line is nothing but a date."""
    return bool(DATE_LINE.fullmatch(re.sub(r"\s", "", text)))


def plain(text: str) -> str:
    """The text for comparing: one width, no blanks, no title marks."""
    return re.sub(r"[\s《》〈〉<>“”\"'‘’]", "", unicodedata.normalize("NFKC", text))
