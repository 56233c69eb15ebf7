"""kill -9 amid the running turns of two hundred residents: every message is kept once and answered once, in order, and acts once.

The custom actions run inside the Rasa process, so that killing it kills them too.
"""

from __future__ import annotations

import asyncio
import signal
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import aiohttp
import psutil
import pytest
import sqlalchemy as sa

from desk import tables
from tests.service import Chat, Service, wait_for

RESIDENTS = 200
HUMAN = "转人工"
# What the residents say, in turn. Where there are several messages, each hangs on the one before: out of order, or from a context
# that took a message in twice, other answers would come.
SCRIPTS = (
    ("云安区农村低保一个月多少钱",), ("綦江区低保怎么申请",), ("高龄津贴多少钱",), (HUMAN,), ("成都市低保标准是多少",),
    ("云安区农村低保一个月多少钱", "那城镇呢", HUMAN), ("医疗救助要什么材料",), ("云安区特困供养多少钱",),
    ("綦江区低保怎么申请", "要什么材料"), ("残疾人两项补贴怎么申请",),
)
ANSWERED, UNANSWERED = 20, 40  # so many of both there are before anything is killed; at least half of the latter after it
IN_THE_END = 120.0

Said = tuple[str, str, str]


def shown(messages: list[dict]) -> list[Said]:
    """What was replied, without notices that it takes longer. Texts that name a ticket or hang on the hour count by kind."""
    replies = [m for m in messages if m["from"] != "resident" and not m["data"].get("pending")]
    return [(m["from"], m["kind"], "" if m["kind"] == "handoff" else m["text"]) for m in replies]


class Desk:
    """The desk store, looked at from outside. ``seen``: the residents' messages by their ids, with their states, at the last look."""

    def __init__(self, service: Service):
        self._engine = sa.create_engine(service.environment["HUIMIN_DESK_URL"], future=True)
        self.seen: dict[str, str] = {}

    def look(self) -> dict[str, str]:
        m = tables.messages.c
        with self._engine.connect() as db:
            self.seen = dict(map(tuple, db.execute(sa.select(m.client_id, m.state).where(m.sender == "resident"))))
        return self.seen

    def saved(self) -> Counter[str]:
        """How often each message is there, in whatever conversation."""
        with self._engine.connect() as db:
            return Counter(db.execute(sa.select(tables.messages.c.client_id).where(tables.messages.c.sender == "resident")).scalars())

    def cases(self) -> Counter[str]:
        with self._engine.connect() as db:
            return Counter(db.execute(sa.select(tables.cases.c.conversation)).scalars())


@dataclass
class Resident:
    """One conversation. Sends like the page: under the same id until it is acknowledged. One that ``waits`` sends again only what
    was not saved, so that nothing but the gateway's own start sees to the answer.
    """

    script: tuple[str, ...]
    waits: bool
    ids: list[str] = field(default_factory=list)
    conversation: str | None = None
    token: str | None = None
    sent_again: int = 0
    waited: int = 0

    def __post_init__(self) -> None:
        self.ids = [uuid.uuid4().hex for _ in self.script]

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    async def say(self, http: aiohttp.ClientSession, desk: Desk, text: str, message: str) -> None:
        body = {"conversation": self.conversation, "message": {"id": message, "text": text}}
        while True:
            try:
                async with http.post("/api/chat", json=body, headers=self._headers()) as answer:
                    assert answer.status == 200, await answer.text()
                    reply = await answer.json()
                    break
            except (aiohttp.ClientError, asyncio.TimeoutError):
                if self.waits and message in desk.look():
                    self.waited += 1
                    while desk.seen[message] == "received":
                        await asyncio.sleep(0.1)
                else:
                    self.sent_again += 1
                    await asyncio.sleep(0.2)
        self.conversation, self.token = reply["conversation"], reply["token"]

    async def begin(self, http: aiohttp.ClientSession, desk: Desk) -> None:
        """Have a conversation for several messages."""
        await self.say(http, desk, "你好", uuid.uuid4().hex)

    async def say_all(self, http: aiohttp.ClientSession, desk: Desk) -> None:
        """Send one message after the other, not waiting for answers: only until the one before is saved."""
        sending = []
        for text, message in zip(self.script, self.ids):
            sending.append(asyncio.create_task(self.say(http, desk, text, message)))
            while len(sending) < len(self.ids) and message not in desk.seen:
                await asyncio.sleep(0.02)
        await asyncio.gather(*sending)

    async def history(self, http: aiohttp.ClientSession) -> list[dict]:
        async with http.get(f"/api/chat/{self.conversation}/messages", headers=self._headers()) as answer:
            assert answer.status == 200
            return (await answer.json())["messages"]


