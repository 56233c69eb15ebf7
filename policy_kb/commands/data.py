"""load, lint, stats: the data files and what the store holds of them."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from policy_kb import clause_store, search_store, settings, store
from policy_kb.loader import SHIPPED, read_knowledge


def folders(args: argparse.Namespace) -> list[Path]:
    """The folders a command works on: the shipped data, then those named."""
    return ([] if args.only else [SHIPPED]) + [Path(p) for p in args.folders]


def add_folders(command: argparse.ArgumentParser) -> None:
    command.add_argument("folders", nargs="*", help="本地数据文件或文件夹，加在自带数据之后")
    command.add_argument("--only", action="store_true", help="不用自带数据，只用写出的这些")


def add(commands: argparse._SubParsersAction) -> None:
    text = "把数据文件载入知识库（有任何错误就一条也不载入）；不写文件夹则用上次载入的那些"
    command = commands.add_parser("load", help=text, description=text)
    add_folders(command)
    command.add_argument("--shipped", action="store_true", help="只载入自带数据，忘掉以前加上的")
    command.set_defaults(run=load)
    text = "只检查数据文件：格式、编号、出处、日期、重复的数值和叫法"
    command = commands.add_parser("lint", help=text, description=text)
    add_folders(command)
    command.set_defaults(run=lint)
    commands.add_parser("stats", help="现有内容统计").set_defaults(run=stats)


def load(args: argparse.Namespace) -> int:
    if args.only and not args.folders:
        print("--only 后面要写出数据文件夹", file=sys.stderr)
        return 2
    engine = store.open_engine(settings.kb_url())
    if args.folders or args.shipped:
        number, changed = store.load(engine, folders(args))
    else:
        number, changed = store.refresh(engine)
    search_store.refresh(engine)
    print(f"知识库版本 {number}：" + ("已更新，正在运行的服务几秒内生效" if changed else "内容没有变化"))
    return 0


def lint(args: argparse.Namespace) -> int:
    kb = read_knowledge(folders(args))
    print(f"没有发现问题：{len(kb.provisions)} 条规定，{len(kb.documents)} 份文件")
    return 0


def stats(args: argparse.Namespace) -> int:
    engine = store.open_engine(settings.kb_url(), read_only=True)
    kb = store.read(engine)
    print(f"知识库版本 {kb.version}：{len(kb.provisions)} 条规定，{len(kb.documents)} 份文件，{len(kb.regions)} 个地区")
    for code, count in Counter(p.region for p in kb.provisions).most_common():
        figures = sum(p.region == code and p.value is not None for p in kb.provisions)
        print(f"  {kb.full_name(code) or '全国'}：{count} 条，其中 {figures} 个数字")
    print(f"事项 {len(kb.benefits)} 个，热线和办事地点 {len(kb.offices)} 个，机构 {len(kb.institutions)} 家")
    documents = clause_store.held(engine)
    print(f"载入的原文：{len(documents)} 份文件，{sum(d.clauses for d in documents)} 条")
    return 0
