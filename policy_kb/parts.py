"""What is known on each benefit of a query, and how much of it an answer shows. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from policy_kb import resolve as r
from policy_kb.answers import Query
from policy_kb.knowledge import COUNTRY, Benefit, KnowledgeBase

MAX_FIGURES = 10
MAX_STATEMENTS = 6
MAX_STATEMENTS_EACH = 3
MAX_STATEMENTS_BESIDE = 3
MONEY = ("amount", "fee")
# So few statements leave room for who gets it.
FEW = 2


@dataclass
class Part:
    """What is known on one benefit of the query."""

    benefit: Benefit
    aspect: str
    asked: str
    resolution: r.Resolution


def aspect_of(kb: KnowledgeBase, query: Query) -> str:
    """The aspect asked; else what the topic is usually asked for; else the amount where a place is named (万盛高龄津贴 wants
    to know how much); else the overview.
    """
    if query.aspect:
        return query.aspect
    topic = kb.topics.get(query.topic or "")
    if topic and topic.aspect:
        return topic.aspect
    if query.region in {None, COUNTRY}:
        return "overview"
    told = any(
        p.value is not None
        for b in query.benefits for x in kb.chain(query.region) for p in kb.by_subject.get((b, "amount", x.code), ())
    )
    return "amount" if told else "overview"


def look_up(kb: KnowledgeBase, query: Query, benefit: str) -> Part:
    """The asked aspect, or the nearest one that is recorded (in the order the data lists them)."""
    asked = aspect_of(kb, query)
    found = []
    for aspect in (asked, *kb.aspects[asked].fallback):
        resolution = r.resolve(kb, benefit, aspect, query.region, query.group, query.as_of)
        if resolution.layers:
            found.append((aspect, resolution))
    if not found:
        return Part(kb.benefits[benefit], asked, asked, r.Resolution((), r.NONE))
    aspect, resolution = found[0]
    if aspect == "overview" and len(list(resolution.held)) <= FEW:
        resolution = _with_conditions(kb, query, resolution, found[1:])
    if asked in MONEY and aspect == asked and not any(h.provision.value is not None for h in resolution.held):
        resolution = _with_group(kb, query, resolution, found[1:])
    return Part(kb.benefits[benefit], aspect, asked, resolution)


def _with_conditions(
    kb: KnowledgeBase, query: Query, main: r.Resolution, others: list[tuple[str, r.Resolution]]
) -> r.Resolution:
    """What it is in a sentence or two, and then who gets it: that is what somebody wants to know who asks what it is."""
    conditions = next((x for aspect, x in others if aspect == "eligibility"), None)
    if conditions is None:
        return main
    layers = {x.region.code: x for x in main.layers}
    for layer in conditions.layers:
        known = layers.get(layer.region.code)
        layers[layer.region.code] = r.Layer(layer.region, (*(known.held if known else ()), *layer.held))
    ordered = tuple(layers[p.code] for p in kb.chain(query.region) if p.code in layers)
    return r.Resolution(ordered, r.coverage_of(query.region, ordered))


def _with_group(
    kb: KnowledgeBase, query: Query, main: r.Resolution, others: list[tuple[str, r.Resolution]]
) -> r.Resolution:
    """Add to an answer without figures what else bears on it.

    Being spared a fee and being given money are two sides of one question: where one side is silent the other
    speaks. What is said of the very group named belongs in any case.
    """
    layers = {layer.region.code: layer for layer in main.layers}
    for aspect, other in others:
        for layer in other.layers:
            known = layers.get(layer.region.code)
            theirs = [h for h in layer.held if h.provision.audience.category in query.group.categories]
            spoken_for = known and any(h.provision.audience.category in query.group.categories for h in known.held)
            held = theirs if aspect in MONEY or not spoken_for else []
            if known is None and aspect in MONEY and layer.region.code != COUNTRY:
                held = list(layer.held)
            held = r.ranked(kb, (*held, *(known.held if known else ())), query.group)
            if held:
                layers[layer.region.code] = r.Layer(layer.region, tuple(held))
    ordered = tuple(layers[p.code] for p in kb.chain(query.region) if p.code in layers)
    return r.Resolution(ordered, r.coverage_of(query.region, ordered))


def held_somewhere(kb: KnowledgeBase, query: Query) -> bool:
    """Whether some place has a rule on what is asked."""
    asked = aspect_of(kb, query)
    aspects = {asked, *kb.aspects[asked].fallback}
    return any(p.aspect in aspects and p.region != COUNTRY for b in query.benefits for p in kb.by_benefit.get(b, ()))


def differs_locally(kb: KnowledgeBase, query: Query) -> bool:
    asked = aspect_of(kb, query)
    aspects = {asked} | (set(MONEY) if asked in MONEY else set())
    return any(p.aspect in aspects and p.region != COUNTRY for b in query.benefits for p in kb.by_benefit.get(b, ()))


def inner_places(kb: KnowledgeBase, query: Query, parts: list[Part]) -> list[str]:
    """Places inside the one asked about that have a figure where it has none: 重庆低保多少钱 wants to know which district."""
    if query.region in {None, COUNTRY} or aspect_of(kb, query) not in MONEY:
        return []
    if any(h.provision.value is not None and h.provision.region != COUNTRY for p in parts for h in p.resolution.held):
        return []
    inside = dict.fromkeys(
        p.region for b in query.benefits for p in kb.by_benefit.get(b, ())
        if p.value is not None and p.aspect in MONEY and query.region in {x.code for x in kb.chain(p.region)[1:]}
    )
    return list(inside)


def _pairs(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1)}


def _named_first(figures: list[r.Held], words: str) -> list[r.Held]:
    """Figures whose label, name or statement has what sets them apart in common with the question, first: 工伤十级."""
    labels = [_pairs(f"{h.provision.audience.label or ''}{h.provision.name or ''}") for h in figures]
    sentences = [_pairs(h.provision.statement) for h in figures]
    asked = _pairs(words)

    def common(own: set[str], among: list[set[str]]) -> int:
        return sum(2 * sum(pair in other for other in among) <= len(among) for pair in own & asked)

    score = [3 * common(a, labels) + common(b, sentences) for a, b in zip(labels, sentences)]
    return [figures[i] for i in sorted(range(len(figures)), key=lambda i: -score[i])]


def _is_bound(h: r.Held) -> bool:
    """An age or a share that decides who is meant is told even as a goal; sums of money that are hoped for are not."""
    return h.provision.value is not None and h.provision.aspect not in MONEY


def shown(held: tuple[r.Held, ...], statements: int, words: str) -> tuple[r.Held, ...]:
    """What one layer shows: figures, then as many statements as can be read, goals only beside little else."""
    standards = [h for h in held if h.provision.nature != "target"]
    if len(standards) >= 2:
        held = tuple(h for h in held if h in standards or _is_bound(h))
    figures = [h for h in held if h.provision.value is not None]
    said = [h for h in held if h.provision.value is None][:statements]
    if len(figures) > MAX_FIGURES:
        figures = _named_first(figures, words)[:MAX_FIGURES]
        return (*figures, *said)
    return tuple(h for h in held if h in figures or h in said)
