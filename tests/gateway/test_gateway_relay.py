"""With Redis, what another gateway or a desk command writes is told at once; without it nothing is lost."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.gateway import keys
from bot.settings import BadSetting, Settings
from desk import news
from tests import redis_server
from tests.gateway.fake_rasa import handoff
from tests.gateway.listener import listen

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def redis_url(redis_program, tmp_path, monkeypatch):
    with redis_server.running(tmp_path) as url:
        monkeypatch.setenv("HUIMIN_REDIS_URL", url)
        yield url


@pytest.fixture
def only_told(monkeypatch):
    monkeypatch.setattr("bot.gateway.streams.LOOK_EVERY", 3600.0)


async def connected(*houses) -> None:
    for house in houses:
        await house.client.app[keys.RELAY].connected.wait()


async def test_what_one_gateway_writes_another_tells_at_once(street, redis_url, only_told):
    async with street.open(redis_url=redis_url) as one, street.open(redis_url=redis_url) as other:
        await connected(one, other)
        someone = one.resident()
        await someone.say("低保")
        someone.house = other
        async with listen(someone) as ear:
            await ear.messages(upto=2)
            someone.house = one
            await someone.say("那农村呢")
            assert await ear.messages(upto=4) == [1, 2, 3, 4]


async def test_a_desk_command_is_told_at_once(street, redis_url, only_told):
    async with street.open(redis_url=redis_url) as house:
        await connected(house)
        someone = house.resident()
        house.rasa.next.append(handoff())
        await someone.say("转人工")
        async with listen(someone, after=3) as ear:
            await ear.until("state")
            command = [sys.executable, "-W", "ignore", "-m", "desk", "reply", someone.cases()[0].ticket, "您好", "--as", "王芳"]
            await asyncio.to_thread(subprocess.run, command, cwd=ROOT, env=os.environ, check=True, capture_output=True)
            assert "王芳" in (await ear.until("message", seq=4)).data["text"]
            assert (await ear.until("message", seq=5)).data["text"] == "您好"


async def test_redis_hears_no_word_of_what_was_said(street, redis_url):
    import redis.asyncio

    async with redis.asyncio.from_url(redis_url, decode_responses=True) as client, client.pubsub() as spy:
        await spy.subscribe(news.CHANNEL)
        async with street.open(redis_url=redis_url) as house:
            await connected(house)
            someone = house.resident()
            await someone.say("低保")
            said = None
            while said is None:
                said = await spy.get_message(ignore_subscribe_messages=True, timeout=1.0)
            who, *conversations = said["data"].split(" ")
            assert who.startswith("gateway-")
            assert conversations == [someone.conversation]


async def test_when_redis_comes_back_it_is_used_again(street, redis_program, tmp_path, only_told, monkeypatch):
    monkeypatch.setattr("bot.gateway.relay.FIRST_PAUSE", 0.05)
    port = redis_server.free_port()
    url = f"redis://127.0.0.1:{port}/0"
    async with street.open(redis_url=url) as one, street.open(redis_url=url) as other:
        someone = one.resident()
        await someone.say("低保")
        with redis_server.running(tmp_path, port):
            await connected(one, other)
            someone.house = other
            async with listen(someone) as ear:
                await ear.messages(upto=2)
                someone.house = one
                await someone.say("那农村呢")
                await ear.messages(upto=4)


async def test_without_a_redis_that_answers_the_gateway_finds_it_itself(street, monkeypatch):
    monkeypatch.setattr("bot.gateway.streams.LOOK_EVERY", 0.02)
    url = f"redis://127.0.0.1:{redis_server.free_port()}/0"
    async with street.open(redis_url=url) as one, street.open(redis_url=url) as other:
        someone = one.resident()
        await someone.say("低保")
        someone.house = other
        async with listen(someone) as ear:
            await ear.messages(upto=2)
            someone.house = one
            await someone.say("那农村呢")
            assert await ear.messages(upto=4) == [1, 2, 3, 4]


async def test_without_the_package_the_gateway_finds_it_itself(street, monkeypatch):
    monkeypatch.setattr("bot.gateway.relay.redis", None)
    async with street.open(redis_url="redis://127.0.0.1:1/0") as house:
        someone = house.resident()
        await someone.say("低保")
        async with listen(someone) as ear:
            assert await ear.messages(upto=2) == [1, 2]


def test_a_desk_command_does_its_work_though_redis_is_down(monkeypatch):
    monkeypatch.setenv("HUIMIN_REDIS_URL", f"redis://127.0.0.1:{redis_server.free_port()}/0")
    news.publish({"0" * 32})


def test_an_address_that_is_no_redis_is_said_at_start_without_showing_it(monkeypatch):
    monkeypatch.setenv("HUIMIN_REDIS_URL", "http://:secret@127.0.0.1")
    with pytest.raises(BadSetting) as refused:
        Settings.from_environment()
    assert "secret" not in str(refused.value)
