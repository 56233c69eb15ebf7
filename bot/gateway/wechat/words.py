"""What the channel itself says to residents, in ``texts.yaml``, and how it says what was written for a page."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import regex

from policy_kb.yamlfile import read_yaml


@lru_cache(maxsize=1)
def _sentences() -> dict[str, str]:
    return read_yaml(Path(__file__).parent / "texts.yaml")


def typed(key: str) -> frozenset[str]:
    """What residents type for something, with a space between."""
    return frozenset(_sentences()[key].split())


def say(key: str, **values: object) -> str:
    """A sentence of ``texts.yaml``; ``values`` stand in it as they are."""
    return _sentences()[key].format(**values)


@lru_cache(maxsize=1)
def _of_pages() -> tuple[tuple[regex.Pattern, str], ...]:
    return tuple((regex.compile(x["page"]), x["here"]) for x in read_yaml(Path(__file__).parent / "page_words.yaml"))


def as_written_here(text: str) -> str:
    """A text of ours without the buttons that a page would have; what is pressed there is written here."""
    for page, here in _of_pages():
        text = page.sub(here, text)
    return text
