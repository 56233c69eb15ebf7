"""What stands around a document's text: the note under a law's title, addressees, signature, copies, imprint."""

from __future__ import annotations

import re
from collections.abc import Sequence

from policy_kb.ingest.marks import DATE_LINE, is_date, number_in
from policy_kb.ingest.model import Line
from policy_kb.ingest.numbering import marker_of

TITLE_NOTE = "题注"
TITLE_PAGE = "标题页"
NUMBER = "文号"
ADDRESSEES = "主送"
SIGNATURE = "落款"
REMARK = "附注"
COPIES = "抄送"
IMPRINT = "印发"

_ACT = re.compile(r"通过|公布|发布|颁布|修订|修正|施行|实施|批准|审议|令第|废止|印发")
_LABELLED = re.compile(
    r"(?:发文机关|发布机关|制定机关|发布单位|文号|发文字号|公布日期|发布日期|发布时间|公布时间|成文日期|印发日期|修订时间|修订日期|实施时间|施行时间|施行日期|"
    r"实施日期|生效日期|生效时间|失效日期|有效期至|时效性|效力级别|索引号|主题分类|信息来源|来源)[\s:：]+\S.{0,80}$"
)
_ORGAN = re.compile(r".*(?:人民政府|办公厅|办公室|[局厅部委院会署行]|领导小组|中心)(?:\s*[、 　].*)?$")
_ADDRESSED = re.compile(r"人民政府|办事处|委员会|部门|单位|机构|各[省市区县镇街乡科]|各有关|[厅局院]")
_BRACKETED = re.compile(r"[（(\[【][^（(）)]{2,40}[）)\]】]$")
_DRAFT = re.compile(r"送审稿|征求意见稿|草案|讨论稿|试行|修订稿|公开征求意见|\d{4}")
_CONTACT = re.compile(r"[（(]?(?:联系人|联系电话|联系方式|咨询电话|举报电话|监督电话)\s*[:：]")
_COPIES = re.compile(r"(?:抄送|抄报|主送|分送)\s*[:：]")
_IMPRINT = re.compile(r".{2,40}\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日\s*印发$")


def name_frame(lines: Sequence[Line], is_notice: bool = False) -> dict[int, str]:
    """Which lines are not text but frame: index → 题注, 主送, 落款 …; ``is_notice``: the lines are a notice's own part."""
    names: dict[int, str] = {}
    first = next((i for i, x in enumerate(lines) if x.kind in ("heading", "row", "header") or marker_of(x.text)), len(lines))
    _head(lines, min(first, 15), names)
    last = max((i for i, x in enumerate(lines) if x.kind != "row" and marker_of(x.text)), default=len(lines))
    for i, line in enumerate(lines):
        if line.kind != "text" or i in names:
            continue
        if _COPIES.match(line.text):
            names[i] = COPIES
        elif _IMPRINT.fullmatch(line.text):
            names[i] = IMPRINT
        elif _CONTACT.match(line.text) and len(line.text) <= 80 and i > last:
            names[i] = REMARK
        elif is_date(line.text):
            names[i] = SIGNATURE
            _organs_before(lines, i, names)
        elif i and names.get(i - 1) in (SIGNATURE, REMARK) and _BRACKETED.fullmatch(line.text):
            names[i] = REMARK
    if is_notice:
        _organs_before(lines, len(lines), names)
    return names


def _head(lines: Sequence[Line], end: int, names: dict[int, str]) -> None:
    addressed = next((i for i in range(end) if _is_addressees(lines[i].text)), None)
    for i in range(end):
        text = lines[i].text
        if lines[i].kind != "text":
            continue
        if number_in(text):
            names[i] = NUMBER
        elif _LABELLED.fullmatch(text) or _is_title_note(text):
            names[i] = TITLE_NOTE
        elif _BRACKETED.fullmatch(text) and _DRAFT.search(text) or text.endswith("文件") and len(text) <= 30:
            names[i] = TITLE_PAGE
        elif i == addressed:
            names[i] = ADDRESSEES
        elif addressed is not None and i < addressed and len(text) <= 40 and _ORGAN.fullmatch(text):
            names[i] = TITLE_PAGE
        elif len(text) > 60 and text.endswith("。"):
            break


def _is_title_note(text: str) -> bool:
    """2018年12月29日 …修正, （1999年9月28日…公布 自…起施行）."""
    if len(text) > 400 or text.endswith("。") or not _ACT.search(text):
        return False
    return bool(DATE_LINE.match(text.lstrip("（(")) or _BRACKETED.fullmatch(text) and DATE_LINE.search(text))


def _is_addressees(text: str) -> bool:
    if not text.endswith(("：", ":")) or len(text) > 300 or re.search(r"。|如下|以下|下列", text):
        return False
    return bool(_ADDRESSED.search(text))


def _organs_before(lines: Sequence[Line], end: int, names: dict[int, str]) -> None:
    for i in range(end - 1, max(-1, end - 6), -1):
        text = lines[i].text
        if i in names:
            if names[i] in (SIGNATURE, REMARK):
                continue
            return
        if lines[i].kind != "text" or len(text) > 40 or not _ORGAN.fullmatch(text) or re.search(r"[，。；：,;:]", text):
            return
        names[i] = SIGNATURE
