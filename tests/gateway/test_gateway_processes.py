"""Several processes of the assistant behind one gateway: turns are spread, one that fails is left alone, nobody waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from aiohttp.test_utils import TestServer

from bot.gateway import rasa_client
from bot.gateway.metrics import Metrics
from bot.gateway.rasa_client import RasaClient, RasaFailed
from bot.settings import BadSetting, Settings
from tests.gateway.fake_rasa import FakeRasa, answer, die, fail, hang, raw
from tests.gateway.house import HURRIED, body
from tests.gateway.test_gateway_metrics import value


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    monkeypatch.setattr(rasa_client, "FIRST_REST", 0.05)
    monkeypatch.setattr(rasa_client, "LOOK_EVERY", 0.02)


@pytest.fixture
def resting_long(monkeypatch):
    monkeypatch.setattr(rasa_client, "FIRST_REST", 3600.0)


def nobody() -> str:
    """An address at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@contextlib.asynccontextmanager
async def processes(*rasas: FakeRasa) -> AsyncIterator[tuple[str, ...]]:
    """Their addresses while they listen."""
    async with contextlib.AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(TestServer(r.app())) for r in rasas]
        yield tuple(str(s.make_url("")).rstrip("/") for s in servers)


@contextlib.asynccontextmanager
async def client(*rasas: FakeRasa, dead: int = 0) -> AsyncIterator[RasaClient]:
    """A client of ``dead`` addresses at which nobody listens, and then of these."""
    async with processes(*rasas) as urls, RasaClient((*(nobody() for _ in range(dead)), *urls), "secret", Metrics()) as asks:
        yield asks


async def say(asks: RasaClient, text: str = "低保") -> str:
    return (await asks.turn(None, text=text, payload=None, metadata={})).messages[0].text


# —— spreading ——


async def test_a_turn_goes_to_the_process_that_has_the_fewest():
    one, other, go = FakeRasa(), FakeRasa(), asyncio.Event()
    one.always = hang(go)
    async with client(one, other) as asks:
        stuck = asyncio.create_task(say(asks))
        await one.was_asked(1)
        for _ in range(6):
            await say(asks)
        assert (len(one.asked), len(other.asked)) == (1, 6)
        go.set()
        await stuck


async def test_turns_one_after_another_go_round():
    rasas = [FakeRasa() for _ in range(3)]
    async with client(*rasas) as asks:
        for _ in range(9):
            await say(asks)
        assert [len(r.asked) for r in rasas] == [3, 3, 3]


async def test_a_conversation_stays_in_order_whatever_process_answers(street):
    rasas = [FakeRasa() for _ in range(2)]
    async with processes(*rasas) as urls, street.open(rasa_urls=urls) as house:
        someone = house.resident()
        for text in "一二三四":
            await someone.say(text)
        assert [[a["text"] for a in r.asked] for r in rasas] == [["一", "三"], ["二", "四"]]
        assert sorted(a["context"]["turns"] for r in rasas for a in r.asked if a["context"]) == [1, 2, 3]
        assert await someone.said_to_me() == ["答：一", "答：二", "答：三", "答：四"]


async def test_no_process_has_more_turns_at_once_than_it_should_and_waiting_for_a_place_is_no_failure(monkeypatch):
    """The last of twenty turns waits longer than a try may take."""
    monkeypatch.setattr(rasa_client, "AT_ONCE", 2)
    monkeypatch.setattr(rasa_client, "ONE_TRY", 2.5)
    rasa, running, most = FakeRasa(), 0, 0

    async def takes_a_while(asked):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.3)
        running -= 1
        return await answer()(asked)

    rasa.always = takes_a_while
    async with client(rasa) as asks:
        said = await asyncio.gather(*(say(asks, f"第{n}位") for n in range(20)))
    assert said == [f"答：第{n}位" for n in range(20)]
    assert most == 2
    assert len(rasa.asked) == 20


