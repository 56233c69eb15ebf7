"""What we ask of the platform: by its rules, and with everything that may go wrong."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.gateway.wechat.api import (
    BUSY,
    COUNT,
    KINDS,
    NOT_ALLOWED,
    REFUSED,
    TOKEN,
    UNKNOWN,
    WINDOW,
    Api,
    Failed,
    _codes,
    meaning,
    open_session,
)
from tests.wechat.letters import Account
from tests.wechat.platform import Platform
from tests.wechat.weather import Weather


@contextlib.asynccontextmanager
async def standing(**more: object) -> AsyncIterator[tuple[Platform, Api]]:
    platform = Platform(Account(), **more)
    async with platform.open(), open_session() as session:
        yield platform, Api(session, platform.url, platform.account.appid, platform.account.secret, aiohttp.ClientTimeout(total=0.5))


async def failure(call) -> Failed:
    with pytest.raises(Failed) as failed:
        await call
    return failed.value


async def test_a_token_is_the_same_while_it_holds():
    async with standing() as (platform, api):
        first = await api.get_token()
        assert 7100 < first.expires_in <= 7200
        assert (await api.get_token()).value == first.value
        platform.advance(7201)
        assert (await api.get_token()).value != first.value
        assert platform.tokens == 2


async def test_one_that_was_refused_is_renewed_only_while_it_still_holds():
    async with standing() as (platform, api):
        first = (await api.get_token()).value
        platform.expire_token(40001, unnoticed=True)
        assert (await api.get_token()).value == first
        second = (await api.get_token(refused=first)).value
        assert second != first
        assert (await api.get_token(refused=first)).value == second  # somebody else renewed it meanwhile
        assert platform.tokens == 2


async def test_new_tokens_on_demand_are_rationed_by_the_platform():
    async with standing() as (platform, api):
        first = (await api.get_token()).value
        second = (await api.get_token(refused=first)).value
        assert (await api.get_token(refused=second)).value == second != first
        platform.advance(31)
        assert (await api.get_token(refused=second)).value != second


async def test_a_text_arrives_as_it_is():
    async with standing() as (platform, api):
        li = platform.resident()
        li.posts, li._message = [], [platform.now() + 60, 5]
        text = "低保每月450元👵\n“来源”：<a>&\\u4f4e"
        await api.send_text((await api.get_token()).value, li.openid, text.replace("\\u", "/u"))
        assert [(a.text, a.via) for a in li.arrived] == [(text.replace("\\u", "/u"), "service")]
        assert platform.violations == []


async def test_the_window_and_the_count_are_known_apart():
    async with standing() as (platform, api):
        li, token = platform.resident(), (await api.get_token()).value
        assert (await failure(api.send_text(token, li.openid, "您好"))).kind == WINDOW
        li._message = [platform.now() + 48 * 3600, 5]
        for _ in range(5):
            await api.send_text(token, li.openid, "您好")
        assert (await failure(api.send_text(token, li.openid, "您好"))).kind == COUNT
        platform.advance(48 * 3600 + 1)
        assert (await failure(api.send_text((await api.get_token()).value, li.openid, "您好"))).errcode == 45015


@pytest.mark.parametrize("code", [40001, 40014, 42001])
async def test_a_token_that_does_not_hold_is_to_be_renewed(code: int):
    async with standing() as (platform, api):
        token = (await api.get_token()).value
        platform.expire_token(code)
        failed = await failure(api.send_text(token, platform.resident().openid, "您好"))
        assert (failed.kind, failed.errcode) == (TOKEN, code)


async def test_an_account_that_is_not_verified_may_not_send():
    async with standing(verified=False) as (platform, api):
        failed = await failure(api.send_text((await api.get_token()).value, platform.resident().openid, "您好"))
        assert (failed.kind, failed.errcode) == (NOT_ALLOWED, 48001)


@pytest.mark.parametrize(
    ("fault", "kind", "arrives"),
    [("busy", BUSY, False), ("cut_after", UNKNOWN, True), ("cut_before", UNKNOWN, False), ("slow", UNKNOWN, True)],
)
async def test_what_may_have_arrived_is_told_apart_from_what_has_not(fault: str, kind: str, arrives: bool):
    async with standing(weather=Weather(pause=0.8)) as (platform, api):
        li, token = platform.resident(), (await api.get_token()).value
        li._message = [platform.now() + 60, 5]
        platform.weather.next.append(fault)
        assert (await failure(api.send_text(token, li.openid, "您好"))).kind == kind
        if arrives:
            await li.until(lambda arrived: len(arrived) == 1)
        else:
            assert li.arrived == []


async def test_a_platform_that_cannot_be_reached_was_sent_nothing():
    async with standing() as (platform, api):
        token, gone = (await api.get_token()).value, Api(api.session, "http://127.0.0.1:1", api.appid, api.secret)
        assert (await failure(gone.send_text(token, "oLi", "您好"))).kind == BUSY
        assert (await failure(gone.get_token())).kind == BUSY


async def test_a_wrong_secret_is_no_token_to_be_renewed():
    async with standing() as (platform, api):
        failed = await failure(Api(api.session, platform.url, api.appid, "x" * 32).get_token())
        assert (failed.kind, failed.errcode) == (REFUSED, 40125)
        assert "HUIMIN_WECHAT_SECRET" in meaning(failed)


async def test_a_menu_is_put_read_and_taken_away():
    async with standing() as (platform, api):
        token, menu = (await api.get_token()).value, {"button": [{"type": "click", "name": "转人工", "key": "human"}]}
        assert await api.menu_get(token) is None
        await api.menu_create(token, menu)
        assert await api.menu_get(token) == platform.menu == menu
        await api.menu_delete(token)
        assert await api.menu_get(token) is None


class Answering:
    """A platform that answers anything with the same bytes."""

    def __init__(self, body: bytes, status: int = 200):
        self.body, self.status = body, status

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Api]:
        from aiohttp import web

        async def answer(request: web.Request) -> web.Response:
            return web.Response(body=self.body, status=self.status, headers={"Location": "http://127.0.0.1:1/"})

        app = web.Application()
        app.router.add_route("*", "/{any:.*}", answer)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with open_session() as session:
            yield Api(session, f"http://127.0.0.1:{runner.addresses[0][1]}", "wx", "s")
        await runner.cleanup()


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b"null", b'{"errcode": "0"}', b"\xff", b"[" * 100000, b'{"access_token": 1, "expires_in": 1}'])
async def test_an_answer_that_is_none_leaves_it_open(body: bytes):
    async with Answering(body).open() as api:
        assert (await failure(api.get_token())).kind == UNKNOWN


@pytest.mark.parametrize("status", [302, 404, 500, 502])
async def test_another_status_leaves_it_open(status: int):
    async with Answering(b'{"errcode": 0}', status).open() as api:
        assert (await failure(api.send_text("t", "o", "您好"))).kind == UNKNOWN


async def test_the_address_that_the_platform_does_not_know_is_told_the_operator():
    said = {"errcode": 40164, "errmsg": "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 1"}
    async with Answering(json.dumps(said).encode()).open() as api:
        failed = await failure(api.get_token())
        assert (failed.kind, failed.address) == (REFUSED, "203.0.113.7")
        assert "203.0.113.7" in meaning(failed) and "白名单" in meaning(failed)


async def test_no_error_names_a_token_or_a_person():
    async with standing() as (platform, api):
        token = (await api.get_token()).value
        for failed in (await failure(api.send_text(token, "oSomebody", "您好")), await failure(Api(api.session, "http://127.0.0.1:1", "wx", "sec").send_text(token, "oSomebody", "您好"))):
            assert not {token, "oSomebody"} & set(repr(failed).split() + str(failed.__context__).split())
            assert failed.__cause__ is None
        assert token not in repr(await api.get_token())
        assert platform.account.secret not in repr(api)


def test_every_code_is_taken_as_one_of_the_kinds_and_explained():
    for code, known in _codes().items():
        assert known["kind"] in KINDS
        assert known["says"] in meaning(Failed(known["kind"], int(code)))
    assert "99999" in meaning(Failed(REFUSED, 99999))
