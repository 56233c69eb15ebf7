"""The trained assistant understands utterances it was not trained on well enough to serve. The bars are what is reached less two points."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bot import training
from policy_kb import open_engine, store
from policy_kb.loader import SHIPPED
from tests.nlu import scores
from tests.nlu.evaluate import actions_of_intents, parts
from tests.nlu.held_out import HALVES, Utterance, held_out, noisy, unseen
from tests.nlu.measured import Measured, Part


@pytest.fixture(scope="module")
def measured(tmp_path_factory) -> Measured:
    url = f"sqlite:///{tmp_path_factory.mktemp('kb') / 'kb.db'}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUIMIN_KB_URL", url)
        store.load(open_engine(url), [SHIPPED])
        yield parts(training.train_if_needed())
    sa.create_engine(url).dispose()


@pytest.fixture(scope="module")
def pairs(measured) -> list[scores.Pair]:
    return measured.held_out.pairs


@pytest.fixture(scope="module")
def both(measured) -> Part:
    """The noisy utterances of both halves; what is wrong with one of them is not shown."""
    return Part("both", measured.dev.utterances + measured.test.utterances, measured.dev.parses + measured.test.parses, secret=True)


def test_most_utterances_are_understood(pairs):
    # Since the assistant learned more of other people's business, 39 of these 954 are refused or asked back: 0.892.
    assert scores.accuracy(pairs) >= 0.885


def test_danger_is_hardly_ever_missed(pairs):
    assert scores.per_label(pairs)["danger"].recall >= 0.98


def test_a_calm_question_hardly_ever_raises_an_alarm(pairs):
    calm = [got for wanted, got in pairs if wanted != "danger"]
    assert calm.count("danger") / len(calm) <= 0.03


def test_whoever_wants_a_person_gets_one(pairs, both):
    assert scores.per_label([*pairs, *both.pairs])["request_human"].recall >= 0.96


def test_nobody_is_handed_to_a_person_who_only_asks(pairs, both):
    asking = [got for wanted, got in (*pairs, *both.pairs) if wanted in {"ask_policy", "inform", "check_eligibility", "correct"}]
    assert sum(got in {"request_human", "complaint", "wrong_answer"} for got in asking) / len(asking) <= 0.01


def test_most_noisy_utterances_are_understood(both):
    assert scores.accuracy(both.pairs) >= 0.855


def test_nearly_all_noisy_utterances_lead_to_the_right_action(both):
    # Whether somebody qualifies is told by the conditions as well as by a check.
    actions = actions_of_intents() | {"check_eligibility": "action_answer"}
    assert scores.accuracy([(actions.get(w, w), actions.get(g, g)) for w, g in both.pairs]) >= 0.92


def test_most_noisy_utterances_are_wholly_understood(both):
    assert sum(both.wholly) / len(both.wholly) >= 0.76


@pytest.mark.parametrize(
    ("kind", "bar"), [("benefit", 0.94), ("aspect", 0.945), ("region", 0.95), ("residence", 0.88), ("age", 0.73)]
)
def test_what_noisy_utterances_say_is_understood(both, kind, bar):
    assert both.entities[kind].f1 >= bar


def test_no_held_out_utterance_is_in_the_training_data():
    assert unseen(held_out()) == held_out()


@pytest.mark.parametrize("half", HALVES)
def test_hardly_any_noisy_utterance_is_in_the_training_data(half):
    assert len(unseen(noisy(half))) >= 0.95 * len(noisy(half))


def test_what_is_in_the_training_data_is_left_out_whatever_its_punctuation():
    assert unseen([Utterance("你好！", "greet"), Utterance("这句话谁也没有说过", "greet")]) == [Utterance("这句话谁也没有说过", "greet")]
