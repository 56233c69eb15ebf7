"""Which provisions speak of the very thing a question names, whatever aspect they are filed under. Pure.

The same reading of questions as search has (other words, numbers, sounds), over the provisions of a few benefits.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial

from policy_kb import names
from policy_kb.answers import Query
from policy_kb.knowledge import KnowledgeBase, Provision, Region
from policy_kb.language import text as tx
from policy_kb.names import Mention
from policy_kb.per_base import per_base
from policy_kb.resolve import Group, Held, fits, newest, standing
from policy_kb.search.question import Question, questions_of

# What these name is known already and sets no provision apart from its neighbours.
_UNDERSTOOD = {names.REGION, names.YEAR, names.AGE, names.ASPECT, names.INSTITUTION}
_NAMES = {names.BENEFIT, names.TOPIC}
# A word of the question that no provision has still says that something else was asked.
UNSEEN = 2.0
# A name that more than this share of the provisions has does not tell them apart.
COMMON = 0.3


@dataclass(frozen=True)
class Hit:
    """A provision with the weight of what it has in common with the question, and its share of all that was asked."""

    provision: Provision
    weight: float
    share: float


class Relevance:
    """The words of all provisions of one knowledge base."""

    def __init__(self, kb: KnowledgeBase):
        self.kb = kb
        self.questions = questions_of(kb)
        self._texts = [_text(kb, p) for p in kb.provisions]
        self._number = {p.id: number for number, p in enumerate(kb.provisions)}
        counted: Counter[str] = Counter()
        pairs: dict[str, list[int]] = defaultdict(list)
        for number, text in enumerate(self._texts):
            counted.update(set(tx.terms(text)))
            for pair in {text[i : i + 2] for i in range(len(text) - 1)}:
                pairs[pair].append(number)
        self._counted, self._total = counted, max(1, len(self._texts))
        self._with_pair = {pair: frozenset(numbers) for pair, numbers in pairs.items()}

    def _having(self, words: str) -> Iterable[int]:
        """The provisions whose text has ``words`` in it."""
        if len(words) < 2:
            return [n for n, text in enumerate(self._texts) if words in text]
        fewest = min((self._with_pair.get(words[i : i + 2], frozenset()) for i in range(len(words) - 1)), key=len)
        return fewest if len(words) == 2 else [n for n in fewest if words in self._texts[n]]

    def idf(self, term: str) -> float:
        n = self._counted[term]
        return math.log(1 + (self._total - n + 0.5) / (n + 0.5))

    def rank(self, words: str, among: Iterable[Provision] | None = None) -> list[Hit]:
        """Provisions that have something in common with the question, best first.

        ``among``: those of the benefits named, None for all there are. Where benefits are named, their names count for as much
        as they tell the provisions apart (导盲犬 does, 无障碍 does not); else they count for nothing.
        """
        allowed = None if among is None else {self._number[p.id] for p in among}
        question = self.questions.read(words, self._counted.__getitem__)
        wanted = self._wanted(question, allowed or set())
        mass = sum(weight for _, weight in wanted)
        if not mass:
            return []
        got: dict[int, float] = {}
        for texts, weight in wanted:
            best: dict[int, float] = {}
            for text, part in texts:
                worth = weight * part
                for n in self._having(text):
                    if (allowed is None or n in allowed) and worth > best.get(n, 0.0):
                        best[n] = worth
            for n, worth in best.items():
                got[n] = got.get(n, 0.0) + worth
        hits = [Hit(self.kb.provisions[n], weight, weight / mass) for n, weight in got.items()]
        return sorted(hits, key=lambda h: (-h.weight, h.provision.id))

    def _wanted(self, question: Question, among: set[int]) -> list[tuple[list[tuple[str, float]], float]]:
        """Each term that matters: the texts that would do for it with the part each is worth, and its weight."""
        mentions = question.mentions
        known = [(m.start, m.end) for m in mentions if m.kind in _UNDERSTOOD or _is_residence(m)]
        named = [(m.start, m.end) for m in mentions if m.kind in _NAMES]
        wanted: list[tuple[list[tuple[str, float]], float]] = []
        for t in question.terms:
            if any(s <= t.start and t.end <= e for s, e in known) or any(c.isdigit() for c in t.text):
                continue
            weight = self.idf(t.text) if self._counted[t.text] else UNSEEN
            others = [
                (text, a.weight) for a in question.alternates if a.start <= t.start and t.end <= a.end for text in a.texts
            ]
            if any(s <= t.start and t.end <= e for s, e in named):
                weight, others = min(weight, self._rarity(t.text, among)), []
            if weight and (self._counted[t.text] or others):
                wanted.append(([(t.text, 1.0), *others], t.weight * weight))
        return wanted

    def _rarity(self, term: str, among: set[int]) -> float:
        """How much a term tells these provisions apart; 0 where most of them have it, or none."""
        n = sum(number in among for number in self._having(term))
        if not n or n > COMMON * len(among):
            return 0.0
        return math.log(1 + (len(among) - n + 0.5) / (n + 0.5))


def _is_residence(m: Mention) -> bool:
    return m.kind == names.AUDIENCE and m.value[0] in {"urban", "rural"}


def _text(kb: KnowledgeBase, p: Provision) -> str:
    return tx.fold("\n".join(x for x in (p.statement, p.name, p.audience.label) if x))


# Below these a likeness is chance. Found on one half of the asked questions, measured on the other.
ENOUGH, ENOUGH_SHARE = 2.5, 0.12
ENOUGH_UNNAMED, ENOUGH_SHARE_UNNAMED = 14.0, 0.55
STRONG, STRONG_SHARE = 7.0, 0.4
NEARLY_AS_GOOD = 0.5
SAME_MATTER = 0.35
ALIKE = 0.75
AS_STATUS = 0.8
MOST = 4


@dataclass(frozen=True)
class Direct:
    """Provisions that speak of the very thing asked, best first; ``strong`` when of most of it."""

    held: tuple[tuple[Region, Held], ...] = ()
    strong: bool = False

    @property
    def benefits(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(h.provision.benefit for _, h in self.held))


def direct(kb: KnowledgeBase, query: Query) -> Direct:
    """What the base says on the very words of a question, for its place, group and day.

    Looked for among the benefits named, those whose status is named beside them (低保户…), and among all where none is.
    """
    if not query.words:
        return Direct()
    return _asked_of(kb)(query.words, query.benefits, query.region, query.group, query.as_of)


@per_base
def _asked_of(kb: KnowledgeBase) -> Callable[[str, tuple[str, ...], str | None, Group, dt.date], Direct]:
    """One turn asks the same for several aspects, and once more for the answer after seeing that there is one."""
    return lru_cache(maxsize=16)(partial(_direct, kb))


def _direct(
    kb: KnowledgeBase, words: str, benefits: tuple[str, ...], region: str | None, group: Group, as_of: dt.date
) -> Direct:
    chain = {r.code: (depth, r) for depth, r in enumerate(kb.chain(region))}
    statuses = {b.id for b in kb.benefits.values() if b.status and b.status in group.categories}

    def said(p: Provision) -> Held | None:
        """How it stands for the place, the group and the day asked about; None where it says nothing there."""
        return standing(kb, p, as_of) if p.region in chain and fits(kb, p, group) else None

    candidates: dict[str, Held] = {}
    if benefits:
        near = (p for b in set(benefits) | statuses for p in kb.by_benefit.get(b, ()))
        candidates = {p.id: held for p in near if (held := said(p))}
        hits = relevance_of(kb).rank(words, [h.provision for h in candidates.values()])
        least, share = ENOUGH, ENOUGH_SHARE
    else:
        hits = relevance_of(kb).rank(words)
        least, share = ENOUGH_UNNAMED, ENOUGH_SHARE_UNNAMED
    # 低保户 beside 医疗救助 says who asks, not what for.
    beside = {b for b in statuses if b not in benefits}
    hits = [Hit(h.provision, AS_STATUS * h.weight, h.share) if h.provision.benefit in beside else h for h in hits]
    hits = [h for h in hits if h.weight >= least and h.share >= share]
    if not benefits:
        candidates = {h.provision.id: held for h in hits if (held := said(h.provision))}
        hits = [h for h in hits if h.provision.id in candidates]
    hits.sort(key=lambda h: (-h.weight, h.provision.id))
    if not hits:
        return Direct()
    # What holds comes before what is over, and the asked benefit before a status, among nearly equals.
    best = [h for h in hits if h.weight >= NEARLY_AS_GOOD * hits[0].weight]
    best.sort(key=lambda h: (candidates[h.provision.id].historic, -h.weight, chain[h.provision.region][0], h.provision.id))
    shown = unlike(newest([candidates[h.provision.id] for h in best]))[:MOST]
    same = [candidates[h.provision.id] for h in hits if h.weight >= SAME_MATTER * hits[0].weight]
    shown = _with_every_layer(shown, same)
    shown.sort(key=lambda h: chain[h.provision.region][0])
    strong = hits[0].share >= STRONG_SHARE and hits[0].weight >= STRONG
    return Direct(tuple((chain[h.provision.region][1], h) for h in shown), strong)


def unlike(held: Iterable[Held], before: Iterable[Held] = ()) -> list[Held]:
    """Those that do not say once more what another of the same place, or one of ``before``, says already; figures all stay."""
    kept: list[Held] = []
    said = [(h.provision.region, _pairs(h)) for h in before]
    for h in held:
        pairs, region = _pairs(h), h.provision.region
        again = h.provision.value is None and any(
            region == other and len(pairs & words) > ALIKE * min(len(pairs), len(words)) for other, words in said
        )
        if not again:
            kept.append(h)
            said.append((region, pairs))
    return kept


def _pairs(h: Held) -> frozenset[str]:
    return _pairs_of(h.provision.statement)


@lru_cache(maxsize=4096)
def _pairs_of(statement: str) -> frozenset[str]:
    return frozenset(tx.terms(tx.fold(statement)))


def _with_every_layer(shown: list[Held], others: list[Held]) -> list[Held]:
    """Where the place itself speaks of the same matter its rule stands beside the country's, never behind it."""
    missing: dict[str, Held] = {}
    regions, benefits = {x.provision.region for x in shown}, {x.provision.benefit for x in shown}
    for h in others:
        p = h.provision
        if p.nature != "target" and p.benefit in benefits and p.region not in regions:
            missing.setdefault(p.region, h)
    return [*shown, *missing.values()]


@per_base
def relevance_of(kb: KnowledgeBase) -> Relevance:
    """The words of this knowledge base."""
    return Relevance(kb)
