"""Accuracy, macro F1 and confusion, with known answers and beside scikit-learn's."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.routing.scores import ClassScore, scores


def test_known_answers():
    found = scores(["a", "a", "a", "b", "b", "c"], ["a", "a", "b", "b", "a", "a"])
    assert (found.n, found.labels) == (6, ["a", "b", "c"])
    assert found.accuracy == pytest.approx(3 / 6)
    assert found.confusion == [[2, 1, 0], [1, 1, 0], [1, 0, 0]]
    assert found.classes["a"] == ClassScore(precision=2 / 4, recall=2 / 3, f1=4 / 7, support=3)
    assert found.classes["c"] == ClassScore(0.0, 0.0, 0.0, 1)
    assert found.macro_f1 == pytest.approx((4 / 7 + 1 / 2 + 0) / 3)


@settings(deadline=None)  # scikit-learn is imported in the first
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcde")), min_size=1))
def test_the_same_as_scikit_learn(pairs):
    metrics = pytest.importorskip("sklearn.metrics")
    truth, said = zip(*pairs)
    found = scores(truth, said)
    assert found.accuracy == pytest.approx(metrics.accuracy_score(truth, said))
    assert found.macro_f1 == pytest.approx(metrics.f1_score(truth, said, average="macro", zero_division=0))
    assert found.confusion == metrics.confusion_matrix(truth, said, labels=found.labels).tolist()
