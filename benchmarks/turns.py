"""Start, memory, training and turns beside a stock Rasa bot, all in one run: ``make benchmark``.

The peer is Rasa as its documentation sets it up (``benchmarks/stock_config.yml``: jieba, DIET, RulePolicy; SQL tracker store on
SQLite; custom actions in a server of their own), on the same training data, domain, knowledge and action code, in an environment
of its own (``tools/setup-stock.sh``). We are measured twice: at our Rasa's own endpoint, and through the gateway, which masks,
saves each message first and commits each reply. Windows of all three alternate, so that the machine's noise falls on all.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import aiohttp

from benchmarks.load import Window, load, long_conversation, questions
from benchmarks.peers import Begin, Ours, Stock, train_stock
from bot import training
from tests.service import ROOT

RESULTS = Path(__file__).resolve().parent / "results"
AT_ONCE = (1, 8, 32)
LABELS = {"stock": "stock Rasa", "turn": "ours, /turn", "gateway": "ours, gateway"}


async def measured(ways: dict[str, Begin], seconds: float, rounds: int) -> dict:
    """Windows at every load, in turns; then the same answers compared, and one long conversation each."""
    asked = questions()
    windows: dict[str, dict[int, list[Window]]] = {name: {n: [] for n in AT_ONCE} for name in ways}
    quiet = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=quiet, timeout=aiohttp.ClientTimeout(total=120), trust_env=False) as session:
        begin = {name: way(session) for name, way in ways.items()}
        for one in begin.values():
            await load(one, asked, 2, 2.0)
        for _ in range(rounds):
            for at_once in AT_ONCE:
                for name, one in begin.items():
                    windows[name][at_once].append(await load(one, asked, at_once, seconds))
                    print(f"{LABELS[name]:14} {at_once:3} {windows[name][at_once][-1].figures}", flush=True)
        long: dict[str, list[list[float]]] = {name: [] for name in begin}
        for _ in range(rounds):
            for name, one in begin.items():
                long[name].append(await long_conversation(one, asked))
        said: dict[str, list[str]] = {name: [] for name in begin}
        for name, one in begin.items():
            for text in asked:
                said[name].append(await one()(text))
    return {
        "turns": {
            name: {str(n): _median([w.figures for w in many]) for n, many in by.items()} for name, by in windows.items()
        },
        "long": {
            name: {
                "first_ten_ms": 1000 * statistics.median(t for times in many for t in times[:10]),
                "last_ten_ms": 1000 * statistics.median(t for times in many for t in times[90:]),
            }
            for name, many in long.items()
        },
        "same_answers": sum(a == b for a, b in zip(said["stock"], said["turn"])) / len(asked),
        "questions": len(asked),
    }


def _median(rows: list[dict[str, float]]) -> dict[str, float]:
    return {key: statistics.median(row[key] for row in rows) for key in rows[0]}


def train_ours(kb_url: str) -> float:
    """Seconds of a training from nothing."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        environment = os.environ | {"HUIMIN_VAR": folder, "HUIMIN_KB_URL": kb_url}
        subprocess.run([sys.executable, "-W", "ignore", "-m", "bot", "train"], cwd=ROOT, env=environment, check=True,
                       capture_output=True)
        return time.monotonic() - began


