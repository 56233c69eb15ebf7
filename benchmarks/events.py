"""Many open event streams and a steady flow of messages through a gateway process of its own: ``make benchmark-events``.

Rasa is a stub that answers at once (``tests/gateway/fake_rasa.py``), so that what is measured is the gateway: from the moment a
message is sent until its own event, and until the event with its answer, are read on the conversation's stream.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from aiohttp.test_utils import TestServer

from benchmarks.peers import memory_mb
from policy_kb import open_engine, store
from policy_kb.loader import SHIPPED
from tests.gateway.fake_rasa import FakeRasa
from tests.service import ROOT, free_port

RESULTS = Path(__file__).resolve().parent / "results" / "events.json"


class Conversation:
    """One resident: his stream, and when his messages were sent."""

    def __init__(self, session: aiohttp.ClientSession, url: str):
        self._session, self._url = session, url
        self._id = self._token = None
        self._sent: dict[str, float] = {}
        self._asked: dict[int, float] = {}
        self.own: list[float] = []
        self.answers: list[float] = []
        self.seqs: list[int] = []
        self.listening = asyncio.Event()

    async def say(self) -> None:
        name = uuid.uuid4().hex
        self._sent[name] = time.perf_counter()
        body = {"conversation": self._id, "message": {"id": name, "text": "低保多少钱"}, "region": None, "as_of": None}
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        async with self._session.post(f"{self._url}/api/chat", json=body, headers=headers) as got:
            got.raise_for_status()
            reply = await got.json()
        self._id, self._token = reply["conversation"], reply["token"]

    async def listen(self) -> None:
        headers = {"Authorization": f"Bearer {self._token}"}
        name = ""
        async with self._session.get(f"{self._url}/api/chat/{self._id}/events", headers=headers) as got:
            got.raise_for_status()
            async for line in got.content:
                if line.startswith(b"event: "):
                    name = line[7:-1].decode()
                elif line.startswith(b"data: ") and name == "message":
                    self._heard(json.loads(line[6:]))
                elif line.startswith(b"data: ") and name == "state":
                    self.listening.set()

    def _heard(self, message: dict[str, Any]) -> None:
        now = time.perf_counter()
        self.seqs.append(message["seq"])
        if message["from"] == "resident":
            sent = self._asked[message["seq"]] = self._sent[message["client_id"]]
            self.own.append(now - sent)
        elif message["seq"] - 1 in self._asked:
            self.answers.append(now - self._asked[message["seq"] - 1])

    def forget_times(self) -> None:
        self.own.clear()
        self.answers.clear()


@contextlib.asynccontextmanager
async def gateway(folder: Path, rasa: str, streams: int, **more: str):
    """A gateway process, with ``more`` in its environment; its address and the process."""
    port = free_port()
    kb = f"sqlite:///{folder / 'kb.db'}"
    store.load(open_engine(kb), [SHIPPED])
    environment = os.environ | {
        "HUIMIN_PORT": str(port), "HUIMIN_VAR": str(folder), "HUIMIN_KB_URL": kb, "HUIMIN_RASA_URL": rasa,
        "HUIMIN_DESK_URL": f"sqlite:///{folder / 'desk.db'}", "HUIMIN_RATE_LIMIT": "0", "HUIMIN_STREAMS": str(streams),
    } | more
    environment.pop("HUIMIN_REDIS_URL", None)
    with open(folder / "gateway.log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "bot.gateway"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        url = f"http://127.0.0.1:{port}"
        async with aiohttp.ClientSession(trust_env=False) as session:
            deadline = time.monotonic() + 60
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    async with session.get(f"{url}/readyz") as got:
                        if got.status == 200:
                            break
                assert process.poll() is None and time.monotonic() < deadline, "the gateway did not become ready"
                await asyncio.sleep(0.1)
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


async def flow(residents: list[Conversation], a_second: float, seconds: float) -> int:
    """Messages at a steady rate, whether answers keep up or not; each of another resident than the one before. How many."""
    order = random.Random(18).sample(residents, len(residents))
    began, sending = time.perf_counter(), []
    for n in range(int(a_second * seconds)):
        await asyncio.sleep(max(0.0, began + n / a_second - time.perf_counter()))
        sending.append(asyncio.create_task(order[n % len(order)].say()))
    await asyncio.gather(*sending)
    return len(sending)


def figures(times: list[float]) -> dict[str, float]:
    ordered = sorted(1000 * t for t in times)
    return {"p50_ms": round(statistics.median(ordered), 1), "p95_ms": round(ordered[int(0.95 * (len(ordered) - 1))], 1),
            "p99_ms": round(ordered[int(0.99 * (len(ordered) - 1))], 1), "max_ms": round(ordered[-1], 1)}


def cpu(process: psutil.Process) -> float:
    used = process.cpu_times()
    return used.user + used.system


async def measured(streams: int, a_second: float, seconds: float) -> dict[str, Any]:
    """Everything once. Every message and every answer must have been heard, once and in order."""
    quiet = aiohttp.TCPConnector(limit=0)
    with tempfile.TemporaryDirectory() as folder:
        async with TestServer(FakeRasa().app()) as rasa, gateway(
            Path(folder), str(rasa.make_url("")).rstrip("/"), streams
        ) as (url, process), aiohttp.ClientSession(
            connector=quiet, timeout=aiohttp.ClientTimeout(total=None), trust_env=False
        ) as session:
            residents = [Conversation(session, url) for _ in range(streams)]
            for r in residents:
                await r.say()
            without = memory_mb([process])
            listening = [asyncio.create_task(r.listen()) for r in residents]
            await asyncio.gather(*(r.listening.wait() for r in residents))
            await asyncio.sleep(2.0)
            with_streams, idle = memory_mb([process]), cpu(process)
            await asyncio.sleep(10.0)
            idle = (cpu(process) - idle) / 10
            await flow(residents, a_second, 5.0)  # warm
            await asyncio.sleep(2.0)
            for r in residents:
                r.forget_times()
            began, busy = time.perf_counter(), cpu(process)
            sent = await flow(residents, a_second, seconds)
            took = time.perf_counter() - began
            busy = (cpu(process) - busy) / took
            await asyncio.sleep(3.0)
            after = memory_mb([process])
            own, answers = [t for r in residents for t in r.own], [t for r in residents for t in r.answers]
            assert (len(own), len(answers)) == (sent, sent), (sent, len(own), len(answers))
            assert all(r.seqs == list(range(1, len(r.seqs) + 1)) for r in residents), "lost, doubled or out of order"
            for task in listening:
                task.cancel()
            await asyncio.gather(*listening, return_exceptions=True)
    return {
        "streams": streams, "messages": sent, "messages_per_second": round(sent / took, 1),
        "message_to_own_event": figures(own), "message_to_answers_event": figures(answers),
        "memory_mb": {"no streams": round(without, 1), "streams open": round(with_streams, 1), "after the flow": round(after, 1)},
        "cores": {"streams idle": round(idle, 3), "in the flow": round(busy, 3)}, "load_average": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--rate", type=float, default=50.0, help="messages a second")
    parser.add_argument("--seconds", type=float, default=30.0)
    args = parser.parse_args()
    found = asyncio.run(measured(args.streams, args.rate, args.seconds))
    RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
