"""A person is wanted: one case, a ticket, the way back, and no word of the bot while a person owns the conversation."""

from __future__ import annotations

import asyncio

import pytest

from desk import cases
from desk.tickets import read_ticket
from tests.gateway.fake_rasa import answer, handoff, hang
from tests.gateway.house import LONG_AGO, House, Resident, new_id

BACK = "继续问机器人"


def ticket_of(someone: Resident) -> str:
    [case] = someone.cases()
    return case.ticket


async def waiting_for_a_person(house: House) -> Resident:
    someone = house.resident()
    house.rasa.next.append(handoff())
    await someone.say("转人工")
    return someone


def staff(house: House, do, *args, **more):
    with house.store.begin() as db:
        return do(db, *args, **more)


async def test_asking_for_a_person_opens_a_case_and_queues_the_conversation(street):
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(handoff())
        got = await someone.say("转人工")
        [case] = someone.cases()
        assert got.body["handled_by"] == "queue"
        assert [m["kind"] for m in got.messages] == ["handoff", "handoff"]
        assert (case.status, case.reason, case.department, case.summary) == ("open", "request_human", "民政局", "云安区 低保")
        assert not case.urgent


async def test_the_reply_carries_ticket_12345_and_the_way_back(street):
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(handoff())
        said = (await someone.say("转人工")).messages[-1]
        assert ticket_of(someone) in said["text"]
        assert said["data"]["ticket"] == ticket_of(someone)
        assert "12345" in said["text"]
        assert [r["title"] for r in said["quick_replies"]] == [BACK]


@pytest.mark.parametrize(("somebody_works", "hours_said"), [(True, False), (False, True)])
async def test_out_of_hours_the_reply_says_so_and_the_case_is_opened_all_the_same(
    street, monkeypatch, somebody_works, hours_said
):
    monkeypatch.setattr("desk.hours.open_at", lambda moment: somebody_works)
    monkeypatch.delenv("HUIMIN_OFFICE_HOURS", raising=False)
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(handoff())
        said = (await someone.say("转人工")).texts[-1]
        assert ("9:00" in said) is hours_said
        assert ticket_of(someone) in said
        assert someone.owner() == "queue"


async def test_a_retry_never_opens_a_second_case(street):
    async with street.open() as house:
        someone, number = house.resident(), new_id()
        house.rasa.next.append(handoff())
        first = await someone.say("转人工", id=number)
        again = await someone.say("转人工", id=number)
        assert again.messages == first.messages
        assert len(someone.cases()) == 1


