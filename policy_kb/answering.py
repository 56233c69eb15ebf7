"""``answer(kb, query)``: the one answer core of chat, lookup and review. Pure: same base, same query, same answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from policy_kb import resolve as r
from policy_kb.answers import Answer, Fact, Query, QuickReply
from policy_kb.institutions import institutions_answer
from policy_kb.knowledge import COUNTRY, Benefit, KnowledgeBase
from policy_kb.parts import (
    MAX_STATEMENTS,
    MAX_STATEMENTS_BESIDE,
    MAX_STATEMENTS_EACH,
    MONEY,
    Part,
    aspect_of,
    differs_locally,
    held_somewhere,
    inner_places,
    look_up,
    shown,
)
from policy_kb.per_base import per_base
from policy_kb.relevance import Direct, direct, unlike
from policy_kb.wording import Citations, Wording

MAX_REPLIES = 5
# What else speaks of the very thing asked, behind a figure.
MAX_BESIDE_FIGURE = 2


def answer(kb: KnowledgeBase, query: Query) -> Answer:
    """Answer one question from what the base holds.

    Returns kind ``answer`` with facts and citations; ``clarify`` where the place decides and was not said;
    ``notice`` where nothing is held, with whom to ask.
    """
    say = Wording(kb)
    if query.institutions or query.seeks:
        return institutions_answer(kb, query, say)
    said = direct(kb, query)
    if not query.benefits:
        if not said.strong and not query.guessed:
            return _which_benefit(kb, query, say)
        query = replace(query, benefits=said.benefits[:1] if said.strong else (query.guessed,))
    elif said.strong and not set(said.benefits) & set(query.benefits):
        # 优待金算不算低保的收入: the rule stands with the status, not with what is named beside it.
        query = replace(query, benefits=said.benefits[:1], topic=None)
    parts = [look_up(kb, query, b) for b in (query.benefits[:1] if query.brief else query.benefits)]
    if query.brief:
        parts = [_nearest_layer(p) for p in parts]
    held = [p for p in parts if p.resolution.layers]
    if not held and not said.held:
        if query.region is None and not query.place_asked and held_somewhere(kb, query):
            return _ask_place(kb, query, say)
        return _nothing(kb, query, say)
    unplaced = query.region is None and differs_locally(kb, query) or bool(inner_places(kb, query, held))
    silent = all(p.aspect != p.asked for p in held) and not said.held
    if unplaced and not query.place_asked and query.aspect == "amount" and silent:
        return _ask_place(kb, query, say)
    return _compose(kb, query, say, held, unplaced, said)


def _nearest_layer(part: Part) -> Part:
    """Only what is nearest to the place."""
    return replace(part, resolution=replace(part.resolution, layers=part.resolution.layers[:1]))


@dataclass
class _Shown:
    """What an answer shows: its lines by region, the regions in the order they are told, facts and citations."""

    lines: dict[str, list[str]]
    order: list[str]
    facts: list[Fact]
    citations: Citations

    @property
    def historic(self) -> bool:
        return any(f.historic for f in self.facts)


def _show(kb: KnowledgeBase, query: Query, say: Wording, parts: list[Part], said: Direct) -> _Shown:
    """Choose and word what each region's documents say. Asked how much, a place's figure comes first, old or not; else what
    speaks of the very thing asked, then what holds before what is historic, local before national.
    """
    lines: dict[str, list[str]] = {}
    order: list[tuple[bool, bool, int, int, str]] = []
    facts: list[Fact] = []
    citations = Citations(kb)
    figure_first = query.aspect == "amount" and any(_has_figure(x.held) for p in parts for x in p.resolution.layers)
    direct_held = said.held[:MAX_BESIDE_FIGURE] if figure_first else said.held
    mine = {h.provision.id for _, h in direct_held}

    def tell_direct(figures: bool | None = None) -> None:
        for number, (region, h) in enumerate(direct_held):
            if figures is not None and figures != _has_figure([h]):
                continue
            later = figure_first and not _has_figure([h])
            order.append((later, not figure_first and h.historic, -1, number, region.code))
            lines.setdefault(region.code, []).extend(say.lines([h]))
            facts.append(fact_of(h, region.name, citations.add(h)))

    first = (said.strong or query.aspect is None) and not figure_first
    if first or figure_first:
        tell_direct(figures=True if figure_first else None)
    # What several benefits cover together (幼儿园费用) is told of each, however well one sentence fits.
    if said.strong and query.aspect is None and len(query.benefits) == 1:
        parts = []
    told = [h for _, h in direct_held]
    for number, part in enumerate(parts):
        brief = len(parts) > 1 or part.aspect in MONEY
        for depth, layer in enumerate(part.resolution.layers):
            most = 1 if query.brief else MAX_STATEMENTS_BESIDE if mine else MAX_STATEMENTS_EACH if brief else MAX_STATEMENTS
            held = tuple(unlike((h for h in shown(layer.held, most, query.words) if h.provision.id not in mine), told))
            told += held
            if not held:
                continue
            code = layer.region.code
            later = figure_first and not _has_figure(held)
            order.append((later, not figure_first and all(h.historic for h in held), depth, number, code))
            heading = [say("subject_heading", benefit=part.benefit.title)] if len(query.benefits) > 1 else []
            lines.setdefault(code, []).extend(heading + say.lines(held))
            facts += [fact_of(h, layer.region.name, citations.add(h)) for h in held]
    if not first:
        tell_direct(figures=False if figure_first else None)
    ordered = list(dict.fromkeys(code for *_, code in sorted(order)))
    return _Shown(lines, ordered, facts, citations)


def _has_figure(held: Iterable[r.Held]) -> bool:
    """Whether a sum of money stands among them: what somebody who asks how much wants to hear."""
    return any(h.provision.value is not None and h.provision.unit == "元" for h in held)


def _compose(kb: KnowledgeBase, query: Query, say: Wording, held: list[Part], unplaced: bool, said: Direct) -> Answer:
    told = _show(kb, query, say, held, said)
    nearest = [r.coverage_of(query.region, [r.Layer(region, (h,))]) for region, h in said.held]
    coverage = _best((*(p.resolution.coverage for p in held), *nearest))
    asked = said.held[0][1].provision.aspect if said.strong and query.aspect is None else aspect_of(kb, query)
    return Answer(
        kind="answer",
        text="\n".join(_framed(kb, query, say, held, told, coverage, unplaced, said.strong)),
        kb_version=kb.version,
        as_of=query.as_of,
        benefit=query.benefits[0],
        also=query.benefits[1:],
        aspect=asked,
        region=query.region,
        coverage=coverage,
        citations=tuple(told.citations.items),
        facts=tuple(told.facts),
        quick_replies=_places(kb, query) if unplaced else _next_aspects(kb, query, asked),
        asks_place=unplaced and not query.place_asked,
        lacks=_lacks(kb, query, held, told, coverage, said.strong),
    )


def _is_elsewhere(query: Query, coverage: str) -> bool:
    """Whether a place is asked about that has nothing of its own."""
    return query.region not in (None, COUNTRY) and coverage == r.NATIONAL


def _is_substituted(query: Query, held: list[Part], found: bool) -> bool:
    """Whether another aspect is told instead of the one asked about."""
    return query.aspect is not None and all(p.aspect != p.asked for p in held) and not found


def _lacks_figure(kb: KnowledgeBase, query: Query, told: _Shown) -> bool:
    return query.region is not None and aspect_of(kb, query) == "amount" and not any(f.value is not None for f in told.facts)


def _lacks(kb: KnowledgeBase, query: Query, held: list[Part], told: _Shown, coverage: str, found: bool) -> str | None:
    """Which of :data:`~policy_kb.answers.LACKS` the answer says, in the order in which :func:`_framed` says it."""
    if aspect_of(kb, query) == "contact" and _numbers_to_call(kb, query, Wording(kb)):
        return None
    elsewhere = _is_elsewhere(query, coverage)
    if not (elsewhere and aspect_of(kb, query) == "amount") and _is_substituted(query, held, found):
        return "point"
    if elsewhere:
        return "local"
    return "point" if not found and _lacks_figure(kb, query, told) else None


def _framed(
    kb: KnowledgeBase, query: Query, say: Wording, held: list[Part], told: _Shown, coverage: str, unplaced: bool,
    found: bool,
) -> list[str]:
    """The lines with what must be said before and after them: what is missing, whom to ask, the sources."""
    place = kb.regions[query.region].name if query.region else ""
    asked, subject = aspect_of(kb, query), _subject_title(kb, query)
    elsewhere, substituted = _is_elsewhere(query, coverage), _is_substituted(query, held, found)
    # What the whole country is spared comes first; that the place adds nothing we know of comes after.
    spared = elsewhere and asked == "fee" and not substituted
    before: list[str] = []
    if found:
        pass
    elif elsewhere and asked == "amount":
        before.append(say("nothing_local", place=place, benefit=subject))
    elif substituted:
        before.append(say("nothing_aspect", place=place, benefit=subject, aspect=kb.aspects[asked].title))
    elif _lacks_figure(kb, query, told):
        before.append(say("nothing_figure", place=place, benefit=subject))
    if substituted:
        before.append(say("instead"))
    numbers = _numbers_to_call(kb, query, say) if asked == "contact" else []
    if numbers:
        before = []
    after = [say("nothing_local", place=place, benefit=subject)] if spared else []
    if asked == "where":
        after += _who_leads(kb, query, say)
    if unplaced and not query.place_asked:
        after.append(say("ask_place"))
    elif elsewhere or told.historic or substituted:
        latest = not (elsewhere or substituted)
        after.append(_whom_to_ask(kb, query, say, kb.benefits[query.benefits[0]], latest))
    sources = say.sources(told.citations.items)
    headed = spared or not (elsewhere or substituted)
    middle = _under_headings(kb, query, say, told, coverage, subject if headed else None)
    return [*before, *numbers, *middle, *after, *([sources] if sources else [])]


def _numbers_to_call(kb: KnowledgeBase, query: Query, say: Wording) -> list[str]:
    """The hotlines and offices for what is asked, those of the place first."""
    places = [r.code for r in kb.chain(query.region)]
    fitting = [o for o in kb.offices.values() if query.benefits[0] in o.benefits and o.region in places]
    fitting.sort(key=lambda o: places.index(o.region))
    return [
        say("office" if o.phone else "office_without_phone", name=o.name, phone=o.phone or "", purpose=o.purpose)
        for o in fitting
    ]


def _under_headings(
    kb: KnowledgeBase, query: Query, say: Wording, told: _Shown, coverage: str, subject: str | None
) -> list[str]:
    """Each region's lines under its name; one region's own alone need no second heading."""
    if len(told.order) == 1 and told.order[0] != COUNTRY and coverage != r.INHERITED:
        (code,) = told.order
        return [say("amount_heading", place=kb.regions[code].name, benefit=_subject_title(kb, query)), *told.lines[code]]
    place = kb.regions[query.region].name if query.region else ""
    found = [say("amount_heading", place=place, benefit=subject)] if subject and told.order else []
    for code in told.order:
        found += [_layer_heading(kb, query, say, code, coverage), *told.lines[code]]
    return found


def _who_leads(kb: KnowledgeBase, query: Query, say: Wording) -> list[str]:
    """Which department leads, where the place's own documents say so."""
    lead = kb.lead_of.get((query.region or "", query.benefits[0]))
    if lead is None:
        return []
    place = kb.regions[lead.region].name
    if lead.document is None:
        return [say("lead", place=place, department=lead.department)]
    return [say("lead_said", place=place, department=lead.department, document=kb.documents[lead.document].title)]


