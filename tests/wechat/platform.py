"""The platform in a test: it posts what residents send to a gateway, and takes what the gateway asks of it, by its own rules.

It waits ``Pace.wait`` seconds for an answer and posts a message at most ``Pace.tries`` times in all; it delivers within the window
of 48 hours and the number of texts that a resident's words allow. What it does not allow, and what no account may do to it, is in
``violations``. Its clock (:meth:`Platform.advance`) rules windows and tokens; what it posts carries the real time.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests.wechat import weather as w
from tests.wechat.letters import LONGEST, Account, BadAnswer, Letter
from tests.wechat.weather import CALLS, POSTS, Weather

WINDOW, TEXTS = 48 * 3600.0, 5
# After a menu entry, a code, or following the account.
EVENT_WINDOW, EVENT_TEXTS = 60.0, 3
TOKEN_LASTS = 7200
FORCE_EVERY, FORCES = 30.0, 20  # seconds between two new tokens on demand, else nothing is renewed; how many a day


@dataclass(frozen=True)
class Pace:
    """Seconds that the platform waits for an answer, and between two tries that were not answered; how many tries in all."""

    wait: float = 5.0
    between: float = 5.0
    tries: int = 3


@dataclass(frozen=True)
class Arrived:
    """A text on a resident's screen. ``via``: passive, as the answer to a message, or service."""

    text: str
    via: str
    at: float


@dataclass
class Try:
    """One time that a message was posted. ``took``: seconds until the gateway answered; ``status`` None: it was not heard."""

    sent: bool
    took: float | None = None
    status: int | None = None
    text: str | None = None


@dataclass
class Post:
    """A message or an event of a resident, and what became of it. ``shown``: the text it was answered with."""

    openid: str
    fields: Mapping[str, str]
    tries: list[Try] = field(default_factory=list)
    acknowledged: bool = False
    shown: str | None = None

    @property
    def reached(self) -> bool:
        """Whether the gateway had it at all."""
        return any(t.sent for t in self.tries)


@dataclass
class Resident:
    """Somebody with the account on the phone."""

    platform: Platform
    openid: str
    follows: bool = True
    posts: list[Post] = field(default_factory=list)
    arrived: list[Arrived] = field(default_factory=list)
    broken: int = 0  # times that the platform said the service is out of order
    _message: list[float] = field(default_factory=lambda: [0.0, 0])  # until when, how many more
    _event: list[float] = field(default_factory=lambda: [0.0, 0])
    _created: int = 0

    @property
    def texts(self) -> list[str]:
        return [a.text for a in self.arrived]

    async def say(self, text: str) -> Post:
        """Send a text and wait until the platform is done with it."""
        return await self.send("text", Content=text)

    async def speak(self, recognised: str | None = None) -> Post:
        return await self.send("voice", MediaId="m", Format="amr", **({} if recognised is None else {"Recognition": recognised}))

    async def locate(self, latitude: float, longitude: float, label: str = "") -> Post:
        return await self.send("location", Location_X=str(latitude), Location_Y=str(longitude), Scale="15", Label=label)

    async def click(self, key: str) -> Post:
        return await self.event("CLICK", key)

    async def scan(self, scene: str) -> Post:
        return await self.event("SCAN", scene)

    async def follow(self, scene: str | None = None) -> Post:
        self.follows = True
        return await self.event("subscribe", "" if scene is None else f"qrscene_{scene}")

    async def leave(self) -> Post:
        self.follows = False
        return await self.event("unsubscribe", "")

    async def send(self, kind: str, **fields: str) -> Post:
        """Send a message of any kind."""
        self._message = [self.platform.now() + WINDOW, TEXTS]
        numbered = {"MsgType": kind, **fields, "MsgId": str(next(self.platform.numbers))}
        return await self._post(numbered, int(time.time()))

    async def event(self, name: str, key: str) -> Post:
        """Have something happen. No two events of a resident carry the same second."""
        if name not in {"unsubscribe", "VIEW"}:
            self._event = [self.platform.now() + EVENT_WINDOW, EVENT_TEXTS]
        self._created = max(int(time.time()), self._created + 1)
        return await self._post({"MsgType": "event", "Event": name, "EventKey": key}, self._created)

    async def _post(self, fields: dict[str, str], created: int) -> Post:
        every = {"ToUserName": self.platform.account.name, "FromUserName": self.openid, "CreateTime": str(created)} | fields
        post = Post(self.openid, every)
        self.posts.append(post)
        await self.platform.deliver(post)
        return post

    def refusal(self) -> int | None:
        """Which error a text of the service would meet now; takes one from what is allowed where it would meet none."""
        if not self.follows:
            return 43004
        now = self.platform.now()
        open_now = [grant for grant in (self._event, self._message) if now < grant[0]]
        for grant in open_now:
            if grant[1] > 0:
                grant[1] -= 1
                return None
        return 45047 if open_now else 45015

    async def until(self, found: Callable[[list[Arrived]], object], seconds: float = 10.0) -> list[Arrived]:
        """What arrived, once it is as it should be. Raises TimeoutError."""
        async with self.platform.news:
            await asyncio.wait_for(self.platform.news.wait_for(lambda: bool(found(self.arrived))), seconds)
        return self.arrived


