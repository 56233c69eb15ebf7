"""What a query asks for: its terms, other words for them, and the names, places and day it speaks of. Pure but for ``held``."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import regex
import rjieba

from policy_kb.knowledge import COUNTRY, KnowledgeBase
from policy_kb.language import reader_of
from policy_kb.language import text as tx
from policy_kb.names import ASPECT, BENEFIT, REGION, TOPIC, YEAR, Mention, NameIndex, names_of
from policy_kb.per_base import per_base
from policy_kb.search.synonyms import Synonyms, shipped

LONGEST_QUERY = 200


@dataclass(frozen=True)
class Term:
    """A bigram, word or number of the query; ``weight`` is 1 inside a word, less across two words.

    ``everyday`` is 0 for a word rare in Chinese at large and near 1 for the commonest: documents of law hardly ever say 家里,
    but that does not make it tell much.
    """

    text: str
    start: int
    end: int
    weight: float = 1.0
    everyday: float = 0.0


@dataclass(frozen=True)
class Alternate:
    """Other words for ``query[start:end]``."""

    start: int
    end: int
    texts: tuple[str, ...]
    weight: float


@dataclass(frozen=True)
class Question:
    """A query as it was understood."""

    folded: str
    terms: tuple[Term, ...]
    alternates: tuple[Alternate, ...] = ()
    pairs: tuple[str, ...] = ()
    benefits: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    year: int | None = None
    corrected: str | None = None
    mentions: tuple[Mention, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.terms or self.pairs or self.benefits)


class Questions:
    """Understands queries with the names of one knowledge base."""

    def __init__(self, kb: KnowledgeBase, synonyms: Synonyms | None = None, names: NameIndex | None = None):
        self.kb = kb
        self.names = names or names_of(kb)
        self.reader = reader_of(kb)
        self.synonyms = synonyms or shipped()

    def read(self, text: str, frequency: Callable[[str], int] = lambda term: 0, today: dt.date | None = None) -> Question:
        """Understand one query. ``frequency(term)``: in how many records the index holds a term."""
        folded = tx.fold(text[:LONGEST_QUERY])
        reading = self.reader.read(text[:LONGEST_QUERY], frequency, search=True)
        meant, spoken = tx.fold(reading.text), tx.fold(reading.spoken)
        mentions = self.names.find(meant, today)
        benefits, also = self._benefits(mentions)
        alternates = [*self._names_meant(mentions), *self._other_words(meant), *_numbers(meant)]
        alternates += [Alternate(0, 0, (words,), 0.5) for words in reading.more]
        if meant != spoken:
            alternates.append(Alternate(0, 0, tuple(r for r, _ in tx.runs(spoken)), 0.3))
        return Question(
            meant, tuple(self._terms(meant, mentions)), tuple(alternates), reading.pairs, benefits, also,
            tuple(dict.fromkeys(v for m in mentions if m.kind == ASPECT for v in m.value)),
            self._places(mentions), _units_asked(meant), next((int(m.value[0]) for m in mentions if m.kind == YEAR), None),
            meant if meant != folded else None, tuple(mentions),
        )

    # --- names

    def _benefits(self, mentions: list[Mention]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        named = dict.fromkeys(v for m in mentions if m.kind == BENEFIT for v in m.value)
        topics = [self.kb.topics[v] for m in mentions if m.kind == TOPIC for v in m.value]
        also = dict.fromkeys(b for t in topics for b in t.benefits if b not in named)
        return tuple(named), tuple(also)

    def _names_meant(self, mentions: list[Mention]) -> list[Alternate]:
        found = []
        for m in mentions:
            said = tx.fold(m.text)
            if m.kind == BENEFIT:
                b = self.kb.benefits[m.value[0]]
                texts = [tx.fold(n) for n in (b.name, b.short, *b.aliases) if n]
                found.append(Alternate(m.start, m.end, tuple(t for t in dict.fromkeys(texts) if t != said), 0.7))
            elif m.kind == TOPIC:
                texts = [tx.fold(n) for n in self.kb.topics[m.value[0]].aliases]
                found.append(Alternate(m.start, m.end, tuple(t for t in texts if t != said), 0.5))
        return [a for a in found if a.texts]

    def _places(self, mentions: list[Mention]) -> tuple[str, ...]:
        codes = [v for m in mentions if m.kind == REGION for v in m.value if v != COUNTRY]
        outer = {p.code for c in codes for p in self.kb.chain(c)[1:]}
        return tuple(dict.fromkeys(c for c in codes if c not in outer))

    # --- words

    def _other_words(self, folded: str) -> list[Alternate]:
        words = _word_spans(folded)
        found = []
        for start, end, texts in self.synonyms.find(folded):
            if end - start == 1 and (start, end) not in words:
                continue
            found.append(Alternate(start, end, texts, 0.5))
        return found

    def _terms(self, folded: str, mentions: list[Mention]) -> list[Term]:
        names = [(m.start, m.end) for m in mentions if m.kind in {BENEFIT, TOPIC, REGION}]
        words = _word_spans(folded)
        inside = {i for s, e in (*words, *names) for i in range(s, e - 1)}
        common = {i: _everyday(folded[s:e]) for s, e in words for i in range(s, e - 1)}
        common |= {i: 0.0 for s, e in names for i in range(s, e - 1)}
        silent = {i for s, e in words if folded[s:e] in self.synonyms.fillers for i in range(s, e)}
        found = []
        for run, at in tx.runs(folded):
            if not tx.is_han(run):
                found.append(Term(run, at, at + len(run)))
                continue
            if len(run) == 1:
                found.append(Term(run, at, at + 1, 0.5))
            for i in range(at, at + len(run) - 1):
                quiet = (i in silent) + (i + 1 in silent)
                weight = (1.0 if i in inside else 0.6) * (1.0, 0.5, 0.2)[quiet]
                found.append(Term(folded[i : i + 2], i, i + 2, weight, common.get(i, 0.0)))
        return found


@lru_cache(maxsize=20_000)
def _everyday(word: str) -> float:
    """How common a word is in Chinese at large: 0 up to once in 60,000 words, 1 at once in 600."""
    if not rjieba.has_word(word):
        return 0.0
    return min(1.0, max(0.0, math.log10(max(rjieba.suggest_freq(word), 1) / 1000) / 2))


@per_base
def questions_of(kb: KnowledgeBase) -> Questions:
    """The reader of queries for this knowledge base."""
    return Questions(kb)


def _word_spans(folded: str) -> set[tuple[int, int]]:
    spans, at = set(), 0
    for word in rjieba.cut(folded, False):
        spans.add((at, at + len(word)))
        at += len(word)
    return spans


# What a question of how much or how long wants to hear: 几个月 wants months.
_UNITS_ASKED = (
    (regex.compile(r"(?:几|多少|好多)个?月"), ("个月",)),
    (regex.compile(r"(?:几|多少|好多)(?:天|日|个?工作日)|多久|多长时间"), ("天", "个工作日", "个月")),
    (regex.compile(r"(?:几|多少|多大)岁|多大年纪|多大年龄"), ("周岁",)),
    (regex.compile(r"多少钱|多少元|好多钱|几钱|每月多少|金额|标准"), ("元",)),
    (regex.compile(r"百分之几|比例|几成"), ("%",)),
)


def _units_asked(folded: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(u for pattern, units in _UNITS_ASKED if pattern.search(folded) for u in units))


_CHINESE_NUMBER = regex.compile(
    r"[一二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九](?=百|千|万|个月|年|岁|级|天|次)"
)
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_NUMERALS = "零一二三四五六七八九"


def _numbers(folded: str) -> list[Alternate]:
    """Numbers in the other writing: 九十 ↔ 90, 17年 → 2017."""
    found = []
    for m in _CHINESE_NUMBER.finditer(folded):
        tens, ten, ones = m[0].partition("十")
        value = 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0) if ten else _DIGITS[m[0]]
        found.append(Alternate(m.start(), m.end(), (str(value),), 0.8))
    for m in regex.finditer(r"(?<![\d.])\d{1,2}(?![\d.])", folded):
        value = int(m[0])
        if folded[m.end() : m.end() + 1] == "年" and 10 <= value <= 40:
            found.append(Alternate(m.start(), m.end(), (f"20{m[0]}",), 0.9))
        elif value >= 1:
            found.append(Alternate(m.start(), m.end(), (_in_chinese(value),), 0.8))
    return found


def _in_chinese(value: int) -> str:
    tens, ones = divmod(value, 10)
    return ("" if tens < 2 else _NUMERALS[tens]) + ("十" if tens else "") + (_NUMERALS[ones] if ones else "")
