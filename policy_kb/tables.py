"""The tables of the curated knowledge: a copy of the files, written whole by :mod:`policy_kb.store`, read whole."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()


def _id() -> sa.Column:
    return sa.Column("id", sa.String(80), primary_key=True)


def _position() -> sa.Column:
    return sa.Column("position", sa.Integer, nullable=False)


def _evidence() -> list[sa.Column]:
    return [sa.Column("clause", sa.Text), sa.Column("span_start", sa.Integer), sa.Column("span_end", sa.Integer)]


kb_versions = sa.Table(
    "kb_versions",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("sources", sa.JSON, nullable=False),
    sa.Column("change", sa.String(16), nullable=False),  # load | ingest | forget
)

regions = sa.Table(
    "regions",
    metadata,
    sa.Column("code", sa.String(40), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("parent", sa.String(40)),
    sa.Column("level", sa.String(16), nullable=False),
    sa.Column("aliases", sa.JSON, nullable=False),
    _position(),
)

documents = sa.Table(
    "documents",
    metadata,
    _id(),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("region", sa.String(40), sa.ForeignKey("regions.code"), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("number", sa.Text),
    sa.Column("published", sa.Date),
    sa.Column("effective_from", sa.Date),
    sa.Column("effective_to", sa.Date),
    sa.Column("superseded_by", sa.String(80)),
    sa.Column("superseded_on", sa.Date),
    sa.Column("url", sa.Text),
    sa.Column("source", sa.Text),
    sa.Column("sha256", sa.String(64)),
    _position(),
)

benefits = sa.Table(
    "benefits",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("field", sa.String(16), nullable=False),
    sa.Column("department", sa.Text, nullable=False),
    sa.Column("short", sa.Text),
    sa.Column("aliases", sa.JSON, nullable=False),
    sa.Column("terms", sa.JSON, nullable=False),
    sa.Column("status", sa.String(80)),
    _position(),
)

topics = sa.Table(
    "topics",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False),
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
    sa.Column("label", sa.Text, nullable=False),
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
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
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
    sa.Column("section", sa.Text),
    sa.Column("statement", sa.Text, nullable=False),
    sa.Column("residence", sa.String(8)),
    sa.Column("age_from", sa.Integer),
    sa.Column("age_to", sa.Integer),
    sa.Column("category", sa.String(80)),
    sa.Column("audience_label", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("value", sa.Numeric(14, 4, asdecimal=False)),
    sa.Column("unit", sa.Text),
    sa.Column("period", sa.String(8)),
    sa.Column("per", sa.String(16)),
    sa.Column("nature", sa.String(16), nullable=False),
    sa.Column("comparator", sa.String(16), nullable=False),
    sa.Column("indexed", sa.Boolean, nullable=False),
    sa.Column("as_at", sa.Date),
    sa.Column("effective_from", sa.Date),
    sa.Column("effective_to", sa.Date),
    sa.Column("order", sa.Integer, nullable=False),
    *_evidence(),
    _position(),
    sa.Index("provisions_by_subject", "benefit", "aspect", "region"),
)

leads = sa.Table(
    "leads",
    metadata,
    sa.Column("region", sa.String(40), sa.ForeignKey("regions.code"), primary_key=True),
    sa.Column("benefit", sa.String(80), sa.ForeignKey("benefits.id"), primary_key=True),
    sa.Column("department", sa.Text, nullable=False),
    sa.Column("document", sa.String(80), sa.ForeignKey("documents.id")),
    sa.Column("section", sa.Text),
    _position(),
)

offices = sa.Table(
    "offices",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("region", sa.String(40), sa.ForeignKey("regions.code"), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("aliases", sa.JSON, nullable=False),
    sa.Column("benefits", sa.JSON, nullable=False),
    sa.Column("address", sa.Text),
    sa.Column("phone", sa.Text),
    sa.Column("hours", sa.Text),
    sa.Column("document", sa.String(80), sa.ForeignKey("documents.id")),
    _position(),
)

needs = sa.Table(
    "needs",
    metadata,
    _id(),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("aliases", sa.JSON, nullable=False),
    _position(),
)

institution_kinds = sa.Table(
    "institution_kinds",
    metadata,
    _id(),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("benefit", sa.String(80), sa.ForeignKey("benefits.id"), nullable=False),
    sa.Column("aliases", sa.JSON, nullable=False),
    _position(),
)

institutions = sa.Table(
    "institutions",
    metadata,
    _id(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("region", sa.String(40), sa.ForeignKey("regions.code"), nullable=False),
    sa.Column("document", sa.String(80), sa.ForeignKey("documents.id"), nullable=False),
    sa.Column("aliases", sa.JSON, nullable=False),
    sa.Column("public", sa.Boolean, nullable=False),
    sa.Column("beds", sa.Integer),
    sa.Column("beds_at_least", sa.Boolean, nullable=False),
    sa.Column("needs", sa.JSON, nullable=False),
    sa.Column("admits", sa.Text),
    sa.Column("note", sa.Text),
    sa.Column("benefits", sa.JSON, nullable=False),
    sa.Column("address", sa.Text),
    sa.Column("phone", sa.Text),
    sa.Column("section", sa.Text),
    sa.Column("as_at", sa.Date),
    *_evidence(),
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

household_facts = sa.Table("household_facts", metadata, _id(), sa.Column("body", sa.JSON, nullable=False), _position())

rules = sa.Table(
    "rules",
    metadata,
    _id(),
    sa.Column("benefit", sa.String(80), sa.ForeignKey("benefits.id"), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("body", sa.JSON, nullable=False),
    _position(),
)

vocabulary = sa.Table(
    "vocabulary",
    metadata,
    sa.Column("key", sa.String(80), primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
)
