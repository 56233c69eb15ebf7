"""``python -m desk routing``: what it prints, and its exit status."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from desk.__main__ import main
from desk.routing.model import load, save
from tests.desk.routing.made import HOUSING, LABOUR, by_hand

MESSAGES = Path(__file__).parent / "messages.csv"
RIGHT = f"text,label\n老板不发工资啊啊啊,{LABOUR}\n物业不修房,{HOUSING}\n老板和物业,{LABOUR}\n物业说了算,{LABOUR}\n工资少,信访\n"


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("HUIMIN_VAR", str(tmp_path))
    monkeypatch.setenv("HUIMIN_DESK_URL", "sqlite:////nowhere/desk.db")  # none of these needs the store

    def run(*args: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["desk", "routing", *map(str, args)])
        status = main()
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def model(tmp_path) -> Path:
    file = tmp_path / "routing" / "model.npz"
    save(by_hand(), file)
    return file


@pytest.fixture
def table(tmp_path) -> Path:
    file = tmp_path / "test.csv"
    file.write_text(RIGHT, encoding="utf-8")
    return file


def test_evaluate_gives_every_measure_as_json(run, model, table):
    status, said, complained = run("evaluate", table, "--json")
    told = json.loads(said)
    assert (status, complained) == (0, "")
    assert (told["n"], told["accuracy"]) == (5, pytest.approx(3 / 5))
    assert told["labels"] == [LABOUR, HOUSING, "信访"]
    assert told["confusion"] == [[2, 1, 0], [0, 1, 0], [1, 0, 0]]
    assert told["classes"][LABOUR] == {"precision": pytest.approx(2 / 3), "recall": pytest.approx(2 / 3),
                                       "f1": pytest.approx(2 / 3), "support": 3}
    assert told["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)
    assert told["assigned"] == {"n": 4, "accuracy": 0.5}
    assert told["unknown_labels"] == {"信访": 1}
    assert told["model"]["version"] == by_hand().version


def test_evaluate_gives_a_table_to_read(run, model, table):
    status, said, _ = run("evaluate", table)
    assert status == 0
    for part in (by_hand().version, "准确率 0.6000", "宏平均F1 0.4444", "4条（80.0%），其中50.0%是对的", "信访（1条）",
                 f"信访 → {LABOUR}：1", f"{LABOUR} → {HOUSING}：1"):
        assert part in said
    rows = [line for line in said.splitlines() if line.endswith((" 1", " 3", "条数"))]
    assert len(rows) == 4


def test_without_a_model_evaluate_says_how_to_make_one(run, table):
    status, said, complained = run("evaluate", table)
    assert (status, said) == (1, "")
    assert "routing train" in complained


def test_a_broken_model_is_said_to_be_broken(run, model, table):
    model.write_bytes(b"?")
    status, _, complained = run("evaluate", table, "--json")
    assert status == 1
    assert "请重新训练" in complained


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_a_table_that_is_not_there_or_not_right_is_told_apart(run, model, tmp_path, command):
    if command == "train":
        pytest.importorskip("sklearn")
    status, _, complained = run(command, tmp_path / "none.csv")
    assert (status, "读不了" in complained) == (1, True)
    bad = tmp_path / "bad.csv"
    bad.write_text("text,label\n漏水,\n", encoding="utf-8")
    status, _, complained = run(command, bad)
    assert (status, "第2行：label 是空的" in complained) == (2, True)


def test_try_says_whose_a_message_is_and_how_sure(run, model):
    assert run("try", "老板拖着不发工资三个月")[1].startswith(f"{LABOUR}　按居民的话判断：{LABOUR}100%")
    assert run("try", "物业和老板都说不归他们管")[1].startswith("未定　拿不准，可能是")


def test_without_scikit_learn_train_says_what_to_do(run, table, monkeypatch):
    monkeypatch.setattr("desk.routing.commands.find_spec", lambda name: None)
    status, _, complained = run("train", table)
    assert (status, "scikit-learn" in complained) == (1, True)


def test_train_tells_what_it_left_out_and_puts_the_model_in_place(run, tmp_path):
    pytest.importorskip("sklearn")
    file = tmp_path / "train.csv"
    shutil.copy(MESSAGES, file)
    with file.open("a", encoding="utf-8") as out:
        out.write("底保多少钱一个月，我腰摔坏了干不了活,民政部门\n盲道上停满共享单车，根本走不了,城管部门\n")
    status, said, complained = run("train", file)
    assert (status, complained) == (0, "")
    assert "重复的1行不算：第422（同20）行" in said
    assert "第423行城管部门" in said
    assert "用来训练的有419条" in said
    model = load(tmp_path / "routing" / "model.npz")
    assert model.version in said
    assert model.about.trained_on["残疾人联合会"] == 59
    assert f"{model.about.chosen['cross_validated_macro_f1']:.4f}" in said


def test_a_table_with_too_little_changes_nothing(run, model, tmp_path):
    pytest.importorskip("sklearn")
    file = tmp_path / "small.csv"
    file.write_text("text,label\n" + "".join(f"第{i}件,{'ab'[i % 2]}\n" for i in range(8)), encoding="utf-8")
    status, _, complained = run("train", file)
    assert status == 2
    assert "“a”只有4行" in complained
    assert load(model).version == by_hand().version
