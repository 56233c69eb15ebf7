"""How well a record answers a question: exact, on a few hundred candidates. Pure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import regex

from policy_kb.knowledge import KnowledgeBase
from policy_kb.language import text as tx
from policy_kb.search.question import Question
from policy_kb.search.records import CLAUSE, Record


@dataclass(frozen=True)
class Weights:
    """Tuned on the development questions; see ``benchmarks/retrieval.py``."""

    k1: float = 0.8
    b: float = 0.3
    average: float = 110.0
    body: float = 2.0
    lead: float = 0.3
    plain: float = 0.4
    heading: float = 0.2
    title: float = 0.75
    synonym: float = 1.2
    half: float = 0.65
    phrase: float = 0.22
    coverage: float = 0.65
    pair: float = 0.6
    everyday: float = 0.6
    unsaid: float = 3.0
    most: float = 10.0
    benefit: float = 3.0
    subject: float = 8.0
    also: float = 1.5
    aspect: float = 2.0
    unit: float = 2.0
    place: float = 1.6
    elsewhere: float = 0.55
    unplaced: float = 0.9
    ended: float = 0.92
    card: float = 1.25


TUNED = Weights()


@lru_cache(maxsize=4096)
def _number(term: str) -> regex.Pattern:
    return regex.compile(rf"(?<![\d.]){regex.escape(term)}(?!\.?\d)")


def _count(term: str, where: str) -> int:
    if term[0].isdigit():
        return len(_number(term).findall(where)) if term in where else 0
    return where.count(term)


@lru_cache(maxsize=20_000)
def _folded(text: str) -> str:
    """Titles and headings come again and again."""
    return tx.fold(text)


@dataclass(frozen=True)
class Matches:
    """How often each wanted text stands in which field of a record: text, plain words, lead-in, headings, title."""

    counts: dict[str, list[tuple[int, int]]]
    length: int
    sounds: int = 0


class Ranker:
    """Scores records for one question, place and day."""

    def __init__(
        self,
        question: Question,
        idf: Callable[[str], float],
        kb: KnowledgeBase,
        region: str | None,
        as_of: dt.date | None,
        weights: Weights = TUNED,
    ):
        self.q, self.kb, self.day = question, kb, as_of
        self.idf = idf
        places = [region] if region else list(question.regions)
        self.here = set(places)
        self.above = {r.code for p in places for r in kb.chain(p)} - self.here
        self.set_weights(weights)

    def set_weights(self, weights: Weights) -> None:
        self.w = w = weights
        idf = self.idf
        self.terms = [(t, t.weight * (1 - w.everyday * t.everyday) * idf(t.text)) for t in self.q.terms]
        self.mass = sum(x for _, x in self.terms) or 1.0
        self.telling = min(1.0, max((t.weight for t, _ in self.terms), default=0.0))
        self.alternates = []
        for a in self.q.alternates:
            inside = [i for i, (t, _) in enumerate(self.terms) if a.start <= t.start and t.end <= a.end]
            most = min(sum(self.terms[i][1] for i in inside) or w.unsaid, w.most)
            texts = [(x, min(sum(map(idf, tx.terms(x))), most) * a.weight * w.synonym) for x in a.texts]
            self.alternates.append((inside, texts))
        self.trigrams = dict(self._trigrams())
        self.wanted = list(dict.fromkeys(
            [t.text for t, _ in self.terms] + list(self.trigrams) + [x for _, many in self.alternates for x, _ in many]
        ))
        self.term_at: dict[str, list[int]] = defaultdict(list)
        for i, (t, _) in enumerate(self.terms):
            self.term_at[t.text].append(i)
        self.alternate_at: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for i, (_, texts) in enumerate(self.alternates):
            for text, x in texts:
                self.alternate_at[text].append((i, x))

    def _trigrams(self) -> list[tuple[str, float]]:
        by_start = {t.start: (t, x) for t, x in self.terms if len(t.text) == 2}
        found = []
        for at, (t, x) in by_start.items():
            after = by_start.get(at + 1)
            if after:
                found.append((t.text + after[0].text[1], min(x, after[1])))
        return found

    def matches(self, r: Record) -> Matches:
        texts = (r.text, r.plain, r.lead)
        body, plain, lead = texts if r.clean else map(tx.fold, texts)
        heading, title = _folded(" ".join((*r.headings, r.section))), _folded(f"{r.title} {r.document}")
        fields = [(n, f) for n, f in enumerate((body, plain, lead, heading, title)) if f]
        everything = "\n".join(f for _, f in fields)
        counts = {
            t: [(n, c) for n, f in fields if (c := _count(t, f))] for t in self.wanted if t in everything
        }
        heard = 0
        if self.q.pairs:
            sounds = set(tx.sounds(everything))
            heard = sum(p in sounds for p in self.q.pairs)
        return Matches(counts, len(body) + len(plain) // 2, heard)

    def score(self, r: Record, m: Matches) -> float:
        """How well ``r`` answers; 0 where nothing but fillers is in common. Only comparable within one question."""
        w, terms = self.w, self.terms
        norm = 1 - w.b + w.b * m.length / w.average
        shares = (w.body / norm, w.plain / norm, w.lead / norm, w.heading, w.title)
        got: dict[int, float] = {}
        best: dict[int, tuple[float, str]] = {}
        phrase = 0.0
        for text, places in m.counts.items():
            tf = 0.0
            for n, count in places:
                tf += shares[n] * count
            worth = tf * (w.k1 + 1) / (tf + w.k1)
            for i in self.term_at.get(text, ()):
                got[i] = terms[i][1] * worth
            if text in self.trigrams:
                phrase += self.trigrams[text] * worth
            for i, x in self.alternate_at.get(text, ()):
                if x * worth > best.get(i, (0.0, ""))[0]:
                    best[i] = x * worth, text
        understood = self._understood(r)
        if not (best or m.sounds or understood or any(terms[i][0].weight >= self.telling for i in got)):
            return 0.0
        covered = sum(terms[i][1] for i, x in got.items() if x)
        score = sum(got.values())
        taken: set[str] = set()
        for i, (x, text) in sorted(best.items(), key=lambda item: (-item[1][0], item[0])):
            inside = self.alternates[i][0]
            said = sum(got.get(k, 0.0) for k in inside)
            # One word of the record stands for one part of the query, however many parts it would do for.
            if x > said and text not in taken:
                taken.add(text)
                score += x - said
                covered += w.half * sum(terms[k][1] for k in inside if not got.get(k))
        score += w.phrase * phrase + w.coverage * covered * covered / self.mass + w.pair * 6 * m.sounds
        return self._placed(r, score + understood)

    def _understood(self, r: Record) -> float:
        w, bonus = self.w, 0.0
        if any(b in self.q.benefits for b in r.benefits):
            bonus += w.benefit if r.type == CLAUSE else w.subject
        elif any(b in self.q.also for b in r.benefits):
            bonus += w.also
        if r.aspect in self.q.aspects or any(a in self.q.aspects for a in r.aspects):
            bonus += w.aspect
        if r.unit in self.q.units:
            bonus += w.unit
        return bonus

    def _placed(self, r: Record, score: float) -> float:
        w = self.w
        if self.here:
            if r.region in self.here:
                score *= w.place
            elif r.region is None:
                score *= w.unplaced
            elif r.region not in self.above:
                score *= w.elsewhere
        if self.day and r.in_force(self.day) is False:
            score *= w.ended
        if r.type != CLAUSE:
            score *= w.card
        return score * r.prior
