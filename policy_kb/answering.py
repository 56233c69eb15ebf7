"""``answer(kb, query)``: the one answer core of chat, lookup and review. Pure: same base, same query, same answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from policy_kb import resolve as r
from policy_kb.answers import Answer, Fact, Query, QuickReply
from policy_kb.knowledge import COUNTRY, Benefit, KnowledgeBase
from policy_kb.wording import Citations, Wording

MAX_FIGURES = 10
MAX_STATEMENTS = 6
MAX_STATEMENTS_EACH = 3
MONEY = ("amount", "fee")
MAX_REPLIES = 5


@dataclass
class _Part:
    """What is known on one benefit of the query."""

    benefit: Benefit
    aspect: str
    asked: str
    resolution: r.Resolution


def answer(kb: KnowledgeBase, query: Query) -> Answer:
    """Answer one question from what the base holds.

    Returns kind ``answer`` with facts and citations; ``clarify`` where the place decides and was not said;
    ``notice`` where nothing is held, with whom to ask.
    """
    say = Wording(kb)
    if not query.benefits:
        return _which_benefit(kb, query, say)
    parts = [_look_up(kb, query, b) for b in query.benefits]
    held = [p for p in parts if p.resolution.layers]
    if not held:
        if query.region is None and _held_somewhere(kb, query):
            return _ask_place(kb, query, say)
        return _nothing(kb, query, say)
    unplaced = query.region is None and _differs_locally(kb, query)
    if unplaced and all(not p.resolution.layers or p.aspect != p.asked for p in parts):
        only_fallback = [p for p in held if p.aspect == p.asked]
        if not only_fallback and query.aspect == "amount":
            return _ask_place(kb, query, say)
    return _compose(kb, query, say, parts, unplaced)


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
    told = any(kb.by_subject.get((b, "amount", x.code)) for b in query.benefits for x in kb.chain(query.region))
    return "amount" if told else "overview"


def _look_up(kb: KnowledgeBase, query: Query, benefit: str) -> _Part:
    """The asked aspect, or the nearest one that is recorded (in the order the data lists them)."""
    asked = aspect_of(kb, query)
    found = []
    for aspect in (asked, *kb.aspects[asked].fallback):
        resolution = r.resolve(kb, benefit, aspect, query.region, query.group, query.as_of)
        if resolution.layers:
            found.append((aspect, resolution))
    if not found:
        return _Part(kb.benefits[benefit], asked, asked, r.Resolution((), r.NONE))
    aspect, resolution = found[0]
    if asked in MONEY and aspect == asked and not any(h.provision.value is not None for h in resolution.held):
        resolution = _with_group(kb, query, resolution, found[1:])
    return _Part(kb.benefits[benefit], aspect, asked, resolution)


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


def _held_somewhere(kb: KnowledgeBase, query: Query) -> bool:
    """Whether some place has a rule on what is asked."""
    asked = aspect_of(kb, query)
    aspects = {asked, *kb.aspects[asked].fallback}
    return any(p.benefit in query.benefits and p.aspect in aspects and p.region != COUNTRY for p in kb.provisions)


def _differs_locally(kb: KnowledgeBase, query: Query) -> bool:
    asked = aspect_of(kb, query)
    aspects = {asked} | (set(MONEY) if asked in MONEY else set())
    return any(p.benefit in query.benefits and p.aspect in aspects and p.region != COUNTRY for p in kb.provisions)


def _compose(kb: KnowledgeBase, query: Query, say: Wording, parts: list[_Part], unplaced: bool) -> Answer:
    citations = Citations(kb)
    facts: list[Fact] = []
    blocks: list[str] = []
    place = query.region and kb.regions[query.region].name
    coverage = _best(p.resolution.coverage for p in parts)
    missing_locally = bool(place) and query.region != COUNTRY and coverage == r.NATIONAL
    historic_shown = False
    sections: dict[str, list[str]] = {}
    order: list[tuple] = []
    held_parts = [p for p in parts if p.resolution.layers]
    for number, part in enumerate(held_parts):
        for depth, layer in enumerate(part.resolution.layers):
            brief = len(held_parts) > 1 or part.aspect in MONEY
            held = _cut(layer.held, MAX_STATEMENTS_EACH if brief else MAX_STATEMENTS, query.words)
            lines = say.lines(held)
            key = layer.region.code
            old = all(h.historic for h in held)
            order.append((old, depth if not old else depth, number, key))
            sections.setdefault(key, []).extend(
                ([say("subject_heading", benefit=part.benefit.title)] if len(parts) > 1 else []) + lines
            )
            for h in held:
                facts.append(_fact(h, layer.region.name, part, citations.add(h)))
                historic_shown |= h.historic
    codes = list(dict.fromkeys(key for *_, key in sorted(order)))
    main = parts[0].benefit
    subject = kb.topics[query.topic].name if query.topic and len(parts) > 1 else main.title
    asked = aspect_of(kb, query)
    substituted = query.aspect is not None and all(p.aspect != p.asked for p in parts if p.resolution.layers)
    if missing_locally and asked == "amount":
        blocks.append(say("nothing_local", place=place, benefit=subject))
    elif substituted:
        blocks.append(say("nothing_aspect", place=place or "", benefit=subject, aspect=kb.aspects[asked].title))
    elif place and asked == "amount" and not any(f.value is not None for f in facts):
        blocks.append(say("nothing_figure", place=place, benefit=subject))
    if substituted:
        blocks.append(say("instead"))
    spared = missing_locally and asked == "fee" and not substituted
    if len(codes) == 1 and codes[0] != COUNTRY and coverage != r.INHERITED:
        blocks.append(say("amount_heading", place=kb.regions[codes[0]].name, benefit=subject))
        blocks += sections[codes[0]]
    else:
        if codes and (spared or not (missing_locally or substituted)):
            blocks.append(say("amount_heading", place=place or "", benefit=subject))
        for code in codes:
            blocks.append(_layer_heading(kb, query, say, code, coverage))
            blocks += sections[code]
    if spared:
        # What the whole country is spared comes first; that the place adds nothing we know of comes after.
        blocks.append(say("nothing_local", place=place, benefit=subject))
    if unplaced:
        blocks.append(say("ask_place"))
    elif missing_locally or historic_shown or substituted:
        blocks.append(_whom_to_ask(kb, query, say, main, latest=not (missing_locally or substituted)))
    blocks.append(say.sources(citations.items))
    return Answer(
        kind="answer",
        text="\n".join(b for b in blocks if b),
        kb_version=kb.version,
        as_of=query.as_of,
        benefit=main.id,
        also=query.benefits[1:],
        aspect=asked,
        region=query.region,
        coverage=coverage,
        citations=tuple(citations.items),
        facts=tuple(facts),
        quick_replies=_places(kb, query) if unplaced else _next_aspects(kb, query, asked),
    )


def _whom_to_ask(kb: KnowledgeBase, query: Query, say: Wording, benefit: Benefit, latest: bool) -> str:
    """Who knows: the leading department of the place, where one goes with such things, and 12345."""
    place = kb.regions[query.region].name if query.region and query.region != COUNTRY else ""
    key = "ask" if latest else "ask_school" if benefit.field in {"幼有所育", "学有所教"} else "ask_someone"
    return say(key, place=place, department=kb.department(benefit.id, query.region), hotline=say.hotline)


def _layer_heading(kb: KnowledgeBase, query: Query, say: Wording, code: str, coverage: str) -> str:
    if code == COUNTRY:
        return say("layer_national")
    if coverage == r.INHERITED and query.region:
        return say("layer_inherited", place=kb.regions[code].name, asked=kb.regions[query.region].name)
    return say("layer_local", place=kb.regions[code].name)


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


def _cut(held: tuple[r.Held, ...], statements: int, words: str) -> tuple[r.Held, ...]:
    """What one layer shows: figures, then as many statements as can be read, goals only beside little else."""
    standards = [h for h in held if h.provision.nature != "target"]
    if len(standards) >= 2:
        held = tuple(standards)
    figures = [h for h in held if h.provision.value is not None]
    said = [h for h in held if h.provision.value is None][:statements]
    if len(figures) > MAX_FIGURES:
        figures = _named_first(figures, words)[:MAX_FIGURES]
        return (*figures, *said)
    return tuple(h for h in held if h in figures or h in said)


def _best(coverages: Iterable[str]) -> str:
    found = set(coverages)
    return next(c for c in (r.LOCAL, r.INHERITED, r.NATIONAL, r.NONE) if c in found)


def _fact(h: r.Held, place: str, part: _Part, citation: int) -> Fact:
    p = h.provision
    return Fact(
        benefit=p.benefit, aspect=p.aspect, region=p.region, region_name=place, value=p.value, unit=p.unit,
        period=p.period, per=p.per, name=p.name, audience=p.audience.label, nature=p.nature,
        comparator=p.comparator, as_at=p.as_at or p.effective_from, historic=h.historic, statement=p.statement,
        citation=citation,
    )


def _nothing(kb: KnowledgeBase, query: Query, say: Wording) -> Answer:
    benefit = kb.benefits[query.benefits[0]]
    place = kb.regions[query.region].name if query.region else ""
    earlier = any(
        p.benefit in query.benefits and p.region in {x.code for x in kb.chain(query.region)} for p in kb.provisions
    )
    subject = kb.topics[query.topic].name if query.topic and len(query.benefits) > 1 else benefit.title
    if earlier:
        day = f"{query.as_of.year}年{query.as_of.month}月{query.as_of.day}日"
        first = say("nothing_on_day", place=place, benefit=subject, day=day)
    else:
        first = say("nothing_at_all", place=place, benefit=subject)
    ask = _whom_to_ask(kb, query, say, benefit, latest=False)
    return Answer(
        "notice", f"{first}\n{ask}", kb.version, query.as_of, benefit.id, query.benefits[1:], aspect_of(kb, query),
        query.region, quick_replies=() if query.region else _places(kb, query),
    )


def _ask_place(kb: KnowledgeBase, query: Query, say: Wording) -> Answer:
    benefit = kb.benefits[query.benefits[0]]
    subject = kb.topics[query.topic].name if query.topic and len(query.benefits) > 1 else benefit.title
    return Answer(
        "clarify", say("ask_place_only", benefit=subject), kb.version, query.as_of, benefit.id, query.benefits[1:],
        aspect_of(kb, query), None, quick_replies=_places(kb, query),
    )


def _which_benefit(kb: KnowledgeBase, query: Query, say: Wording) -> Answer:
    offered = ("minimum_living_allowance", "extreme_poverty_support", "old_age_allowance", "preschool_fee_waiver",
               "disability_living_subsidy")
    replies = tuple(
        QuickReply(kb.benefits[b].title, kb.benefits[b].title, benefit=b, aspect=query.aspect, region=query.region)
        for b in offered if b in kb.benefits
    )
    return Answer("clarify", say("which_benefit"), kb.version, query.as_of, aspect=query.aspect, region=query.region,
                  quick_replies=replies)


def which_place(kb: KnowledgeBase, query: Query, codes: tuple[str, ...], name: str) -> Answer:
    """Ask back when several places share the name."""
    replies = tuple(
        QuickReply(kb.full_name(c), kb.full_name(c), region=c, aspect=query.aspect, **_subject(query))
        for c in codes[:8]
    )
    text = Wording(kb)("which_place", name=name)
    return Answer("clarify", text, kb.version, query.as_of, query.benefits[0] if query.benefits else None,
                  query.benefits[1:], query.aspect, None, quick_replies=replies)


def office_answer(kb: KnowledgeBase, office: str, as_of: dt.date) -> Answer:
    """A hotline or office: number first."""
    o = kb.offices[office]
    say = Wording(kb)
    text = say("office" if o.phone else "office_without_phone", name=o.name, phone=o.phone or "", purpose=o.purpose)
    return Answer("answer", text, kb.version, as_of, aspect="contact", region=o.region, coverage=r.NATIONAL)


def _subject(query: Query) -> dict[str, str | None]:
    """What a quick reply must repeat to be about the same thing."""
    if query.topic and len(query.benefits) > 1:
        return {"topic": query.topic}
    return {"benefit": query.benefits[0] if query.benefits else None}


def _places(kb: KnowledgeBase, query: Query) -> tuple[QuickReply, ...]:
    """Places where we hold something local on what is asked."""
    codes = dict.fromkeys(p.region for p in kb.provisions if p.benefit in query.benefits and p.region != COUNTRY)
    small_first = sorted(codes, key=lambda c: -len(kb.chain(c)))
    return tuple(QuickReply(kb.regions[c].name, kb.regions[c].name, region=c, **_subject(query), aspect=query.aspect)
                 for c in small_first[:MAX_REPLIES])


def _next_aspects(kb: KnowledgeBase, query: Query, asked: str) -> tuple[QuickReply, ...]:
    """What else is recorded on this benefit for this place."""
    benefit = query.benefits[0]
    replies = []
    for aspect in kb.aspects.values():
        if aspect.id in {asked, "overview", "basis"}:
            continue
        if r.resolve(kb, benefit, aspect.id, query.region, query.group, query.as_of).layers:
            title = kb.benefits[benefit].title
            says = f"{title}{aspect.question}"
            replies.append(QuickReply(aspect.title, says, aspect=aspect.id, region=query.region, **_subject(query)))
    return tuple(replies[:MAX_REPLIES])
