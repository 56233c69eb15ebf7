"""What a resident typed, without what cannot be seen, and no longer than is taken."""

from __future__ import annotations

import regex

from bot.gateway.errors import Refused, text

MAX_CHARACTERS = 1000
_CONTROL = regex.compile(r"[\p{Cc}\p{Cf}--[\n\t\u200d]]+", regex.V1)


def visible(text: str) -> str:
    """The text without control and invisible characters."""
    return _CONTROL.sub("", text.encode("utf-8", "ignore").decode()).strip()


def clean_line(given: str, most: int = MAX_CHARACTERS) -> str:
    """The visible text. Raises :class:`Refused` when empty or too long."""
    line = visible(given)
    if not line:
        raise Refused(400, "empty")
    if len(line) > most:
        raise Refused(400, "too_long", limit=most)
    return line


def optional_line(given: str | None, most: int, field: str) -> str | None:
    """The visible text of a field that may be left out, None where it is. ``field``: the key of its name in ``texts.yaml``.

    Raises :class:`Refused` when too long.
    """
    line = visible(given or "") or None
    if line and len(line) > most:
        raise Refused(400, "field_too_long", field=text(field), limit=most)
    return line
