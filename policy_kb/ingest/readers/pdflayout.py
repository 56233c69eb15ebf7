"""From printed lines to paragraphs: running heads and page numbers out, lines broken by the layout joined."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from policy_kb.ingest.readers.building import clean
from policy_kb.ingest.readers.pdfpage import Char

PAGE_NUMBER = "页码"
HEADER = "页眉"
FOOTER = "页脚"

_MARGIN = 0.12  # of the page's height: where running heads and page numbers stand
_FEW_LINES = 6
_SIZE_STEP = 1.15  # times: type as much larger is another paragraph
_ENDS = "。！？；：!?;:"
_NUMBERS_IN_HEAD = re.compile(r"第\s*\d+\s*页|共\s*\d+\s*页|[-—–－]\s*\d+\s*[-—–－]|\d+\s*/\s*\d+")
_PAGE_NUMBER = re.compile(r"[-—–－·\s]*(?:第\s*)?(\d{1,4})(?:\s*页)?(?:\s*[/，,]?\s*(?:共\s*)?\d{1,4}(?:\s*页)?)?[-—–－·\s]*")
_MARKED_PAGE_NUMBER = re.compile(r"[-—–－]+\s*\d{1,4}\s*[-—–－]+|第\s*\d{1,4}\s*页(?:\s*[/，,]?\s*共\s*\d{1,4}\s*页)?")
_NUMBERING = re.compile(
    r"第[一二三四五六七八九十百零〇\d]{1,6}[条章节编款项]|[一二三四五六七八九十]{1,3}、|[（(][一二三四五六七八九十\d]{1,3}[）)]"
    r"|\d{1,3}(?:\.\d{1,2}){0,3}[.．、](?!\d)|[①-⑳]|附件\s*\d*[:：]?|专栏\s*\d*"
)
_WIDE = re.compile("[\u2e80-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef“”‘’—…]")


@dataclass(frozen=True)
class PrintedLine:
    """A line as printed, or a table row (``cells``); y upwards, in points."""

    text: str
    page: int
    x0: float
    x1: float
    y0: float
    y1: float
    size: float
    cells: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measure:
    """What is usual in the file: margins, size of type, distance of lines, and whether paragraphs are indented."""

    left: float
    right: float
    size: float
    pitch: float
    indents: bool


def printed_lines(chars: Sequence[Char], page: int) -> list[PrintedLine]:
    """The lines of a page from its characters in reading order, at PDFium's line ends."""
    lines: list[PrintedLine] = []
    here: list[Char] = []
    for char in [*chars, Char("\n", 0, 0, 0, 0, 0)]:
        if char.text not in "\r\n":
            here.append(char)
            continue
        drawn = [c for c in here if c.size and c.text.strip()]
        text = clean("".join(c.text for c in here))
        if text and drawn:
            size = sorted(c.size * 1.0 or c.y1 - c.y0 for c in drawn)[len(drawn) // 2]
            tall = max(c.y1 - c.y0 for c in drawn)
            lines.append(
                PrintedLine(
                    text, page, min(c.x0 for c in drawn), max(c.x1 for c in drawn), min(c.y0 for c in drawn),
                    max(c.y1 for c in drawn), size if size > 1.5 else tall,
                )
            )  # fmt: skip
        here = []
    return lines


def running_lines(pages: Sequence[Sequence[PrintedLine]], heights: Sequence[float]) -> dict[PrintedLine, str]:
    """Lines in the margins that are page numbers or stand on most pages, with the reason to drop them."""
    found: dict[PrintedLine, str] = {}
    seen: Counter[tuple[bool, str]] = Counter()
    margins: list[tuple[PrintedLine, bool]] = []
    numbered: list[tuple[PrintedLine, int]] = []  # a bare number, and how far it is from the count of pages
    for lines, height in zip(pages, heights):
        on_page: set[tuple[bool, str]] = set()
        for line in lines:
            top, bottom = line.y0 > height * (1 - _MARGIN), line.y1 < height * _MARGIN
            if line.cells or not (top or bottom):
                continue
            outermost = all(line.y0 >= o.y0 if top else line.y1 <= o.y1 for o in lines)
            marked = _MARKED_PAGE_NUMBER.fullmatch(line.text)
            if marked:
                found[line] = PAGE_NUMBER
                continue
            if outermost and (bare := _PAGE_NUMBER.fullmatch(line.text)):
                numbered.append((line, int(bare[1]) - line.page))
                continue
            margins.append((line, top))
            on_page.add((top, _head(line.text)))
        seen.update(on_page)
    steps = Counter(step for _, step in numbered)
    # a bare number may be a figure: page numbers go up with the pages
    found |= {line: PAGE_NUMBER for line, step in numbered if steps[step] > 1 or step == 1}
    often = {line: top for line, top in margins if seen[top, _head(line.text)] > max(1, len(pages) / 2)}
    for line, top in often.items():
        text = [o for o in pages[line.page] if o not in often and o not in found]
        if all(_apart(line, o) for o in text):
            found[line] = HEADER if top else FOOTER
    return found


def _apart(line: PrintedLine, other: PrintedLine) -> bool:
    """Whether a line in the margin is set off from the text: by its size or by the space between."""
    if other.size and not line.size / _SIZE_STEP < other.size < line.size * _SIZE_STEP:
        return True
    return max(line.y0 - other.y1, other.y0 - line.y1) > 1.2 * max(line.size, other.size)


def measure(lines: Sequence[PrintedLine], width: float) -> Measure:
    """What is usual in these lines, on pages ``width`` points wide."""
    text = [line for line in lines if not line.cells] or list(lines)
    size = _common([round(line.size, 1) for line in text for _ in line.text[::10]])
    body = [line for line in text if abs(line.size - size) < 0.15 * size] or text
    rights = sorted(line.x1 for line in body)
    right = rights[int(len(rights) * 0.9)]
    lefts = Counter(round(line.x0) for line in body)
    left = min((x for x, n in lefts.items() if n >= max(2, 0.1 * len(body))), default=min(lefts))
    if len(body) < _FEW_LINES or right - left < width / 2:
        right = max(right, width - left - 2 * size)  # a few short lines say nothing of the margin
    steps = [a.y0 - b.y0 for a, b in zip(body, body[1:]) if a.page == b.page and 0 < a.y0 - b.y0 < 5 * size]
    indented = sum(1 for line in body if 1.2 * size < line.x0 - left < 4.5 * size)
    flush = sum(1 for line in body if abs(line.x0 - left) < 0.8 * size)
    return Measure(left, right, size, _common([round(s, 1) for s in steps]) if steps else 1.5 * size, indented > 0 and flush > 0)


def paragraphs(lines: Sequence[PrintedLine], usual: Measure) -> list[PrintedLine]:
    """The lines with those of one paragraph joined; table rows stay as they are."""
    joined: list[PrintedLine] = []
    last: PrintedLine | None = None  # the last printed line of the paragraph being joined
    for line in lines:
        if last is not None and not line.cells and not last.cells and _goes_on(last, line, usual):
            joined[-1] = replace(joined[-1], text=join(joined[-1].text, line.text))
        else:
            joined.append(line)
        last = line
    return joined


def join(before: str, after: str) -> str:
    """Two parts of one sentence: a space only between Western words or figures."""
    if not before or not after:
        return before + after
    if before[-1] == "-" and before[-2:-1].isdigit() and after[0].isdigit():
        return before + after  # 2018-2020
    wide = _WIDE.match(before[-1]) or _WIDE.match(after[0])
    return before + after if wide or before[-1] in "-/([" or after[0] in ".,;:)]%" else f"{before} {after}"


def _goes_on(last: PrintedLine, line: PrintedLine, usual: Measure) -> bool:
    em = usual.size
    if not (last.size / _SIZE_STEP < line.size < last.size * _SIZE_STEP):
        return False
    if last.page == line.page and last.y0 - line.y0 > 1.5 * max(usual.pitch, last.size):
        return False
    if last.page == line.page and line.y0 > last.y0 + em:
        return last.x1 < line.x0 - em and last.text[-1] not in _ENDS  # the next column
    full = last.x1 >= usual.right - (1 if last.text[-1] in _ENDS else 2) * em
    if last.size > em * _SIZE_STEP and (full or all(_centred(o, usual) for o in (last, line))):
        return not _NUMBERING.match(line.text)  # a title over several lines
    indented = line.x0 - usual.left > 1.2 * em
    if not full or (usual.indents and indented):
        return False
    if _NUMBERING.match(line.text):
        return usual.indents and last.text[-1] not in _ENDS  # …依照本办法 / 第八条的规定
    return usual.indents or last.text[-1] not in _ENDS


def _centred(line: PrintedLine, usual: Measure) -> bool:
    return abs((line.x0 + line.x1) / 2 - (usual.left + usual.right) / 2) < usual.size and line.x0 - usual.left > usual.size


def _head(text: str) -> str:
    return "".join(_NUMBERS_IN_HEAD.sub("", text).split())


def _common(values: Sequence[float]) -> float:
    return Counter(values).most_common(1)[0][0]
