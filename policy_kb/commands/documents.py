"""ingest, forget: take documents in, say what was left out of them, take them out again."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from collections import Counter
from pathlib import Path

from policy_kb import clause_store, search_store, settings, store
from policy_kb.clause_store import Incoming, NotIngested
from policy_kb.curated import with_curated
from policy_kb.ingest import read_source
from policy_kb.ingest.model import Metadata, SourceFile, UnreadableFile
from policy_kb.knowledge import KnowledgeBase
from policy_kb.schema import DocumentKind

SUFFIXES = {".txt", ".md", ".markdown", ".html", ".htm", ".docx", ".pdf"}
_KINDS = DocumentKind.__args__


def add(commands: argparse._SubParsersAction) -> None:
    text = "载入原文（txt、md、html、docx、pdf），切成条款；有一个文件读不了就一个也不载入"
    command = commands.add_parser("ingest", help=text, description=text)
    command.add_argument("paths", nargs="+", help="文件或文件夹")
    for name, what in (("title", "标题"), ("issuer", "发文机关"), ("number", "文号"), ("url", "网址")):
        command.add_argument(f"--{name}", help=f"{what}（看不出来或看错时写明；只用于单个文件）")
    command.add_argument("--region", help="地区：名称或代码")
    command.add_argument("--kind", choices=_KINDS, help="种类")
    for name, what in (("published", "公布日期"), ("effective-from", "施行日期"), ("effective-to", "失效日期")):
        command.add_argument(f"--{name}", type=dt.date.fromisoformat, metavar="2026-01-31", help=what)
    command.add_argument("--replaces", metavar="文件名", help="代替以前以这个名字载入的文件")
    command.add_argument("--skip-unreadable", action="store_true", help="读不了的文件跳过，其余照样载入")
    command.add_argument("--dropped", action="store_true", help="逐行列出没有收进条款的内容和原因")
    command.add_argument("--dry-run", action="store_true", help="只看结果，不载入")
    command.set_defaults(run=ingest)
    command = commands.add_parser("forget", help="撤下以前载入的原文", description="撤下以前载入的原文，连同它的各个版本")
    command.add_argument("name", help="文件名")
    command.set_defaults(run=forget)


def ingest(args: argparse.Namespace) -> int:
    engine = store.open_engine(settings.kb_url())
    if not store.current_version(engine):
        store.refresh(engine)
    kb = store.read(engine)
    given = _given(args, kb)
    if isinstance(given, str):
        print(given, file=sys.stderr)
        return 2
    named = list(_files(args.paths))
    if len(named) != 1 and (args.replaces or any((given.title, given.number, given.url))):
        print("--title、--number、--url、--replaces 只能用于单个文件", file=sys.stderr)
        return 2
    incoming, problems = [], []
    for name, path in named:
        try:
            file = read_source(path, given, places=_places(kb))
        except UnreadableFile as error:
            problems.append(str(error))
            continue
        incoming.append(Incoming(name, with_curated(kb, file), given))
        _report(name, file, args.dropped)
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems and not args.skip_unreadable:
        print(f"共 {len(problems)} 个文件读不了，没有载入任何内容", file=sys.stderr)
        return 1
    if not named:
        print("没有找到可以载入的文件", file=sys.stderr)
        return 1
    if args.dry_run:
        return 1 if problems else 0
    try:
        outcomes = clause_store.ingest(engine, incoming, args.replaces)
    except NotIngested as error:
        print(f"{error}\n没有载入任何内容", file=sys.stderr)
        return 1
    search_store.refresh(engine)
    counted = Counter(o.status for o in outcomes)
    print(f"新载入 {counted['new']} 个，有改动 {counted['changed']} 个，没有变化 {counted['unchanged']} 个文件；"
          f"知识库版本 {store.current_version(engine)}")
    return 1 if problems else 0


def forget(args: argparse.Namespace) -> int:
    engine = store.open_engine(settings.kb_url())
    if not store.current_version(engine):
        store.refresh(engine)
    if not clause_store.forget(engine, args.name):
        print(f"没有载入过 {args.name}", file=sys.stderr)
        return 1
    search_store.refresh(engine)
    print(f"已撤下 {args.name}；知识库版本 {store.current_version(engine)}")
    return 0


def _given(args: argparse.Namespace, kb: KnowledgeBase) -> Metadata | str:
    """The options as metadata, or why they make no sense."""
    region = args.region
    if region and region not in kb.regions:
        codes = [c for c, r in kb.regions.items() if region in {r.name, kb.full_name(c), *r.aliases}]
        if len(codes) != 1:
            several = "、".join(f"{kb.full_name(c)}（{c}）" for c in codes[:8])
            return f"地区“{region}”" + (f"有好几个：{several}，请写代码" if codes else "没有找到，请写全称或代码")
        region = codes[0]
    return Metadata(
        args.title, args.issuer, args.number, region, args.kind, args.published, args.effective_from, args.effective_to, args.url
    )


def _files(paths: list[str]) -> list[tuple[str, Path]]:
    """Each file with the name it is kept under: its path inside the folder named, or its own name."""
    found: list[tuple[str, Path]] = []
    for given in map(Path, paths):
        if given.is_dir():
            inside = sorted(p for p in given.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES)
            visible = [p for p in inside if not any(part.startswith(".") for part in p.relative_to(given).parts)]
            found += [(p.relative_to(given).as_posix(), p) for p in visible if p.name.lower() != "readme.md"]
        else:
            found.append((given.name, given))
    return list({os.path.realpath(p): (name, p) for name, p in found}.values())


def _places(kb: KnowledgeBase) -> dict[str, str]:
    """Names of local zones beside the divisions: 万盛经开区 → 500110-wansheng."""
    zones = [r for r in kb.regions.values() if r.level == "zone"]
    return {name: r.code for r in zones for name in (r.name, *r.aliases, kb.full_name(r.code))}


def _report(name: str, file: SourceFile, every_line: bool) -> None:
    for d in file.documents:
        print(f"{name}：《{d.metadata.title}》{len(d.clauses)} 条")
    reasons = Counter(x.reason for x in file.dropped)
    if reasons:
        print("  没有收进条款：" + "，".join(f"{reason} {count} 处" for reason, count in reasons.most_common()))
    if every_line:
        for x in file.dropped:
            print(f"  第 {x.line} 行（{x.reason}）：{x.text}")
