"""Ticket numbers that can be read out over the phone: ``HM-`` and six letters that cannot be mistaken for others."""

from __future__ import annotations

import secrets
import unicodedata

import regex

# No vowels (no words), and none of I/L/1, O/Q/0, U/V, B/8, S/5, Z/2, G/6, M/N, D/T/P that sound or look alike.
LETTERS = "ACEFHJKRWXY"
_BETWEEN = r"[-‐‑–—_\s]*"
_TICKET = regex.compile(rf"(?<![A-Z])HM{_BETWEEN}((?:[A-Z]{_BETWEEN}){{5}}[A-Z])(?![A-Z])", regex.IGNORECASE)


def new_ticket() -> str:
    """One of 11⁶ = 1.77 million; the store's unique index catches a repeat."""
    return "HM-" + "".join(secrets.choice(LETTERS) for _ in range(6))


def read_ticket(text: str) -> str | None:
    """The ticket number in a text, however it was typed."""
    found = _TICKET.search(unicodedata.normalize("NFKC", text))
    return "HM-" + regex.sub(_BETWEEN, "", found[1]).upper() if found else None
