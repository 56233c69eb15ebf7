"""Training without checks that decide nothing gives the same training data."""

from __future__ import annotations

from tests.rasa_host.conftest import patches, rasa  # noqa: F401  (what stands in for TensorFlow first)

from bot.rasa_host import train  # isort: skip
from policy_kb.settings import ROOT  # isort: skip
from rasa.shared.importers.utils import training_data_from_paths  # isort: skip
from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader  # isort: skip
from rasa.shared.nlu.training_data.message import Message  # isort: skip

FILES = [str(ROOT / "nlu_data" / name) for name in ("acts.yml", "ask_more.yml", "acts.yml")]


def _examples() -> list[dict]:
    return [m.data for m in training_data_from_paths(FILES, "zh").training_examples]


def test_the_same_examples_are_read_in_the_same_order(monkeypatch):
    wanted = _examples()
    monkeypatch.setattr(RasaYAMLReader, "validate", RasaYAMLReader.validate)
    monkeypatch.setattr(Message, "__hash__", Message.__hash__)
    train.hurry()
    assert RasaYAMLReader.validate is train._trust
    assert _examples() == wanted
    assert len({m["text"] for m in wanted}) == len(wanted)  # what stands there twice is taken once


def test_equal_messages_have_the_same_hash_and_others_are_told_apart():
    one, same = (Message(data={"text": "低保", "intent": "ask_policy"}) for _ in range(2))
    other = Message(data={"text": "低保", "intent": "inform"})
    assert train._hash_of_text(one) == train._hash_of_text(same)
    assert one == same and one != other
