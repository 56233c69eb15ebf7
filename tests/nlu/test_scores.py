"""The formulas of the evaluation, on numbers worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.nlu import scores
from tests.nlu.scores import Tally, Verdict

# a: 3 wanted, 2 got of which 1 right; b: 2 wanted, 4 got of which 2 right; c: 1 wanted, never got.
PAIRS = [("a", "a"), ("a", "b"), ("a", "b"), ("b", "b"), ("b", "b"), ("c", "a")]


def test_precision_is_the_share_of_what_was_found():
    assert Tally(right=6, extra=2, missed=4).precision == 0.75


def test_recall_is_the_share_of_what_was_wanted():
    assert Tally(right=6, extra=2, missed=4).recall == 0.6


def test_f1_is_the_harmonic_mean():
    assert Tally(right=6, extra=2, missed=4).f1 == pytest.approx(2 / 3)  # 12 / (12 + 2 + 4)


def test_support_is_how_often_it_was_wanted():
    assert Tally(right=6, extra=2, missed=4).support == 10


@pytest.mark.parametrize("tally", [Tally(), Tally(extra=3), Tally(missed=3)])
def test_where_nothing_is_right_all_scores_are_nought(tally):
    assert (tally.precision, tally.recall, tally.f1) == (0.0, 0.0, 0.0)


@given(*[st.integers(0, 50)] * 3)
def test_f1_lies_between_precision_and_recall(right, extra, missed):
    tally = Tally(right, extra, missed)
    low, high = sorted((tally.precision, tally.recall))
    assert low - 1e-9 <= tally.f1 <= high + 1e-9


def test_each_label_is_tallied_by_itself():
    assert scores.per_label(PAIRS) == {"a": Tally(1, 1, 2), "b": Tally(2, 2, 0), "c": Tally(0, 0, 1)}


def test_a_label_that_was_never_wanted_has_no_score_of_its_own():
    assert scores.per_label([("a", "z")]) == {"a": Tally(0, 0, 1)}


def test_macro_f1_counts_every_label_the_same():
    # a: P 1/2, R 1/3, F1 2/5; b: P 1/2, R 1, F1 2/3; c: 0
    assert scores.macro_f1(scores.per_label(PAIRS)) == pytest.approx((2 / 5 + 2 / 3 + 0) / 3)


def test_accuracy_is_the_share_of_right_ones():
    assert scores.accuracy(PAIRS) == 0.5


def test_confusion_has_wanted_in_rows_and_got_in_columns():
    assert scores.confusion(PAIRS) == (["a", "b", "c"], [[1, 2, 0], [0, 2, 0], [1, 0, 0]])


@pytest.mark.parametrize(
    ("wanted", "got", "verdict"),
    [
        ([], [], Verdict.NOTHING),
        (["a"], [], Verdict.MISSED),
        ([], ["a"], Verdict.EXTRA),
        (["a"], ["b"], Verdict.WRONG),
        (["a", "b"], ["b"], Verdict.RIGHT),
        (["a"], ["b", "a"], Verdict.RIGHT),
    ],
)
def test_one_acceptable_value_is_enough(wanted, got, verdict):
    assert scores.judge(wanted, got) is verdict


def test_where_every_value_counts_one_too_many_is_wrong():
    assert scores.judge(["a"], ["b", "a"], every=True) is Verdict.WRONG
    assert scores.judge(["a", "b"], ["b", "a"], every=True) is Verdict.RIGHT


def test_a_wrong_value_is_one_too_many_and_one_missed():
    assert scores.total(Verdict) == Tally(right=1, extra=2, missed=2)


def test_several_acceptable_values_count_as_one_wanted():
    assert scores.total([scores.judge(["a", "b", "c"], ["a"])]).support == 1


def test_shares_count_an_item_in_each_of_its_groups():
    assert scores.shares([(["x", "y"], True), (["y"], False), ([], True)]) == {"x": (1, 1), "y": (1, 2)}
