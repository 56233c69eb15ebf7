"""Server-sent events as the HTML standard writes them (9.2.6): fields on lines of their own, an empty line after each event."""

from __future__ import annotations

import re

_LINE_END = re.compile(r"\r\n|\r|\n")


def _one_line(name: str, value: str) -> str:
    if _LINE_END.search(value) or "\0" in value:
        raise ValueError(f"{name} must be one line")
    return f"{name}: {value}\n"


def event(name: str, data: str, id: str | None = None) -> bytes:
    """One event. ``data`` may have several lines; ``id`` is what the client sends as ``Last-Event-ID`` when it comes back.

    Raises :class:`ValueError` for a name or an id that is not one line.
    """
    lines = [_one_line("id", id)] if id is not None else []
    lines.append(_one_line("event", name))
    lines += [f"data: {line}\n" for line in _LINE_END.split(data)]
    return ("".join(lines) + "\n").encode("utf-8", "replace")


def comment(text: str = "") -> bytes:
    """A line that clients ignore; it shows proxies that the connection lives."""
    return ("".join(f": {line}\n" for line in _LINE_END.split(text)) + "\n").encode("utf-8", "replace")


def retry(milliseconds: int) -> bytes:
    """How long the client should wait before it comes back."""
    if milliseconds < 0:
        raise ValueError("retry must not be negative")
    return f"retry: {milliseconds}\n\n".encode()
