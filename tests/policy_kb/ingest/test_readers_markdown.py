"""Markdown: front matter, marks taken off, tables, embedded HTML."""

from __future__ import annotations

import datetime as dt

import pytest
from extract_checks import assert_nothing_vanishes, reasons, texts
from hypothesis import given
from hypothesis import strategies as st

from policy_kb.ingest.model import Metadata
from policy_kb.ingest.readers import extract
from policy_kb.ingest.readers.markdown import read_markdown


def read(text: str):
    found = read_markdown(text.encode(), "a.md")
    assert_nothing_vanishes(found)
    return found


def test_front_matter_becomes_metadata_and_foreign_keys_are_reported():
    found = read(
        "---\ntitle: 某区临时救助办法\nissuer: 某区人民政府\nnumber: 某府发〔2024〕3号\npublished: 2024/5/6\nregion: 440105\n"
        "effective_from: 2024-06-01\neffective_to: 2029年5月31日\nkind: rule\nurl: https://example.org/1\nauthor: 张三\ntag:\n - 低保\n---\n正文。\n"
    )
    assert found.metadata == Metadata(
        "某区临时救助办法", "某区人民政府", "某府发〔2024〕3号", "440105", "rule", dt.date(2024, 5, 6), dt.date(2024, 6, 1),
        dt.date(2029, 5, 31), "https://example.org/1",
    )  # fmt: skip
    assert texts(found) == ["正文。"]
    told = reasons(found)
    assert told["author: 张三"] == told[" - 低保"] == "文件头"
    assert told["title: 某区临时救助办法"] == "文件头（已记入文件信息）"


@pytest.mark.parametrize("line", ["published: 去年", "region: 某某区", "kind: 通知书"])
def test_a_front_matter_value_that_cannot_be_used_is_reported(line):
    found = read(f"---\n{line}\n---\n正文。\n")
    assert found.metadata == Metadata()
    assert "未采用" in reasons(found)[line]


def test_front_matter_that_is_no_yaml_is_reported_not_lost():
    found = read("---\ntitle: [没有写完\n---\n正文。\n")
    assert reasons(found)["title: [没有写完"] == "文件头（读不懂，未采用）"


def test_text_between_two_rules_is_text():
    assert texts(read("---\n\n这是正文。\n\n---\n\n还是。")) == ["这是正文。", "还是。"]


def test_headings_have_their_level_and_offsets_of_the_whole_line():
    found = read("前言\n\n## 第一章 总则 ##\n")
    line = found.lines[1]
    assert (line.text, line.kind, line.level) == ("第一章 总则", "heading", 2)
    assert found.text[line.start : line.end] == "## 第一章 总则 ##"


def test_an_underlined_title_is_a_heading_but_a_rule_below_a_sentence_is_not():
    found = read("办法\n===\n\n第一条 这样。\n---\n")
    assert [(line.text, line.kind) for line in found.lines] == [("办法", "heading"), ("第一条 这样。", "text")]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("（一）**60周岁**以上", "（一）60周岁以上"),
        ("*三年以上*（含三年）", "三年以上（含三年）"),
        ("根据《[暂行办法](http://localhost:8080/a_(1).html)》", "根据《暂行办法》"),
        ("标准*人数*12", "标准*人数*12"),
        ("补助=标准*人数*月数", "补助=标准*人数*月数"),
        ("3*4*5", "3*4*5"),
        ("《修改<某某管理法>等法律的决定》", "《修改<某某管理法>等法律的决定》"),
        ("收入<标准 且 人数>2", "收入<标准 且 人数>2"),
        ("每月<br>450元", "每月 450元"),
        ("每<b>月</b>450元", "每月450元"),
        ("面积&lt;60", "面积<60"),
        ("1\\. 身份证", "1. 身份证"),
        ("- 身份证", "身份证"),
        ("> 引用的话", "引用的话"),
        ("1 - 2 级", "1 - 2 级"),
        ("[2022]11号", "[2022]11号"),
        ("某发[2022](11)号", "某发[2022](11)号"),
        ("::: tip 提示", "::: tip 提示"),
        ("`代码`", "代码"),
    ],
)
def test_marks_are_taken_off_and_nothing_else(raw, shown):
    assert texts(read(raw)) == [shown]


