"""A number for a call from staff: asked for apart, told back by its last digits only, never in the conversation, gone with the case."""

from __future__ import annotations

import asyncio
import re

import pytest
import sqlalchemy as sa

from bot.gateway import keys
from bot.gateway.chat import token_for
from desk import callbacks, cases, service
from desk.callbacks import Callback
from desk.tables import callbacks as table
from tests.gateway.fake_rasa import answer, handoff, result
from tests.gateway.house import House, Resident
from tests.gateway.listener import listen
from tests.gateway.test_gateway_handover import BACK, staff, ticket_of, waiting_for_a_person
from tests.gateway.test_gateway_refusals import refused

NUMBER = {"phone": "138-1234-5678"}
TOLD = {"left": True, "hint": "尾号 5678", "until": "办结后删除"}
NONE = {"left": False, "hint": None, "until": None}
MASKED = "我的电话是13812345678，你们打给我"


async def leave(someone: Resident, sent: object = NUMBER):
    return await someone.ask("PUT", "/callback", sent)


async def told(someone: Resident) -> dict:
    return (await someone.ask("GET", "/callback")).body


def left(house: House) -> int:
    with house.store.begin() as db:
        return db.execute(sa.select(sa.func.count()).select_from(table)).scalar()


# —— leaving it ——


