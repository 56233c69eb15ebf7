"""The trained assistant understands utterances it was not trained on well enough to serve."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot import training
from policy_kb import open_engine, store
from policy_kb.loader import SHIPPED
from tests.nlu.evaluate import held_out, predictions, scores


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('kb') / 'kb.db'}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUIMIN_KB_URL", url)
        store.load(open_engine(url), [SHIPPED])
        pairs = held_out()
        yield pairs, predictions(training.train_if_needed(), [t for t, _ in pairs])
    sa.create_engine(url).dispose()


def test_most_utterances_are_understood(scored):
    pairs, found = scored
    assert sum(w == f for (_, w), f in zip(pairs, found)) / len(pairs) >= 0.88


def test_danger_is_hardly_ever_missed(scored):
    _, recall, _, _ = scores(*scored)["danger"]
    assert recall >= 0.98


def test_a_calm_question_hardly_ever_raises_an_alarm(scored):
    pairs, found = scored
    calm = [f for (_, w), f in zip(pairs, found) if w != "danger"]
    assert calm.count("danger") / len(calm) <= 0.03


def test_whoever_wants_a_person_gets_one(scored):
    _, recall, _, _ = scores(*scored)["request_human"]
    assert recall >= 0.85


def test_nobody_is_handed_to_a_person_who_only_asks(scored):
    pairs, found = scored
    asking = [f for (_, w), f in zip(pairs, found) if w in {"ask_policy", "inform", "check_eligibility"}]
    assert sum(f in {"request_human", "complaint", "wrong_answer"} for f in asking) / len(asking) <= 0.02


def test_no_held_out_utterance_is_in_the_training_data():
    trained = "\n".join(f.read_text(encoding="utf-8") for f in (training.ROOT / "nlu_data").glob("*.yml")).splitlines()
    known = {line.strip().removeprefix("- ") for line in trained}
    assert not [t for t, _ in held_out() if t in known]
