"""The steps as browsers make them: over HTTP, through a real gateway that listens on a port, with everybody's event streams open."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import shutil
import tempfile
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar
from unittest import mock

import aiohttp
import sqlalchemy as sa
from aiohttp import web

from bot.gateway import keys
from bot.gateway.app import make_app
from bot.gateway.chat import token_for
from desk import accounts, cases
from desk import conversations as talk
from desk.store import open_store, reading
from desk.tables import messages
from policy_kb import Reader
from tests.gateway.fake_rasa import answer, fail
from tests.gateway.house import SETTINGS, body
from tests.gateway.people import BY, PASSWORD, QUICK
from tests.handover.invariants import in_silence
from tests.handover.machine import SAID_BY_BOT, SHARED_MEMORY, STAFF

PATIENCE = 20.0
# What the gateway does by its clock it does here when it is told to.
PATCHED = {
    "desk.passwords._HASHER": QUICK, "bot.gateway.rasa_client.ONE_TRY": 3600.0, "bot.gateway.app.SWEEP_EVERY": 3600, "gc.freeze": int,
}
SECRET = "between-test-and-gateway-0123456789"


class HeldRasa:
    """An assistant that says nothing before it is told what: the turns that wait for it, the oldest first."""

    def __init__(self):
        self.held: deque[tuple[dict[str, Any], asyncio.Future]] = deque()

    async def _turn(self, request: web.Request) -> web.Response:
        asked, told = await request.json(), asyncio.get_running_loop().create_future()
        self.held.append((asked, told))
        return await (await told)(asked)

    def say(self, behave) -> None:
        self.held.popleft()[1].set_result(behave)

    def forget(self) -> None:
        """Who asked is no more."""
        while self.held:
            self.held.popleft()[1].cancel()

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/turn", self._turn)
        return app


class Gateway:
    """One gateway in a thread of its own. What it writes while a person owns the conversation is looked at as it is written.

    ``more``: settings that are other than these tests have them.
    """

    def __init__(self, knowledge: Reader, rasa: str, conversation: Callable[[], str | None], **more: Any):
        self.loop = asyncio.new_event_loop()
        self.problems: list[AssertionError] = []
        self._conversation = conversation
        self._thread = threading.Thread(target=self.loop.run_forever, name="gateway", daemon=True)
        self._thread.start()
        given = {"give_up_after": 0.0, "silent_after": 0.0, "first_word_after": 600.0} | more
        settings = replace(SETTINGS, rasa_urls=(rasa,), **given)
        self.url = self.run(self._listen(knowledge, settings))

    def run(self, coroutine: Coroutine) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(PATIENCE)

    async def _listen(self, knowledge: Reader, settings) -> str:
        app = make_app(settings)
        app[keys.KNOWLEDGE] = knowledge
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        self.turns = app[keys.TURNS]
        write = self.turns.write
        self.turns.write = lambda change: write(lambda db: self._watched(db, change))
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    def _watched(self, db, change):
        try:
            return in_silence(db, self._conversation(), change)
        except AssertionError as error:
            self.problems.append(error)
            raise

    def crash(self) -> None:
        """Without a word to anybody: nothing is finished, nobody is told to wait."""
        self.run(self._abort())
        self.run(self.loop.shutdown_default_executor())
        if self.turns._line:
            self.turns._line.shutdown()
        self.turns._store.dispose()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()

    async def _abort(self) -> None:
        for site in list(self._runner.sites):
            await site.stop()
        for connection in list(self._runner.server.connections):
            if connection.transport is not None:
                connection.transport.abort()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@dataclass
class Ear:
    """Somebody who listens, and comes back with the last number he heard. ``over``: erased, nothing comes any more."""

    path: str
    browser: aiohttp.ClientSession
    headers: dict[str, str]
    seqs: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    over: bool = False

    async def listen(self, url: Callable[[], str]) -> None:
        while not self.over:
            last = {"Last-Event-ID": str(self.seqs[-1])} if self.seqs else {}
            with contextlib.suppress(aiohttp.ClientError):
                async with self.browser.get(url() + self.path, headers=self.headers | last) as got:
                    if got.status == 404:
                        return
                    got.raise_for_status()
                    await self._read(got)
            await asyncio.sleep(0.01)

    async def _read(self, got: aiohttp.ClientResponse) -> None:
        name = ""
        async for line in got.content:
            if line.startswith(b"event: "):
                name = line[7:-1].decode()
                self.over = self.over or name == "erased"
            elif line.startswith(b"data: ") and name == "message":
                self._hear(line[6:])

    def _hear(self, data: bytes) -> None:
        message = json.loads(data)
        self.seqs.append(message["seq"])
        self.texts.append(message["text"])


class OnGateway:
    """A :class:`tests.handover.machine.Transport`: a resident with an event stream, two of staff with the case's page open."""

    knowledge: ClassVar[Reader]

    def __init__(self):
        self.folder = tempfile.mkdtemp(dir=SHARED_MEMORY)
        self.patches = contextlib.ExitStack()
        for what, value in PATCHED.items():
            self.patches.enter_context(mock.patch(what, value))
        url = f"sqlite:///{self.folder}/desk.db"
        environment = {"HUIMIN_DESK_URL": url, "HUIMIN_VAR": self.folder, "HUIMIN_SECRET_KEY": SECRET}
        self.patches.enter_context(mock.patch.dict("os.environ", environment))
        self.store = open_store(url)
        self.conversation = self.token = self.listened_to = None
        self.loop = asyncio.new_event_loop()
        self.rasa, self.ears, self.tasks, self.posts, self.sent = HeldRasa(), [], [], [], {}
        self.run(self._begin_work())

    def run(self, coroutine: Coroutine) -> Any:
        return self.loop.run_until_complete(asyncio.wait_for(coroutine, PATIENCE))

    async def _begin_work(self) -> None:
        self.rasa_runner = web.AppRunner(self.rasa.app(), access_log=None, shutdown_timeout=0.1)
        await self.rasa_runner.setup()
        await web.TCPSite(self.rasa_runner, "127.0.0.1", 0).start()
        self.rasa_url = f"http://127.0.0.1:{self.rasa_runner.addresses[0][1]}"
        self.resident = self._browser()
        self._start_gateway()
        self.people = {name: await self._log_in(f"staff{n}", name) for n, name in enumerate(STAFF)}

    def _start_gateway(self) -> None:
        self.gateway = Gateway(self.knowledge, self.rasa_url, lambda: self.conversation)

    def _browser(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True), timeout=aiohttp.ClientTimeout(total=None), trust_env=False,
            connector=aiohttp.TCPConnector(limit=0, force_close=True),
        )

    async def _log_in(self, login: str, name: str) -> aiohttp.ClientSession:
        with self.store.begin() as db:
            user = accounts.add(db, BY, login, name, "supervisor")
            accounts.set_password(db, BY, user, QUICK.hash(PASSWORD))
        browser = self._browser()
        await self._send(browser, "/desk/login", login=login, password=PASSWORD)
        async with browser.get(f"{self.gateway.url}/desk/password", headers={"Accept": "text/html"}) as got:
            csrf = re.search(r'<meta name="csrf" content="([0-9a-f]{64})">', await got.text()).group(1)
        browser.headers["X-CSRF-Token"] = csrf
        return browser

    async def _send(self, browser: aiohttp.ClientSession, path: str, **form: str) -> int:
        headers = {"Origin": self.gateway.url, "Accept": "application/json"}
        async with browser.post(self.gateway.url + path, data=form, headers=headers, allow_redirects=False) as got:
            assert got.status in {204, 303, 409}, (path, got.status, await got.text())
            return got.status

    async def until(self, true: Callable[[], bool], why: str) -> None:
        deadline = time.monotonic() + PATIENCE / 2
        while not true():
            assert not self.gateway.problems, self.gateway.problems[0]
            assert time.monotonic() < deadline, why
            await asyncio.sleep(0.005)

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self.run(self._hang_up())
        self.gateway.crash()
        self.run(self._end_work())
        self.loop.close()
        self.store.dispose()
        self.patches.close()
        shutil.rmtree(self.folder)

    async def _end_work(self) -> None:
        self.rasa.forget()
        for browser in (self.resident, *self.people.values()):
            await browser.close()
        await self.rasa_runner.cleanup()
        for post in self.posts:
            post.cancel()
        await asyncio.gather(*self.posts, return_exceptions=True)

    # -- who listens

    async def _open_ears(self) -> None:
        """The resident's, and those of staff on the page of the case that there is."""
        headers = {"Authorization": f"Bearer {self.token}"}
        if self.listened_to != self.conversation:
            await self._hang_up()
            self.ears, self.listened_to = [Ear(f"/api/chat/{self.conversation}/events", self.resident, headers)], self.conversation
        case = self._read(cases.of_conversation)
        if case and len(self.ears) == 1:
            path = f"/desk/cases/{case.ticket}/events"
            self.ears += [Ear(path, browser, {"Accept": "text/event-stream"}) for browser in self.people.values()]
        for ear in self.ears[len(self.tasks):]:
            self.tasks.append(asyncio.create_task(ear.listen(lambda: self.gateway.url)))

    async def _hang_up(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.tasks = []

    def heard(self, rows: list) -> None:
        async def catch_up() -> None:
            assert not self.gateway.problems, self.gateway.problems[0]
            self.posts = [post for post in self.posts if not post.done() or post.result()]
            await self._open_ears()
            for ear in self.ears:
                await self.until(lambda ear=ear: ear.seqs and ear.seqs[-1] >= rows[-1].seq, f"{ear.path}: the last message is lost")
                assert ear.seqs == [m.seq for m in rows], f"{ear.path}: lost, doubled or out of order: {ear.seqs}"
                assert ear.texts == [m.text for m in rows], f"{ear.path}: said otherwise"

        self.run(catch_up())

    def reconnect(self) -> None:
        self.run(self._hang_up())

    # -- the resident

    def _read(self, look):
        with reading(self.store) as db, db.begin():
            return look(db, self.conversation)

    def begin(self) -> str:
        return self.receive("转人工")

    def receive(self, text: str, payload: str | None = None) -> str:
        name = uuid.uuid4().hex
        sent = body(None if payload else text, conversation=self.conversation, id=name, **({"payload": payload} if payload else {}))
        return self.run(self._receive(sent, name))

    async def _receive(self, sent: dict, name: str) -> str:
        self._post_aside(sent)
        await self.until(lambda: self._saved(name) is not None, "a message is not saved")
        message = self._saved(name)
        self.conversation, self.token = message.conversation, token_for(SECRET, message.conversation)
        self.sent[message.id] = sent | {"conversation": self.conversation}
        await self._quiet()
        return message.id

    def _saved(self, client_id: str) -> Any:
        with reading(self.store) as db, db.begin():
            return db.execute(sa.select(messages).where(messages.c.client_id == client_id)).first()

    def _post_aside(self, sent: dict) -> None:
        """Send it and go on: the answer comes when the assistant is told what to say."""
        self.posts.append(asyncio.create_task(self._post(sent)))

    async def _post(self, sent: dict) -> None:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        with contextlib.suppress(aiohttp.ClientError):  # the gateway died: the page says so, and sends it again when it is told to
            async with self.resident.post(f"{self.gateway.url}/api/chat", json=sent, headers=headers) as got:
                assert got.status in {200, 404}, (got.status, await got.text())

    async def _quiet(self) -> None:
        """Until nothing waits but what the assistant is asked."""
        await self.until(lambda: bool(self.rasa.held) or not self._read(talk.waiting), "a message is not seen to")

    def erase(self) -> None:
        async def erase() -> None:
            path = f"{self.gateway.url}/api/chat/{self.conversation}"
            async with self.resident.delete(path, headers={"Authorization": f"Bearer {self.token}"}) as got:
                assert got.status == 204
            for ear in self.ears[: len(self.tasks)]:
                await self.until(lambda ear=ear: ear.over, "who listens is not told that it is erased")
            self.conversation = self.token = None
            while self.rasa.held:
                self.rasa.say(answer("对着空气说的话"))

        self.run(erase())

    # -- the gateway

    def turn(self, message: str, said: str) -> None:
        self.run(self._turn(message, answer({"v": 1} | SAID_BY_BOT[said], context={"after": message})))

    async def _turn(self, message: str, behave) -> None:
        waits = self._read(talk.waiting)
        if self.rasa.held and waits and waits[0].id == message:
            self.rasa.say(behave)
            await self.until(lambda: self._state(message) != "received", "a turn does not end")
        else:
            self._post_aside(self.sent[message])
        await self._quiet()

    def _state(self, message: str) -> str | None:
        with reading(self.store) as db, db.begin():
            return talk.get_message(db, message).state

    def takes_long(self, message: str) -> None:
        self.gateway.run(self.gateway.turns._say_it_takes_longer(message))

    def gives_up(self, message: str) -> None:
        """The assistant fails, and the time is over."""
        self.run(self._turn(message, fail()))

    def nobody_claimed_in_time(self) -> None:
        self.gateway.run(self.gateway.turns.release_unclaimed())

    def staff_fall_silent(self) -> None:
        with mock.patch("desk.hours.open_at", return_value=True), mock.patch("desk.hours.open_seconds", return_value=1.0):
            self.gateway.run(self.gateway.turns.release_silent())

    def crash(self) -> None:
        self.gateway.crash()

        async def start_anew() -> None:
            self.rasa.forget()
            self._start_gateway()
            await self._quiet()

        self.run(start_anew())

    # -- the staff

    def staff(self, do: str, ticket: str, who: str, *given: Any) -> None:
        path, fields = _FORMS[do]
        form = dict(zip(fields, map(str, given)))
        if do == "reply":
            form["id"] = uuid.uuid4().hex
        if self.run(self._staff(who, ticket, path, form)) == 409:
            raise cases.NotPossible(ticket)

    async def _staff(self, who: str, ticket: str, path: str, form: dict[str, str]) -> int:
        status = await self._send(self.people[who], f"/desk/cases/{ticket}/{path}", **form)
        if path == "reply" and status == 204:  # the page did not hear that it was taken, and sends it again
            assert await self._send(self.people[who], f"/desk/cases/{ticket}/{path}", **form) in {204, 409}
        return status

    def both_claim(self, ticket: str) -> list[str]:
        async def claim() -> list[int]:
            return await asyncio.gather(*(self._staff(who, ticket, "claim", {}) for who in STAFF))

        return [who for who, status in zip(STAFF, self.run(claim())) if status == 204]


_FORMS = {
    "claim": ("claim", ()), "take_over": ("take-over", ()), "reply": ("reply", ("text",)), "note": ("note", ("text",)),
    "transfer": ("transfer", ("to", "text")), "release": ("release", ("text",)), "resolve": ("resolve", ("kind", "text")),
    "reopen": ("reopen", ("text",)), "follow_up": ("follow-up", ("kind", "day", "person", "note")),
}
