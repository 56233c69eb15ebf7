"""From mentions to what is asked: which benefits, which aspect, for whom, where and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import regex

from policy_kb import names
from policy_kb.knowledge import KnowledgeBase
from policy_kb.names import Mention

# Of several aspects named, the one a plain 多少 or 怎么办 only accompanies comes first.
_PRIORITY = ("materials", "contact", "time_limit", "where", "basis", "eligibility", "fee", "procedure", "amount", "overview")


@dataclass(frozen=True)
class Understanding:
    """What one text says. None or empty: not said. ``guessed``: a benefit that it names no name of, but likely means.
    ``department``: the hotline of a department that is named, whether or not its number is asked for. ``hinted``: the benefits
    are only what somebody of that age or kind may mean, in the middle of a conversation they are no new subject.
    """

    benefits: tuple[str, ...] = ()
    topic: str | None = None
    aspect: str | None = None
    regions: tuple[str, ...] = ()
    ambiguous_regions: tuple[str, ...] = ()
    residence: str | None = None
    categories: frozenset[str] = frozenset()
    age: tuple[int, int] | None = None
    year: int | None = None
    office: str | None = None
    out_of_scope: str | None = None
    institutions: tuple[str, ...] = ()
    seeks: str | None = None
    needs: frozenset[str] = frozenset()
    guessed: str | None = None
    department: str | None = None
    hinted: bool = False

    @property
    def names_subject(self) -> bool:
        return bool(self.benefits or self.institutions)

    @property
    def is_empty(self) -> bool:
        return replace(self, department=None, guessed=None, hinted=False) == Understanding()


def interpret(kb: KnowledgeBase, mentions: Iterable[Mention]) -> Understanding:
    """Read mentions together.

    A benefit that also is a status (低保, 特困, 孤儿) and stands beside another subject says who the person is, not what
    is asked: 低保户的孩子读幼儿园 asks about kindergarten. Of nested places the innermost counts; a name that several
    places share is narrowed by the others named.
    """
    by_kind: dict[str, list[Mention]] = {}
    for m in mentions:
        by_kind.setdefault(m.kind, []).append(m)
    categories = [v for m in by_kind.get(names.AUDIENCE, ()) for v in m.value]
    ages = [tuple(map(int, m.value[0].split("-"))) for m in by_kind.get(names.AGE, ())]
    if ages:
        categories += [a.id for a in kb.audiences.values() if a.age_from is not None and ages[0][0] >= a.age_from]
    benefits, topic = _subjects(kb, by_kind, categories)
    meant = next((m.value[0] for m in by_kind.get(names.MEANT, ()) if m.value[0] in kb.benefits), None)
    if meant:
        # 三级残疾低保户有生活补贴没: what is named beside says who the person is; 刚超低保一点点 says that he is none of them.
        if not kb.benefits[meant].status:
            categories += [status for b in benefits if (status := kb.benefits[b].status)]
        benefits, topic = (meant,), None
    hinted = bool(benefits) and not meant and _only_hinted(kb, by_kind, topic)
    guessed = next((m.value[0] for m in by_kind.get(names.SUBJECT, ()) if m.value[0] in kb.benefits), None)
    if guessed and hinted and topic is None:
        benefits = (guessed,)  # 上门给老人洗澡: what the whole text means rather than what any old person may want
    categories = [c for c in categories if not kb.audiences[c].hint]
    regions, ambiguous = _places(kb, by_kind.get(names.REGION, ()))
    found_aspects = {v for m in by_kind.get(names.ASPECT, ()) for v in m.value}
    residence = [c for c in categories if kb.audiences[c].dimension == "residence"]
    years = [int(m.value[0]) for m in by_kind.get(names.YEAR, ())]
    aspect = next((a for a in _PRIORITY if a in found_aspects), None)
    aspect = next((m.value[0] for m in by_kind.get(names.ASKS, ())), aspect)
    seeks, needs = _sought(by_kind, aspect)
    return Understanding(
        benefits=benefits,
        topic=topic,
        aspect=aspect,
        regions=regions,
        ambiguous_regions=ambiguous,
        residence=residence[0] if len(set(residence)) == 1 else None,
        categories=frozenset(c for c in categories if kb.audiences[c].dimension != "residence"),
        age=_spanned(ages),
        year=years[0] if years else None,
        office=_office(by_kind, aspect),
        department=next((m.value[0] for m in by_kind.get(names.OFFICE, ())), None),
        out_of_scope=next((m.value[0] for m in by_kind.get(names.OUT_OF_SCOPE, ())), None),
        institutions=tuple(dict.fromkeys(v for m in by_kind.get(names.INSTITUTION, ()) for v in m.value)),
        seeks=seeks,
        needs=needs,
        guessed=guessed,
        hinted=hinted,
    )


def _only_hinted(kb: KnowledgeBase, by_kind: dict[str, list[Mention]], topic: str | None) -> bool:
    """No benefit is named, and no topic but one that says who somebody is: 我老人家, 有残疾证."""
    if by_kind.get(names.BENEFIT) or by_kind.get(names.INSTITUTION):
        return False
    return topic is None or kb.topics[topic].generic and kb.topics[topic].aspect is None


def _spanned(ages: list[tuple[int, int]]) -> tuple[int, int] | None:
    """All ages named, from the youngest to the oldest: 80多和90多的老人."""
    return (min(a for a, _ in ages), max(b for _, b in ages)) if ages else None


def _office(by_kind: dict[str, list[Mention]], aspect: str | None) -> str | None:
    """The hotline or office asked for: by its own name, or a department's where a number is asked for (民政那边的专线)."""
    for m in by_kind.get(names.OFFICE, ()):
        if aspect == "contact" or _CALLS_IT_A_NUMBER.search(m.text):
            return m.value[0]
    return None


