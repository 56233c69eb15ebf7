"""A ledger is masked before anything is trained on it."""

from __future__ import annotations

import csv
import stat
import sys

import pytest

from bot.__main__ import main
from desk.routing.ledger import read_ledger

LEDGER = '''编号,text,label,联系人
1,小区电梯坏了一个月没人修,住房和城乡建设部门,张三13812345678
2,"我的电话是13812345678，
身份证500110194512163412，低保停了",民政部门,李四
3,一个月收入1200元能不能吃低保,民政部门,王五
'''


@pytest.fixture
def mask(tmp_path, monkeypatch, capsys):
    """Run the command on a file of this content: (exit status, what it printed, what it complained of)."""

    def run(content: bytes, *more: str) -> tuple[int, str, str]:
        (tmp_path / "train.csv").write_bytes(content)
        monkeypatch.setattr(sys, "argv", ["bot", "mask", str(tmp_path / "train.csv"), *more])
        status = main()
        return status, *capsys.readouterr()

    return run


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_numbers_that_identify_somebody_are_gone_and_the_rest_stays(mask, tmp_path, encoding):
    status, said, complaint = mask(LEDGER.encode(encoding))
    assert (status, complaint) == (0, "")
    made = tmp_path / "train.masked.csv"
    assert not any(number in made.read_text(encoding="utf-8-sig") for number in ("13812345678", "500110194512163412", "张三"))
    rows = read_ledger(made)
    assert [row.label for row in rows] == ["住房和城乡建设部门", "民政部门", "民政部门"]
    assert rows[0].text == "小区电梯坏了一个月没人修" and rows[2].text == "一个月收入1200元能不能吃低保"
    assert rows[1].text.startswith("我的电话是") and rows[1].text.endswith("，低保停了")
    assert "共3行，1行" in said and "遮盖的行：3" in said


def test_only_text_and_label_are_left_and_only_this_user_reads_it(mask, tmp_path):
    mask(LEDGER.encode())
    made = tmp_path / "train.masked.csv"
    with made.open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.reader(file)) == ["text", "label"]
    assert stat.S_IMODE(made.stat().st_mode) == 0o600


def test_nothing_is_written_over(mask, tmp_path):
    (tmp_path / "train.masked.csv").write_text("mine")
    status, said, complaint = mask(LEDGER.encode())
    assert (status, said) == (1, "") and "已经存在" in complaint
    assert (tmp_path / "train.masked.csv").read_text() == "mine"
    assert mask(LEDGER.encode(), "--out", str(tmp_path / "train.csv"))[0] == 1
    assert mask(LEDGER.encode(), "--out", str(tmp_path / "other.csv"))[0] == 0


def test_a_table_that_is_none_is_refused_with_its_lines_and_nothing_is_written(mask, tmp_path):
    status, said, complaint = mask("text,label\n,民政部门\n".encode())
    assert (status, said) == (2, "") and "第2行" in complaint
    assert not (tmp_path / "train.masked.csv").exists()


def test_no_file_is_said_in_a_sentence(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "argv", ["bot", "mask", str(tmp_path / "nothing.csv")])
    assert main() == 1
    assert capsys.readouterr().err.startswith("文件读不了或写不了")
