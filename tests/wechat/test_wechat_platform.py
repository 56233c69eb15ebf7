"""The platform of the tests keeps the real one's rules: against a small gateway that repeats what it hears."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bot.gateway.wechat.envelope import SUCCESS, Envelope, Forged, Opened
from tests.wechat.letters import Account
from tests.wechat.platform import Pace, Platform
from tests.wechat.weather import Weather

QUICK = Pace(wait=0.3, between=0.02)


@dataclass
class Echo:
    """Answers every message with its text, or as it is told."""

    account: Account
    answer: Callable[[Opened], str | None] = lambda opened: opened.inbound.text
    slow: list[float] = field(default_factory=list)  # seconds of the next answers
    heard: list[Opened] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def open(self, **more: object) -> AsyncIterator[Platform]:
        app = web.Application()
        app.router.add_post("/wechat", self._heard)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        platform = Platform(self.account, f"http://127.0.0.1:{runner.addresses[0][1]}/wechat", **{"pace": QUICK, **more})
        async with platform.open():
            yield platform
        await runner.cleanup()

    async def _heard(self, request: web.Request) -> web.Response:
        account = self.account
        envelope = Envelope(account.token, account.appid, account.aes_key, account.mode)
        try:
            opened = envelope.open(request.query, await request.read())
        except Forged:
            return web.Response(status=403)
        self.heard.append(opened)
        await asyncio.sleep(self.slow.pop(0) if self.slow else 0)
        text = self.answer(opened)
        return web.Response(text=SUCCESS if text is None else envelope.close(opened, text))


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
async def test_what_is_said_is_heard_and_what_is_answered_is_shown(mode: str):
    echo = Echo(Account(mode=mode))
    async with echo.open() as platform:
        li = platform.resident()
        post = await li.say("低保 <多少> & 钱👵")
        assert li.texts == [post.shown] == ["低保 <多少> & 钱👵"]
        assert [o.inbound.openid for o in echo.heard] == [li.openid]
        assert [len(p.tries) for p in li.posts] == [1]
        assert platform.violations == []


async def test_an_acknowledgement_shows_nothing():
    async with Echo(Account(), answer=lambda opened: None).open() as platform:
        li = platform.resident()
        assert (await li.say("低保")).acknowledged
        assert li.arrived == []


async def test_what_is_not_answered_in_time_is_posted_three_times_in_all_and_then_broken():
    echo = Echo(Account(), slow=[1.0, 1.0, 1.0])
    async with echo.open() as platform:
        li = platform.resident()
        post = await li.say("低保")
        assert (len(echo.heard), post.acknowledged, li.broken, li.arrived) == (3, False, 1, [])
        assert len({o.inbound.key for o in echo.heard}) == 1
        assert len(platform.violations) == 3


async def test_the_answer_to_a_repeat_is_shown_once():
    echo = Echo(Account(), slow=[1.0])
    async with echo.open() as platform:
        li = platform.resident()
        await li.say("低保")
        assert (len(echo.heard), li.texts, li.broken) == (2, ["低保"], 0)


@pytest.mark.parametrize(("fault", "heard"), [("lose_request", 1), ("lose_answer", 2), ("double", 2)])
async def test_lost_and_doubled(fault: str, heard: int):
    echo = Echo(Account())
    async with echo.open() as platform:
        platform.weather.next.append(fault)
        li = platform.resident()
        post = await li.say("低保")
        assert (len(echo.heard), li.texts, post.reached) == (heard, ["低保"], True)
        assert len({o.inbound.key for o in echo.heard}) == 1


async def test_a_message_that_is_held_is_overtaken():
    echo = Echo(Account())
    async with echo.open(weather=Weather(pause=0.1)) as platform:
        platform.weather.next.append("hold")
        li = platform.resident()
        await asyncio.gather(li.say("一"), li.say("二"))
        assert [o.inbound.text for o in echo.heard] == ["二", "一"]


async def test_the_same_seed_has_the_same_weather():
    first, second = (Weather(seed=7, busy=0.3, expire=0.3) for _ in range(2))
    drawn = [first.strikes(("busy", "expire")) for _ in range(200)]
    assert drawn == [second.strikes(("busy", "expire")) for _ in range(200)]
    assert {"busy", "expire", None} == set(drawn)


@pytest.mark.parametrize("answer", ["您" * 700, " "])
async def test_an_answer_that_cannot_be_shown_is_a_violation(answer: str):
    async with Echo(Account(), answer=lambda opened: answer).open() as platform:
        li = platform.resident()
        await li.say("低保")
        assert (li.broken, li.arrived, len(platform.violations)) == (1, [], 3)


async def test_events_of_a_resident_are_told_apart():
    echo = Echo(Account(), answer=lambda opened: opened.inbound.kind)
    async with echo.open() as platform:
        li = platform.resident()
        await li.follow("12")
        for _ in range(2):
            await li.click("human")
        await li.scan("12")
        await li.locate(23.0, 112.0, "广东省云浮市云安区")
        await li.speak("低保")
        await li.leave()
        assert li.texts == ["subscribe", "click", "click", "scan", "location", "voice", "unsubscribe"]
        assert len({o.inbound.key for o in echo.heard}) == 7


async def test_what_a_resident_does_opens_the_window():
    async with Echo(Account()).open() as platform:
        li = platform.resident()
        assert li.refusal() == 45015
        await li.click("human")
        assert [li.refusal() for _ in range(4)] == [None, None, None, 45047]
        platform.advance(61)
        assert li.refusal() == 45015
        await li.say("您好")
        assert [li.refusal() for _ in range(6)] == [None] * 5 + [45047]
        await li.say("您好")
        platform.advance(48 * 3600 - 60)
        assert li.refusal() is None
        platform.advance(61)
        assert li.refusal() == 45015
        await li.leave()
        assert li.refusal() == 43004


async def test_a_gateway_that_is_not_there_is_tried_again():
    async with Echo(Account()).open() as platform:
        there, platform.gateway = platform.gateway, "http://127.0.0.1:1/wechat"
        li = platform.resident()
        saying = asyncio.create_task(li.say("低保"))
        await asyncio.sleep(0.01)
        platform.gateway = there
        await saying
        assert li.texts == ["低保"]


async def test_the_same_bytes_can_be_posted_again():
    async with Echo(Account()).open() as platform:
        li = platform.resident()
        post = await li.say("低保")
        letter = platform.account.letter(post.fields)
        assert (await platform.replay(letter))[0] == 200
        assert (await platform.replay(platform.account.letter(post.fields, at=1_000_000_000)))[0] == 403
