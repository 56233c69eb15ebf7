"""What search costs from a thousand clauses to a million: time for a query, for the index, disk and memory, beside bm25s.

Each size and engine runs in a process of its own, so that memory is its own. The collections are grown from the source
documents (:mod:`benchmarks.grown`); the queries are the development questions, asked twice and timed the second time. The
peer is bm25s over character bigrams, which gives bare scores: no place, no date, no other words, no highlights.

    python -m benchmarks.search_cost [--sizes 1000 10000 100000 1000000]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import yaml

from benchmarks.corpus import build, sources_folder
from benchmarks.grown import Grown, seeds
from benchmarks.retrieval import QUESTIONS, RESULTS
from policy_kb.language.text import fold, terms
from policy_kb.search import SearchIndex, SearchQuery, base_records, search

SIZES = (1_000, 10_000, 100_000, 1_000_000)
ENGINES = ("ours", "bm25s")
DAY = dt.date(2026, 11, 23)
MB = 2**20


def timed(ask: Callable[[str], object], questions: list[str]) -> dict[str, float]:
    """Milliseconds a query once everything is warm, by the clock and of this thread's processor time.

    The second does not count what other work on the machine takes.
    """
    for text in questions:
        ask(text)
    clock, processor = [], []
    for text in questions:
        start, used = time.perf_counter(), time.thread_time()
        ask(text)
        clock.append((time.perf_counter() - start) * 1000)
        processor.append((time.thread_time() - used) * 1000)
    p50, p95 = np.quantile(clock, (0.5, 0.95))
    return {"p50 ms": float(p50), "p95 ms": float(p95), "p95 cpu": float(np.quantile(processor, 0.95))}


def memory() -> dict[str, float]:
    """MB of this process: its own now (without files mapped), and the most it ever held, mapped files included."""
    now = psutil.Process().memory_full_info().uss / MB
    return {"own MB": now, "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def ours(size: int, lent: list, kb, questions: list[str], folder: Path) -> dict[str, float]:
    index, grown = SearchIndex(folder / "index"), Grown(lent, kb, size)
    start = time.perf_counter()
    index.sync([
        ("base", "1", lambda: base_records(kb)),
        *((f"grown-{n}", "1", partial(grown.document, n)) for n in range(len(grown))),
    ])
    built = time.perf_counter() - start
    disk = sum(f.stat().st_size for f in (folder / "index").rglob("*") if f.is_file())
    asked = timed(lambda text: search(index, kb, SearchQuery(text, as_of=DAY)), questions)
    return {"index s": built, "disk MB": disk / MB, **asked, **memory()}


def peer(size: int, lent: list, kb, questions: list[str], folder: Path) -> dict[str, float]:
    import bm25s

    start = time.perf_counter()
    vocabulary: dict[str, int] = {}
    tokens = [
        [vocabulary.setdefault(t, len(vocabulary)) for t in terms(fold(r.text))]
        for r in Grown(lent, kb, size).records()
    ]
    engine = bm25s.BM25()
    engine.index((tokens, vocabulary), show_progress=False)
    del tokens
    built = time.perf_counter() - start
    engine.save(folder / "bm25s")
    disk = sum(f.stat().st_size for f in (folder / "bm25s").rglob("*") if f.is_file())
    asked = timed(lambda text: engine.retrieve([terms(fold(text))], k=10, show_progress=False), questions)
    return {"index s": built, "disk MB": disk / MB, **asked, **memory()}


def measure(engine: str, size: int, handed: Path) -> None:
    """One engine at one size, in this process; prints its figures."""
    lent, kb, questions = pickle.loads(handed.read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps((ours if engine == "ours" else peer)(size, lent, kb, questions, Path(folder))))


def show(results: list[dict]) -> None:
    keys = ("p50 ms", "p95 ms", "p95 cpu", "index s", "disk MB", "own MB", "peak MB")
    print(f"{'clauses':>10} {'engine':8}" + "".join(f"{k:>10}" for k in keys))
    for r in results:
        print(f"{r['clauses']:>10} {r['engine']:8}" + "".join(f"{r[k]:10.1f}" for k in keys))
    by = {(r["engine"], r["clauses"]): r for r in results}
    for size in sorted({r["clauses"] for r in results}):
        mine, other = by.get(("ours", size)), by.get(("bm25s", size))
        if mine and other:
            ratios = (f"{key} {mine[key] / other[key]:.2f}" for key in keys)
            print(f"{size:>10} ours / bm25s: " + ", ".join(ratios))


def plot(results: list[dict], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 3, figsize=(13, 3.8))
    for axis, key in zip(axes, ("p95 ms", "own MB", "index s")):
        for engine in ENGINES:
            rows = [r for r in results if r["engine"] == engine]
            axis.plot([r["clauses"] for r in rows], [r[key] for r in rows], marker="o", label=engine)
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xlabel("clauses")
        axis.set_title(key)
        axis.grid(alpha=0.3)
    axes[0].axhline(50, color="grey", linestyle=":", linewidth=1)
    axes[0].legend()
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description="cost of search beside bm25s")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    parser.add_argument("--data", type=Path, nargs="*", default=[], help="knowledge folders (default: the shipped ones)")
    parser.add_argument("--one", nargs=3, metavar=("ENGINE", "SIZE", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        engine, size, handed = arguments.one
        return measure(engine, int(size), Path(handed))
    files = sorted(QUESTIONS.glob("questions_dev_*.yaml"))
    questions = [q["question"] for f in files for q in yaml.safe_load(f.read_text("utf-8"))]
    results = []
    with tempfile.TemporaryDirectory() as folder:
        corpus = build(Path(folder), sources_folder(), arguments.data)
        handed = Path(folder) / "handed.pickle"
        handed.write_bytes(pickle.dumps((seeds(corpus.clauses), corpus.kb, questions)))
        for size in arguments.sizes:
            for engine in ENGINES:
                one = ["-m", "benchmarks.search_cost", "--one", engine, str(size), str(handed)]
                done = subprocess.run([sys.executable, "-W", "ignore", *one], check=True, capture_output=True, text=True)
                results.append({"engine": engine, "clauses": size} | json.loads(done.stdout.splitlines()[-1]))
                print(results[-1], flush=True)
    show(results)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "search_cost.json").write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    plot(results, RESULTS / "search_cost.png")


if __name__ == "__main__":
    main()
