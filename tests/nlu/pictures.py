"""The report's pictures. Labels are English, so that no Chinese font is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot
from matplotlib.figure import Figure

DPI = 100


def confusion(path: Path, labels: Sequence[str], counts: Sequence[Sequence[int]]) -> None:
    """A heat map: the colour is the share of the row, the number the count."""
    size = 2.5 + 0.33 * len(labels)
    figure, axis = pyplot.subplots(figsize=(size + 0.6, size))
    rows = [[n / sum(row) if sum(row) else 0.0 for n in row] for row in counts]
    axis.imshow(rows, cmap="Blues", vmin=0, vmax=1)
    for y, row in enumerate(counts):
        for x, n in enumerate(row):
            if n:
                axis.text(x, y, str(n), ha="center", va="center", fontsize=7.5, color="white" if rows[y][x] > 0.5 else "black")
    axis.set_xticks(range(len(labels)), labels, rotation=60, ha="right", rotation_mode="anchor", fontsize=8.5)
    axis.set_yticks(range(len(labels)), labels, fontsize=8.5)
    axis.set_xticks([i - 0.5 for i in range(1, len(labels))], minor=True)
    axis.set_yticks([i - 0.5 for i in range(1, len(labels))], minor=True)
    axis.grid(which="minor", color="#dddddd", linewidth=0.5)
    axis.tick_params(which="minor", length=0)
    axis.set_xlabel("got")
    axis.set_ylabel("wanted")
    _save(figure, path)


def bars(path: Path, groups: Sequence[str], series: Mapping[str, Sequence[float | None]], title: str) -> None:
    """Horizontal bars between 0 and 1, one of each series for every group; None where there is nothing to score."""
    height = 0.8 / len(series)
    figure, axis = pyplot.subplots(figsize=(8, 1.2 + len(groups) * (0.12 + 0.17 * len(series))))
    for number, (name, values) in enumerate(series.items()):
        places = [i + height * (number - (len(series) - 1) / 2) for i in range(len(groups))]
        axis.barh(places, [v or 0 for v in values], height * 0.92, label=name)
        for place, value in zip(places, values):
            axis.text((value or 0) + 0.006, place, "–" if value is None else f"{value:.2f}", va="center", fontsize=7)
    axis.set_yticks(range(len(groups)), groups, fontsize=9)
    axis.set_ylim(len(groups) - 0.4, -0.6)
    axis.set_xlim(0, 1.08)
    axis.set_title(title, fontsize=10)
    axis.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.35 / figure.get_figheight()), ncol=len(series))
    _save(figure, path)


def _save(figure: Figure, path: Path) -> None:
    figure.savefig(path, dpi=DPI, bbox_inches="tight")
    pyplot.close(figure)
