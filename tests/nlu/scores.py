"""Precision, recall, F1, accuracy and confusion. Pure; nothing here knows what is scored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

Pair = tuple[str, str]  # wanted, got


@dataclass(frozen=True)
class Tally:
    """How often something was rightly found, found though not wanted, and wanted though not found."""

    right: int = 0
    extra: int = 0
    missed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.right + other.right, self.extra + other.extra, self.missed + other.missed)

    @property
    def support(self) -> int:
        """How often it was wanted."""
        return self.right + self.missed

    @property
    def precision(self) -> float:
        """Of what was found, the share that was wanted; 0 where nothing was found."""
        found = self.right + self.extra
        return self.right / found if found else 0.0

    @property
    def recall(self) -> float:
        """Of what was wanted, the share that was found; 0 where nothing was wanted."""
        return self.right / self.support if self.support else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


class Verdict(Enum):
    """What became of one kind of thing in one text."""

    RIGHT = "right"
    WRONG = "wrong"
    MISSED = "missed"
    EXTRA = "extra"
    NOTHING = "nothing"

    @property
    def tally(self) -> Tally:
        """A wrong value is one too many and one too few."""
        return {
            Verdict.RIGHT: Tally(right=1),
            Verdict.WRONG: Tally(extra=1, missed=1),
            Verdict.MISSED: Tally(missed=1),
            Verdict.EXTRA: Tally(extra=1),
            Verdict.NOTHING: Tally(),
        }[self]

    @property
    def is_mistake(self) -> bool:
        return self not in {Verdict.RIGHT, Verdict.NOTHING}


def judge(wanted: Collection[Hashable], got: Collection[Hashable], every: bool = False) -> Verdict:
    """``wanted`` holds the acceptable values and counts as one; any of ``got`` must be among them, or ``every`` one."""
    if not wanted or not got:
        return Verdict.MISSED if wanted else Verdict.EXTRA if got else Verdict.NOTHING
    hits = [value in wanted for value in got]
    return Verdict.RIGHT if (all(hits) if every else any(hits)) else Verdict.WRONG


def total(verdicts: Iterable[Verdict]) -> Tally:
    return sum((v.tally for v in verdicts), Tally())


def per_label(pairs: Sequence[Pair]) -> dict[str, Tally]:
    """For each label that was wanted."""
    right = Counter(wanted for wanted, got in pairs if wanted == got)
    wanted, given = Counter(w for w, _ in pairs), Counter(g for _, g in pairs)
    return {label: Tally(right[label], given[label] - right[label], wanted[label] - right[label]) for label in sorted(wanted)}


def accuracy(pairs: Sequence[Pair]) -> float:
    return sum(wanted == got for wanted, got in pairs) / len(pairs) if pairs else 0.0


def macro_f1(tallies: Mapping[str, Tally]) -> float:
    """The mean of the F1 scores, every label counting the same however often it was wanted."""
    return sum(t.f1 for t in tallies.values()) / len(tallies) if tallies else 0.0


def confusion(pairs: Sequence[Pair]) -> tuple[list[str], list[list[int]]]:
    """All labels in order, and the counts: a row for each label wanted, a column for each label got."""
    counts = Counter(pairs)
    labels = sorted({label for pair in pairs for label in pair})
    return labels, [[counts[wanted, got] for got in labels] for wanted in labels]


def shares(items: Iterable[tuple[Iterable[str], bool]]) -> dict[str, tuple[int, int]]:
    """(hits, of how many) for each group; an item may belong to several."""
    found: dict[str, tuple[int, int]] = {}
    for groups, hit in items:
        for group in groups:
            hits, of = found.get(group, (0, 0))
            found[group] = (hits + hit, of + 1)
    return dict(sorted(found.items()))
