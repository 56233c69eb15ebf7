"""Mask what identifies a person before anything is stored, logged or sent on: shape and context decide, never a checksum.

Incomes, ages, dates, years, hotline and ticket numbers are never masked. Pure functions.
"""

from __future__ import annotations

import unicodedata

import regex

ID, CARD, PHONE, EMAIL, PLATE, ACCOUNT = "〔身份证号〕", "〔银行卡号〕", "〔电话号码〕", "〔邮箱〕", "〔车牌号〕", "〔账号〕"
Span = tuple[int, int, str]

_CHINESE_DIGITS = dict(zip("〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789"))
# What stands inside one number: spaces, dashes, dots, slashes, and what cannot be seen at all.
_TIGHT = r"[\s\-‐‑–—－_./·•・*\p{Cf}\p{Mn}]{0,3}"
_READ_OUT = regex.compile(rf"[{''.join(_CHINESE_DIGITS)}](?:{_TIGHT}[{''.join(_CHINESE_DIGITS)}]){{2,}}(?![级等类档])")
# What stands between numbers as a rule, but also between the three parts of a mobile number.
_LOOSE = r"[\s\-‐‑–—－_./·•・*,，、~～:：()（）+\p{Cf}\p{Mn}]{1,3}"
_RUN = regex.compile(rf"\d(?:{_TIGHT}\d)*(?:{_TIGHT}[xX](?![a-zA-Z])(?:{_TIGHT}\d){{0,2}})?")
_MOBILE_IN_PARTS = regex.compile(
    rf"(?<!\d)(?:(?:00)?86{_LOOSE})?(?:1[3-9]\d{_LOOSE}\d{{4}}{_LOOSE}\d{{4}}|1[3-9]\d{_LOOSE}\d{{8}}|1[3-9]\d{{5}}{_LOOSE}\d{{4}})(?!\d)"
)
_LANDLINE = regex.compile(r"[(（]?(?<!\d)0\d{2,3}[)）]?[\s-]{0,3}\d{3,4}[\s-]?\d{4}(?!\d)")
_EMAIL = regex.compile(r"[A-Za-z0-9._%+-]+\s?@\s?[A-Za-z0-9-]+(?:\s?\.\s?[A-Za-z0-9-]+)+")
_PLATE = regex.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]\s?[A-HJ-NP-Z]\s?[·•.\-]?\s?"
    r"(?=[A-HJ-NP-Z0-9]*\d)[A-HJ-NP-Z0-9]{5,6}(?![A-Za-z0-9])"
)
_YEAR = regex.compile(r"(?:19|20)\d\d")
_DATE = regex.compile(r"(?<!\d)(?:19|20)\d\d[\s\-–—－./]{0,2}(?:0?[1-9]|1[0-2])[\s\-–—－./]{0,2}(?:0?[1-9]|[12]\d|3[01])(?!\d)")
_BORN = regex.compile(r"[1-8]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])\d\d\d{2,4}[\dxX]?")
_HOTLINE = regex.compile(r"1\d\d|1[02]\d\d\d|9\d{4}")
_CALLED_PHONE = regex.compile(r"(电话|手机|座机|号码|联系方式|联系|打我?|微信|qq)(?!费)[^\d，。！？]{0,8}$", regex.IGNORECASE)
_CALLED_CHAT = regex.compile(r"(微信|qq)[^\d，。！？]{0,8}$", regex.IGNORECASE)
_CALLED_ACCOUNT = regex.compile(r"(账号|帐号|卡号|账户|证号|身份证|社保号|社保卡|残疾人?证|户口本号)[^\d，。！？]{0,8}$")
# Other papers have numbers of their own shapes; only what they are called tells them.
_PAPERS = regex.compile(
    r"(?:护照|通行证|回乡证|台胞证|居留证|居住证|军官证|士兵证|军人证|退役证|警官证)(?:的?(?:号码|编号|号))?(?:是|为)?[\s:：]*"
    r"(?P<number>[A-Za-z]{1,2}\s?\d{6,10}(?!\d)|\d{7,10}(?!\d)|\p{Han}{1,3}字第?\d{4,10}号?)"
)
# A letter taken for the digit it looks like.
_MISREAD = regex.compile(r"(?<![A-Za-z\d])(?=(?:[OoIl]*\d){8})[\dOoIl]{10,19}(?![A-Za-z\d])")
_READ_AS = str.maketrans("OoIl", "0011")
# What an office gives to a request, and an office's own phone: nobody's. They need what stands before them.
_REFERENCE = regex.compile(
    r"(?:工单|受理|回执|快递|运单|订单|流水|办件|案件|登记|取件)的?(?:编号|单号|号码|号)(?:是|为)?[\s:：]*[A-Za-z]{0,3}$"
)
_OFFICE = (
    r"(?:\p{Han}局|残联|妇联|卫健委|街道办(?:事处)?|办事处|[镇乡区县市]政府|服务中心|服务站|大厅|村委会?|居委会?|社区|救助站|派出所|司法所|社保所|法院|"
    r"敬老院|养老院|福利院|热线|窗口)"
)
_OFFICES_OWN = regex.compile(
    rf"{_OFFICE}(?:的|那边|这边|里|值班|办公室?|咨询|服务|投诉|举报|联系|公开)*(?:电话|座机|热线)?(?:号码)?(?:是|为)?[\s:：（(]*$"
)
_CALLED_AT = regex.compile(r"(?<![请给我])(?:打|拨|打了)\s*$")
_THEN_OFFICE = regex.compile(rf"\s*(?:是)?\p{{Han}}{{0,4}}?{_OFFICE}")
_FREEPHONE = regex.compile(r"[48]00\d{7}")
_COUNTED = regex.compile(r"\s*(?:多|余|左右|来)?(?:元|块|万|千|亿|岁|年|月|天|人|户|个|次|号?令|%|％|分|平|斤)")


