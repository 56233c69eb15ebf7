"""One, two and four Rasa processes behind one gateway: throughput, times and memory, in one run: ``make benchmark-processes``.

Windows of the services alternate, so that the machine's noise falls on all; those not asked are idle. Memory is measured of each
service alone, and of two that were started apart from each other beside two forked out of one.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import psutil

from benchmarks.load import load, questions
from benchmarks.peers import Ours, family, memory_mb
from bot import training
from tests.service import ROOT, wait_for

RESULTS = Path(__file__).resolve().parent / "results" / "processes.json"
PROCESSES = (1, 2, 4)
AT_ONCE = (1, 8, 32)


@contextlib.contextmanager
def running(processes: int) -> Iterator[Ours]:
    """A service with so many Rasa processes, all of them ready."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "var" / "models", Path(folder) / "var" / "models")
        ours = Ours(Path(folder), HUIMIN_RASA_PROCESSES=str(processes))
        ours.start()
        wait_for(lambda: ours.service.get("/readyz")["assistants"]["ready"] == processes, 60, "all ready")
        try:
            yield ours
        finally:
            ours.stop()


def _cpu(ours: Ours) -> float:
    """Seconds that Rasa has worked, however many processes it is."""
    return sum(sum(p.cpu_times()[:2]) for p in _rasa(ours))


async def windows(services: dict[int, Ours], seconds: float, rounds: int) -> dict[int, dict[int, list[dict[str, float]]]]:
    """By processes and conversations at once."""
    asked = questions()
    found: dict[int, dict[int, list[dict[str, float]]]] = {n: {k: [] for k in AT_ONCE} for n in services}
    async with aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=120), trust_env=False
    ) as session:
        begin = {n: ours.gateway(session) for n, ours in services.items()}
        for one in begin.values():
            await load(one, asked, 8, 3.0)
        for _ in range(rounds):
            for at_once in AT_ONCE:
                for n, one in begin.items():
                    before = _cpu(services[n])
                    window = await load(one, asked, at_once, seconds)
                    work = 1000 * (_cpu(services[n]) - before) / len(window.times)
                    found[n][at_once].append(window.figures | {"rasa_cpu_ms": work})
                    print(f"{n} processes, {at_once:2} at once: {found[n][at_once][-1]}", flush=True)
    return found


def throughput(seconds: float, rounds: int) -> dict:
    with contextlib.ExitStack() as stack:
        services = {n: stack.enter_context(running(n)) for n in PROCESSES}
        measured = asyncio.run(windows(services, seconds, rounds))
    return {str(n): {str(k): _median(many) for k, many in by.items()} for n, by in measured.items()}


def _median(rows: list[dict[str, float]]) -> dict[str, float]:
    return {key: round(statistics.median(row[key] for row in rows), 1) for key in rows[0]}


async def _used(services: list[Ours]) -> None:
    async with aiohttp.ClientSession(trust_env=False) as session:
        for ours in services:
            await load(ours.gateway(session), questions(), 8, 8.0)


def _rasa(ours: Ours) -> list[psutil.Process]:
    return family(ours.service.child("bot.rasa_host.server").pid)


def _rasa_mb(ours: Ours) -> float:
    return memory_mb(_rasa(ours))


def memory() -> dict:
    """MB (PSS) of Rasa, however many processes it is, after some hundred turns, and again after reading new knowledge."""
    found: dict = {"used": {}, "new_knowledge": {}}
    for n in PROCESSES:
        with running(n) as ours, tempfile.TemporaryDirectory() as mine:
            asyncio.run(_used([ours]))
            found["used"][str(n)] = round(_rasa_mb(ours))
            (Path(mine) / "mine.yaml").write_text("aliases: {minimum_living_allowance: [低保饭票]}\n", encoding="utf-8")
            ours.service.run("policy_kb", "load", mine)
            asyncio.run(_used([ours]))
            found["new_knowledge"][str(n)] = round(_rasa_mb(ours))
    with running(1) as one, running(1) as other:
        asyncio.run(_used([one, other]))
        found["two_started_apart"] = round(_rasa_mb(one) + _rasa_mb(other))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each window")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    training.train_if_needed()
    found = {"cores": os.cpu_count(), "load_average_before": round(os.getloadavg()[0], 1), "seconds": args.seconds,
             "rounds": args.rounds, "turns": throughput(args.seconds, args.rounds)}
    found |= {"load_average": round(os.getloadavg()[0], 1), "memory_mb": memory()}
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
