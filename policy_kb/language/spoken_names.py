"""The names of one knowledge base as they sound, with how likely each is to be meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version

import regex

from policy_kb.derived import derived
from policy_kb.knowledge import COUNTRY, KnowledgeBase
from policy_kb.language import pinyin, text
from policy_kb.language.text import fold, is_han
from policy_kb.regions import short_name

_ASKED_MOST = ("标准", "条件", "材料", "流程")  # typed together with a benefit: dbbz


# A name as it is written, and what :class:`SpokenName` says of it.
Named = tuple[str, float, bool, bool, bool]


@dataclass(frozen=True)
class SpokenName:
    """``rank``: 0 the likeliest to be meant. ``initials``: typed by its initials, too (gljt). ``misheard``: a slip of the
    ear may stand for it; two characters that are some county's short name are met by chance far too often. ``distinct``:
    recognised with one character wrong; 领多少钱 and 收多少钱 are two questions.
    """

    text: str
    sound: tuple[str, ...]
    rank: float
    initials: bool
    misheard: bool
    distinct: bool


def spoken_names(kb: KnowledgeBase) -> Iterator[SpokenName]:
    """Every name that is written in Chinese characters and sounds one syllable a character."""
    names = list(_names(kb))
    code = (__file__, pinyin.__file__, text.__file__)
    found = derived("spoken-names", (version("pypinyin"), repr(names)), code, lambda: [[*x] for x in _spoken(names)])
    for written, sound, *more in found:
        yield SpokenName(written, tuple(sound.split(" ")), *more)


def _spoken(names: Iterable[Named]) -> Iterator[tuple[str, str, float, bool, bool, bool]]:
    for written, rank, initials, misheard, distinct in names:
        folded = fold(written)
        if len(folded) < 2 or not is_han(folded):
            continue
        sound = pinyin.lazy_pinyin(folded)
        if len(sound) == len(folded) and all(s.isalpha() for s in sound):
            yield folded, " ".join(sound), rank, initials, misheard, distinct


def _names(kb: KnowledgeBase) -> Iterable[Named]:
    for b in kb.benefits.values():
        for name in (b.name, b.short, *b.aliases):
            if name:
                yield name, 0.0 if name == b.short else 0.05 if name == b.name else 0.2, True, True, True
        for what in _ASKED_MOST:
            yield b.title + what, 0.1, True, False, False
    for t in kb.topics.values():
        for name in (t.name, *t.aliases):
            yield name, 0.1, True, True, True
    for a in kb.aspects.values():
        for name in (a.title, *a.cues):
            yield name, 0.1, len(name) > 2, len(name) > 2, False
    for g in kb.audiences.values():
        for name in (g.label, *g.aliases):
            yield name, 0.3, True, True, True
    for i in kb.institutions.values():
        for name in (i.name, *i.aliases):
            yield name, 0.3, True, True, True
    for o in kb.offices.values():
        for name in (o.name, *o.aliases):
            yield name, 0.3, True, True, False
    for d in kb.documents.values():
        yield regex.sub(r"[（(].*|《|》", "", d.title), 0.35, True, False, False
    for r in kb.regions.values():
        held = r.code in kb.regions_with_data
        for name in (r.name, short_name(r.name), *r.aliases):
            if r.code != COUNTRY and (held or name not in kb.everyday_words):
                yield name, 0.15 if held else 2.5, held, held or len(name) > 2 and r.level in {"province", "city"}, False
