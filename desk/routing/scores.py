"""How well a classifier does on labelled messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ClassScore:
    """``support``: how many messages truly belong to it. A measure without any case is 0."""

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class Scores:
    """``labels``: all that are true or predicted, sorted; ``confusion[i][j]``: messages of label i taken for label j."""

    n: int
    accuracy: float
    macro_f1: float
    labels: list[str]
    classes: dict[str, ClassScore]
    confusion: list[list[int]]


def scores(truth: Sequence[str], said: Sequence[str]) -> Scores:
    """Compare, message by message. Macro F1 is the mean over all labels that are true or predicted."""
    labels = sorted({*truth, *said})
    pairs = Counter(zip(truth, said))
    true, predicted = Counter(truth), Counter(said)
    classes = {label: _class_score(pairs[label, label], true[label], predicted[label]) for label in labels}
    return Scores(
        n=len(truth),
        accuracy=sum(pairs[label, label] for label in labels) / len(truth),
        macro_f1=sum(c.f1 for c in classes.values()) / len(labels),
        labels=labels,
        classes=classes,
        confusion=[[pairs[a, b] for b in labels] for a in labels],
    )


def _class_score(right: int, true: int, predicted: int) -> ClassScore:
    return ClassScore(
        precision=right / predicted if predicted else 0.0,
        recall=right / true if true else 0.0,
        f1=2 * right / (true + predicted),
        support=true,
    )
