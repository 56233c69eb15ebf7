"""Mask what identifies a person before anything is stored, logged or sent on: shape and context decide, never a checksum.

Incomes, ages, dates, years, hotline and ticket numbers are never masked. Pure functions.
"""

from __future__ import annotations

import unicodedata

import regex

ID, CARD, PHONE, EMAIL, PLATE, ACCOUNT = "〔身份证号〕", "〔银行卡号〕", "〔电话号码〕", "〔邮箱〕", "〔车牌号〕", "〔账号〕"

_CHINESE_DIGITS = dict(zip("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789"))
# Between digits also what cannot be seen: zero-width characters, variation selectors, soft hyphens.
_SEPARATORS = r"[\s\-‐‑–—－_./·•・*\p{Cf}\p{Mn}]{0,3}"
_RUN = regex.compile(rf"(?<![\d])\d(?:{_SEPARATORS}\d)*(?:{_SEPARATORS}[xX](?![a-zA-Z]))?")
_SPOKEN = regex.compile(rf"[{''.join(_CHINESE_DIGITS)}](?:[\s，,、-]?[{''.join(_CHINESE_DIGITS)}]){{6,}}")
_EMAIL = regex.compile(r"[A-Za-z0-9._%+-]+\s?@\s?[A-Za-z0-9-]+(?:\s?\.\s?[A-Za-z0-9-]+)+")
_PLATE = regex.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]\s?[A-HJ-NP-Z]\s?[·•.\-]?\s?"
    r"(?=[A-HJ-NP-Z0-9]*\d)[A-HJ-NP-Z0-9]{5,6}(?![A-Za-z0-9])"
)
_LANDLINE = regex.compile(r"[(（]0\d{2,3}[)）]\s?-?\s?\d{3,4}[\s-]?\d{4}(?!\d)")
_YEAR = regex.compile(r"(?:19|20)\d\d")
_DATE = regex.compile(r"(?:19|20)\d\d[\s\-–—－./]{0,2}(?:0?[1-9]|1[0-2])[\s\-–—－./]{0,2}(?:0?[1-9]|[12]\d|3[01])")
_CALLED_PHONE = regex.compile(r"(电话|手机|座机|号码|联系方式|打我|微信|qq)[^\d，。！？]{0,8}$", regex.IGNORECASE)
_CALLED_ACCOUNT = regex.compile(r"(账号|帐号|卡号|账户|证号|身份证|社保号|残疾证|户口本号)[^\d，。！？]{0,8}$")
_COUNTED = regex.compile(r"^\s*(?:多|余|左右)?(?:元|块|万|千|亿|岁|年|月|天|人|户|个|次|号?令|%|％|分|平|斤)")


def _plain(text: str) -> str:
    """Full-width and other digits as ASCII, one character for one, so that places stay the same."""
    out = []
    for char in text:
        plain = unicodedata.normalize("NFKC", char)
        if len(plain) != 1:
            plain = char
        if plain.isdecimal() and not plain.isascii():
            plain = str(unicodedata.decimal(plain))
        out.append(plain)
    return "".join(out)


def mask(text: str) -> str:
    """``text`` with identity numbers, phones, cards, accounts, e-mail addresses and number plates replaced by their kind."""
    plain = _plain(text)
    spans: list[tuple[int, int, str]] = []
    spans += [(*m.span(), EMAIL) for m in _EMAIL.finditer(plain)]
    spans += [(*m.span(), PLATE) for m in _PLATE.finditer(plain)]
    spans += [(*m.span(), PHONE) for m in _LANDLINE.finditer(plain)]
    for m in _RUN.finditer(plain):
        spans += _numbers(plain, m.start(), m.end())
    for m in _SPOKEN.finditer(plain):
        digits = "".join(_CHINESE_DIGITS.get(c, "") for c in m[0])
        kind = _kind(digits, plain[: m.start()])
        if kind:
            spans.append((*m.span(), kind))
    out, at = [], 0
    for start, end, kind in sorted(spans):
        if start >= at:
            out += [text[at:start], kind]
            at = end
    return "".join([*out, text[at:]])


def _numbers(plain: str, start: int, end: int) -> list[tuple[int, int, str]]:
    """What of a run of digits and separators is personal."""
    run = plain[start:end]
    groups = [(m.start() + start, m.end() + start) for m in regex.finditer(r"\d+[xX]?|[xX]", run)]
    digits = "".join(plain[s:e] for s, e in groups)
    if len(groups) > 1 and _harmless_groups(plain, run, groups):
        # Years, dates and hotlines side by side: look at each number by itself.
        found = []
        for s, e in groups:
            kind = _kind(plain[s:e], plain[:s])
            if kind:
                found.append((s, e, kind))
        return found
    kind = _kind(digits, plain[:start])
    if kind and len(digits) < 12 and _COUNTED.match(plain[end:]) and not digits.startswith("1"):
        return []
    return [(start, end, kind)] if kind else []


def _harmless_groups(plain: str, run: str, groups: list[tuple[int, int]]) -> bool:
    numbers = [plain[s:e] for s, e in groups]
    if _DATE.fullmatch(run) or all(_YEAR.fullmatch(n) for n in numbers):
        return True
    without_dates = _DATE.sub(" ", run)
    if without_dates != run and sum(c.isdigit() for c in without_dates) < 7:
        return True
    if all(len(n) <= 5 and n.endswith("0") for n in numbers):
        return True
    if sum(len(n) < 3 for n in numbers) > 2:
        return False
    return all(regex.fullmatch(r"1\d\d|1[02]\d\d\d|9\d{4}|(?:19|20)\d\d|\d{1,2}", n) for n in numbers)


def _kind(digits: str, before: str) -> str | None:
    """What a number of this many digits is; None for an income, an age, a year."""
    count = len(digits)
    called_phone, called_account = _CALLED_PHONE.search(before[-16:]), _CALLED_ACCOUNT.search(before[-16:])
    if digits[-1:] in "xX" and count >= 8:
        return ID
    if count >= 14:
        looks_like_id = count in {15, 17, 18, 19} and regex.match(r"[1-8]\d{5}(?:19|20)\d\d", digits)
        return ID if looks_like_id or (count in {15, 18} and not regex.match(r"(?:62|4|5|35|37)", digits)) else CARD
    if count >= 10:
        if _DATE.fullmatch(digits[:8]) and count in {10, 12} and not (called_phone or called_account):
            return None if count == 12 or digits.startswith("20") else PHONE
        return ACCOUNT if called_account else PHONE
    if count >= 7 and called_account:
        return ACCOUNT
    if count >= 7 and called_phone:
        return PHONE
    if regex.fullmatch(r"1[3-9]\d{7}", digits):
        return PHONE
    return None
