"""Questions with the lines that answer them, and what search finds for them: shared by the benchmark and the tests."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from benchmarks.corpus import Corpus
from policy_kb.search import SearchQuery, search

QUESTIONS = Path(__file__).resolve().parent.parent / "tests" / "policy_kb" / "retrieval"
DEPTH = 10
DAY = dt.date(2026, 11, 23)
Engine = Callable[[str], list[str]]


@dataclass(frozen=True)
class Labelled:
    """A question and the characters, by file, that answer it."""

    id: str
    text: str
    file: str
    style: str
    spans: dict[str, list[tuple[int, int]]]


def labelled(kind: str, corpus: Corpus) -> list[Labelled]:
    found = []
    for path in sorted(QUESTIONS.glob(f"questions_{kind}_*.yaml")):
        for q in yaml.safe_load(path.read_text("utf-8")):
            spans = defaultdict(list)
            for place in (q, *q.get("also", ())):
                for first, last in place["lines"]:
                    spans[place["file"]].append(_span(corpus, place, first, last))
            found.append(Labelled(q["id"], q["question"], q["file"], q.get("style", "resident"), dict(spans)))
    return found


def _span(corpus: Corpus, place: dict, first: int, last: int) -> tuple[int, int]:
    """The lines' characters; of a line that holds many clauses only where the label's anchor stands."""
    start, end = corpus.lines(place["file"], first, last)
    anchor = place.get("anchor")
    at = corpus.texts[place["file"]].find(anchor, start, end) if anchor else -1
    return (at, at + len(anchor)) if at >= 0 else (start, end)


def first_hit(corpus: Corpus, question: Labelled, found: list[str]) -> int:
    """The place of the first clause found that overlaps the labelled characters, 0 where none does."""

    def hit(name: str) -> bool:
        c = corpus.by_id[name]
        return any(c.start < end and start < c.end for start, end in question.spans.get(c.file, ()))

    return next((n for n, name in enumerate(found, 1) if hit(name)), 0)


def ours(corpus: Corpus) -> Engine:
    def run(text: str) -> list[str]:
        found = search(corpus.index, corpus.kb, SearchQuery(text, as_of=DAY, types=("clause",), limit=DEPTH))
        return [r.record.id for r in found.results]

    return run
