"""Tables of a web page: which hold data, and their cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from policy_kb.ingest.readers.building import collapse
from policy_kb.ingest.readers.grid import Cell
from policy_kb.ingest.readers.regions import SCRIPT, MainRegion, left_out
from policy_kb.ingest.readers.superscript import raised
from policy_kb.ingest.readers.tree import INLINE_TAGS, Element

_PARTS = ("thead", "tbody", "tfoot")
_LONG_CELL = 300  # characters: a table of a row or two with such a cell only arranges a page
_FEW_ROWS = 2


@dataclass
class RowGroup:
    """Rows that belong together, or a caption; ``reason`` says why they are left out."""

    rows: list[list[Cell]] = field(default_factory=list)
    caption: str | None = None
    reason: str | None = None


def is_data_table(table: Element) -> bool:
    """Whether the table holds data, not the layout of a page."""
    if table.attributes.get("role") in ("presentation", "none"):
        return False
    if any(e.tag in ("table", "h1", "h2", "h3", "form", "article") and e is not table for e in table.elements()):
        return False
    rows = [[c for c in row.children if isinstance(c, Element) and c.tag in ("td", "th")] for row in _rows(table)]
    widest = max((len(row) for row in rows), default=0)
    if widest < 2:
        return False
    return not (len(rows) <= _FEW_ROWS and any(cell.length > _LONG_CELL for row in rows for cell in row))


def table_rows(table: Element, main: MainRegion, left: list[tuple[str, str]]) -> Iterator[RowGroup]:
    """The caption, the rows, then rows left out, each on its own. What is left out inside cells goes into ``left``."""
    for child in table.children:
        if isinstance(child, Element) and child.tag == "caption":
            yield RowGroup(caption=collapse(cell_text(child, main, left)))
    kept = RowGroup()
    hidden: list[RowGroup] = []
    for row in _rows(table):
        cells = [
            Cell(collapse(cell_text(cell, main, left)), _span(cell, "colspan"), _span(cell, "rowspan"))
            for cell in row.children
            if isinstance(cell, Element) and cell.tag in ("td", "th")
        ]
        reason = left_out(row, main)
        if reason:
            hidden.append(RowGroup([cells], reason=reason))
        else:
            kept.rows.append(cells)
    yield kept
    yield from hidden


def cell_text(cell: Element, main: MainRegion, left: list[tuple[str, str]]) -> str:
    """The visible text of a cell, its paragraphs a space apart."""
    parts: list[str] = []
    stack: list[Element | str] = list(reversed(cell.children))
    while stack:
        here = stack.pop()
        if isinstance(here, str):
            parts.append(here)
            continue
        reason = left_out(here, main)
        if reason:
            left.append((collapse(here.text() if reason != SCRIPT else here.own_text()), reason))
        elif here.tag == "sup":
            parts.append(raised(here.text()))
        else:
            if here.tag not in INLINE_TAGS or here.tag == "br":
                parts.append(" ")
            stack.extend(reversed(here.children))
            if here.tag not in INLINE_TAGS:
                stack.insert(len(stack) - len(here.children), " ")
    return "".join(parts)


def _rows(table: Element) -> Iterator[Element]:
    for child in table.children:
        if isinstance(child, Element) and child.tag == "tr":
            yield child
        elif isinstance(child, Element) and child.tag in _PARTS:
            yield from (row for row in child.children if isinstance(row, Element) and row.tag == "tr")


def _span(cell: Element, name: str) -> int:
    said = cell.attributes.get(name, "").strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) < 6 else 1
