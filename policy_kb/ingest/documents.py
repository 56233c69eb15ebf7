"""Several documents in one file, the title of each, and the notice that a plan was printed with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from policy_kb.ingest.marks import DATE_LINE, YEARS, is_date, number_in, plain
from policy_kb.ingest.model import Line
from policy_kb.ingest.numbering import marker_of

_TITLE_END = (
    r"(?:通知|意见|决定|公告|通告|报告|批复|函|办法|规定|细则|条例|规则|规程|规划|计划|方案|纲要|法|标准|指南|目录|措施|政策|"
    r"清单|章程|制度|解释|须知|指引)"
)
TITLE = re.compile(rf"[^。；;！？]{{2,90}}{_TITLE_END}(?:\s*[（(〔\[][^）)]{{1,24}}[）)〕\]])*$")
_NOTICE = re.compile(r"(?:印发|发布|转发|公布|下发)\s*[《〈]?(?P<inner>.+?)[》〉]?的(?:通知|公告|通告)$")
_SESSION = re.compile(r"[—\-（(]*\s*(?P<date>\d{4}年\d{1,2}月\d{1,2}日)\s*在(?P<place>.{2,40})")
_CONGRESS = re.compile(r"人民代表大会.{0,20}会议上?\s*[）)]?$")
_CLOSING = re.compile(r"[！!]$")
_NO_TITLE = re.compile(r"[。；;：:，,！!？?|｜…]|^(?:附件|专栏|表|第.{1,3}部分|——)")
_LABEL = re.compile(r"(?P<label>[^，,。；;：:]{2,10})[：:]")
_RECORDS = 5  # so many numbered names, each with a paragraph that begins alike, are a list of its own
_SHORT = 60


@dataclass
class Part:
    """One document's lines, its title lines taken out. ``notice`` is the part printed before a plan."""

    lines: list[Line]
    title: str | None = None
    title_lines: list[Line] = field(default_factory=list)
    repeats: list[Line] = field(default_factory=list)  # the title once more
    notice: list[Line] = field(default_factory=list)
    notice_title: str | None = None
    notice_title_lines: list[Line] = field(default_factory=list)
    session: list[Line] = field(default_factory=list)  # when and where a report was given
    is_list: bool = False


def split_documents(lines: Sequence[Line]) -> list[Part]:
    """The documents in a file, in order; each with its title, if it prints one."""
    parts: list[Part] = []
    for piece, is_list in _pieces(list(lines)):
        part = Part(piece, is_list=is_list)
        _take_title(part)
        parts.append(part)
    return parts


def _pieces(lines: list[Line]) -> list[tuple[list[Line], bool]]:
    cuts = {0: False}
    records = _records(lines)
    if records and (records[0] == 0 or _closes(lines[records[0] - 1])):
        cuts[records[0]] = True
        if len(lines) - records[1] >= 2:
            cuts[records[1]] = False
    tops = [i for i, x in enumerate(lines) if x.kind == "heading" and x.level == 1]
    # a second top heading that reads as the title of a document begins one, unless the first is the notice it came with
    for i in tops[1:]:
        first, this = lines[tops[0]].text, lines[i].text
        if TITLE.fullmatch(this) and TITLE.fullmatch(first) and not _NOTICE.search(first) and not marker_of(this):
            cuts[i] = False
    for i in range(1, len(lines)):
        if _begins(lines, i):
            cuts[i] = False
    at = sorted(cuts)
    return [(lines[a:b], cuts[a]) for a, b in zip(at, [*at[1:], len(lines)]) if lines[a:b]]


def _begins(lines: list[Line], i: int) -> bool:
    """A title after a signature: the next notice of a collection."""
    line = lines[i]
    if line.kind != "text" or len(line.text) > 90 or marker_of(line.text):
        return False
    title = re.fullmatch(r".{0,40}关于.{2,70}的(?:通知|意见|决定|公告|通告|办法|规定|批复|函)", line.text)
    before = [x.text for x in lines[max(0, i - 3) : i]]
    return bool(title) and any(is_date(t) for t in before) and not _prints_plan(lines, i)


def _prints_plan(lines: list[Line], i: int) -> bool:
    head = "".join(x.text for x in lines[: min(i, 6)])
    return plain(lines[i].text) in plain(head)


def _closes(line: Line) -> bool:
    return bool(_CLOSING.search(line.text)) or is_date(line.text)


def _records(lines: list[Line]) -> tuple[int, int] | None:
    """Where a list of numbered names begins and ends, each name followed by a paragraph with one and the same label."""
    for i, line in enumerate(lines[:-1]):
        marker = marker_of(line.text) if line.kind != "row" else None
        if not marker or marker.kind != "dot" or marker.number != 1 or len(line.text) > _SHORT:
            continue
        label = _LABEL.match(lines[i + 1].text)
        if not label:
            continue
        at, number = i, 1
        while at + 1 < len(lines):
            m = marker_of(lines[at].text)
            if not (m and m.kind == "dot" and m.number == number and lines[at + 1].text.startswith(label["label"])):
                break
            at, number = at + 2, number + 1
        if number > _RECORDS:
            return i, at
    return None


