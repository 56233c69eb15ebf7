"""evidence: hold every figure against the file it was read from; turn line numbers into clause and span."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from policy_kb import evidence as ev
from policy_kb.fill import filled
from policy_kb.ingest import read_source
from policy_kb.ingest.model import SourceFile, UnreadableFile
from policy_kb.knowledge import Document, Evidence, Institution, KnowledgeBase, Provision
from policy_kb.loader import SHIPPED, read_knowledge
from policy_kb.schema import DocumentSpec, EvidenceSpec
from policy_kb.yamlsource import Source, read_folders


def add(commands: argparse._SubParsersAction) -> None:
    text = "拿原文核对每个数字：所指的位置有没有这个数、条款或标题有没有提到这个事项"
    command = commands.add_parser("evidence", help=text, description=text)
    command.add_argument("folders", nargs="*", help="只核对这些数据文件或文件夹（默认自带数据）")
    command.add_argument("--sources", help="原文所在的文件夹（默认 HUIMIN_SOURCES）")
    command.add_argument("--fill", action="store_true", help="把数据文件里的行号换成条款和位置，补上原文的校验码")
    command.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    given = args.sources or os.environ.get("HUIMIN_SOURCES")
    if not given or not Path(given).is_dir():
        print("没有找到原文文件夹，请用 --sources 或环境变量 HUIMIN_SOURCES 写明", file=sys.stderr)
        return 2
    library = Library(Path(given))
    own = [Path(f) for f in args.folders] or [SHIPPED]
    kb = read_knowledge([SHIPPED, *map(Path, args.folders)])
    if args.fill:
        for problem in fill(own, library):
            print(problem, file=sys.stderr)
        kb = read_knowledge([SHIPPED, *map(Path, args.folders)])
    if args.folders:
        kb = _only(kb, read_folders(own))
    findings = list(check(kb, library))
    for finding in findings:
        print(f"{finding.item}：{finding.message}", file=sys.stderr)
    gone = {d.id for d in kb.documents.values() if d.source and _file(d, library)[0] is None}
    unproven = [p for p in kb.provisions if p.value is not None and p.document in gone]
    unproven += [p for p in ev.unproven(kb) if p.document not in gone]
    for p in unproven:
        print(f"无法核对（没有原文文件）：{p.id} {p.value:g}{p.unit}，《{kb.documents[p.document].title}》")
    figures = sum(p.value is not None for p in kb.provisions)
    print(f"{figures} 个数字：核对 {figures - len(unproven)} 个，无法核对 {len(unproven)} 个；问题 {len(findings)} 处")
    return 1 if findings else 0


def _only(kb: KnowledgeBase, sources: list[Source]) -> KnowledgeBase:
    """The base with only the provisions, institutions and documents that these files hold."""
    provisions = {p.id for s in sources for p in s.data.provisions}
    institutions = {i.id for s in sources for i in s.data.institutions}
    kept = tuple(p for p in kb.provisions if p.id in provisions)
    homes = {k: i for k, i in kb.institutions.items() if k in institutions}
    documents = {d.id for s in sources for d in s.data.documents} | {x.document for x in (*kept, *homes.values())}
    return replace(
        kb, provisions=kept, institutions=homes, documents={k: d for k, d in kb.documents.items() if k in documents}
    )


class Library:
    """The source files below a folder, each read once."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._read: dict[str, SourceFile] = {}

    def __getitem__(self, name: str) -> SourceFile:
        """The file named as documents name it (``source``). Raises :class:`UnreadableFile`."""
        if name not in self._read:
            self._read[name] = read_source(self.folder / name)
        return self._read[name]


def check(kb: KnowledgeBase, library: Library) -> list[ev.Finding]:
    """What is wrong with the evidence of the whole base, file hashes included."""
    findings: list[ev.Finding] = []
    files: dict[str, SourceFile | None] = {}
    for d in kb.documents.values():
        if d.source:
            files[d.id], problem = _file(d, library)
            if problem:
                findings.append(ev.Finding(d.id, problem))
    items: list[Provision | Institution] = [*kb.provisions, *kb.institutions.values()]
    for item in items:
        file = files.get(item.document)
        if item.evidence is None or file is None:
            if file is not None and getattr(item, "value", None) is not None:
                findings.append(ev.Finding(item.id, "数字没有写 evidence"))
            continue
        if isinstance(item, Provision) and item.value is not None:
            findings += [ev.Finding(item.id, m) for m in ev.check_figure(kb, item, file)]
            continue
        problem = ev.check_span(item.evidence, file)
        if problem is None and isinstance(item, Institution) and item.beds:
            problem = ev.check_number(file, item.evidence, item.beds, "张")
        if problem:
            findings.append(ev.Finding(item.id, problem))
    return findings


