"""A WeChat platform to test against: it posts what residents do as the real one does, again where no answer came in time, serves
the interface that messages are sent by, and remembers what each resident got.

It can lose and repeat what it posts, lose answers, refuse tokens, be busy, break off after it took a message, and keeps the
window and the count of messages by a clock that a test can set forward.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import aiohttp
from aiohttp import web
from defusedxml.ElementTree import fromstring

from bot.gateway.wechat.crypto import Cipher, signature
from bot.settings import WechatSettings

TOKEN, APPID, SECRET, ACCOUNT = "huimintesttoken", "wx0123456789abcdef", "0123456789abcdef0123456789abcdef", "gh_huimin"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
HOLDS = 7200


@dataclass(frozen=True)
class Got:
    """Something that a resident got: by a reply, or sent by itself."""

    text: str
    by: str


@dataclass
class Faults:
    """What goes wrong, each with a chance of 0 to 1."""

    lost_post: float = 0.0  # what is posted does not arrive
    doubled: float = 0.0  # the same thing is posted twice at once
    lost_answer: float = 0.0  # the answer to what is posted does not come back
    busy: float = 0.0
    stale_token: float = 0.0
    broken_off: float = 0.0  # it took a message, and the line breaks before it says so


class Platform:
    """One account's platform. ``within``: how long it waits for an answer, then it posts again, three times in all."""

    def __init__(self, mode: str = "plain", within: float = 5.0, faults: Faults | None = None, seed: int = 0):
        self.mode, self.within, self.faults = mode, within, faults or Faults()
        self.random = random.Random(seed)
        self.got: dict[str, list[Got]] = defaultdict(list)
        self.answers: list[float] = []
        self.unanswered: list[str] = []
        self.errors: Counter[str] = Counter()
        self.tokens: Counter[str] = Counter()
        self.menu: dict | None = None
        self.refuse: dict[str, int] = {}  # by path: the next answer is this error
        self.ahead = 0.0  # seconds that its clock is set forward
        self.gateway = ""
        self.address = ""
        self._cipher = Cipher(AES_KEY, APPID)
        self._numbers = itertools.count(20_000_000_000_000)
        self._token: str | None = None
        self._grants: dict[str, dict[float, list[float]]] = defaultdict(dict)
        self._session: aiohttp.ClientSession | None = None

    def settings(self, secret: bool = True) -> WechatSettings:
        """What the gateway is to be set up with."""
        key = None if self.mode == "plain" else AES_KEY
        return WechatSettings(APPID, TOKEN, SECRET if secret else None, key, self.mode, self.address)

    # —— residents

    async def says(self, who: str, text: str, **more: object) -> str:
        """A resident writes; the reply that they see, empty where they see none."""
        return await self.post(who, f"<MsgType>text</MsgType><Content>{escape(text)}</Content>", **more)

    async def event(self, who: str, event: str, key: str = "", **more: object) -> str:
        given = 3 if event.lower() in {"subscribe", "scan", "click"} else 0
        inside = f"<MsgType>event</MsgType><Event>{event}</Event><EventKey>{escape(key)}</EventKey>"
        return await self.post(who, inside, number=False, grant=(given, 60.0), **more)

    async def post(
        self, who: str, inside: str, number: bool = True, grant: tuple[int, float] = (5, 48 * 3600.0), created: int | None = None,
    ) -> str:
        """Post something of a resident's, again and again where no answer comes; what they see of the answer."""
        left, lasting = grant
        if left:
            self._grants[who][lasting] = [left, self.now() + lasting]
        made = created if created is not None else int(time.time())
        xml = f"<xml><ToUserName>{ACCOUNT}</ToUserName><FromUserName>{who}</FromUserName><CreateTime>{made}</CreateTime>{inside}"
        xml += f"<MsgId>{next(self._numbers)}</MsgId></xml>" if number else "</xml>"
        if self._happens("doubled"):
            first, second = await asyncio.gather(self._deliver(xml), self._deliver(xml))
            answer = first if first is not None else second
        else:
            answer = await self._deliver(xml)
        if answer is None:
            self.unanswered.append(who)
            return ""
        text = self.read(answer)
        if text:
            self.got[who].append(Got(text, "reply"))
        return text

    async def _deliver(self, xml: str) -> str | None:
        for _ in range(3):
            if self._happens("lost_post"):
                await asyncio.sleep(self.within)
                continue
            began = time.monotonic()
            try:
                answer = await asyncio.wait_for(self.post_once(xml), self.within)
            except (asyncio.TimeoutError, aiohttp.ClientError):
                await asyncio.sleep(max(0.0, self.within - (time.monotonic() - began)))
                continue
            if answer is None or self._happens("lost_answer"):
                await asyncio.sleep(max(0.0, self.within - (time.monotonic() - began)))
                continue
            self.answers.append(time.monotonic() - began)
            return answer
        return None

    async def post_once(self, xml: str, **other: str) -> str | None:
        """One request; the body of the answer, None where it is no success. ``other``: parts of the address that are different."""
        status, body = await self.request(xml, **other)
        return body if status == 200 else None

    async def request(self, xml: str, **other: str) -> tuple[int, str]:
        stamp, nonce = other.pop("timestamp", str(int(time.time()))), str(self.random.randrange(10**9))
        query = {"timestamp": stamp, "nonce": nonce, "signature": signature(TOKEN, stamp, nonce)}
        body = xml
        if self.mode != "plain":
            encrypted = self._cipher.encrypt(xml)
            query |= {"encrypt_type": "aes", "msg_signature": signature(TOKEN, stamp, nonce, encrypted)}
            shown = xml.removeprefix("<xml>").removesuffix("</xml>") if self.mode == "compatible" else ""
            body = f"<xml><ToUserName>{ACCOUNT}</ToUserName>{shown}<Encrypt>{encrypted}</Encrypt></xml>"
        query |= other
        async with self._session.post(f"{self.gateway}/wechat?{urlencode(query)}", data=body.encode()) as answer:
            return answer.status, await answer.text()

    def read(self, answer: str) -> str:
        """The text of an answer's body, which must be one that the platform takes."""
        if answer in ("success", ""):
            return ""
        found = fromstring(answer)
        if self.mode != "plain":
            encrypted, stamp, nonce = (found.findtext(n) for n in ("Encrypt", "TimeStamp", "Nonce"))
            assert found.findtext("MsgSignature") == signature(TOKEN, stamp, nonce, encrypted)
            found = fromstring(self._cipher.decrypt(encrypted))
        assert found.findtext("MsgType") == "text" and found.findtext("FromUserName") == ACCOUNT
        text = found.findtext("Content")
        assert 0 < len(text.encode()) <= 2048
        return text

    def texts(self, who: str) -> list[str]:
        """All that a resident got, in order."""
        return [g.text for g in self.got[who]]

    # —— the interface

    def now(self) -> float:
        return time.time() + self.ahead

    def expire_token(self) -> None:
        self._token = None

    async def _stable_token(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if (asked["appid"], asked["secret"]) != (APPID, SECRET):
            return self._error("token", 40125)
        if self._refused(request):
            return self._error("token", self.refuse.pop(request.path))
        if self._token is None or asked.get("force_refresh"):
            self._token = f"token-{self.random.getrandbits(64):x}"
            self.tokens["made"] += 1
        self.tokens["asked"] += 1
        return web.json_response({"access_token": self._token, "expires_in": HOLDS})

    async def _send(self, request: web.Request) -> web.Response:
        raw = (await request.read()).decode()
        assert "\\u" not in raw, "characters must be sent as they are"
        asked = json.loads(raw)
        if self._refused(request):
            return self._error("send", self.refuse.pop(request.path))
        if self._happens("stale_token"):
            self._token = None
        if request.query.get("access_token") != self._token or self._token is None:
            return self._error("send", self.random.choice((40001, 42001)))
        if self._happens("busy"):
            return self._error("send", -1)
        who, text = asked["touser"], asked["text"]["content"]
        if len(text.encode()) > 2048:
            return self._error("send", 45002)
        grants = [g for g in self._grants[who].values() if g[1] > self.now()]
        if not grants:
            return self._error("send", 45015)
        allowed = next((g for g in sorted(grants, key=lambda g: g[1]) if g[0] > 0), None)
        if allowed is None:
            return self._error("send", 45047)
        allowed[0] -= 1
        self.got[who].append(Got(text, "service"))
        if self._happens("broken_off"):
            self.errors["broken_off"] += 1
            request.transport.abort()
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def _set_menu(self, request: web.Request) -> web.Response:
        self.menu = await request.json()
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def _get_menu(self, request: web.Request) -> web.Response:
        return self._error("menu", 46003) if self.menu is None else web.json_response({"menu": self.menu})

    def _refused(self, request: web.Request) -> bool:
        return request.path in self.refuse

    def _error(self, of: str, code: int) -> web.Response:
        self.errors[f"{of} {code}"] += 1
        return web.json_response({"errcode": code, "errmsg": "refused"})

    def _happens(self, what: str) -> bool:
        chance = getattr(self.faults, what)
        return chance > 0 and self.random.random() < chance

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Platform]:
        """Listen on a port of its own."""
        app = web.Application()
        app.router.add_post("/cgi-bin/stable_token", self._stable_token)
        app.router.add_post("/cgi-bin/message/custom/send", self._send)
        app.router.add_post("/cgi-bin/menu/create", self._set_menu)
        app.router.add_get("/cgi-bin/menu/get", self._get_menu)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as self._session:
            yield self
        await runner.cleanup()
