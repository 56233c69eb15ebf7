"""PDF files: paragraphs, tables, running heads, refusals."""

from __future__ import annotations

import io

import pypdfium2 as pdfium
import pytest
from extract_checks import assert_lines_are_the_text, reasons, texts
from hypothesis import given
from hypothesis import strategies as st
from reportlab.lib import colors, pdfencrypt
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table

from policy_kb.ingest.model import UnreadableFile
from policy_kb.ingest.readers.pdf import read_pdf
from policy_kb.ingest.readers.pdflayout import Measure, PrintedLine, join, paragraphs

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))

BODY = ParagraphStyle("body", fontName=FONT, fontSize=14, leading=24, firstLineIndent=28, wordWrap="CJK")
FLUSH = ParagraphStyle("flush", parent=BODY, firstLineIndent=0)
TITLE = ParagraphStyle("title", parent=BODY, fontSize=20, leading=30, alignment=1, firstLineIndent=0)
LONG = "低保标准由区人民政府根据上年度居民人均消费支出的一定比例确定，并随物价上涨适时调整，调整结果向社会公布，按每人每月450元执行，农村按每人每月三百二十元执行。依照第八条执行的从其规定。"


def built(story, decorate=lambda page, document: None, **options) -> bytes:
    out = io.BytesIO()
    SimpleDocTemplate(out, **options).build(list(story), onFirstPage=decorate, onLaterPages=decorate)
    return out.getvalue()


def read(data: bytes):
    found = read_pdf(data, "a.pdf")
    assert_lines_are_the_text(found)
    return found


def test_lines_broken_by_the_page_are_one_paragraph_again():
    story = [Paragraph(f"（{n}）{LONG}", BODY) for n in "一二三四五六七八九十"]
    found = read(built(story))
    assert texts(found) == [f"（{n}）{LONG}" for n in "一二三四五六七八九十"]


def test_paragraphs_without_indent_end_where_a_sentence_or_a_number_says_so():
    story = [Paragraph(t, FLUSH) for t in ("各镇人民政府：", f"一、{LONG}", f"二、{LONG}", LONG)]
    assert texts(read(built(story))) == ["各镇人民政府：", f"一、{LONG}", f"二、{LONG}", LONG]


def test_a_title_over_two_lines_is_one_and_stays_apart_from_the_text():
    title = "某某区人民政府关于印发某某区最低生活保障工作若干规定和临时救助实施办法的通知"
    found = read(built([Paragraph(title, TITLE), *(Paragraph(LONG, BODY) for _ in range(3))], title=title))
    assert texts(found)[:2] == [title, LONG]
    assert found.metadata.title == title


def test_short_lines_stay_apart():
    out = io.BytesIO()
    page = canvas.Canvas(out)
    page.setFont(FONT, 14)
    for i, text in enumerate(["城市低保每月700元", "农村低保每月450元", "特困供养每月900元"]):
        page.drawString(72, 700 - 24 * i, text)
    page.save()
    assert texts(read(out.getvalue())) == ["城市低保每月700元", "农村低保每月450元", "特困供养每月900元"]


def test_running_heads_page_numbers_and_watermarks_are_dropped_with_reasons():
    def decorate(page, document):
        page.setFont(FONT, 10)
        page.drawString(72, 805, "某某区人民政府公报")
        page.drawCentredString(297, 30, f"— {page.getPageNumber()} —")
        page.saveState()
        page.translate(200, 300)
        page.rotate(45)
        page.drawString(0, 0, "内部样张")
        page.restoreState()

    found = read(built([Paragraph(LONG, BODY), PageBreak(), Paragraph(LONG, BODY), PageBreak(), Paragraph(LONG, BODY)], decorate))
    assert texts(found) == [LONG] * 3
    told = reasons(found)
    assert told["某某区人民政府公报"] == "页眉"
    assert told["— 2 —"] == "页码"
    assert told["内部样张"] == "斜排的文字（水印）"


def test_bare_page_numbers_are_dropped_and_a_bare_figure_is_kept():
    def decorate(page, document):
        page.setFont(FONT, 10)
        page.drawCentredString(297, 30, str(page.getPageNumber() + 6))

    found = read(
        built([Paragraph(LONG, BODY), PageBreak(), Paragraph("450", BODY), PageBreak(), Paragraph(LONG, BODY)], decorate)
    )
    assert texts(found) == [LONG, "450", LONG]
    assert {d.text for d in found.dropped} == {"7", "8", "9"}


