"""Put clause and span into data files where a line number stands, and file hashes beside sources: nothing else changes. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from policy_kb.knowledge import Evidence


@dataclass(frozen=True)
class _Edit:
    start: int
    end: int
    text: str


def written(evidence: Evidence) -> str:
    """The evidence as it stands in a data file."""
    return f"{{clause: {json.dumps(evidence.clause, ensure_ascii=False)}, span: [{evidence.start}, {evidence.end}]}}"


def filled(
    text: str, evidence: Mapping[tuple[str, int], Evidence], hashes: Mapping[int, str]
) -> str:
    """``text`` of a data file with new evidence and hashes; comments, order and line ends stay as they are.

    ``evidence``: (section, index of the item) → what to write; ``hashes``: index of the document → its file's SHA-256.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    newline = "\r\n" if "\r\n" in text else "\n"
    edits = [*_evidence_edits(text, root, evidence), *_hash_edits(root, hashes, newline)]
    for edit in sorted(edits, key=lambda e: -e.start):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _evidence_edits(
    text: str, root: yaml.Node, evidence: Mapping[tuple[str, int], Evidence]
) -> Iterator[_Edit]:
    for (section, index), made in evidence.items():
        key, node = _pair(_item(root, section, index), "evidence")
        # A block's own end lies behind the blank lines and comments that follow it.
        last = node if node.flow_style else node.value[-1][1]
        colon = text.index(":", key.end_mark.index) + 1
        start, gap = (colon, " ") if not text[colon : node.start_mark.index].strip() else (node.start_mark.index, "")
        yield _Edit(start, last.end_mark.index, gap + written(made))


def _hash_edits(root: yaml.Node, hashes: Mapping[int, str], newline: str) -> Iterator[_Edit]:
    for index, sha256 in hashes.items():
        item = _item(root, "documents", index)
        known = next((v for k, v in item.value if k.value == "sha256"), None)
        if known is not None:
            yield _Edit(known.start_mark.index, known.end_mark.index, sha256)
            continue
        key, source = _pair(item, "source")
        if item.flow_style:
            yield _Edit(source.end_mark.index, source.end_mark.index, f", sha256: {sha256}")
        else:
            # Before the source, since a comment may follow it on its line.
            at = key.start_mark
            yield _Edit(at.index, at.index, f"sha256: {sha256}{newline}{' ' * at.column}")


def _item(root: yaml.Node, section: str, index: int) -> yaml.MappingNode:
    _, items = _pair(root, section)
    return items.value[index]


def _pair(mapping: yaml.Node, key: str) -> tuple[yaml.Node, yaml.Node]:
    return next((k, v) for k, v in mapping.value if k.value == key)