def _file(d: Document, library: Library) -> tuple[SourceFile | None, str | None]:
    assert d.source is not None
    try:
        file = library[d.source]
    except UnreadableFile as error:
        return None, str(error)
    if d.sha256 is None:
        return file, "没有写原文的校验码（sha256）"
    if d.sha256 != file.sha256:
        return file, f"原文 {d.source} 已经不是核对时的那一份（sha256 不同）"
    return file, None


def fill(data_folders: list[Path], library: Library) -> list[str]:
    """Write clause and span where a line stands, and hashes where none do; returns what could not be found.

    A source file that cannot be read is told once; what was read from it stays as it is.
    """
    sources = read_folders(data_folders)
    documents = {d.id: d for s in (*read_folders([SHIPPED]), *sources) for d in s.data.documents}
    problems: list[str] = []
    files: dict[str, SourceFile | None] = {}

    def file_of(document: DocumentSpec | None) -> SourceFile | None:
        if document is None or document.source is None:
            return None
        if document.source not in files:
            try:
                files[document.source] = library[document.source]
            except UnreadableFile as error:
                files[document.source] = None
                problems.append(str(error))
        return files[document.source]

    for source in sources:
        made: dict[tuple[str, int], Evidence] = {}
        for section in ("provisions", "institutions"):
            for index, item in enumerate(getattr(source.data, section)):
                file = file_of(documents.get(item.document or source.data.defaults.document or ""))
                if item.evidence is None or file is None:
                    continue
                found = _evidence(item, file)
                if isinstance(found, str):
                    problems.append(f"{source.file}:{source.line(section, index, 'evidence')}: {item.id}：{found}")
                elif found is not None:
                    made[section, index] = found
        hashes = {
            index: file.sha256 for index, d in enumerate(source.data.documents)
            if (file := file_of(d)) is not None and d.sha256 != file.sha256
        }
        if made or hashes:
            with source.file.open(encoding="utf-8", newline="") as opened:
                text = opened.read()
            with source.file.open("w", encoding="utf-8", newline="") as opened:
                opened.write(filled(text, made, hashes))
    return problems


def _evidence(item, file: SourceFile) -> Evidence | str | None:
    """The evidence as it should be written; None where it is so already; else why it cannot be found."""
    given: EvidenceSpec = item.evidence
    value, unit = _figure(item)
    if given.span:
        start, end = given.span
    else:
        lines = file.text.split("\n")
        if given.line is None or given.line > len(lines):
            return f"原文没有第 {given.line} 行"
        line, offset = lines[given.line - 1], sum(len(x) + 1 for x in lines[: given.line - 1])
        if value is not None:
            audience = [item.audience.label] if hasattr(item, "audience") else []
            near = [n for n in (*audience, item.name, getattr(item, "statement", None)) if n]
            place = ev.locate(line, offset, value, unit, near)
            if place is None:
                return f"第 {given.line} 行没有 {value:g}{unit}"
        else:
            place = ev.passage(file, offset, offset + len(line), getattr(item, "statement", None) or item.name)
            if place is None:
                return f"第 {given.line} 行不在任何条款里"
        start, end = place
    found = ev.clause_at(file, start, end) or ev.clause_at(file, start, start + 1)
    if found is None:
        return f"第 {start}–{end} 个字不在任何条款里"
    clause = found[1]
    made = Evidence(clause.path, start, min(end, clause.end))
    same = given.span == (made.start, made.end) and given.clause == made.clause
    return None if same else made


def _figure(item) -> tuple[float | None, str]:
    if hasattr(item, "beds"):
        return item.beds, "张"
    return item.value, item.unit or ""
