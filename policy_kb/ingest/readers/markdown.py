"""Markdown: headings, pipe tables and text, with the marks taken off."""

from __future__ import annotations

import re
from dataclasses import replace

from policy_kb.ingest.model import Dropped, Extract, Line, Metadata
from policy_kb.ingest.readers.building import clean, row_text
from policy_kb.ingest.readers.decoding import decode
from policy_kb.ingest.readers.frontmatter import read_front_matter
from policy_kb.ingest.readers.labels import Labelled
from policy_kb.ingest.readers.markup import MARKUP, Markup, cells_of, embedded_html, plain
from policy_kb.ingest.readers.textfile import UNSEEN, numbered_lines

TABLE_RULE = "表格分隔线"
RULE = "分隔线"
UNDERLINE = "标题下划线"
CODE_FENCE = "代码围栏"

_HEADING = re.compile(r"\s{0,3}(#{1,6})(?:\s+|$)(.*?)(?:\s+#+)?\s*$")
_RULE = re.compile(r"\s{0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,})$")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-{3,})\s*$")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$")
_BOXED_ROW = re.compile(r"\s*\|.*\|\s*$")
_CODE_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_PREFIX = re.compile(r"^\s*(?:(?:>\s?)+|[-+*]\s+(?=\S))")
_SENTENCE_END = "。；;！？!?：:，,"
_TITLE_LENGTH = 60
_TOP = 8  # lines in which a box speaks of the document itself


def read_markdown(data: bytes, name: str) -> Extract:
    """A .md file; offsets count in the decoded file, front matter and all."""
    text = decode(data, name)
    front = read_front_matter(text.split("\n"))
    dropped = list(front.dropped) if front else []
    found = front.metadata if front else Metadata()
    page = _Page(text, front.lines if front else 0)
    page.read()
    return Extract(text, tuple(page.lines), found.over(page.boxed.metadata()), tuple(dropped + page.dropped))


class _Page:
    """One pass over the lines below the front matter."""

    def __init__(self, text: str, skip: int) -> None:
        self.text = text
        self.spans = list(numbered_lines(text))[skip:]
        self.markups = embedded_html(text, self.spans[0][1]) if self.spans else []
        self.lines: list[Line] = []
        self.dropped: list[Dropped] = []
        self.boxed = Labelled()
        self._tags = 0  # of self.markups, those that end before the line being read

    def read(self) -> None:
        in_table = fenced = False
        for i, (number, start, end) in enumerate(self.spans):
            shown, had_markup = self._without_html(number, start, end)
            if not shown.strip() or not clean(shown):
                if shown.strip() and not had_markup:
                    self._drop(number, shown, UNSEEN)
                in_table = False
                continue
            if _CODE_FENCE.match(shown):
                self._drop(number, shown, CODE_FENCE)
                fenced, in_table = not fenced, False
            elif fenced:
                self.lines.append(Line(clean(shown), start, end))
            elif self._is_underline(i, shown):
                self.lines[-1] = replace(self.lines[-1], kind="heading", level=1 if "=" in shown else 2)
                self._drop(number, shown, UNDERLINE)
            elif in_table and _TABLE_RULE.match(shown):
                self._drop(number, shown, TABLE_RULE)
            elif _RULE.match(shown):
                self._drop(number, shown, RULE)
            else:
                in_table = self._is_row(i, shown, in_table)
                self._add(number, start, end, shown, in_table)
                if had_markup and not in_table and 0 < len(self.lines) <= _TOP:
                    self.boxed.take_box(self.lines[-1].text)  # “实施时间 2018年1月23日” in an editor's box; the line stays

    def _add(self, number: int, start: int, end: int, shown: str, in_table: bool) -> None:
        if in_table:
            done = [plain(cell) for cell in cells_of(shown)]
            cells = tuple(cell for cell, _ in done)
            removed = [r for _, rs in done for r in rs]
            if any(cells):
                self.lines.append(Line(row_text(cells), start, end, "row", None, cells))
            elif not removed:
                self._drop(number, shown, TABLE_RULE)
        else:
            heading = _HEADING.match(shown)
            said, removed = plain(heading[2] if heading else _PREFIX.sub("", shown))
            if said and heading:
                self.lines.append(Line(said, start, end, "heading", len(heading[1])))
            elif said:
                self.lines.append(Line(said, start, end))
            elif not removed:
                self._drop(number, shown, MARKUP)
        for piece, reason in removed:
            self._drop(number, piece, reason)

    def _drop(self, number: int, text: str, reason: str) -> None:
        self.dropped.append(Dropped(number, text.strip() or text, reason))

    def _without_html(self, number: int, start: int, end: int) -> tuple[str, bool]:
        """What a reader sees of the line, and whether any of it was HTML; the HTML goes into the report."""
        while self._tags < len(self.markups) and self.markups[self._tags].end <= start:
            self._tags += 1
        shown: list[str] = []
        removed: dict[str, list[str]] = {}
        at = start
        for i in range(self._tags, len(self.markups)):
            markup: Markup = self.markups[i]
            if markup.start >= end:
                break
            first, last = max(markup.start, start), min(markup.end, end)
            shown.append(self.text[at:first])
            if not markup.joins:
                shown.append(" ")
            removed.setdefault(markup.reason, []).append(self.text[first:last])
            at = last
        shown.append(self.text[at:end])
        for reason, pieces in removed.items():
            if any(p.strip() for p in pieces):
                self._drop(number, " ".join(pieces), reason)
        line = "".join(shown)
        return (re.sub(r"  +", " ", line).strip() if removed else line), bool(removed)

    def _is_underline(self, i: int, shown: str) -> bool:
        """=== or --- right below a single short line that is no sentence."""
        mark = _UNDERLINE.match(shown)
        if not mark or i == 0 or not self.lines:
            return False
        above, last = self.spans[i - 1], self.lines[-1]
        alone = i < 2 or not self.text[self.spans[i - 2][1] : self.spans[i - 2][2]].strip()
        title = len(last.text) <= _TITLE_LENGTH and last.text[-1] not in _SENTENCE_END
        return last.start == above[1] and last.kind == "text" and alone and title

    def _is_row(self, i: int, shown: str, in_table: bool) -> bool:
        if "|" not in shown:
            return False
        if in_table or _BOXED_ROW.match(shown):
            return True
        below = self.text[self.spans[i + 1][1] : self.spans[i + 1][2]] if i + 1 < len(self.spans) else ""
        return "|" in below and bool(_TABLE_RULE.match(below)) and len(cells_of(below)) == len(cells_of(shown))
