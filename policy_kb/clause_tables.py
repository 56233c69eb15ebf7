"""The tables of ingested documents. Unlike the curated tables they are no copy of files: what is here is kept."""

from __future__ import annotations

import sqlalchemy as sa

from policy_kb.tables import metadata

# Every version of every file taken in. Of one name at most one version is current; older ones are kept to look back at.
source_files = sa.Table(
    "source_files",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("given", sa.JSON, nullable=False),
    sa.Column("cutter", sa.String(16), nullable=False),
    sa.Column("ingested_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("current", sa.Boolean, nullable=False),
    sa.Column("dropped", sa.JSON, nullable=False),
    sa.UniqueConstraint("name", "version", name="source_files_name_version"),
)

source_documents = sa.Table(
    "source_documents",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("file", sa.Integer, sa.ForeignKey("source_files.id", ondelete="CASCADE"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("issuer", sa.Text),
    sa.Column("number", sa.Text),
    sa.Column("region", sa.String(40), nullable=False),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("published", sa.Date),
    sa.Column("effective_from", sa.Date),
    sa.Column("effective_to", sa.Date),
    sa.Column("url", sa.Text),
    sa.Index("source_documents_by_file", "file"),
    # The id of a forgotten document is never given again: the search index knows documents by it.
    sqlite_autoincrement=True,
)

clauses = sa.Table(
    "clauses",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("document", sa.Integer, sa.ForeignKey("source_documents.id", ondelete="CASCADE"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("headings", sa.JSON, nullable=False),
    sa.Column("lead", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("start", sa.Integer, nullable=False),
    sa.Column("end", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("cells", sa.JSON, nullable=False),
    sa.UniqueConstraint("document", "path", name="clauses_document_path"),
)
