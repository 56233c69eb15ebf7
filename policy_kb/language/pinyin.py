"""Chinese characters as syllables without tones: what ``pypinyin.lazy_pinyin`` gives, from its data, in a fifth of the memory.

The package keeps every reading of every phrase with its tones, and every beginning of a phrase, in dictionaries of 55 MB that
each process would carry, and goes through a chain of converters for each character. Of all that only the first reading
without its tone is asked for here, and for most phrases it is the one that their characters have anyway.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import regex

from policy_kb.derived import derived

# The characters that pypinyin gives a reading to.
_HAN = regex.compile(
    "[\u3007\ue815-\ue864\ufa18\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002a6df\U0002a703-\U0002b73f"
    "\U0002b740-\U0002b81d\U0002b825-\U0002bf6e\U0002c029-\U0002ce93\U0002d016\U0002d11b-\U0002ebd9\U0002f80a-\U0002fa1f"
    "\U00030000-\U0003134a\U000300f7-\U00031288\U00030edd\U00030ede\U00031350-\U00032389]+"
)
_LAST = 0x32389
_MARKED = "āáǎàēéěèōóǒòīíǐìūúǔùüǖǘǚǜńňǹḿếề"
_PLAIN = "aaaaeeeeooooiiiiuuuuvvvvvnnnmêê"
_TONELESS = str.maketrans(_MARKED, _PLAIN) | {"\u0304": None, "\u0300": None, "\u030c": None}


class _Toneless(dict):
    """Readings without their tones; the same few come again and again."""

    def __missing__(self, reading: str) -> str:
        plain = self[reading] = reading.translate(_TONELESS)
        return plain


def _from_the_package() -> dict[str, Any]:
    """Every character's first reading, and the phrases in order with theirs: empty where it is the characters' own."""
    folder = Path(next(iter(find_spec("pypinyin").submodule_search_locations)))
    toneless = _Toneless()
    of_character = json.loads((folder / "pinyin_dict.json").read_bytes())
    many = {chr(int(number)): [toneless[r] for r in readings.split(",")] for number, readings in of_character.items()}
    syllables = sorted({reading for readings in many.values() for reading in readings})
    at = {syllable: i for i, syllable in enumerate(syllables)}
    first = {character: readings[0] for character, readings in many.items() if ord(character) <= _LAST}
    phrases = {}
    for phrase, readings in sorted(json.loads((folder / "phrases_dict.json").read_bytes()).items()):
        sound = [toneless[r[0]] for r in readings]
        phrases[phrase] = "" if sound == [first.get(c, c) for c in phrase] else " ".join(sound)
    return {
        "syllables": syllables, "characters": "".join(first), "numbers": [at[reading] for reading in first.values()],
        "phrases": phrases,
    }


class _Tables:
    """First readings of characters, and the phrases with theirs where it is not the characters' own."""

    def __init__(self) -> None:
        made = derived("pinyin", (version("pypinyin"),), (__file__,), _from_the_package)
        self.syllables = tuple(made["syllables"])
        self._number = array("h", [-1]) * (_LAST + 1)
        for character, number in zip(made["characters"], made["numbers"]):
            self._number[ord(character)] = number
        self._phrases: dict[str, str] = made["phrases"]
        self._longest: dict[str, int] = {}
        for phrase in self._phrases:
            if len(phrase) > self._longest.get(phrase[0], 0):
                self._longest[phrase[0]] = len(phrase)
        self._ordered = list(self._phrases)

    def each(self, characters: str) -> list[str]:
        """Every character's own first reading; itself where it has none."""
        numbers, syllables = self._number, self.syllables
        return [syllables[n] if (n := numbers[ord(c)]) >= 0 else c for c in characters]

    def read(self, run: str) -> list[str]:
        """The syllables of a run of Chinese characters, cut into the longest phrases from the left."""
        found: list[str] = []
        at = 0
        while at < len(run):
            for size in range(min(self._longest.get(run[at], 1), len(run) - at), 1, -1):
                sound = self._phrases.get(run[at : at + size])
                if sound is not None:
                    found += sound.split(" ") if sound else self.each(run[at : at + size])
                    at += size
                    break
            else:
                if self._begins_a_phrase(run[at:]):
                    return found + self.each(run[at:])
                found += self.each(run[at])
                at += 1
        return found

    def _begins_a_phrase(self, rest: str) -> bool:
        """Whether all that is left is the beginning of a phrase: then it is not cut any further."""
        if len(rest) >= self._longest.get(rest[0], 1):
            return False
        place = bisect_left(self._ordered, rest)
        return place < len(self._ordered) and self._ordered[place].startswith(rest)


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    return _Tables()


# How a message sounds is asked by what mends its slips and by what learned from sounds.
@lru_cache(maxsize=64)
def _read(run: str) -> tuple[str, ...]:
    return tuple(_tables().read(run))


def lazy_pinyin(text: str) -> list[str]:
    """One syllable for each Chinese character, without its tone, ü written v; what stands between them as it is."""
    found: list[str] = []
    done = 0
    for m in _HAN.finditer(text):
        if m.start() > done:
            found.append(text[done : m.start()])
        found += _read(m[0])
        done = m.end()
    if done < len(text) or not text:
        found.append(text[done:])
    return [x for x in found if x]


def readings() -> tuple[str, ...]:
    """Every reading, first or not, that any character has."""
    return _tables().syllables