def run(seconds: float, rounds: int, stock_epochs: int | None) -> dict:
    training.train_if_needed()
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        ours = Ours(Path(one))
        shutil.copytree(ROOT / "var" / "models", Path(one) / "var" / "models", dirs_exist_ok=True)
        first = ours.start()  # loads the knowledge into an empty store
        ours.stop()
        kb_url = ours.service.kb_url
        model, stock_training = train_stock(kb_url, stock_epochs)
        stock = Stock(Path(other), model, kb_url)
        found = {
            "seconds": seconds, "rounds": rounds, "load_average": os.getloadavg()[0],
            # Trained for a few epochs only, it shows what a turn costs, and not what a training does.
            "stock_epochs": stock_epochs,
            "training_s": {"stock": None if stock_epochs else stock_training, "ours": train_ours(kb_url)},
            "first_start_s": {"ours": first},
        }
        starts: dict[str, list[float]] = {"stock": [], "ours": []}
        for last in (False, False, True):
            for name, peer in (("stock", stock), ("ours", ours)):
                ours.service.said.clear()
                starts[name].append(peer.start())
                if not last:
                    peer.stop()
        found["start_s"] = {name: statistics.median(times) for name, times in starts.items()}
        try:
            found |= asyncio.run(measured({"stock": stock.rest, "turn": ours.host, "gateway": ours.gateway}, seconds, rounds))
            found["memory_mb"] = {"stock": stock.memory(), "ours": ours.memory()}
        finally:
            ours.stop()
            stock.stop()
    return found


def show(found: dict) -> None:
    print(f"\n{'':34}" + "".join(f"{LABELS[name]:>16}" for name in LABELS) + f"{'stock / turn':>14}{'stock / gw':>12}")
    rows = [
        (f"{n} at once: {label}", [found["turns"][name][str(n)][key] for name in LABELS])
        for n in AT_ONCE for key, label in (("messages_per_second", "messages/s"), ("p50_ms", "p50 ms"), ("p95_ms", "p95 ms"))
    ]
    rows += [(f"turns {label}, ms", [found["long"][name][key] for name in LABELS])
             for key, label in (("first_ten_ms", "1–10"), ("last_ten_ms", "91–100"))]
    for label, (stock, turn, gateway) in rows:
        print(f"{label:34}{stock:16.1f}{turn:16.1f}{gateway:16.1f}{stock / turn:14.2f}{stock / gateway:12.2f}")
    for key, label in (("start_s", "start to first answer, s"), ("memory_mb", "memory, MB (PSS)"), ("training_s", "training, s")):
        stock, ours = found[key]["stock"], found[key]["ours"]
        shown = (f"{stock:16.1f}", f"{stock / ours:12.2f}") if stock else (f"{'':16}", "")
        print(f"{label:34}{shown[0]}{'':16}{ours:16.1f}{'':14}{shown[1]}")
    print(f"same answers to {found['questions']} questions: {found['same_answers']:.1%}")


def plot(found: dict, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 3, figsize=(13, 3.8))
    places = range(len(AT_ONCE))
    for axis, key in zip(axes, ("messages_per_second", "p50_ms")):
        for shift, name in enumerate(LABELS):
            values = [found["turns"][name][str(n)][key] for n in AT_ONCE]
            axis.bar([p + 0.27 * (shift - 1) for p in places], values, 0.25, label=LABELS[name])
        axis.set_xticks(list(places), [f"{n} at once" for n in AT_ONCE])
        axis.set_yscale("log")
        axis.set_title(key.replace("_", " "))
        axis.grid(alpha=0.3, axis="y")
    axes[0].legend()
    keys = (("start_s", "start, s"), ("memory_mb", "memory, MB"), ("training_s", "training, s"))
    for shift, name in enumerate(("stock", "ours")):
        axes[2].bar([i + 0.3 * (shift - 0.5) for i in range(3)], [found[key][name] or 0 for key, _ in keys], 0.28, label=name)
    axes[2].set_xticks(range(3), [label for _, label in keys])
    axes[2].set_yscale("log")
    axes[2].grid(alpha=0.3, axis="y")
    axes[2].legend()
    figure.tight_layout()
    figure.savefig(path, dpi=120)


def main() -> None:
    parser = argparse.ArgumentParser(description="the service beside a stock Rasa bot")
    parser.add_argument("--seconds", type=float, default=15.0, help="of each window")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--stock-epochs", type=int, help="train the peer for so few epochs: a turn costs the same, the training is not compared"
    )
    arguments = parser.parse_args()
    found = run(arguments.seconds, arguments.rounds, arguments.stock_epochs)
    show(found)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "turns.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    plot(found, RESULTS / "turns.png")


if __name__ == "__main__":
    main()
