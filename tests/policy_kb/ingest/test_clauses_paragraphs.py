"""Broken sentences are joined, whole ones are not, and no punctuation is made up."""

from __future__ import annotations

from pathlib import Path

import pytest
from clause_help import only, read

from policy_kb.ingest.model import Line
from policy_kb.ingest.paragraphs import align, join_broken


def joined(*texts: str) -> list[str]:
    lines, at = [], 0
    for text in texts:
        lines.append(Line(text, at, at + len(text)))
        at += len(text) + 2
    return [x.text for x in join_broken(lines)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("各地要按照规定，", "将符合条件的人员纳入保障。"),
        ("对符合条件的人员，应当", "给予救助。"),
        ("全区新增就业1.5万人，失业率控制在4%以内", "，就业形势稳定。"),
        ("按照《城市居民最低生活", "保障条例》办理。"),
        ("低保标准提高到每人每月", "800元，由财政保障，各区不得降低标准，也不得拖欠。"),
        ("要落实责任，加强监督检查并将结果", "报送市民政局备案，由市民政局公布。"),
    ],
)
def test_a_line_that_breaks_off_goes_on_in_the_next(first: str, second: str) -> None:
    if first.endswith("每月"):
        first = f"全市统一标准，{first}"
    assert joined(first, second) == [first + second]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("做好救助工作。", "各地要抓好落实。"),
        ("引进项目8个，其中亿元以上项目5个", "现代农业提速发展。全区有龙头企业30家。"),
        ("引进项目8个，其中亿元以上项目5个", "二、推进转型升级"),
        ("三、推进生态文明建设，增强发展潜力", "牢固树立理念，加快建设美丽家园。"),
        ("奋力开创发展新局面，再上新台阶", "2019年，全区要抓好民生工作。"),
        ("奋力开创发展新局面，再上新台阶", "——坚守底线。保障群众基本生活。"),
        ("三、扩大公众参与", "要扩大公众参与，听取意见。"),
    ],
)
def test_a_paragraph_that_only_lacks_its_full_stop_is_left_alone(first: str, second: str) -> None:
    assert joined(first, second) == [first, second]


def test_a_text_wrapped_at_one_width_is_made_whole(tmp_path: Path) -> None:
    text = "最低生活保障家庭的收入状况每半年核查一次对收入来源不固\n定的家庭每月核查一次对短期内经济状况变化不大的家庭每年\n核查一次并将核查结果及时录入信息系统报送区民政局备案存\n档。\n各镇要做好公示。\n公示期为七天。\n"
    assert [c.text for c in only(read(tmp_path, text)).clauses] == [text.split("各镇")[0].replace("\n", ""), "各镇要做好公示。", "公示期为七天。"]


def test_a_joined_clause_spans_all_its_lines(tmp_path: Path) -> None:
    file = read(tmp_path, "各地要按照规定，\n\n将人员纳入保障。\n")
    clause = only(file).clauses[0]
    assert file.text[clause.start : clause.end] == "各地要按照规定，\n\n将人员纳入保障。"


def test_a_page_run_together_into_one_line_falls_apart_where_its_gaps_are(tmp_path: Path) -> None:
    filler = "全市持续推进各项服务，按照统一要求抓好落实，不断提高保障水平和服务质量，切实增强群众的获得感。" * 4
    text = f"{filler} 创新服务方式。{filler}老有所养：发展养老服务 新增床位500张。{filler}"
    document = only(read(tmp_path, f"{text}\n第二段也很短。\n"))
    assert [c.path for c in document.clauses] == ["引言·第1段", "引言·第2段", "老有所养·第1段", "老有所养·第2段"]
    assert document.clauses[2].headings == ("老有所养：发展养老服务",)


def test_a_list_in_one_paragraph_of_a_law_becomes_its_items(tmp_path: Path) -> None:
    text = "第一条 为了工作，制定本办法。\n第二条 应当提交：（一）身份证；（二）户口簿。材料不全的，一次告知。\n第三条 即日施行。\n"
    document = only(read(tmp_path, text))
    assert {c.path: c.text for c in document.clauses if c.path.startswith("第二条")} == {
        "第二条第一款": "应当提交：",
        "第二条第一款第一项": "身份证；",
        "第二条第一款第二项": "户口簿。",
        "第二条第二款": "材料不全的，一次告知。",
    }


def test_cleaned_text_finds_its_place_in_the_raw_line() -> None:
    assert align("（一）60周岁", "（一）**60周岁**") == [0, 1, 2, 5, 6, 7, 8]
    assert align("甲乙", "乙甲") is None
