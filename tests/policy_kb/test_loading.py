"""Data files: every mistake is named with file, line and reason, and nothing half-read is ever loaded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from small_kb import GOOD

from policy_kb.loader import read_knowledge
from policy_kb.yamlsource import DataError

PROVISION = """\
provisions:
  - id: new
    benefit: allowance
    aspect: amount
    region: "445303"
    document: report
    statement: 说明
"""

FIGURE = PROVISION + """\
    value: 300
    unit: 元
    as_at: 2018-12-31
"""

EMERGENCY = """\
emergencies:
  - id: e
    first_line: '110'
    advice: 躲
    patterns:
      - '打我'
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder that loads."""
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def problems_of(folder: Path, text: str | bytes, name: str = "new.yaml"):
    """What is reported when a file with this text lies in the folder too."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8")
    (folder / name).write_bytes(raw)
    with pytest.raises(DataError) as caught:
        read_knowledge([folder])
    return caught.value.problems


def test_a_folder_without_mistakes_is_read(folder):
    kb = read_knowledge([folder])
    assert [(p.id, p.value, p.region) for p in kb.provisions] == [("rural-2018", 450, "445303")]


# The line marked with «# 错» must be the one reported.
MISTAKES = {
    "tab indentation": ("benefits:\n\t- id: a # 错\n", "缩进"),
    "bad indentation": ("benefits:\n  - id: a\n   name: 乙 # 错\n", "缩进"),
    "colon without space": ("benefits:\n  - id: a\n    name:乙\n    field: 弱有所扶 # 错\n", "冒号"),
    "unclosed quote": ('benefits:\n  - id: "a # 错\n', "引号"),
    "unquoted braces": ("wording:\n  {place}: 甲 # 错\n", ""),
    "unknown field": (FIGURE + "    valeu: 5 # 错\n", "没有这个字段名"),
    "unknown section": ("provision: [] # 错\n", "没有这个字段名"),
    "missing field": ("benefits:\n  - id: a # 错\n    name: 乙\n    field: 弱有所扶\n", "缺少必填项"),
    "missing statement": (FIGURE.replace("  - id: new", "  - id: new # 错").replace("    statement: 说明\n", ""), "缺少必填项"),
    "value that is no number": (FIGURE.replace("value: 300", "value: 三百 # 错"), "应当是数字"),
    "figure without unit": (PROVISION.replace("- id: new", "- id: new # 错") + "    value: 3\n    as_at: 2018-12-31\n", "unit"),
    "day that does not exist": (FIGURE.replace("2018-12-31", "2018-02-30 # 错"), "日期"),
    "month that does not exist": (FIGURE.replace("2018-12-31", "2018-13-01 # 错"), "日期"),
    "date in words": (FIGURE.replace("2018-12-31", "2018年底 # 错"), "应当是日期"),
    "end before beginning": (
        FIGURE.replace("- id: new", "- id: new # 错") + "    effective_from: 2019-01-01\n    effective_to: 2018-01-01\n", "早于"),
    "figure without date": (FIGURE.replace("    as_at: 2018-12-31\n", "").replace("300", "300 # 错"), "日期"),
    "figure of a law without any start": (
        "documents:\n  - {id: n, title: 通知, issuer: 部, region: '000000', kind: notice, published: 2020-01-01}\n"
        + FIGURE.replace("    as_at: 2018-12-31\n", "").replace("report", "n").replace("300", "300 # 错"), "日期"),
    "no document": (PROVISION.replace("    document: report\n", "").replace("- id: new", "- id: new # 错"), "没有写出处"),
    "missing document": (PROVISION.replace("document: report", "document: nowhere # 错"), "没有这个文件：nowhere"),
    "no region": (PROVISION.replace('    region: "445303"\n', "").replace("- id: new", "- id: new # 错"), "没有写地区"),
    "region that is no code": (PROVISION.replace('"445303"', '"云安区" # 错'), "格式不对"),
    "region code too short": (PROVISION.replace('"445303"', '"4453" # 错'), "格式不对"),
    "region code without quotes": (PROVISION.replace('"445303"', "445303 # 错"), "应当是文字"),
    "region that does not exist": (PROVISION.replace('"445303"', '"999999" # 错'), "没有这个地区：999999"),
    "zone without name": ('regions:\n  - {code: "440100", aliases: [羊城]}\n  - code: "440100-zone" # 错\n', "name 和 parent"),
    "zone below no region": ('regions:\n  - {code: "440100-zone", name: 某区, parent: "999999"} # 错\n', "999999 不存在"),
    "unknown benefit": (PROVISION.replace("benefit: allowance", "benefit: alowance # 错"), "没有这个事项：alowance"),
    "unknown aspect": (PROVISION.replace("aspect: amount", "aspect: money # 错"), "只能是"),
    "unknown field of livelihood": ("benefits:\n  - id: a\n    name: 乙\n    field: 民政 # 错\n    department: 局\n", "只能是"),
    "unknown group": (PROVISION + "    audience: {category: nobody} # 错\n", "没有这个人群：nobody"),
    "unknown group of a benefit": (
        "benefits:\n  - id: a\n    name: 甲\n    field: 弱有所扶\n    department: 局\n    status: nobody # 错\n", "人群"),
    "unknown benefit of a topic": ("topics:\n  - id: t\n    name: 题\n    benefits: [nothing] # 错\n", "没有这个事项：nothing"),
    "unknown benefit of a lead": ('leads:\n  - region: "445303"\n    benefits: [nothing] # 错\n    department: 局\n', "nothing"),
    "aliases of an unknown benefit": ("aliases:\n  nothing: [甲] # 错\n", "没有这个事项：nothing"),
    "id given twice": (
        "audiences:\n  - {id: a, dimension: x, label: 甲}\n  - {id: a, dimension: x, label: 乙} # 错\n", "编号 a 重复"),
    "id given in another file": ("audiences:\n  - {id: rural, dimension: x, label: 甲} # 错\n", "已在 good.yaml:8 用过"),
    "key given twice": (FIGURE + "    value: 301 # 错\n", "字段 value 写了两次"),
    "alias of another benefit": (
        "benefits:\n  - id: a\n    name: 甲\n    aliases: [补贴] # 错\n    field: 弱有所扶\n    department: 局\n",
        "叫法“补贴”已经属于 allowance"),
    "added alias of another benefit": ("aliases:\n  housing: [补贴] # 错\n", "叫法“补贴”已经属于 allowance"),
    "two values for one thing": (FIGURE.replace("300", "460 # 错"), "与 rural-2018 是同一件事，数值却不同"),
    "number where words are due": (EMERGENCY.replace("'110'", "110 # 错"), "应当是文字"),
    "broken expression": (EMERGENCY.replace("'打我'", "'(打我' # 错"), "表达式写法有误"),
    "list where a mapping is due": ("- benefits # 错\n", "应当是“名称: 值”的形式"),
}
# Where these stand, what is wrong only shows at the line after: the line is not checked.
LINE_OPEN = {"colon without space", "unclosed quote"}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_file_and_a_reason_in_chinese(folder, mistake):
    text, reason = MISTAKES[mistake]
    found = problems_of(folder, text)
    assert {p.file.name for p in found} == {"new.yaml"}
    assert any(reason in p.message and re.search("[一-鿿]", p.message) for p in found), found


