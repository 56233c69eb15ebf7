"""Numbering markers at the beginning of a line: 第八条, 一、, （二）, 3., (4), ①, 一是 … and what they are called in a path."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Outermost first. Within one document the order seen there wins over this one.
KINDS = ("part", "chapter", "section", "article", "dun", "ordinal", "paren", "dot", "decimal", "arabic", "half", "circled", "is")
STRUCTURE = frozenset(("part", "chapter", "section", "article"))

_DIGITS = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2, "○": 0}
# What character recognition makes of 一, 二, 三 and 1 inside a marker.
_SLIPS = str.maketrans({"ー": "一", "—": "一", "－": "一", "-": "一", "─": "一", "ニ": "二", "ミ": "三", "O": "〇", "Ｏ": "〇"})
_CN = r"[〇零○一二三四五六七八九十百两]"
_CN_OR_SLIP = r"[〇零○一二三四五六七八九十百两ー—－─\-ニミ]"
_OPEN, _CLOSE = r"[（(〔［\[【]", r"[)）〕］\]】]"

_STRUCTURE = re.compile(
    rf"第\s*(?P<number>{_CN}+|\d{{1,4}})\s*(?P<unit>部分|[编篇章节条])(?P<sub>\s*之\s*{_CN}+)?(?P<gap>[\s：:]*)(?P<rest>.*)$",
    re.DOTALL,
)
_UNIT_KINDS = {"编": "part", "篇": "part", "部分": "part", "章": "chapter", "节": "section", "条": "article"}
_DUN = re.compile(rf"(?P<number>{_CN}{{1,4}}|ー)\s*(?P<mark>[、．.，,])\s*(?P<rest>.*)$", re.DOTALL)
_PAREN = re.compile(rf"(?P<open>{_OPEN})?\s*(?P<number>{_CN_OR_SLIP}{{1,4}})\s*{_CLOSE}[、.．]?\s*", re.DOTALL)
_DOT = re.compile(r"(?P<number>\d{1,3}|[lI])\s*(?P<mark>[.．、])\s*(?P<rest>.*)$", re.DOTALL)
_DECIMAL = re.compile(
    r"(?P<number>\d{1,2}(?:[.．]\d{1,2}){1,3})(?P<gap>[.．]?\s+|[.．]?(?=[\u4e00-\u9fff]))(?P<rest>.*)$", re.DOTALL
)
_ARABIC = re.compile(rf"(?P<open>{_OPEN})?\s*(?P<number>\d{{1,3}}|[lI])\s*{_CLOSE}[、.．]?\s*", re.DOTALL)
_IS = re.compile(r"(?P<number>[一二三四五六七八九十]{1,2})(?P<word>是|要)(?![，,。；;]|否|不是)")
_ORDINAL = re.compile(rf"第(?P<number>{_CN}{{1,2}})\s*[，,、：:]\s*")
# 一、二级医疗机构, 三、四类 …: a list of grades at the beginning of a sentence is no marker.
_NO_DUN = re.compile(rf"{_CN}+\s*[、和及至]?\s*(?:级|类|等|期|线|季度|年级|{_CN}*、)")
_YEAR_OR_TEXT = re.compile(r"(?:19|20)\d\d\s*年|\D")
_MEASURE = re.compile(r"\s*(?:万|亿|元|%|％|倍|个百分点|平方|公里|千米|米|亩|公顷|吨|℃|小时)")
_NO_ARTICLE = re.compile(r"[第、和及或至到的款项规所中“之以]|规定")

_CIRCLED = {chr(0x2460 + i): ("circled", i + 1) for i in range(20)}
_CIRCLED |= {chr(0x3251 + i): ("circled", i + 21) for i in range(15)}
_CIRCLED |= {chr(0x2776 + i): ("circled", i + 1) for i in range(10)}
_CIRCLED |= {chr(0x2474 + i): ("arabic", i + 1) for i in range(20)}
_CIRCLED |= {chr(0x2488 + i): ("dot", i + 1) for i in range(20)}
_CIRCLED |= {chr(0x3220 + i): ("paren", i + 1) for i in range(10)}


@dataclass(frozen=True)
class Marker:
    """A numbering marker; ``label`` is what a path says, ``length`` how many characters of the line it takes.

    ``sure`` is false where only the neighbours can tell (一，…; 一）…; 第八条 with no space after it).
    """

    kind: str
    number: int
    label: str
    length: int
    sure: bool = True

    @property
    def rank(self) -> int:
        return KINDS.index(self.kind)


def chinese_to_int(text: str) -> int:
    """A number up to 9999 in Chinese or Arabic digits: 一百三十二 → 132, 二〇 → 20; 0 when it is none."""
    if text.isdecimal():
        return int(text)
    if "十" not in text and "百" not in text and "千" not in text:
        digits = [_DIGITS.get(c) for c in text]
        return 0 if None in digits or not digits else int("".join(str(d) for d in digits))
    total, current = 0, 0
    for c in text:
        if c in _DIGITS:
            current = _DIGITS[c]
        elif c in "十百千":
            total += (current or 1) * {"十": 10, "百": 100, "千": 1000}[c]
            current = 0
        else:
            return 0
    return total + current


def int_to_chinese(number: int) -> str:
    """1–9999 as a law numbers its parts: 10 → 十, 21 → 二十一, 105 → 一百零五."""
    digits = "零一二三四五六七八九"
    if number < 20:
        return ("十" if number >= 10 else "") + (digits[number % 10] if number % 10 else "") or "零"
    out, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            out += ("零" if zero and out else "") + digits[digit] + name
            zero = False
        else:
            zero = True
    return out


def marker_of(text: str) -> Marker | None:
    """The marker the line begins with, or None. ``text`` begins with no blank."""
    if not text:
        return None
    if text[0] in _CIRCLED:
        kind, number = _CIRCLED[text[0]]
        length = 1 + len(text[1:]) - len(text[1:].lstrip(" 　、."))
        said = {"circled": text[0], "arabic": f"（{number}）", "dot": str(number), "paren": f"（{int_to_chinese(number)}）"}
        return Marker(kind, number, said[kind], length)
    for find in (_structure, _ordinal, _paren, _dun, _decimal, _dot, _arabic, _is):
        if found := find(text):
            return found
    return None


def _structure(text: str) -> Marker | None:
    m = _STRUCTURE.match(text)
    if not m:
        return None
    kind, number = _UNIT_KINDS[m["unit"]], chinese_to_int(m["number"])
    rest = m["rest"]
    if not number or (kind != "article" and (len(rest) > 40 or rest.endswith(("。", "；", "，")))):
        return None
    sure = bool(m["gap"]) or not rest
    if not sure and _NO_ARTICLE.match(rest):
        return None
    said = int_to_chinese(number)
    sub = re.sub(r"\s", "", m["sub"] or "")
    return Marker(kind, number, f"第{said}{m['unit']}{sub}", m.start("rest"), sure or kind != "article")


def _ordinal(text: str) -> Marker | None:
    m = _ORDINAL.match(text)
    number = chinese_to_int(m["number"]) if m else 0
    return Marker("ordinal", number, f"第{int_to_chinese(number)}", m.end(), False) if m and number else None


def _dun(text: str) -> Marker | None:
    m = _DUN.match(text)
    if not m or not m["rest"] or _NO_DUN.match(m["rest"]):
        return None
    number = chinese_to_int(m["number"].translate(_SLIPS))
    if not number:
        return None
    return Marker("dun", number, int_to_chinese(number), m.start("rest"), m["mark"] not in "，,.．" and m["number"] != "ー")


def _paren(text: str) -> Marker | None:
    m = _PAREN.match(text)
    number = chinese_to_int(m["number"].translate(_SLIPS)) if m else 0
    if not m or not number or m.end() == len(text):
        return None
    plain = re.fullmatch(f"{_CN}+", m["number"])
    if not m["open"] and not plain:
        return None
    return Marker("paren", number, f"（{int_to_chinese(number)}）", m.end(), bool(m["open"] and plain))


def _dot(text: str) -> Marker | None:
    m = _DOT.match(text)
    if not m or not m["rest"] or not _YEAR_OR_TEXT.match(m["rest"]):
        return None
    number = int(m["number"]) if m["number"].isdecimal() else 1
    return Marker("dot", number, str(number), m.start("rest"), m["number"].isdecimal()) if number else None


def _decimal(text: str) -> Marker | None:
    m = _DECIMAL.match(text)
    if not m or _MEASURE.match(m["rest"]) or not re.search(r"[\u4e00-\u9fff]", m["rest"]):
        return None
    said = m["number"].replace("．", ".")
    return Marker("decimal", int(said.rpartition(".")[2]), said, m.start("rest"), bool(m["gap"].strip(".．")))


def _arabic(text: str) -> Marker | None:
    m = _ARABIC.match(text)
    if not m or m.end() == len(text):
        return None
    number = int(m["number"]) if m["number"].isdecimal() else 1
    if not number:
        return None
    if m["open"]:
        return Marker("arabic", number, f"（{number}）", m.end(), m["number"].isdecimal())
    return Marker("half", number, f"{number}）", m.end(), True) if m["number"].isdecimal() else None


def _is(text: str) -> Marker | None:
    m = _IS.match(text)
    if not m:
        return None
    number = chinese_to_int(m["number"])
    # a paragraph that goes on to 二是 has its whole list inside itself
    if not number or f"{int_to_chinese(number + 1)}{m['word']}" in text:
        return None
    return Marker("is", number, m["number"] + m["word"], 0, False)


_INLINE = {
    "paren": re.compile(rf"(?<=[：:；;。，,]){_OPEN}({_CN}{{1,3}}){_CLOSE}"),
    "arabic": re.compile(rf"(?<=[：:；;。，,]){_OPEN}(\d{{1,2}}){_CLOSE}"),
    "circled": re.compile(r"(?<=[：:；;。，,])([①-⑳])"),
    "dot": re.compile(r"(?<=[：:；;。])(\d{1,2})[.．、](?=[\u4e00-\u9fff])"),
}


def inline_items(text: str) -> tuple[int, ...]:
    """Where a running text has to be cut so that each item （一）…；（二）… begins a piece of its own; () for none.

    Only lists that begin at one, have at least two items and follow a colon are cut. Where all items but the last end
    with a semicolon the list ends with the last item's full stop, and what follows is a piece too.
    """
    for kind, pattern in _INLINE.items():
        found = [(m.start(), _inline_number(kind, m[1])) for m in pattern.finditer(text)]
        run: list[int] = []
        for at, number in found:
            if number == len(run) + 1 and (run or text[at - 1] in "：:"):
                run.append(at)
        if len(run) < 2:
            continue
        ends = [text[at - 1] for at in run[1:]]
        stop = text.find("。", run[-1])
        if all(c in "；;" for c in ends) and 0 <= stop < len(text) - 1:
            run.append(stop + 1)
        return tuple(run)
    return ()


def _inline_number(kind: str, text: str) -> int:
    if kind == "circled":
        return _CIRCLED[text][1]
    return chinese_to_int(text)
