"""The tree a document is cut into: its parts, and the paragraphs and rows that belong to them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from policy_kb.ingest.model import Line
from policy_kb.ingest.numbering import STRUCTURE, Marker

COLON = ("：", ":")
_HEADING_LENGTH = 45
_SENTENCE_MARK = re.compile(r"[。；;：:！？，,]")
_NO_HEADING = re.compile(r"[。；;！？!?]\s*\S")


@dataclass(eq=False)
class Node:
    """A numbered part, a heading, a table or a box; ``component`` is its piece of the path, empty when it has none."""

    kind: str
    component: str = ""
    parent: Node | None = None
    marker: Marker | None = None
    level: int | None = None  # of a heading
    line: Line | None = None  # the line that opens it
    first: Line | None = None  # that line without its number
    heading: str | None = None  # set when it can only be a heading
    scope: Node | None = None  # what its path begins with, where that is not the part around it: 表2, 专栏4
    under: int = 0  # of an item of a law: which paragraph of its article it belongs to, from 1
    entries: list[Entry] = field(default_factory=list)
    children: list[Node] = field(default_factory=list)

    @property
    def is_item(self) -> bool:
        return self.marker is not None and self.kind not in STRUCTURE and self.article is not None

    @property
    def article(self) -> Node | None:
        node = self.parent
        while node is not None and node.kind not in ("box", "attachment"):
            if node.kind == "article":
                return node
            node = node.parent
        return None

    @property
    def owner(self) -> Node | None:
        """The nearest part around it that shows in the path."""
        node = self.scope or self.parent
        while node is not None and not node.component and node.parent is not None:
            node = node.parent
        return node


@dataclass(eq=False)
class Entry:
    """One paragraph or row, where it stands in the source and which part it belongs to."""

    node: Node
    line: Line
    order: int
    header: tuple[str, ...] = ()


def ends_a_list(node: Node) -> bool:
    """A list whose items are parted by semicolons, or are bare names: what follows it is no part of its last item."""
    assert node.parent is not None
    if node.entries or node.children or node.first is None:
        return False
    earlier = [n for n in node.parent.children if n.kind == node.kind and n is not node]
    if not earlier or any(n.entries or n.children for n in (*earlier, node)):
        return False
    said = [n.first.text if n.first else "" for n in earlier]
    if node.first.text.endswith("。"):
        return all(t.endswith(("；", ";")) for t in said)
    if node.kind in ("dun", "paren"):
        return False
    # bare names one below the other, none with anything below it: 1. 身份证 2. 户口簿
    return not any(_SENTENCE_MARK.search(t) or len(t) > _HEADING_LENGTH for t in (*said, node.first.text))


def paragraphs_of(node: Node) -> list[Entry]:
    """What of a part are its paragraphs, its opening line among them when that is text."""
    if node.first is None or heading_of(node) is not None:
        return list(node.entries)
    return [Entry(node, node.first, -1), *node.entries]


def heading_of(node: Node) -> str | None:
    """The part's opening line when it is only a heading."""
    if node.heading is not None:
        return node.heading
    if node.line is None or node.first is None or node.kind == "article" or node.is_item:
        return None
    text = node.first.text
    if not (node.entries or node.children) or len(text) > _HEADING_LENGTH or text.endswith((*COLON, "；", ";", "，", ",")):
        return None
    return None if _NO_HEADING.search(text) else node.line.text
