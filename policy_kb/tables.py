"""The knowledge store's tables. Written only by :mod:`policy_kb.store`; everybody else reads a whole version."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()


def _id() -> sa.Column:
    return sa.Column("id", sa.String(80), primary_key=True)


def _position() -> sa.Column:
    return sa.Column("position", sa.Integer, nullable=False)


kb_versions = sa.Table(
    "kb_versions",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("sources", sa.JSON, nullable=False),
)

regions = sa.Table(
    "regions",
    metadata,
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("parent", sa.String(40)),
    sa.Column("level", sa.String(16), nullable=False),
    sa.Column("aliases", sa.JSON, nullable=False),
    _position(),
)

documents = sa.Table(
    "documents",
    metadata,
    _id(),
    sa.Column("title", sa.String(200), nullable=False),
    sa.Column("issuer", sa.String(200), nullable=False),
    sa.Column("region", sa.String(40), sa.ForeignKey("regions.code"), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("number", sa.String(80)),
    sa.Column("published", sa.Date),
    sa.Column("effective_from", sa.Date),
    sa.Column("effective_to", sa.Date),
    sa.Column("superseded_by", sa.String(80)),
    sa.Column("superseded_on", sa.Date),
    sa.Column("url", sa.String(500)),
    sa.Column("source", sa.String(300)),
    _position(),
)

benefits = sa.Table(
    "benefits",
    metadata,
    _id(),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("field", sa.String(16), nullable=False),
    sa.Column("department", sa.String(80), nullable=False),
    sa.Column("short", sa.String(80)),
    sa.Column("aliases", sa.JSON, nullable=False),
    sa.Column("status", sa.String(80)),
    _position(),
)

topics = sa.Table(
    "topics",
    metadata,
    _id(),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("aliases", sa.JSON, nullable=False),
    sa.Column("benefits", sa.JSON, nullable=False),
    sa.Column("aspect", sa.String(16)),
    sa.Column("generic", sa.Boolean, nullable=False),
    _position(),
)

audiences = sa.Table(
    "audiences",
    metadata,
    _id(),
    sa.Column("dimension", sa.String(40), nullable=False),
    sa.Column("label", sa.String(80), nullable=False),
    sa.Column("aliases", sa.JSON, nullable=False),
    sa.Column("exclusive", sa.Boolean, nullable=False),
    sa.Column("benefit", sa.String(80), sa.ForeignKey("benefits.id")),
    sa.Column("hint", sa.Boolean, nullable=False),
    sa.Column("age_from", sa.Integer),
    _position(),
)

aspects = sa.Table(
    "aspects",
    metadata,
    _id(),
    sa.Column("title", sa.String(40), nullable=False),
    sa.Column("question", sa.String(80), nullable=False),
    sa.Column("cues", sa.JSON, nullable=False),
    sa.Column("fallback", sa.JSON, nullable=False),
    _position(),
)

provisions = sa.Table(
    "provisions",
    metadata,
    _id(),
    sa.Column("benefit", sa.String(80), sa.ForeignKey("benefits.id"), nullable=False),
    sa.Column("aspect", sa.String(16), nullable=False),
    sa.Column("region", sa.String(40), sa.ForeignKey("regions.code"), nullable=False),
    sa.Column("document", sa.String(80), sa.ForeignKey("documents.id"), nullable=False),
    sa.Column("section", sa.String(200)),
    sa.Column("statement", sa.Text, nullable=False),
    sa.Column("residence", sa.String(8)),
    sa.Column("age_from", sa.Integer),
    sa.Column("age_to", sa.Integer),
    sa.Column("category", sa.String(80)),
    sa.Column("audience_label", sa.String(80)),
    sa.Column("name", sa.String(80)),
    sa.Column("value", sa.Numeric(14, 4, asdecimal=False)),
    sa.Column("unit", sa.String(16)),
    sa.Column("period", sa.String(8)),
    sa.Column("per", sa.String(16)),
    sa.Column("nature", sa.String(16), nullable=False),
    sa.Column("comparator", sa.String(16), nullable=False),
    sa.Column("indexed", sa.Boolean, nullable=False),
    sa.Column("as_at", sa.Date),
    sa.Column("effective_from", sa.Date),
    sa.Column("effective_to", sa.Date),
    sa.Column("order", sa.Integer, nullable=False),
    _position(),
    sa.Index("provisions_by_subject", "benefit", "aspect", "region"),
)

leads = sa.Table(
    "leads",
    metadata,
    sa.Column("region", sa.String(40), sa.ForeignKey("regions.code"), primary_key=True),
    sa.Column("benefit", sa.String(80), sa.ForeignKey("benefits.id"), primary_key=True),
    sa.Column("department", sa.String(80), nullable=False),
    sa.Column("document", sa.String(80), sa.ForeignKey("documents.id")),
    sa.Column("section", sa.String(200)),
    _position(),
)

offices = sa.Table(
    "offices",
    metadata,
    _id(),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("region", sa.String(40), sa.ForeignKey("regions.code"), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("purpose", sa.String(300), nullable=False),
    sa.Column("aliases", sa.JSON, nullable=False),
    sa.Column("benefits", sa.JSON, nullable=False),
    sa.Column("address", sa.String(200)),
    sa.Column("phone", sa.String(40)),
    sa.Column("hours", sa.String(80)),
    sa.Column("document", sa.String(80), sa.ForeignKey("documents.id")),
    _position(),
)

emergencies = sa.Table(
    "emergencies",
    metadata,
    _id(),
    sa.Column("first_line", sa.Text, nullable=False),
    sa.Column("advice", sa.Text, nullable=False),
    sa.Column("patterns", sa.JSON, nullable=False),
    sa.Column("harmless", sa.JSON, nullable=False),
    _position(),
)

out_of_scope = sa.Table(
    "out_of_scope",
    metadata,
    _id(),
    sa.Column("aliases", sa.JSON, nullable=False),
    sa.Column("reply", sa.Text, nullable=False),
    _position(),
)

vocabulary = sa.Table(
    "vocabulary",
    metadata,
    sa.Column("key", sa.String(80), primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
)
