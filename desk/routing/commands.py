"""``python -m desk routing``: train the classifier, see how good it is, try it on a message."""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from desk.routing.ledger import SHOWN, BadLedger, Cleaned, Example, cleaned, read_ledger
from desk.routing.router import model_file, route

if TYPE_CHECKING:
    from desk.routing.model import Model
    from desk.routing.scores import Scores

TRAINING = ("sklearn", "scipy")


class _Failed(Exception):
    """Told to whoever gave the command; ``status`` is the command's."""

    def __init__(self, words: str, status: int = 1):
        super().__init__(words)
        self.status = status


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Add ``routing`` to the desk's commands. Each of its own sets ``alone``, which returns the exit status."""
    routing = commands.add_parser("routing", help="分派：训练、评测、试用按内容判断部门的模型")
    inner = routing.add_subparsers(required=True, metavar="命令")
    for name, run, help_text in (
        ("train", _train, "用一张表（CSV：text,label）训练，训练好就换上"),
        ("evaluate", _evaluate, "用另一张表（CSV：text,label）评测"),
    ):
        command = inner.add_parser(name, help=help_text)
        command.add_argument("table", type=Path, metavar="CSV")
        _add_rest(command, run)
        if run is _evaluate:
            command.add_argument("--json", action="store_true", help="输出 JSON")
    trial = inner.add_parser("try", help="看一段话会分给谁")
    trial.add_argument("text")
    _add_rest(trial, _try)


def _add_rest(command: argparse.ArgumentParser, run: Callable[[argparse.Namespace], None]) -> None:
    command.add_argument("--model", type=Path, help="模型文件，默认是正在用的那个（HUIMIN_VAR 下的 routing/model.npz）")
    command.set_defaults(alone=lambda args: _alone(run, args))


def _alone(run: Callable[[argparse.Namespace], None], args: argparse.Namespace) -> int:
    """0: done. 1: there is no such file, or no model. 2: the table is not as it must be."""
    args.model = args.model or model_file()
    try:
        run(args)
    except _Failed as error:
        print(error, file=sys.stderr)
        return error.status
    return 0


def _rows(file: Path) -> list[Example]:
    try:
        return read_ledger(file)
    except OSError as error:
        raise _Failed(f"读不了 {file}：{error.strerror}") from error
    except BadLedger as error:
        raise _Failed(f"{file}：{error}", 2) from error


def _model(file: Path) -> Model:
    from desk.routing.model import BadModel, load

    try:
        return load(file)
    except FileNotFoundError as error:
        raise _Failed(f"还没有模型（{file}），先训练：python -m desk routing train CSV") from error
    except (OSError, BadModel) as error:
        raise _Failed(str(error)) from error


def _train(args: argparse.Namespace) -> None:
    if not all(map(find_spec, TRAINING)):
        raise _Failed("训练要用 scikit-learn，这个环境里没有。用 make setup 装好的 .venv/bin/python 训练；模型文件在哪里都能用")
    from desk.routing.model import save
    from desk.routing.training import train

    table = cleaned(_rows(args.table))
    for line in _left_out(table):
        print(line)
    print(f"用来训练的有{len(table.examples)}条", flush=True)
    try:
        model = train(table.examples, lambda line: print(line, flush=True))
    except BadLedger as error:
        raise _Failed(f"{args.table}：{error}", 2) from error
    try:
        save(model, args.model)
    except OSError as error:
        raise _Failed(f"写不了 {args.model}：{error.strerror}") from error
    for label, n in model.about.trained_on.items():
        print(f"  {label}：{n}条")
    print(f"模型 {model.version} 已经换上：{args.model}")
    print(f"交叉验证宏平均F1 {model.about.chosen['cross_validated_macro_f1']:.4f}；{_threshold(model)}")


def _threshold(model: Model) -> str:
    if model.about.threshold > 1:
        return "没有哪个把握程度能做到十次对九次，所以都由人来定，只提示最可能的两个部门"
    return f"把握到{model.about.threshold:.0%}才自动分派，不到的提示最可能的两个部门"


def _left_out(table: Cleaned) -> list[str]:
    """What of the table is not learned from, in words."""
    lines = []
    if table.repeated:
        shown = "、".join(f"{line}（同{first}）" for line, first in table.repeated[:SHOWN])
        lines.append(f"重复的{len(table.repeated)}行不算：第{shown}{_more(table.repeated)}行")
    if table.conflicting:
        shown = "；".join("、".join(f"第{e.line}行{e.label}" for e in group) for group in table.conflicting[:SHOWN])
        lines.append(f"同一段话给了不同部门的{len(table.conflicting)}组都不算，请核对：{shown}{_more(table.conflicting)}")
    return lines


def _more(found: Sequence[object]) -> str:
    return "……" if len(found) > SHOWN else ""


def _evaluate(args: argparse.Namespace) -> None:
    from desk.routing.scores import scores

    model, rows = _model(args.model), _rows(args.table)
    first = [model.ranking(row.text)[0] for row in rows]
    found = scores([row.label for row in rows], [department for department, _ in first])
    assigned = [department == row.label for row, (department, odds) in zip(rows, first) if odds >= model.about.threshold]
    unknown = Counter(row.label for row in rows if row.label not in model.about.classes)
    told = {
        **asdict(found),
        "assigned": {"n": len(assigned), "accuracy": sum(assigned) / len(assigned) if assigned else None},
        "unknown_labels": dict(sorted(unknown.items())),
        "model": {"version": model.version, **asdict(model.about)},
    }
    if args.json:
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        print("\n".join(_in_words(found, told)))


def _in_words(found: Scores, told: dict) -> list[str]:
    assigned = told["assigned"]
    right = f"，其中{assigned['accuracy']:.1%}是对的" if assigned["n"] else ""
    lines = [
        f"模型 {told['model']['version']}（{told['model']['trained_at']}），{found.n}条",
        f"准确率 {found.accuracy:.4f}　宏平均F1 {found.macro_f1:.4f}",
        f"有把握、会自动分派的{assigned['n']}条（{assigned['n'] / found.n:.1%}）{right}",
    ]
    if told["unknown_labels"]:
        lines.append("模型没有学过的部门：" + "、".join(f"{k}（{n}条）" for k, n in told["unknown_labels"].items()))
    width = max(map(_width, [*found.labels, "部门"]))
    lines += ["", f"{_padded('部门', width)}  精确率  召回率      F1  条数"]
    lines += [
        f"{_padded(label, width)}  {c.precision:6.3f}  {c.recall:6.3f}  {c.f1:6.3f}  {c.support:4d}"
        for label, c in found.classes.items()
    ]
    lines += ["", "分错的（应是 → 分成）："]
    wrong = [(n, a, b) for a, row in zip(found.labels, found.confusion) for b, n in zip(found.labels, row) if a != b and n]
    lines += [f"  {a} → {b}：{n}" for n, a, b in sorted(wrong, key=lambda w: -w[0])] or ["  没有"]
    return lines


def _width(text: str) -> int:
    """Columns on a terminal."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _try(args: argparse.Namespace) -> None:
    routed = route(args.text, None, None, None, _model(args.model))
    print(f"{routed.department or '未定'}　{routed.why}")
