"""A linear model over counted features: trained with scikit-learn, served with NumPy only."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

# Where training stops. Ten times as fine changed no answer and took longer; five times as coarse left intents undecided.
TOLERANCE = 0.01


@dataclass(frozen=True)
class LinearModel:
    """Weights of logistic regressions over TF-IDF of features, one for each class against the rest."""

    vocabulary: dict[str, int]
    idf: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    classes: list[str]

    @classmethod
    def trained(
        cls, features: Sequence[Sequence[str]], labels: Sequence[str], *, c: float = 20.0, min_df: int = 2
    ) -> LinearModel:
        """Learn ``labels`` from ``features``, one list for each text; features of fewer than ``min_df`` texts are left out."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        vectors = TfidfVectorizer(analyzer=list, min_df=min_df, sublinear_tf=True)
        counted = vectors.fit_transform(features)
        classes, given = sorted(set(labels)), np.array(labels)
        balanced = {one: len(given) / (len(classes) * np.sum(given == one)) for one in classes}  # a rare one weighs as much

        def against(one: str, rest: float = 1.0) -> tuple[np.ndarray, float]:
            return _regression(counted, given == one, {True: balanced[one], False: rest}, c)

        if len(classes) == 2:  # one row says both
            weights, bias = against(classes[1], balanced[classes[0]])
            rows = [(-weights, -bias), (weights, bias)]
        else:  # as good as all classes at once on our data, and forty times as fast; the library lets other threads run meanwhile
            with ThreadPoolExecutor(os.cpu_count()) as threads:
                rows = list(threads.map(against, classes))
        vocabulary = {g: int(i) for g, i in vectors.vocabulary_.items()}
        return cls(vocabulary, vectors.idf_, np.vstack([w for w, _ in rows]), np.array([b for _, b in rows]), classes)

    def probabilities(self, features: Sequence[str]) -> np.ndarray:
        """One probability for each class."""
        counts: dict[int, int] = {}
        number_of = self.vocabulary.get
        for feature in features:
            number = number_of(feature)
            if number is not None:
                counts[number] = counts.get(number, 0) + 1
        scores = self.bias
        if counts:
            index = np.fromiter(counts, dtype=np.intp, count=len(counts))
            value = np.array([1.0 if c == 1 else 1 + math.log(c) for c in counts.values()]) * self.idf[index]
            value /= math.sqrt(value @ value)
            scores = self.weights[:, index] @ value + self.bias
        odds = 1 / (1 + np.exp(-scores))
        return odds / odds.sum()

    def ranking(self, features: Sequence[str]) -> list[tuple[str, float]]:
        """Classes with their probabilities, the likeliest first."""
        return sorted(zip(self.classes, map(float, self.probabilities(features))), key=lambda x: -x[1])

    def save(self, folder: Path) -> None:
        # As it is served, and not packed: the model's file is, and each start would unpack it twice.
        np.save(folder / "weights.npy", np.ascontiguousarray(self.weights.T, dtype=np.float32))
        np.savez(folder / "beside.npz", idf=self.idf, bias=self.bias)
        names = {"classes": self.classes, "vocabulary": sorted(self.vocabulary, key=self.vocabulary.get)}
        (folder / "names.json").write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
        # Column by column in memory: a text has few features, and takes their columns.
        weights = np.load(folder / "weights.npy", allow_pickle=False).T
        with np.load(folder / "beside.npz", allow_pickle=False) as arrays:
            return cls(
                {g: i for i, g in enumerate(names["vocabulary"])}, arrays["idf"], weights, arrays["bias"], names["classes"],
            )


def _regression(counted: Any, is_one: np.ndarray, class_weight: dict[bool, float], c: float) -> tuple[np.ndarray, float]:
    """The weights and the bias that tell a class from the rest."""
    from sklearn.linear_model import LogisticRegression

    regression = LogisticRegression(C=c, solver="liblinear", class_weight=class_weight, random_state=0, tol=TOLERANCE)
    regression.fit(counted, is_one)
    return regression.coef_[0], float(regression.intercept_[0])
