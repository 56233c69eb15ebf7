"""Word files: automatic numbers, tables, tracked changes, what stands outside the text."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from extract_checks import assert_lines_are_the_text, reasons, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_kb.ingest.model import UnreadableFile
from policy_kb.ingest.readers import numerals, word
from policy_kb.ingest.readers.word import read_word

W = nsdecls("w")


def saved(document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def read(document):
    found = read_word(saved(document), "a.docx")
    assert_lines_are_the_text(found)
    return found


def xml(markup: str):
    return parse_xml(
        markup.replace(">", f" {W}>", 1) if not markup.split(">", 1)[0].endswith("/") else markup.replace("/>", f" {W}/>", 1)
    )


def add_list(document, *levels: tuple[str, str], num_id: int = 88, extra: str = "", abstract: int = 77) -> None:
    """A numbering with (format, text) for each level."""
    root = document.part.numbering_part.element
    lvls = "".join(
        f'<w:lvl w:ilvl="{i}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>{extra}<w:lvlText w:val="{text}"/></w:lvl>'
        for i, (form, text) in enumerate(levels)
    )
    root.insert(0, xml(f'<w:abstractNum w:abstractNumId="{abstract}">{lvls}</w:abstractNum>'))
    root.append(xml(f'<w:num w:numId="{num_id}"><w:abstractNumId w:val="{abstract}"/></w:num>'))


def item(document, text: str, level: int = 0, num_id: int = 88):
    paragraph = document.add_paragraph(text)
    paragraph._p.get_or_add_pPr().append(xml(f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num_id}"/></w:numPr>'))
    return paragraph


def test_automatic_numbers_are_written_out_as_word_shows_them():
    document = docx.Document()
    add_list(
        document,
        ("chineseCountingThousand", "第%1条"),
        ("japaneseCounting", "（%2）"),
        ("decimal", "%3."),
        ("decimalEnclosedCircle", "%4"),
    )
    for text, level in [
        ("总则。", 0),
        ("包括：", 0),
        ("大病", 1),
        ("火灾", 1),
        ("5万元以上", 2),
        ("甲", 3),
        ("水灾", 1),
        ("2人户", 2),
        ("其他。", 0),
        ("新", 1),
    ]:
        item(document, text, level)
    assert texts(read(document)) == [
        "第一条 总则。", "第二条 包括：", "（一）大病", "（二）火灾", "1. 5万元以上", "① 甲", "（三）水灾", "1. 2人户", "第三条 其他。", "（一）新",
    ]  # fmt: skip


def test_numbers_of_several_levels_and_legal_numbering():
    document = docx.Document()
    add_list(document, ("chineseCounting", "%1、"), ("decimal", "%1.%2"), extra="<w:isLgl/>")
    for text, level in [("甲", 0), ("乙", 1), ("丙", 1), ("丁", 0), ("戊", 1)]:
        item(document, text, level)
    assert texts(read(document)) == ["1、甲", "1.1 乙", "1.2 丙", "2、丁", "2.1 戊"]


def test_a_list_can_start_again_and_go_on_after_other_text():
    document = docx.Document()
    add_list(document, ("decimal", "%1."))
    document.part.numbering_part.element.append(
        xml(
            '<w:num w:numId="89"><w:abstractNumId w:val="77"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
        )
    )
    item(document, "甲")
    document.add_paragraph("中间")
    item(document, "乙")
    item(document, "丙", num_id=89)
    item(document, "丁", num_id=89)
    assert texts(read(document)) == ["1. 甲", "中间", "2. 乙", "1. 丙", "2. 丁"]


def test_numbers_that_come_with_a_style_are_counted_and_bullets_are_not_shown():
    document = docx.Document()
    document.add_paragraph("甲", style="List Number")
    document.add_paragraph("乙", style="List Number")
    document.add_paragraph("丙", style="List Bullet")
    assert texts(read(document)) == ["1. 甲", "2. 乙", "丙"]


@pytest.mark.parametrize(
    ("number", "form", "says"),
    [
        (10, "chineseCountingThousand", "十"), (21, "chineseCounting", "二十一"), (105, "japaneseCounting", "一百零五"), (110, "chineseCounting", "一百一十"),
        (1010, "chineseCounting", "一千零一十"), (12, "chineseLegalSimplified", "壹拾贰"), (3, "ideographTraditional", "丙"), (20, "decimalEnclosedCircle", "⑳"),
        (21, "decimalEnclosedCircle", "㉑"), (9, "upperRoman", "IX"), (27, "lowerLetter", "aa"), (7, "decimalZero", "07"), (5, "decimalFullWidth", "５"), (4, "thaiNumbers", "4"),
    ],
)  # fmt: skip
def test_word_s_number_formats(number, form, says):
    assert numerals.written(number, form) == says


@given(st.integers(1, 9999))
def test_chinese_numerals_have_one_value(number):
    digits = {c: i for i, c in enumerate("零一二三四五六七八九")}
    value, digit = 0, None
    for c in numerals.chinese(number):
        if c in digits:
            digit = digits[c]
        else:
            value, digit = value + (1 if digit is None else digit) * 10 ** ("十百千".index(c) + 1), 0
    assert value + (digit or 0) == number


def test_headings_the_title_and_outline_levels():
    document = docx.Document()
    document.add_heading("某区临时救助办法", 0)
    document.add_heading("第一章 总则", 2)
    outlined = document.add_paragraph("第二章 对象")
    outlined._p.get_or_add_pPr().append(xml('<w:outlineLvl w:val="0"/>'))
    sentence = document.add_paragraph("第三条 这是一句完整的话。")
    sentence._p.get_or_add_pPr().append(xml('<w:outlineLvl w:val="0"/>'))
    found = read(document)
    assert [(line.text, line.level) for line in found.lines if line.kind == "heading"] == [
        ("某区临时救助办法", 1), ("第一章 总则", 2), ("第二章 对象", 1),
    ]  # fmt: skip
    assert found.metadata.title == "某区临时救助办法"


@pytest.mark.parametrize(
    ("given_title", "title"), [("某区救助办法", "某区救助办法"), ("关于印发模板的通知", None), ("文档", None)]
)
def test_the_title_property_counts_only_where_the_document_begins_with_it(given_title, title):
    document = docx.Document()
    document.add_paragraph("某 区 救 助 办 法")
    document.add_paragraph("文档正文")
    document.core_properties.title = given_title
    assert read(document).metadata.title == title


def test_deletions_are_out_insertions_are_in_and_hidden_words_are_reported():
    document = docx.Document()
    paragraph = document.add_paragraph("每月")
    paragraph._p.append(xml('<w:del w:id="1" w:author="a"><w:r><w:delText>300</w:delText></w:r></w:del>'))
    paragraph._p.append(xml('<w:ins w:id="2" w:author="a"><w:r><w:t>320</w:t></w:r></w:ins>'))
    paragraph.add_run("元")
    paragraph.add_run("旧").font.strike = True
    paragraph.add_run("藏").font.hidden = True
    paragraph.add_run("2").font.superscript = True
    found = read(document)
    assert texts(found) == ["每月320元²"]
    assert reasons(found) == {"300": "修订中删去的文字", "旧": "删去的文字", "藏": "隐藏内容"}


def test_a_paragraph_whose_end_was_deleted_runs_on():
    document = docx.Document()
    first = document.add_paragraph("每月")
    first._p.get_or_add_pPr().append(xml('<w:rPr><w:del w:id="1" w:author="a"/></w:rPr>'))
    document.add_paragraph("450元。")
    assert texts(read(document)) == ["每月450元。"]


def test_tables_stand_where_they_stood_and_merged_cells_are_filled():
    document = docx.Document()
    document.add_paragraph("之前")
    table = document.add_table(4, 3)
    for i, row in enumerate([["地区", "标准", ""], ["", "城市", "农村"], ["甲区", "700", "450"], ["乙区", "710", ""]]):
        for j, text in enumerate(row):
            table.cell(i, j).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    document.add_paragraph("之后")
    found = read(document)
    assert [line.cells or line.text for line in found.lines] == [
        "之前", ("地区", "标准", "标准"), ("地区", "城市", "农村"), ("甲区", "700", "450"), ("乙区", "710", ""), "之后",
    ]  # fmt: skip
    assert "地区 | 标准" in texts(found, "row")


def test_a_deleted_row_is_reported_and_not_kept():
    document = docx.Document()
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ["甲", "1", "乙", "2"]):
        cell.text = text
    table.rows[1]._tr.get_or_add_trPr().append(xml('<w:del w:id="1" w:author="a"/>'))
    found = read(document)
    assert [line.cells for line in found.lines] == [("甲", "1")]
    assert reasons(found) == {"乙 2": "修订中删去的文字"}


def test_a_box_of_one_column_is_text():
    document = docx.Document()
    cell = document.add_table(1, 1).cell(0, 0)
    cell.text = "专栏1 重点任务"
    cell.add_paragraph("新建养老院。")
    assert [(line.text, line.kind) for line in read(document).lines] == [("专栏1 重点任务", "text"), ("新建养老院。", "text")]


def test_text_boxes_content_controls_and_formulas_are_read():
    document = docx.Document()
    paragraph = document.add_paragraph("图文")
    box = "<w:txbxContent><w:p><w:r><w:t>框里的字</w:t></w:r></w:p></w:txbxContent>"
    both = f'<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="wps">{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>'
    paragraph._p.append(xml(both))
    body = document.element.body
    body.insert(1, xml("<w:sdt><w:sdtContent><w:p><w:r><w:t>控件里的字</w:t></w:r></w:p></w:sdtContent></w:sdt>"))
    math = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    formula = document.add_paragraph("月标准＝")
    formula._p.append(
        xml(
            f"<m:oMath {math}><m:f><m:num><m:r><m:t>12</m:t></m:r></m:num><m:den><m:r><m:t>365</m:t></m:r></m:den></m:f></m:oMath>"
        )
    )
    assert texts(read(document)) == ["图文", "框里的字", "控件里的字", "月标准＝(12)/(365)"]


def test_headers_footers_contents_and_comments_are_reported():
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "内部资料"
    document.sections[0].footer.paragraphs[0].text = "第1页"
    document.styles.add_style("toc 1", 1)
    document.add_paragraph("第一章\t1", style="toc 1")
    paragraph = document.add_paragraph("正文")
    document.add_comment(paragraph.runs, text="请核对", author="甲", initials="甲")
    found = read(document)
    assert texts(found) == ["正文"]
    assert reasons(found) == {"第一章 1": "目录", "内部资料": "页眉", "第1页": "页脚", "请核对": "批注"}


def test_a_file_that_unpacks_to_too_much_is_refused(monkeypatch):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<a>" + b" " * 3_000_000)
    monkeypatch.setattr(word, "MAX_XML", 2_000_000)
    with pytest.raises(UnreadableFile, match="解压后"):
        read_word(out.getvalue(), "a.docx")


def test_a_broken_file_is_refused():
    data = saved(docx.Document())
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name)[:-9] if name == "word/document.xml" else old.read(name))
    with pytest.raises(UnreadableFile, match="另存为 .docx"):
        read_word(out.getvalue(), "a.docx")


def test_a_file_with_no_words_is_refused():
    with pytest.raises(UnreadableFile, match="没有文字"):
        read_word(saved(docx.Document()), "a.docx")


CHANGES = [
    "{}",
    "<w:ins w:id='1' w:author='a'>{}</w:ins>",
    "<w:hyperlink>{}</w:hyperlink>",
    "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>",
    "<w:del w:id='2' w:author='a'>{}</w:del>",
]


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(CHANGES), st.text(st.sampled_from("甲乙丙1\t"), min_size=1, max_size=4), st.integers(-1, 2)),
        min_size=1,
        max_size=8,
    )
)
def test_no_words_of_any_document_vanish(parts):
    document = docx.Document()
    document.add_paragraph("开头")
    add_list(document, ("decimal", "%1."), ("chineseCounting", "（%2）"), ("bullet", "•"))
    for change, text, level in parts:
        paragraph = item(document, "", level) if level >= 0 else document.add_paragraph()
        tag = "w:delText" if "w:del" in change else "w:t"
        paragraph._p.append(xml(change.format(f"<w:r><{tag}>{text}</{tag}></w:r>")))
    found = read(document)
    kept = "".join(texts(found)) + "".join(d.text for d in found.dropped)
    for letter in "甲乙丙":
        assert kept.count(letter) == sum(text.count(letter) for _, text, _ in parts)
