"""From checked YAML files to one consistent :class:`~policy_kb.knowledge.KnowledgeBase`, or every mistake at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import regex

from policy_kb import knowledge as kn
from policy_kb import regions as divisions
from policy_kb.schema import AudienceOf, ProvisionSpec
from policy_kb.yamlsource import DataError, Problem, Source, read_folders

SHIPPED = Path(__file__).parent / "data"


class _Collector:
    """Gathers the items of all files by id; a later folder's item replaces an earlier folder's."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.where: dict[tuple[str, str], tuple[Source, tuple, int]] = {}

    def add(self, into: dict[str, Any], section: str, source: Source, index: int, item: Any, folder: int, key: str = "id"):
        name = getattr(item, key)
        seen = self.where.get((section, name))
        if seen and seen[2] == folder:
            first = f"{seen[0].file.name}:{seen[0].line(*seen[1])}"
            self.report(source, f"编号 {name} 重复，已在 {first} 用过", section, index, key)
            return
        into[name] = item
        self.where[section, name] = (source, (section, index), folder)

    def report(self, source: Source, message: str, *path) -> None:
        self.problems.append(Problem(source.file, source.line(*path), message))

    def report_item(self, section: str, name: str, message: str, *path) -> None:
        source, start, _ = self.where[section, name]
        self.report(source, message, *start, *path)


def read_knowledge(folders: list[Path], version: int = 0) -> kn.KnowledgeBase:
    """Read ``folders`` in order into one knowledge base.

    An item with the id of an item of an earlier folder replaces it, so a district's folder can correct what is
    shipped. Raises :class:`~policy_kb.yamlsource.DataError` with every mistake: form, unknown ids, missing documents.
    """
    by_folder = [(number, source) for number, folder in enumerate(folders) for source in read_folders([folder])]
    c = _Collector()
    found: dict[str, dict[str, Any]] = {
        s: {} for s in ("documents", "benefits", "topics", "audiences", "aspects", "provisions", "offices",
                        "emergencies", "out_of_scope")
    }
    region_specs, everyday, leads, more_names, wording = [], set(), {}, {}, {}
    for folder, source in by_folder:
        data = source.data
        for section, items in found.items():
            for index, item in enumerate(getattr(data, section)):
                if section == "provisions":
                    item = _with_defaults(item, source)
                c.add(items, section, source, index, item, folder)
        region_specs += [(source, i, r) for i, r in enumerate(data.regions)]
        everyday |= set(data.everyday_words)
        wording |= data.wording
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
    _check(c, found, places, leads, more_names)
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
        leads=tuple(kn.Lead(r, b, x.department, x.document, x.section) for (r, b), (_, _, x) in leads.items()),
        emergencies=tuple(_plain(kn.Emergency, e) for e in found["emergencies"].values()),
        out_of_scope=tuple(_plain(kn.OutOfScope, o) for o in found["out_of_scope"].values()),
        everyday_words=frozenset(everyday),
        wording=wording,
    )


def _with_defaults(item: ProvisionSpec, source: Source) -> ProvisionSpec:
    given = source.data.defaults.model_dump(exclude_none=True)
    missing = {k: v for k, v in given.items() if getattr(item, k) is None}
    return item.model_copy(update=missing)


def _plain(cls: type, item: Any) -> Any:
    values = {k: tuple(v) if isinstance(v, list) else v for k, v in item.model_dump().items()}
    return cls(**values)


def _benefit(item: Any, further: Iterable[str]) -> kn.Benefit:
    values = item.model_dump() | {"aliases": tuple(dict.fromkeys((*item.aliases, *further)))}
    return kn.Benefit(**values)


def _audience(a: AudienceOf) -> kn.Audience:
    return kn.Audience(**a.model_dump())


def _provision(p: ProvisionSpec) -> kn.Provision:
    values = p.model_dump(exclude={"audience", "evidence"})
    return kn.Provision(**values, audience=_audience(p.audience))


