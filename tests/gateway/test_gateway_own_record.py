"""A resident's own record: what is kept is said, all of it can be taken along, and erased for good."""

from __future__ import annotations

import asyncio
import datetime as dt
from urllib.parse import unquote

import pytest
import sqlalchemy as sa

from bot.gateway.transcript import transcript
from desk import cases
from desk import conversations as talk
from desk.tables import conversations, messages, metadata
from tests.gateway.fake_rasa import answer, fail, handoff, hang, result
from tests.gateway.house import HURRIED, House, Resident, new_id
from tests.gateway.test_gateway_handover import ticket_of, waiting_for_a_person

CITATION = {"document": "社会救助暂行办法", "section": "第九条", "issuer": "国务院", "number": "国务院令第649号", "published": "2014-02-21",
            "effective_from": "2014-05-01", "effective_to": None, "in_force": True, "url": "https://www.gov.cn/a.html"}
HISTORIC = CITATION | {"document": "《云安区政府工作报告》", "section": None, "number": None, "in_force": False, "url": None}
SAID = "每人每月450元。\n来源：《社会救助暂行办法》第九条（国务院，2014-02-21公布）"


async def fetch(house: House, method: str, path: str, token: str | None) -> tuple[int, str, dict[str, str]]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with house.client.request(method, path, headers=headers) as got:
        return got.status, await got.text(), dict(got.headers)


async def record(someone: Resident) -> str:
    status, text, _ = await fetch(someone.house, "GET", f"/api/chat/{someone.conversation}/transcript", someone.token)
    assert status == 200
    return text


async def erase(someone: Resident) -> int:
    status, text, _ = await fetch(someone.house, "DELETE", f"/api/chat/{someone.conversation}", someone.token)
    assert text == "" or status != 204
    return status


def kept(house: House) -> dict[str, int]:
    with house.store.begin() as db:
        return {t.name: db.execute(sa.select(sa.func.count()).select_from(t)).scalar() for t in metadata.sorted_tables}


# —— the record ——


