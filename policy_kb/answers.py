"""What goes into the answer core and what comes out of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from policy_kb.resolve import NONE, Group


@dataclass(frozen=True)
class Query:
    """What is asked. ``region`` is a code or None (not said); ``as_of`` the day asked about; ``words`` the question as
    it was put: of many figures those that its words name come first. ``institutions`` are asked about by name; ``seeks``
    is the kind of institution looked for and ``needs`` what it must offer. ``place_asked``: the resident was asked for the place
    before and did not say it. ``guessed``: the benefit meant where none is named and no rule speaks of the very words. ``brief``:
    only what matters most.
    """

    benefits: tuple[str, ...]
    aspect: str | None
    region: str | None
    as_of: dt.date
    group: Group = Group()
    topic: str | None = None
    words: str = ""
    institutions: tuple[str, ...] = ()
    seeks: str | None = None
    needs: frozenset[str] = frozenset()
    place_asked: bool = False
    guessed: str | None = None
    brief: bool = False


@dataclass(frozen=True)
class Fact:
    """One stated thing with its place, date and source; ``citation`` is an index into the answer's citations.

    ``value`` is in ``unit`` per ``period`` (元/月, %, 个工作日); None for a condition in words.
    """

    benefit: str
    aspect: str
    region: str
    region_name: str
    value: float | None
    unit: str | None
    period: str | None
    per: str | None
    name: str | None
    audience: str | None
    nature: str
    comparator: str
    as_at: dt.date | None
    historic: bool
    statement: str
    citation: int


@dataclass(frozen=True)
class QuickReply:
    """A next step offered: the words it says for the resident and what it changes in the query."""

    title: str
    says: str
    benefit: str | None = None
    topic: str | None = None
    aspect: str | None = None
    region: str | None = None
    seeks: str | None = None


@dataclass(frozen=True)
class Citation:
    document: str
    section: str | None
    issuer: str
    number: str | None
    published: dt.date | None
    effective_from: dt.date | None
    effective_to: dt.date | None
    in_force: bool | None
    url: str | None


# What an answer may have to do without: anything at all, the very thing asked (another aspect is told instead, or words without
# the figure), or anything of the place's own.
LACKS = ("everything", "point", "local")


@dataclass(frozen=True)
class Answer:
    """What is said and all it rests on. ``kind``: answer | clarify | notice. ``asks_place``: it asks where the resident lives.
    ``lacks``: what of the question is not held, one of :data:`LACKS`; None where nothing is missing.
    """

    kind: str
    text: str
    kb_version: int
    as_of: dt.date
    benefit: str | None = None
    also: tuple[str, ...] = ()
    aspect: str | None = None
    region: str | None = None
    coverage: str = NONE
    citations: tuple[Citation, ...] = ()
    facts: tuple[Fact, ...] = ()
    quick_replies: tuple[QuickReply, ...] = ()
    asks_place: bool = False
    lacks: str | None = None
