"""Real documents into clauses: read a file, tell its documents apart, cut them, say what was left out."""

from policy_kb.ingest.model import Clause, Dropped, Metadata, SourceDocument, SourceFile, UnreadableFile
from policy_kb.ingest.reading import read_source

__all__ = ["Clause", "Dropped", "Metadata", "SourceDocument", "SourceFile", "UnreadableFile", "read_source"]
