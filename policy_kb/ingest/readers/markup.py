"""Marks inside a Markdown line: embedded HTML, emphasis, links, escapes."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from policy_kb.ingest.readers.building import clean, collapse

COMMENT = "网页注释"
SCRIPT = "脚本样式"
PICTURE = "图片"
MARKUP = "网页标记"
STRUCK = "删去的文字"

# Only real tag names: documents also put law titles in angle brackets.
_TAGS = (
    "a|abbr|article|aside|b|big|blockquote|br|button|caption|center|code|col|colgroup|dd|details|div|dl|dt|em|figcaption|figure|"
    "font|footer|form|h[1-6]|head|header|hr|i|iframe|img|input|ins|kbd|label|li|link|main|mark|meta|nav|ol|p|path|pre|q|rp|rt|ruby|"
    "section|small|span|strong|sub|summary|sup|table|tbody|td|tfoot|th|thead|tr|u|ul|video|circle|line|rect|g|polyline|polygon"
)
_PARTS = re.compile(
    rf"(?P<comment><!--.*?-->)|(?P<script><(?P<name>script|style)\b[^>]*>.*?</(?P=name)\s*>)|(?P<picture><svg\b[^>]*>.*?</svg\s*>)"
    r"|(?P<struck><(?P<strike>del|s|strike)(?:\s[^>]*)?>.*?</(?P=strike)\s*>)"
    rf"|(?P<tag></?(?:{_TAGS})(?:\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)?/?>)",
    re.S | re.I,
)
_REASONS = {"comment": COMMENT, "script": SCRIPT, "picture": PICTURE, "struck": STRUCK, "tag": MARKUP}
_INLINE = re.compile(r"</?(?:a|abbr|b|big|code|em|font|i|ins|kbd|mark|q|s|small|span|strong|sub|sup|u)\b", re.I)

_IMAGE = re.compile(r"!\[([^\]\n]*)\]\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)")
_LINK = re.compile(r"\[([^\[\]\n]+)\]\(\s*(?:[a-z][a-z0-9+.-]*:|/|\.|#|www\.)[^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)", re.I)
_AUTOLINK = re.compile(r"<((?:https?|mailto):[^\s<>]+)>")
_STRONG = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_EMPHASIS = re.compile(r"(?<![\*\\])\*(?=[^\s*])([^*\n]+?)(?<=[^\s\\])\*(?!\*)")
_SUM = re.compile(r"[0-9０-９=＝×÷+%％]")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_STRUCK = re.compile(r"~~(?=\S)(.+?)(?<=\S)~~")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")


@dataclass(frozen=True)
class Markup:
    """A stretch of embedded HTML: what a reader does not see."""

    start: int
    end: int
    reason: str
    joins: bool  # the words on both sides stay together


def embedded_html(text: str, start: int = 0) -> list[Markup]:
    """Comments, scripts, drawings and tags in ``text`` from ``start`` on, in order; they may cross lines."""
    found = []
    for match in _PARTS.finditer(text, start):
        kind = next(k for k in _REASONS if match[k] is not None)
        joins = kind in ("comment", "struck") or (kind == "tag" and bool(_INLINE.match(match[0])))
        found.append(Markup(match.start(), match.end(), _REASONS[kind], joins))
    return found


def plain(text: str) -> tuple[str, list[tuple[str, str]]]:
    """A piece of Markdown as a reader sees it, and what was left out of it with the reason: pictures, struck words."""
    removed: list[tuple[str, str]] = []

    def leave_out(reason: str) -> Callable[[re.Match[str]], str]:
        def note(match: re.Match[str]) -> str:
            removed.append((match[0], reason))
            return ""

        return note

    text = _IMAGE.sub(leave_out(PICTURE), text)
    text = _CODE.sub(r"\2", text)
    text = _LINK.sub(r"\1", text)
    text = _AUTOLINK.sub(r"\1", text)
    text = _STRONG.sub(r"\1", text)
    text = _EMPHASIS.sub(_unless_a_sum, text)
    text = _STRUCK.sub(leave_out(STRUCK), text)
    text = _ENTITY.sub(lambda m: html.unescape(m[0]), text)
    text = _ESCAPE.sub(r"\1", text)
    return clean(text), removed


def cells_of(line: str) -> list[str]:
    """The cells of a pipe row, marks still in them; ``\\|`` is a bar inside a cell."""
    body = line.strip()
    body = body[1:] if body.startswith("|") else body
    if body.endswith("|") and not body.endswith("\\|"):
        body = body[:-1]
    return [collapse(cell) for cell in re.split(r"(?<!\\)\|", body)]


def _unless_a_sum(match: re.Match[str]) -> str:
    """Emphasis without its stars, but 标准*人数*12 keeps them: there they are times signs."""
    around = match.string[max(match.start() - 1, 0) : match.start()] + match.string[match.end() : match.end() + 1]
    if _SUM.search(around) or "=" in match.string or "＝" in match.string:
        return match[0]
    return match[1]
