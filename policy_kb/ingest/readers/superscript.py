"""Raised digits, so that 10 to the fourth does not become 104."""

from __future__ import annotations

from policy_kb.ingest.readers.building import collapse

_RAISED = str.maketrans("0123456789+-−()", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾")


def raised(text: str) -> str:
    """The text with its digits as superscript characters; other letters stay."""
    return collapse(text).translate(_RAISED)