@pytest.mark.parametrize("mistake", sorted(set(MISTAKES) - LINE_OPEN))
def test_a_mistake_is_named_with_its_line(folder, mistake):
    text, reason = MISTAKES[mistake]
    line = next(n for n, content in enumerate(text.splitlines(), 1) if "# 错" in content)
    assert line in {p.line for p in problems_of(folder, text)}


def test_a_file_that_is_not_utf8_is_named_with_the_first_bad_line(folder):
    (problem,) = problems_of(folder, b"benefits:\n  - id: a\n    name: " + "低保".encode("gb18030"))
    assert (problem.file.name, problem.line) == ("new.yaml", 3)
    assert "UTF-8" in problem.message


def test_a_folder_that_is_not_there_is_a_mistake(tmp_path):
    with pytest.raises(DataError, match="没有这个文件夹或文件"):
        read_knowledge([tmp_path / "nowhere"])


def test_every_mistake_of_every_file_is_reported_at_once(folder):
    (folder / "other.yaml").write_text("x: 1\ny: 2\n", encoding="utf-8")
    found = problems_of(folder, "z: 1\n")
    assert sorted((p.file.name, p.line) for p in found) == [("new.yaml", 1), ("other.yaml", 1), ("other.yaml", 2)]


def test_a_mistake_reads_as_file_line_and_reason(folder):
    (problem,) = problems_of(folder, "x: 1\n")
    assert str(problem) == f"{folder / 'new.yaml'}:1: x：没有这个字段名，请检查拼写"


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n", "\ufeff" + FIGURE, FIGURE.replace("\n", "\r\n")])
def test_empty_files_and_those_of_other_editors_are_read(folder, text):
    (folder / "new.yaml").write_bytes(text.encode("utf-8"))
    (folder / "good.yaml").write_text(GOOD.split("provisions:")[0], encoding="utf-8")
    assert len(read_knowledge([folder]).provisions) == ("new" in text)


def test_what_a_file_gives_as_default_holds_for_its_provisions_unless_they_say_otherwise(folder):
    own = PROVISION.replace('    region: "445303"\n', "").replace("    document: report\n", "")
    defaults = 'defaults: {region: "500110", document: law}\n'
    (folder / "new.yaml").write_text(defaults + own + own.split("provisions:\n")[1].replace("new", "law-one")
                                     + "    document: report\n", encoding="utf-8")
    read = {p.id: (p.region, p.document) for p in read_knowledge([folder]).provisions}
    assert read["new"] == ("500110", "law")
    assert read["law-one"] == ("500110", "report")


def test_a_later_folder_s_item_replaces_the_earlier_one_of_the_same_id(folder, tmp_path_factory):
    later = tmp_path_factory.mktemp("later")
    (later / "own.yaml").write_text(FIGURE.replace("id: new", "id: rural-2018").replace("300", "451"), encoding="utf-8")
    assert [(p.id, p.value) for p in read_knowledge([folder, later]).provisions] == [("rural-2018", 451)]


def test_further_names_and_departments_come_from_a_later_folder(folder, tmp_path_factory):
    later = tmp_path_factory.mktemp("later")
    (later / "own.yaml").write_text(
        'aliases: {allowance: [困难饭票]}\nleads:\n  - {region: "445303", benefits: [allowance], department: 区社会救助局}\n',
        encoding="utf-8",
    )
    kb = read_knowledge([folder, later])
    assert kb.benefits["allowance"].aliases == ("补贴", "困难饭票")
    assert kb.department("allowance", "445303") == "区社会救助局"
    assert kb.department("allowance", "445302") == "民政部门"
