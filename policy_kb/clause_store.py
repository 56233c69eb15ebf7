"""Ingested documents in the store: every version of every file, the newest of each current.

A file is known by its name. The same content again changes nothing; other content under a known name is that file's next
version; a document that is already there under another file's name is refused, so that no clause is found twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from policy_kb import clause_tables as ct
from policy_kb import migrations
from policy_kb.engines import reading, writing
from policy_kb.ingest.model import Clause, Dropped, Metadata, SourceDocument, SourceFile
from policy_kb.store import new_version

# Raised when the cutter's result changes, so that files are cut anew when they are ingested again.
CUTTER = "1"
_ROWS_AT_ONCE = 2000
_NEEDED = {"title": "标题（--title）", "region": "地区（--region）", "kind": "种类（--kind）"}


class NotIngested(Exception):
    """Why a file was not taken in, in Chinese. Nothing of the run is kept."""


@dataclass(frozen=True)
class Incoming:
    """A file that was read, the name it is kept under, and the metadata that was given for it."""

    name: str
    file: SourceFile
    given: Metadata = Metadata()


@dataclass(frozen=True)
class Outcome:
    name: str
    status: str  # new | changed | unchanged
    version: int


@dataclass(frozen=True)
class HeldDocument:
    """One current document of the store with the file it came from."""

    id: int
    file_name: str
    sha256: str
    version: int
    metadata: Metadata
    clauses: int


def ingest(engine: Engine, files: Iterable[Incoming], replaces: str | None = None) -> list[Outcome]:
    """Take files in, all or none, and make one new ``kb_version`` if anything changed.

    ``replaces`` names the file whose place a single file takes. Raises :class:`NotIngested`.
    """
    migrations.upgrade(engine)
    files = list(files)
    seen: dict[str, str] = {}
    for incoming in files:
        if seen.setdefault(incoming.name, incoming.file.sha256) != incoming.file.sha256:
            raise NotIngested(f"{incoming.name}：这一次有两个不同的文件叫这个名字，请分开载入或改名")
    with writing(engine) as db:
        outcomes = [_take_in(db, incoming, replaces) for incoming in files]
        if any(o.status != "unchanged" for o in outcomes):
            new_version(db, "ingest")
    return outcomes


def forget(engine: Engine, name: str) -> bool:
    """Take a file and all its versions out again; False where there is none of that name."""
    migrations.upgrade(engine)
    with writing(engine) as db:
        known = _known_name(db, name)
        ids = list(db.execute(sa.select(ct.source_files.c.id).where(ct.source_files.c.name == known)).scalars())
        for number in ids:
            _delete(db, number)
        if ids:
            new_version(db, "forget")
    return bool(ids)


def held(engine: Engine) -> list[HeldDocument]:
    """Every current document, in the order it was taken in."""
    if migrations.revision(engine) is None:
        return []
    with reading(engine) as db:
        return held_in(db)


def held_in(db: Connection) -> list[HeldDocument]:
    count = sa.select(sa.func.count()).where(ct.clauses.c.document == ct.source_documents.c.id).scalar_subquery()
    query = (
        sa.select(ct.source_documents, ct.source_files.c.name, ct.source_files.c.sha256, ct.source_files.c.version,
                  count.label("clauses"))
        .join(ct.source_files, ct.source_files.c.id == ct.source_documents.c.file)
        .where(ct.source_files.c.current)
        .order_by(ct.source_documents.c.id)
    )
    return [
        HeldDocument(r.id, r.name, r.sha256, r.version, _metadata(r), r.clauses) for r in db.execute(query)
    ]


def clauses_of(db: Connection, document: int) -> Iterator[Clause]:
    """The clauses of one document in their order, read in batches."""
    rows = db.execute(
        sa.select(ct.clauses).where(ct.clauses.c.document == document).order_by(ct.clauses.c.position),
        execution_options={"yield_per": _ROWS_AT_ONCE},
    )
    for r in rows:
        yield Clause(r.path, tuple(r.headings), r.text, r.start, r.end, r.kind, tuple(r.cells), lead=r.lead)


def dropped_of(engine: Engine, name: str) -> list[Dropped]:
    """What was left out of the current version of a file."""
    with reading(engine) as db:
        row = db.execute(
            sa.select(ct.source_files.c.dropped)
            .where(ct.source_files.c.name == _known_name(db, name), ct.source_files.c.current)
        ).first()
    return [Dropped(*d) for d in row.dropped] if row else []


def _metadata(row: Any) -> Metadata:
    return Metadata(
        row.title, row.issuer, row.number, row.region, row.kind, row.published, row.effective_from, row.effective_to, row.url
    )


def _known_name(db: Connection, name: str) -> str:
    """The name under which a file is kept: as given, else the only one of that name in some folder."""
    names = set(db.execute(sa.select(ct.source_files.c.name).distinct()).scalars())
    if name in names:
        return name
    same = [n for n in names if n.endswith(f"/{name}")]
    return same[0] if len(same) == 1 else name


def _take_in(db: Connection, incoming: Incoming, replaces: str | None) -> Outcome:
    name = _known_name(db, replaces or incoming.name)
    latest = db.execute(
        sa.select(ct.source_files).where(ct.source_files.c.name == name).order_by(ct.source_files.c.version.desc()).limit(1)
    ).first()
    if replaces and not latest:
        raise NotIngested(f"{replaces}：没有载入过这个文件，无法替换")
    given = {k: str(v) for k, v in vars(incoming.given).items() if v is not None}
    if latest and latest.sha256 == incoming.file.sha256 and latest.given == given and latest.cutter == CUTTER:
        return Outcome(name, "unchanged", latest.version)
    # A title or a number that was given is that of the first document; the place is that of all.
    all_of_them = Metadata(region=incoming.given.region, url=incoming.given.url)
    documents = [
        replace(d, metadata=(all_of_them if position else incoming.given).over(d.metadata))
        for position, d in enumerate(incoming.file.documents)
    ]
    _complete(incoming.name, documents)
    _not_twice(db, name, documents)
    if latest:
        db.execute(ct.source_files.update().where(ct.source_files.c.name == name), {"current": False})
    version = latest.version + 1 if latest else 1
    _insert(db, name, version, incoming, given, documents)
    return Outcome(name, "changed" if latest else "new", version)


def _complete(name: str, documents: list[SourceDocument]) -> None:
    if not documents or not any(d.clauses for d in documents):
        raise NotIngested(f"{name}：没有读出任何条文")
    for d in documents:
        missing = [label for field, label in _NEEDED.items() if getattr(d.metadata, field) is None]
        if missing:
            what = f"《{d.metadata.title}》" if d.metadata.title else ""
            raise NotIngested(f"{name}：{what}看不出{'、'.join(missing)}，请用选项写明")


def _not_twice(db: Connection, name: str, documents: list[SourceDocument]) -> None:
    for d in documents:
        other = db.execute(
            sa.select(ct.source_files.c.name)
            .join(ct.source_documents, ct.source_documents.c.file == ct.source_files.c.id)
            .where(
                ct.source_files.c.current, ct.source_files.c.name != name,
                ct.source_documents.c.title == d.metadata.title, ct.source_documents.c.region == d.metadata.region,
                ct.source_documents.c.number.is_not_distinct_from(d.metadata.number),
            )
        ).scalar()
        if other:
            raise NotIngested(
                f"{name}：《{d.metadata.title}》已经从 {other} 载入。要用这个文件代替它，请加 --replaces {other}"
            )


def _insert(
    db: Connection, name: str, version: int, incoming: Incoming, given: dict[str, str], documents: list[SourceDocument]
) -> None:
    file = db.execute(
        ct.source_files.insert(),
        {
            "name": name, "version": version, "sha256": incoming.file.sha256, "given": given, "cutter": CUTTER,
            "ingested_at": dt.datetime.now(dt.timezone.utc), "current": True,
            "dropped": [[x.line, x.text, x.reason] for x in incoming.file.dropped],
        },
    ).inserted_primary_key[0]
    for position, d in enumerate(documents):
        m = vars(d.metadata)
        number = db.execute(
            ct.source_documents.insert(), m | {"file": file, "position": position}
        ).inserted_primary_key[0]
        rows = (
            {"document": number, "position": i, "path": c.path, "headings": list(c.headings), "lead": c.lead, "text": c.text,
             "start": c.start, "end": c.end, "kind": c.kind, "cells": list(c.cells)}
            for i, c in enumerate(d.clauses)
        )
        while batch := list(islice(rows, _ROWS_AT_ONCE)):
            db.execute(ct.clauses.insert(), batch)


def _delete(db: Connection, file: int) -> None:
    documents = sa.select(ct.source_documents.c.id).where(ct.source_documents.c.file == file)
    db.execute(ct.clauses.delete().where(ct.clauses.c.document.in_(documents)))
    db.execute(ct.source_documents.delete().where(ct.source_documents.c.file == file))
    db.execute(ct.source_files.delete().where(ct.source_files.c.id == file))
