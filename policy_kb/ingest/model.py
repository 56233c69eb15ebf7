"""What reading a file gives: its text, the documents in it, their clauses, and a report of every line left out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field


class UnreadableFile(Exception):
    """A file that cannot be taken in; the message says why and what to do, in Chinese."""


@dataclass(frozen=True)
class Metadata:
    """What a document says of itself. None is not found."""

    title: str | None = None
    issuer: str | None = None
    number: str | None = None
    region: str | None = None  # a region code
    kind: str | None = None  # law | regulation | rule | notice | plan | report | article
    published: dt.date | None = None
    effective_from: dt.date | None = None
    effective_to: dt.date | None = None
    url: str | None = None

    def over(self, other: Metadata) -> Metadata:
        """This one's values where it has them, else the other's."""
        return Metadata(**{k: v if v is not None else getattr(other, k) for k, v in vars(self).items()})


@dataclass(frozen=True)
class Line:
    """One line (or one table row) of a file's extracted text. ``start`` and ``end`` are characters of that text."""

    text: str
    start: int
    end: int
    kind: str = "text"  # text | heading | row
    level: int | None = None  # of a heading, 1 the highest, where the format says so (#, <h2>, Word's Heading 2)
    cells: tuple[str, ...] = ()  # of a row


@dataclass(frozen=True)
class Dropped:
    """A line, or part of one, that is in no clause, and why."""

    line: int  # counted from 1 in the extracted text
    text: str
    reason: str  # in Chinese: 网站水印, 网页残留, 读者笔记 …


@dataclass(frozen=True)
class Extract:
    """A file as text. ``text[line.start:line.end]`` is what the line was made from.

    For .txt and .md the text is the decoded file with ``\\n`` line ends, so offsets count in the file itself.
    """

    text: str
    lines: tuple[Line, ...]
    metadata: Metadata = Metadata()
    dropped: tuple[Dropped, ...] = ()


@dataclass(frozen=True)
class Clause:
    """The smallest numbered part of a document, with the way to it.

    ``path`` is how one cites it, unique within the document: 第八条第一款第二项, 附件2·四·（一）·3·（6）.
    ``headings`` are the titles on the way, outermost first, each with its own number: 第二章 城市低保, 三、老有所养.
    ``text`` is one paragraph, item or table row, cleaned; ``start`` and ``end`` are its characters in the extracted text.
    ``lead`` is the sentence that introduces the list an item stands in (…包括下列条件：), empty where there is none.
    """

    path: str
    headings: tuple[str, ...]
    text: str
    start: int
    end: int
    kind: str = "text"  # text | row
    cells: tuple[str, ...] = ()
    lead: str = ""


@dataclass(frozen=True)
class SourceDocument:
    """One document found in a file; a file may hold several."""

    metadata: Metadata
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class SourceFile:
    """A file taken in: everything in it is in a clause, in a heading, in the metadata or in ``dropped``."""

    name: str
    sha256: str
    text: str
    documents: tuple[SourceDocument, ...]
    dropped: tuple[Dropped, ...] = field(default=())
