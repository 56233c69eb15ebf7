"""Web pages: the document in the page as lines, everything around it in the report."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from policy_kb.ingest.model import Extract, Metadata, UnreadableFile
from policy_kb.ingest.readers.building import TextBuilder, collapse
from policy_kb.ingest.readers.dates import read_date
from policy_kb.ingest.readers.decoding import decode
from policy_kb.ingest.readers.grid import full_rows
from policy_kb.ingest.readers.labels import Labelled
from policy_kb.ingest.readers.pagetable import cell_text, is_data_table, table_rows
from policy_kb.ingest.readers.regions import HIDDEN, OUTSIDE, SCRIPT, MainRegion, body_of, left_out, main_region
from policy_kb.ingest.readers.superscript import raised
from policy_kb.ingest.readers.tree import INLINE_TAGS, Element, parse

CAPTION = "文件信息（已记入）"
PICTURE = "图片"

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]+)", re.I)
_HEADING_TAGS = {f"h{n}": n for n in range(1, 7)}
_NUMBERED = re.compile(r"\s*[（(]?[0-9０-９一二三四五六七八九十]{1,3}[、.．)）]")
_NO_MARKERS = re.compile(r"list-style[^;]*\bnone\b", re.I)
_MARKER = 8  # characters that hold any number at the start of an item
_TOP = 8  # lines of the main region in which labels speak of the document itself
_SHOWN = 60  # characters of a script in the report: enough to see what it was
_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


def read_webpage(data: bytes, name: str) -> Extract:
    """A web page: its main region as lines; navigation, forms, scripts and the rest of the page dropped with the reason."""
    declared = _CHARSET.search(data[:8192])
    page = parse(decode(data, name, declared[1].decode("ascii", "replace") if declared else None))
    body = body_of(page)
    head = PageHead(page)
    walk = _Walk(main_region(body), head.title_among(body))
    walk.over(body)
    found = walk.builder.extract(Metadata())
    if not found.lines:
        why = "字在图片里，请先做文字识别（OCR）" if walk.pictures else "正文可能由脚本生成，请用浏览器打开，把正文复制出来"
        raise UnreadableFile(f"{name}：网页里没有正文。{why}，存成 .txt 或 .docx 再导入。")
    said = walk.labels.metadata()
    signed = any(_is_date(line.text) for line in found.lines[-15:])  # the document's own date is better than the page's
    return replace(found, metadata=said.over(head.metadata(walk.title, signed)))


class PageHead:
    """What <head> says: meta tags of Chinese publishing systems, <title>, the canonical address."""

    def __init__(self, page: Element) -> None:
        self._meta: dict[str, str] = {}
        self._titles: list[str] = []
        for element in page.elements():
            attributes = element.attributes
            if element.tag == "meta":
                key = (attributes.get("name") or attributes.get("property") or "").lower()
                self._meta.setdefault(key, collapse(attributes.get("content", "")))
            elif element.tag == "link" and attributes.get("rel", "").lower() == "canonical":
                self._meta.setdefault("canonical", attributes.get("href", ""))
            elif element.tag == "title" and element.parent is not None and element.parent.tag == "head":
                self._titles.append(collapse(element.text()))

    def title_among(self, body: Element) -> str | None:
        """The article's title as <head> gives it, without the site's name, preferring one that the page shows."""
        given = [self._meta.get(k, "") for k in ("articletitle", "og:title", "twitter:title")]
        for title in [*self._titles, *given[1:]]:
            given += [title, *(part.strip() for part in re.split(r"[_|]|\s+[-–—]+\s*|[-–—]{2,}", title))]
        given = [t for t in given if len(t) >= 4]
        shown = _squeezed(body.text())
        return next((t for t in given if _squeezed(t) in shown), self._meta.get("articletitle") or None)

    def metadata(self, shown_title: str | None, signed: bool) -> Metadata:
        """Title, day of publication (unless the document is ``signed`` with its own) and address."""
        day = None if signed else read_date(self._meta.get("pubdate") or self._meta.get("publishdate") or "")
        addresses = (self._meta.get(k, "") for k in ("canonical", "url", "og:url"))
        url = next((a for a in addresses if a.startswith(("http://", "https://"))), None)
        return Metadata(title=shown_title, published=day, url=url)


@dataclass(frozen=True)
class _Place:
    """Where in the page the walk is."""

    reason: str | None = None  # why nothing here is kept
    inside: bool = False  # in the main region
    level: int | None = None  # of the heading we are in
    verbatim: bool = False


class _Walk:
    """Goes through the page once, in document order, writing a line at every end of a block."""

    def __init__(self, main: MainRegion, title: str | None) -> None:
        self.builder = TextBuilder()
        self.labels = Labelled()
        self.title = title
        self.pictures = 0
        self._main = main
        self._buffer: list[str] = []
        self._inline_dropped: list[tuple[str, str]] = []
        self._counters: list[int | None] = []
        self._kept_title = False

    def over(self, body: Element) -> None:
        """Write the whole page."""
        stack: list[tuple[Element | str, _Place, bool]] = [(body, _Place(), False)]
        while stack:
            here, place, leaving = stack.pop()
            if isinstance(here, str):
                self._buffer.append(here if place.verbatim else re.sub(r"\s+", " ", here))
            elif leaving:
                self._leave(here, place)
            else:
                inner = self._enter(here, place)
                if inner is not None:
                    stack.append((here, inner, True))
                    stack.extend((child, inner, False) for child in reversed(here.children))
        self._flush(_Place())

    def _enter(self, here: Element, place: _Place) -> _Place | None:
        """The place inside the element, or None where its children need no visit."""
        block = here.tag not in INLINE_TAGS
        reason = left_out(here, self._main)
        if reason == SCRIPT:
            self._report(here.own_text(), SCRIPT)
            return None
        if here.tag == "br":
            self._buffer.append("\n")
            return None
        if here.tag in ("img", "iframe"):
            self._picture(here, place)
            return None
        if reason and not block:
            self._inline_dropped.append((here.text(), reason))
            return None
        if here.tag in ("sup", "rt"):
            left: list[tuple[str, str]] = []
            text = collapse(cell_text(here, self._main, left))
            self._buffer.append(raised(text) if here.tag == "sup" else f"（{text}）" if text else "")
            self._inline_dropped += left
            return None
        if here.tag == "rp":
            return None
        if block:
            self._flush(place)
        inner = replace(
            place,
            reason=place.reason or reason,
            inside=place.inside or here is self._main.element,
            level=_HEADING_TAGS.get(here.tag, place.level),
            verbatim=place.verbatim or here.tag == "pre",
        )
        if here.tag == "table" and is_data_table(here):
            self._table(here, inner)
            return None
        self._begin_list_item(here, inner)
        return inner

    def _leave(self, here: Element, place: _Place) -> None:
        if here.tag not in INLINE_TAGS:
            self._flush(place)
        elif here.tag == "input":
            self._buffer.append(" ")
        if here.tag in ("ol", "ul"):
            self._counters.pop()

    def _flush(self, place: _Place) -> None:
        for line in "".join(self._buffer).split("\n"):
            line = collapse(line) if not place.verbatim else line
            if line.strip():
                self._write(line, place)
        self._buffer.clear()
        for text, reason in self._inline_dropped:
            self._report(text, reason)
        self._inline_dropped.clear()

    def _write(self, line: str, place: _Place) -> None:
        squeezed = _squeezed(line)
        is_title = self.title is not None and squeezed == _squeezed(self.title)
        if place.reason:
            self.builder.drop(line, place.reason)
        elif place.inside:
            if place.level == 1 and self.title is None and len(squeezed) >= 4:
                self.title, is_title = line, True
            if len(self.builder.lines) < _TOP and len(line) <= 200:
                self.labels.take_line(line)
            as_title = is_title and not self._kept_title
            self._kept_title |= as_title
            level = 1 if as_title else place.level
            self.builder.add(line, "heading" if level else "text", level)
        elif (is_title or (place.level == 1 and self.title is None)) and not self._kept_title and not self.builder.lines:
            self.title = self.title or line
            self._kept_title = True
            self.builder.add(line, "heading", 1)
        else:
            self.builder.drop(line, CAPTION if self.labels.take_line(line) else OUTSIDE)

    def _table(self, table: Element, place: _Place) -> None:
        left: list[tuple[str, str]] = []
        for group in table_rows(table, self._main, left):
            if group.caption is not None:
                self._write(group.caption, place)
                continue
            for row in full_rows(group.rows):
                cells = row.cells
                if not any(cells):
                    continue
                reason = place.reason or group.reason
                about_itself = not place.inside or len(self.builder.lines) < _TOP
                taken = not reason and about_itself and len(cells) > 1 and self.labels.take_pairs(row.shown)
                if reason or taken:
                    self.builder.drop(" | ".join(collapse(c) for c in row.shown), reason or CAPTION)
                elif place.inside:
                    self.builder.add_row(cells, row.shown)
                else:
                    self.builder.drop(" | ".join(collapse(c) for c in row.shown), OUTSIDE)
        for text, why in left:
            self._report(text, why)

    def _begin_list_item(self, here: Element, place: _Place) -> None:
        """Write the number that a browser shows before an item of an ordered list."""
        if here.tag in ("ol", "ul"):
            start = here.attributes.get("start", "1")
            plain = here.tag == "ul" or bool(_NO_MARKERS.search(here.attributes.get("style", "")))
            self._counters.append(None if plain else (int(start) if re.fullmatch(r"-?\d{1,6}", start) else 1) - 1)
        elif here.tag == "li" and self._counters and self._counters[-1] is not None and not place.reason:
            given = here.attributes.get("value", "")
            number = int(given) if re.fullmatch(r"-?\d{1,6}", given) else self._counters[-1] + 1
            self._counters[-1] = number
            kind = here.parent.attributes.get("type", "1") if here.parent else "1"
            if not _NUMBERED.match(here.text(_MARKER).lstrip()):
                self._buffer.append(f"{_marker(number, kind)}. ")

    def _report(self, text: str, reason: str) -> None:
        text = collapse(text)
        if reason == SCRIPT and len(text) > _SHOWN:
            text = f"{text[:_SHOWN]}…（共 {len(text)} 字）"
        if text:
            self.builder.note(text, reason)

    def _picture(self, here: Element, place: _Place) -> None:
        if place.inside and not place.reason and left_out(here, self._main) != HIDDEN:
            self.pictures += 1
            source = here.attributes.get("src", "")
            shown = here.attributes.get("alt") or ("内嵌数据" if source.startswith("data:") else source) or here.tag
            self.builder.note(collapse(shown)[:_SHOWN], PICTURE)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _is_date(line: str) -> bool:
    return len(line) <= 16 and read_date(line) is not None and line.rstrip("）)").endswith("日")


def _marker(number: int, kind: str) -> str:
    if kind in ("a", "A") and 1 <= number <= 26:
        return chr(ord(kind) + number - 1)
    if kind in ("i", "I") and 1 <= number < 40:
        text = ""
        for value, letters in _ROMAN:
            text += letters * (number // value)
            number %= value
        return text.upper() if kind == "I" else text
    return str(number)