def _subject_title(kb: KnowledgeBase, query: Query) -> str:
    if query.topic and len(query.benefits) > 1:
        return kb.topics[query.topic].name
    return kb.benefits[query.benefits[0]].title


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


def _best(coverages: Iterable[str]) -> str:
    found = set(coverages)
    return next(c for c in (r.LOCAL, r.INHERITED, r.NATIONAL, r.NONE) if c in found)


def fact_of(h: r.Held, place: str, citation: int) -> Fact:
    """A provision as a fact; ``citation`` is its index among the citations beside it."""
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
    subject = _subject_title(kb, query)
    if earlier:
        day = f"{query.as_of.year}年{query.as_of.month}月{query.as_of.day}日"
        first = say("nothing_on_day", place=place, benefit=subject, day=day)
    else:
        first = say("nothing_at_all", place=place, benefit=subject)
    ask = _whom_to_ask(kb, query, say, benefit, latest=False)
    numbers = _numbers_to_call(kb, query, say) if aspect_of(kb, query) == "contact" else []
    return Answer(
        "notice", "\n".join([*numbers, ask] if numbers else [first, ask]), kb.version, query.as_of, benefit.id,
        query.benefits[1:], aspect_of(kb, query), query.region, quick_replies=() if query.region else _places(kb, query),
        lacks=None if numbers else "everything",
    )


