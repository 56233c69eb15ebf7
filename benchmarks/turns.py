"""Start, memory and turn time of the service beside stock Rasa on the same model, in one run: ``make benchmark``.

The peer is Rasa as its documentation sets it up: ``rasa run`` with the REST channel and a SQLite tracker store, custom
actions in a server of their own. Both use this environment and the same trained model, one after the other, so the
machine's noise falls on both; read the ratios, not the seconds. The peer neither masks, saves first nor owns cases.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import psutil

from bot import training
from tests.service import ROOT, Chat, Service, free_port, wait_for

TURNS = 50
QUESTIONS = ("云安区农村低保一个月多少钱", "那城里呢", "万盛90岁老人高龄补贴", "低保户的孩子读幼儿园要钱吗", "你好")


def proportional_mb(processes: list[psutil.Process]) -> float:
    """Sum of PSS in MB."""
    return sum(p.memory_full_info().pss for p in processes) / 2**20


def turns(say: Callable[[str], object]) -> list[float]:
    """Seconds of each turn of one conversation."""
    times = []
    for number in range(TURNS):
        start = time.perf_counter()
        assert say(QUESTIONS[number % len(QUESTIONS)])
        times.append(time.perf_counter() - start)
    return times


def ours(folder: Path) -> dict[str, float]:
    service = Service(folder)
    start = time.perf_counter()
    service.start()
    ready = time.perf_counter() - start
    try:
        times = turns(Chat(service).say)
        launcher = psutil.Process(service.process.pid)
        memory = proportional_mb([launcher, *launcher.children(recursive=True)])
    finally:
        service.stop()
    return {"ready": ready, "memory": memory, "p50": statistics.median(times), "last": statistics.median(times[-10:])}


def stock(folder: Path, model: Path) -> dict[str, float]:
    port, actions = free_port(), free_port()
    (folder / "credentials.yml").write_text("rest:\n")
    (folder / "endpoints.yml").write_text(
        f"action_endpoint: {{url: 'http://127.0.0.1:{actions}/webhook'}}\n"
        f"tracker_store: {{type: SQL, dialect: sqlite, db: '{folder / 'rasa.db'}'}}\n"
    )
    environment = os.environ | {"HUIMIN_KB_URL": f"sqlite:///{folder / 'kb.db'}", "SANIC_HOST": "127.0.0.1"}
    python = [sys.executable, "-W", "ignore", "-m"]
    subprocess.run([*python, "policy_kb", "load"], cwd=ROOT, env=environment, check=True, capture_output=True)
    quiet = {"cwd": ROOT, "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    start = time.perf_counter()
    running = [
        subprocess.Popen([*python, "rasa_sdk", "--actions", "actions", "--port", str(actions)], **quiet),
        subprocess.Popen(
            [*python, "rasa", "run", "--model", str(model), "--port", str(port), "--interface", "127.0.0.1",
             "--credentials", str(folder / "credentials.yml"), "--endpoints", str(folder / "endpoints.yml")], **quiet),
    ]
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def say(text: str) -> object:
        body = json.dumps({"sender": "benchmark", "message": text}).encode()
        url = f"http://127.0.0.1:{port}/webhooks/rest/webhook"
        with opener.open(urllib.request.Request(url, body, {"Content-Type": "application/json"}), timeout=60) as reply:
            return json.load(reply)

    def answers() -> bool:
        try:
            return bool(say(QUESTIONS[0]))
        except OSError:
            return False

    try:
        wait_for(answers, 180, "stock Rasa answers")
        ready = time.perf_counter() - start
        times = turns(say)
        memory = proportional_mb([q for p in running for q in (psutil.Process(p.pid), *psutil.Process(p.pid).children(True))])
    finally:
        for p in running:
            p.terminate()
            p.wait(20)
    return {"ready": ready, "memory": memory, "p50": statistics.median(times), "last": statistics.median(times[-10:])}


def main() -> None:
    model = training.train_if_needed()
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        results = {"ours": ours(Path(one)), "stock": stock(Path(other), model)}
    print(f"{'':34}{'ours':>10}{'stock':>10}{'ratio':>8}")
    for key, label, scale in (
        ("ready", "start until ready, s", 1), ("memory", "memory after 50 turns, MB (PSS)", 1),
        ("p50", "turn, median of 50, ms", 1000), ("last", "turn, median of the last 10, ms", 1000),
    ):
        a, b = results["ours"][key] * scale, results["stock"][key] * scale
        print(f"{label:34}{a:10.1f}{b:10.1f}{b / a:8.2f}")


if __name__ == "__main__":
    main()
