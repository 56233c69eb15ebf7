"""Collections of any size that read like the sources: their sentences put together anew, for other places, with other figures.

A grown document takes the sentences of one source document, in random order, one to three to a clause, as long as that
document's own clauses; every place name in it becomes that of one county drawn for the document, and every Arabic figure is
changed in its digits. So words keep their frequencies, documents their subjects, and near-duplicates abound as they do
among the rules of three thousand counties.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.corpus import HeldClause
from policy_kb.knowledge import KnowledgeBase, Region
from policy_kb.search import Record

PER_DOCUMENT = 200
_SENTENCE = re.compile(r"[^。；;]+[。；;]?")
_FIGURE = re.compile(r"(?<!\d)[1-9]\d+(?:\.\d+)?")
_PLACES = re.compile("重庆市?|綦江区?|万盛(?:经开区)?|广州市?|成都市?|云安区?|云浮市?|广东省?|四川省?")


@dataclass(frozen=True)
class Seed:
    """What one source document lends: its title, its headings, its sentences."""

    title: str
    headings: tuple[str, ...]
    sentences: tuple[str, ...]


def seeds(clauses: tuple[HeldClause, ...]) -> list[Seed]:
    by_title: dict[str, list[HeldClause]] = {}
    for c in clauses:
        by_title.setdefault(c.title, []).append(c)
    found = []
    for title, held in by_title.items():
        sentences = [s for c in held for s in _SENTENCE.findall(c.text) if len(s) > 5]
        headings = sorted({c.headings for c in held if c.headings})
        if len(sentences) >= 10:
            found.append(Seed(title, tuple(headings) or (title,), tuple(sentences)))
    return found


class Grown:
    """``size`` clause records in documents of :data:`PER_DOCUMENT`; the same every time."""

    def __init__(self, lent: list[Seed], kb: KnowledgeBase, size: int):
        self._lent, self._size = lent, size
        self._counties = sorted((r for r in kb.regions.values() if r.level == "county"), key=lambda r: r.code)

    def __len__(self) -> int:
        return -(-self._size // PER_DOCUMENT)

    def document(self, number: int) -> list[Record]:
        dice = random.Random(number)
        seed, place = dice.choice(self._lent), dice.choice(self._counties)
        count = min(PER_DOCUMENT, self._size - number * PER_DOCUMENT)
        return [_clause(dice, seed, place, number, k) for k in range(count)]

    def records(self) -> Iterator[Record]:
        for number in range(len(self)):
            yield from self.document(number)


def _clause(dice: random.Random, seed: Seed, place: Region, number: int, k: int) -> Record:
    def moved(text: str) -> str:
        return _PLACES.sub(place.name, text)

    def changed(m: re.Match) -> str:
        return "".join(dice.choice("123456789") if c.isdigit() else c for c in m[0])

    text = "".join(dice.choices(seed.sentences, k=dice.choice((1, 1, 2, 3))))
    title = place.name + moved(seed.title)
    return Record(
        f"clause:grown-{number}:{k}", "clause", title, _FIGURE.sub(changed, moved(text)), title, f"第{k + 1}条",
        (moved(dice.choice(seed.headings)),), region=place.code,
    )
