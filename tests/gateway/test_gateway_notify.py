"""Whoever is on duty hears of a case, once, without a word of what the resident said."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.gateway import notify
from tests.gateway.fake_rasa import handoff


class Duty:
    """The webhook of whoever is on duty; answers with ``status``."""

    def __init__(self):
        self.heard: list[dict] = []
        self.status = 200

    async def hear(self, request: web.Request) -> web.Response:
        self.heard.append(await request.json())
        return web.Response(status=self.status)


@pytest.fixture
def on_duty(monkeypatch):
    monkeypatch.setattr(notify, "LOOK_EVERY", 0.02)

    @contextlib.asynccontextmanager
    async def serve() -> AsyncIterator[tuple[Duty, str]]:
        duty, app = Duty(), web.Application()
        app.router.add_post("/robot", duty.hear)
        async with TestServer(app) as server:
            yield duty, str(server.make_url("/robot"))

    return serve


async def test_each_case_is_told_once_with_its_ticket_and_nothing_else(street, on_duty):
    async with on_duty() as (duty, url), street.open(notify_webhook=url) as house:
        someone = house.resident()
        house.rasa.next.append(handoff())
        await someone.say("我叫张三，低保被停了，转人工")
        await house.until(lambda: duty.heard)
        await someone.say("在吗")
        other = house.resident()
        house.rasa.next.append(handoff())
        await other.say("转人工")
        await house.until(lambda: len(duty.heard) == 2)
        [case] = someone.cases()
        content = duty.heard[0]["text"]["content"]
        assert case.ticket in content
        assert "张三" not in str(duty.heard)
        assert "紧急" not in content


async def test_a_danger_is_marked_as_urgent(street, on_duty):
    async with on_duty() as (duty, url), street.open(notify_webhook=url) as house:
        house.rasa.next.append(handoff("请拨打110", "danger", urgent=True))
        await house.resident().say("有人打我")
        await house.until(lambda: duty.heard)
        assert "紧急" in duty.heard[0]["text"]["content"]


async def test_a_waiting_case_that_turns_urgent_is_told_again(street, on_duty):
    async with on_duty() as (duty, url), street.open(notify_webhook=url) as house:
        someone = house.resident()
        house.rasa.next.append(handoff())
        await someone.say("转人工")
        await house.until(lambda: len(duty.heard) == 1)
        await someone.say("我不想活了")
        await house.until(lambda: len(duty.heard) == 2)
        assert "紧急" in duty.heard[1]["text"]["content"]


async def test_a_dead_webhook_only_delays_it(street, on_duty):
    async with on_duty() as (duty, url), street.open(notify_webhook=url) as house:
        duty.status = 500
        someone = house.resident()
        house.rasa.next.append(handoff())
        assert (await someone.say("转人工")).body["handled_by"] == "queue"
        await house.until(lambda: len(duty.heard) >= 2)
        duty.status = 200
        await house.until(lambda: someone.cases()[0].notified_at is not None)
