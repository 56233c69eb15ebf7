"""Plain text: every line is a line."""

from __future__ import annotations

from collections.abc import Iterator

from policy_kb.ingest.model import Dropped, Extract, Line
from policy_kb.ingest.readers.building import clean
from policy_kb.ingest.readers.decoding import decode

UNSEEN = "不可见字符"


def numbered_lines(text: str) -> Iterator[tuple[int, int, int]]:
    """(number from 1, start, end) of every line of ``text``, blank ones too."""
    start = 0
    for number, line in enumerate(text.split("\n"), 1):
        yield number, start, start + len(line)
        start += len(line) + 1


def read_text(data: bytes, name: str) -> Extract:
    """A .txt file; offsets count in the decoded file."""
    text = decode(data, name)
    lines: list[Line] = []
    dropped: list[Dropped] = []
    for number, start, end in numbered_lines(text):
        raw = text[start:end]
        shown = clean(raw)
        if shown:
            lines.append(Line(shown, start, end))
        elif raw.strip():
            dropped.append(Dropped(number, raw, UNSEEN))
    return Extract(text, tuple(lines), dropped=tuple(dropped))
