"""search, show: look things up as a hotline agent does; show one item with everything known of it."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict

from sqlalchemy.engine import Engine

from policy_kb import clause_store, search_store, settings, store
from policy_kb.engines import reading
from policy_kb.knowledge import KnowledgeBase, Provision
from policy_kb.lookup import Found, lookup
from policy_kb.resolve import hold
from policy_kb.search import TYPES, SearchQuery

_TYPE_NAMES = {"provision": "规定", "clause": "条款", "benefit": "事项", "office": "办事地点", "institution": "机构"}


def add(commands: argparse._SubParsersAction) -> None:
    text = "检索条款、规定、事项、办事地点和机构；可以用汉字、拼音（dibao biaozhun）、首字母（dbbz）"
    command = commands.add_parser("search", help=text, description=text)
    command.add_argument("query", nargs="+", help="要找的话")
    command.add_argument("--region", help="地区代码：这个地方和上级的排在前面")
    command.add_argument("--as-of", type=dt.date.fromisoformat, metavar="2026-01-31", help="按哪一天看（默认今天）")
    command.add_argument("--type", choices=TYPES, action="append", help="只找这一种（可以写几次）")
    command.add_argument("--limit", type=int, default=10)
    command.add_argument("--offset", type=int, default=0)
    command.add_argument("--json", action="store_true", help="输出 JSON")
    command.set_defaults(run=search)
    text = "显示一项的全部内容：规定、文件、事项、机构的编号，或载入的文件名（加条款编号）"
    command = commands.add_parser("show", help=text, description=text)
    command.add_argument("id", help="编号或文件名")
    command.add_argument("clause", nargs="?", help="条款编号，例如 第八条第一款")
    command.set_defaults(run=show)


def search(args: argparse.Namespace) -> int:
    engine = store.open_engine(settings.kb_url(), read_only=True)
    kb = store.read(engine)
    if args.region and args.region not in kb.regions:
        print(f"没有这个地区：{args.region}", file=sys.stderr)
        return 2
    documents = {str(d.id): d for d in clause_store.held(engine)}
    day = args.as_of or settings.today()
    query = SearchQuery(
        " ".join(args.query), args.region, day, tuple(args.type) if args.type else None, max(1, args.limit), max(0, args.offset)
    )
    page = lookup(kb, search_store.index_for(settings.kb_url()), documents, query)
    if args.json:
        print(json.dumps(asdict(page), default=dt.date.isoformat, ensure_ascii=False, indent=1))
        return 0
    if page.corrected:
        print(f"按“{page.corrected}”查找")
    for number, found in enumerate(page.results, args.offset + 1):
        print(_line(kb, number, found))
    if not page.results:
        print("没有找到")
    elif page.next is not None:
        print(f"还有更多：--offset {page.next}")
    return 0


def _line(kb: KnowledgeBase, number: int, found: Found) -> str:
    where = "，".join(x for x in (kb.full_name(found.region) if found.region else "", found.section or "") if x)
    source = f"《{found.document}》" if found.document else ""
    over = "（历史）" if found.in_force is False else ""
    text = found.text if len(found.text) <= 160 else found.text[:160] + "…"
    return f"{number}. [{_TYPE_NAMES[found.type]}] {found.title}{over}\n   {text}\n   {source}{where}  {found.id}"


def show(args: argparse.Namespace) -> int:
    engine = store.open_engine(settings.kb_url(), read_only=True)
    kb = store.read(engine)
    lines = list(_clauses(engine, args.id, args.clause)) or list(_item(kb, args.id))
    if not lines:
        print(f"没有编号或文件名为 {args.id} 的内容" + (f"，或者其中没有 {args.clause}" if args.clause else ""), file=sys.stderr)
        return 1
    print("\n".join(lines))
    return 0


def _item(kb: KnowledgeBase, name: str) -> Iterator[str]:
    """One item of the curated base, field by field, and how it stands today."""
    named = name.split(":", 1)[-1]
    for p in kb.provisions:
        if p.id == named:
            yield from _fields(p)
            yield f"今天：{_standing(kb, p)}"
    for section in ("documents", "benefits", "topics", "audiences", "offices", "institutions", "regions"):
        item = getattr(kb, section).get(named)
        if item:
            yield from _fields(item)
    if named in kb.benefits or named in kb.documents:
        for p in kb.provisions:
            if named in {p.benefit, p.document}:
                yield f"- {p.id}（{kb.full_name(p.region) or '全国'}，{p.aspect}）{p.statement}"


def _fields(item: object) -> Iterator[str]:
    for name, value in asdict(item).items():  # type: ignore[call-overload]
        if value not in (None, (), [], ""):
            yield f"{name}: {value}"


def _standing(kb: KnowledgeBase, p: Provision) -> str:
    held = hold(p, kb.documents[p.document], settings.today())
    if held is None:
        return "不作为答复（还没有开始，或文件已被替代）"
    return "作为历史数字显示" if held.historic else "作为现行规定显示"


def _clauses(engine: Engine, name: str, path: str | None) -> Iterator[str]:
    """The clauses of an ingested file, or the one named."""
    for held in clause_store.held(engine):
        if name not in {held.file_name, held.file_name.rsplit("/", 1)[-1]} and not name.startswith(f"clause:{held.id}:"):
            continue
        wanted = path or (name.split(":", 2)[2] if name.startswith("clause:") else None)
        if wanted is None:
            m = held.metadata
            about = "，".join(str(x) for x in (m.issuer, m.number, m.published) if x)
            yield f"《{m.title}》（{about}）第 {held.version} 版，{held.clauses} 条"
        with reading(engine) as db:
            for clause in clause_store.clauses_of(db, held.id):
                if wanted in {None, clause.path}:
                    heading = " / ".join(clause.headings)
                    yield f"{clause.path}  [{heading}]\n  {clause.text}" if wanted else f"{clause.path}  {clause.text}"
