"""What only the gateway can do: tell how far a case is, and erase what is stored."""

from __future__ import annotations

import sqlalchemy as sa

from desk import cases
from desk.tables import metadata
from tests.gateway.fake_rasa import answer, handoff, result
from tests.gateway.house import House, Resident

STATUS = answer(result("请告诉我工单号。", "notice", request={"ticket_status": True}))
ERASE = answer(result("正在删除。", "notice", request={"erase": True}))


async def with_a_case(house: House) -> tuple[Resident, str]:
    """Somebody whose case is open and who talks to the bot again."""
    someone = house.resident()
    house.rasa.next.append(handoff())
    await someone.say("转人工")
    await someone.press((await someone.history()).button("继续问机器人"))
    return someone, someone.cases()[0].ticket


async def test_the_status_of_ones_own_open_case(street):
    async with street.open() as house:
        someone, ticket = await with_a_case(house)
        house.rasa.next.append(STATUS)
        got = await someone.say(f"查进度{ticket}")
        assert ticket in got.texts[0]
        assert "等待" in got.texts[0]


async def test_the_status_tells_who_has_the_case_and_what_came_of_it(street):
    async with street.open() as house:
        someone, ticket = await with_a_case(house)
        with house.store.begin() as db:
            cases.claim(db, ticket, "王芳")
        assert "王芳正在处理" in (await someone.say(f"查进度{ticket}")).texts[0]
        with house.store.begin() as db:
            cases.resolve(db, ticket, "王芳", "answered", "请到街道办理")
        house.rasa.next.append(STATUS)
        assert "请到街道办理" in (await someone.say(f"查进度{ticket}")).texts[0]


async def test_while_waiting_the_status_is_told_without_rasa(street):
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(handoff())
        await someone.say("转人工")
        ticket = someone.cases()[0].ticket
        asked = len(house.rasa.asked)
        assert ticket in (await someone.say(f"{ticket.lower()}到哪一步了")).texts[0]
        assert len(house.rasa.asked) == asked


async def test_another_conversations_case_is_not_told_of(street):
    async with street.open() as house:
        _, ticket = await with_a_case(house)
        stranger = house.resident()
        house.rasa.next.append(STATUS)
        got = await stranger.say(f"查进度{ticket}")
        house.rasa.next.append(STATUS)
        nothing = await stranger.say("查进度HM-AAAAAA")
        assert got.texts[0].replace(ticket, "") == nothing.texts[0].replace("HM-AAAAAA", "")
        assert "登记的工单" in got.texts[0]


async def test_without_a_number_the_resident_is_asked_for_it(street):
    async with street.open() as house:
        house.rasa.next.append(STATUS)
        assert (await house.resident().say("我的工单怎么样了")).texts == ["请告诉我工单号。"]


async def test_erasing_removes_messages_context_and_cases_and_says_so(street, tmp_path):
    async with street.open() as house:
        someone, ticket = await with_a_case(house)
        await someone.say("我妈叫赵翠花")
        house.rasa.next.append(ERASE)
        got = await someone.say("删除我的记录")
        assert [m["data"].get("erased") for m in got.messages] == [True]
        assert [m["text"] for m in (await someone.history()).messages] == got.texts
        assert someone.context() is None
        assert someone.cases() == []
        with house.store.begin() as db:
            kept = {t.name: db.execute(sa.select(sa.func.count()).select_from(t)).scalar() for t in metadata.sorted_tables}
        assert {table for table, rows in kept.items() if rows} == {"conversations", "messages"}
        assert kept["messages"] == 1
    stored = b"".join(f.read_bytes() for f in tmp_path.iterdir() if f.name.startswith("desk.db"))
    assert "赵翠花".encode() not in stored
    assert ticket.encode() not in stored


async def test_erasing_one_conversation_leaves_the_others(street):
    async with street.open() as house:
        other, _ = await with_a_case(house)
        before = (await other.history()).messages
        someone = house.resident()
        house.rasa.next.append(ERASE)
        await someone.say("删除我的记录")
        assert (await other.history()).messages == before
        assert len(other.cases()) == 1


async def test_after_erasing_the_conversation_goes_on_from_nothing(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("云安区低保")
        house.rasa.next.append(ERASE)
        await someone.say("删除我的记录")
        assert (await someone.say("那农村呢")).texts == ["答：那农村呢"]
        assert house.rasa.asked[-1]["context"] is None


async def test_while_a_person_is_wanted_ones_data_can_still_be_erased(street):
    """The right to have it erased does not wait for working hours."""
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(handoff())
        await someone.say("转人工")
        await someone.press((await someone.history()).button("继续问机器人"))
        house.rasa.next.append(ERASE)
        got = await someone.say("删除我的记录")
        assert got.body["handled_by"] == "bot"
        assert (await someone.history()).texts == got.texts
