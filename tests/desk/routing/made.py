"""A classifier small enough to be written by hand, for tests that must run without scikit-learn."""

from __future__ import annotations

import numpy as np

from desk.routing.grams import key
from desk.routing.model import About, Model, Weights, made

HOUSING, LABOUR = "住房和城乡建设部门", "人力资源和社会保障部门"


def by_hand(threshold: float = 0.7) -> Model:
    """物业 and 房 speak for housing, 工资 and 老板 for labour, each as strongly as the other."""
    grams = {"物业": 0, "房": 0, "工资": 1, "老板": 1}
    keys = np.array([key(g) for g in grams], dtype=np.uint64)
    order = np.argsort(keys)
    ratios = np.array([[1.0, -1.0] if side == 0 else [-1.0, 1.0] for side in grams.values()], dtype=np.float32)[order]
    return made(
        About((HOUSING, LABOUR), False, 2.0, threshold, {HOUSING: 5, LABOUR: 5}, {}, "2026-11-30T08:00:00+00:00"),
        Weights(keys[order], np.ones(4, np.float32), ratios, np.ones((4, 2), np.float32), np.zeros(2, np.float32)),
    )
