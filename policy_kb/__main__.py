"""``python -m policy_kb``: look after the knowledge base."""

from __future__ import annotations

import argparse
import os
import re
import sys
from typing import NoReturn

from policy_kb import store
from policy_kb.commands import data, documents, evidence, lookup, review
from policy_kb.migrations import StoreIsNewer
from policy_kb.search import IndexBusy
from policy_kb.yamlsource import DataError


class _Parser(argparse.ArgumentParser):
    """Says in Chinese what is wrong with the words of a command."""

    def error(self, message: str) -> NoReturn:
        for english, chinese in _ARGPARSE:
            message = re.sub(english, chinese, message)
        self.print_usage(sys.stderr)
        self.exit(2, f"命令写法有误：{message}\n")


_ARGPARSE = (
    (r"the following arguments are required: (.*)", r"还要写出 \1"),
    (r"unrecognized arguments: (.*)", r"没有这样的选项：\1"),
    (r"invalid choice: (\S+) \(choose from (.*)\)", r"不能是 \1，只能是 \2"),
    (r"invalid fromisoformat value: (\S+)", r"日期要写成 2026-01-31 的样子，现在是 \1"),
    (r"invalid int value: (\S+)", r"应当是整数，现在是 \1"),
    (r"expected one argument", "后面要写一个值"),
    (r"expected at least one argument", "后面至少要写一个值"),
    (r"ambiguous option: (.*) could match (.*)", r"选项 \1 写得不完整，可以是 \2"),
    (r"^argument ", "选项 "),
)


def main() -> int:
    parser = _Parser(prog="python -m policy_kb", description="管理政策知识库")
    commands = parser.add_subparsers(required=True, metavar="命令")
    for group in (data, documents, lookup, review, evidence):
        group.add(commands)
    args = parser.parse_args()
    try:
        code = args.run(args)
        sys.stdout.flush()
        return code
    except DataError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        print(f"共 {len(error.problems)} 处问题，没有载入任何内容", file=sys.stderr)
    except store.NothingLoaded:
        print("知识库还是空的，先运行 python -m policy_kb load", file=sys.stderr)
    except StoreIsNewer:
        print("这个知识库是更新版本的程序建立的，请用那个版本的程序打开", file=sys.stderr)
    except IndexBusy as error:
        print(error, file=sys.stderr)
    except BrokenPipeError:
        # The reader of our output (head, less) has seen enough; Python must not complain about it at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 1


if __name__ == "__main__":
    sys.exit(main())