def _plain(text: str) -> str:
    """Every kind of digit as ASCII, one character for one, so that places stay the same: １, 一 and 壹 are 1."""
    out = []
    for char in text:
        plain = unicodedata.normalize("NFKC", char)
        if len(plain) != 1:
            plain = char
        if plain.isdecimal() and not plain.isascii():
            plain = str(unicodedata.decimal(plain))
        out.append(plain)
    # One or two Chinese digits are words of the sentence (一家五口, 一二级); three and more are read out.
    read = _READ_OUT.sub(lambda m: "".join(_CHINESE_DIGITS.get(c, c) for c in m[0]), "".join(out))
    return _MISREAD.sub(lambda m: m[0].translate(_READ_AS), read)


def mask(text: str) -> str:
    """``text`` with identity numbers, phones, cards, accounts, e-mail addresses and number plates replaced by their kind."""
    plain = _plain(text)
    spans: list[Span] = [(*m.span(), EMAIL) for m in _EMAIL.finditer(plain)]
    spans += [(*m.span(), PLATE) for m in _PLATE.finditer(plain)]
    spans += [(*m.span("number"), ID) for m in _PAPERS.finditer(plain) if not _DATE.fullmatch(m["number"])]
    spans += [(*m.span(), PHONE) for m in _LANDLINE.finditer(plain)]
    spans += [(*m.span(), PHONE) for m in _MOBILE_IN_PARTS.finditer(plain)]
    for m in _RUN.finditer(plain):
        spans += _numbers(plain, *m.span())
    spans = [s for s in spans if s[2] != PHONE or not _is_an_offices(plain, *s[:2])]
    out, at = [], 0
    for start, end, kind in _widest(spans):
        out += [text[at:start], kind]
        at = end
    return "".join([*out, text[at:]])


def _is_an_offices(plain: str, start: int, end: int) -> bool:
    """Whether a landline stands right behind an office's name, or is called and followed by one. Mobile numbers are persons'."""
    digits = "".join(c for c in plain[start:end] if c.isdigit())
    if not regex.fullmatch(r"0\d{9,11}|[2-8]\d{6,7}", digits):
        return False
    before = plain[max(0, start - 24) : start]
    return bool(_OFFICES_OWN.search(before) or _CALLED_AT.search(before) and _THEN_OFFICE.match(plain, end))


def _widest(spans: list[Span]) -> list[Span]:
    """Of overlapping finds the wider; what sticks out of it is covered too."""
    merged: list[Span] = []
    for start, end, kind in sorted(spans, key=lambda s: (s[0], -s[1])):
        if merged and start < merged[-1][1]:
            first, last, known = merged[-1]
            merged[-1] = (first, max(last, end), known)
        else:
            merged.append((start, end, kind))
    return merged


