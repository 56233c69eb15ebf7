"""Tables with merged cells as full rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_MAX_SPAN = 100  # a table that says more is broken or hostile


@dataclass(frozen=True)
class Cell:
    """A cell as the file has it. ``rows`` 0 is down to the last row, as in HTML."""

    text: str
    columns: int = 1
    rows: int = 1


@dataclass(frozen=True)
class Row:
    """A row with a value in every column, and the same with what was merged sideways only once."""

    cells: tuple[str, ...]
    shown: tuple[str, ...]


def full_rows(table: Iterable[Sequence[Cell]]) -> list[Row]:
    """Every row on its own: a cell merged downwards is said in each of its rows, one merged sideways in each column.

    A single cell across the whole table (its caption, a note) is a row of one cell.
    """
    rows = [list(row) for row in table]
    placed: list[dict[int, tuple[str, tuple[int, int]]]] = [{} for _ in rows]  # column → text, and which cell it came from
    for r, row in enumerate(rows):
        column = 0
        for c, cell in enumerate(row):
            while column in placed[r]:
                column += 1
            down = len(rows) - r if cell.rows == 0 else max(1, min(cell.rows, len(rows) - r, _MAX_SPAN))
            across = max(1, min(cell.columns, _MAX_SPAN))
            for y in range(r, r + down):
                for x in range(column, column + across):
                    placed[y].setdefault(x, (cell.text, (r, c)))
            column += across
    width = max((max(row) + 1 for row in placed if row), default=0)
    return [_row(row, width) for row in placed]


def _row(row: dict[int, tuple[str, tuple[int, int]]], width: int) -> Row:
    origins = {origin for _, origin in row.values()}
    if len(origins) == 1 and len(row) == width:
        text = row[0][0]
        return Row((text,), (text,))
    cells, shown = [], []
    before = None
    for x in range(width):
        text, origin = row.get(x, ("", (-1, x)))
        cells.append(text)
        if origin != before:
            shown.append(text)
        before = origin
    return Row(tuple(cells), tuple(shown))
