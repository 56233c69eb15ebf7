"""A table of labelled messages is read as spreadsheets write it; what is wrong with it is said with the line."""

from __future__ import annotations

import pytest

from desk.routing.ledger import BadLedger, Example, cleaned, read_ledger, require_enough

ROWS = 'text,label\n物业不修电梯,住建\n"老板拖欠工资，\n三个月了",人社\n孩子没学上,教育\n'


@pytest.fixture
def table(tmp_path):
    def write(content: str | bytes):
        file = tmp_path / "ledger.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return file

    return write


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_utf8_with_and_without_bom_and_gb18030_say_the_same(table, encoding, line_end):
    found = read_ledger(table(ROWS.replace("\n", line_end).encode(encoding)))
    assert [(e.line, e.label) for e in found] == [(2, "住建"), (3, "人社"), (5, "教育")]
    assert found[1].text.split() == ["老板拖欠工资，", "三个月了"]


def test_columns_may_be_in_any_order_among_others_and_empty_lines_are_passed_over(table):
    assert read_ledger(table("编号,label,Text \n7,教育,孩子没学上\n\n,,\n8,住建,漏水\n")) == [
        Example(2, "孩子没学上", "教育"), Example(5, "漏水", "住建"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "第1行：表头"),
        ("内容,部门\n漏水,住建\n", "第1行：表头要有 text 和 label 两列"),
        ("text,label,label\n漏水,住建,住建\n", "第1行：表头"),
        ("text,label\n", "没有任何一行"),
        ("text,label\n漏水,住建\n ,住建\n", "第3行：text 是空的"),
        ("text,label\n漏水,\n", "第2行：label 是空的"),
        ('text,label\n"漏\n水",住建\n只有一格\n', "第4行：只有1列"),
        ("text,label\n住建," + "漏" * 81 + "\n", "第2行：label 超过80个字"),
        ('text,label\n漏水,住建\n"没有关上的引号,住建\n又一行,教育\n', "第3行：读不出来"),
        ('text,label\n漏水,住建\n"关上又"写,住建\n', "第3行：读不出来"),
        (b"PK\x03\x04\x00\x00\xff\xfe", "不是文本文件"),
        (b"text,label\n\xff\xff\xff,a\n", "不是文本文件"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(table, content, said):
    with pytest.raises(BadLedger, match=said):
        read_ledger(table(content))


def test_all_bad_lines_are_named_but_no_endless_list(table):
    with pytest.raises(BadLedger) as failed:
        read_ledger(table("text,label\n" + "漏水,\n" * 30))
    lines = str(failed.value).splitlines()
    assert lines[0].startswith("第2行")
    assert lines[-1] == "……共30处"
    assert len(lines) == 21


def test_a_text_counts_once_and_one_with_several_departments_not_at_all():
    rows = [Example(2, "漏水", "住建"), Example(3, "漏水 ", "住建"), Example(4, "没学上", "教育"), Example(5, "欠薪", "人社"),
            Example(6, "欠薪", "信访")]
    found = cleaned(rows)
    assert [e.line for e in found.examples] == [2, 4]
    assert found.repeated == [(3, 2)]
    assert [[e.line for e in group] for group in found.conflicting] == [[5, 6]]


@pytest.mark.parametrize(
    ("counts", "said"),
    [({"住建": 9}, "至少要有2个部门"), ({"住建": 9, "教育": 4, "人社": 1}, "“人社”只有1行、“教育”只有4行"), ({}, "现在有0个")],
)
def test_too_little_to_learn_from_is_refused(counts, said):
    with pytest.raises(BadLedger, match=said):
        require_enough([Example(1, str(i), label) for label, n in counts.items() for i in range(n)])


def test_two_departments_with_five_rows_each_are_enough():
    require_enough([Example(1, str(i), label) for label in ("住建", "教育") for i in range(5)])