async def test_the_record_is_a_chinese_text_file_to_keep(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保多少钱")
        _, text, headers = await fetch(house, "GET", f"/api/chat/{someone.conversation}/transcript", someone.token)
    assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert "惠民对话记录" in unquote(headers["Content-Disposition"])
    assert text.startswith("惠民")


async def test_the_record_has_every_word_in_order(street):
    async with street.open() as house:
        someone = house.resident()
        for n in range(120):  # more than one page of history
            await someone.say(f"第{n}问")
        text = await record(someone)
    places = [text.index(said) for n in range(120) for said in (f"第{n}问\n", f"答：第{n}问\n")]
    assert places == sorted(places)


async def test_the_record_says_that_it_is_an_automatic_service_that_decides_nothing(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保多少钱")
        text = await record(someone)
    assert "自动问答服务" in text
    assert "不是审批决定" in text


async def test_the_record_has_the_times_of_beijing(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保多少钱")
        with house.store.begin() as db:
            db.execute(messages.update().values(created_at=dt.datetime(2026, 11, 22, 17, 5, tzinfo=dt.timezone.utc)))
        text = await record(someone)
    assert "【2026-11-23 01:05】您：\n低保多少钱" in text
    assert "北京时间" in text


async def test_the_record_names_each_source_once_with_all_that_is_known_of_it(street):
    async with street.open() as house:
        house.rasa.next.append(answer(result(SAID, citations=[CITATION, HISTORIC])))
        someone = house.resident()
        await someone.say("低保多少钱")
        text = await record(someone)
    assert "依据：《社会救助暂行办法》第九条（国务院，国务院令第649号，2014-02-21公布，现行有效） https://www.gov.cn/a.html" in text
    assert "依据：《云安区政府工作报告》（国务院，2014-02-21公布，已过期）" in text
    assert text.count("社会救助暂行办法") == 1


async def test_the_record_tells_persons_from_the_program(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        ticket = ticket_of(someone)
        with house.store.begin() as db:
            cases.reply(db, ticket, "王芳", "您好，请问您在哪个镇？")
        text = await record(someone)
    assert "】工作人员 王芳：\n您好，请问您在哪个镇？" in text
    assert "】惠民（自动回答）：" in text
    assert "】系统（自动通知）：" in text


async def test_the_record_is_masked_like_everything_else(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("我电话13812345678")
        text = await record(someone)
    assert "13812345678" not in text
    assert "〔电话号码〕" in text


def test_the_record_of_nothing_is_whole():
    assert "共0条" in transcript([], dt.datetime(2026, 11, 30, tzinfo=dt.timezone.utc))


# —— erasing ——


async def test_erasing_leaves_nothing_at_all(street, tmp_path):
    async with street.open() as house:
        house.rasa.next.append(answer(result(quick_replies=[{"title": "条件", "says": "条件", "payload": "/ask_policy{}"}])))
        someone = house.resident()
        await someone.say("我妈叫赵翠花")
        house.rasa.next.append(handoff())
        await someone.say("转人工")
        assert await erase(someone) == 204
        assert set(kept(house).values()) == {0}
    stored = b"".join(f.read_bytes() for f in tmp_path.iterdir() if f.name.startswith("desk.db"))
    assert "赵翠花".encode() not in stored


async def test_after_erasing_the_conversation_is_not_known(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保")
        assert await erase(someone) == 204
        assert (await someone.history()).status == 404
        assert (await someone.say("还在吗")).status == 404
        assert await erase(someone) == 404
        path = f"/api/chat/{someone.conversation}/transcript"
        assert (await fetch(house, "GET", path, someone.token))[0] == 404


async def test_erasing_leaves_other_conversations_alone(street):
    async with street.open() as house:
        one, other = house.resident(), house.resident()
        await one.say("一")
        await other.say("二")
        await erase(one)
        assert (await other.history()).texts == ["二", "答：二"]


async def test_the_first_message_of_an_erased_conversation_begins_a_new_one(street):
    async with street.open() as house:
        someone, first = house.resident(), new_id()
        await someone.say("低保", id=first)
        await erase(someone)
        again = house.resident()
        await again.say("低保", id=first)
        assert again.conversation != someone.conversation


async def test_whoever_waits_for_an_answer_while_all_is_erased_is_told_that_it_is_gone(street):
    go = asyncio.Event()
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保")
        house.rasa.next.append(hang(go))
        waiting = asyncio.create_task(someone.say("那农村呢"))
        await house.rasa.was_asked(2)
        assert await erase(someone) == 204
        go.set()
        assert (await waiting).status == 404
        assert set(kept(house).values()) == {0}


async def test_a_question_that_keeps_failing_is_dropped_once_all_is_erased(street):
    async with street.open(**HURRIED) as house:
        house.rasa.always = fail()
        someone = house.resident()
        await someone.say("有人要跳楼")
        assert await erase(someone) == 204
        house.rasa.always = answer()
        other = house.resident()
        await other.say("低保")
        await house.until(lambda: set(other.states()) <= {"answered", "answered_late"})
        assert (await other.said_to_me())[-1] == "答：低保"
        with house.store.begin() as db:
            assert db.execute(sa.select(sa.func.count()).select_from(conversations)).scalar() == 1
            assert not cases.list_cases(db, every=True)


async def test_a_page_of_another_site_cannot_erase(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保")
        headers = {"Authorization": f"Bearer {someone.token}", "Origin": "https://evil.example"}
        async with house.client.delete(f"/api/chat/{someone.conversation}", headers=headers) as got:
            assert got.status == 403
        assert (await someone.history()).status == 200


async def test_the_page_of_an_allowed_site_may_erase(street):
    async with street.open(allowed_origins=frozenset({"https://gov.example"})) as house:
        headers = {"Origin": "https://gov.example", "Access-Control-Request-Method": "DELETE"}
        async with house.client.options(f"/api/chat/{'0' * 32}", headers=headers) as asked:
            assert asked.status == 204
            assert "DELETE" in asked.headers["Access-Control-Allow-Methods"]


# —— the notice ——


@pytest.mark.parametrize("days", ["180", "30"])
async def test_the_notice_says_what_is_kept_how_long_and_how_to_erase_it(street, monkeypatch, days):
    monkeypatch.setenv("HUIMIN_RETENTION_DAYS", days)
    async with street.open() as house:
        got = (await house.get("/api/privacy")).body
    assert got["retention_days"] == int(days)
    assert all(said in got["notice"] for said in (f"{days}天", "删除我的记录", "遮盖", "下载"))


async def test_what_the_notice_says_of_erasing_is_true_for_a_conversation_with_a_person(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        ticket = ticket_of(someone)
        with house.store.begin() as db:
            cases.claim(db, ticket, "王芳")
            assert talk.get(db, someone.conversation).owner == talk.STAFF
        assert await erase(someone) == 204
