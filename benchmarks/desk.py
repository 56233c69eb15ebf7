"""People at the desk and residents talking, through a gateway process of its own: ``make benchmark-desk``.

Everybody does what their page does: residents keep an event stream, staff are logged in, keep the console's stream of each of
their cases, have a queue open that asks every three seconds, and send their replies as the form does, with their session and its
token. Messages come at a fixed rate whether anybody keeps up or not. Measured is the time from sending until the other side has
read it on its stream. In a window of its own the residents ask every two seconds instead, as chats without streams do.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from aiohttp.test_utils import TestServer

from benchmarks.events import cpu, figures, gateway
from benchmarks.peers import memory_mb
from desk import accounts, passwords
from desk.audit import Actor
from desk.store import open_store
from tests.gateway.fake_rasa import FakeRasa, answer, handoff

RESULTS = Path(__file__).resolve().parent / "results" / "desk.json"
PASSWORD = "correct-horse-7"
ASKS_EVERY, QUEUE_ASKS_EVERY = 2.0, 3.0


@dataclass
class Ear:
    """Somebody who reads a conversation: how long what the other side sent ``since`` then took, and all numbers heard."""

    other: str
    sent: dict[str, float]
    since: float = field(default_factory=time.perf_counter)
    times: list[float] = field(default_factory=list)
    seqs: list[int] = field(default_factory=list)

    def hear(self, message: dict[str, Any]) -> None:
        self.seqs.append(message["seq"])
        sent = self.sent.get(message["text"], 0.0)
        if message["from"] == self.other and sent > self.since:
            self.times.append(time.perf_counter() - sent)


async def read_stream(got: aiohttp.ClientResponse, ear: Ear, open_: asyncio.Event) -> str:
    """Read until it ends; the last id."""
    name = last = ""
    async for line in got.content:
        if line.startswith(b"id: "):
            last = line[4:-1].decode()
        elif line.startswith(b"event: "):
            name = line[7:-1].decode()
        elif line.startswith(b"data: ") and name == "message":
            ear.hear(json.loads(line[6:]))
        elif line.startswith(b"data: ") and name == "state":
            open_.set()
    return last


class Resident:
    """One conversation, and whoever is in it."""

    def __init__(self, session: aiohttp.ClientSession, url: str, sent: dict[str, float]):
        self._session, self._url, self._sent = session, url, sent
        self.id = self.token = self.ticket = None
        self.ear, self.open = Ear("staff", sent), asyncio.Event()

    async def say(self, words: str) -> None:
        self._sent[words] = time.perf_counter()
        body = {"conversation": self.id, "message": {"id": uuid.uuid4().hex, "text": words}, "region": None, "as_of": None}
        async with self._session.post(f"{self._url}/api/chat", json=body, headers=self._headers()) as got:
            got.raise_for_status()
            reply = await got.json()
        self.id, self.token = reply["conversation"], reply["token"]
        for message in reply["messages"]:
            self.ticket = message["data"].get("ticket") or self.ticket

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    async def listen(self) -> None:
        """With an event stream."""
        after = {"Last-Event-ID": str(max(self.ear.seqs, default=0))}
        async with self._session.get(f"{self._url}/api/chat/{self.id}/events", headers=self._headers() | after) as got:
            got.raise_for_status()
            await read_stream(got, self.ear, self.open)

    async def ask(self) -> None:
        """Every two seconds, beginning at any moment of them."""
        await asyncio.sleep(random.uniform(0, ASKS_EVERY))
        while True:
            began = time.perf_counter()
            path = f"{self._url}/api/chat/{self.id}/messages?after={max(self.ear.seqs, default=0)}"
            async with self._session.get(path, headers=self._headers()) as got:
                for message in (await got.json())["messages"]:
                    self.ear.hear(message)
            await asyncio.sleep(max(0.0, ASKS_EVERY - (time.perf_counter() - began)))


class Member:
    """One member of staff with a browser."""

    def __init__(self, url: str, sent: dict[str, float]):
        self._url, self._sent = url, sent
        self.cases: list[Resident] = []
        self.ears: list[tuple[Ear, asyncio.Event]] = []
        self.etags: dict[str, str] = {}
        self.asked = self.unchanged = self.came_back = 0

    async def __aenter__(self) -> Member:
        self._browser = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), connector=aiohttp.TCPConnector(limit=0), trust_env=False,
            timeout=aiohttp.ClientTimeout(total=None), headers={"User-Agent": "benchmark", "Origin": self._url},
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._browser.close()

    async def log_in(self, login: str) -> None:
        await self._send("/desk/login", login=login, password=PASSWORD)
        async with self._browser.get(f"{self._url}/desk/queue") as got:
            self._csrf = re.search(r'<meta name="csrf" content="([0-9a-f]{64})">', await got.text()).group(1)

    async def _send(self, path: str, **form: str) -> None:
        headers = {"Accept": "application/json"} | ({"X-CSRF-Token": self._csrf} if hasattr(self, "_csrf") else {})
        async with self._browser.post(self._url + path, data=form, headers=headers, allow_redirects=False) as got:
            assert got.status in {204, 303}, (path, got.status, await got.text())

    async def claim(self, case: Resident) -> None:
        await self._send(f"/desk/cases/{case.ticket}/claim")
        self.cases.append(case)

    async def reply(self, case: Resident, words: str) -> None:
        self._sent[words] = time.perf_counter()
        await self._send(f"/desk/cases/{case.ticket}/reply", id=uuid.uuid4().hex, text=words)

    async def listen(self, case: Resident, ear: Ear, open_: asyncio.Event) -> None:
        """As ``EventSource`` does: whatever ends, it comes back after what the gateway said, from where it was."""
        last = ""
        while True:
            headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
            async with self._browser.get(f"{self._url}/desk/cases/{case.ticket}/events", headers=headers) as got:
                got.raise_for_status()
                last = await read_stream(got, ear, open_) or last
            self.came_back += 1
            await asyncio.sleep(random.uniform(2.0, 6.0))

    async def keep_queue(self, show: str) -> None:
        await asyncio.sleep(random.uniform(0, QUEUE_ASKS_EVERY))
        while True:
            headers = {"Accept": "text/plain"} | ({"If-None-Match": self.etags[show]} if show in self.etags else {})
            async with self._browser.get(f"{self._url}/desk/queue/list?show={show}", headers=headers) as got:
                assert got.status in {200, 304}, got.status
                await got.read()
                self.etags[show] = got.headers["ETag"]
                self.asked += 1
                self.unchanged += got.status == 304
            await asyncio.sleep(QUEUE_ASKS_EVERY)


def new_words() -> str:
    """Words that nobody said before, without digits, which might be masked."""
    return uuid.uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))


async def flow(each: list[Callable[[str], Awaitable[None]]], a_second: float, seconds: float) -> int:
    """Messages at a steady rate, whether anybody keeps up or not; each of another conversation than the one before. How many."""
    order = random.Random(18).sample(each, len(each))
    began, sending = time.perf_counter(), []
    for n in range(int(a_second * seconds)):
        await asyncio.sleep(max(0.0, began + n / a_second - time.perf_counter()))
        sending.append(asyncio.create_task(order[n % len(order)](f"请问这个怎么办 {new_words()}")))
    await asyncio.gather(*sending)
    return len(sending)


@contextlib.asynccontextmanager
async def at_work(coroutines: list[Awaitable[None]]):
    """Tasks that go on until the context ends; one that failed fails it."""
    tasks = [asyncio.create_task(c) for c in coroutines]
    try:
        yield
        for task in tasks:
            assert not task.done(), task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def make_accounts(url: str, number: int) -> list[str]:
    store, names = open_store(url), [f"staff{n}" for n in range(number)]
    hashed = passwords.hashed(PASSWORD)
    with store.begin() as db:
        for name in names:
            user = accounts.add(db, Actor(None, "benchmark"), name, f"工作人员{name[5:]}", "staff")
            accounts.set_password(db, Actor(None, "benchmark"), user, hashed)
    store.dispose()
    return names


class Desk:
    """Everybody, and what they have heard."""

    def __init__(self, residents: list[Resident], waiting: list[Resident], staff: list[Member], process: psutil.Process):
        self.residents, self.waiting, self.staff, self.process = residents, waiting, staff, process

    async def window(self, a_second: float, seconds: float, asking: bool = False) -> dict[str, Any]:
        """Both flows once. Every message must be heard, once, by everybody who listens."""
        ears = [(r, Ear("resident", r._sent), asyncio.Event()) for r in self.residents]
        for r in self.residents:
            r.ear = Ear("staff", r.ear.sent, seqs=r.ear.seqs)
            r.open.clear()
        theirs = [r.ask() if asking else r.listen() for r in self.residents]
        console = [m.listen(r, *ears[n][1:]) for m in self.staff for r in m.cases for n in [self.residents.index(r)]]
        queues = [m.keep_queue("all" if n % 2 else "waiting") for n, m in enumerate(self.staff)]
        async with at_work([*theirs, *console, *queues]):
            listening = (*(open_.wait() for _, _, open_ in ears), *(r.open.wait() for r in self.residents if not asking))
            await asyncio.wait_for(asyncio.gather(*listening), 60)
            await asyncio.sleep(1.0)
            began, busy = time.perf_counter(), cpu(self.process)
            said = await asyncio.gather(
                flow([lambda words, m=m, r=r: m.reply(r, words) for m in self.staff for r in m.cases], a_second, seconds),
                flow([r.say for r in self.residents], a_second, seconds),
            )
            took = time.perf_counter() - began
            busy = (cpu(self.process) - busy) / took
            await asyncio.sleep(ASKS_EVERY + 1.0)
            memory = memory_mb([self.process])
        heard = [t for r in self.residents for t in r.ear.times], [t for _, ear, _ in ears for t in ear.times]
        assert tuple(map(len, heard)) == tuple(said), (said, tuple(map(len, heard)))
        for r, ear, _ in ears:
            assert r.ear.seqs == ear.seqs == list(range(1, len(ear.seqs) + 1)), "lost, doubled or out of order"
        return {"messages": sum(said), "staff_to_resident": figures(heard[0]), "resident_to_staff": figures(heard[1]),
                "cores": round(busy, 3), "memory_mb": round(memory, 1)}


async def begin(session: aiohttp.ClientSession, url: str, rasa: FakeRasa, number: int, sent: dict[str, float]) -> list[Resident]:
    """So many residents who wait for a person."""
    rasa.always = handoff()
    residents = [Resident(session, url, sent) for _ in range(number)]
    for r in residents:
        await r.say("转人工")
    rasa.always = answer()
    return residents


async def measured(args: argparse.Namespace) -> dict[str, Any]:
    sent: dict[str, float] = {}
    fake = FakeRasa()
    with tempfile.TemporaryDirectory() as folder:
        desk_url = args.desk_url or f"sqlite:///{folder}/desk.db"
        async with TestServer(fake.app()) as rasa, gateway(
            Path(folder), str(rasa.make_url("")).rstrip("/"), 5 * args.conversations, HUIMIN_DESK_URL=desk_url
        ) as (url, process), aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=None), trust_env=False
        ) as session, contextlib.AsyncExitStack() as browsers:
            staff = [await browsers.enter_async_context(Member(url, sent)) for _ in range(args.staff)]
            for member, login in zip(staff, make_accounts(desk_url, args.staff)):
                await member.log_in(login)
            residents = await begin(session, url, fake, args.conversations, sent)
            waiting = await begin(session, url, fake, args.waiting, sent)
            for n, r in enumerate(residents):
                await staff[n % len(staff)].claim(r)
            memory = memory_mb([process])
            desk = Desk(residents, waiting, staff, process)
            await desk.window(args.rate, 5.0)  # warm
            streams = await desk.window(args.rate, args.seconds)
            asking = await desk.window(args.rate, args.asking_seconds, asking=True)
    ratio = {p: round(asking["staff_to_resident"][p] / streams["staff_to_resident"][p], 1) for p in ("p50_ms", "p95_ms")}
    return {
        "conversations": args.conversations, "waiting": args.waiting, "staff": args.staff, "each_side_a_second": args.rate,
        "store": desk_url.partition(":")[0].partition("+")[0], "memory_before_mb": round(memory, 1),
        "streams": streams | {"console_streams_came_back": sum(m.came_back for m in staff)},
        "asking_every_2_s": asking, "asking_to_streams": ratio,
        "queue": {"asked": sum(m.asked for m in staff), "unchanged": sum(m.unchanged for m in staff)},
        "load_average": round(os.getloadavg()[0], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=200, help="with people")
    parser.add_argument("--waiting", type=int, default=50, help="which nobody has claimed")
    parser.add_argument("--staff", type=int, default=20)
    parser.add_argument("--rate", type=float, default=10.0, help="messages a second of all staff, and as many of all residents")
    parser.add_argument("--seconds", type=float, default=90.0)
    parser.add_argument("--asking-seconds", type=float, default=30.0)
    parser.add_argument("--desk-url", help="an empty PostgreSQL database instead of SQLite; prints only")
    args = parser.parse_args()
    found = asyncio.run(measured(args))
    if not args.desk_url:
        RESULTS.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
