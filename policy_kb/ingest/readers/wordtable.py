"""Tables of a Word file: rows, merged cells, and whether it is a table or a frame around text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from docx.oxml.ns import qn
from lxml.etree import _Element as XmlElement

from policy_kb.ingest.readers.grid import Cell

_LONG_CELL = 300  # characters: a table of one or two rows with such a cell frames running text
_FEW_ROWS = 2
_WRAPPERS = tuple(qn(n) for n in ("w:sdt", "w:sdtContent", "w:ins", "w:customXml", "w:moveTo"))


@dataclass(frozen=True)
class WordRow:
    """The cells (w:tc) of a row, and whether a tracked change deletes it."""

    cells: tuple[XmlElement, ...]
    deleted: bool
    before: int  # columns left empty before the first cell


class WordTable:
    """A w:tbl element."""

    def __init__(self, element: XmlElement) -> None:
        self.rows = [_row(e) for e in _below(element, qn("w:tr"))]

    @property
    def is_data(self) -> bool:
        """More than one column, and not just a frame around paragraphs."""
        rows = [r for r in self.rows if not r.deleted]
        if max((len(r.cells) for r in rows), default=0) < 2:
            return False
        return len(rows) > _FEW_ROWS or all(len("".join(c.itertext())) <= _LONG_CELL for r in rows for c in r.cells)

    def grid(self, text: Callable[[XmlElement], str]) -> list[list[Cell]]:
        """The rows that remain, each merged cell once, with what ``text`` reads in it."""
        rows = [r for r in self.rows if not r.deleted]
        starts = [_starts(r) for r in rows]
        table: list[list[Cell]] = []
        for y, row in enumerate(rows):
            cells = [Cell("", row.before)] if row.before else []
            for (column, width), cell in zip(starts[y], row.cells):
                merge = _merge(cell)
                if merge == "continue" and y and any(c == column for c, _ in starts[y - 1]):
                    continue
                height = 1
                while merge == "restart" and y + height < len(rows) and _continues(rows[y + height], starts[y + height], column):
                    height += 1
                cells.append(Cell(text(cell), width, height))
            table.append(cells)
        return table


def _row(element: XmlElement) -> WordRow:
    properties = element.find(qn("w:trPr"))
    deleted = properties is not None and properties.find(qn("w:del")) is not None
    before = properties.find(qn("w:gridBefore")) if properties is not None else None
    return WordRow(tuple(_below(element, qn("w:tc"))), deleted, _int(before))


def _below(element: XmlElement, tag: str) -> Iterator[XmlElement]:
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _below(child, tag)


def _starts(row: WordRow) -> list[tuple[int, int]]:
    """(first column, width) of every cell."""
    found, column = [], row.before
    for cell in row.cells:
        width = max(1, min(_int(cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}"), 1), 100))
        found.append((column, width))
        column += width
    return found


def _merge(cell: XmlElement) -> str:
    merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
    return "" if merge is None else merge.get(qn("w:val"), "continue")


def _continues(row: WordRow, starts: list[tuple[int, int]], column: int) -> bool:
    return any(at == column and _merge(cell) == "continue" for (at, _), cell in zip(starts, row.cells))


def _int(element: XmlElement | None, default: int = 0) -> int:
    value = element.get(qn("w:val"), "") if element is not None else ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else default
