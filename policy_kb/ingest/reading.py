"""A file taken in: its text, the documents in it, their clauses, and the report of what was left out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from policy_kb.ingest.clauses import cut
from policy_kb.ingest.documents import Part, split_documents
from policy_kb.ingest.frame import TITLE_NOTE, name_frame
from policy_kb.ingest.marks import plain
from policy_kb.ingest.metadata import describe
from policy_kb.ingest.model import Clause, Dropped, Extract, Line, Metadata, SourceDocument, SourceFile
from policy_kb.ingest.noise import LineNumbers, clean_lines
from policy_kb.ingest.numbering import marker_of
from policy_kb.ingest.paragraphs import join_broken, split_collapsed, split_items
from policy_kb.ingest.places import Places
from policy_kb.ingest.readers import extract
from policy_kb.ingest.tables import gather_rows, without_bar

NOTICE = "通知"
TITLE = "标题"
REPEATED_TITLE = "重复的标题"
NOTHING = Metadata()
_UNTITLED = 30


def read_source(path: Path, given: Metadata = NOTHING, places: Mapping[str, str] | None = None) -> SourceFile:
    """Read a file into documents and clauses.

    ``given`` wins over what the file says of itself; in a file of several documents its region and address hold for
    all, the rest of it for the first. ``places`` adds names of local zones to the divisions that documents are placed
    by: name → region code. Raises UnreadableFile, saying in Chinese what to do.
    """
    path = Path(path)
    found = extract(path)
    return take_apart(found, path.name, hashlib.sha256(path.read_bytes()).hexdigest(), given, places)


def take_apart(
    found: Extract, name: str, sha256: str, given: Metadata = NOTHING, places: Mapping[str, str] | None = None
) -> SourceFile:
    """The documents in an extracted text; nothing is read from disk."""
    cleaned = clean_lines(found.lines, found.text)
    number = LineNumbers(found.text)
    dropped = [*found.dropped, *cleaned.dropped]
    parts = split_documents(cleaned.lines)
    where = Places(places)
    documents: list[SourceDocument] = []
    for i, part in enumerate(parts):
        told = given.over(found.metadata) if i == 0 else Metadata(region=given.region, url=given.url)
        seen = cleaned.metadata if i == 0 else Metadata()
        documents.append(_document(part, found.text, told, seen, where))
        dropped.extend(Dropped(number(x.start), x.text, REPEATED_TITLE) for x in part.repeats)
    dropped.sort(key=lambda d: d.line)
    return SourceFile(name, sha256, found.text, tuple(documents), tuple(dropped))


def _document(part: Part, source: str, told: Metadata, page: Metadata, places: Places) -> SourceDocument:
    titles = [x.start for x in (*part.title_lines, *part.notice_title_lines, *part.repeats, *part.session)]
    lines = _paragraphs(part.lines, source, titles)
    notice = _paragraphs(part.notice, source, titles)
    part = replace(part, lines=lines, notice=notice)
    names, notice_names = name_frame(lines), name_frame(notice, is_notice=True)
    own = describe(part, names, notice_names, places)
    metadata = told.over(own).over(page)
    if metadata.title is None:
        metadata = replace(metadata, title=_untitled(part))
    clauses = [*_title_clauses(part, metadata), *_notice(part, notice, notice_names), *cut(lines, names)]
    return SourceDocument(metadata, tuple(sorted(clauses, key=lambda c: c.start)))


def _paragraphs(lines: Sequence[Line], source: str, titles: Sequence[int]) -> list[Line]:
    rows = gather_rows(lines)
    whole = join_broken(rows, titles)
    pieces = [p for line in whole for p in split_collapsed(line, source)]
    return [p for line in pieces for p in split_items(line, source)]


def _notice(part: Part, lines: Sequence[Line], names: Mapping[int, str]) -> list[Clause]:
    if not part.notice_title_lines:
        return []
    title = _clause(f"{NOTICE}·{TITLE}", part.notice_title_lines, part.notice_title or "")
    return [title, *cut(lines, names, NOTICE)]


def _title_clauses(part: Part, metadata: Metadata) -> list[Clause]:
    """The title lines and the session's, where the metadata does not repeat them."""
    out: list[Clause] = []
    if part.title_lines and plain(part.title or "") not in plain(metadata.title or ""):
        out.append(_clause(TITLE, part.title_lines, part.title or ""))
    if part.session:
        out.append(_clause(TITLE_NOTE, part.session, "".join(x.text for x in part.session)))
    return out


def _clause(path: str, lines: Sequence[Line], text: str) -> Clause:
    return Clause(path, (), text, lines[0].start, lines[-1].end)


def _untitled(part: Part) -> str:
    """A document without a title is called by its opening words."""
    first = next((without_bar(x).text for x in part.lines), "")
    if part.is_list and (marker := marker_of(first)):
        return f"（无标题）{first[marker.length :]}等{len(part.lines) // 2}项"
    return f"（无标题）{first[:_UNTITLED]}{'…' if len(first) > _UNTITLED else ''}"
