"""Ruled tables of a page: from the lines drawn to cells, and the characters in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from policy_kb.ingest.readers.grid import Cell
from policy_kb.ingest.readers.pdfpage import Char, Rule

_NEAR = 3.0  # points: lines as near as this are one, and meet
_SMALL = 3  # characters in all: fewer is a frame or a form, not a table


@dataclass(frozen=True)
class RuledTable:
    """Column borders from left to right, row borders from top to bottom, and the lines between cells."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    rules: tuple[Rule, ...]

    def holds(self, char: Char) -> bool:
        """Whether the character is in the table."""
        x, y = char.centre
        return self.xs[0] <= x <= self.xs[-1] and self.ys[-1] <= y <= self.ys[0]

    def cells(self, chars: Iterable[Char], write: Callable[[list[Char]], str]) -> list[list[Cell]]:
        """The rows, each merged cell once, with what ``write`` makes of the characters in it."""
        columns, rows = len(self.xs) - 1, len(self.ys) - 1
        merged = self._merged(columns, rows)
        inside: dict[tuple[int, int], list[Char]] = {}
        for char in chars:
            x, y = char.centre
            column = next((i for i in range(columns) if x <= self.xs[i + 1]), columns - 1)
            row = next((j for j in range(rows) if y >= self.ys[j + 1]), rows - 1)
            inside.setdefault(merged[row, column], []).append(char)
        parts: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for box, first in merged.items():
            parts.setdefault(first, []).append(box)
        table: list[list[Cell]] = [[] for _ in range(rows)]
        for (row, column), boxes in sorted(parts.items()):
            wide = max(c for _, c in boxes) - column + 1
            tall = max(r for r, _ in boxes) - row + 1
            table[row].append(Cell(write(inside.get((row, column), [])), wide, tall))
        return table

    def _merged(self, columns: int, rows: int) -> dict[tuple[int, int], tuple[int, int]]:
        """For every box of the grid the first box of the cell it is part of."""
        first: dict[tuple[int, int], tuple[int, int]] = {}
        for row in range(rows):
            for column in range(columns):
                x, y = (self.xs[column] + self.xs[column + 1]) / 2, (self.ys[row] + self.ys[row + 1]) / 2
                if column and not self._border(True, self.xs[column], y):
                    first[row, column] = first[row, column - 1]
                elif row and not self._border(False, self.ys[row], x):
                    first[row, column] = first[row - 1, column]
                else:
                    first[row, column] = (row, column)
        return first

    def _border(self, vertical: bool, at: float, across: float) -> bool:
        return any(r.vertical == vertical and abs(r.at - at) <= _NEAR and r.low - 1 <= across <= r.high + 1 for r in self.rules)


def ruled_tables(rules: tuple[Rule, ...], chars: tuple[Char, ...]) -> list[RuledTable]:
    """The tables of a page, from top to bottom: groups of crossing lines with two rows and two columns at least."""
    tables = []
    for group in _groups(rules):
        xs = _merge_near(r.at for r in group if r.vertical)
        ys = _merge_near(r.at for r in group if not r.vertical)
        if len(xs) < 3 or len(ys) < 3:
            continue
        table = RuledTable(tuple(xs), tuple(reversed(ys)), tuple(group))
        if sum(1 for c in chars if c.size and c.text.strip() and table.holds(c)) >= _SMALL:
            tables.append(table)
    return sorted(tables, key=lambda t: -t.ys[0])


def _groups(rules: tuple[Rule, ...]) -> list[list[Rule]]:
    """Lines that touch, directly or through others."""
    vertical = [r for r in rules if r.vertical]
    horizontal = [r for r in rules if not r.vertical]
    owner = {id(r): r for r in rules}

    def root(rule: Rule) -> Rule:
        while owner[id(rule)] is not rule:
            owner[id(rule)] = owner[id(owner[id(rule)])]
            rule = owner[id(rule)]
        return rule

    if len(vertical) * len(horizontal) > 4_000_000:
        return []  # a drawing
    for v in vertical:
        for h in horizontal:
            if h.low - _NEAR <= v.at <= h.high + _NEAR and v.low - _NEAR <= h.at <= v.high + _NEAR:
                owner[id(root(v))] = root(h)
    groups: dict[int, list[Rule]] = {}
    for rule in rules:
        groups.setdefault(id(root(rule)), []).append(rule)
    return list(groups.values())


def _merge_near(values: Iterable[float]) -> list[float]:
    merged: list[float] = []
    for value in sorted(values):
        if not merged or value - merged[-1] > _NEAR:
            merged.append(value)
    return merged
