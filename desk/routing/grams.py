"""What the classifier sees of a message: runs of characters and, where it is trained so, words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from hashlib import blake2b

import regex

from policy_kb.language import folded

LENGTHS = (1, 2, 3, 4)
# No longer numbers are learned: they are somebody's, not a subject.
_NUMBER = regex.compile(r"\d{5,}")
_SPACE = regex.compile(r"\s+")
_short_hash = partial(blake2b, digest_size=8)


def read(text: str) -> str:
    """Half-width, lower case, simplified, without gaps; numbers of five and more digits as one sign."""
    return _NUMBER.sub("#", _SPACE.sub("", folded(text).text))


def grams(text: str, words: bool) -> list[str]:
    """Every run of one to four characters of the text, begin and end marked; with ``words`` also words and pairs of them."""
    plain = f"^{read(text)}$"
    found = [plain[i : i + n] for n in LENGTHS for i in range(len(plain) - n + 1)]
    return found + list(_words(plain[1:-1])) if words else found


def _words(plain: str) -> Iterator[str]:
    import rjieba

    cut = rjieba.cut(plain)
    yield from (f"w {word}" for word in cut)
    yield from (f"w {a} {b}" for a, b in zip(cut, cut[1:]))


def key(gram: str) -> int:
    """64 bits that stand for the gram in a model file."""
    return int.from_bytes(_short_hash(gram.encode("utf-8", "surrogatepass")).digest(), "big")
