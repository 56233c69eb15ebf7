"""diff, stale: what a change would do to the answers, and which figures want looking after."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from itertools import groupby
from pathlib import Path

from policy_kb import settings, store
from policy_kb.changes import ChangedAnswer, ChangedItem, changed_answers, changed_items, value_of
from policy_kb.commands.data import add_folders, folders
from policy_kb.knowledge import KnowledgeBase
from policy_kb.loader import SHIPPED, read_knowledge
from policy_kb.stale import ENDED, stale_figures

_KINDS = {
    "provisions": "规定", "documents": "文件", "benefits": "事项", "topics": "话题", "audiences": "人群",
    "offices": "热线和办事地点", "institutions": "机构", "leads": "主管部门", "regions": "地区", "aspects": "问法",
    "needs": "需求", "institution_kinds": "机构种类", "emergencies": "危险情形", "out_of_scope": "不归我们答的事",
    "household_facts": "家庭情况", "rules": "资格规则", "answer_words": "回答用语", "wording": "用语",
    "everyday_words": "不当地名的词", "seeking_words": "找机构的词",
}


def add(commands: argparse._SubParsersAction) -> None:
    text = "载入这些数据会改变什么：哪些规定变了，居民得到的哪些答复会变；不写文件夹则用上次载入的那些"
    command = commands.add_parser("diff", help=text, description=text)
    add_folders(command)
    command.add_argument("--as-of", type=dt.date.fromisoformat, metavar="2026-01-31", help="按哪一天问（默认今天）")
    command.set_defaults(run=diff)
    text = "过期的、一年半以前的数字，按地区和主管部门列出"
    command = commands.add_parser("stale", help=text, description=text)
    command.add_argument("--region", help="只看这个地区（代码）和它下面的地方")
    command.add_argument("--as-of", type=dt.date.fromisoformat, metavar="2026-01-31", help="按哪一天看（默认今天）")
    command.set_defaults(run=stale)


def diff(args: argparse.Namespace) -> int:
    engine = store.open_engine(settings.kb_url(), read_only=True)
    before = store.read(engine)
    named = folders(args) if args.folders or args.only else store.loaded_from(engine) or [SHIPPED]
    after = read_knowledge([Path(f) for f in named])
    items = list(changed_items(before, after))
    for item in items:
        print(_item(item, before, after))
    answers = changed_answers(before, after, args.as_of or settings.today())
    for changed in answers:
        print(_answer(changed, before, after))
    print(f"数据改动 {len(items)} 处，答复改变 {len(answers)} 种" if items or answers else "没有任何改变")
    return 0


def _item(item: ChangedItem, before: KnowledgeBase, after: KnowledgeBase) -> str:
    kind = _KINDS[item.kind]
    sign = "+" if item.came else "-" if item.went else "~"
    base = before if item.went else after
    told = ""
    if item.kind == "provisions":
        p = next(p for p in base.provisions if p.id == item.id)
        place = base.full_name(p.region) or "全国"
        told = f"（{place} {base.benefits[p.benefit].title} {value_of(p) or p.statement}）"
    changes = "；".join(f"{name} {_shown(old)} → {_shown(new)}" for name, old, new in item.fields)
    return f"{sign} {kind} {item.id}{told}" + (f"：{changes}" if changes else "")


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return "、".join(map(str, value)) or "（空）"
    return "（空）" if value is None else str(value)


def _answer(changed: ChangedAnswer, before: KnowledgeBase, after: KnowledgeBase) -> str:
    kb = after if changed.benefit in after.benefits and changed.aspect in after.aspects else before
    places = "、".join((kb.full_name(c) or "全国") if c else "没说地方" for c in changed.regions)
    head = f"\n{kb.benefits[changed.benefit].title} · {kb.aspects[changed.aspect].title} · {places}"
    return "\n".join((head, *(f"  - {x}" for x in changed.removed), *(f"  + {x}" for x in changed.added)))


def stale(args: argparse.Namespace) -> int:
    kb = store.read(store.open_engine(settings.kb_url(), read_only=True))
    if args.region and args.region not in kb.regions:
        print(f"没有这个地区：{args.region}", file=sys.stderr)
        return 2
    found = stale_figures(kb, args.as_of or settings.today(), args.region)
    for (region, department), figures in groupby(found, key=lambda s: (s.provision.region, s.department)):
        print(f"{kb.full_name(region) or '全国'} · {department}")
        for s in figures:
            p = s.provision
            who = f"{p.audience.label} " if p.audience.label else ""
            when = f"{s.since} 到期" if s.reason == ENDED else f"{s.since} 的数字"
            name = p.name or kb.aspects[p.aspect].title if p.aspect in kb.aspects else ""
            what = f"{kb.benefits[p.benefit].title} {who}{name} {value_of(p)}（{when}）"
            print(f"  {what}《{kb.documents[p.document].title}》 {p.id}")
    print(f"共 {len(found)} 个数字需要核对" if found else "没有需要核对的数字")
    return 0
