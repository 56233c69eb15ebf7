"""From checked YAML files to one consistent :class:`~policy_kb.knowledge.KnowledgeBase`, or every mistake at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from policy_kb import knowledge as kn
from policy_kb import regions as divisions
from policy_kb.checks import Collector, check
from policy_kb.schema import AudienceOf, EvidenceSpec, InstitutionSpec, ProvisionSpec
from policy_kb.yamlsource import DataError, Source, read_folders

SHIPPED = Path(__file__).parent / "data"


def read_knowledge(folders: list[Path], version: int = 0) -> kn.KnowledgeBase:
    """Read ``folders`` in order into one knowledge base.

    An item with the id of an item of an earlier folder replaces it, so a district's folder can correct what is
    shipped. Raises :class:`~policy_kb.yamlsource.DataError` with every mistake: form, unknown ids, missing documents.
    """
    by_folder = [(number, source) for number, folder in enumerate(folders) for source in read_folders([folder])]
    c = Collector()
    found: dict[str, dict[str, Any]] = {
        s: {} for s in ("documents", "benefits", "topics", "audiences", "aspects", "provisions", "offices", "needs",
                        "institution_kinds", "institutions", "emergencies", "out_of_scope", "household_facts", "rules")
    }
    region_specs, everyday, seeking, leads, more_names, wording, answer_words = [], set(), set(), {}, {}, {}, {}
    for folder, source in by_folder:
        data = source.data
        for section, items in found.items():
            for index, item in enumerate(getattr(data, section)):
                if section == "provisions":
                    item = _with_defaults(item, source)
                c.add(items, section, source, index, item, folder)
        region_specs += [(source, i, r) for i, r in enumerate(data.regions)]
        everyday |= set(data.everyday_words)
        seeking |= set(data.seeking_words)
        wording |= data.wording
        answer_words |= data.answer_words
        for index, lead in enumerate(data.leads):
            for benefit in lead.benefits:
                leads[lead.region, benefit] = (source, index, lead)
        for benefit, names in data.aliases.items():
            more_names.setdefault(benefit, []).append((source, names))

    try:
        places = divisions.merge(r for _, _, r in region_specs)
    except divisions.BadRegion as error:
        source, index = next((s, i) for s, i, r in region_specs if r is error.spec)
        c.report(source, str(error), "regions", index)
        places = divisions.merge([])
    check(c, found, places, leads, more_names)
    if c.problems:
        raise DataError(c.problems)
    further = {b: [n for _, names in entries for n in names] for b, entries in more_names.items()}
    return kn.KnowledgeBase(
        version=version,
        regions=places,
        documents={d.id: _plain(kn.Document, d) for d in found["documents"].values()},
        benefits={b.id: _benefit(b, further.get(b.id, ())) for b in found["benefits"].values()},
        topics={t.id: _plain(kn.Topic, t) for t in found["topics"].values()},
        audiences={a.id: _plain(kn.AudienceGroup, a) for a in found["audiences"].values()},
        aspects={a.id: _plain(kn.AspectName, a) for a in found["aspects"].values()},
        provisions=tuple(_provision(p) for p in found["provisions"].values()),
        offices={o.id: _plain(kn.Office, o) for o in found["offices"].values()},
        needs={n.id: _plain(kn.Need, n) for n in found["needs"].values()},
        institution_kinds={k.id: _plain(kn.InstitutionKind, k) for k in found["institution_kinds"].values()},
        institutions={i.id: _institution(i) for i in found["institutions"].values()},
        leads=tuple(kn.Lead(r, b, x.department, x.document, x.section) for (r, b), (_, _, x) in leads.items()),
        emergencies=tuple(_plain(kn.Emergency, e) for e in found["emergencies"].values()),
        out_of_scope=tuple(_plain(kn.OutOfScope, o) for o in found["out_of_scope"].values()),
        everyday_words=frozenset(everyday),
        seeking_words=frozenset(seeking),
        wording=wording,
        household_facts=found["household_facts"],
        rules=tuple(found["rules"].values()),
        answer_words=answer_words,
    )


def _with_defaults(item: ProvisionSpec, source: Source) -> ProvisionSpec:
    given = source.data.defaults.model_dump(exclude_none=True)
    missing = {k: v for k, v in given.items() if getattr(item, k) is None}
    return item.model_copy(update=missing)


def _plain(cls: type, item: Any) -> Any:
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in item.model_dump().items()}
    return cls(**values)


def _benefit(item: Any, further: Iterable[str]) -> kn.Benefit:
    names = {"aliases": tuple(dict.fromkeys((*item.aliases, *further))), "terms": tuple(item.terms)}
    values = item.model_dump() | names
    return kn.Benefit(**values)


def _audience(a: AudienceOf) -> kn.Audience:
    return kn.Audience(**a.model_dump())


def _provision(p: ProvisionSpec) -> kn.Provision:
    values = p.model_dump(exclude={"audience", "evidence"})
    return kn.Provision(**values, audience=_audience(p.audience), evidence=_evidence(p.evidence))


def _institution(i: InstitutionSpec) -> kn.Institution:
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in i.model_dump(exclude={"evidence"}).items()}
    return kn.Institution(**values, evidence=_evidence(i.evidence))


def _evidence(e: EvidenceSpec | None) -> kn.Evidence | None:
    return kn.Evidence(e.clause, *e.span) if e and e.span else None
