"""What in a file is not the document: watermarks, the edges of web pages, readers' notes. Everything taken out is reported."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from policy_kb.ingest.model import Dropped, Line, Metadata
from policy_kb.ingest.numbering import marker_of
from policy_kb.ingest.readers.dates import read_date

WATERMARK = "网站水印"
PAGE_EDGE = "网页残留"
PAGE_TAIL = "网页尾部"
WEB_INFO = "网页发布信息"
NOTE = "读者笔记"
NOTE_TABLE = "读者归纳的表"
BOX_FENCE = "提示框标记"
FIELD_LABEL = "网页字段名"
TABLE_FRAME = "表格框线"
REPEATED = "重复出现的短行"
QUESTION = "网友提问"

_FENCE = re.compile(r":{3,}\s*(?P<kind>[a-zA-Z]*)\s*(?P<title>.*)$")
_FRAME = re.compile(r"[\s|｜│┃┌┐└┘├┤┬┴┼─━═]+$|[-+=_*~\s|]{3,}$")
_SITE_NAME = re.compile(r"欢迎(?:来到|访问|光临)\s*([\u4e00-\u9fffA-Za-z0-9]{2,12}?)\s*[!！。,，]")
_WEB_DATE = re.compile(r"(?:时间|日期)[:：]\s*(\d{4}[-年/.]\d{1,2}[-月/.]\d{1,2}日?)")
_QUESTION = re.compile(r"\S{4,60}[?？]$|\S{4,60}(?:吗|呢|么)$")
_SENTENCE = re.compile(r"[。！？；]")
_TIMES = 5  # a short line seen this often between paragraphs is no text
_LONG = 40


@dataclass(frozen=True)
class Patterns:
    """The lists of noise.yaml, compiled."""

    watermark: re.Pattern[str]
    at_end: re.Pattern[str]
    boilerplate: re.Pattern[str]
    tail: re.Pattern[str]
    web_info: re.Pattern[str]
    note_boxes: frozenset[str]
    note_words: re.Pattern[str]
    label: re.Pattern[str]


@dataclass(frozen=True)
class Cleaned:
    """The lines that are left, what was taken out, and what the page said of the document."""

    lines: tuple[Line, ...]
    dropped: tuple[Dropped, ...]
    metadata: Metadata


@lru_cache(maxsize=1)
def patterns() -> Patterns:
    """noise.yaml beside this file."""
    raw: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("noise.yaml").read_text(encoding="utf-8"))

    def any_of(items: Iterable[str]) -> str:
        return "|".join(f"(?:{i})" for i in items)

    marks = any_of(raw["watermarks"])
    return Patterns(
        re.compile(marks, re.IGNORECASE),
        re.compile(rf"\s*(?:{marks}|{any_of(raw['watermarks_at_end'])})\s*$", re.IGNORECASE),
        re.compile(any_of(raw["boilerplate"]), re.IGNORECASE),
        re.compile(any_of(raw["tails"])),
        re.compile(raw["web_info"]),
        frozenset(raw["note_boxes"]),
        re.compile(raw["note_words"]),
        re.compile(rf"({any_of(raw['field_labels'])})\s*[|｜]\s*(.*)$", re.DOTALL),
    )


class LineNumbers:
    """From a character of a text to its line, counted from 1."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))]

    def __call__(self, at: int) -> int:
        return bisect_right(self._starts, at)


def clean_lines(lines: Sequence[Line], text: str) -> Cleaned:
    """Take out what is not the document. ``text`` is the extracted text the lines' offsets count in."""
    sweep = _Sweep(LineNumbers(text))
    kept = sweep.question(list(lines))
    kept = sweep.boxes(kept)
    kept = sweep.tail(kept)
    kept = sweep.single_lines(kept)
    kept = sweep.repeated(kept)
    kept = sweep.note_tables(kept)
    return Cleaned(tuple(kept), tuple(sweep.dropped), sweep.metadata)


