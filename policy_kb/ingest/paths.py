"""From the tree of a document to clauses: how each part is cited, under which headings, led in by which sentence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from policy_kb.ingest.model import Clause, Line
from policy_kb.ingest.numbering import STRUCTURE, int_to_chinese
from policy_kb.ingest.tables import row_text
from policy_kb.ingest.tree import COLON, Entry, Node, heading_of, paragraphs_of

INTRODUCTION = "引言"
BODY = "正文"

_SHORT_LEAD = 60
_ANNOUNCES = re.compile(r"下列|以下|如下|之一")
_RUN_IN = re.compile(r"[^。；;！？：:]{2,40}[。：:]")


class Writer:
    """From the tree to paths and clauses."""

    def __init__(self, root: Node, nodes: Sequence[Node], entries: Sequence[Entry], prefix: str) -> None:
        self.root = root
        self.nodes = nodes
        self.entries = entries
        self.prefix = prefix
        self.component: dict[Node, str] = {}
        self.totals: dict[Node, int] = {}
        self.order: dict[Node, int] = {}
        for entry in entries:
            self.order.setdefault(entry.node, entry.order)
        self.headings = {n: heading_of(n) for n in nodes}
        self._number_repeats()
        self.front = self._name_of_front()

    def _number_repeats(self) -> None:
        """The second part of one name under one part is 三（第2处）."""
        seen: Counter[tuple[int, str, int]] = Counter()
        for node in self.nodes:
            key = (id(node.owner), node.component, self._paragraph_of(node))
            seen[key] += 1
            again = f"（第{seen[key]}处）" if node.component and seen[key] > 1 else ""
            self.component[node] = self._say(node) + again if node.component else ""

    def _paragraph_of(self, node: Node) -> int:
        return node.under if node.is_item and node.parent is not None and node.parent.kind == "article" else 0

    def _say(self, node: Node) -> str:
        """What a part is called: the items of an article 第二项, 第1目; else its own label."""
        parent, marker = node.parent, node.marker
        if marker is None or parent is None or not node.is_item:
            return node.component
        unit = "项" if parent.kind == "article" else "目" if parent.parent is not None and parent.parent.kind == "article" else ""
        if not unit or marker.kind in ("is", "ordinal", "decimal"):
            return node.component
        number = int_to_chinese(marker.number) if marker.kind in ("paren", "dun") else str(marker.number)
        return f"第{number}{unit}"

    def _name_of_front(self) -> str:
        """What stands before number one is an introduction; before number three, or with no numbers, it is body text."""
        parts = [n for n in self.root.children if n.marker is not None or n.kind in ("heading", "attachment")]
        if not parts:
            return BODY
        first = parts[0]
        return INTRODUCTION if first.marker is None or first.marker.number == 1 else BODY

    def path(self, node: Node) -> str:
        if node is self.root:
            return self.prefix
        assert node.parent is not None
        parent = self.path(node.scope or node.parent)
        said = self.component[node]
        if not said:
            return parent
        if node.is_item and re.match(r"第.+[项目]", said):
            if node.parent.kind == "article" and len(paragraphs_of(node.parent)) > 1:
                said = f"第{int_to_chinese(node.under)}款{said}"
            return parent + said
        return f"{parent}·{said}" if parent else said

    def clauses(self) -> list[Clause]:
        out: list[Clause] = []
        rows: Counter[Node] = Counter()
        done: Counter[Node] = Counter()
        for entry in self.entries:
            node = entry.node
            if entry.line is node.line:
                first = self._opening(node)
                if first is not None:
                    out.append(self._text(node, first, 1, done))
            elif entry.line.kind == "row":
                rows[node] += 1
                out.append(self._row(entry, rows[node]))
            else:
                out.append(self._text(node, entry.line, 0, done))
        return _unique(out)

    def _opening(self, node: Node) -> Line | None:
        """The clause a part's opening line makes: its text, or the heading itself when nothing is below it."""
        if self.headings[node] is None:
            return node.first if node.first is not None else (node.line if not self._has_text(node) else None)
        return None if self._has_text(node) else node.line

    def _has_text(self, node: Node) -> bool:
        return bool(node.entries) or any(self._has_text(c) or (c.first or c.line) is not None for c in node.children)

    def _text(self, node: Node, line: Line, opening: int, done: Counter[Node]) -> Clause:
        owner = node if node.component or node.parent is None or node is self.root else (node.owner or node)
        total = self._count(owner)
        done[owner] += 1
        base = self.path(owner)
        if owner is self.root:
            base = f"{base}·{self.front}" if base else self.front
        if total > 1:
            base += f"第{int_to_chinese(done[owner])}款" if owner.kind == "article" else f"·第{done[owner]}段"
        lead = self._lead(node) if opening else ""
        cells = line.cells if line.kind == "header" else ()
        kind = "row" if cells else "text"
        return Clause(base, self._headings(node, bool(opening)), line.text, line.start, line.end, kind, cells, lead)

    def _count(self, owner: Node) -> int:
        """How many paragraphs share the part's path: its own, and those under headings that do not show in it."""

        if owner in self.totals:
            return self.totals[owner]

        def below(node: Node) -> int:
            own = len([e for e in node.entries if e.line.kind != "row"])
            if node.line is not None and self._opening(node) is not None:
                own += 1
            return own + sum(below(c) for c in node.children if not c.component)

        self.totals[owner] = below(owner)
        return self.totals[owner]

    def _row(self, entry: Entry, number: int) -> Clause:
        node, line = entry.node, entry.line
        base = self.path(node)
        text = row_text(line.cells, entry.header) if line.cells else line.text
        return Clause(f"{base}·第{number}行", self._headings(node, False), text, line.start, line.end, "row", line.cells)

    def _headings(self, node: Node, opening: bool) -> tuple[str, ...]:
        found: list[str] = []
        at: Node | None = node.parent if opening else node
        while at is not None and at is not self.root:
            said = self.headings.get(at)
            if said is None and at.first is not None and at.line is not None and at.kind != "article" and not at.is_item:
                # 三、加强监管。各地要… : what comes later in the part stands under its opening words
                run_in = _RUN_IN.match(at.first.text)
                if run_in and len(run_in[0]) < len(at.first.text):
                    said = at.line.text[: len(at.line.text) - len(at.first.text)] + run_in[0].rstrip("。：:")
            if said:
                found.append(said)
            at = at.parent
        return tuple(reversed(found))

    def _lead(self, node: Node) -> str:
        """The sentence that introduces the list an item stands in; empty when there is none."""
        if node.marker is None or node.parent is None or node.parent is self.root or node.kind in STRUCTURE:
            return ""
        before = paragraphs_of(node.parent)
        if not before:
            return ""
        if node.parent.kind == "article":
            # an article's list is always led in, by a colon or not
            return _leading_sentence(before[min(node.under, len(before)) - 1].line.text)
        else:
            earlier = next((e for e in reversed(before) if e.order < self.order[node]), None)
            said = earlier.line.text if earlier else ""
        short = len(said) <= _SHORT_LEAD and said == (node.parent.first and node.parent.first.text)
        return _leading_sentence(said) if said.endswith(COLON) or short else ""


def _leading_sentence(text: str) -> str:
    """Of a paragraph before a list the sentence that announces it, else the last."""
    sentences = [s for s in re.split(r"(?<=[。！？])", text) if s]
    if not sentences[-1].endswith(COLON):
        sentences = [s for s in sentences if _ANNOUNCES.search(s)] or sentences
    return sentences[-1]


def _unique(clauses: list[Clause]) -> list[Clause]:
    """A last guard: whatever still shares a path is counted."""
    seen: Counter[str] = Counter()
    used = {c.path for c in clauses}
    out: list[Clause] = []
    for clause in clauses:
        seen[clause.path] += 1
        path = clause.path
        while seen[clause.path] > 1 and path in used:
            path = f"{clause.path}（第{seen[clause.path]}处）"
            seen[clause.path] += path in used
        used.add(path)
        out.append(clause if path == clause.path else replace(clause, path=path))
    return out
