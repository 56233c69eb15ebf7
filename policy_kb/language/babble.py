"""What is no language at all: one sound again and again, keys struck at random, signs and numbers alone."""

from __future__ import annotations

import regex

from policy_kb.language.reading import plain
from policy_kb.language.syllables import spelled, syllables

_AGAIN_AND_AGAIN = regex.compile(r"(?:(.{1,4}?)\1+)+")
_HAN = regex.compile(r"\p{Han}+")
_LETTERS = regex.compile(r"[a-z]{2,}")


def is_babble(text: str) -> bool:
    """Whether nobody could tell what is meant, because nothing is said: 阿巴阿巴, 咕噜咕噜嘎嘎, asdfjkl, ？？？."""
    said = plain(text)
    characters = "".join(_HAN.findall(said))
    if characters:
        return _AGAIN_AND_AGAIN.fullmatch(characters) is not None
    return not any(_is_spelled(letters) for letters in _LETTERS.findall(said.lower()))


def _is_spelled(letters: str) -> bool:
    return letters in syllables() or spelled(letters) != (letters,)