def _ask_place(kb: KnowledgeBase, query: Query, say: Wording) -> Answer:
    benefit = kb.benefits[query.benefits[0]]
    subject = _subject_title(kb, query)
    return Answer(
        "clarify", say("ask_place_only", benefit=subject), kb.version, query.as_of, benefit.id, query.benefits[1:],
        aspect_of(kb, query), None, quick_replies=_places(kb, query), asks_place=True,
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


def perhaps_meant(kb: KnowledgeBase, query: Query) -> Answer:
    """Ask back whether the benefit understood is the one meant, where the question may be about something else altogether."""
    subject = _subject_title(kb, query)
    reply = QuickReply(subject, subject, aspect=query.aspect, region=query.region, **_subject(query))
    return Answer("clarify", Wording(kb)("perhaps", benefit=subject), kb.version, query.as_of, query.benefits[0],
                  query.benefits[1:], query.aspect, query.region, quick_replies=(reply,))


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
    only = o.benefits[0] if len(o.benefits) == 1 else None
    return Answer("answer", text, kb.version, as_of, only, aspect="contact", region=o.region, coverage=r.NATIONAL)


def _subject(query: Query) -> dict[str, str | None]:
    """What a quick reply must repeat to be about the same thing."""
    if query.topic and len(query.benefits) > 1:
        return {"topic": query.topic}
    return {"benefit": query.benefits[0] if query.benefits else None}


def _places(kb: KnowledgeBase, query: Query) -> tuple[QuickReply, ...]:
    """Places where we hold something local on what is asked."""
    among = sorted(place for b in query.benefits for place in _local(kb).get(b, ()))
    codes = list(dict.fromkeys(code for _, code in among))
    if query.region:
        codes = [c for c in codes if query.region in {x.code for x in kb.chain(c)[1:]}]
    small_first = sorted(codes, key=lambda c: -len(kb.chain(c)))
    return tuple(QuickReply(kb.regions[c].name, kb.regions[c].name, region=c, **_subject(query), aspect=query.aspect)
                 for c in small_first[:MAX_REPLIES])


@per_base
def _local(kb: KnowledgeBase) -> dict[str, list[tuple[int, str]]]:
    """The places below the country that hold something on each benefit, with the number of the first such provision."""
    found: dict[str, dict[str, int]] = {}
    for number, p in enumerate(kb.provisions):
        if p.region != COUNTRY:
            found.setdefault(p.benefit, {}).setdefault(p.region, number)
    return {benefit: [(number, code) for code, number in places.items()] for benefit, places in found.items()}


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
        if len(replies) == MAX_REPLIES:
            break
    return tuple(replies)
