"""What ``python -m desk reviews export`` writes is training data as Rasa and our components read it."""

from __future__ import annotations

import datetime as dt

import pytest
from rasa.shared.nlu.training_data.loading import load_data

from bot.nlu.meaning import AspectClassifier, SubjectClassifier
from bot.nlu.trained import example_metadata
from desk import audit, reviews
from desk.review_export import export
from desk.reviews import Verdict
from desk.store import open_store
from tests.desk.asked import LOW, YUNAN, answered, not_understood

DAY = dt.date(2026, 11, 23)


@pytest.fixture
def written(tmp_path):
    engine = open_store(f"sqlite:///{tmp_path / 'desk.db'}")
    with engine.begin() as db:
        for one, verdict in (
            (answered(db, text="村里：吃低保的#钱 'x' \"y\" 有多少", as_of=DAY), Verdict("right", True, LOW, "amount", YUNAN)),
            (not_understood(db, text="屋头困难哪个管", as_of=DAY), Verdict("wrong", True, "temporary_assistance", None, None)),
            (answered(db, text="孤儿题材的小说有哪些", as_of=DAY), Verdict("wrong", False)),
            (answered(db, text="算一下我够不够低保", intent="check_eligibility", as_of=DAY), Verdict("right", True, LOW, "eligibility", YUNAN)),
        ):
            reviews.save(db, audit.Actor(None, "王芳"), one.conversation, one.answers[0], 0, verdict)
        text = export(db, lambda *_: None, (), ()).examples_text()
    engine.dispose()
    file = tmp_path / "reviewed_examples.yml"
    file.write_text(text, encoding="utf-8")
    return load_data(str(file))


def test_rasa_reads_every_text_with_its_intent(written):
    assert {e.get("text"): e.get("intent") for e in written.intent_examples} == {
        "村里：吃低保的#钱 'x' \"y\" 有多少": "ask_policy", "屋头困难哪个管": "ask_policy", "孤儿题材的小说有哪些": "out_of_scope",
        "算一下我够不够低保": "check_eligibility",
    }
    assert not written.entity_examples


def test_our_components_learn_the_benefit_and_the_aspect_from_them(written):
    about = {e.get("text"): example_metadata(e) for e in written.intent_examples}
    assert about["村里：吃低保的#钱 'x' \"y\" 有多少"] == {"benefit": [LOW], "aspect": "amount"}
    assert about["屋头困难哪个管"] == {"benefit": ["temporary_assistance"]}
    assert not about["孤儿题材的小说有哪些"]
    asks = [e for e in written.intent_examples if e.get("intent") == "ask_policy"]
    subject, aspect = (c.__new__(c) for c in (SubjectClassifier, AspectClassifier))
    assert sorted(map(subject.label_of, asks)) == [LOW, "temporary_assistance"]
    assert "amount" in map(aspect.label_of, asks)