def test_an_attachment_s_number_at_the_top_of_a_page_is_not_taken_for_a_running_head():
    style = ParagraphStyle("top", parent=FLUSH, spaceBefore=0)
    story = []
    for n in (1, 2, 3):
        story += [Paragraph(f"附件{n}", style), Paragraph(LONG, BODY), PageBreak()]
    found = read(built(story, topMargin=20))
    assert [t for t in texts(found) if t.startswith("附件")] == ["附件1", "附件2", "附件3"]


def test_a_ruled_table_gives_rows_with_merged_cells_filled():
    style = [
        ("FONT", (0, 0), (-1, -1), FONT, 12),
        ("GRID", (0, 0), (-1, -1), 0.5, colors.black),
        ("SPAN", (1, 0), (2, 0)),
        ("SPAN", (0, 0), (0, 1)),
    ]
    table = Table(
        [["地区", "标准", ""], ["", "城市", "农村"], ["甲区", "700", "450"], ["乙区\n（含某镇）", "710", ""]], style=style
    )
    found = read(built([Paragraph(LONG, BODY), table, Paragraph(f"上表按月发放，{LONG}", BODY)]))
    assert [line.cells or line.text for line in found.lines] == [
        LONG, ("地区", "标准", "标准"), ("地区", "城市", "农村"), ("甲区", "700", "450"), ("乙区（含某镇）", "710", ""), f"上表按月发放，{LONG}",
    ]  # fmt: skip


def test_a_page_turned_for_display_is_read_as_it_is_seen():
    out = io.BytesIO()
    page = canvas.Canvas(out, pagesize=(595, 842))
    page.setFont(FONT, 14)
    page.rotate(90)
    page.translate(0, -595)
    for i in range(3):
        page.drawString(72, 500 - 24 * i, f"第{i}行横排的页面每月450元。")
    page.save()
    document = pdfium.PdfDocument(out.getvalue())
    document[0].set_rotation(90)
    turned = io.BytesIO()
    document.save(turned)
    assert texts(read(turned.getvalue())) == [f"第{i}行横排的页面每月450元。" for i in range(3)]


def test_a_file_of_pages_nearly_without_text_is_refused_as_a_scan():
    def story(*texts_):
        return [x for t in texts_ for x in (Paragraph(t, BODY), PageBreak())]

    assert texts(read(built(story(LONG, LONG, "1")))) == [LONG, LONG, "1"]
    with pytest.raises(UnreadableFile, match="扫描件.*OCR"):
        read_pdf(built(story("1", "2", LONG)), "a.pdf")


def test_an_encrypted_file_is_refused():
    with pytest.raises(UnreadableFile, match="密码"):
        read_pdf(built([Paragraph(LONG, BODY)], encrypt=pdfencrypt.StandardEncryption("secret")), "a.pdf")


@pytest.mark.parametrize("data", [b"%PDF-1.4\n", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>"])
def test_a_broken_file_is_refused(data):
    with pytest.raises(UnreadableFile, match="损坏"):
        read_pdf(data, "a.pdf")


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("每月", "450元", "每月450元"),
        ("the", "end", "the end"),
        ("2018-", "2020", "2018-2020"),
        ("共12", "人", "共12人"),
        ("A", "，", "A，"),
    ],
)
def test_parts_of_a_sentence_are_joined_without_a_space_in_chinese(before, after, whole):
    assert join(before, after) == whole


@given(
    st.lists(
        st.tuples(
            st.text(st.sampled_from("一、（二）甲乙3。："), min_size=1, max_size=9), st.integers(60, 120), st.integers(200, 540)
        ),
        max_size=12,
    ),
    st.booleans(),
)
def test_joining_keeps_every_character_in_order(rows, indents):
    lines = [PrintedLine(text, 0, x0, x1, 700 - 20 * i, 712 - 20 * i, 14) for i, (text, x0, x1) in enumerate(rows)]
    joined = paragraphs(lines, Measure(60, 535, 14, 20, indents))
    assert "".join(p.text for p in joined).replace(" ", "") == "".join(text for text, _, _ in rows)
