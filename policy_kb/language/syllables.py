"""Mandarin syllables: which there are, how letters fall into them, and which sound alike to many ears. Pure."""

from __future__ import annotations

from functools import lru_cache

import regex

from policy_kb.language.pinyin import lazy_pinyin, readings


@lru_cache(maxsize=1)
def syllables() -> frozenset[str]:
    """Every Mandarin syllable, without tones, ü written v as on a keyboard."""
    whole = (s for s in readings() if s.isascii() and s.isalpha() and (len(s) > 1 or s in "aeo"))
    return frozenset(whole) - {"ng", "hm", "hng"}


@lru_cache(maxsize=20_000)
def spelled(letters: str) -> tuple[str, ...]:
    """Letters cut into syllables (dibao → di, bao), the fewest there can be; the letters themselves where they are none."""
    best: list[tuple[str, ...] | None] = [None] * (len(letters) + 1)
    best[0] = ()
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - 6), end):
            before = best[start]
            if before is None or letters[start:end] not in syllables():
                continue
            if best[end] is None or len(before) + 1 < len(best[end] or ()):
                best[end] = (*before, letters[start:end])
    return best[-1] if best[-1] is not None else (letters,)


def sounds_of(text: str) -> list[str]:
    """The syllables of a text, Chinese characters and pinyin alike; every other character stands for itself."""
    found: list[str] = []
    for part in lazy_pinyin(text):
        if part.isascii() and part.isalpha() and part not in syllables():
            found += spelled(part)
        else:
            found.append(part)
    return found


# zh, ch, sh said as z, c, s; n as l; hu- as f-; -ang, -eng, -ing as -an, -en, -in: over half of China's speakers merge some.
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_WITH_F = {
    "hu": "fu", "hua": "fa", "hui": "fei", "hun": "fen", "huo": "fo", "huai": "fai", "huan": "fan", "huang": "fang",
    "hong": "feng",
}
_NASAL = regex.compile(r"(?<=[aei])ng$")


@lru_cache(maxsize=2_000)
def blurred(syllable: str) -> str:
    """The syllable as it sounds to somebody whose dialect merges the pairs that Mandarin keeps apart."""
    syllable = _WITH_F.get(syllable, syllable)
    for said, heard in _INITIALS:
        if syllable.startswith(said) and len(syllable) > len(said):
            syllable = heard + syllable[len(said) :]
            break
    return _NASAL.sub("n", syllable)