@dataclass
class Storm:
    """What became of the residents' messages when ``kill`` was called amid their turns."""

    service: Service
    expected: dict[tuple[str, ...], list[Said]]
    residents: list[Resident] = field(default_factory=list)
    at_the_kill: Counter[str] = field(default_factory=Counter)
    histories: list[list[dict]] = field(default_factory=list)
    saved: Counter[str] = field(default_factory=Counter)
    cases: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def run(self, kill: Callable[[], None], then: Callable[[Service], object] | None = None) -> Storm:
        asyncio.run(self._run(kill, then))
        return self

    async def _run(self, kill: Callable[[], None], then: Callable[[Service], object] | None) -> None:
        desk = Desk(self.service)
        self.residents = [Resident(SCRIPTS[n % len(SCRIPTS)], n // len(SCRIPTS) % 2 == 0) for n in range(RESIDENTS)]
        tasks: list[asyncio.Task] = []
        ours = {i for r in self.residents for i in r.ids}

        def look() -> Counter[str]:
            seen = desk.look()
            return Counter(seen.get(i, "not saved") for i in ours)

        async def until(what: Callable[[Counter[str]], bool], why: str, every: float) -> None:
            deadline = time.monotonic() + IN_THE_END
            while not what(look()):
                for failed in (t for t in tasks if t.done()):
                    failed.result()
                assert time.monotonic() < deadline, f"{why}: {look()}"
                await asyncio.sleep(every)

        async with aiohttp.ClientSession(
            self.service.url, connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=60), trust_env=False
        ) as http:
            await asyncio.gather(*(r.begin(http, desk) for r in self.residents if len(r.script) > 1))
            tasks = [asyncio.create_task(r.say_all(http, desk)) for r in self.residents]
            await until(lambda s: s["answered"] >= ANSWERED and s["received"] >= UNANSWERED, "no turns to kill", 0.03)
            kill()
            killed = time.monotonic()
            self.at_the_kill = look()
            if then:
                tasks.append(asyncio.create_task(asyncio.to_thread(then, self.service)))
            await until(lambda s: s["answered"] + s["answered_late"] + s["given_up"] == len(ours), "not all answered", 0.1)
            self.seconds = time.monotonic() - killed
            await asyncio.wait_for(asyncio.gather(*tasks), IN_THE_END)
            self.histories = await asyncio.gather(*(r.history(http) for r in self.residents))
        self.saved, self.cases = desk.saved(), desk.cases()

    def check(self, breaks: bool) -> None:
        """``breaks``: whether the residents' connections broke."""
        left = self.at_the_kill
        again, waited = sum(r.sent_again > 0 for r in self.residents), sum(r.waited > 0 for r in self.residents)
        print(
            f"\nat the kill {dict(left)}; {again} residents sent again, {waited} waited; all answered after {self.seconds:.1f} s"
        )
        assert (again > 0, waited > 0) == (breaks, breaks)
        assert left["answered"] >= ANSWERED
        assert left["received"] >= UNANSWERED // 2
        assert {self.saved[i] for r in self.residents for i in r.ids} == {1}
        assert len({r.conversation for r in self.residents}) == RESIDENTS
        for resident, history in zip(self.residents, self.histories):
            said = [m for m in history if m["from"] == "resident" and m["text"] != "你好"]
            assert [m["client_id"] for m in said] == resident.ids
            assert [m["text"] for m in said] == list(resident.script)
            assert {m["state"] for m in said} <= {"answered", "answered_late"}
            assert sum(bool(m["data"].get("pending")) for m in history) <= len(said)
            assert shown(history) == self.expected[resident.script], resident.script
            assert self.cases[resident.conversation] == (HUMAN in resident.script)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """One service for the three: each test leaves it running again."""
    running = Service(tmp_path_factory.mktemp("killed")).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def expected(service) -> dict[tuple[str, ...], list[Said]]:
    """What each script is replied while nobody kills anything."""
    replies = {}
    for script in SCRIPTS:
        chat = Chat(service)
        for text in ("你好", *script) if len(script) > 1 else script:
            chat.say(text)
        replies[script] = shown(chat.history()["messages"])
    assert len({str(r) for r in replies.values()}) == len(SCRIPTS)
    return replies


@pytest.fixture
def service_of_two(tmp_path):
    running = Service(tmp_path, HUIMIN_RASA_PROCESSES="2").start()
    wait_for(lambda: len(running.rasa_processes()) == 2 and running.get("/readyz")["assistants"]["ready"] == 2, 30, "both ready")
    yield running
    running.stop()


@pytest.fixture
def storm(service, expected) -> Storm:
    wait_for(service.ready, 60, "ready")
    return Storm(service, expected)


def killing(process: psutil.Process) -> Callable[[], None]:
    """Found beforehand, so that the kill itself takes no time in which turns go on."""

    def kill() -> None:
        process.kill()
        process.wait(20)

    return kill


def killing_everything(service: Service) -> Callable[[], None]:
    launcher = psutil.Process(service.process.pid)
    children = launcher.children(recursive=True)
    assert len(children) >= 2

    def kill() -> None:
        launcher.suspend()  # so that it starts nothing again, and its death tells nobody to stop in good order
        for process in (*children, launcher):
            process.kill()
        service.process.wait(20)
        psutil.wait_procs(children, timeout=20)

    return kill


def start_again(service: Service) -> None:
    service.said.clear()
    service.start()


def test_the_gateway_is_killed(storm):
    storm.run(killing(storm.service.child("bot.gateway"))).check(breaks=True)


def test_rasa_with_the_actions_is_killed(storm):
    storm.run(killing(storm.service.child("bot.rasa_host.server"))).check(breaks=False)


def test_everything_is_killed_and_started_again_on_the_same_stores(storm):
    storm.run(killing_everything(storm.service), start_again).check(breaks=True)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_one_of_two_rasa_processes_ends_and_nobody_waits_for_it_to_be_started_again(service_of_two, expected, number):
    """Whoever would start it again stands still until all are answered, and no turn had to be tried a second time."""
    one, other = service_of_two.rasa_processes()
    starts_it_again = one.parent()

    def kill() -> None:
        starts_it_again.suspend()
        one.send_signal(number)

    storm = Storm(service_of_two, expected).run(kill)
    storm.check(breaks=False)
    assert service_of_two.rasa_processes() == [other]
    assert service_of_two.get("/readyz")["assistants"] == {"ready": 1, "of": 2}
    tries = service_of_two.metric("huimin_assistant_process_tries_total")
    broken = [dict(labels)["process"] for labels in tries if dict(labels)["result"] != "answered"]
    answered = {dict(labels)["process"]: n for labels, n in tries.items() if dict(labels)["result"] == "answered"}
    if number == signal.SIGKILL:
        assert len(broken) == 1, "no turn was running in the process that was killed"
    assert all(answered[process] > 0 for process in "12")
    assert sum(service_of_two.metric("huimin_assistant_failures_total").values()) == 0
    starts_it_again.resume()
    wait_for(lambda: service_of_two.get("/readyz")["assistants"]["ready"] == 2, 30, "both ready again")
    assert Chat(service_of_two).say(SCRIPTS[0][0])["messages"]
