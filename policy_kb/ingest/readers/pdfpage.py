"""What PDFium sees on a page: characters with their places, and the straight lines drawn."""

from __future__ import annotations

import ctypes
import math
import unicodedata
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as raw

_THIN = 3.0  # points: a filled shape as thin as this is a line
_LONG = 6.0  # points: shorter lines are no table rules
_MAX_SEGMENTS = 20_000  # of a page: more is a drawing
_TILTED = 0.1  # radians
# Radicals without a compatibility mapping that fonts put in place of the character.
_RADICALS = str.maketrans(
    "⺁⺌⺘⺗⺝⺟⺠⺩⺮⻁⻄⻅⻆⻉⻊⻋⻓⻔⻗⻘⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳",
    "厂小手心月母民王竹虎西见角贝足车长门雨青页风飞食马骨鬼鱼鸟麦黄齐齿龙龟",
)


@dataclass(frozen=True)
class Char:
    """A character; x to the right and y upwards, in points. One of width 0 was put in by PDFium."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2


@dataclass(frozen=True)
class Rule:
    """A horizontal or vertical line: ``at`` is its y or x, ``low`` to ``high`` its extent."""

    vertical: bool
    at: float
    low: float
    high: float


@dataclass(frozen=True)
class Page:
    """A page. ``tilted`` is text at an angle, in order: a watermark."""

    width: float
    height: float
    chars: tuple[Char, ...]
    tilted: str
    rules: tuple[Rule, ...]
    images: int


def read_page(page: pdfium.PdfPage) -> Page:
    """The page's characters in reading order, with PDFium's spaces and line ends, its rules and how many pictures it has."""
    turn = page.get_rotation()
    width, height = page.get_size()
    left, bottom, _, _ = page.get_cropbox()
    turned = _Turned(turn, left, bottom, *((height, width) if turn in (90, 270) else (width, height)))
    chars, tilted = _chars(page, turned)
    rules, images = _drawn(page, turned)
    return Page(width, height, chars, tilted, rules, images)


@dataclass(frozen=True)
class _Turned:
    """Turns places of the stored page into places of the page as it is shown."""

    degrees: int
    left: float
    bottom: float
    width: float
    height: float

    def point(self, x: float, y: float) -> tuple[float, float]:
        x, y = x - self.left, y - self.bottom
        if self.degrees == 90:
            return y, self.width - x
        if self.degrees == 180:
            return self.width - x, self.height - y
        if self.degrees == 270:
            return self.height - y, x
        return x, y

    def box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        (a, b), (c, d) = self.point(x0, y0), self.point(x1, y1)
        return min(a, c), min(b, d), max(a, c), max(b, d)


def _chars(page: pdfium.PdfPage, turned: _Turned) -> tuple[tuple[Char, ...], str]:
    text = page.get_textpage()
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    found: list[tuple[Char, float]] = []
    high = 0
    for i in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, i)
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            code = 0x10000 + ((high - 0xD800) << 10) + (code - 0xDC00) if high else 0xFFFD
        high = 0
        made_up = raw.FPDFText_IsGenerated(text, i) == 1
        raw.FPDFText_GetCharBox(text, i, left, right, bottom, top)
        place = turned.box(left.value, bottom.value, right.value, top.value)
        angle = 0.0 if made_up else raw.FPDFText_GetCharAngle(text, i)
        found.append((Char(_character(code), *place, 0.0 if made_up else raw.FPDFText_GetFontSize(text, i)), angle))
    text.close()
    # a scanned or turned page may have all its text at one angle: what differs from the rest is a watermark
    upright = _usual([a for c, a in found if c.size])
    kept = tuple(c for c, a in found if not c.size or not _apart(a, upright))
    tilted = "".join(c.text for c, a in found if c.size and _apart(a, upright))
    return kept, tilted


def _character(code: int) -> str:
    if code == 2:
        return "-"  # PDFium's mark for a hyphen at a line's end; 2018-2020 needs it
    if code in (0, 0xFFFE, 0xFFFF) or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        return "\ufffd"
    text = chr(code)
    if 0x2E80 <= code < 0x2FE0 or 0xF900 <= code < 0xFB00:
        return unicodedata.normalize("NFKC", text).translate(_RADICALS)
    return text


def _usual(angles: list[float]) -> float:
    counts: dict[float, int] = {}
    for angle in angles:
        key = round(angle, 1) % round(2 * math.pi, 1)
        counts[key] = counts.get(key, 0) + 1
    return max(counts, key=lambda a: counts[a], default=0.0)


def _apart(one: float, other: float) -> bool:
    between = abs(one - other) % (2 * math.pi)
    return min(between, 2 * math.pi - between) > _TILTED


def _drawn(page: pdfium.PdfPage, turned: _Turned) -> tuple[tuple[Rule, ...], int]:
    rules: list[Rule] = []
    images = 0
    for shape in page.get_objects(max_depth=4):
        if shape.type == raw.FPDF_PAGEOBJ_IMAGE:
            images += 1
        elif shape.type == raw.FPDF_PAGEOBJ_PATH and len(rules) < _MAX_SEGMENTS:
            rules += _rules_of(shape, turned)
    return tuple(rules), images


def _rules_of(shape: pdfium.PdfObject, turned: _Turned) -> list[Rule]:
    matrix = shape.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    rules: list[Rule] = []
    outline: list[tuple[float, float]] = []

    def end_outline(closed: bool) -> None:
        if len(outline) < 2:
            return
        xs, ys = [p[0] for p in outline], [p[1] for p in outline]
        wide, tall = max(xs) - min(xs), max(ys) - min(ys)
        if wide <= _THIN or tall <= _THIN:  # a line, drawn as a stroke or as a thin filled shape
            if wide >= _LONG and wide > tall:
                rules.append(Rule(False, (max(ys) + min(ys)) / 2, min(xs), max(xs)))
            elif tall >= _LONG and tall > wide:
                rules.append(Rule(True, (max(xs) + min(xs)) / 2, min(ys), max(ys)))
            return
        sides = list(zip(outline, outline[1:]))
        if closed:
            sides.append((outline[-1], outline[0]))
        for (x0, y0), (x1, y1) in sides:
            if abs(y0 - y1) < 1 and abs(x0 - x1) >= _LONG:
                rules.append(Rule(False, (y0 + y1) / 2, min(x0, x1), max(x0, x1)))
            elif abs(x0 - x1) < 1 and abs(y0 - y1) >= _LONG:
                rules.append(Rule(True, (x0 + x1) / 2, min(y0, y1), max(y0, y1)))

    for i in range(min(raw.FPDFPath_CountSegments(shape), _MAX_SEGMENTS)):
        segment = raw.FPDFPath_GetPathSegment(shape, i)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            end_outline(False)
            outline = []
        outline.append(turned.point(*matrix.on_point(x.value, y.value)))
        if raw.FPDFPathSegment_GetClose(segment):
            end_outline(True)
            outline = []
    end_outline(False)
    return rules
