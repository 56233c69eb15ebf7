"""The assistant is trained when what it is made of changed, and only then."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bot import training


@pytest.fixture
def house(tmp_path, monkeypatch) -> Path:
    """A small assistant whose training takes no time."""
    root = tmp_path / "house"
    for name in ("config.yml", "domain/policy.yml", "nlu_data/ask/amount.yml", "bot/nlu/classifier.py", "bot/nlu/linear.py",
                 "bot/nlu/tokenizer.py", "policy_kb/data/benefits.yaml", "bot/gateway/app.py"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name, encoding="utf-8")
    monkeypatch.setattr(training, "ROOT", root)
    monkeypatch.setenv("HUIMIN_VAR", str(tmp_path / "var"))
    return root


class Rasa:
    """Stands in for ``rasa train``."""

    def __init__(self):
        self.trained, self.status, self.writes = 0, 0, True

    def run(self, command, **more):
        self.trained += 1
        folder, name = (command[command.index(o) + 1] for o in ("--out", "--fixed-model-name"))
        if self.writes:
            (Path(folder) / f"{name}.tar.gz").write_text("model")
        return subprocess.CompletedProcess(command, self.status)


@pytest.fixture
def rasa(monkeypatch) -> Rasa:
    rasa = Rasa()
    monkeypatch.setattr(training.subprocess, "run", rasa.run)
    return rasa


def test_the_first_time_it_is_trained_and_then_no_more(house, rasa):
    assert training.needed()
    model = training.train_if_needed()
    assert model.exists()
    assert not training.needed()
    assert training.train_if_needed() == model
    assert rasa.trained == 1


@pytest.mark.parametrize("changed", ["config.yml", "domain/policy.yml", "nlu_data/ask/amount.yml", "bot/nlu/classifier.py"])
def test_a_change_in_what_it_is_made_of_trains_again(house, rasa, changed):
    first = training.train_if_needed()
    (house / changed).write_text("changed", encoding="utf-8")
    assert training.needed()
    assert training.train_if_needed() != first
    assert rasa.trained == 2


def test_a_new_or_renamed_file_trains_again(house, rasa):
    training.train_if_needed()
    (house / "nlu_data" / "more.yml").write_text("more", encoding="utf-8")
    training.train_if_needed()
    (house / "nlu_data" / "more.yml").rename(house / "nlu_data" / "other.yml")
    training.train_if_needed()
    assert rasa.trained == 3


@pytest.mark.parametrize("changed", ["policy_kb/data/benefits.yaml", "bot/gateway/app.py"])
def test_a_new_alias_or_other_code_needs_no_training(house, rasa, changed):
    training.train_if_needed()
    (house / changed).write_text("changed", encoding="utf-8")
    assert not training.needed()


def test_touching_a_file_needs_no_training(house, rasa):
    training.train_if_needed()
    (house / "config.yml").touch()
    assert not training.needed()


def test_going_back_to_an_earlier_state_finds_its_model(house, rasa):
    training.train_if_needed()
    (house / "config.yml").write_text("changed", encoding="utf-8")
    training.train_if_needed()
    (house / "config.yml").write_text("config.yml", encoding="utf-8")
    assert not training.needed()


@pytest.mark.parametrize(("status", "writes"), [(1, False), (1, True), (0, False)])
def test_a_failed_training_leaves_no_model_and_names_its_log(house, rasa, status, writes):
    rasa.status, rasa.writes = status, writes
    with pytest.raises(training.TrainingFailed, match=r"train\.log"):
        training.train_if_needed()
    assert training.needed()


def test_three_models_are_kept(house, rasa):
    for n in range(5):
        (house / "config.yml").write_text(str(n), encoding="utf-8")
        model = training.train_if_needed()
    kept = list(model.parent.glob("*.tar.gz"))
    assert len(kept) == 3
    assert model in kept


def test_the_shipped_assistant_is_made_of_files_that_exist():
    assert all(f.is_file() for f in training.inputs())
    assert len(training.inputs()) > 5
