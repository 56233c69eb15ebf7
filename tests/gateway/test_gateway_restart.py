"""What a stopped gateway left unanswered is answered by the next one, once and in order."""

from __future__ import annotations

import asyncio

from tests.gateway.fake_rasa import answer, fail, hang
from tests.gateway.house import HURRIED, House, Resident, new_id


async def left_waiting(house: House, someone: Resident, *texts: str) -> None:
    """Messages that Rasa has not answered when the gateway stops."""
    someone.house = house
    house.rasa.next.append(hang(asyncio.Event()))
    for text in texts:
        await someone.say(text)


async def test_a_message_that_was_being_answered_is_answered_once_after_a_restart(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("一")
    async with street.open(**HURRIED) as house:
        await left_waiting(house, someone, "二")
    async with street.open() as house:
        await house.until(lambda: someone.states() == ["answered", "answered_late"])
        someone.house = house
        said = await someone.said_to_me()
        assert said.count("答：二") == 1
        assert [a["context"] for a in house.rasa.asked] == [None, {"turns": 1}, {"turns": 1}]


async def test_what_waits_is_taken_up_in_order(street):
    async with street.open(**HURRIED) as house:
        someone = house.resident()
        await left_waiting(house, someone, "一", "二", "三")
        assert house.rasa.texts == ["一"]
    async with street.open() as house:
        await house.until(lambda: "received" not in someone.states())
        assert house.rasa.texts == ["一", "一", "二", "三"]


async def test_all_conversations_that_wait_are_taken_up(street):
    async with street.open(**HURRIED) as house:
        residents = [house.resident() for _ in range(6)]
        house.rasa.always = fail(503)
        await asyncio.gather(*(r.say(f"第{n}位") for n, r in enumerate(residents)))
    street.rasa.always = answer()
    async with street.open() as house:
        for n, someone in enumerate(residents):
            someone.house = house
            await house.until(lambda r=someone: r.states() == ["answered_late"])
            assert (await someone.said_to_me())[-1] == f"答：第{n}位"


async def test_the_notice_is_not_said_again_after_a_restart(street):
    async with street.open(**HURRIED) as house:
        someone = house.resident()
        await left_waiting(house, someone, "低保")
    async with street.open() as house:
        someone.house = house
        await house.until(lambda: someone.states() == ["answered_late"])
        assert len(await someone.said_to_me()) == 2


async def test_a_repeat_after_the_restart_finds_the_answer(street):
    async with street.open(**HURRIED) as house:
        someone, number = house.resident(), new_id()
        house.rasa.next.append(hang(asyncio.Event()))
        await someone.say("低保", id=number)
    async with street.open() as house:
        someone.house = house
        await house.until(lambda: someone.states() == ["answered_late"])
        again = await someone.say("低保", id=number)
        assert again.texts[-1] == "答：低保"
        assert someone.states() == ["answered_late"]


async def test_a_message_whose_time_ran_out_while_nobody_served_is_tried_once_more_and_then_given_up(street):
    async with street.open(**HURRIED) as house:
        someone = house.resident()
        await left_waiting(house, someone, "低保")
    street.rasa.always = fail()
    async with street.open(give_up_after=0.0) as house:
        someone.house = house
        asked = len(house.rasa.asked)
        await house.until(lambda: someone.states() == ["given_up"])
        assert len(house.rasa.asked) <= asked + 1
