"""Train the classifier: parameters, probabilities and threshold by cross-validation, the weights from all rows.

The only part that needs scikit-learn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from desk.routing.grams import grams, key
from desk.routing.ledger import Example, require_enough
from desk.routing.model import About, Model, Weights, made, probabilities
from desk.routing.scores import scores
from desk.store import now

# In the order of their cost: of equals the first is taken.
SEEN = (False, True)  # without and with words
STRENGTHS = (0.1, 0.3, 1.0)
FEWEST_TEXTS = 2
FOLDS, FOLDS_OF_MANY, MANY = 5, 3, 3000
# So many of the departments assigned shall be right; below, two are shown and a person decides.
WANTED_RIGHT = 0.9
SHARPNESS = np.geomspace(0.1, 100, 121)
NEVER = 1.1


@dataclass(frozen=True)
class _Fitted:
    """``columns``: which features of the whole table it uses."""

    columns: np.ndarray
    tfidf: TfidfTransformer
    ratios: list[np.ndarray]
    machines: list[LinearSVC]

    def scores(self, counts: sp.csr_matrix) -> np.ndarray:
        seen = self.tfidf.transform(counts[:, self.columns])
        return np.stack([m.decision_function(_scaled(seen, r)) for r, m in zip(self.ratios, self.machines)], axis=1)


def _scaled(seen: sp.csr_matrix, ratio: np.ndarray) -> sp.csr_matrix:
    return normalize(seen.multiply(ratio).tocsr())


def _log_count_ratio(present: sp.csr_matrix, mine: np.ndarray) -> np.ndarray:
    """For each feature: the logarithm of its share in the messages of one department over that in all others (add-one)."""
    inside, outside = (1 + np.asarray(present[rows].sum(axis=0)).ravel() for rows in (mine, ~mine))
    return np.log(inside / inside.sum()) - np.log(outside / outside.sum())


def _fits(counts: sp.csr_matrix, labels: np.ndarray, classes: Sequence[str], strengths: Sequence[float]) -> Iterator[_Fitted]:
    """A classifier for each strength; what they share is worked out once."""
    columns = np.flatnonzero(np.bincount(counts.indices, minlength=counts.shape[1]) >= FEWEST_TEXTS)
    counts = counts[:, columns]
    tfidf = TfidfTransformer(sublinear_tf=True)
    seen = tfidf.fit_transform(counts)
    present = counts.sign()
    ratios = [_log_count_ratio(present, labels == label) for label in classes]
    scaled = [_scaled(seen, ratio) for ratio in ratios]
    for strength in strengths:
        machines = [
            LinearSVC(C=strength, class_weight="balanced", random_state=0).fit(x, labels == label)
            for x, label in zip(scaled, classes)
        ]
        yield _Fitted(columns, tfidf, ratios, machines)


class _Table:
    """Texts counted once, for every fold and parameter; the columns of words come after those of characters."""

    def __init__(self, texts: Sequence[str]):
        counter = CountVectorizer(analyzer=lambda text: grams(text, words=True), min_df=FEWEST_TEXTS, dtype=np.float64)
        self._all = counter.fit_transform(texts)
        names = counter.get_feature_names_out()
        is_word = np.array([name.startswith("w ") for name in names])
        order = np.argsort(is_word, kind="stable")
        self._all, self.names = self._all[:, order].tocsr(), names[order]
        self._characters = self._all[:, : len(names) - int(is_word.sum())]

    def counts(self, words: bool) -> sp.csr_matrix:
        return self._all if words else self._characters


def train(examples: Sequence[Example], tell: Callable[[str], None] = lambda line: None) -> Model:
    """A model of the examples, the same for the same examples. ``tell`` is given a line for each set of parameters tried.

    Raises :class:`desk.routing.ledger.BadLedger` where there are too few.
    """
    require_enough(examples)
    labels = np.array([e.label for e in examples])
    classes = sorted(set(labels))
    table = _Table([e.text for e in examples])
    (words, strength), held_out, chosen = _choose(table, labels, classes, tell)
    truth = np.searchsorted(classes, labels)
    sharpness = _sharpness(held_out, truth)
    odds = probabilities(held_out, sharpness)
    about = About(
        classes=tuple(classes), words=words, sharpness=sharpness, threshold=_threshold(odds, truth),
        trained_on=dict(sorted(Counter(map(str, labels)).items())), chosen=chosen, trained_at=now().isoformat(timespec="seconds"),
    )
    (fitted,) = _fits(table.counts(words), labels, classes, [strength])
    return made(about, _weights(fitted, table.names))


def _choose(
    table: _Table, labels: np.ndarray, classes: Sequence[str], tell: Callable[[str], None]
) -> tuple[tuple[bool, float], np.ndarray, dict[str, float]]:
    """The parameters with the best macro F1 over held-out folds, and the scores (N × K) that every row got when held out."""
    folds = StratifiedKFold(FOLDS_OF_MANY if len(labels) > MANY else FOLDS, shuffle=True, random_state=0)
    best: tuple[float, tuple[bool, float], np.ndarray] | None = None
    for words in SEEN:
        counts = table.counts(words)
        held_out = np.zeros((len(STRENGTHS), len(labels), len(classes)))
        for rows, others in folds.split(labels, labels):
            for i, fitted in enumerate(_fits(counts[rows], labels[rows], classes, STRENGTHS)):
                held_out[i, others] = fitted.scores(counts[others])
        for strength, found in zip(STRENGTHS, held_out):
            f1 = scores(list(labels), [classes[i] for i in found.argmax(axis=1)]).macro_f1
            tell(f"{'字和词' if words else '字'}，C={strength:g}：交叉验证宏平均F1 {f1:.4f}")
            if best is None or f1 > best[0]:
                best = f1, (words, strength), found
    f1, (words, strength), found = best
    return (words, strength), found, {"C": strength, "cross_validated_macro_f1": round(f1, 4)}


def _sharpness(held_out: np.ndarray, truth: np.ndarray) -> float:
    """What makes the scores' probabilities most likely on rows that were held out."""
    rows = np.arange(len(truth))
    loss = [-np.log(probabilities(held_out, s)[rows, truth] + 1e-12).mean() for s in SHARPNESS]
    return float(SHARPNESS[int(np.argmin(loss))])


def _threshold(odds: np.ndarray, truth: np.ndarray) -> float:
    """The lowest confidence from which on :data:`WANTED_RIGHT` of the held-out rows are right, else :data:`NEVER`."""
    confidence = odds.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    right = np.cumsum(odds.argmax(axis=1)[order] == truth[order]) / np.arange(1, len(truth) + 1)
    enough = np.flatnonzero(right >= WANTED_RIGHT)
    return float(confidence[order[enough[-1]]]) if len(enough) else NEVER


def _weights(fitted: _Fitted, names: np.ndarray) -> Weights:
    keys = np.array([key(name) for name in names[fitted.columns]], dtype=np.uint64)
    order = np.argsort(keys)
    return Weights(
        keys=keys[order],
        idf=fitted.tfidf.idf_[order].astype(np.float32),
        ratios=np.stack(fitted.ratios, axis=1)[order].astype(np.float32),
        weights=np.concatenate([m.coef_ for m in fitted.machines]).T[order].astype(np.float32),
        bias=np.concatenate([m.intercept_ for m in fitted.machines]).astype(np.float32),
    )
