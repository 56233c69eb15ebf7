"""On the way out no turn is begun, what runs finishes, and what is left is answered after the next start."""

from __future__ import annotations

import asyncio

import pytest

from desk import cases
from tests.gateway.fake_rasa import answer, fail, handoff, hang
from tests.gateway.house import HURRIED, House, body, new_id

PATIENT, AT_ONCE = 20.0, 0.0


async def stopping(house: House, patience: float = PATIENT) -> asyncio.Task:
    """Tell the gateway to stop; it has heard it."""
    task = asyncio.create_task(house.turns.drain(patience))
    while not house.turns.stopping:
        await asyncio.sleep(0)
    return task


async def test_a_running_turn_finishes_and_its_resident_gets_the_answer(street):
    async with street.open() as house:
        go = asyncio.Event()
        house.rasa.next.append(hang(go, answer("450元")))
        asking = asyncio.create_task(house.post(body("低保")))
        await house.rasa.was_asked(1)
        drained = await stopping(house)
        go.set()
        assert (await asking).texts == ["450元"]
        await drained


async def test_the_gateway_waits_for_no_longer_than_the_last_turn_runs(street):
    async with street.open() as house:
        await house.post(body("低保"))
        await asyncio.wait_for(house.turns.drain(3600), 5)


async def test_readyz_is_503_at_once(street):
    async with street.open() as house:
        assert (await house.get("/readyz")).status == 200
        house.rasa.next.append(hang(asyncio.Event()))
        asking = asyncio.create_task(house.post(body("低保")))
        await house.rasa.was_asked(1)
        drained = await stopping(house)
        got = await house.get("/readyz")
        assert (got.status, got.body["ready"]) == (503, False)
        drained.cancel()
        asking.cancel()


async def test_a_new_message_is_503_and_can_be_sent_again(street):
    async with street.open() as house:
        await stopping(house)
        got = await house.post(body("低保"))
        assert (got.status, got.error["code"]) == (503, "stopping")
        assert got.headers["Retry-After"]
        assert "12345" in got.error["message"]
        assert house.rasa.asked == []


async def test_a_message_refused_on_the_way_out_is_answered_under_its_id_after_the_next_start(street):
    number = new_id()
    async with street.open() as house:
        await stopping(house)
        await house.post(body("低保", id=number))
    async with street.open() as house:
        assert (await house.post(body("低保", id=number))).texts == ["答：低保"]


async def test_the_history_can_be_read_on_the_way_out(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保")
        await stopping(house)
        assert await someone.said_to_me() == ["答：低保"]


async def test_what_runs_too_long_is_left_and_its_resident_is_told_that_it_takes_longer(street):
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(hang(asyncio.Event()))
        asking = asyncio.create_task(someone.say("低保"))
        await house.rasa.was_asked(1)
        await house.turns.drain(AT_ONCE)
        [told] = (await asking).messages
        assert told["data"]["pending"]
        assert someone.states() == ["received"]


async def test_what_was_left_is_answered_once_after_the_next_start(street):
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(hang(asyncio.Event()))
        asking = asyncio.create_task(someone.say("低保"))
        await house.rasa.was_asked(1)
        await house.turns.drain(AT_ONCE)
        await asking
    async with street.open() as house:
        someone.house = house
        await house.until(lambda: someone.states() == ["answered_late"])
        assert (await someone.said_to_me()).count("答：低保") == 1


async def test_the_next_message_of_the_conversation_is_not_begun_when_the_running_one_is_over(street):
    async with street.open(**HURRIED) as house:
        go = asyncio.Event()
        house.rasa.next.append(hang(go))
        someone = house.resident()
        await someone.say("一")
        await someone.say("二")
        drained = await stopping(house)
        go.set()
        await drained
        assert house.rasa.texts == ["一"]
        assert someone.states() == ["answered_late", "received"]


async def test_a_turn_that_fails_is_not_tried_again(street):
    async with street.open() as house:
        go = asyncio.Event()
        house.rasa.next.append(hang(go, fail()))
        asking = asyncio.create_task(house.post(body("低保")))
        await house.rasa.was_asked(1)
        drained = await stopping(house)
        go.set()
        await drained
        assert (await asking).messages[0]["data"]["pending"]
        assert len(house.rasa.asked) == 1


async def test_a_turn_that_rests_between_two_tries_does_not_hold_the_stop_up(street, monkeypatch):
    monkeypatch.setattr("bot.gateway.turns.FIRST_PAUSE", 3600.0)
    async with street.open(give_up_after=7200.0) as house:
        house.rasa.always = fail()
        asking = asyncio.create_task(house.post(body("低保")))
        await house.rasa.was_asked(1)
        await asyncio.wait_for(house.turns.drain(PATIENT), 10)
        assert (await asking).messages[0]["data"]["pending"]


@pytest.mark.parametrize("runs", [True, False])
async def test_danger_gets_the_number_on_the_way_out_too(street, runs):
    async with street.open() as house:
        if runs:
            house.rasa.next.append(hang(asyncio.Event()))
            asking = asyncio.create_task(house.post(body("低保")))
            await house.rasa.was_asked(1)
        drained = await stopping(house)
        someone = house.resident()
        assert "12356" in (await someone.say("我不想活了")).texts[0].splitlines()[0]
        assert [c.urgent for c in someone.cases()] == [True]
        drained.cancel()
        if runs:
            asking.cancel()


async def test_danger_that_is_left_gets_the_number_and_not_only_patience(street):
    async with street.open() as house:
        house.rasa.next.append(hang(asyncio.Event()))
        asking = asyncio.create_task(house.post(body("我不想活了")))
        await house.rasa.was_asked(1)
        await house.turns.drain(AT_ONCE)
        assert "12356" in (await asking).texts[0].splitlines()[0]


async def test_the_number_is_not_said_again_after_the_next_start(street):
    async with street.open() as house:
        await stopping(house)
        someone = house.resident()
        await someone.say("我不想活了")
    async with street.open() as house:
        someone.house = house
        await house.until(lambda: "received" not in someone.states())
        assert sum("12356" in said for said in await someone.said_to_me()) == 1
        assert len(someone.cases()) == 1


async def test_what_staff_are_told_on_the_way_out_is_kept(street):
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(handoff())
        await someone.say("转人工")
        [case] = someone.cases()
        with house.store.begin() as db:
            cases.claim(db, case.ticket, "王芳")
        await stopping(house)
        assert (await someone.say("我在云安")).status == 200
    async with street.open() as house:
        await house.until(lambda: someone.states() == ["answered", "answered"])
        assert house.rasa.texts == ["转人工"]


async def test_nobody_is_left_hanging_by_a_stop_without_patience(street):
    async with street.open() as house:
        house.rasa.always = hang(asyncio.Event())
        asking = [asyncio.create_task(house.post(body(text))) for text in ("一", "二", "三")]
        await house.rasa.was_asked(3)
        await house.turns.drain(AT_ONCE)
        assert [(await a).messages[0]["kind"] for a in asking] == ["notice"] * 3
