"""What all readers share: cleaning a line's characters, and writing text line by line with its offsets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from policy_kb.ingest.model import Dropped, Extract, Line, Metadata

CELL_SEPARATOR = " | "

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\x00-\x08\x0e-\x1f\x7f]")
_WIDE_SPACE = re.compile("[\t\x0b\x0c\x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f]")
_RUN_OF_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """The text without invisible characters and outer space, odd spaces made plain; the ideographic space stays."""
    return _WIDE_SPACE.sub(" ", _INVISIBLE.sub("", text)).strip()


def collapse(text: str) -> str:
    """As ``clean``, with every run of space and line breaks one space."""
    return _RUN_OF_SPACE.sub(" ", clean(text)).strip()


def row_text(cells: Iterable[str]) -> str:
    """A table row as one line of text."""
    return CELL_SEPARATOR.join(cells).strip(" |")


class TextBuilder:
    """Writes the extracted text of a format that has none of its own: one call a line, dropped lines among them."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._length = 0
        self._lines: list[Line] = []
        self._dropped: list[Dropped] = []

    @property
    def next_line(self) -> int:
        """The number, from 1, of the line written next."""
        return len(self._text) + 1

    @property
    def lines(self) -> Sequence[Line]:
        return self._lines

    def add(self, text: str, kind: str = "text", level: int | None = None) -> None:
        """Write a paragraph; a line break in it begins a new line of the same kind."""
        for part in text.split("\n"):
            part = clean(part)
            if part:
                self._lines.append(Line(part, *self._write(part), kind, level))

    def add_row(self, cells: Sequence[str], shown: Sequence[str] | None = None) -> None:
        """Write a table row; ``shown`` are its cells with a merged one only once."""
        cells = tuple(collapse(c) for c in cells)
        text = row_text(c for c in (collapse(s) for s in (shown if shown is not None else cells)))
        if any(cells):
            self._lines.append(Line(text, *self._write(text), "row", None, cells))

    def drop(self, text: str, reason: str) -> None:
        """Write lines that belong to no clause, so that they can be looked up where they stood."""
        for part in text.split("\n"):
            part = clean(part)
            if part:
                self._dropped.append(Dropped(self.next_line, part, reason))
                self._write(part)

    def note(self, text: str, reason: str) -> None:
        """Report something that never was a line (a script, a picture) at the place reached."""
        self._dropped.append(Dropped(self.next_line, text, reason))

    def extract(self, metadata: Metadata) -> Extract:
        """What was written."""
        last = max(len(self._text), 1)
        dropped = tuple(d if d.line <= last else Dropped(last, d.text, d.reason) for d in self._dropped)
        return Extract("\n".join(self._text), tuple(self._lines), metadata, dropped)

    def _write(self, text: str) -> tuple[int, int]:
        start = self._length
        self._text.append(text)
        self._length += len(text) + 1
        return start, start + len(text)