_CALLS_IT_A_NUMBER = regex.compile(r"电话|热线|专线|号码|中心|大厅|窗口|站|车|报警|火警|急救|援助|投诉|\d")


def _sought(by_kind: dict[str, list[Mention]], aspect: str | None) -> tuple[str | None, frozenset[str]]:
    """The kind of institution somebody looks for, and for whom: 广州有哪些养老院收失能老人, 沈阳养老院.

    养老院要交多少钱 looks for none.
    """
    kinds = by_kind.get(names.INSTITUTION_KIND, ())
    placed = by_kind.get(names.REGION) and aspect in {None, "where", "contact"}
    if not kinds or not (by_kind.get(names.SEEKING) or placed):
        return None, frozenset()
    longest = max(kinds, key=lambda m: m.end - m.start)
    return longest.value[0], frozenset(v for m in by_kind.get(names.NEED, ()) for v in m.value)


def _subjects(
    kb: KnowledgeBase, by_kind: dict[str, list[Mention]], categories: list[str]
) -> tuple[tuple[str, ...], str | None]:
    benefits = list(dict.fromkeys(v for m in by_kind.get(names.BENEFIT, ()) for v in m.value))
    topics = list(dict.fromkeys(v for m in by_kind.get(names.TOPIC, ()) for v in m.value))
    asked = _asked_about(kb, by_kind)
    if asked and topics:
        # 弟弟读初中，想问低保标准: what is asked stands right beside the name.
        topics, benefits = [], asked
    if len(topics) > 1 or benefits:
        specific = [t for t in topics if not kb.topics[t].generic]
        # 低保户的学费 asks about the fees; 残疾人能申请低保吗 asks about 低保.
        only_statuses = all(kb.benefits[b].status for b in benefits)
        topics = specific or [t for t in topics if only_statuses and (kb.topics[t].aspect or not benefits)][:1]
    if topics or len(benefits) > 1:
        status = [b for b in benefits if kb.benefits[b].status]
        rest = [b for b in benefits if b not in status]
        if topics or rest:
            categories += [kb.benefits[b].status for b in status]
            benefits = rest
    implied = [kb.audiences[c].benefit for c in categories if kb.audiences[c].benefit and not kb.audiences[c].hint]
    if implied and not benefits and all(kb.topics[t].generic and not kb.topics[t].aspect for t in topics):
        topics = []
    named = dict.fromkeys(benefits)
    for t in topics:
        # A benefit named in full narrows its topic: 残疾人护理补贴 is not both subsidies.
        if not set(kb.topics[t].benefits) & set(benefits):
            named.update(dict.fromkeys(kb.topics[t].benefits))
    if not named:
        implied = [kb.audiences[c].benefit for c in categories if kb.audiences[c].benefit]
        named = dict.fromkeys(implied[:1])
    return tuple(named), topics[0] if topics else None


def _asked_about(kb: KnowledgeBase, by_kind: dict[str, list[Mention]]) -> list[str]:
    """Statuses with a question of their own right behind them (低保标准), where no topic has one: not said of the person."""
    begins = {m.start for m in by_kind.get(names.ASPECT, ())}
    asked = [v for m in by_kind.get(names.BENEFIT, ()) if m.end in begins for v in m.value if kb.benefits[v].status]
    beside = any(m.end in begins for m in by_kind.get(names.TOPIC, ()))
    return [] if beside else list(dict.fromkeys(asked))


def _best_known(kb: KnowledgeBase, codes: set[str]) -> set[str]:
    """Of places that share a name a province, else a province's capital, is what the bare name means: 西安, 海南."""
    provinces = {c for c in codes if kb.regions[c].level == "province"}
    capitals = {c for c in codes if kb.regions[c].level == "city" and c.endswith("0100")}
    return provinces or capitals or codes


def _outermost(kb: KnowledgeBase, codes: set[str]) -> set[str]:
    """Of a city and a county in it that share their short name (朝阳市, 朝阳县) the bare name means the city."""
    return {c for c in codes if not codes & {r.code for r in kb.chain(c)[1:]}}


def _places(kb: KnowledgeBase, mentions: Iterable[Mention]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    mentions = list(mentions)
    candidates = [_outermost(kb, set(m.value)) for m in mentions]
    for before, after, group in zip(mentions, mentions[1:], candidates):
        # 綦江万盛 names the zone by the district around it, whatever authority the zone belongs to; 綦江和万盛 names two places.
        if after.start == before.end and any(inner.startswith(f"{c}-") for c in group for inner in after.value):
            group.clear()
    candidates = [group for group in candidates if group]
    chains = {code: {r.code for r in kb.chain(code)} for group in candidates for code in group}
    # Narrow an ambiguous name by every other place named.
    for group in candidates:
        if len(group) > 1:
            others = {c for g in candidates if g is not group for c in g}
            inside = {c for c in group if (chains[c] - {c}) & (others - {"000000"})}
            held = {c for c in inside or group if c in kb.regions_with_data}
            around = {c for c in group if all(c in chains[o] for o in group)}
            if inside:
                group.intersection_update(inside)
            elif len(held) == 1:
                group.intersection_update(held)
            else:
                group.intersection_update(around or _best_known(kb, group))
    single = [next(iter(g)) for g in candidates if len(g) == 1]
    innermost = [c for c in dict.fromkeys(single) if not any(c != o and c in chains[o] for g in candidates for o in g)]
    ambiguous = tuple(sorted({c for g in candidates if len(g) > 1 for c in g}))
    return tuple(innermost), ambiguous if not innermost else ()
