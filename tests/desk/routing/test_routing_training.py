"""Training: deterministic, the same read with NumPy as learned with scikit-learn, and ahead of TF-IDF with a linear SVM."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from desk.routing.grams import grams, key
from desk.routing.ledger import BadLedger, Example, read_ledger
from desk.routing.model import load, save
from desk.routing.scores import scores

pytest.importorskip("sklearn")
training = pytest.importorskip("desk.routing.training")

MESSAGES = Path(__file__).parent / "messages.csv"


@pytest.fixture(scope="module")
def halves() -> tuple[list[Example], list[Example]]:
    """Every second message of each department."""
    rows = read_ledger(MESSAGES)
    return rows[::2], rows[1::2]


@pytest.fixture(scope="module")
def model(halves):
    return training.train(halves[0])


def test_seven_departments_with_sixty_messages_each_none_twice():
    rows = read_ledger(MESSAGES)
    counts = {label: sum(e.label == label for e in rows) for label in {e.label for e in rows}}
    assert (len(counts), set(counts.values())) == (7, {60})
    assert len({e.text for e in rows}) == len(rows)


def test_training_again_gives_the_same_model(halves, model):
    assert training.train(halves[0]).version == model.version


def test_what_was_not_seen_is_sorted_better_than_by_tfidf_and_a_linear_svm(halves, model):
    rjieba = pytest.importorskip("rjieba")
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.svm import LinearSVC

    seen, unseen = halves
    truth = [e.label for e in unseen]
    vectors = TfidfVectorizer(analyzer=lambda text: [w for w in rjieba.cut(text) if w.strip()], sublinear_tf=True)
    plain = LinearSVC(random_state=0).fit(vectors.fit_transform([e.text for e in seen]), [e.label for e in seen])
    theirs = scores(truth, list(plain.predict(vectors.transform([e.text for e in unseen])))).macro_f1
    ours = scores(truth, [model.ranking(e.text)[0][0] for e in unseen]).macro_f1
    assert ours > theirs + 0.05
    assert ours > 0.6


def test_of_the_unseen_messages_assigned_most_are_right_and_some_are_left_to_people(halves, model):
    first = [(e.label, *model.ranking(e.text)[0]) for e in halves[1]]
    assigned = [label == said for label, said, odds in first if odds >= model.about.threshold]
    assert 0.2 < len(assigned) / len(first) < 0.9
    assert sum(assigned) / len(assigned) > 0.8


@pytest.mark.parametrize("words", [False, True])
def test_numpy_reads_what_scikit_learn_learned(halves, words):
    seen = halves[0]
    labels = np.array([e.label for e in seen])
    classes = sorted(set(labels))
    table = training._Table([e.text for e in seen])
    counts = table.counts(words)
    (fitted,) = training._fits(counts, labels, classes, [0.3])
    weights = training._weights(fitted, table.names)
    theirs = fitted.scores(counts)
    ours = np.stack([weights.scores(Counter(grams(e.text, words))) for e in seen])
    assert ours == pytest.approx(theirs, abs=1e-4)


def test_two_departments_are_enough_to_learn_and_to_save(tmp_path):
    rows = [Example(i, f"{what}{i}号楼的事", label) for label, what in (("住建", "物业不修电梯"), ("人社", "老板不发工资"))
            for i in range(5)]
    file = tmp_path / "model.npz"
    save(training.train(rows), file)
    assert load(file).ranking("我们老板不发工资")[0][0] == "人社"
    assert load(file).ranking("物业一直不修电梯")[0][0] == "住建"


def test_too_few_rows_are_refused_before_anything_is_learned():
    with pytest.raises(BadLedger, match="至少要有5行"):
        training.train([Example(i, str(i), "ab"[i % 2]) for i in range(8)])


def test_the_threshold_leaves_out_what_would_bring_it_below_nine_in_ten():
    odds = np.array([[c, 1 - c] for c in np.linspace(0.99, 0.6, 20)])
    truth = np.array([0] * 10 + [1] * 10)  # the ten surest are right, the others wrong
    threshold = training._threshold(odds, truth)
    assert threshold == pytest.approx(odds[10, 0])  # ten of eleven
    assert training._threshold(odds, np.ones(20, int)) == training.NEVER


def test_numbers_are_no_features():
    rows = [Example(i, f"{what}我的电话13812345678", label) for label, what in (("住建", "物业不修电梯"), ("人社", "老板不发工资"))
            for i in range(5)]
    rows = [Example(e.line, e.text + "。" * e.line, e.label) for e in rows]
    known = set(training.train(rows).weights.keys.tolist())
    assert key("物业") in known
    assert not known & {key(g) for g in grams("x", False) + ["1381", "138", "5678"]} - {key("^"), key("$")}
