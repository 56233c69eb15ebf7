"""What must hold for every extract, whatever the file."""

from __future__ import annotations

from policy_kb.ingest.model import Extract


def assert_nothing_vanishes(extract: Extract) -> None:
    """Lines are in order, apart and inside the text; each non-blank line of the text is a line or in the report."""
    starts = set()
    end = 0
    for line in extract.lines:
        assert end <= line.start < line.end <= len(extract.text), line
        assert "\n" not in extract.text[line.start : line.end]
        assert line.start == 0 or extract.text[line.start - 1] == "\n"
        assert line.end == len(extract.text) or extract.text[line.end] == "\n"
        assert line.text.strip(), line
        assert (line.kind == "row") == bool(line.cells), line
        starts.add(line.start)
        end = line.end
    raw = extract.text.split("\n")
    reported = {d.line for d in extract.dropped}
    assert all(1 <= n <= len(raw) for n in reported)
    at = 0
    for number, text in enumerate(raw, 1):
        assert not text.strip() or at in starts or number in reported, f"第 {number} 行不见了：{text!r}"
        at += len(text) + 1


def assert_lines_are_the_text(extract: Extract) -> None:
    """For formats whose text we write ourselves a line is exactly what stands at its place."""
    assert_nothing_vanishes(extract)
    assert [extract.text[line.start : line.end] for line in extract.lines] == [line.text for line in extract.lines]


def texts(extract: Extract, kind: str | None = None) -> list[str]:
    return [line.text for line in extract.lines if kind is None or line.kind == kind]


def reasons(extract: Extract) -> dict[str, str]:
    """Dropped text → reason."""
    return {d.text: d.reason for d in extract.dropped}
