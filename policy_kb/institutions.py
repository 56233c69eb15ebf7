"""Care homes and other places that take people in: found by place and need, told with their source. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from policy_kb import resolve as r
from policy_kb.answers import Answer, Citation, Fact, Query, QuickReply
from policy_kb.knowledge import COUNTRY, Institution, KnowledgeBase, Region
from policy_kb.resolve import STALE_AFTER_MONTHS, add_months
from policy_kb.wording import Wording, day_name

MAX_SHOWN = 6


@dataclass(frozen=True)
class Found:
    """Institutions for a place. ``around`` is the wider place they are in, None where they are in the place itself;
    ``all_needs`` is False where none is known to meet every need.
    """

    institutions: tuple[Institution, ...]
    around: Region | None
    all_needs: bool


def find(kb: KnowledgeBase, kind: str, region: str, needs: frozenset[str] = frozenset(), words: str = "") -> Found:
    """Institutions of a kind in the place, else in the nearest wider place (never the whole country) that has some.

    Those whose source says that they meet the needs; where none does, all of them.
    """
    for place in kb.chain(region):
        if place.code == COUNTRY and region != COUNTRY:
            break
        there = [i for i in kb.institutions.values() if _is(i, kind, words) and _inside(kb, i, place.code)]
        if there:
            fitting = [i for i in there if needs <= set(i.needs)]
            chosen = fitting or there
            chosen = sorted(chosen, key=lambda i: (-len(needs & set(i.needs)), not i.admits, not i.beds))
            return Found(tuple(chosen), None if place.code == region else place, bool(fitting) or not needs)
    return Found((), None, False)


def _inside(kb: KnowledgeBase, i: Institution, code: str | None) -> bool:
    return code in {x.code for x in kb.chain(i.region)}


def _is(i: Institution, kind: str, words: str) -> bool:
    if "民办" in words and i.public:
        return False
    # A welfare centre takes children and old people; whoever asks for either is shown it.
    return i.kind == kind or (kind == "children_home" and "children" in i.needs)


def institutions_answer(kb: KnowledgeBase, query: Query, say: Wording) -> Answer:
    """The institutions named, or those of the kind looked for in the place; ``clarify`` where no place is known."""
    if query.institutions:
        named = [kb.institutions[i] for i in query.institutions if i in kb.institutions]
        if not named:
            return Answer("notice", say("institution_gone", hotline=say.hotline), kb.version, query.as_of, aspect="where")
        # Asked for by name, it is where it is, whatever place was talked about before.
        there = replace(query, region=named[0].region)
        return _told(kb, there, say, named, [], named[0].region, named[0].benefits[0] if named[0].benefits else None)
    kind = kb.institution_kinds[query.seeks or ""]
    if query.region is None or query.region == COUNTRY:
        fitting = [i for i in kb.institutions.values() if _is(i, kind.id, query.words) and query.needs <= set(i.needs)]
        if query.needs and 1 <= len(fitting) <= MAX_SHOWN:
            return _told(kb, query, say, fitting, [], COUNTRY, kind.benefit)
        return Answer(
            "clarify", say("institutions_which_place", kind=kind.label), kb.version, query.as_of, kind.benefit,
            aspect="where", quick_replies=_places(kb, kind.id),
        )
    found = find(kb, kind.id, query.region, query.needs, query.words)
    values = {
        "place": kb.regions[query.region].name, "kind": kind.label, "count": len(found.institutions),
        "needs": "、".join(kb.needs[n].label for n in sorted(query.needs)), "around": found.around.name if found.around else "",
    }
    if not found.institutions:
        text = say("institutions_none", **values) + "\n" + _whom_to_ask(kb, say, kind.benefit, query.region)
        return Answer(
            "notice", text, kb.version, query.as_of, kind.benefit, aspect="where", region=query.region, lacks="everything"
        )
    first = (
        "institutions_near_other_needs" if found.around and not found.all_needs
        else "institutions_near" if found.around else "institutions_other_needs" if not found.all_needs
        else "institutions_in_needs" if query.needs else "institutions_in"
    )
    return _told(kb, query, say, list(found.institutions), [say(first, **values)], query.region, kind.benefit)


def _told(
    kb: KnowledgeBase, query: Query, say: Wording, institutions: list[Institution], before: list[str], region: str,
    benefit: str | None,
) -> Answer:
    shown = institutions[:MAX_SHOWN]
    facts, citations = institution_facts(kb, shown, query.as_of)
    lines = [say("bullet", text=f.statement) for f in facts]
    if len(institutions) > MAX_SHOWN:
        lines.append(say("institution_more", count=len(institutions) - MAX_SHOWN))
    after = _whom_to_ask(kb, say, benefit, region) if benefit else ""
    text = [*before, *lines, after, say.sources(citations)]
    local = any(_inside(kb, i, query.region) for i in shown)
    return Answer(
        "answer", "\n".join(x for x in text if x), kb.version, query.as_of, benefit, aspect="where",
        region=query.region or region, coverage=r.LOCAL if local or not query.region else r.INHERITED, citations=citations,
        facts=facts,
    )


def institution_facts(
    kb: KnowledgeBase, institutions: list[Institution], as_of: dt.date
) -> tuple[tuple[Fact, ...], tuple[Citation, ...]]:
    """What is known of each, as facts (the value is the number of beds), with where it stands."""
    say = Wording(kb)
    citations: dict[tuple, Citation] = {}
    facts = []
    for i in institutions:
        key = (i.document, i.section)
        citations.setdefault(key, _citation(kb, i, as_of))
        facts.append(
            Fact(
                benefit=i.benefits[0] if i.benefits else kb.institution_kinds[i.kind].benefit, aspect="where", region=i.region,
                region_name=kb.regions[i.region].name, value=i.beds, unit="张" if i.beds else None, period=None, per=None,
                name=i.name, audience=None, nature="reported", comparator="at_least" if i.beds_at_least else "exact",
                as_at=i.as_at, historic=_old(i, as_of), statement=_line(kb, say, i), citation=list(citations).index(key),
            )
        )
    return tuple(facts), tuple(citations.values())


def _line(kb: KnowledgeBase, say: Wording, i: Institution) -> str:
    beds = say("institution_beds_at_least" if i.beds_at_least else "institution_beds", count=i.beds) if i.beds else ""
    phone = say("institution_phone", phone=i.phone) if i.phone else ""
    said = [x.strip().rstrip("。") for x in (i.admits, beds, i.address, phone, i.note) if x]
    when = say("institution_when", when=day_name(i.as_at)) if i.as_at else ""
    return say(
        "institution", name=i.name, place=kb.full_name(i.region), said="：" + "；".join(said) + "。" if said else "", when=when
    )


def _old(i: Institution, as_of: dt.date) -> bool:
    return bool(i.as_at and add_months(i.as_at, STALE_AFTER_MONTHS) < as_of)


def _citation(kb: KnowledgeBase, i: Institution, as_of: dt.date) -> Citation:
    d = kb.documents[i.document]
    old = _old(i, as_of) or bool(d.ended_on() and d.ended_on() < as_of)
    return Citation(
        d.title, i.section, d.issuer, d.number, d.published, d.effective_from, d.ended_on(), False if old else None, d.url
    )


def _whom_to_ask(kb: KnowledgeBase, say: Wording, benefit: str, region: str) -> str:
    place = "" if region == COUNTRY else kb.regions[region].name
    return say("institution_ask", place=place, department=kb.department(benefit, region), hotline=say.hotline)


def _places(kb: KnowledgeBase, kind: str) -> tuple[QuickReply, ...]:
    """Provinces where we hold such institutions, those with most first."""
    count: dict[str, int] = {}
    for i in kb.institutions.values():
        if i.kind == kind:
            province = kb.chain(i.region)[-2].code
            count[province] = count.get(province, 0) + 1
    best = sorted(count, key=lambda c: (-count[c], c))[:5]
    return tuple(QuickReply(kb.regions[c].name, kb.regions[c].name, region=c, seeks=kind) for c in best)