async def test_asking_again_after_going_back_finds_the_same_case(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        first = ticket_of(someone)
        await someone.press((await someone.history()).button(BACK))
        house.rasa.next.append(handoff())
        got = await someone.say("还是要人工")
        assert ticket_of(someone) == first
        assert first in got.texts[-1]
        assert someone.owner() == "queue"


async def test_while_waiting_every_message_is_acknowledged_and_rasa_is_never_asked(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        asked = len(house.rasa.asked)
        for text in ("在吗", "低保多少钱", "/restart"):
            got = await someone.say(text)
            assert ticket_of(someone) in got.texts[0]
            assert {m["from"] for m in got.messages} == {"system"}
        assert len(house.rasa.asked) == asked
        assert someone.states() == ["answered"] * 4


async def test_continue_with_the_bot_gives_the_conversation_back_and_leaves_the_case_open(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        got = await someone.press((await someone.history()).button(BACK))
        assert got.body["handled_by"] == "bot"
        assert ticket_of(someone) in got.texts[0]
        assert someone.cases()[0].status == "open"
        assert (await someone.say("低保")).texts == ["答：低保"]


async def test_continue_with_the_bot_never_reaches_rasa(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        button, asked = (await someone.history()).button(BACK), len(house.rasa.asked)
        await someone.press(button)
        await someone.press(button)
        assert len(house.rasa.asked) == asked
        assert someone.owner() == "bot"


async def test_the_bots_memory_survives_the_waiting(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("云安区低保")
        house.rasa.next.append(handoff())
        await someone.say("转人工")
        await someone.press((await someone.history()).button(BACK))
        await someone.say("那农村呢")
        assert house.rasa.asked[-1]["context"] == {"turns": 2}


async def test_a_staff_members_words_appear_in_the_history(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        staff(house, cases.reply, ticket_of(someone), "王芳", "您好，我来帮您。")
        said = (await someone.history()).messages[-1]
        assert (said["from"], said["kind"], said["text"]) == ("staff", "chat", "您好，我来帮您。")
        assert said["data"]["name"] == "王芳"
        assert (await someone.history()).body["handled_by"] == "staff"


async def test_while_staff_own_the_conversation_nobody_else_says_a_word(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        staff(house, cases.claim, ticket_of(someone), "王芳")
        asked = len(house.rasa.asked)
        for text in ("谢谢", "低保多少钱", "转人工"):
            assert (await someone.say(text)).messages == []
        assert len(house.rasa.asked) == asked
        assert set(someone.states()) == {"answered"}


async def test_continue_with_the_bot_does_not_take_the_conversation_from_staff(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        staff(house, cases.claim, ticket_of(someone), "王芳")
        got = await someone.press((await someone.history()).button(BACK))
        assert got.body["handled_by"] == "staff"
        assert not any("可以继续" in text for text in got.texts)


async def test_when_staff_claim_while_rasa_thinks_its_late_word_is_not_said(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        await someone.press((await someone.history()).button(BACK))
        go = asyncio.Event()
        house.rasa.next.append(hang(go, answer("迟到的话")))
        slow = asyncio.create_task(someone.say("低保"))
        await house.rasa.was_asked(2)
        context = someone.context()
        staff(house, cases.claim, ticket_of(someone), "王芳")
        go.set()
        await slow
        await house.until(lambda: "received" not in someone.states())
        assert "迟到的话" not in await someone.said_to_me()
        assert someone.owner() == "staff"
        assert someone.context() == context


async def test_no_promise_of_an_answer_of_the_bot_once_staff_have_claimed(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        await someone.press((await someone.history()).button(BACK))
        go = asyncio.Event()
        house.rasa.next.append(hang(go))
        slow = asyncio.create_task(someone.say("低保"))
        await house.rasa.was_asked(2)
        staff(house, cases.claim, ticket_of(someone), "王芳")
        await house.turns._tell_to_wait(someone.conversation, someone.last_message(), LONG_AGO)
        go.set()
        assert not any(m["data"].get("pending") for m in (await slow).messages)


async def test_after_resolving_the_resident_knows_what_came_of_it_and_the_bot_answers_again(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        staff(house, cases.resolve, ticket_of(someone), "王芳", "answered", "请到街道办理。")
        assert f"{ticket_of(someone)} 已经办结（已答复）：请到街道办理。" in (await someone.said_to_me())[-1]
        assert (await someone.say("谢谢")).texts == ["答：谢谢"]


async def test_a_new_request_after_resolving_opens_a_new_case(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        staff(house, cases.resolve, ticket_of(someone), "王芳", "answered", "好")
        house.rasa.next.append(handoff())
        await someone.say("转人工")
        assert [c.status for c in sorted(someone.cases(), key=lambda c: c.opened_at)] == ["resolved", "open"]


async def test_where_nobody_claims_in_time_the_bot_has_the_conversation_again_and_the_case_stays_open(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        await house.turns.release_unclaimed()
        said = (await someone.history()).messages[-1]
        assert someone.owner() == "bot"
        assert someone.cases()[0].status == "open"
        assert ticket_of(someone) in said["text"]
        assert (await someone.say("低保")).texts == ["答：低保"]


async def test_who_has_not_waited_long_or_is_with_staff_is_not_released(street):
    async with street.open(unclaimed_after=3600.0) as house:
        someone = await waiting_for_a_person(house)
        await house.turns.release_unclaimed()
        assert someone.owner() == "queue"
    async with street.open() as house:
        someone.house = house
        staff(house, cases.claim, ticket_of(someone), "王芳")
        await house.turns.release_unclaimed()
        assert someone.owner() == "staff"


async def test_the_ticket_number_is_readable_in_the_reply(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        assert read_ticket((await someone.said_to_me())[-1]) == ticket_of(someone)
