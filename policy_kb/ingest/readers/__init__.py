"""Files into text: one reader a format, chosen by what the file is."""

from __future__ import annotations

from pathlib import Path

from policy_kb.ingest.model import Extract, UnreadableFile
from policy_kb.ingest.readers.files import format_of, load

__all__ = ["extract"]


def extract(path: Path) -> Extract:
    """The text, lines, metadata and left-out parts of a .txt, .md, .html, .docx or .pdf file.

    The format is taken from the content first, then from the suffix. Raises UnreadableFile, whose Chinese message
    names the file and says what to do, for anything that cannot be read completely.
    """
    path = Path(path)
    data = load(path)
    found = _read(format_of(path.name, data), data, path.name)
    if not found.lines:
        raise UnreadableFile(f"{path.name}：里面没有可以导入的文字。请检查是不是正确的文件。")
    return found


def _read(kind: str, data: bytes, name: str) -> Extract:
    # imported where needed: answering questions loads none of these libraries
    if kind == "markdown":
        from policy_kb.ingest.readers.markdown import read_markdown as read
    elif kind == "html":
        from policy_kb.ingest.readers.webpage import read_webpage as read
    elif kind == "docx":
        from policy_kb.ingest.readers.word import read_word as read
    elif kind == "pdf":
        from policy_kb.ingest.readers.pdf import read_pdf as read
    else:
        from policy_kb.ingest.readers.textfile import read_text as read
    return read(data, name)
