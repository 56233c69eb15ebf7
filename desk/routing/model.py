"""A trained classifier: log-count ratios times the weights of a linear SVM for each department. Read and asked with NumPy only.

After Wang and Manning, "Baselines and Bigrams" (2012): each feature is scaled by how much more often it stands in one
department's messages than in the others', so that a few hundred messages are enough to begin with.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from desk.routing.grams import grams, key

FORMAT = 1


class BadModel(ValueError):
    """The file is no model, or one of another format; says so in Chinese."""


@dataclass(frozen=True)
class About:
    """What a model is. ``sharpness``: what scores are multiplied by to become probabilities; ``threshold``: the probability
    from which a department is assigned; ``trained_on``: rows of each department; ``chosen``: the parameters and what
    cross-validation said of them; ``trained_at``: ISO 8601.
    """

    classes: tuple[str, ...]
    words: bool
    sharpness: float
    threshold: float
    trained_on: dict[str, int]
    chosen: dict[str, float]
    trained_at: str


@dataclass(frozen=True)
class Weights:
    """Of V features and K departments: ``keys`` (V, sorted: hashed features), ``idf`` (V), ``ratios`` and ``weights`` (V × K),
    ``bias`` (K).
    """

    keys: np.ndarray
    idf: np.ndarray
    ratios: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    def scores(self, counts: Counter[str]) -> np.ndarray:
        """One score for each department (K); the bias alone where no feature is known."""
        asked = np.array([key(gram) for gram in counts], dtype=np.uint64)
        at = np.minimum(np.searchsorted(self.keys, asked), len(self.keys) - 1)
        known = self.keys[at] == asked
        if not known.any():
            return self.bias.astype(float)
        at, times = at[known], np.array(list(counts.values()), dtype=float)[known]
        value = (1 + np.log(times)) * self.idf[at]
        scaled = self.ratios[at] * (value / np.linalg.norm(value))[:, None]
        length = np.linalg.norm(scaled, axis=0)
        return (scaled * self.weights[at]).sum(axis=0) / np.where(length > 0, length, 1.0) + self.bias

    def checks(self, classes: int) -> bool:
        """Whether the shapes fit together and every number is one."""
        v = len(self.keys)
        shapes = (self.keys.shape, self.idf.shape, self.ratios.shape, self.weights.shape, self.bias.shape)
        return (
            v > 0 and shapes == ((v,), (v,), (v, classes), (v, classes), (classes,)) and self.keys.dtype == np.uint64
            and all(np.isfinite(a).all() for a in (self.idf, self.ratios, self.weights, self.bias))
        )


@dataclass(frozen=True)
class Model:
    """``version``: twelve hexadecimal digits, the same for the same weights."""

    about: About
    weights: Weights
    version: str

    def ranking(self, text: str) -> list[tuple[str, float]]:
        """Departments with their calibrated probabilities, the likeliest first."""
        scores = self.weights.scores(Counter(grams(text, self.about.words)))
        odds = probabilities(scores[None], self.about.sharpness)[0]
        return sorted(zip(self.about.classes, map(float, odds)), key=lambda x: (-x[1], x[0]))


def probabilities(scores: np.ndarray, sharpness: float) -> np.ndarray:
    """Scores (N × K) as probabilities (N × K)."""
    powers = np.exp(sharpness * (scores - scores.max(axis=1, keepdims=True)))
    return powers / powers.sum(axis=1, keepdims=True)


def made(about: About, weights: Weights) -> Model:
    digest = hashlib.sha256()
    for array in vars(weights).values():
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(json.dumps([about.classes, about.words, about.sharpness, about.threshold]).encode())
    return Model(about, weights, digest.hexdigest()[:12])


def save(model: Model, file: Path) -> None:
    """Put the model in place in one step; the one before stays beside it as ``….previous.npz``."""
    file.parent.mkdir(parents=True, exist_ok=True)
    about = json.dumps(asdict(model.about) | {"format": FORMAT, "version": model.version}, ensure_ascii=False)
    handle, name = tempfile.mkstemp(dir=file.parent, suffix=".new")
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            np.savez_compressed(out, about=np.array(about), **vars(model.weights))
            out.flush()
            os.fsync(out.fileno())
        if file.exists():
            before = file.with_suffix(".previous.npz")
            before.unlink(missing_ok=True)
            os.link(file, before)
        os.replace(new, file)
    finally:
        new.unlink(missing_ok=True)


def load(file: Path) -> Model:
    """Read a model; nothing in the file is executed. Raises :class:`BadModel` and ``OSError``."""
    try:
        with np.load(file, allow_pickle=False) as arrays:
            about = json.loads(str(arrays["about"]))
            weights = Weights(**{name: arrays[name] for name in Weights.__dataclass_fields__})
        if about.pop("format") != FORMAT:
            raise BadModel(f"{file} 是别的版本的模型，请重新训练")
        version = str(about.pop("version"))
        about = About(**about | {"classes": tuple(about["classes"])})
        if not weights.checks(len(about.classes)):
            raise BadModel(f"{file} 里的数据不全，请重新训练")
    except BadModel:
        raise
    except (ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        raise BadModel(f"{file} 不是分派模型，或者已经损坏，请重新训练") from error
    return Model(about, weights, version)