async def test_more_turns_than_connections_of_a_usual_pool_are_no_failure(monkeypatch):
    monkeypatch.setattr(rasa_client, "AT_ONCE", 110)
    monkeypatch.setattr(rasa_client, "CONNECT", 0.5)
    rasa, go = FakeRasa(), asyncio.Event()
    rasa.always = hang(go)
    async with client(rasa) as asks:
        turns = [asyncio.create_task(say(asks)) for _ in range(110)]
        await rasa.was_asked(110)
        await asyncio.sleep(0.6)
        go.set()
        assert await asyncio.gather(*turns) == ["答：低保"] * 110


# —— failing ——


async def test_an_unreachable_process_costs_no_try_and_gets_no_turn_while_it_rests(resting_long):
    rasa = FakeRasa()
    async with client(rasa, dead=3) as asks:
        for _ in range(5):
            assert await say(asks) == "答：低保"
        assert len(rasa.asked) == 5


async def test_a_turn_whose_process_is_killed_is_answered_by_another_in_the_same_try(resting_long):
    one, other = FakeRasa(), FakeRasa()
    one.always = die()
    async with client(one, other) as asks:
        assert [await say(asks) for _ in range(4)] == ["答：低保"] * 4
        assert (len(one.asked), len(other.asked)) == (1, 4)


async def test_a_process_that_hangs_is_left_after_some_patience_and_the_last_one_gets_all_the_time(monkeypatch, resting_long):
    monkeypatch.setattr(rasa_client, "PATIENCE", 1.0)
    one, other = FakeRasa(), FakeRasa()
    one.always = hang(asyncio.Event())

    async def slowly(asked):
        await asyncio.sleep(1.5)
        return await answer()(asked)

    other.always = slowly
    async with client(one, other) as asks:
        assert await say(asks) == "答：低保"
        assert await say(asks) == "答：低保"
        assert (len(one.asked), len(other.asked)) == (1, 2)


async def test_a_process_that_answers_others_meanwhile_is_busy_and_not_put_to_rest(monkeypatch, resting_long):
    monkeypatch.setattr(rasa_client, "PATIENCE", 2.0)
    one, other, go = FakeRasa(), FakeRasa(), asyncio.Event()

    async def slow_for_one(asked):
        return await (hang(go) if asked["text"] == "慢" else answer())(asked)

    one.always = slow_for_one
    async with client(one, other) as asks:
        slow = asyncio.create_task(say(asks, "慢"))
        await one.was_asked(1)
        other.always = hang(go)
        stuck = asyncio.create_task(say(asks, "占住"))
        await other.was_asked(1)
        assert await say(asks, "快") == "答：快"
        other.always = answer()
        assert await slow == "答：慢"
        go.set()
        await stuck
        before = len(one.asked)
        for _ in range(4):
            await say(asks)
        assert len(one.asked) > before


async def test_a_try_is_over_in_time_though_all_processes_hang(monkeypatch):
    monkeypatch.setattr(rasa_client, "ONE_TRY", 3.0)
    monkeypatch.setattr(rasa_client, "PATIENCE", 1.0)
    rasas = [FakeRasa() for _ in range(3)]
    for rasa in rasas:
        rasa.always = hang(asyncio.Event())
    async with client(*rasas) as asks:
        with pytest.raises(RasaFailed) as failed:
            await asyncio.wait_for(say(asks), 15)
        assert failed.value.kind == "timeout"
        assert sum(len(r.asked) for r in rasas) == rasa_client.MOST_BEGUN


async def test_a_try_asks_nobody_any_more_once_its_time_is_over(monkeypatch):
    monkeypatch.setattr(rasa_client, "ONE_TRY", 0.0)
    rasa = FakeRasa()
    async with client(rasa) as asks:
        with pytest.raises(RasaFailed):
            await say(asks)
        assert rasa.asked == []


@pytest.mark.parametrize("failure", [fail(500), raw("{}"), raw("no json")])
async def test_a_process_that_fails_a_turn_another_can_answer_rests(resting_long, failure):
    one, other = FakeRasa(), FakeRasa()
    one.always = failure
    async with client(one, other) as asks:
        for _ in range(4):
            assert await say(asks) == "答：低保"
        assert (len(one.asked), len(other.asked)) == (1, 4)


