"""PDF files with text in them: paragraphs and ruled tables; a scan is refused."""

from __future__ import annotations

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from policy_kb.ingest.model import Extract, Metadata, UnreadableFile
from policy_kb.ingest.readers.building import TextBuilder, collapse
from policy_kb.ingest.readers.decoding import BROKEN
from policy_kb.ingest.readers.grid import full_rows
from policy_kb.ingest.readers.pdflayout import PrintedLine, join, measure, paragraphs, printed_lines, running_lines
from policy_kb.ingest.readers.pdfpage import Char, Page, read_page
from policy_kb.ingest.readers.pdftable import RuledTable, ruled_tables

MAX_PAGES = 3000

WATERMARK = "斜排的文字（水印）"
NO_TEXT = "没有文字的页"

_FEW = 10  # characters on a page: a page number, a stamp
_MAX_BROKEN = 0.02  # share of characters without a meaning
_TITLE_WITHIN = 10  # lines
_OCR = "请先做文字识别（OCR），核对数字后存成 .txt 或 .docx 再导入。"


def read_pdf(data: bytes, name: str) -> Extract:
    """A .pdf file: lines joined into paragraphs, ruled tables as rows, running heads and page numbers dropped."""
    pages, title = _pages(data, name)
    _check(pages, name)
    lines = [_lines(page, number) for number, page in enumerate(pages)]
    running = running_lines(lines, [page.height for page in pages])
    body = [line for page in lines for line in page if line not in running]
    joined = paragraphs(body, measure(body, max(p.width for p in pages))) if body else []
    builder = TextBuilder()
    for number, page in enumerate(pages):
        _write_page(builder, number, page, [p for p in joined if p.page == number], lines[number], running)
    found = builder.extract(Metadata())
    opening = "".join("".join(line.text.split()) for line in found.lines[:_TITLE_WITHIN])
    plausible = len(title) >= 4 and "".join(title.split()) in opening
    return Extract(found.text, found.lines, Metadata(title=title if plausible else None), found.dropped)


def _pages(data: bytes, name: str) -> tuple[list[Page], str]:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
            raise UnreadableFile(f"{name}：这个 PDF 加了密码。请用密码打开，去掉密码后另存再导入。") from None
        raise UnreadableFile(f"{name}：PDF 已损坏或没有传完整，打不开。请重新下载或重新导出后再导入。") from None
    try:
        if len(document) > MAX_PAGES:
            raise UnreadableFile(f"{name}：有 {len(document)} 页，超过 {MAX_PAGES} 页的上限。请拆成几个文件后再导入。")
        pages = []
        for page in document:
            pages.append(read_page(page))
            page.close()
        return pages, _title(document)
    except (pdfium.PdfiumError, ValueError, OverflowError) as error:
        raise UnreadableFile(f"{name}：PDF 里有读不出的页（{error}）。请重新导出后再导入。") from None
    finally:
        document.close()


def _title(document: pdfium.PdfDocument) -> str:
    try:
        return collapse(document.get_metadata_value("Title") or "")
    except (pdfium.PdfiumError, ValueError):  # badly encoded; the text may still be good
        return ""


def _check(pages: list[Page], name: str) -> None:
    counts = [sum(1 for c in page.chars if c.size and c.text.strip()) for page in pages]
    bare = sum(1 for n in counts if n < _FEW)
    if not pages or bare > len(pages) / 2:
        raise UnreadableFile(f"{name}：{len(pages)} 页里有 {bare} 页几乎没有文字，应是扫描件。{_OCR}")
    text = "".join(c.text for page in pages for c in page.chars if c.size)
    if len(BROKEN.findall(text)) > _MAX_BROKEN * len(text):
        advice = f"请从原文件重新导出，或直接导入原文件；没有原文件的，{_OCR}"
        raise UnreadableFile(f"{name}：PDF 里的字没有编码信息，读出来是乱码。{advice}")


def _lines(page: Page, number: int) -> list[PrintedLine]:
    """The page's lines from top to bottom, ruled tables as rows where they stand."""
    tables = ruled_tables(page.rules, page.chars)
    if not tables:
        return printed_lines(page.chars, number)
    inside: dict[RuledTable, list[Char]] = {}
    outside: list[Char] = []
    order: list[RuledTable | None] = []
    for char in page.chars:
        table = next((t for t in tables if char.size and t.holds(char)), None)
        if char.size and (not order or order[-1] is not table):
            outside.append(Char("\n", 0, 0, 0, 0, 0))
            order.append(table)
        if table is not None:
            inside.setdefault(table, []).append(char)
        elif not char.size and order and order[-1] is not None:
            inside[order[-1]].append(char)
        else:
            outside.append(char)
    lines = printed_lines(outside, number)
    for table in tables:
        lines = _with_rows(lines, table, _rows(table, inside.get(table, []), number))
    return lines


def _with_rows(lines: list[PrintedLine], table: RuledTable, rows: list[PrintedLine]) -> list[PrintedLine]:
    """The rows put after the last line that stands above the table."""
    above = [i for i, line in enumerate(lines) if line.y0 >= table.ys[0] - 1]
    at = above[-1] + 1 if above else 0
    return lines[:at] + rows + lines[at:]


def _rows(table: RuledTable, chars: list[Char], number: int) -> list[PrintedLine]:
    # a made-up space or line end belongs to the cell of the character before it
    placed = [c if c.size else Char(c.text, b.x0, b.y0, b.x1, b.y1, 0) for b, c in zip([*chars[:1], *chars], chars)]
    rows = full_rows(table.cells(placed, _cell_text))
    return [
        PrintedLine(
            " | ".join(row.shown), number, table.xs[0], table.xs[-1], table.ys[min(i + 1, len(table.ys) - 1)], table.ys[i], 0.0,
            row.cells, row.shown,
        )
        for i, row in enumerate(rows)
        if any(row.cells)
    ]  # fmt: skip


def _cell_text(chars: list[Char]) -> str:
    text = ""
    for line in "".join(c.text for c in chars).replace("\r", "\n").split("\n"):
        text = join(text, collapse(line)) if collapse(line) else text
    return text


def _write_page(
    builder: TextBuilder,
    number: int,
    page: Page,
    joined: list[PrintedLine],
    lines: list[PrintedLine],
    running: dict[PrintedLine, str],
) -> None:
    """Write a page: its head, its paragraphs, its foot; a paragraph that runs on stands on the page where it begins."""
    dropped = [(line, running[line]) for line in lines if line in running]
    for line, reason in dropped:
        if line.y0 > page.height / 2:
            builder.drop(line.text, reason)
    if page.tilted.strip():
        builder.note(collapse(page.tilted), WATERMARK)
    if sum(1 for c in page.chars if c.size and c.text.strip()) < _FEW and page.images:
        builder.note(f"第 {number + 1} 页", NO_TEXT)
    for line in joined:
        if line.cells:
            builder.add_row(line.cells, line.shown)
        else:
            builder.add(line.text)
    for line, reason in dropped:
        if line.y0 <= page.height / 2:
            builder.drop(line.text, reason)
