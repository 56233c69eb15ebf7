"""``python -m policy_kb``: look after the knowledge base."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from policy_kb import settings, store
from policy_kb.loader import SHIPPED, read_knowledge
from policy_kb.yamlsource import DataError


def _folders(args: argparse.Namespace) -> list[Path]:
    return ([] if args.only else [SHIPPED]) + [Path(p) for p in args.folders]


def load(args: argparse.Namespace) -> int:
    engine = store.open_engine(settings.kb_url())
    if args.only and not args.folders:
        print("--only 后面要写出数据文件夹", file=sys.stderr)
        return 2
    if args.folders or args.shipped:
        number, changed = store.load(engine, _folders(args))
    else:
        number, changed = store.refresh(engine)
    print(f"知识库版本 {number}：" + ("已更新，正在运行的服务几秒内生效" if changed else "内容没有变化"))
    return 0


def lint(args: argparse.Namespace) -> int:
    kb = read_knowledge(_folders(args))
    print(f"没有发现问题：{len(kb.provisions)} 条规定，{len(kb.documents)} 份文件")
    return 0


def stats(args: argparse.Namespace) -> int:
    kb = store.read(store.open_engine(settings.kb_url(), read_only=True))
    print(f"知识库版本 {kb.version}：{len(kb.provisions)} 条规定，{len(kb.documents)} 份文件，{len(kb.regions)} 个地区")
    for code, count in Counter(p.region for p in kb.provisions).most_common():
        figures = sum(p.region == code and p.value is not None for p in kb.provisions)
        print(f"  {kb.full_name(code) or '全国'}：{count} 条，其中 {figures} 个数字")
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m policy_kb", description="管理政策知识库")
    commands = parser.add_subparsers(required=True, metavar="命令")
    for name, run, text in (
        ("load", load, "把数据文件载入知识库（有任何错误就一条也不载入）"),
        ("lint", lint, "只检查数据文件"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("folders", nargs="*", help="本地数据文件或文件夹，加在自带数据之后；不写则用上次载入的那些")
        command.add_argument("--only", action="store_true", help="不用自带数据，只用写出的这些")
        command.set_defaults(run=run)
        if name == "load":
            command.add_argument("--shipped", action="store_true", help="只载入自带数据，忘掉以前加上的")
    commands.add_parser("stats", help="现有内容统计").set_defaults(run=stats)
    args = parser.parse_args()
    try:
        return args.run(args)
    except DataError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        print(f"共 {len(error.problems)} 处问题，没有载入任何内容", file=sys.stderr)
    except store.NothingLoaded:
        print("知识库还是空的，先运行 python -m policy_kb load", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
