"""Danger to life comes first: the right number in the first line and a person told, whatever state the rest is in."""

from __future__ import annotations

import asyncio
import logging

import pytest

from desk import cases
from tests.gateway.fake_rasa import answer, fail, handoff, hang
from tests.gateway.house import HURRIED, body

DANGER = [("我不想活了", "12356"), ("家里着火了快救人", "119"), ("我爸突然晕倒了叫不醒", "120"), ("老公打我，正在砸门", "110")]


@pytest.mark.parametrize(("text", "number"), DANGER)
async def test_with_rasa_down_the_number_stands_in_the_first_line_and_an_urgent_case_is_open(street, text, number):
    async with street.open(**HURRIED) as house:
        house.rasa.always = fail(503)
        someone = house.resident()
        first = (await someone.say(text)).messages[0]
        assert number in first["text"].splitlines()[0]
        [case] = someone.cases()
        assert (case.urgent, case.reason, case.status) == (True, "danger", "open")
        assert someone.owner() == "queue"


async def test_with_rasa_down_the_number_is_said_at_once_and_not_after_the_waiting_time(street):
    async with street.open() as house:
        house.rasa.always = fail(503)
        got = await asyncio.wait_for(house.post(body("我不想活了")), 5)
        assert "12356" in got.texts[0].splitlines()[0]


async def test_a_rasa_that_comes_back_late_does_not_talk_over_the_danger(street):
    async with street.open(**HURRIED) as house:
        go = asyncio.Event()
        house.rasa.next.append(hang(go, answer("低保每月450元")))
        someone = house.resident()
        await someone.say("我不想活了")
        go.set()
        await house.until(lambda: "received" not in someone.states())
        assert "低保每月450元" not in await someone.said_to_me()
        assert len(someone.cases()) == 1


async def test_the_case_of_a_danger_is_opened_once_when_rasa_comes_back_with_the_same(street):
    async with street.open(**HURRIED) as house:
        go = asyncio.Event()
        house.rasa.next.append(hang(go, handoff("请拨打12356", "danger", urgent=True)))
        someone = house.resident()
        await someone.say("我不想活了")
        go.set()
        await house.until(lambda: "received" not in someone.states())
        assert len(someone.cases()) == 1
        assert sum("12356" in text for text in await someone.said_to_me()) == 1


async def test_danger_while_waiting_makes_the_open_case_urgent(street):
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(handoff())
        await someone.say("转人工")
        got = await someone.say("我不想活了")
        assert "12356" in got.texts[0].splitlines()[0]
        [case] = someone.cases()
        assert (case.urgent, case.reason) == (True, "danger")


async def test_danger_while_staff_own_the_conversation_gets_the_number_and_it_is_not_the_bot_who_speaks(street):
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(handoff())
        await someone.say("转人工")
        [case] = someone.cases()
        with house.store.begin() as db:
            cases.claim(db, case.ticket, "王芳")
        got = await someone.say("我不想活了")
        assert "12356" in got.texts[0].splitlines()[0]
        assert {m["from"] for m in got.messages} == {"system"}
        assert someone.owner() == "staff"


async def test_a_danger_comes_first_in_the_staffs_list(street):
    async with street.open() as house:
        one, other = house.resident(), house.resident()
        house.rasa.next.extend([handoff(), handoff("请拨打110", "danger", urgent=True)])
        await one.say("转人工")
        await other.say("有人打我")
        with house.store.begin() as db:
            assert [c.conversation for c in cases.list_cases(db)] == [other.conversation, one.conversation]


async def test_a_danger_whose_case_is_resolved_before_rasa_fails_again_is_not_asked_for_without_pause(street, caplog):
    caplog.set_level(logging.ERROR, "huimin.turns")
    async with street.open(**HURRIED, give_up_after=1.0) as house:
        go = asyncio.Event()
        house.rasa.next.append(hang(go, fail()))
        house.rasa.always = fail()
        someone = house.resident()
        await someone.say("我不想活了")
        [case] = someone.cases()
        with house.store.begin() as db:
            cases.resolve(db, case.ticket, "王芳", "answered", "已经联系到本人")
        go.set()
        await asyncio.wait_for(house.until(lambda: someone.states() != ["received"]), 5)
        assert len(house.rasa.asked) < 20
