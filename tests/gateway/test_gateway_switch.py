"""An operator switches the assistant off and on, and says something to everybody, while the gateway runs."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
import sqlalchemy as sa

from bot.gateway import switchboard
from desk import cases, service
from tests.gateway.fake_rasa import answer, handoff, hang, result
from tests.gateway.house import HURRIED, House, body, new_id

WHY = "系统维护，预计14:00恢复"
HOSTILE = "<img src=x onerror=alert(1)>{why}{0}%s"


@pytest.fixture(autouse=True)
def _looks_at_once(monkeypatch):
    monkeypatch.setattr(switchboard, "LOOK_EVERY", 0.0)


def switch_off(house: House, why: str = WHY) -> None:
    with house.store.begin() as db:
        service.switch_off(db, why, "王芳")


def switch_on(house: House) -> None:
    with house.store.begin() as db:
        service.switch_on(db)


def put_up(house: House, text: str, until: dt.date | None = None) -> None:
    with house.store.begin() as db:
        service.put_up(db, text, until, "王芳")


async def test_while_it_is_off_a_question_is_503_with_the_reason_and_12345(street):
    async with street.open() as house:
        switch_off(house)
        got = await house.post(body("低保多少钱"))
        assert (got.status, got.error["code"]) == (503, "switched_off")
        assert WHY in got.error["message"]
        assert "12345" in got.error["message"]


async def test_a_reason_with_braces_or_markup_is_said_as_it_is(street):
    async with street.open() as house:
        switch_off(house, HOSTILE)
        assert HOSTILE in (await house.post(body("低保"))).error["message"]


async def test_a_reason_that_ends_with_a_full_stop_does_not_get_a_second_one(street):
    async with street.open() as house:
        switch_off(house, "系统维护。")
        assert "。。" not in (await house.post(body("低保"))).error["message"]


async def test_what_is_refused_is_neither_saved_nor_asked(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("你好")
        switch_off(house)
        await someone.say("低保多少钱")
        assert someone.states() == ["answered"]
        assert house.rasa.texts == ["你好"]


async def test_the_refused_message_is_answered_under_its_id_once_it_is_on_again(street):
    async with street.open() as house:
        switch_off(house)
        number = new_id()
        await house.post(body("低保", id=number))
        switch_on(house)
        assert (await house.post(body("低保", id=number))).texts == ["答：低保"]


async def test_it_is_seen_by_every_gateway_that_shares_the_store(street):
    async with street.open() as one, street.open() as other:
        switch_off(one)
        assert [(await h.post(body("低保"))).status for h in (one, other)] == [503, 503]


async def test_it_is_still_off_after_a_restart(street):
    async with street.open() as house:
        switch_off(house)
    async with street.open() as house:
        assert (await house.post(body("低保"))).status == 503


async def test_the_history_stays_readable(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保")
        switch_off(house)
        assert await someone.said_to_me() == ["答：低保"]


async def test_a_repeat_of_what_was_answered_before_finds_its_answer(street):
    async with street.open() as house:
        someone, first, second = house.resident(), new_id(), new_id()
        await house.post(body("一", id=first))
        await someone.say("二", id=second)
        switch_off(house)
        assert (await house.post(body("一", id=first))).texts == ["答：一"]
        headers = {"Authorization": f"Bearer {someone.token}"}
        assert (await house.post(body("二", id=second), headers)).texts == ["答：二"]


async def test_a_wrong_token_is_404_as_ever(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("一")
        switch_off(house)
        someone.token = "0" * 64
        assert (await someone.say("二")).status == 404


@pytest.mark.parametrize(("text", "number"), [("我不想活了", "12356"), ("家里着火了快救人", "119"), ("老公打我，正在砸门", "110")])
async def test_danger_gets_the_number_in_the_first_line_and_an_urgent_case_without_rasa(street, text, number):
    async with street.open() as house:
        switch_off(house)
        someone = house.resident()
        got = await someone.say(text)
        assert got.status == 200
        assert number in got.texts[0].splitlines()[0]
        assert [(c.urgent, c.reason) for c in someone.cases()] == [(True, "danger")]
        assert house.rasa.asked == []
        assert someone.states() == ["answered"]


async def test_danger_gets_the_number_in_a_conversation_that_runs_already(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("你好")
        switch_off(house)
        assert "12356" in (await someone.say("我不想活了")).texts[0].splitlines()[0]


async def test_who_was_in_danger_is_read_by_a_person_further_on(street):
    async with street.open() as house:
        switch_off(house)
        someone = house.resident()
        await someone.say("我不想活了")
        assert (await someone.say("我在大桥上")).status == 200
        assert someone.states() == ["answered", "answered"]


async def test_a_conversation_that_staff_own_goes_on(street):
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(handoff())
        await someone.say("转人工")
        [case] = someone.cases()
        with house.store.begin() as db:
            cases.claim(db, case.ticket, "王芳")
        switch_off(house)
        assert (await someone.say("我在云安")).status == 200
        assert house.rasa.texts == ["转人工"]


async def test_who_goes_back_to_the_bot_hears_that_it_is_off(street):
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(handoff())
        waiting = await someone.say("转人工")
        switch_off(house)
        await someone.press(waiting.button("继续问机器人"))
        assert (await someone.say("低保")).error["code"] == "switched_off"


async def test_what_was_taken_before_is_answered(street):
    async with street.open(**HURRIED) as house:
        go = asyncio.Event()
        house.rasa.next.append(hang(go, answer("450元")))
        someone = house.resident()
        await someone.say("低保")
        switch_off(house)
        go.set()
        await house.until(lambda: someone.states() == ["answered_late"])
        assert "450元" in await someone.said_to_me()


async def test_a_button_is_refused_too(street):
    async with street.open() as house:
        house.rasa.next.append(answer(result(quick_replies=[{"title": "材料", "says": "材料", "payload": "/ask_policy{}"}])))
        someone = house.resident()
        button = (await someone.say("低保")).button("材料")
        switch_off(house)
        assert (await someone.press(button)).error["code"] == "switched_off"


async def test_while_the_store_cannot_be_read_what_was_known_last_holds(street, monkeypatch):
    async with street.open() as house:
        switch_off(house)
        await house.post(body("低保"))
        monkeypatch.setattr(service, "standing", broken)
        assert (await house.post(body("低保"))).status == 503


def broken(db):
    raise sa.exc.OperationalError("SELECT", {}, Exception("gone"))


async def test_a_moment_passes_between_two_looks_at_the_store(street, monkeypatch):
    monkeypatch.setattr(switchboard, "LOOK_EVERY", 3600.0)
    async with street.open() as house:
        switch_off(house)
        assert (await house.post(body("低保"))).status == 200


# —— the notice ——


async def notice(house: House) -> dict | None:
    got = await house.get("/api/notice")
    assert got.status == 200
    return got.body["notice"]


async def test_without_a_notice_there_is_none(street):
    async with street.open() as house:
        assert await notice(house) is None


async def test_a_notice_is_given_with_its_last_day(street):
    async with street.open() as house:
        put_up(house, "低保申请窗口本周六照常办公", dt.date(2999, 12, 5))
        given = await notice(house)
        assert (given["text"], given["until"]) == ("低保申请窗口本周六照常办公", "2999-12-05")


@pytest.mark.parametrize(("today", "there"), [(dt.date(2026, 12, 5), True), (dt.date(2026, 12, 6), False)])
async def test_a_notice_holds_through_its_last_day(street, monkeypatch, today, there):
    monkeypatch.setattr(switchboard, "today", lambda: today)
    async with street.open() as house:
        put_up(house, "本周六照常办公", dt.date(2026, 12, 5))
        assert (await notice(house) is not None) is there


async def test_a_new_notice_has_an_id_of_its_own_even_with_the_same_words(street):
    async with street.open() as house:
        put_up(house, "照常办公")
        first = (await notice(house))["id"]
        put_up(house, "照常办公")
        assert (await notice(house))["id"] != first


async def test_a_notice_that_is_taken_down_is_gone(street):
    async with street.open() as house:
        put_up(house, "照常办公")
        with house.store.begin() as db:
            assert service.take_down(db)
        assert await notice(house) is None


async def test_hostile_text_is_given_as_text(street):
    async with street.open() as house:
        put_up(house, HOSTILE)
        async with house.client.get("/api/notice") as got:
            assert got.content_type == "application/json"
            assert (await got.json())["notice"]["text"] == HOSTILE


async def test_a_notice_does_not_touch_the_switch(street):
    async with street.open() as house:
        put_up(house, "照常办公")
        assert (await house.post(body("低保"))).status == 200
