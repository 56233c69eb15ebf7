"""Training without checks that decide nothing gives the same training data."""

from __future__ import annotations

import shutil

import pytest

from tests.rasa_host.conftest import patches, rasa  # noqa: F401  (what stands in for TensorFlow first)

from bot.rasa_host import train  # isort: skip
from policy_kb.settings import ROOT  # isort: skip
from rasa.shared.importers.importer import TrainingDataImporter  # isort: skip
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader  # isort: skip
from rasa.shared.nlu.training_data.message import Message  # isort: skip
from rasa.shared.nlu.training_data.training_data import TrainingData  # isort: skip

FILES = ("acts.yml", "ask_more.yml", "rules.yml", "stories.yml")


@pytest.fixture
def hurried(monkeypatch):
    """Replace for one test what training replaces."""
    def hurry() -> None:
        for owner, name in train.REPLACED:
            monkeypatch.setattr(owner, name, getattr(owner, name))
        train.hurry()

    return hurry


@pytest.fixture
def read(tmp_path):
    """Read some training files, one of them twice, as training does."""
    for name in FILES:
        shutil.copy(ROOT / "nlu_data" / name, tmp_path)
    shutil.copy(tmp_path / FILES[0], tmp_path / "again.yml")

    def run() -> TrainingData:
        importer = TrainingDataImporter.load_from_config(str(ROOT / "config.yml"), str(ROOT / "domain"), [str(tmp_path)])
        importer.get_domain()  # which reads them, too
        return importer.get_nlu_data()

    return run


def _all_of(data: TrainingData) -> list:
    return [[m.data for m in data.training_examples], data.entity_synonyms, data.regex_features, data.lookup_tables, data.responses]


def test_the_same_examples_are_read_in_the_same_order(hurried, read):
    wanted = _all_of(read())
    hurried()
    assert _all_of(read()) == wanted
    texts = [m["text"] for m in wanted[0] if "text" in m]
    assert len(set(texts)) == len(texts) > 500  # what stands there twice is taken once


def test_a_file_is_read_once(hurried, read, monkeypatch):
    hurried()
    given = []
    monkeypatch.setattr(RasaYAMLReader, "reads", lambda reader, text, **more: given.append(text) or TrainingData())
    read()
    assert len(given) == 3


def test_synonyms_that_contradict_each_other_are_told(hurried):
    hurried()
    one, other = TrainingData(entity_synonyms={"五保": "特困"}), TrainingData(entity_synonyms={"五保": "低保"})
    with pytest.warns(UserWarning, match="五保"):
        assert one.merge(None, other).entity_synonyms == {"五保": "低保"}
    assert one.entity_synonyms == {"五保": "特困"}


def test_equal_messages_have_the_same_hash_and_others_are_told_apart():
    one, same = (Message(data={"text": "低保", "intent": "ask_policy"}) for _ in range(2))
    other = Message(data={"text": "低保", "intent": "inform"})
    assert train._hash_of_text(one) == train._hash_of_text(same)
    assert one == same and one != other
