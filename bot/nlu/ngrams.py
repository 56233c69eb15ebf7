"""Score a text by its character and pinyin n-grams with a linear model: NumPy only, so that serving loads no scikit-learn."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from policy_kb.language import plain
from policy_kb.language.syllables import blurred, sounds_of

CHARACTERS, SYLLABLES = range(1, 5), range(1, 4)


def grams(text: str) -> list[str]:
    """Character n-grams (1 to 4) and n-grams of toneless syllables (1 to 3), as they sound in any dialect: 底保 sounds like
    低保, and dibao does, too.

    Begin and end are marked, since how a text begins and ends says much about what it wants.
    """
    read = plain(text)
    marked = f"^{read}$"
    syllables = [blurred(s) for s in sounds_of(read)]
    found = [marked[i : i + n] for n in CHARACTERS for i in range(len(marked) - n + 1)]
    found += ["~" + " ".join(syllables[i : i + n]) for n in SYLLABLES for i in range(len(syllables) - n + 1)]
    return found


@dataclass(frozen=True)
class LinearModel:
    """Weights of a trained multinomial logistic regression over TF-IDF of :func:`grams`."""

    vocabulary: dict[str, int]
    idf: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    classes: list[str]

    def probabilities(self, text: str) -> np.ndarray:
        """One probability for each class."""
        counts = Counter(i for g in grams(text) if (i := self.vocabulary.get(g)) is not None)
        scores = self.bias
        if counts:
            index = np.fromiter(counts, dtype=np.intp)
            value = np.array([1 + math.log(c) for c in counts.values()]) * self.idf[index]
            scores = self.weights[:, index] @ (value / np.linalg.norm(value)) + self.bias
        odds = np.exp(scores - scores.max())
        return odds / odds.sum()

    def save(self, folder: Path) -> None:
        np.savez_compressed(folder / "weights.npz", idf=self.idf, weights=self.weights, bias=self.bias)
        names = {"classes": self.classes, "vocabulary": sorted(self.vocabulary, key=self.vocabulary.get)}
        (folder / "names.json").write_text(json.dumps(names, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> LinearModel:
        names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
        with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
            return cls(
                {g: i for i, g in enumerate(names["vocabulary"])}, arrays["idf"], arrays["weights"], arrays["bias"],
                names["classes"],
            )
