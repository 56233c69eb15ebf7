"""Labelled messages from a table ``text,label`` (CSV), as ledgers and spreadsheets write them."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

COLUMNS = ("text", "label")
LONGEST_LABEL = 80
LONGEST_FIELD = 1_000_000
FEWEST_LABELS, FEWEST_ROWS = 2, 5
SHOWN = 20


class BadLedger(ValueError):
    """The table cannot be used; says why in Chinese, with the lines."""


@dataclass(frozen=True)
class Example:
    """One message and the department it went to. ``line``: where its row begins in the file, counted from 1."""

    line: int
    text: str
    label: str


@dataclass(frozen=True)
class Cleaned:
    """``examples``: each text once. ``repeated``: rows left out as (line, line of the first with the same text and label).
    ``conflicting``: groups of rows with one text and several labels, none of which is kept.
    """

    examples: list[Example]
    repeated: list[tuple[int, int]]
    conflicting: list[list[Example]]


def read_ledger(path: Path) -> list[Example]:
    """The rows of the file in UTF-8 (with or without BOM) or GB18030; other columns are passed over.

    Raises :class:`BadLedger`, naming every bad line (the first :data:`SHOWN`), and ``OSError``.
    """
    content = _decoded(path.read_bytes())
    csv.field_size_limit(LONGEST_FIELD)
    # A quoted line break is part of the text: the file's own are kept for the reader to see.
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    examples: list[Example] = []
    problems: list[str] = []
    begun = 1
    try:
        places = _places(next(reader, []))
        begun = reader.line_num + 1
        for row in reader:
            if any(cell.strip() for cell in row):
                found = _example(begun, row, places)
                (examples if isinstance(found, Example) else problems).append(found)
            begun = reader.line_num + 1
    except csv.Error as error:
        raise BadLedger(f"第{begun}行：读不出来，可能是引号没有成对，或者一格太长（{error}）") from error
    if problems:
        more = [f"……共{len(problems)}处"] if len(problems) > SHOWN else []
        raise BadLedger("\n".join([*problems[:SHOWN], *more]))
    if not examples:
        raise BadLedger("表头以下没有任何一行")
    return examples


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text
    raise BadLedger("不是文本文件：请另存为 CSV（UTF-8 或 GB18030 编码）")


def _places(header: Sequence[str]) -> tuple[int, int]:
    """Where the two columns are."""
    names = [cell.strip().lower() for cell in header]
    missing = [name for name in COLUMNS if names.count(name) != 1]
    if missing:
        raise BadLedger(f"第1行：表头要有 text 和 label 两列，各一次；现在是“{','.join(names)[:80]}”")
    return names.index(COLUMNS[0]), names.index(COLUMNS[1])


def _example(line: int, row: Sequence[str], places: tuple[int, int]) -> Example | str:
    """The row, or what is wrong with it."""
    if len(row) <= max(places):
        return f"第{line}行：只有{len(row)}列，缺 text 或 label"
    text, label = (row[place].strip() for place in places)
    if not text:
        return f"第{line}行：text 是空的"
    if not label:
        return f"第{line}行：label 是空的"
    if len(label) > LONGEST_LABEL or "\n" in label:
        return f"第{line}行：label 超过{LONGEST_LABEL}个字或有换行，是不是两列写反了"
    return Example(line, text, label)


def cleaned(examples: Sequence[Example]) -> Cleaned:
    """Each text once; texts that went to several departments teach nothing and are left out."""
    by_text: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_text[" ".join(example.text.split())].append(example)
    kept, repeated, conflicting = [], [], []
    for group in by_text.values():
        if len({e.label for e in group}) > 1:
            conflicting.append(group)
            continue
        kept.append(group[0])
        repeated += [(e.line, group[0].line) for e in group[1:]]
    return Cleaned(kept, repeated, conflicting)


def require_enough(examples: Sequence[Example]) -> None:
    """Raises :class:`BadLedger` with fewer than :data:`FEWEST_LABELS` labels or :data:`FEWEST_ROWS` rows of one."""
    counts = Counter(e.label for e in examples)
    if len(counts) < FEWEST_LABELS:
        raise BadLedger(f"至少要有{FEWEST_LABELS}个部门（label），现在有{len(counts)}个")
    few = [f"“{label}”只有{n}行" for label, n in sorted(counts.items()) if n < FEWEST_ROWS]
    if few:
        raise BadLedger(f"每个部门至少要有{FEWEST_ROWS}行（重复的算一行）：" + "、".join(few))
