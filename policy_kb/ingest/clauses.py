"""Lines into clauses: every numbered part, paragraph and table row with the full way to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from policy_kb.ingest.attachments import Attachments
from policy_kb.ingest.model import Clause, Line
from policy_kb.ingest.numbering import STRUCTURE, Marker, marker_of
from policy_kb.ingest.paths import Writer
from policy_kb.ingest.tables import BOX, CAPTION, box_end, without_bar
from policy_kb.ingest.tree import Entry, Node, ends_a_list, paragraphs_of

CLOSING = "结语"
ATTACHMENT_LIST = "附件目录"

_CLOSING = re.compile(
    r"各(?:地|省|级|区|市|县|有关|部门|单位)|本(?:意见|通知|方案|规划|计划|措施|决定)|.{2,20}自\d{4}年\d{1,2}月\d{1,2}日起|"
    r"以上|特此|请(?!求)"
)
_SOFT_LENGTH = 30
_COMPONENT_LENGTH = 20


def cut(lines: Sequence[Line], names: Mapping[int, str], prefix: str = "") -> list[Clause]:
    """Cut a document's lines into clauses, in order.

    ``names`` says which lines are frame (index → 题注, 落款 …); ``prefix`` goes before every path (通知). Headings that
    have nothing below them are clauses too, so that no line is lost.
    """
    cutter = Cutter(lines, names)
    cutter.run()
    return Writer(cutter.root, cutter.nodes, cutter.entries, prefix).clauses()


class Cutter:
    def __init__(self, lines: Sequence[Line], names: Mapping[int, str]) -> None:
        self.drawn = lines  # with the bars that close boxes
        self.lines = lines = [without_bar(x) for x in lines]
        self.names = names
        self.markers = [
            marker_of(x.text) if x.kind in ("text", "heading") and i not in names else None for i, x in enumerate(lines)
        ]
        self.attachments = Attachments(lines, self.markers, names)
        self.root = Node("root")
        self.top = self.root
        self.nodes: list[Node] = []
        self.entries: list[Entry] = []
        self.named: dict[str, Node] = {}
        self.is_law = sum(m is not None and m.kind == "article" for m in self.markers) >= 2
        self._scope()

    def _scope(self) -> None:
        """A new count begins: the document, an attachment."""
        self.last: dict[str, int] = {}
        self.parents: dict[str, str] = {}

    def run(self) -> None:
        i = 0
        while i < len(self.lines):
            i = self._take(i)

    def _take(self, i: int) -> int:
        line, marker = self.lines[i], self.markers[i]
        if name := self.names.get(i):
            self._named(name, line)
        elif line.kind in ("row", "header"):
            return self._table(i, None)
        elif i in self.attachments.listed:
            self._listed(i)
        elif i in self.attachments.starts:
            return self._attachment(i)
        elif CAPTION.fullmatch(line.text) and i + 1 < len(self.lines) and self.lines[i + 1].kind in ("row", "header"):
            return self._table(i + 1, line)
        elif BOX.match(line.text) and len(line.text) <= 60:
            return self._box(i)
        elif marker and self._accepts(i, marker):
            self._open(line, marker)
        elif line.kind == "heading":
            self._heading(line)
        elif self._is_soft_heading(i):
            self._soft(line)
        else:
            self._paragraph(i)
        return i + 1

    def _add(self, node: Node, line: Line, header: tuple[str, ...] = ()) -> None:
        entry = Entry(node, line, len(self.entries), header)
        node.entries.append(entry)
        self.entries.append(entry)

    def _node(self, node: Node) -> Node:
        assert node.parent is not None
        node.parent.children.append(node)
        self.nodes.append(node)
        if node.line is not None:
            # the place of a heading that turns out to have nothing below it
            self.entries.append(Entry(node, node.line, len(self.entries)))
        return node

    def _named(self, name: str, line: Line) -> None:
        if name not in self.named:
            self.named[name] = self._node(Node("named", name, self.root))
        self._add(self.named[name], line)

    def _listed(self, i: int) -> None:
        label = self.attachments.listed[i]
        if ATTACHMENT_LIST not in self.named:
            self.named[ATTACHMENT_LIST] = self._node(Node("named", ATTACHMENT_LIST, self.root))
        line = self.lines[i]
        node = self._node(Node("listed", label, self.named[ATTACHMENT_LIST]))
        self._add(node, replace(line, text=self.attachments.titles_of[i]))

    def _attachment(self, i: int) -> int:
        start = self.attachments.starts[i]
        line = self.lines[i]
        opening = self.lines[i : start.end]
        self._scope()
        whole = Line(" ".join(x.text for x in opening), line.start, opening[-1].end, "heading")
        self.top = self._node(Node("attachment", start.label, self.root, line=whole, heading=start.heading))
        return start.end

    def _table(self, i: int, caption: Line | None) -> int:
        """Rows from ``i`` on."""
        component = "表"
        if caption and (m := CAPTION.fullmatch(caption.text)) and m["number"]:
            component = m["label"] + m["number"]
        scope = self._scope_of_numbered() if component != "表" else None
        heading = caption.text if caption else None
        node = self._node(Node("table", component, self.top, line=caption, heading=heading, scope=scope))
        header: tuple[str, ...] = ()
        while i < len(self.lines) and self.lines[i].kind in ("row", "header"):
            line = self.lines[i]
            if line.kind == "header":
                header = line.cells
                self._add(self._node(Node("thead", "表头", node)), line)
            else:
                self._add(node, line, header)
            i += 1
        return i

    def _scope_of_numbered(self) -> Node:
        """Tables and boxes with a number are counted through the document, or through an attachment."""
        return next((n for n in self._stack() if n.kind == "attachment"), self.root)

    def _stack(self) -> list[Node]:
        out, node = [], self.top
        while node is not self.root and node is not None:
            out.append(node)
            assert node.parent is not None
            node = node.parent
        return out

    def _box(self, i: int) -> int:
        match = BOX.match(self.lines[i].text)
        assert match
        end = box_end(self.drawn, i)
        before = (self.top, self.last, self.parents)
        self._scope()
        heading = self.drawn[i].text
        scope = self._scope_of_numbered()
        self.top = self._node(
            Node("box", f"专栏{match['number'] or ''}", self.top, line=self.lines[i], heading=heading, scope=scope)
        )
        i += 1
        while i < end:
            i = self._take(i)
        self.top, self.last, self.parents = before
        return i

    def _accepts(self, i: int, marker: Marker) -> bool:
        if marker.sure:
            return True
        if marker.number == self.last.get(marker.kind, 0) + 1 and marker.number > 1:
            return True
        follows = (m for m in self.markers[i + 1 : i + 200] if m is not None and m.kind == marker.kind)
        return marker.number == 1 and next((m.number == 2 for m in follows), False)

    def _open(self, line: Line, marker: Marker) -> None:
        self.last[marker.kind] = marker.number
        parent = self._parent_for(marker)
        if parent.marker is not None:
            self.parents[marker.kind] = parent.kind
        rest = line.text[marker.length :].strip() if marker.kind != "is" else line.text
        node = Node(marker.kind, marker.label, parent, marker, line.level, line, replace(line, text=rest) if rest else None)
        if marker.kind in ("part", "chapter", "section"):
            node.heading = line.text
            if self.is_law:
                node.component = ""
        elif line.kind == "heading" and marker.kind != "article":
            node.heading = line.text
        article = parent if parent.kind == "article" else parent.article
        if article is not None:
            node.under = max(1, len(paragraphs_of(article)))
        self.top = self._node(node)

    def _parent_for(self, marker: Marker) -> Node:
        """Whose part a marker opens: what it continues, else what its kind stood under before, else by rank."""
        stack = self._stack()
        same = next((n for n in stack if n.kind == marker.kind), None)
        if same is not None:
            assert same.parent is not None
            return same.parent
        node = self.top
        if marker.kind in STRUCTURE:
            opens_old_chapter = marker.kind == "article" and node.kind == "dun"
            while node.marker is not None and node.marker.rank > marker.rank and not opens_old_chapter:
                assert node.parent is not None
                node = node.parent
            return node
        if node.marker is not None and node.marker.rank >= marker.rank:
            known = next((n for n in stack if n.kind == self.parents.get(marker.kind)), None)
            if known is not None:
                return known
            above = next((n for n in stack if n.marker is not None and n.marker.rank < marker.rank), None)
            if above is not None:
                return above
        return node

    def _heading(self, line: Line) -> None:
        """A heading the format marks as one, without a number."""
        node = self.top
        if line.level is None:
            while node.kind == "heading":
                assert node.parent is not None
                node = node.parent
        else:
            while node.parent is not None and node.kind != "attachment" and not (node.level and node.level < line.level):
                node = node.parent
        name = re.split(r"[：:]", line.text)[0].strip()
        component = "" if self.is_law or len(name) > _COMPONENT_LENGTH else name
        self.top = self._node(Node("heading", component, node, level=line.level, line=line, heading=line.text))

    def _is_soft_heading(self, i: int) -> bool:
        """In plain text: a short line between paragraphs that ends like no sentence."""
        line = self.lines[i]
        if self.is_law or not 3 <= len(line.text) <= _SOFT_LENGTH or re.search(r"[，,。；;：:！!？?|｜、…—-]", line.text):
            return False
        if i + 1 >= len(self.lines) or i + 1 in self.names or i == 0:
            return False
        after, before = self.lines[i + 1], self.lines[i - 1]
        paragraph = after.kind == "text" and len(after.text) > 40 and bool(re.search(r"[，。；,;]", after.text))
        ended = before.kind != "text" or before.text.endswith(("。", "！", "；", "!", ";", "”"))
        return ended and (paragraph or self.markers[i + 1] is not None)

    def _soft(self, line: Line) -> None:
        node = self._after_items()
        if node.kind == "soft":
            assert node.parent is not None
            node = node.parent
        self.top = self._node(Node("soft", "", node, line=line, heading=line.text))

    def _paragraph(self, i: int) -> None:
        line = self.lines[i]
        self.top = self._after_items()
        if self._is_closing(i):
            self._named(CLOSING, line)
        else:
            self._add(self.top, line)

    def _is_closing(self, i: int) -> bool:
        """各地要根据本意见… after the last numbered part: it speaks for the whole, not for part （三）."""
        node = self.top
        if self.is_law or node.marker is None or node.parent is None or node.entries or not _CLOSING.match(self.lines[i].text):
            return False
        if any(m is not None for m in self.markers[i + 1 :]) or i + 2 < len(self.lines) - len(self.names):
            return False
        siblings = [n for n in node.parent.children if n.kind == node.kind and n is not node]
        return bool(siblings) and all(not n.entries for n in siblings)

    def _after_items(self) -> Node:
        """A paragraph after a list belongs to what the list belongs to."""
        node = self.top
        article = node.article
        if article is not None and node.kind != "article":
            return article
        while node.marker is not None and node.parent is not None and ends_a_list(node):
            node = node.parent
        return node
