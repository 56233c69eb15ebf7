"""What must hold between the items of the data files; every mistake is gathered with its file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import regex

from policy_kb.eligibility.checks import check_facts, check_rules
from policy_kb.schema import ProvisionSpec
from policy_kb.yamlsource import Problem, Source


class Collector:
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


def check(c: Collector, found: dict, places: dict, leads: dict, more_names: dict) -> None:
    """Report everything that is wrong between the items: ids, citations, dates, names and values."""
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
    for k in found["institution_kinds"].values():
        known("事项", [k.benefit], benefits, lambda m, k=k: c.report_item("institution_kinds", k.id, m, "benefit"))
    for i in found["institutions"].values():
        known("机构种类", [i.kind], found["institution_kinds"], lambda m, i=i: c.report_item("institutions", i.id, m, "kind"))
        known("地区", [i.region], places, lambda m, i=i: c.report_item("institutions", i.id, m, "region"))
        known("文件", [i.document], documents, lambda m, i=i: c.report_item("institutions", i.id, m, "document"))
        known("事项", i.benefits, benefits, lambda m, i=i: c.report_item("institutions", i.id, m, "benefits"))
        known("需求", i.needs, found["needs"], lambda m, i=i: c.report_item("institutions", i.id, m, "needs"))
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
    _check_dates(c, found)
    _check_names(c, found, more_names)
    _check_values(c, found)
    check_facts(found, c.report_item)
    check_rules(found, places, c.report_item)


def _check_names(c: Collector, found: dict, more_names: dict) -> None:
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


def _check_dates(c: Collector, found: dict) -> None:
    """No document ends before it begins or is replaced by itself, and none states a value for a day after it was published."""
    documents = found["documents"]
    for d in documents.values():
        def say(message, *path, d=d):
            c.report_item("documents", d.id, message, *path)

        begin = d.effective_from or d.published
        if d.superseded_on and not d.superseded_by:
            say("写了 superseded_on，没有写 superseded_by", "superseded_on")
        if d.superseded_on and begin and d.superseded_on < begin:
            say(f"superseded_on {d.superseded_on} 早于文件开始的日期 {begin}", "superseded_on")
        seen, after = {d.id}, d.superseded_by
        while after in documents:
            if after in seen:
                say("superseded_by 绕成了一圈", "superseded_by")
                break
            seen.add(after)
            after = documents[after].superseded_by
    for p in found["provisions"].values():
        d = documents.get(p.document)
        if d is None:
            continue
        start = p.effective_from or p.as_at
        if p.effective_to and start and p.effective_to < start:
            c.report_item("provisions", p.id, f"effective_to {p.effective_to} 早于开始的日期 {start}", "effective_to")
        if p.as_at and d.published and p.nature != "target" and p.as_at > max(d.published, d.effective_to or d.published):
            c.report_item("provisions", p.id, f"as_at {p.as_at} 晚于文件公布的日期 {d.published}", "as_at")


def _check_values(c: Collector, found: dict) -> None:
    """One thing has one value at one time, whatever document says it."""
    seen: dict[tuple, ProvisionSpec] = {}
    for p in found["provisions"].values():
        if p.value is None:
            continue
        d = found["documents"].get(p.document)
        start = p.effective_from or p.as_at or (d.effective_from if d else None)
        key = (p.benefit, p.aspect, p.region, *(v for _, v in sorted(p.audience.model_dump().items(), key=lambda x: x[0])),
               p.name, p.unit, p.nature, p.comparator, start)
        other = seen.setdefault(key, p)
        if other is not p and other.value != p.value:
            c.report_item("provisions", p.id, f"与 {other.id} 是同一件事，数值却不同：{p.value:g} 与 {other.value:g}", "value")
