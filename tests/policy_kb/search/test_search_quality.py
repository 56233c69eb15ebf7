"""Search over the source documents puts the clause that answers first, on the questions that it was tuned with.

Keeps what was reached from being lost unseen; how good it is on questions it was not tuned with is measured by
``benchmarks/retrieval.py``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.corpus import Corpus, build
from benchmarks.questions import first_hit, labelled, ours


@pytest.fixture(scope="module")
def corpus(tmp_path_factory, sources: Path) -> Corpus:
    return build(tmp_path_factory.mktemp("corpus"), sources)


def test_the_clause_that_answers_comes_first_or_among_the_first(corpus):
    questions = labelled("dev", corpus)
    engine = ours(corpus)
    found = [first_hit(corpus, q, engine(q.text)) for q in questions]
    assert len(found) >= 75
    assert sum(n == 1 for n in found) / len(found) >= 0.78
    assert sum(1 <= n <= 5 for n in found) / len(found) >= 0.90


def test_every_source_document_is_taken_in(corpus):
    assert len({c.file for c in corpus.clauses}) == 50
