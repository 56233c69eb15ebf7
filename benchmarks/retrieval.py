"""How often search puts the clause that answers first, beside rank_bm25 with jieba and bm25s over character bigrams: one run.

The questions were written from the documents by people who did not see the engine; no run of six characters is shared with
the lines that answer. Those in ``questions_dev_*`` served for tuning, those in ``questions_test_*`` did not. A hit is a
clause whose characters overlap the labelled lines. The peers search the same clauses, once the text alone and once with title,
headings and lead-in; the better of the two counts for them. Ours is what the product does, curated base included.

    python -m benchmarks.retrieval [--set dev|test] [--data FOLDER]
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
from collections import defaultdict
from pathlib import Path

import bm25s
import jieba
import numpy as np
from rank_bm25 import BM25Okapi

from benchmarks.corpus import Corpus, build, sources_folder
from benchmarks.questions import DEPTH, Engine, Labelled, first_hit, labelled, ours
from policy_kb.language.text import fold, terms

RESULTS = Path(__file__).parent / "results"
SAMPLES = 10_000


def ranks(corpus: Corpus, questions: list[Labelled], engine: Engine) -> np.ndarray:
    """The place of the first hit of each question, 0 where none is among the first ten."""
    return np.array([first_hit(corpus, q, engine(q.text)) for q in questions])


def bigrams_bm25s(corpus: Corpus, texts: list[str]) -> Engine:
    peer = bm25s.BM25()
    peer.index([terms(fold(t)) for t in texts], show_progress=False)

    def run(text: str) -> list[str]:
        order, _ = peer.retrieve([terms(fold(text))], k=DEPTH, show_progress=False)
        return [corpus.clauses[i].id for i in order[0]]

    return run


def words_rank_bm25(corpus: Corpus, texts: list[str]) -> Engine:
    jieba.setLogLevel(logging.WARNING)
    peer = BM25Okapi([jieba.lcut(t) for t in texts])

    def run(text: str) -> list[str]:
        order = np.argsort(-peer.get_scores(jieba.lcut(text)), kind="stable")[:DEPTH]
        return [corpus.clauses[i].id for i in order]

    return run


def measures(found: np.ndarray) -> dict[str, float]:
    reciprocal = np.divide(1.0, found, out=np.zeros(len(found)), where=found > 0)
    first, five = found == 1, (found > 0) & (found <= 5)
    return {"recall@1": float(first.mean()), "recall@5": float(five.mean()), "MRR@10": float(reciprocal.mean())}


def gain(mine: np.ndarray, other: np.ndarray) -> dict[str, float]:
    """How much more often ours is first, with the paired bootstrap's 95 % interval."""
    difference = (mine == 1).astype(float) - (other == 1)
    chosen = np.random.default_rng(1).integers(0, len(difference), (SAMPLES, len(difference)))
    low, high = np.quantile(difference[chosen].mean(axis=1), (0.025, 0.975))
    return {"gain": float(difference.mean()), "low": float(low), "high": float(high)}


def compare(corpus: Corpus, kind: str) -> dict:
    """Every engine's measures on one set of questions, over all, by style and by file."""
    questions = labelled(kind, corpus)
    bare = [c.text for c in corpus.clauses]
    full = [" ".join((c.title, c.headings, c.lead, c.text)) for c in corpus.clauses]
    found = {"ours": ranks(corpus, questions, ours(corpus))}
    for name, make in (("bm25s, bigrams", bigrams_bm25s), ("rank_bm25, jieba", words_rank_bm25)):
        tried = [ranks(corpus, questions, make(corpus, texts)) for texts in (bare, full)]
        found[name] = max(tried, key=lambda r: measures(r)["recall@1"])
    groups: dict[str, dict[str, list[int]]] = {"style": defaultdict(list), "file": defaultdict(list)}
    for n, q in enumerate(questions):
        groups["style"][q.style].append(n)
        groups["file"][q.file].append(n)
    return {
        "set": kind, "questions": len(questions), "clauses": len(corpus.clauses), "provisions": len(corpus.kb.provisions),
        "engines": {name: measures(r) for name, r in found.items()},
        "ours ahead of": {name: gain(found["ours"], r) for name, r in found.items() if name != "ours"},
        **{
            f"by {group}": {
                key: {"questions": len(rows)} | {name: measures(r[rows])["recall@1"] for name, r in found.items()}
                for key, rows in sorted(parts.items())
            }
            for group, parts in groups.items()
        },
    }


def show(result: dict) -> None:
    print(f"\n{result['set']}: {result['questions']} questions over {result['clauses']} clauses")
    print(f"{'':22}{'recall@1':>10}{'recall@5':>10}{'MRR@10':>10}   ours first more often by")
    for name, m in result["engines"].items():
        ahead = result["ours ahead of"].get(name)
        said = f"   {ahead['gain']:+.3f} [{ahead['low']:+.3f}, {ahead['high']:+.3f}]" if ahead else ""
        print(f"{name:22}" + "".join(f"{m[k]:10.3f}" for k in ("recall@1", "recall@5", "MRR@10")) + said)


def show_files(result: dict) -> None:
    for group in ("by style", "by file"):
        print(f"\nrecall@1 {group}")
        for key, row in result[group].items():
            print("  " + "".join(f"{row[name]:7.2f}" for name in result["engines"]) + f"{row['questions']:5}  {key}")


def plot(results: list[dict], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, len(results), figsize=(5.2 * len(results), 3.6), sharey=True, squeeze=False)
    for axis, result in zip(axes[0], results):
        for n, (name, m) in enumerate(result["engines"].items()):
            places = np.arange(len(m)) + 0.27 * (n - 1)
            axis.bar(places, m.values(), 0.25, label=name)
            for x, y in zip(places, m.values()):
                axis.text(x, y + 0.01, f"{y:.2f}", ha="center", fontsize=7)
        axis.set_xticks(range(3), list(m))
        axis.set_ylim(0, 1.05)
        axis.set_title(f"{result['set']}: {result['questions']} questions, {result['clauses']} clauses", fontsize=10)
    axes[0][0].legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description="retrieval quality beside its peers")
    parser.add_argument("--set", choices=("dev", "test", "both"), default="both", help="which questions")
    parser.add_argument("--data", type=Path, nargs="*", default=[], help="knowledge folders (default: the shipped ones)")
    arguments = parser.parse_args()
    kinds = ("dev", "test") if arguments.set == "both" else (arguments.set,)
    with tempfile.TemporaryDirectory() as folder:
        corpus = build(Path(folder), sources_folder(), arguments.data)
        results = [compare(corpus, kind) for kind in kinds]
    for result in results:
        show(result)
    show_files(results[-1])
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "retrieval.json").write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")
    plot(results, RESULTS / "retrieval.png")


if __name__ == "__main__":
    main()