async def test_a_message_that_all_fail_puts_no_process_to_rest(resting_long):
    rasas = [FakeRasa() for _ in range(2)]

    async def fails_for_one(asked):
        return await (fail() if asked["text"] == "毒" else answer())(asked)

    for rasa in rasas:
        rasa.always = fails_for_one
    async with client(*rasas) as asks:
        with pytest.raises(RasaFailed):
            await say(asks, "毒")
        assert [await say(asks) for _ in range(4)] == ["答：低保"] * 4
        assert [len(r.asked) for r in rasas] == [3, 3]


async def test_a_message_that_ends_every_process_it_comes_to_ends_two_in_a_try_and_not_all(resting_long):
    rasas = [FakeRasa() for _ in range(4)]
    for rasa in rasas:
        rasa.next.append(die())
    async with client(*rasas) as asks:
        with pytest.raises(RasaFailed) as failed:
            await say(asks)
        assert failed.value.kind == "connection"
        assert sum(len(r.asked) for r in rasas) == 2


# —— coming back ——


async def test_a_process_is_used_again_once_it_says_that_it_is_ready():
    one, other = FakeRasa(), FakeRasa()
    one.is_ready = {"ready": False}
    one.next.append(die())
    async with client(one, other) as asks:
        for _ in range(4):
            await say(asks)
        assert len(one.asked) == 1
        one.is_ready = {"ready": True}
        while len(one.asked) == 1:
            await say(asks)
            await asyncio.sleep(0.01)


async def test_a_process_that_keeps_failing_rests_ever_longer_and_after_a_success_briefly_again(monkeypatch):
    rests: list[float] = []
    rest = RasaClient._rest

    async def noted(asks, process, seconds):
        rests.append(seconds)
        await rest(asks, process, 0.0)

    monkeypatch.setattr(RasaClient, "_rest", noted)
    monkeypatch.setattr(rasa_client, "LONGEST_REST", 0.3)
    one, other = FakeRasa(), FakeRasa()

    async def until_asked(times: int) -> None:
        while len(one.asked) < times:
            await say(asks)

    async with client(one, other) as asks:
        one.always = fail()
        await until_asked(5)
        one.always = answer()
        await until_asked(6)
        one.always = fail()
        await until_asked(7)
        while len(rests) < 6:
            await asyncio.sleep(0.01)
    assert rests == [0.05, 0.1, 0.2, 0.3, 0.3, 0.05]


# —— what waits while nothing works ——


async def failed(house, kind: str, times: int) -> None:
    """Wait until so many tries failed."""
    while await value(house, "huimin_assistant_failures_total", kind=kind) < times:
        await asyncio.sleep(0.01)


async def test_all_that_wait_are_answered_as_soon_as_the_assistant_is_back_and_not_after_pauses_of_their_own(street, monkeypatch):
    monkeypatch.setattr("bot.gateway.turns.FIRST_PAUSE", 3600.0)
    async with street.open(give_up_after=7200.0) as house:
        house.rasa.is_ready = {"ready": False}
        house.rasa.always = die()
        turns = [asyncio.create_task(house.post(body(f"第{n}位"))) for n in range(30)]
        await house.rasa.was_asked(1)
        await failed(house, "connection", 30)
        house.rasa.always = answer()
        house.rasa.is_ready = {"ready": True}
        assert [t.texts for t in await asyncio.gather(*turns)] == [[f"答：第{n}位"] for n in range(30)]


async def test_the_first_answer_after_failures_wakes_what_waits(street, monkeypatch):
    """The process is there all the time and only fails: then it is the next success that tells."""
    monkeypatch.setattr("bot.gateway.turns.FIRST_PAUSE", 3600.0)
    async with street.open(give_up_after=7200.0) as house:
        house.rasa.next.extend([fail(), fail()])
        turns = [asyncio.create_task(house.post(body(text))) for text in "一二"]
        await failed(house, "status", 2)
        await house.post(body("三"))
        assert [t.texts for t in await asyncio.gather(*turns)] == [["答：一"], ["答：二"]]


