"""Tables stay rows: with their column headers where these are sure, line by line where not."""

from __future__ import annotations

from pathlib import Path

from clause_help import at, only, paths, read, said

FLAT = "表1 主要指标\n序号 |\n指标名称\n单位\n2020年\n2025年\n1\n护理床位占比\n%\n50\n≥60\n2\n村级互助点\n个\n——\n25\n"


def test_a_table_flattened_to_one_cell_a_line_is_put_together_with_its_headers(tmp_path: Path) -> None:
    document = only(read(tmp_path, f"一、目标\n{FLAT}二、任务\n要做好工作。\n"))
    row = at(document, "表1·第1行")
    assert row.kind == "row"
    assert row.cells == ("1", "护理床位占比", "%", "50", "≥60")
    assert row.text == "指标名称：护理床位占比；单位：%；2020年：50；2025年：≥60"
    assert row.headings == ("一、目标", "表1 主要指标")
    assert at(document, "表1·表头").cells == ("序号", "指标名称", "单位", "2020年", "2025年")
    assert said(document)["二"] == "要做好工作。"


def test_a_row_spans_all_its_lines(tmp_path: Path) -> None:
    file = read(tmp_path, FLAT)
    row = at(only(file), "表1·第2行")
    assert file.text[row.start : row.end].split("\n") == ["2", "村级互助点", "个", "——", "25"]


def test_a_flattened_table_that_does_not_count_regularly_stays_as_its_lines(tmp_path: Path) -> None:
    broken = FLAT.replace("护理床位占比\n%\n", "护理床位占比\n")
    document = only(read(tmp_path, f"一、目标\n{broken}"))
    assert not [c for c in document.clauses if c.kind == "row"]
    assert "村级互助点" in [c.text for c in document.clauses]


def test_a_markdown_tables_first_row_is_its_header(tmp_path: Path) -> None:
    text = "# 标准\n\n一、标准\n\n| 对象 | 标准 |\n| --- | --- |\n| 城市 | 800元 |\n| 农村 | 650元 |\n"
    document = only(read(tmp_path, text, "标准.md"))
    assert paths(document) == ["一·表·表头", "一·表·第1行", "一·表·第2行"]
    assert said(document)["一·表·第2行"] == "对象：农村；标准：650元"


def test_plain_lines_that_bars_part_alike_are_rows(tmp_path: Path) -> None:
    document = only(read(tmp_path, "一、标准\n类别 | 2023年 | 2024年\n城市 | 750 | 800\n农村 | 600 | 650\n二、附则\n即日执行。\n"))
    assert said(document)["一·表·第2行"] == "类别：农村；2023年：600；2024年：650"
    assert said(document)["二"] == "即日执行。"


def test_a_table_inside_an_article_is_part_of_it(tmp_path: Path) -> None:
    text = "第一条 为了做好工作，制定本办法。\n\n第二条 标准如下：\n\n| 对象 | 标准 |\n| --- | --- |\n| 城市 | 800元 |\n\n第三条 即日施行。\n"
    document = only(read(tmp_path, text, "办法.md"))
    assert said(document)["第二条·表·第1行"] == "对象：城市；标准：800元"
