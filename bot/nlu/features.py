"""What the classifiers see of a text: characters, syllables, and the text with the base's names taken out."""

from __future__ import annotations

from collections.abc import Iterable

from policy_kb import Mention
from policy_kb.language import plain
from policy_kb.language.syllables import blurred, sounds_of

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
    read = plain(text)
    syllables = [blurred(s) for s in sounds_of(read)]
    sounds = ["~" + " ".join(syllables[i : i + n]) for n in SYLLABLES for i in range(len(syllables) - n + 1)]
    return [*_characters(f"^{read}$"), *sounds]


def masked_grams(text: str, mentions: Iterable[Mention]) -> list[str]:
    """Character n-grams of :func:`masked`; single characters only where they stand for a name."""
    return [f"_{g}" for g in _characters(f"^{masked(text, mentions)}$") if len(g) > 1 or g in _SIGNS]


_SIGNS = frozenset(SIGNS.values())


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