@dataclass
class Platform:
    """One account's platform. ``gateway``: the address that messages are posted to."""

    account: Account
    gateway: str | None = None
    pace: Pace = field(default_factory=Pace)
    weather: Weather = field(default_factory=Weather)
    verified: bool = True  # whether the account may use the customer-service API
    residents: dict[str, Resident] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)
    calls: list[tuple[str, int]] = field(default_factory=list)  # path and error code of what we were asked for
    menu: dict[str, Any] | None = None
    url: str = ""
    tokens: int = 0
    numbers: itertools.count = field(default_factory=lambda: itertools.count(23_000_000_000_000_000))
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _offset: float = 0.0
    _token: str = ""
    _token_until: float = 0.0
    _expired: dict[str, int] = field(default_factory=dict)
    _forced: list[float] = field(default_factory=list)
    _session: aiohttp.ClientSession | None = None

    @contextlib.asynccontextmanager
    async def open(self, port: int = 0) -> AsyncIterator[Platform]:
        """Serve on loopback while the context lasts."""
        app = web.Application()
        app.router.add_post("/cgi-bin/stable_token", self._stable_token)
        app.router.add_post("/cgi-bin/message/custom/send", self._send)
        app.router.add_route("*", "/cgi-bin/menu/{what}", self._menu)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self.pace.wait), connector=connector) as self._session:
            try:
                yield self
            finally:
                await runner.cleanup()

    def now(self) -> float:
        """The platform's clock, in seconds since 1970."""
        return time.time() + self._offset

    def advance(self, seconds: float) -> None:
        """Let time pass for windows and tokens."""
        self._offset += seconds

    def resident(self, openid: str | None = None) -> Resident:
        """The one with this id, or a new one."""
        openid = openid or "o" + secrets.token_urlsafe(20)
        return self.residents.setdefault(openid, Resident(self, openid))

    def expire_token(self, code: int = 42001, unnoticed: bool = False) -> None:
        """The token that holds is answered with ``code`` from now on.

        ``unnoticed``: who asks for one is given the same again, until a new one is demanded.
        """
        if self._token:
            self._expired[self._token] = code
        if not unnoticed:
            self._token = ""

    # What residents send.

    async def deliver(self, post: Post) -> None:
        """Post a message until it is answered, or as often as the platform does."""
        for number in range(self.pace.tries):
            if number:
                await asyncio.sleep(self.pace.between)
            if await self._try(post, self.account.letter(post.fields)):
                return
        self.residents[post.openid].broken += 1

    async def replay(self, letter: Letter) -> tuple[int, bytes]:
        """Post these very bytes, as who listened in could; gives the status and the body."""
        assert self._session is not None
        async with self._session.post(self.gateway, params=letter.query, data=letter.body) as answer:
            return answer.status, await answer.read()

    async def _try(self, post: Post, letter: Letter) -> bool:
        """Whether the platform is done with the message."""
        fault = self.weather.strikes(POSTS)
        if fault == w.LOSE_REQUEST:
            post.tries.append(Try(sent=False))
            return False
        if fault == w.HOLD:
            await asyncio.sleep(self.weather.pause)
        tries = [self._answer(post, letter) for _ in range(2 if fault == w.DOUBLE else 1)]
        heard = await asyncio.gather(*tries)
        if fault == w.LOSE_ANSWER or not any(heard):
            return False
        first = next(t for t, ok in zip(post.tries[-len(heard) :], heard) if ok)
        post.acknowledged, post.shown = True, first.text
        if first.text is not None:
            await self._show(self.residents[post.openid], first.text, "passive")
        return True

    async def _answer(self, post: Post, letter: Letter) -> bool:
        """Post it once, and read the answer; whether it is one to go by."""
        this = Try(sent=True)
        post.tries.append(this)
        began = time.monotonic()
        try:
            this.status, body = await self.replay(letter)
        except aiohttp.ClientConnectorError:
            this.sent = False
            return False
        except asyncio.TimeoutError:
            self.violations.append(f"not acknowledged within {self.pace.wait} s")
            return False
        except aiohttp.ClientError:
            return False
        this.took = time.monotonic() - began
        try:
            this.text = self.account.shown(post.openid, this.status, body)
        except BadAnswer as bad:
            self.violations.append(f"bad answer: {bad}")
            return False
        return True

    async def _show(self, resident: Resident, text: str, via: str) -> None:
        resident.arrived.append(Arrived(text, via, self.now()))
        async with self.news:
            self.news.notify_all()

    # What the account asks for.

    async def _stable_token(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if asked.get("appid") != self.account.appid:
            return self._said(request, 40013)
        if asked.get("secret") != self.account.secret:
            return self._said(request, 40125)
        if not self._token or self.now() > self._token_until or (asked.get("force_refresh") and self._may_force()):
            self._token, self._token_until = secrets.token_urlsafe(40), self.now() + TOKEN_LASTS
            self.tokens += 1
        self.calls.append((request.path, 0))
        return web.json_response({"access_token": self._token, "expires_in": max(1, int(self._token_until - self.now()))})

    def _may_force(self) -> bool:
        """Whether a new token is made on demand; counts it."""
        lately = [at for at in self._forced if at > self.now() - 86400]
        if (lately and lately[-1] > self.now() - FORCE_EVERY) or len(lately) >= FORCES:
            return False
        self._forced = [*lately, self.now()]
        return True

    async def _send(self, request: web.Request) -> web.Response:
        fault, asked = self.weather.strikes(CALLS), await request.read()
        if fault == w.EXPIRE:
            self.expire_token()
        if fault == w.SLOW:
            await asyncio.sleep(self.weather.pause)
        if fault == w.CUT_BEFORE:
            return _cut(request)
        code = -1 if fault == w.BUSY else self._wrong_token(request) or await self._deliver(asked)
        return _cut(request) if fault == w.CUT_AFTER else self._said(request, code)

    async def _deliver(self, raw: bytes) -> int:
        """Put a text on a screen; gives the error code."""
        asked = json.loads(raw)
        resident, text = self.residents.get(asked.get("touser")), asked.get("text", {}).get("content", "")
        if not self.verified:
            return 48001
        if resident is None:
            return self._wrong("openid", 40003)
        if not text.strip():
            return self._wrong("empty", 44004)
        if len(text.encode()) > LONGEST:
            return self._wrong("too long", 45002)
        if b"\\u" in raw:  # the phone would show it as it is
            return self._wrong("escaped characters", 0)
        refused = resident.refusal()
        if refused is None:
            await self._show(resident, text, "service")
        return refused or 0

    async def _menu(self, request: web.Request) -> web.Response:
        code, what = self._wrong_token(request), request.match_info["what"]
        if code == 0 and what == "create":
            self.menu = await request.json()
        elif code == 0 and what == "delete":
            self.menu = None
        elif code == 0 and what == "get" and self.menu:
            self.calls.append((request.path, 0))
            return web.json_response({"menu": self.menu})
        return self._said(request, code or (46003 if what == "get" else 0))

    def _wrong_token(self, request: web.Request) -> int:
        given = request.query.get("access_token", "")
        if given in self._expired:
            return self._expired[given]
        if not given or given != self._token:
            return 40001
        return 42001 if self.now() > self._token_until else 0

    def _wrong(self, what: str, code: int) -> int:
        self.violations.append(what)
        return code

    def _said(self, request: web.Request, code: int) -> web.Response:
        self.calls.append((request.path, code))
        return web.json_response({"errcode": code, "errmsg": "ok" if code == 0 else f"error rid: {secrets.token_hex(4)}"})


def _cut(request: web.Request) -> web.Response:
    """Close the connection without a word."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