def _numbers(plain: str, start: int, end: int) -> list[Span]:
    """What of a run of digits, with only tight separators in it, is personal."""
    groups = [(m.start() + start, m.end() + start) for m in regex.finditer(r"\d+[xX]?\d*|[xX]\d*", plain[start:end])]
    whole = "".join(plain[s:e] for s, e in groups)
    before, after = plain[:start], plain[end:]
    if len(groups) == 1:
        kind = _kind(whole, before, after)
        return [(start, end, kind)] if kind else []
    if _BORN.fullmatch(whole):
        return [(start, end, ID)]
    if not _only_dates([plain[s:e] for s, e in groups]) and regex.fullmatch(r"(?:(?:00)?86)?1[3-9]\d{9}", whole):
        return [(start, end, PHONE)]
    if not _side_by_side(plain, start, end, groups):
        kind = _kind_in_pieces(whole, [e - s for s, e in groups], before, after)
        if kind:
            return [(start, end, kind)]
    return [(s, e, k) for s, e in groups if (k := _kind(plain[s:e], plain[:s], plain[e:]))]


def _only_dates(numbers: list[str]) -> bool:
    """Whether the pieces are years and days and nothing else: 2019 06 01, 20190601, 2016 2020."""
    rest = list(numbers)
    while rest:
        piece = rest.pop(0)
        if _YEAR.fullmatch(piece):
            if rest and regex.fullmatch("0?[1-9]|1[0-2]", rest[0]):
                rest.pop(0)
                if rest and regex.fullmatch("0?[1-9]|[12][0-9]|3[01]", rest[0]):
                    rest.pop(0)
        elif not (len(piece) == 8 and _DATE.fullmatch(piece)):
            return False
    return True


def _side_by_side(plain: str, start: int, end: int, groups: list[tuple[int, int]]) -> bool:
    """Years, dates, round amounts or hotlines that only stand beside each other."""
    run, numbers = plain[start:end], [plain[s:e] for s, e in groups]
    if all(_YEAR.fullmatch(n) for n in numbers):
        return True
    without_dates = _DATE.sub(" ", run)
    if without_dates != run and sum(c.isdigit() for c in without_dates) < 7:
        return True
    if all(len(n) <= 5 and n.endswith("0") for n in numbers):
        return True
    small = sum(len(n) < 3 for n in numbers)
    return small <= 2 and all(_HOTLINE.fullmatch(n) or _YEAR.fullmatch(n) or len(n) < 3 for n in numbers)


def _kind_in_pieces(whole: str, sizes: list[int], before: str, after: str) -> str | None:
    """What a number written in pieces is; amounts in a row are not."""
    count = len(whole)
    called_phone, called_account = _CALLED_PHONE.search(before[-16:]), _CALLED_ACCOUNT.search(before[-16:])
    if sizes[0] == 3 and max(sizes) <= 5 and 9 <= count <= 13 and regex.match(r"1[3-9]", whole):
        return PHONE
    if len(sizes) == 3 and 5 <= sizes[0] <= 7 and 7 <= sizes[1] <= 9 and 3 <= sizes[2] <= 5:
        return ID  # place, day of birth, rest: mistyped or not
    if count >= 13 and whole[0] in "34569" and sizes[0] >= 4 and min(sizes[:-1]) >= 4:
        return CARD
    if whole[-1] in "xX" and count >= 15:
        return ID
    if called_account and count >= 8:
        return ID if count in {15, 17, 18, 19} else CARD if count >= 13 else ACCOUNT
    if called_phone and 7 <= count <= 13 and not _COUNTED.match(after):
        return PHONE
    return None


def _kind(digits: str, before: str, after: str) -> str | None:
    """What a number written in one piece is; None for an income, an age, a year."""
    count = len(digits)
    if "x" in digits.lower():
        return ID if count >= 8 else None
    if count < 18 and not regex.fullmatch(r"1[3-9]\d{9}", digits) and not _BORN.match(digits) and _REFERENCE.search(before[-16:]):
        return None
    called_phone, called_account = _CALLED_PHONE.search(before[-16:]), _CALLED_ACCOUNT.search(before[-16:])
    if count >= 14:
        if _BORN.match(digits) or count in {15, 18} and not regex.match(r"62|4|5|3[57]", digits):
            return ID
        return CARD
    if _COUNTED.match(after) and count < 11:
        return None
    if count >= 10:
        if _FREEPHONE.fullmatch(digits) and not called_account and not _CALLED_CHAT.search(before[-16:]):
            return None
        return ACCOUNT if called_account else PHONE
    if count >= 7 and called_account:
        return ACCOUNT
    if count >= 7 and called_phone or regex.fullmatch(r"1[3-9]\d{7}", digits):
        return PHONE
    return None