class _Sweep:
    def __init__(self, number: LineNumbers) -> None:
        self.number = number
        self.known = patterns()
        self.dropped: list[Dropped] = []
        self.metadata = Metadata()

    def drop(self, line: Line, reason: str, text: str | None = None) -> None:
        self.dropped.append(Dropped(self.number(line.start), line.text if text is None else text, reason))

    def question(self, lines: list[Line]) -> list[Line]:
        """A page of questions and answers begins with what somebody asked."""
        if len(lines) > 5 and lines[0].kind == "text" and _QUESTION.match(lines[0].text) and not lines[1].text.startswith("答"):
            self.drop(lines[0], QUESTION)
            return lines[1:]
        return lines

    def boxes(self, lines: list[Line]) -> list[Line]:
        """``::: tip`` boxes are the copyist's own; of other boxes only the fences go."""
        out: list[Line] = []
        i = 0
        while i < len(lines):
            fence = _FENCE.match(lines[i].text)
            if not fence:
                out.append(lines[i])
                i += 1
                continue
            end = next((j for j in range(i + 1, len(lines)) if _FENCE.match(lines[j].text)), None)
            if end is None or not fence["kind"] or not _is_closing(lines[end]):
                self.drop(lines[i], BOX_FENCE)
                i += 1
                continue
            inside = lines[i + 1 : end]
            said = fence["title"] + "".join(x.text for x in inside)
            note = fence["kind"].lower() in self.known.note_boxes or bool(self.known.note_words.search(said))
            self.drop(lines[i], NOTE if note else BOX_FENCE)
            for line in inside:
                if note:
                    self.drop(line, NOTE)
                else:
                    out.append(line)
            self.drop(lines[end], NOTE if note else BOX_FENCE)
            i = end + 1
        return out

    def tail(self, lines: list[Line]) -> list[Line]:
        """From “我要回帖” on everything is the page's, if it stands near the end and no paragraph follows."""
        for i, line in enumerate(lines):
            if not self.known.tail.fullmatch(line.text.strip(" 　:：")):
                continue
            rest = lines[i + 1 :]
            near_end = i >= len(lines) * 3 // 4 or len(rest) <= 15
            if near_end and not any(self._is_paragraph(x) for x in rest):
                for x in lines[i:]:
                    self.drop(x, PAGE_TAIL)
                return lines[:i]
        return lines

    def _is_paragraph(self, line: Line) -> bool:
        long = len(line.text) > _LONG and bool(_SENTENCE.search(line.text))
        return long and not self.known.boilerplate.fullmatch(line.text)

    def single_lines(self, lines: list[Line]) -> list[Line]:
        sites = {m[1] for line in lines if (m := _SITE_NAME.search(line.text))}
        out: list[Line] = []
        for line in lines:
            if line.kind == "row":
                out.append(line)
                continue
            if _FRAME.fullmatch(line.text):
                self.drop(line, TABLE_FRAME)
            elif self.known.watermark.fullmatch(line.text):
                self.drop(line, WATERMARK)
            elif self.known.boilerplate.fullmatch(line.text) or line.text in sites:
                self.drop(line, PAGE_EDGE)
            elif self.known.web_info.fullmatch(line.text) and len(line.text) < 120:
                if found := _WEB_DATE.search(line.text):
                    self.metadata = self.metadata.over(Metadata(published=read_date(found[1])))
                self.drop(line, WEB_INFO)
            elif cleaned := self._without_marks(line):
                out.append(cleaned)
        return out

    def _without_marks(self, line: Line) -> Line | None:
        """The line without watermarks, field names and the bar that closes a box; None when nothing is left."""
        text = line.text
        if label := self.known.label.match(text):
            self.drop(line, FIELD_LABEL, text[: label.start(2)].strip())
            text = label[2]
            if "题" in label[1] and len(text) <= 60:
                return Line(text.strip(" |｜"), line.start, line.end, "heading", 1)
        while found := self.known.at_end.search(text):
            self.drop(line, WATERMARK, found[0].strip())
            text = text[: found.start()]
        for found in self.known.watermark.finditer(text):
            self.drop(line, WATERMARK, found[0])
        text = self.known.watermark.sub("", text)
        if not text.strip():
            return None
        return line if text == line.text else replace(line, text=text.strip())

    def repeated(self, lines: list[Line]) -> list[Line]:
        """Short lines that come again and again between paragraphs, and are neither table cells nor numbered."""
        counts = Counter(x.text for x in lines if x.kind == "text" and 4 <= len(x.text) <= _LONG)
        often = {t for t, n in counts.items() if n >= _TIMES and not re.search(r"[。！？；]|[:：]$", t) and not marker_of(t)}
        if not often:
            return lines
        # a watermark stands alone; cells of a flattened table stand among other short lines
        alone = Counter(
            lines[i].text
            for i in range(len(lines))
            if lines[i].text in often and all(len(x.text) > _LONG for x in (*lines[max(0, i - 1) : i], *lines[i + 1 : i + 2]))
        )
        marks = {t for t in often if alone[t] * 2 >= counts[t]}
        for line in lines:
            if line.text in marks:
                self.drop(line, REPEATED)
        return [x for x in lines if x.text not in marks]

    def note_tables(self, lines: list[Line]) -> list[Line]:
        """In a law, a table between a chapter's heading and its first article is somebody's summary."""
        markers = [marker_of(x.text) if x.kind != "row" else None for x in lines]
        if sum(m is not None and m.kind == "article" for m in markers) < 3:
            return lines
        out: list[Line] = []
        i = 0
        while i < len(lines):
            if lines[i].kind != "row":
                out.append(lines[i])
                i += 1
                continue
            end = next((j for j in range(i, len(lines)) if lines[j].kind != "row"), len(lines))
            before, after = (markers[i - 1] if i else None), (markers[end] if end < len(lines) else None)
            note = before is not None and before.kind in ("chapter", "section") and after is not None and after.kind == "article"
            for line in lines[i:end]:
                if note:
                    self.drop(line, NOTE_TABLE)
                else:
                    out.append(line)
            i = end
        return out


def _is_closing(line: Line) -> bool:
    fence = _FENCE.match(line.text)
    return bool(fence) and not fence["kind"] and not fence["title"]
