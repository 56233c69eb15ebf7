"""What documents and pages say of themselves in labelled fields: 发文机关, 文号, 成文日期 …"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from policy_kb.ingest.model import Metadata
from policy_kb.ingest.readers.dates import read_date

# The field each label fills, the more trustworthy label first.
_LABELS = {
    "title": ("标题", "名称", "文件名称", "信息名称", "公文标题"),
    "issuer": ("发文机关", "发文单位", "制定机关", "发布机关", "发布机构", "发文机构", "印发机关", "发布单位", "公开责任单位"),
    "number": ("发文字号", "发文号", "文号", "文件编号", "公文文号"),
    "published": (
        *("成文日期", "发文日期", "印发日期", "公布日期", "修订日期", "修订时间"),
        *("发布日期", "发布时间", "生成日期", "公开日期"),
    ),
    "effective_from": ("施行日期", "实施日期", "生效日期", "实施时间", "施行时间", "生效时间"),
    "effective_to": ("失效日期", "失效时间", "废止日期", "有效期至"),
}
_UNUSED = frozenset("索引号 主题分类 主题词 公开形式 公开方式 体裁 体裁分类 组配分类 有效性 时效 来源 信息来源 信息分类".split())
_RANK = {label: (field, rank) for field, labels in _LABELS.items() for rank, label in enumerate(labels)}
_SPACES = re.compile(r"\s+")
_ANY = "|".join(sorted(map(re.escape, _RANK), key=len, reverse=True))
_LABELLED = re.compile(rf"(?:^|[\s|；;\[【])({_ANY})\s*[:：\]】]\s*")
_BOXED = re.compile(rf"({_ANY})[\s:：]+(\S.{{0,120}})$")
_NEXT_LABEL = re.compile(r"\s+[\u4e00-\u9fff]{2,6}\s*[:：]")
_NUMBER = re.compile(r"[^\s〔〕\[\]（）()]{1,20}[〔\[（(]\d{4}[〕\]）)]\s*第?\s*\d+\s*号|第\s*\d+\s*号|.{2,20}令第?\d+号")
_EMPTY = ("", "无", "-", "--", "—", "——", "/", "暂无")


class Labelled:
    """Collects labelled values; for each field the most trustworthy label wins, then the first."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, str | dt.date]] = {}

    def take_pairs(self, cells: Iterable[str]) -> bool:
        """Read a table row of label, value, label, value …; True where every filled cell was part of a pair."""
        whole, label = True, ""
        for cell in cells:
            name = _SPACES.sub("", cell).rstrip(":：")
            if label:
                whole &= label in _UNUSED or self._take(label, cell)
                label = ""
            elif name in _RANK or name in _UNUSED:
                label = name
            elif name:
                whole = False
        return whole

    def take_line(self, line: str) -> bool:
        """Read every “标签：值” of a line; True where there was one we know."""
        found = list(_LABELLED.finditer(line))
        for here, after in zip(found, [*found[1:], None]):
            value = line[here.end() : after.start() if after else len(line)]
            self._take(here[1], _NEXT_LABEL.split(value)[0])
        return bool(found)

    def take_box(self, line: str) -> bool:
        """Read a line that is one label and its value, with a colon or only a space between."""
        said = _BOXED.fullmatch(line)
        return bool(said) and self._take(said[1], said[2])

    def metadata(self) -> Metadata:
        """What was found."""
        return Metadata(**{field: value for field, (_, value) in self._found.items()})  # type: ignore[arg-type]

    def _take(self, label: str, said: str) -> bool:
        field, rank = _RANK[label]
        said = said.strip().strip("|；;】]").strip()
        value: str | dt.date | None = said
        if field in ("published", "effective_from", "effective_to"):
            value = read_date(said)
        elif (
            said in _EMPTY
            or _SPACES.sub("", said) in _RANK
            or said in _UNUSED
            or len(said) > 120
            or (field == "number" and not _NUMBER.search(said))
        ):
            value = None
        if value is None:
            return False
        if field not in self._found or rank < self._found[field][0]:
            self._found[field] = (rank, value)
        return True
