"""Word files (.docx): paragraphs with their automatic numbers, tables as rows, what is not part of the text in the report."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from lxml.etree import _Element as XmlElement

from policy_kb.ingest.model import Extract, Metadata, UnreadableFile
from policy_kb.ingest.readers.building import TextBuilder, collapse
from policy_kb.ingest.readers.grid import full_rows
from policy_kb.ingest.readers.wordnumbering import Numbering, Styles
from policy_kb.ingest.readers.wordtable import WordTable
from policy_kb.ingest.readers.wordtext import DELETED, OBJECT, PICTURE, read_paragraph

MAX_UNPACKED = 300 * 1024 * 1024
MAX_XML = 80 * 1024 * 1024
MAX_PARTS = 20_000

CONTENTS = "目录"
HEADER = "页眉"
FOOTER = "页脚"
COMMENT = "批注"

_HEADING_LENGTH = 100  # characters: longer ones are paragraphs that were given an outline level
_TITLE_WITHIN = 20  # lines
_GENERIC_TITLES = ("word document", "文档", "document", "无标题", "untitled")
_DEEP = 40  # content controls and tables within each other


def read_word(data: bytes, name: str) -> Extract:
    """A .docx file as a reader sees it: accepted insertions, no deletions; text boxes and footnotes after their paragraph."""
    _check_size(data, name)
    try:
        document = docx.Document(io.BytesIO(data))
        reader = _Reader(document)
        reader.blocks(document.element.body)
        reader.margins()
        found = reader.builder.extract(Metadata())
    except UnreadableFile:
        raise
    except Exception as error:  # a broken file fails anywhere in the library: zip, XML, missing parts
        raise UnreadableFile(
            f"{name}：不是完整的 Word 文件，打不开（{type(error).__name__}）。请用 Word 或 WPS 打开，另存为 .docx 后再导入。"
        ) from error
    if not found.lines:
        pictures = any(d.reason == PICTURE for d in found.dropped)
        why = "里面只有图片，请先做文字识别（OCR）后" if pictures else "里面没有文字，请检查后"
        raise UnreadableFile(f"{name}：{why}再导入。")
    return Extract(found.text, found.lines, _metadata(document, reader.title, found), found.dropped)


def _check_size(data: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        raise UnreadableFile(f"{name}：文件已损坏，打不开。请重新保存后再导入。") from None
    if any(p.flag_bits & 1 for p in parts):
        raise UnreadableFile(f"{name}：这个文件加了密码。请用密码打开，去掉密码后另存再导入。")
    text = sum(p.file_size for p in parts if p.filename.lower().endswith((".xml", ".rels")))
    if len(parts) > MAX_PARTS or text > MAX_XML or sum(p.file_size for p in parts) > MAX_UNPACKED:
        raise UnreadableFile(
            f"{name}：解压后的内容异常地大，可能是有害文件，没有读取。请用 Word 打开，只把正文另存为新的 .docx 后再导入。"
        )


def _metadata(document: Document, styled: str | None, found: Extract) -> Metadata:
    """The title: Word's Title paragraph, else the property where the document begins with it (it often is a template's)."""
    if styled:
        return Metadata(title=styled)
    title = collapse(document.core_properties.title or "")
    squeezed = "".join(title.split())
    opening = "".join("".join(line.text.split()) for line in found.lines[:_TITLE_WITHIN])
    if len(squeezed) >= 4 and squeezed.lower() not in _GENERIC_TITLES and squeezed in opening:
        return Metadata(title=title)
    return Metadata()


class _Reader:
    """Goes through the body once, in order."""

    def __init__(self, document: Document) -> None:
        self.builder = TextBuilder()
        self.title: str | None = None
        self._document = document
        self._styles = Styles.of(document.styles.element)
        self._numbering = Numbering(self._part(RELATIONSHIP_TYPE.NUMBERING), self._styles)
        self._notes = {
            "footnote": self._part(RELATIONSHIP_TYPE.FOOTNOTES),
            "endnote": self._part(RELATIONSHIP_TYPE.ENDNOTES),
        }
        self._carried = ""  # of a paragraph whose mark was deleted: it runs on into the next

    def blocks(self, container: XmlElement, reason: str | None = None, depth: int = 0) -> None:
        """Write paragraphs and tables; with a ``reason``, into the report."""
        if depth > _DEEP:
            self.builder.note(collapse("".join(container.itertext())), "嵌套过深")
            return
        for element in container:
            if element.tag == qn("w:p"):
                self._paragraph(element, reason, depth)
            elif element.tag == qn("w:tbl"):
                self._table(element, reason, depth)
            elif element.tag == qn("w:sdt"):
                gallery = element.find(f"{qn('w:sdtPr')}/{qn('w:docPartObj')}/{qn('w:docPartGallery')}")
                is_contents = gallery is not None and gallery.get(qn("w:val")) == "Table of Contents"
                content = element.find(qn("w:sdtContent"))
                if content is not None:
                    self.blocks(content, CONTENTS if is_contents else reason, depth + 1)
            elif element.tag in (qn("w:ins"), qn("w:moveTo"), qn("w:customXml"), qn("w:smartTag")):
                self.blocks(element, reason, depth + 1)
            elif element.tag in (qn("w:del"), qn("w:moveFrom")):
                self.blocks(element, DELETED, depth + 1)
            elif element.tag == qn("w:altChunk"):
                self.builder.note("嵌入的外部文档", OBJECT)
        if self._carried and container.tag == qn("w:body"):
            self.builder.add(self._carried)
            self._carried = ""

    def margins(self) -> None:
        """Report headers, footers and comments."""
        seen: set[tuple[str, str]] = set()
        for section in self._document.sections:
            parts = ((HEADER, (section.header, section.first_page_header, section.even_page_header)),
                     (FOOTER, (section.footer, section.first_page_footer, section.even_page_footer)))  # fmt: skip
            for reason, margins in parts:
                for margin in margins:
                    text = "" if margin.is_linked_to_previous else self._plain(margin._element)
                    if text and (reason, text) not in seen:
                        seen.add((reason, text))
                        self.builder.note(text, reason)
        for comment in self._part(RELATIONSHIP_TYPE.COMMENTS) or ():
            if text := self._plain(comment):
                self.builder.note(text, COMMENT)

    def _paragraph(self, paragraph: XmlElement, reason: str | None, depth: int) -> None:
        properties = paragraph.find(qn("w:pPr"))
        style = self._style(properties)
        found = read_paragraph(paragraph)
        joined = properties is not None and properties.find(f"{qn('w:rPr')}/{qn('w:del')}") is not None
        for text, why in found.dropped:
            self.builder.note(collapse(text), why)
        if joined:
            self._carried += found.text
        else:
            text = self._carried + found.text
            self._carried = ""
            if self._styles.name(style).startswith("toc"):
                reason = reason or CONTENTS
            if reason:
                self.builder.drop(text, reason)
            else:
                self._write(self._numbering.marker(properties, style), text, properties, style)
        for box in found.boxes:
            self.blocks(box, reason, depth + 1)
        for kind, identity in found.footnotes:
            self._footnote(kind, identity)

    def _write(self, marker: str, text: str, properties: XmlElement | None, style: str) -> None:
        if not collapse(text):
            return
        text = marker + text.lstrip()
        is_title = self._styles.name(style) in ("title", "标题")
        level = 1 if is_title else self._level(properties, style)
        shown = collapse(text)
        if level is not None and (len(shown) > _HEADING_LENGTH or shown.endswith(("。", "；"))):
            level = None
        if is_title and self.title is None and level:
            self.title = shown
        if level is not None:
            self.builder.add(shown, "heading", level)
        else:
            self.builder.add(text)

    def _table(self, element: XmlElement, reason: str | None, depth: int) -> None:
        table = WordTable(element)
        if reason or not table.is_data:
            for row in table.rows:
                for cell in row.cells:
                    self.blocks(cell, reason or (DELETED if row.deleted else None), depth + 1)
            return
        for row in table.rows:
            if row.deleted:
                self.builder.note(collapse(" ".join(self._plain(c) for c in row.cells)), DELETED)
        footnotes: list[tuple[str, str]] = []
        for full in full_rows(table.grid(lambda cell: self._cell_text(cell, footnotes))):
            self.builder.add_row(full.cells, full.shown)
        for kind, identity in footnotes:
            self._footnote(kind, identity)

    def _cell_text(self, cell: XmlElement, footnotes: list[tuple[str, str]]) -> str:
        parts = []
        for paragraph in cell.iter(qn("w:p")):
            if any(a.tag in (qn("w:txbxContent"), qn("w:del"), qn("w:moveFrom")) for a in _ancestors(paragraph, cell)):
                continue
            found = read_paragraph(paragraph)
            for text, why in found.dropped:
                self.builder.note(collapse(text), why)
            properties = paragraph.find(qn("w:pPr"))
            marker = self._numbering.marker(properties, self._style(properties))
            # a column of automatic numbers has nothing but the number in its cells
            parts.append(collapse(marker + found.text))
            footnotes += found.footnotes
            parts += [self._plain(box) for box in found.boxes]
        return " ".join(p for p in parts if p)

    def _footnote(self, kind: str, identity: str) -> None:
        for note in self._notes[kind] if self._notes[kind] is not None else ():
            if note.get(qn("w:id")) == identity and (text := self._plain(note)):
                self.builder.add(f"（注：{text}）")

    def _plain(self, container: XmlElement) -> str:
        return collapse(" ".join(read_paragraph(p).text for p in container.iter(qn("w:p"))))

    def _style(self, properties: XmlElement | None) -> str:
        given = properties.find(qn("w:pStyle")) if properties is not None else None
        return given.get(qn("w:val"), "") if given is not None else self._styles.default

    def _level(self, properties: XmlElement | None, style: str) -> int | None:
        chain = [p for _, p in self._styles.chain(style)]
        for here in ([properties] if properties is not None else []) + chain:
            outline = here.find(qn("w:outlineLvl"))
            if outline is not None:
                value = outline.get(qn("w:val"), "9")
                return int(value) + 1 if value.isdigit() and int(value) < 9 else None
        name = self._styles.name(style)
        number = name.removeprefix("heading ").removeprefix("标题 ")
        return int(number) if number != name and number.isdigit() and 1 <= int(number) <= 9 else None

    def _part(self, relationship: str) -> XmlElement | None:
        for relation in self._document.part.rels.values():
            if relation.reltype == relationship and not relation.is_external:
                return parse_xml(relation.target_part.blob)
        return None


def _ancestors(element: XmlElement, top: XmlElement) -> Iterator[XmlElement]:
    here = element.getparent()
    while here is not None and here is not top:
        yield here
        here = here.getparent()