def test_struck_figures_and_pictures_are_left_out_and_reported():
    found = read("每月~~410元~~450元<del>旧</del> ![图](a.png)")
    assert texts(found) == ["每月450元"]
    assert reasons(found) == {"~~410元~~": "删去的文字", "<del>旧</del>": "删去的文字", "![图](a.png)": "图片"}


def test_pipe_tables_are_rows_with_their_cells():
    found = read("说明 | 不是表格\n\n| 地区 | **标准** |\n|:--|--:|\n| 甲区 | 450 \\| 460 |\n| 乙区 |  |\n之后。\n\n结束。")
    assert [line.cells for line in found.lines if line.kind == "row"] == [("地区", "标准"), ("甲区", "450 | 460"), ("乙区", "")]
    assert "结束。" in texts(found, "text")
    assert reasons(found)["|:--|--:|"] == "表格分隔线"


def test_a_comment_over_several_lines_is_dropped_and_an_open_one_is_not():
    found = read("甲<!-- 一\n二 -->乙\n<!-- 没有关上\n丙")
    assert texts(found) == ["甲", "乙", "<!-- 没有关上", "丙"]
    assert [d.reason for d in found.dropped] == ["网页注释", "网页注释"]


def test_what_an_editor_s_box_says_stays_and_becomes_metadata():
    box = '<div role="alert"><svg\n d="M9 12"/><path/></svg> <strong> 实施时间 </strong> <p>2023年4月5日</p></div>'
    found = read(f"# 办法\n\n{box}\n\n第一条 甲。")
    assert "实施时间 2023年4月5日" in texts(found)
    assert found.metadata.effective_from == dt.date(2023, 4, 5)
    assert {"图片", "网页标记"} == {d.reason for d in found.dropped}


def test_front_matter_wins_over_a_box():
    found = read("---\neffective_from: 2020-01-01\n---\n<p>实施时间</p> <p>2023年4月5日</p>\n")
    assert found.metadata.effective_from == dt.date(2020, 1, 1)


@given(st.text(st.sampled_from("#*-|`~<>!-[]()=:.: \n\\&;/abp低保元第一1\u200b"), max_size=120))
def test_no_line_of_any_markdown_vanishes(text):
    read("# 题\n" + text)


def test_all_laws_are_read_and_keep_what_they_say(sources):
    files = sorted((sources / "laws").glob("*.md"))
    assert len(files) == 45
    for path in files:
        found = extract(path)
        assert_nothing_vanishes(found)
        assert found.lines[0].kind == "heading"
        assert found.lines[0].level == 1
        seen = "".join(texts(found))
        assert "localhost" not in seen
        assert "**" not in seen
        assert "</" not in seen


@pytest.mark.parametrize(
    ("name", "field", "day"),
    [
        ("关于进一步加强和改进临时救助工作的意见.md", "effective_from", dt.date(2018, 1, 23)),
        ("刚性支出困难家庭认定办法.md", "effective_from", dt.date(2025, 1, 1)),
        ("关于进一步做好最低生活保障等社会救助兜底工作的通知.md", "published", dt.date(2022, 10, 20)),
    ],
)
def test_the_dates_in_the_boxes_of_the_sources_survive(sources, name, field, day):
    found = extract(sources / "laws" / name)
    assert getattr(found.metadata, field) == day
    assert any(f"{day.year}年{day.month}月{day.day}日" in line.text for line in found.lines)


def test_law_names_in_angle_brackets_survive(sources):
    assert "<中华人民共和国电力法>" in "".join(texts(extract(sources / "laws" / "就业促进法-2015.md")))


def test_the_reader_s_summary_table_keeps_its_cells(sources):
    rows = [line.cells for line in extract(sources / "laws" / "特困人员认定办法.md").lines if line.kind == "row"]
    assert rows[0] == ("方面", "主体", "时间")
    assert {len(r) for r in rows} == {3}
