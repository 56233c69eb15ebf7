"""The linear model serves what was trained."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.nlu import linear
from bot.nlu.linear import LinearModel

TEXTS = ["低保多少钱", "低保怎么办", "天气怎么样", "天气好", "转人工", "找人工", "低保低保", "今天天气"]
LABELS = ["ask", "ask", "other", "other", "human", "human", "ask", "other"]


@pytest.fixture(scope="module")
def model() -> LinearModel:
    return LinearModel.trained([list(t) for t in TEXTS], LABELS, c=20.0, min_df=1)


@pytest.mark.parametrize("text", ["低保", "低低低保钱", "人工天气", "没见过的字", ""])
def test_probabilities_are_those_of_scikit_learn(model, text):
    vectors = TfidfVectorizer(analyzer=list, min_df=1, sublinear_tf=True)
    counted = vectors.fit_transform([list(t) for t in TEXTS])
    regression = LogisticRegression(C=20.0, solver="liblinear", class_weight="balanced", random_state=0, tol=linear.TOLERANCE)
    regression.fit(counted, LABELS)
    wanted = dict(zip(regression.classes_, regression.predict_proba(vectors.transform([list(text)]))[0]))
    assert dict(model.ranking(list(text))) == pytest.approx(wanted, rel=1e-6)


def test_a_model_is_what_it_was_when_it_comes_back_from_its_folder(model, tmp_path):
    model.save(tmp_path)
    back = LinearModel.load(tmp_path)
    assert back.weights.flags.f_contiguous
    assert back.weights.dtype == np.float32
    assert back.classes == model.classes
    for text in ("低保怎么办", "人工"):
        assert back.probabilities(list(text)) == pytest.approx(model.probabilities(list(text)), rel=1e-5)
