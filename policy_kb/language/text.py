"""Text as search sees it: half-width, lower case, simplified, and cut into the terms that are indexed. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import opencc
import regex

from policy_kb.language.pinyin import lazy_pinyin

_RUN = regex.compile(r"[\p{Han}〇]+|[a-z]+|\d+(?:\.\d+)?")
_HAN = regex.compile(r"[\p{Han}〇]+")
_GAP = regex.compile(r"(?<=[\p{Han}〇])\s+(?=[\p{Han}〇])")
_SIMPLER = opencc.OpenCC("t2s")
_TRADITIONAL = opencc.OpenCC("s2hk")
_A_MESSAGE = 200


def simplified(text: str) -> str:
    """Simplified characters, one for one; the text itself where a conversion would change its length."""
    return _one_for_one(text) if len(text) > _A_MESSAGE else _said_again(text)


def _one_for_one(text: str) -> str:
    converted = _SIMPLER.convert(text)
    return converted if len(converted) == len(text) else text


# A message is read by one part of a turn after the other.
_said_again = lru_cache(maxsize=32)(_one_for_one)


def traditional(text: str) -> str:
    """Traditional characters as Hong Kong's schools teach them, the words unchanged."""
    return _TRADITIONAL.convert(text)


def fold(text: str) -> str:
    """Half-width, lower case, simplified, without gaps between characters (总　则)."""
    return _GAP.sub("", simplified(unicodedata.normalize("NFKC", text).lower()))


def fold_with_places(text: str) -> tuple[str, list[int]]:
    """:func:`fold`, with the place in ``text`` that each character came from."""
    letters, places = [], []
    for index, char in enumerate(text):
        for c in char if "\u4e00" <= char <= "\u9fff" else unicodedata.normalize("NFKC", char).lower():
            letters.append(c)
            places.append(index)
    clean = simplified("".join(letters))
    gaps = {i for m in _GAP.finditer(clean) for i in range(*m.span())}
    kept = [i for i in range(len(clean)) if i not in gaps]
    return "".join(clean[i] for i in kept), [places[i] for i in kept]


def runs(folded: str) -> Iterator[tuple[str, int]]:
    """Runs of Chinese characters, of Latin letters and of digits, each with where it begins."""
    for m in _RUN.finditer(folded):
        yield m[0], m.start()


def is_han(run: str) -> bool:
    return _HAN.fullmatch(run) is not None


def terms(folded: str) -> list[str]:
    """The indexed terms: bigrams of Chinese characters, whole words of Latin letters, whole numbers.

    A character standing alone between others (甲、乙) is a term of its own.
    """
    found: list[str] = []
    for m in _RUN.finditer(folded):
        run = m[0]
        if len(run) > 1 and not run[0].isascii():
            found += [run[i : i + 2] for i in range(len(run) - 1)]
        else:
            found.append(run)
    return found


def is_clean(text: str) -> bool:
    """Whether folding changes nothing that is searched: no wide letters or figures, no traditional characters, no gaps."""
    return _RUN.findall(text) == _RUN.findall(fold(text))


@lru_cache(maxsize=400_000)
def sound_of_pair(pair: str) -> str:
    """Two characters as two syllables without tones: 低保 → di'bao."""
    return "'".join(lazy_pinyin(pair))


def sounds(folded: str) -> list[str]:
    """The pairs of syllables of a text's Chinese bigrams."""
    return [
        sound_of_pair(run[i : i + 2]) for run in _HAN.findall(folded) if len(run) > 1 for i in range(len(run) - 1)
    ]
