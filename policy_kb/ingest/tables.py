"""Tables as rows: those a reader gave, and those that were flattened to one cell a line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from policy_kb.ingest.model import Line
from policy_kb.ingest.numbering import marker_of

CAPTION = re.compile(
    r"(?P<label>附?表)\s*(?P<number>\d{1,2}(?:[-—.]\d{1,2})?|[一二三四五六七八九十]{1,2})?[\s:：.、]*(?P<title>[^。；;]{2,60})$"
)
BOX = re.compile(r"专栏\s*(?P<number>\d{1,2}|[一二三四五六七八九十]{1,2})?[\s:：.、]*(?P<title>[^。；;]{0,50})$")
_COUNTER = re.compile(r"序号|编号|顺序号")
_BAR = re.compile(r"\s*[|｜│]\s*$")
_MOST_COLUMNS = 12
_LONGEST_CELL = 80


def row_text(cells: Sequence[str], header: Sequence[str] = ()) -> str:
    """A row as people read it: 指标：…；2025年：≥85, or the cells alone where there is no header.

    The running number is left out where there is a header: it stands in the path.
    """
    if len(header) != len(cells) or not any(header):
        return " | ".join(c for c in cells if c)
    said = [(h, c) for h, c in zip(header, cells) if c and not _COUNTER.fullmatch(h)]
    if not said:
        return " | ".join(c for c in cells if c)
    return "；".join(f"{h}：{c}" if h and h != c else c for h, c in said)


def ends_with_bar(line: Line) -> bool:
    """Whether the line closes a box drawn with bars."""
    return line.kind == "text" and bool(_BAR.search(line.text))


def without_bar(line: Line) -> Line:
    """The line without the bar that closes its box."""
    return replace(line, text=_BAR.sub("", line.text)) if ends_with_bar(line) else line


def gather_rows(lines: Sequence[Line]) -> list[Line]:
    """Put flattened tables together to lines of kind header and row; what is not surely a table stays as it is.

    Sure is: a run of column names that begins with 序号, followed by 1, 2, 3 … each at the same distance, with every
    cell short. The first of several rows a reader gave becomes the header.
    """
    out: list[Line] = []
    i = 0
    while i < len(lines):
        if lines[i].kind == "row":
            end = next((j for j in range(i, len(lines)) if lines[j].kind != "row"), len(lines))
            out.extend(_with_header(lines[i:end]))
            i = end
        elif (end := _barred_run(lines, i)) > i + 1:
            rows = [Line(x.text, x.start, x.end, "row", None, _cells(x.text)) for x in lines[i:end]]
            out.extend(_with_header(rows))
            i = end
        elif _COUNTER.fullmatch(without_bar(lines[i]).text) and (table := _flattened(lines, i)):
            rows, i = table
            out.extend(rows)
        else:
            out.append(lines[i])
            i += 1
    return out


def _with_header(rows: Sequence[Line]) -> list[Line]:
    rows = [r if len(r.cells) > 1 else _single_cell(r) for r in rows]
    first = rows[0]
    if len(rows) < 2 or first.kind != "row" or len(first.cells) != len(rows[1].cells):
        return rows
    names = [c for c in first.cells if c]
    short = all(len(c) <= 30 and not re.fullmatch(r"[\d.,%％≥≤—-]+", c) for c in names)
    return [replace(first, kind="header"), *rows[1:]] if short and len(names) * 2 > len(first.cells) else rows


def _cells(text: str) -> tuple[str, ...]:
    return tuple(c.strip() for c in re.split(r"[|｜]", text.strip("|｜ ")))


def _barred_run(lines: Sequence[Line], start: int) -> int:
    """Where a run of plain lines ends that bars part into the same number of cells."""
    i, columns = start, 0
    while i < len(lines) and lines[i].kind == "text" and re.search(r"\S\s*[|｜]\s*\S", lines[i].text):
        count = len(_cells(lines[i].text))
        if columns not in (0, count):
            break
        i, columns = i + 1, count
    return i


def _single_cell(row: Line) -> Line:
    """A row of one cell is a box drawn around a paragraph."""
    return Line((row.cells[0] if row.cells else row.text).strip("|｜ "), row.start, row.end)


def _flattened(lines: Sequence[Line], start: int) -> tuple[list[Line], int] | None:
    cells = [without_bar(x) for x in lines]
    reach = range(start + 2, min(len(cells), start + _MOST_COLUMNS + 1))
    columns = next((j - start for j in reach if cells[j].text in ("1", "1.", "1、")), 0)
    if columns < 2:
        return None
    rows: list[Line] = []
    at = start + columns
    while at + columns <= len(cells):
        group = cells[at : at + columns]
        counted = group[0].text.rstrip(".、") == str(len(rows) + 1)
        plain = all(c.kind == "text" and len(c.text) <= _LONGEST_CELL and not c.text.endswith("。") for c in group)
        if not counted or not plain:
            break
        rows.append(_row(group, "row"))
        at += columns
    # a row cut short means that the period was wrong
    cut_short = at < len(cells) and cells[at].text.rstrip(".、") == str(len(rows) + 1)
    if len(rows) < 2 or cut_short:
        return None
    header = _row(cells[start : start + columns], "header")
    return [header, *rows], at


def _row(cells: Sequence[Line], kind: str) -> Line:
    texts = tuple(c.text for c in cells)
    return Line(" | ".join(texts), cells[0].start, cells[-1].end, kind, None, texts)


def box_end(lines: Sequence[Line], start: int) -> int:
    """Where the box (专栏) whose title is at ``start`` ends: the first line that is no longer in it.

    In it are the lines closed with a bar and rows, or else the paragraph after the title, and with them the numbered
    lines that go on counting.
    """
    i, last = start + 1, 0
    while i < len(lines):
        line = lines[i]
        marker = marker_of(line.text) if line.kind == "text" else None
        counted = marker is not None and marker.kind in ("dot", "arabic", "circled") and marker.number == last + 1
        if line.kind == "heading":
            break
        if not (line.kind in ("row", "header") or ends_with_bar(line) or counted or (i == start + 1 and marker is None)):
            break
        last = marker.number if counted and marker else last
        i += 1
    return i
