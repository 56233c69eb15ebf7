"""Real documents into clauses: read a file, tell its documents apart, cut them, say what was left out."""

from typing import TYPE_CHECKING

from policy_kb.lazy import lazily

if TYPE_CHECKING:
    from policy_kb.ingest.model import Clause, Dropped, Metadata, SourceDocument, SourceFile, UnreadableFile
    from policy_kb.ingest.reading import read_source

# Whoever only shows clauses needs no reader of PDF, Word and web pages.
__getattr__ = lazily(
    __name__,
    {
        "model": ("Clause", "Dropped", "Metadata", "SourceDocument", "SourceFile", "UnreadableFile"),
        "reading": ("read_source",),
    },
)

__all__ = ["Clause", "Dropped", "Metadata", "SourceDocument", "SourceFile", "UnreadableFile", "read_source"]
