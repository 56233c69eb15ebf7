"""What the classifiers see of a text: characters, syllables, and the text with the base's names taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

import regex

from policy_kb import Mention
from policy_kb.language import plain
from policy_kb.language.syllables import blurred, sounds_of
from policy_kb.names import SUBJECT_KINDS

CHARACTERS, SYLLABLES = range(1, 5), range(1, 4)
# One sign for each kind of name, so that what is said around a name is learned for all names, the new ones too.
SIGNS = {
    "benefit": "Ⓑ", "topic": "Ⓣ", "institution": "Ⓘ", "institution_kind": "Ⓘ", "region": "Ⓡ", "audience": "Ⓐ", "office": "Ⓕ",
    "out_of_scope": "Ⓞ", "age": "Ⓝ", "year": "Ⓨ",
}


def grams(text: str) -> list[str]:
    """Character n-grams (1 to 4) and n-grams of toneless syllables (1 to 3), as they sound in any dialect: 底保 sounds like
    低保, and dibao does, too.

    Begin and end are marked, since how a text begins and ends says much about what it wants.
    """
    return list(_grams(text))


# Three classifiers look at every text.
@lru_cache(maxsize=8)
def _grams(text: str) -> tuple[str, ...]:
    read = plain(text)
    syllables = [blurred(s) for s in sounds_of(read)]
    sounds = ["~" + " ".join(syllables[i : i + n]) for n in SYLLABLES for i in range(len(syllables) - n + 1)]
    return (*_characters(f"^{read}$"), *sounds)


def masked_grams(text: str, mentions: Iterable[Mention]) -> list[str]:
    """Character n-grams of :func:`masked`; single characters only where they stand for a name."""
    return [f"_{g}" for g in _characters(f"^{masked(text, mentions)}$") if len(g) > 1 or g in _SIGNS]


def around_names(text: str, mentions: Iterable[Mention]) -> list[str]:
    """:func:`grams` of what is said around the names of what we hold: the same for 低保概念股 and 养老概念股."""
    return grams(masked(text, (m for m in mentions if m.kind in SUBJECT_KINDS)))


_SIGNS = frozenset(SIGNS.values())
_HAN = regex.compile(r"[\p{Han}]{2,}")
_STRANGE, _STRANGE_SHARES = (1, 2, 3, 4, 6, 8, 11), (0.2, 0.4, 0.6, 0.8)


def pairs(text: str, mentions: Iterable[Mention]) -> set[str]:
    """The pairs of characters outside the names of a text."""
    return {run[i : i + 2] for run in _HAN.findall(masked(text, mentions)) for i in range(len(run) - 1)}


def strangeness(found: set[str], is_familiar: Callable[[str], bool]) -> list[str]:
    """How many of a text's :func:`pairs`, and what share of them, nobody who asks us ever used: what makes 孤儿 a novel's hero
    is said in words that have nothing to do with us.
    """
    strange = sum(not is_familiar(pair) for pair in found)
    steps = [f"strange>={n}" for n in _STRANGE if strange >= n]
    return steps + [f"strange>={share}" for share in _STRANGE_SHARES if found and strange >= share * len(found)]


def masked(text: str, mentions: Iterable[Mention]) -> str:
    """The text with a sign in the place of each name: 云安区农村低保多少钱 → ⓇⒶⒷ多少钱."""
    parts, done = [], 0
    for m in sorted((m for m in mentions if m.kind in SIGNS), key=lambda m: (m.start, -m.end)):
        if m.start >= done:
            parts += [plain(text[done : m.start]), SIGNS[m.kind]]
            done = m.end
    return "".join([*parts, plain(text[done:])])


def _characters(marked: str) -> list[str]:
    return [marked[i : i + n] for n in CHARACTERS for i in range(len(marked) - n + 1)]