def _take_title(part: Part) -> None:
    if part.is_list:
        return
    lines = part.lines
    if _take_session(part) or not lines:
        return
    heading = next((i for i, x in enumerate(lines[:8]) if x.kind == "heading" and x.level == 1 and not marker_of(x.text)), None)
    if heading is not None:
        part.title, part.title_lines = lines[heading].text, [lines[heading]]
        before = lines[:heading]
        part.lines = before + lines[heading + 1 :]
    else:
        found = _title_run(lines) or _plain_title(lines)
        if not found:
            return
        first, last, title = found
        part.title, part.title_lines = title, lines[first:last]
        part.lines = lines[:first] + lines[last:]
    notice = _NOTICE.search(part.title)
    if notice:
        _take_plan(part, notice["inner"])
    _take_repeats(part)


def _title_run(lines: list[Line], depth: int = 12, most: int = 4) -> tuple[int, int, str] | None:
    """The first run of one to four short lines that together read as a title."""
    for i in range(min(depth, len(lines))):
        text = lines[i].text
        if marker_of(text) or lines[i].kind == "row" or DATE_LINE.match(text) or number_in(text) or text.endswith("文件"):
            continue
        joined = ""
        for j in range(i, min(i + most, len(lines))):
            line = lines[j]
            if line.kind == "row" or len(line.text) > 90 or re.search(r"[。；;！？：:]$", line.text):
                break
            if j > i and marker_of(line.text):
                break
            joined += line.text
            if TITLE.fullmatch(joined) and (j > i or "关于" in joined or len(joined) <= 50):
                return i, _with_years(lines, j + 1), joined + "".join(x.text for x in lines[j + 1 : _with_years(lines, j + 1)])
        if len(lines[i].text) > 90 and re.search(r"[。；]", lines[i].text):
            return None
    return None


def _plain_title(lines: list[Line]) -> tuple[int, int, str] | None:
    """A short first line that is neither numbered nor a sentence."""
    first = lines[0].text
    if len(lines) < 2 or lines[0].kind == "row" or marker_of(first) or is_date(first) or number_in(first):
        return None
    after = lines[1].text
    below = marker_of(after) or after.endswith(("。", "：", ":", "？", "?")) or len(after) > len(first) * 2
    return (0, 1, first) if below and 4 <= len(first) <= 25 and not _NO_TITLE.search(first) else None


def _with_years(lines: list[Line], at: int) -> int:
    """A line （2021—2025年） below a title belongs to it."""
    return at + 1 if at < len(lines) and YEARS.fullmatch(lines[at].text) else at


def _take_plan(part: Part, inner: str) -> None:
    """After a notice that prints a plan: the notice's own lines apart, the plan's title as the title."""
    wanted = plain(inner)
    base = re.sub(r"[（(].*?[)）]", "", wanted)
    lines = part.lines
    for i in range(len(lines)):
        if len(lines[i].text) > 90 or i == 0 and len(lines) < 4:
            continue
        joined = ""
        for j in range(i, min(i + 4, len(lines))):
            joined += lines[j].text
            said = plain(joined)
            if said in (wanted, base) and _after_notice(lines[:i]):
                last = _with_years(lines, j + 1)
                part.notice_title, part.notice_title_lines = part.title, part.title_lines
                part.title = joined + "".join(x.text for x in lines[j + 1 : last])
                part.title_lines = lines[i:last]
                part.notice, part.lines = lines[:i], lines[last:]
                return
            if not wanted.startswith(said):
                break


def _after_notice(lines: Sequence[Line]) -> bool:
    """A notice says something before it prints: a paragraph that ends, or a date."""
    return any(x.text.endswith(("。", "执行", "！")) or DATE_LINE.fullmatch(x.text) for x in lines)


def _take_repeats(part: Part) -> None:
    """The title printed again (once for the page, once for the document) is no text."""
    for name in ("notice", "lines"):
        lines: list[Line] = getattr(part, name)
        titles = {plain(t) for t in (part.notice_title, part.title) if t}
        i = 0
        while i < min(len(lines), 12):
            joined = ""
            for j in range(i, min(i + 4, len(lines))):
                joined += plain(lines[j].text)
                if joined in titles:
                    part.repeats.extend(lines[i : j + 1])
                    del lines[i : j + 1]
                    i -= 1
                    break
                if not any(t.startswith(joined) for t in titles):
                    break
            i += 1


def _take_session(part: Part) -> bool:
    """——2019年4月18日在…人民代表大会…会议上: a work report, often without its title."""
    for i, line in enumerate(part.lines[:6]):
        start = _SESSION.match(line.text)
        if not start:
            continue
        for j in range(i, min(i + 3, len(part.lines))):
            joined = "".join(x.text for x in part.lines[i : j + 1])
            if len(joined) > 120 or not _CONGRESS.search(joined):
                continue
            part.session = part.lines[i : j + 1]
            above = part.lines[:i]
            titled = [x for x in above if "报告" in x.text and len(x.text) <= 40]
            part.title_lines = titled
            part.title = titled[0].text if titled else None
            part.lines = [x for x in above if x not in titled] + part.lines[j + 1 :]
            return True
    return False