async def test_what_came_back_while_the_failure_was_written_down_is_not_missed(street, monkeypatch):
    monkeypatch.setattr("bot.gateway.turns.FIRST_PAUSE", 3600.0)
    async with street.open(give_up_after=7200.0) as house:
        house.rasa.next.append(fail())
        writes = house.turns.write

        async def back_meanwhile(change):
            outcome = await writes(change)
            if house.rasa.texts == ["一"]:
                await house.turns._rasa.turn(None, text="二", payload=None, metadata={})
            return outcome

        house.turns.write = back_meanwhile
        assert (await house.post(body("一"))).texts == ["答：一"]


async def test_a_message_that_always_fails_is_not_tried_each_time_another_is_answered(street, monkeypatch):
    monkeypatch.setattr("bot.gateway.turns.FIRST_PAUSE", 3600.0)
    async with street.open(**HURRIED, give_up_after=7200.0) as house:

        async def fails_for_one(asked):
            return await (fail() if asked["text"] == "毒" else answer())(asked)

        house.rasa.always = fails_for_one
        await house.post(body("毒"))
        for n in range(20):
            await house.post(body(f"第{n}位"))
        assert house.rasa.texts.count("毒") == 2


# —— told ——


async def test_readyz_tells_how_many_of_how_many_and_one_is_enough(street):
    one, other = FakeRasa(), FakeRasa()
    async with processes(one, other) as urls, street.open(rasa_urls=(*urls, nobody())) as house:
        got = await house.get("/readyz")
        assert (got.status, got.body["checks"]["assistant"], got.body["assistants"]) == (200, True, {"ready": 2, "of": 3})
        one.is_ready = other.is_ready = {"ready": False}
        got = await house.get("/readyz")
        assert (got.status, got.body["checks"]["assistant"], got.body["assistants"]) == (503, False, {"ready": 0, "of": 3})


async def test_metrics_tell_each_process_by_its_place(street, resting_long):
    one, other = FakeRasa(), FakeRasa()
    one.next.append(fail())
    async with processes(one, other) as urls, street.open(rasa_urls=(*urls, nobody())) as house:
        for _ in range(3):
            await house.post(body("低保"))
        tries = "huimin_assistant_process_tries_total"
        assert await value(house, tries, process="1", result="status") == 1
        assert await value(house, tries, process="1", result="answered") is None
        assert await value(house, tries, process="2", result="answered") == 3
        assert await value(house, tries, process="3", result="connection") == 1
        assert [await value(house, "huimin_assistant_process_up", process=p) for p in "123"] == [1, 1, 0]
        assert await value(house, "huimin_assistant_failures_total", kind="status") == 0


def urls_of(monkeypatch, given: str) -> tuple[str, ...]:
    monkeypatch.setenv("HUIMIN_RASA_URL", given)
    return Settings.from_environment().rasa_urls


def test_the_addresses_of_processes_run_by_hand_are_a_list(monkeypatch):
    assert urls_of(monkeypatch, "") == ("http://127.0.0.1:5005",)
    assert urls_of(monkeypatch, " http://127.0.0.1:5005/, http://127.0.0.1:5006 ") == ("http://127.0.0.1:5005", "http://127.0.0.1:5006")


@pytest.mark.parametrize(
    "given", ["127.0.0.1:5005", "ftp://127.0.0.1", "http://a b", "http://127.0.0.1:5005,http://127.0.0.1:5005/", "http://x/turn",
              "http://127.0.0.1:1;http://127.0.0.1:2/", "http://127.0.0.1:99999", ",".join(f"http://127.0.0.1:{n}" for n in range(1, 40))],
)
def test_an_address_that_makes_no_sense_is_said_in_words(monkeypatch, given):
    with pytest.raises(BadSetting, match="HUIMIN_RASA_URL"):
        urls_of(monkeypatch, given)


def test_a_gateway_started_by_hand_says_what_is_wrong_with_its_settings_and_ends(tmp_path):
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bot.gateway"], capture_output=True, text=True, timeout=60,
        env=os.environ | {"HUIMIN_RASA_URL": "nonsense", "HUIMIN_VAR": str(tmp_path)},
    )
    assert done.returncode == 1
    assert "设置有误：HUIMIN_RASA_URL" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
