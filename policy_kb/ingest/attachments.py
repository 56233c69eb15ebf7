"""The list of attachments at a document's end, and where each attachment begins."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from policy_kb.ingest.marks import YEARS, plain
from policy_kb.ingest.model import Line
from policy_kb.ingest.numbering import Marker, chinese_to_int

_ATTACHMENT = re.compile(
    r"(?P<label>附\s*[件录表])\s*(?P<number>\d{1,2}|[一二三四五六七八九十]{1,3})?\s*"
    r"(?P<colon>[：:.、]?)\s*(?P<rest>.{0,80})$"
)
_SENTENCE = re.compile(r"[。；;！？]")
_LONGEST_TITLE = 60


@dataclass(frozen=True)
class Start:
    """An attachment begins: what it is called in paths, its heading, and the line after its title."""

    label: str
    heading: str
    end: int


class Attachments:
    """``listed``: line → its piece of the path in the list of attachments, ``titles_of``: the title it lists;
    ``starts``: line → the attachment that begins there."""

    def __init__(self, lines: Sequence[Line], markers: Sequence[Marker | None], names: Mapping[int, str]) -> None:
        self.lines = lines
        self.markers = markers
        self.names = names
        self.listed: dict[int, str] = {}
        self.titles_of: dict[int, str] = {}
        self.starts: dict[int, Start] = {}
        words = {i: x.text for i, x in enumerate(lines) if x.kind in ("text", "heading") and i not in names}
        found = {i: m for i, t in words.items() if (m := _ATTACHMENT.fullmatch(t)) and _reads_as_title(m)}
        for i, m in found.items():
            if i not in self.listed and self._is_list(i, m, found):
                self._take_list(i, m, found)
        titles = {plain(t): self.listed[i] for i, t in self.titles_of.items()}
        for i, m in found.items():
            if i not in self.listed:
                self._start(i, m)
        self._unlabelled(titles)

    def _is_list(self, i: int, m: re.Match[str], found: Mapping[int, re.Match[str]]) -> bool:
        if self.lines[i].kind == "heading":
            return False
        if re.match(r"1\s*[.．、]", m["rest"]) and not m["number"]:
            return True
        if not m["rest"]:
            marker = self.markers[i + 1] if i + 1 < len(self.lines) else None
            return not m["number"] and bool(m["colon"]) and marker is not None and marker.kind == "dot" and marker.number == 1
        if i + 1 in found or i - 1 in self.listed:
            return True
        signed_next = i + 1 < len(self.lines) and i + 1 in self.names
        return bool(m["colon"]) and (signed_next or i + 1 == len(self.lines))

    def _take_list(self, i: int, m: re.Match[str], found: Mapping[int, re.Match[str]]) -> None:
        numbered = re.match(r"1\s*[.．、]\s*(.+)", m["rest"])
        self.listed[i] = "1" if numbered else (_number(m) or "1")
        self.titles_of[i] = numbered[1] if numbered else m["rest"] or self.lines[i].text
        if not m["rest"]:
            self.listed[i] = "标题"
        number = 1 if numbered else 0
        if not numbered and m["rest"]:
            return
        for j in range(i + 1, len(self.lines)):
            marker = self.markers[j]
            if marker is None or marker.kind != "dot" or marker.number != number + 1:
                return
            if len(self.lines[j].text) > _LONGEST_TITLE + 10:
                return
            number = marker.number
            self.listed[j] = str(number)
            self.titles_of[j] = self.lines[j].text[marker.length :]

    def _start(self, i: int, m: re.Match[str]) -> None:
        label = re.sub(r"\s", "", m["label"]) + _number(m)
        title, end = m["rest"], i + 1
        if not title and end < len(self.lines) and self._is_title(end):
            title, end = self.lines[end].text, end + 1
        if title and end < len(self.lines) and YEARS.fullmatch(self.lines[end].text):
            title, end = title + self.lines[end].text, end + 1
        self.starts[i] = Start(label, f"{label} {title}".strip(), end)

    def _is_title(self, i: int) -> bool:
        line = self.lines[i]
        if line.kind not in ("text", "heading") or i in self.names or self.markers[i]:
            return False
        return len(line.text) <= _LONGEST_TITLE and not _SENTENCE.search(line.text)

    def _unlabelled(self, titles: Mapping[str, str]) -> None:
        """An attachment that begins with its listed title alone, its “附件1” lost."""
        covered = {j for i, s in self.starts.items() for j in range(i, s.end)}
        for i, line in enumerate(self.lines):
            number = titles.get(plain(line.text))
            if number and number.isdecimal() and i not in self.listed and i not in covered and i > min(self.listed):
                self.starts[i] = Start(f"附件{number}", f"附件{number} {line.text}", i + 1)


def _reads_as_title(m: re.Match[str]) -> bool:
    rest = m["rest"]
    if _SENTENCE.search(rest) or len(rest) > _LONGEST_TITLE + 10:
        return False
    # 附件2所列材料… is a sentence; 附件 1 …, 附件1：…, 附件2 alone are titles
    return not rest or bool(m["colon"] or m["number"]) and not re.match(r"[所中的列规和、]", rest)


def _number(m: re.Match[str]) -> str:
    return str(chinese_to_int(m["number"])) if m["number"] else ""
