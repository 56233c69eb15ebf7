"""The gateway in a test: its application on a free port with its own desk store, a scripted Rasa, and residents."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
from aiohttp.test_utils import TestClient, TestServer

from bot.gateway import keys
from bot.gateway.app import make_app
from bot.gateway.openapi import document
from bot.settings import Settings
from desk import cases
from desk import conversations as talk
from desk.store import open_store
from policy_kb import Reader
from policy_kb.per_base import per_base
from tests.gateway.described import Description, Witness
from tests.gateway.fake_rasa import FakeRasa

SETTINGS = Settings(
    host="127.0.0.1", port=8080, public_url=None, region=None, rate_limit=0, trusted_proxies=frozenset(),
    allowed_origins=frozenset(), rasa_urls=(), rasa_secret="between-us", first_word_after=20.0, give_up_after=20.0,
    unclaimed_after=0.0,
)
# What is slow is announced at once; for tests in which Rasa is slow. A busy machine must not make others fail.
HURRIED = {"first_word_after": 0.1}
_description = per_base(lambda kb: Description(document(kb)))
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc)


@dataclass
class Answer:
    """What the chat API answered."""

    status: int
    body: dict[str, Any]
    headers: Any

    @property
    def messages(self) -> list[dict[str, Any]]:
        return self.body["messages"]

    @property
    def texts(self) -> list[str]:
        return [m["text"] for m in self.messages]

    @property
    def error(self) -> dict[str, str]:
        return self.body["error"]

    def button(self, title: str) -> str:
        """The payload of the quick reply with this title."""
        return next(r["payload"] for m in self.messages for r in m["quick_replies"] if r["title"] == title)


def new_id() -> str:
    return uuid.uuid4().hex


def body(text: str | None = None, *, conversation: str | None = None, id: str | None = None, **more: Any) -> dict[str, Any]:
    message = {"id": id or new_id()}
    if text is not None:
        message["text"] = text
    if "payload" in more:
        message["payload"] = more.pop("payload")
    return {"conversation": conversation, "message": message, "region": None, "as_of": None} | more


@dataclass
class Resident:
    """Somebody in one conversation."""

    house: House
    conversation: str | None = None
    token: str | None = None

    async def say(self, text: str | None = None, **more: Any) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = await self.house.post(body(text, conversation=self.conversation, **more), headers)
        if answer.status == 200:
            self.conversation, self.token = answer.body["conversation"], answer.body["token"]
        return answer

    async def press(self, payload: str) -> Answer:
        return await self.say(payload=payload)

    async def history(self, after: object = 0) -> Answer:
        return await self.house.get(f"/api/chat/{self.conversation}/messages?after={after}", token=self.token)

    async def ask(self, method: str, path: str, sent: object = None) -> Answer:
        """A request about this conversation; ``path`` comes after its address. A body that is no JSON is {}."""
        address, headers = f"/api/chat/{self.conversation}{path}", {"Authorization": f"Bearer {self.token}"} if self.token else {}
        data = sent if isinstance(sent, bytes) else None if sent is None else json.dumps(sent).encode()
        async with self.house.client.request(method, address, data=data, headers=headers) as got:
            return Answer(got.status, await got.json() if got.content_type == "application/json" else {}, got.headers)

    async def said_to_me(self) -> list[str]:
        return [m["text"] for m in (await self.history()).messages if m["from"] != "resident"]

    def last_message(self) -> str:
        """The id of the resident's last message."""
        with self.house.store.begin() as db:
            return [m.id for m in talk.history(db, self.conversation) if m.sender == "resident"][-1]

    def states(self) -> list[str]:
        """How the resident's messages stand, in order."""
        with self.house.store.begin() as db:
            return [m.state for m in talk.history(db, self.conversation) if m.sender == "resident"]

    def owner(self) -> str:
        with self.house.store.begin() as db:
            return talk.get(db, self.conversation).owner

    def context(self) -> Any:
        with self.house.store.begin() as db:
            return talk.get(db, self.conversation).context

    def cases(self) -> list[Any]:
        with self.house.store.begin() as db:
            return [c for c in cases.list_cases(db, every=True) if c.conversation == self.conversation]


@dataclass
class House:
    """A running gateway."""

    client: TestClient
    rasa: FakeRasa
    store: Any
    witness: Witness
    writes: int = 0
    _written: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def turns(self):
        return self.client.app[keys.TURNS]

    def resident(self) -> Resident:
        return Resident(self)

    async def post(self, sent: object, headers: dict[str, str] | None = None) -> Answer:
        data = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
        async with self.client.post("/api/chat", data=data, headers=headers or {}) as got:
            return Answer(got.status, await got.json(), got.headers)

    async def get(self, path: str, token: str | None = None) -> Answer:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with self.client.get(path, headers=headers) as got:
            return Answer(got.status, await got.json(), got.headers)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something holds, looking after every write of the gateway."""
        while not true():
            self._written.clear()
            if not true():
                await self._written.wait()

    def listen(self) -> None:
        write = self.turns.write

        async def written(change):
            try:
                return await write(change)
            finally:
                self.writes += 1
                self._written.set()

        self.turns.write = written


class Street:
    """Opens gateways that share one desk store and one Rasa, as after a restart.

    Whatever a test is about, every answer of the API must be as ``/api/openapi.json`` says.
    """

    def __init__(self, knowledge: Reader):
        self._knowledge = knowledge
        self.rasa: FakeRasa | None = None

    @contextlib.asynccontextmanager
    async def open(self, knowledge: Reader | None = None, **settings: Any) -> AsyncIterator[House]:
        if self.rasa is None:
            self.rasa = FakeRasa()
        async with TestServer(self.rasa.app()) as rasa:
            url = str(rasa.make_url("")).rstrip("/")
            app = make_app(replace(SETTINGS, **({"rasa_urls": (url,)} | settings)))
            app[keys.KNOWLEDGE] = knowledge or self._knowledge
            witness = Witness(_description(await asyncio.to_thread(self._knowledge.get)))
            app.on_response_prepare.append(witness)
            store = open_store()
            async with TestClient(TestServer(app), timeout=aiohttp.ClientTimeout(total=25)) as client:
                house = House(client, self.rasa, store, witness)
                house.listen()
                yield house
            store.dispose()
            assert not witness.problems, "\n".join(witness.problems)