async def test_a_number_can_be_left_while_a_person_is_awaited_and_is_told_back_by_its_last_digits(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        assert await told(someone) == NONE
        got = await leave(someone, {"phone": "＋86 138 1234 5678", "name": "张大爷", "when": "下午"})
        assert (got.status, got.body, got.headers["Cache-Control"]) == (200, TOLD, "no-store")
        assert await told(someone) == TOLD


async def test_it_can_be_left_once_a_person_has_the_case_and_after_going_back_to_the_bot(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        await someone.press((await someone.history()).button(BACK))
        assert (someone.owner(), (await leave(someone)).status) == ("bot", 200)
        staff(house, cases.claim, ticket_of(someone), "王芳")
        assert (someone.owner(), (await leave(someone)).status) == ("staff", 200)


async def test_before_a_person_was_asked_for_and_after_the_case_is_resolved_it_is_409(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保")
        for _ in range(2):
            for got in (await leave(someone), await someone.ask("GET", "/callback")):
                refused(got, 409, "no_open_case")
                assert "转人工" in got.error["message"]
            assert (await someone.ask("DELETE", "/callback")).status == 204
            if not someone.cases():
                house.rasa.next.append(handoff())
                await someone.say("转人工")
                await leave(someone)
                staff(house, cases.resolve, ticket_of(someone), "王芳", "answered", "已告知")
        assert left(house) == 0


async def test_a_case_after_a_resolved_one_has_no_number(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        await leave(someone)
        staff(house, cases.resolve, ticket_of(someone), "王芳", "answered", "已告知")
        house.rasa.next.append(handoff())
        await someone.say("还要人工")
        assert await told(someone) == NONE


async def test_the_last_number_counts_and_it_can_be_taken_back(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        await leave(someone)
        assert (await leave(someone, {"phone": "0766-8631234转801"})).body["hint"] == "尾号 1234"
        assert left(house) == 1
        for _ in range(2):
            assert (await someone.ask("DELETE", "/callback")).status == 204
        assert await told(someone) == NONE


async def test_staff_see_what_was_left(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        await leave(someone, {"phone": "13812345678", "name": " 张\n大爷 ", "when": "\u200b"})
        ticket = ticket_of(someone)
        staff(house, cases.claim, ticket, "王芳")
        seen = staff(house, callbacks.look, house.client.app[keys.SECRET], ticket, "王芳")
        assert seen == Callback("138 1234 5678", "张 大爷", None)


# —— what is not taken ——


@pytest.mark.parametrize(
    ("phone", "said"),
    [
        ("7631234", "区号"), ("1381234567", "11位"), ("", "11位"), ("4001234567", "服务热线"), ("+852 9123 4567", "内地"), ("我没有电话", "只填一个"),
        ("9" * 5000, "11位"),
    ],
)
async def test_a_number_that_cannot_be_called_is_400_with_the_reason_and_without_the_number(street, phone, said):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        got = await leave(someone, {"phone": phone})
        refused(got, 400, "bad_phone")
        assert said in got.error["message"]
        assert not phone or phone not in got.error["message"]
        assert left(house) == 0


MALFORMED = [
    ({}, "bad_shape"), ({"phone": None}, "bad_shape"), ({"phone": 13812345678}, "bad_shape"), ([], "bad_shape"), (b"{", "not_json"),
    (NUMBER | {"name": 1}, "bad_shape"), (NUMBER | {"email": "a@b.cn"}, "bad_shape"), (NUMBER | {"name": "张" * 41}, "field_too_long"),
    (NUMBER | {"when": "午" * 81}, "field_too_long"),
]


@pytest.mark.parametrize(("sent", "code"), MALFORMED)
async def test_a_malformed_request_is_400(street, sent, code):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        refused(await leave(someone, sent), 400, code)
        assert left(house) == 0


async def test_a_name_and_a_time_of_the_longest_are_taken(street):
    async with street.open() as house:
        assert (await leave(await waiting_for_a_person(house), NUMBER | {"name": "张" * 40, "when": "午" * 80})).status == 200


async def test_it_counts_to_the_limit_of_the_conversation(street):
    async with street.open(rate_limit=2) as house:
        someone = await waiting_for_a_person(house)
        assert [(await leave(someone)).status for _ in range(3)] == [200, 200, 429]


async def test_it_is_taken_while_the_assistant_is_switched_off(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        staff(house, service.switch_off, "系统维护", "王芳")
        assert (await leave(someone)).status == 200


# —— where it never stands ——


async def test_it_stands_nowhere_but_sealed(street, tmp_path, log):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        await leave(someone, NUMBER | {"name": "张大爷", "when": "晚饭后"})
        await leave(someone, {"phone": "138-1234-567"})
        async with listen(someone) as ear:
            await ear.messages(upto=3)
        shown = str([ear.heard, (await someone.history()).body, await told(someone)])
        async with house.client.get(f"/api/chat/{someone.conversation}/transcript", headers={"Authorization": f"Bearer {someone.token}"}) as got:
            shown += await got.text()
        async with house.client.get("/metrics") as got:
            shown += await got.text()
        [case] = someone.cases()
        shown += str(staff(house, cases.events, case.id))
        stored = b"".join(f.read_bytes() for f in tmp_path.iterdir() if f.name.startswith("desk.db"))
    assert [line["status"] for line in log.lines("request") if line["route"].endswith("/callback")] == [200, 400, 200]
    everything = (shown + log.text).encode() + stored
    assert not re.search(rb"138\D?1234\D?567", everything)
    assert "张大爷".encode() not in everything
    assert "晚饭后".encode() not in everything


@pytest.mark.parametrize("how", ["DELETE", "删除我的记录"])
async def test_erasing_erases_it(street, how):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        await leave(someone)
        if how == "DELETE":
            await someone.ask("DELETE", "")
        else:
            await someone.press((await someone.history()).button(BACK))
            house.rasa.next.append(answer(result(request={"erase": True})))
            await someone.say(how)
            refused(await leave(someone), 409, "no_open_case")
        assert left(house) == 0


async def test_after_the_key_was_changed_the_old_token_is_nothing_and_the_number_unreadable(street, monkeypatch):
    monkeypatch.setenv("HUIMIN_SECRET_KEY", "old")
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        await leave(someone)
        ticket = ticket_of(someone)
    monkeypatch.setenv("HUIMIN_SECRET_KEY", "new")
    async with street.open() as house:
        someone.house = house
        assert (await someone.ask("GET", "/callback")).status == 404
        someone.token = token_for("new", someone.conversation)
        assert await told(someone) == TOLD | {"hint": None}
        staff(house, cases.claim, ticket, "王芳")
        with pytest.raises(cases.NotPossible, match="读不出来"):
            staff(house, callbacks.look, "new", ticket, "王芳")


async def test_no_number_survives_a_case_that_is_resolved_meanwhile(street):
    async with street.open() as house:
        for n in range(15):
            someone = await waiting_for_a_person(house)
            ticket = ticket_of(someone)
            resolving = asyncio.to_thread(staff, house, cases.resolve, ticket, "王芳", "answered", "已告知")
            puts = [leave(someone) for _ in range(3)]
            answers = await asyncio.gather(*(puts[: n % 4]), resolving, *(puts[n % 4 :]))
            assert {a.status for a in answers if hasattr(a, "body")} <= {200, 409}
            assert left(house) == 0


# —— where the chat says that it can be left ——


async def test_whoever_is_handed_over_is_offered_to_leave_one(street):
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(handoff())
        said = (await someone.say("转人工")).messages
        assert [m["data"].get("callback") for m in said] == [None, "offered"]


async def test_a_number_in_the_chat_stays_masked_and_the_reply_says_how_to_leave_it(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        said = (await someone.say(MASKED)).messages
        assert [m["data"].get("callback") for m in said] == [None, "offered"]
        assert "已经遮盖" in said[-1]["text"]
        assert "留个电话" in said[-1]["text"]
        assert [r["title"] for r in said[-1]["quick_replies"]] == [BACK]
        assert (await someone.history()).texts[3] == "我的电话是〔电话号码〕，你们打给我"
        assert left(house) == 0


async def test_so_it_is_where_the_number_itself_comes_with_the_request_for_a_person(street):
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(handoff())
        said = (await someone.say(f"转人工，{MASKED}")).messages
        assert ["已经遮盖" in m["text"] for m in said] == [False, False, True]


async def test_so_it_is_while_staff_own_the_conversation_and_the_bot_is_not_asked(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        staff(house, cases.claim, ticket_of(someone), "王芳")
        asked = len(house.rasa.asked)
        [said] = (await someone.say(MASKED)).messages
        assert (said["from"], said["data"]["callback"], said["quick_replies"]) == ("system", "offered", [])
        assert (await someone.say("好的")).messages == []
        assert len(house.rasa.asked) == asked


async def test_without_an_open_case_nothing_is_said_of_it(street):
    async with street.open() as house:
        someone = house.resident()
        assert (await someone.say(MASKED)).texts == [f"答：{(await someone.history()).texts[0]}"]


async def test_in_danger_nothing_else_is_said(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        said = (await someone.say("有人要跳楼，我电话13812345678")).texts
        assert not any("留个电话" in text for text in said)
