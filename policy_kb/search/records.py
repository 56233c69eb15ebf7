"""What can be found: one record for each clause, provision, benefit, office and institution. Pure."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import TYPE_CHECKING

from policy_kb.knowledge import COUNTRY, Document, KnowledgeBase, Provision
from policy_kb.language.text import is_clean
from policy_kb.names import BENEFIT, NameIndex

if TYPE_CHECKING:
    from policy_kb.ingest.model import Clause, Metadata

PROVISION, CLAUSE, BENEFIT_CARD, OFFICE, INSTITUTION = "provision", "clause", "benefit", "office", "institution"
TYPES = (PROVISION, CLAUSE, BENEFIT_CARD, OFFICE, INSTITUTION)


@dataclass(frozen=True)
class Record:
    """One thing that can be found.

    ``unit`` is that of a figure; ``prior`` says how much it is worth before anything is asked.
    ``id`` is ``type:key``. ``lead`` introduces the list the text is an item of. ``plain`` says the same in plain words and is
    searched, never shown. ``ended_on`` is the last day it held, where known. ``clean``, set when stored: text, lead and plain
    need no folding to be searched.
    """

    id: str
    type: str
    title: str
    text: str
    document: str = ""
    section: str = ""
    headings: tuple[str, ...] = ()
    lead: str = ""
    region: str | None = None
    benefits: tuple[str, ...] = ()
    aspect: str | None = None
    effective_from: dt.date | None = None
    ended_on: dt.date | None = None
    plain: str = ""
    aspects: tuple[str, ...] = ()
    unit: str | None = None
    prior: float = 1.0
    clean: bool = False

    @property
    def key(self) -> str:
        """The id without its type: a provision's id, a document's id and clause path …"""
        return self.id.split(":", 1)[1]

    def in_force(self, day: dt.date) -> bool | None:
        """Whether it held on ``day``; None where neither its start nor its end is known."""
        if self.ended_on and self.ended_on < day:
            return False
        if self.effective_from:
            return self.effective_from <= day
        return None

    def packed(self) -> bytes:
        """As stored in the index; :func:`unpacked` reads it."""
        values = {f.name: v for f in fields(self) if (v := getattr(self, f.name)) not in (None, "", (), False, 1.0)}
        if all(is_clean(x) for x in (self.text, self.plain, self.lead)):
            values["clean"] = True
        return json.dumps(values, ensure_ascii=False, default=dt.date.isoformat, separators=(",", ":")).encode()


def unpacked(data: bytes) -> Record:
    values = json.loads(data)
    for name in ("headings", "benefits", "aspects"):
        values[name] = tuple(values.get(name, ()))
    for name in ("effective_from", "ended_on"):
        if name in values:
            values[name] = dt.date.fromisoformat(values[name])
    return Record(**values)


def base_records(kb: KnowledgeBase) -> Iterator[Record]:
    """The curated base: its benefits, provisions, offices and institutions."""
    for b in kb.benefits.values():
        yield Record(
            f"benefit:{b.id}", BENEFIT_CARD, b.title, f"{b.name}，属于{b.field}，一般由{b.department}负责。",
            benefits=(b.id,), plain=" ".join((b.name, *b.aliases)),
        )
    for p in kb.provisions:
        b, d, aspect = kb.benefits[p.benefit], kb.documents[p.document], kb.aspects.get(p.aspect)
        region = "" if p.region == COUNTRY else kb.regions[p.region].name
        wording = (b.name, aspect.title if aspect else "", p.audience.label or "", p.name or "")
        yield Record(
            f"provision:{p.id}", PROVISION, f"{region}{b.title}" + (f"：{aspect.title}" if aspect else ""), p.statement,
            d.title, p.section or "", tuple(w for w in wording if w), region=p.region, benefits=(b.id,), aspect=p.aspect,
            unit=p.unit if p.value is not None else None, prior=_prior(p),
            effective_from=p.effective_from or p.as_at or d.effective_from, ended_on=_earlier(p.effective_to, d.ended_on()),
        )
    for o in kb.offices.values():
        benefits = tuple(kb.benefits[i].title for i in o.benefits)
        contact = [f"电话{o.phone}" if o.phone else "", o.address or "", o.hours or ""]
        yield Record(
            f"office:{o.id}", OFFICE, o.name, "，".join(w for w in (o.purpose.rstrip("。"), *contact) if w) + "。",
            headings=benefits, region=o.region, benefits=o.benefits, aspect="contact", plain=" ".join(o.aliases),
        )
    for i in getattr(kb, "institutions", {}).values():
        yield _institution(kb, i)


def _institution(kb: KnowledgeBase, i) -> Record:
    needs = getattr(kb, "needs", {})
    wanted = [w for n in i.needs if n in needs for w in (needs[n].label, *needs[n].aliases)]
    beds = f"床位{i.beds}张" if i.beds else ""
    said = [w.rstrip("。") for w in (i.admits, beds, i.note, i.address, i.phone and f"电话{i.phone}") if w]
    d = kb.documents.get(i.document)
    return Record(
        f"institution:{i.id}", INSTITUTION, i.name, "，".join(said) + "。" if said else i.name, d.title if d else "",
        i.section or "", region=i.region, benefits=tuple(i.benefits), plain=" ".join((*i.aliases, *wanted)),
        effective_from=i.as_at,
    )


def _prior(p: Provision) -> float:
    """What is paid comes before other rules, and a hope after them, where the question does not say what it wants."""
    if p.nature == "target":
        return 0.85
    return 1.1 if p.aspect == "amount" and p.value is not None else 1.0


def _earlier(*days: dt.date | None) -> dt.date | None:
    return min((d for d in days if d), default=None)


@dataclass(frozen=True)
class Meaning:
    """What the curated base makes of one clause: its statements in plain words, the benefits and aspects they are about."""

    statements: tuple[str, ...] = ()
    benefits: tuple[str, ...] = ()
    aspects: tuple[str, ...] = ()


NOTHING_MADE = Meaning()


def clause_records(
    document_id: str,
    metadata: Metadata,
    clauses: Iterable[Clause],
    meanings: Mapping[str, Meaning] | None = None,
    benefits_in: Callable[[str], tuple[str, ...]] = lambda text: (),
    curated: Document | None = None,
) -> Iterator[Record]:
    """The clauses of one ingested document.

    ``document_id`` must be unique among the documents indexed. ``meanings`` maps a clause's path to what the curated base
    makes of it; ``benefits_in`` is :func:`benefit_finder`; ``curated`` is the base's own entry for the
    document, whose end and start win over what the file says.
    """
    meanings = meanings or {}
    ended = _earlier(metadata.effective_to, curated.ended_on() if curated else None)
    start = (curated.effective_from if curated else None) or metadata.effective_from
    for c in clauses:
        headings = " ".join((metadata.title or "", *c.headings))
        meant = meanings.get(c.path, NOTHING_MADE)
        yield Record(
            f"clause:{document_id}:{c.path}", CLAUSE, metadata.title or document_id, c.text, metadata.title or "", c.path,
            c.headings, getattr(c, "lead", ""), (curated.region if curated else None) or metadata.region,
            tuple(dict.fromkeys((*meant.benefits, *benefits_in(headings)))), None, start, ended, " ".join(meant.statements),
            meant.aspects,
        )


def benefit_finder(names: NameIndex) -> Callable[[str], tuple[str, ...]]:
    """A function from a heading to the benefits it names; the same headings come again and again, so it remembers."""

    @lru_cache(maxsize=10_000)
    def find(text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(v for m in names.find(text) if m.kind == BENEFIT for v in m.value))

    return find
