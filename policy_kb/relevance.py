"""Which provisions speak of the very thing a question names, whatever aspect they are filed under. Pure.

The same reading of questions as search has (other words, numbers, sounds), over the provisions of a few benefits.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from policy_kb import names
from policy_kb.answers import Query
from policy_kb.knowledge import KnowledgeBase, Provision, Region
from policy_kb.language import text as tx
from policy_kb.names import Mention
from policy_kb.per_base import per_base
from policy_kb.resolve import Held, fits, hold, newest
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
        self._texts = {p.id: _text(kb, p) for p in kb.provisions}
        counted: Counter[str] = Counter()
        for text in self._texts.values():
            counted.update(set(tx.terms(text)))
        self._counted, self._total = counted, max(1, len(self._texts))

    def idf(self, term: str) -> float:
        n = self._counted[term]
        return math.log(1 + (self._total - n + 0.5) / (n + 0.5))

    def rank(self, words: str, provisions: Iterable[Provision], within: bool = True) -> list[Hit]:
        """Provisions that have something in common with the question, best first.

        ``within``: the provisions are those of the benefits named. Then their names count for as much as they tell the
        provisions apart (导盲犬 does, 无障碍 does not); else they count for nothing.
        """
        provisions = list(provisions)
        question = self.questions.read(words, self._counted.__getitem__)
        wanted = self._wanted(question, provisions if within else [])
        mass = sum(weight for _, weight in wanted)
        if not mass:
            return []
        hits = []
        for p in provisions:
            text = self._texts[p.id]
            got = sum(max((w * part for t, part in texts if t in text), default=0.0) for texts, w in wanted)
            if got:
                hits.append(Hit(p, got, got / mass))
        return sorted(hits, key=lambda h: (-h.weight, h.provision.id))

    def _wanted(self, question: Question, among: list[Provision]) -> list[tuple[list[tuple[str, float]], float]]:
        """Each term that matters: the texts that would do for it with the part each is worth, and its weight."""
        mentions = self.questions.names.find(question.folded)
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

    def _rarity(self, term: str, among: list[Provision]) -> float:
        """How much a term tells these provisions apart; 0 where most of them have it, or none."""
        n = sum(term in self._texts[p.id] for p in among)
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
    chain = {r.code: (depth, r) for depth, r in enumerate(kb.chain(query.region))}
    statuses = {b.id for b in kb.benefits.values() if b.status and b.status in query.group.categories}
    wanted = set(query.benefits) | statuses
    near = [p for b in wanted for p in kb.by_benefit.get(b, ())] if query.benefits else kb.provisions
    candidates = {
        p.id: held for p in near
        if p.region in chain and fits(kb, p, query.group) and (held := hold(p, kb.documents[p.document], query.as_of))
    }
    hits = relevance_of(kb).rank(query.words, [h.provision for h in candidates.values()], bool(query.benefits))
    # 低保户 beside 医疗救助 says who asks, not what for.
    beside = {b for b in statuses if b not in query.benefits}
    hits = [Hit(h.provision, AS_STATUS * h.weight, h.share) if h.provision.benefit in beside else h for h in hits]
    hits.sort(key=lambda h: (-h.weight, h.provision.id))
    least, share = (ENOUGH, ENOUGH_SHARE) if query.benefits else (ENOUGH_UNNAMED, ENOUGH_SHARE_UNNAMED)
    hits = [h for h in hits if h.weight >= least and h.share >= share]
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


def _pairs(h: Held) -> set[str]:
    return set(tx.terms(tx.fold(h.provision.statement)))


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
