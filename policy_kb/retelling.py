"""What was answered, once more: where it stands, and what else is held on it. Pure, like ``answer()``."""

from __future__ import annotations

from dataclasses import replace

from policy_kb import resolve as r
from policy_kb.answering import answer, fact_of
from policy_kb.answers import Answer, Query
from policy_kb.knowledge import COUNTRY, KnowledgeBase
from policy_kb.relevance import unlike
from policy_kb.wording import Citations, Wording, day_name

# So many lines are read at once, and so many of an aspect that was not asked about.
LINES_MORE, LINES_OF_OTHERS = 6, 3


def sources_answer(kb: KnowledgeBase, query: Query) -> Answer | None:
    """Which documents the answer to ``query`` rests on, one by one, and from when its figures are; None where there are none."""
    told = answer(kb, query)
    if told.kind != "answer" or not told.citations:
        return None
    say = Wording(kb)
    lines = [say("told_from", place=_place(kb, told), benefit=kb.benefits[told.benefit].title)]
    for in_force in (True, None, False):
        documents = say.documents(c for c in told.citations if c.in_force is in_force)
        lines += [say("bullet", text=d + (say("told_from_over") if in_force is False else "")) for d in documents]
    days = sorted({f.as_at for f in told.facts if f.value is not None and f.as_at})
    if days:
        old = any(f.historic for f in told.facts if f.value is not None)
        lines.append(say("told_figures_old" if old else "told_figures", days="、".join(dict.fromkeys(map(day_name, days)))))
    department = kb.department(told.benefit, told.region)
    lines.append(say("told_check", place=_place(kb, told), department=department, hotline=say.hotline))
    return replace(told, text="\n".join(lines), asks_place=False)


def more_answer(kb: KnowledgeBase, query: Query, page: int) -> Answer | None:
    """What the base holds beyond the answer to ``query``: the rest of what was asked, then other aspects; page 1 is the first.

    None where there is no such page.
    """
    told = answer(kb, query)
    if told.benefit is None:
        return None
    benefits = (told.benefit, *told.also)
    lines = _not_told(kb, query, benefits, told)[(page - 1) * LINES_MORE : page * LINES_MORE]
    if not lines:
        return None
    say, citations, facts, text = Wording(kb), Citations(kb), [], []
    heading = None
    for aspect, region, held in lines:
        if aspect != heading:
            text.append(say("more_heading", aspect=kb.aspects[aspect].title))
            heading = aspect
        text += [_with_place(kb, say, region, line) for line in say.lines([held])]
        facts.append(fact_of(held, kb.regions[region].name, citations.add(held)))
    first = say("more", place=_place(kb, told), benefit=kb.benefits[told.benefit].title)
    local = [f.region for f in facts if f.region != COUNTRY]
    coverage = r.NATIONAL if not local else r.LOCAL if query.region in local else r.INHERITED
    return Answer(
        "answer", "\n".join([first, *text, say.sources(citations.items)]), kb.version, query.as_of, told.benefit, told.also,
        told.aspect, query.region, coverage, tuple(citations.items), tuple(facts), told.quick_replies,
    )


def no_more_answer(kb: KnowledgeBase, query: Query) -> Answer:
    """That all is said, and whom to ask for the rest."""
    say, benefit = Wording(kb), kb.benefits[query.benefits[0]]
    place = kb.regions[query.region].name if query.region and query.region != COUNTRY else ""
    department = kb.department(benefit.id, query.region)
    text = say("no_more", place=place, benefit=benefit.title, department=department, hotline=say.hotline)
    return Answer("notice", text, kb.version, query.as_of, benefit.id, query.benefits[1:], query.aspect, query.region)


def _not_told(
    kb: KnowledgeBase, query: Query, benefits: tuple[str, ...], told: Answer
) -> list[tuple[str, str, r.Held]]:
    """(aspect, region, provision), what was asked before other aspects, the place before the country."""
    said = {f.statement for f in told.facts}
    asked = told.aspect or "overview"
    order = [asked, *(a for a in kb.aspects if a not in {asked, "contact", "basis"})]
    found: list[tuple[str, str, r.Held]] = []
    before: list[r.Held] = []
    for aspect in order:
        for benefit in benefits:
            for layer in r.resolve(kb, benefit, aspect, query.region, query.group, query.as_of).layers:
                new = unlike((h for h in layer.held if h.provision.statement not in said), before)
                before += new
                found += [(aspect, layer.region.code, h) for h in (new if aspect == asked else new[:LINES_OF_OTHERS])]
    return found


def _with_place(kb: KnowledgeBase, say: Wording, region: str, line: str) -> str:
    if region == COUNTRY or not line.startswith(say("bullet", text="")):
        return line
    return say("bullet", text=say("more_place", place=kb.regions[region].name, text=line.removeprefix(say("bullet", text=""))))


def _place(kb: KnowledgeBase, told: Answer) -> str:
    return kb.regions[told.region].name if told.region and told.region != COUNTRY else ""