def _check(c: _Collector, found: dict, places: dict, leads: dict, more_names: dict) -> None:
    def known(kind: str, names: Iterable[str | None], pool: Iterable[str], report: Callable[[str], None]) -> None:
        for name in names:
            if name is not None and name not in pool:
                report(f"没有这个{kind}：{name}")

    documents, benefits, audiences = found["documents"], found["benefits"], found["audiences"]
    for p in found["provisions"].values():
        def say(message, *path, p=p):
            c.report_item("provisions", p.id, message, *path)

        known("事项", [p.benefit], benefits, lambda m: say(m, "benefit"))
        known("人群", [p.audience.category], audiences, lambda m: say(m, "audience"))
        if p.document is None:
            say("没有写出处（document）")
        known("文件", [p.document], documents, lambda m: say(m, "document"))
        if p.region is None:
            say("没有写地区（region）")
        known("地区", [p.region], places, lambda m: say(m, "region"))
        d = documents.get(p.document)
        lasting = d and d.kind in {"law", "regulation", "rule", "notice"} and d.effective_from
        if d and p.value is not None and not (p.as_at or p.effective_from or lasting):
            say("数字没有写日期（as_at 或 effective_from）", "value")
    for d in documents.values():
        known("地区", [d.region], places, lambda m, d=d: c.report_item("documents", d.id, m, "region"))
        known("文件", [d.superseded_by], documents, lambda m, d=d: c.report_item("documents", d.id, m, "superseded_by"))
    for b in benefits.values():
        known("人群", [b.status], audiences, lambda m, b=b: c.report_item("benefits", b.id, m, "status"))
    for a in audiences.values():
        known("事项", [a.benefit], benefits, lambda m, a=a: c.report_item("audiences", a.id, m, "benefit"))
    for t in found["topics"].values():
        known("事项", t.benefits, benefits, lambda m, t=t: c.report_item("topics", t.id, m, "benefits"))
    for o in found["offices"].values():
        known("事项", o.benefits, benefits, lambda m, o=o: c.report_item("offices", o.id, m, "benefits"))
        known("地区", [o.region], places, lambda m, o=o: c.report_item("offices", o.id, m, "region"))
        known("文件", [o.document], documents, lambda m, o=o: c.report_item("offices", o.id, m, "document"))
    for e in found["emergencies"].values():
        for part in ("patterns", "harmless"):
            for index, pattern in enumerate(getattr(e, part)):
                try:
                    regex.compile(pattern)
                except regex.error as error:
                    c.report_item("emergencies", e.id, f"表达式写法有误：{error}", part, index)
    for (region, benefit), (source, index, lead) in leads.items():
        known("事项", [benefit], benefits, lambda m, s=source, i=index: c.report(s, m, "leads", i, "benefits"))
        known("地区", [region], places, lambda m, s=source, i=index: c.report(s, m, "leads", i, "region"))
        known("文件", [lead.document], documents, lambda m, s=source, i=index: c.report(s, m, "leads", i, "document"))
    for benefit, entries in more_names.items():
        for source, _ in entries:
            known("事项", [benefit], benefits, lambda m, s=source, b=benefit: c.report(s, m, "aliases", b))
    _check_names(c, found, more_names)
    _check_values(c, found)


def _check_names(c: _Collector, found: dict, more_names: dict) -> None:
    """A name must lead to one benefit only."""
    owner: dict[str, str] = {}
    claims = [(b.id, "benefits", b.id, n) for b in found["benefits"].values() for n in (b.name, b.short, *b.aliases) if n]
    claims += [(t.id, "topics", t.id, n) for t in found["topics"].values() for n in t.aliases]
    for who, section, name, alias in claims:
        if owner.setdefault(alias, who) != who:
            c.report_item(section, name, f"叫法“{alias}”已经属于 {owner[alias]}", "aliases")
    for benefit, entries in more_names.items():
        for source, names in entries:
            for alias in names:
                if owner.setdefault(alias, benefit) != benefit:
                    c.report(source, f"叫法“{alias}”已经属于 {owner[alias]}", "aliases", benefit)


def _check_values(c: _Collector, found: dict) -> None:
    """One thing has one value at one time."""
    seen: dict[tuple, ProvisionSpec] = {}
    for p in found["provisions"].values():
        if p.value is None:
            continue
        key = (p.benefit, p.aspect, p.region, _audience(p.audience).key, p.name, p.unit, p.nature,
               p.effective_from or p.as_at, p.document)
        other = seen.setdefault(key, p)
        if other is not p and other.value != p.value:
            c.report_item("provisions", p.id, f"与 {other.id} 是同一件事，数值却不同：{p.value:g} 与 {other.value:g}", "value")
