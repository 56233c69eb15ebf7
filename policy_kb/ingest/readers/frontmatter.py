"""The YAML block at the head of a Markdown file."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import yaml

from policy_kb.ingest.model import Dropped, Metadata
from policy_kb.ingest.readers.dates import read_date

TAKEN = "文件头（已记入文件信息）"
FOREIGN = "文件头"
UNREADABLE = "文件头（读不懂，未采用）"

_MAX_LINES = 200
_TEXTS = ("title", "issuer", "number", "url")
_DATES = ("published", "effective_from", "effective_to")
_KINDS = ("law", "regulation", "rule", "notice", "plan", "report", "article")
_REGION = re.compile(r"\d{6}(-[a-z0-9-]+)?")
_KEY = re.compile(r"([A-Za-z_][\w-]*)\s*:")
_FENCE = re.compile(r"---\s*$")
_END = re.compile(r"(---|\.\.\.)\s*$")


@dataclass(frozen=True)
class FrontMatter:
    """What the block says, what of it is not used, and how many lines it takes."""

    metadata: Metadata
    dropped: tuple[Dropped, ...]
    lines: int


def read_front_matter(lines: list[str]) -> FrontMatter | None:
    """The block that opens a file's lines, or None where the file has none."""
    if not lines or not _FENCE.match(lines[0].lstrip("\ufeff")):
        return None
    end = next((i for i in range(1, min(len(lines), _MAX_LINES)) if _END.match(lines[i])), None)
    if end is None:
        return None
    inner = lines[1:end]
    if not any(_KEY.match(line) for line in inner) and any(line.strip() for line in inner):
        return None  # two rules with text between them
    try:
        values = yaml.safe_load("\n".join(inner)) or {}
    except (yaml.YAMLError, ValueError, RecursionError):
        values = None
    if not isinstance(values, dict):
        dropped = tuple(Dropped(i + 1, lines[i], UNREADABLE) for i in range(end + 1) if lines[i].strip())
        return FrontMatter(Metadata(), dropped, end + 1)
    found, wrong = _metadata(values)
    return FrontMatter(found, _report(lines[: end + 1], found, wrong), end + 1)


def _metadata(values: dict[object, object]) -> tuple[Metadata, dict[str, str]]:
    """What the keys we know say, and for each value that cannot be used the reason."""
    found: dict[str, object] = {}
    wrong: dict[str, str] = {}
    for key, value in values.items():
        if value is None or value == "":
            continue
        if key in _TEXTS and isinstance(value, (str, int, dt.date)):
            found[str(key)] = str(value).strip()
        elif key in _DATES:
            day = read_date(value)
            if day:
                found[str(key)] = day
            else:
                wrong[str(key)] = f"文件头（{key} 不是日期，未采用）"
        elif key == "kind":
            if value in _KINDS:
                found["kind"] = value
            else:
                wrong["kind"] = f"文件头（kind 应是 {'、'.join(_KINDS)} 之一，未采用）"
        elif key == "region":
            code = f"{value:06d}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
            if _REGION.fullmatch(code):
                found["region"] = code
            else:
                wrong["region"] = "文件头（region 应是行政区划代码，未采用）"
    return Metadata(**found), wrong  # type: ignore[arg-type]


def _report(lines: list[str], found: Metadata, wrong: dict[str, str]) -> tuple[Dropped, ...]:
    dropped = []
    reason = FOREIGN
    for number, line in enumerate(lines, 1):
        if key := _KEY.match(line):
            name = key[1]
            reason = TAKEN if getattr(found, name, None) is not None else wrong.get(name, FOREIGN)
        elif _END.match(line):
            reason = FOREIGN
        if line.strip():
            dropped.append(Dropped(number, line, reason))
    return tuple(dropped)
