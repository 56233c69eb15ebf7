"""A store as the program left it before there were migrations."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import sqlalchemy as sa

_before = sa.MetaData()


def _old(name: str, *columns: sa.Column) -> sa.Table:
    return sa.Table(name, _before, *columns)


def _text(name: str, **more) -> sa.Column:
    return sa.Column(name, sa.String(300), **more)


OLD_VERSIONS = _old(
    "kb_versions", sa.Column("number", sa.Integer, primary_key=True), sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False), sa.Column("sources", sa.JSON, nullable=False),
)
OLD_REGIONS = _old("regions", _text("code", primary_key=True), _text("name", nullable=False), _text("parent"))
OLD_DOCUMENTS = _old(
    "documents", _text("id", primary_key=True), _text("title"), sa.Column("region", sa.String(300), sa.ForeignKey("regions.code"))
)
OLD_BENEFITS = _old("benefits", _text("id", primary_key=True), _text("name"), sa.Column("aliases", sa.JSON))
OLD_PROVISIONS = _old(
    "provisions", _text("id", primary_key=True), sa.Column("benefit", sa.String(300), sa.ForeignKey("benefits.id")),
    sa.Column("region", sa.String(300), sa.ForeignKey("regions.code")),
    sa.Column("document", sa.String(300), sa.ForeignKey("documents.id")), sa.Column("value", sa.Numeric(14, 4)),
    sa.Index("provisions_by_subject", "benefit", "region"),
)
OLD_LEADS = _old(
    "leads", sa.Column("region", sa.String(300), sa.ForeignKey("regions.code"), primary_key=True),
    sa.Column("benefit", sa.String(300), sa.ForeignKey("benefits.id"), primary_key=True),
)
for _name in ("topics", "aspects", "offices", "emergencies", "out_of_scope"):
    _old(_name, _text("id", primary_key=True), sa.Column("aliases", sa.JSON))
OLD_AUDIENCES = _old(
    "audiences", _text("id", primary_key=True), sa.Column("benefit", sa.String(300), sa.ForeignKey("benefits.id"))
)
_old("vocabulary", _text("key", primary_key=True), sa.Column("value", sa.JSON))


def make_old_store(engine, folder: Path) -> None:
    """Seven loads, the last of ``folder``."""
    with engine.begin() as db:
        _before.create_all(db)
        for number in range(1, 8):
            day = dt.datetime(2026, 10, number, tzinfo=dt.timezone.utc)
            row = {"number": number, "loaded_at": day, "content_hash": f"{number:064}", "sources": [str(folder.resolve())]}
            db.execute(OLD_VERSIONS.insert(), row)
        db.execute(OLD_REGIONS.insert(), {"code": "445303", "name": "云安区", "parent": "445300"})
        db.execute(OLD_DOCUMENTS.insert(), {"id": "report", "title": "政府工作报告", "region": "445303"})
        db.execute(OLD_BENEFITS.insert(), {"id": "allowance", "name": "津贴", "aliases": ["补贴"]})
        db.execute(
            OLD_PROVISIONS.insert(),
            {"id": "rural-2018", "benefit": "allowance", "region": "445303", "document": "report", "value": 450},
        )
        db.execute(OLD_LEADS.insert(), {"region": "445303", "benefit": "allowance"})
        db.execute(OLD_AUDIENCES.insert(), {"id": "rural", "benefit": "allowance"})
