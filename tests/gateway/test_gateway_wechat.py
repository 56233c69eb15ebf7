"""Residents who write in WeChat: what they get as the reply, and what goes to them later."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from bot.gateway.wechat.crypto import signature
from desk import cases
from tests.gateway.at_wechat import account, hurry
from tests.gateway.fake_rasa import answer, handoff, hang, result
from tests.wechat.letters import Letter

OFFERS = [{"title": "申请条件", "says": "申请条件", "payload": "/ask_policy{\"aspect\": \"eligibility\"}"},
          {"title": "要多久", "says": "要多久", "payload": "/ask_policy{\"aspect\": \"time_limit\"}"}]


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
async def test_an_answer_is_the_reply_to_what_was_asked(street, mode):
    async with account(street, mode) as at:
        at.house.rasa.next.append(answer(result("每人每月450元。", quick_replies=OFFERS)))
        reply = await at.says("zhang", "云安区农村低保一个月多少钱")
        assert reply == "每人每月450元。\n\n可以回复序号或文字：\n1. 申请条件\n2. 要多久"
        assert at.house.rasa.texts == ["云安区农村低保一个月多少钱"]
        assert [p.text for p in at.out("waiting")] == []
        assert at.platform.calls == []  # nothing was sent beside it


async def test_a_number_or_the_words_choose_what_was_offered(street):
    async with account(street) as at:
        for _ in range(3):
            at.house.rasa.next.append(answer(result("每人每月450元。", quick_replies=OFFERS)))
        await at.says("zhang", "低保多少钱")
        await at.says("zhang", "２")
        await at.says("zhang", "申请条件。")
        assert [a["payload"] for a in at.house.rasa.asked] == [None, OFFERS[1]["payload"], OFFERS[0]["payload"]]
        assert at.said() == ["低保多少钱", "要多久", "申请条件"]
        await at.says("zhang", "1000")  # the last answer offered the same, but that is no number of it
        assert at.said()[-1] == "1000" and at.house.rasa.asked[-1]["payload"] is None


async def test_the_same_message_again_is_one_turn_and_has_the_same_reply(street):
    async with account(street) as at:
        letter = at.letter()
        at.house.rasa.always = answer("答")
        replies = await asyncio.gather(*(at.platform.replay(letter) for _ in range(3)))
        replies.append(await at.platform.replay(letter))
        assert {at.platform.account.shown("zhang", *reply) for reply in replies} == {"答"}
        assert at.said() == ["低保"] and len(at.house.rasa.asked) == 1


async def test_a_late_answer_goes_by_itself_and_the_reply_was_in_time(street, monkeypatch):
    hurry(monkeypatch)
    ready = asyncio.Event()
    async with account(street) as at:
        at.house.rasa.next.append(hang(ready, answer("晚到的答案")))
        began = time.monotonic()
        assert await at.says("zhang", "低保多少钱") == ""
        assert time.monotonic() - began < 3
        ready.set()
        assert await at.got(1) == ["晚到的答案"]
        assert at.platform.resident("zhang").arrived[0].via == "service"
        await at.until(lambda: not at.out("waiting") and not at.out("sending"))
        assert [(p.reason, p.text) for p in at.out("sent")] == [("service", "")]


async def test_without_the_service_interface_a_late_answer_waits_for_any_word(street, monkeypatch):
    hurry(monkeypatch)
    ready = asyncio.Event()
    async with account(street, secret=False) as at:
        at.house.rasa.next.append(hang(ready, answer("晚到的答案")))
        assert "回复任意一个字查看" in await at.says("zhang", "低保多少钱")
        ready.set()
        await at.until(lambda: [p.reason for p in at.out("waiting")] == ["no_service"])
        assert await at.says("zhang", "看") == "晚到的答案"
        assert at.said() == ["低保多少钱"]  # 看 was no question
        at.house.rasa.always = answer("我在。")
        assert await at.says("zhang", "在吗") == "我在。"  # and here it is one


async def test_what_waits_leads_the_reply_to_another_question(street, monkeypatch):
    hurry(monkeypatch)
    ready = asyncio.Event()
    async with account(street, secret=False) as at:
        at.house.rasa.next.append(hang(ready, answer("晚到的答案")))
        await at.says("zhang", "低保多少钱")
        ready.set()
        await at.until(lambda: at.out("waiting"))
        at.house.rasa.always = answer("新答案")
        assert await at.says("zhang", "高龄津贴多少钱") == "晚到的答案\n\n新答案"


async def test_a_long_answer_comes_in_parts(street, monkeypatch):
    hurry(monkeypatch)
    async with account(street) as at:
        long = "".join(f"第{n}条：每人每月{n}元，由民政部门发放。\n" for n in range(190))
        at.house.rasa.next.append(answer(long))
        first = await at.says("zhang", "有哪些规定")
        await at.until(lambda: "第189条" in at.texts("zhang")[-1])
        every = at.texts("zhang")
        assert len(every) == 6 and every[0] == first and "".join("".join(every).split()) == "".join(long.split())
        assert all(len(t.encode()) <= 2048 for t in every)


async def test_what_is_more_than_may_be_sent_waits_and_comes_before_the_next_answer(street, monkeypatch):
    hurry(monkeypatch)
    async with account(street) as at:
        long = "".join(f"第{n}条：每人每月{n}元，由民政部门按月足额发放到本人账户。\n" for n in range(160))
        at.house.rasa.next.append(answer(long))
        await at.says("zhang", "有哪些规定")
        await at.got(6)
        await at.until(lambda: at.out("waiting") and {p.reason for p in at.out("waiting")} == {"count"})
        assert at.refusals() == []  # not even tried
        left = len(at.out("waiting"))
        at.house.rasa.always = answer("后来的答案")
        await at.says("zhang", "别的问题")
        await at.until(lambda: "".join("".join(at.texts("zhang")).split()).endswith("后来的答案"))
        assert left > 0 and "".join("".join(at.texts("zhang")).split()) == "".join((long + "后来的答案").split())


async def test_a_persons_words_reach_the_resident_with_their_name(street, monkeypatch):
    hurry(monkeypatch)
    async with account(street) as at:
        at.house.rasa.next.append(handoff())
        reply = await at.says("zhang", "转人工")
        ticket = reply.split("工单号 ")[1][:9]
        assert "直接发电话号码就行" in reply and "1. 继续问机器人" in reply
        with at.house.store.begin() as db:
            cases.claim(db, ticket, "王芳")
            cases.reply(db, ticket, "王芳", "您好，您在哪个镇？")
        assert "【王芳】您好，您在哪个镇？" in (await at.got(3))[1:]
        assert await at.says("zhang", "六都镇") == ""
        assert at.messages()[-1].state == "answered" and len(at.house.rasa.asked) == 1


async def test_a_number_for_a_call_is_kept_apart(street):
    async with account(street) as at:
        at.house.rasa.next.append(handoff())
        await at.says("zhang", "转人工")
        assert "尾号5678" in await at.says("zhang", "电话：138 1234 5678")
        assert "尾号4321" in await at.says("zhang", "我女儿腿脚不方便，请打她的13887654321谢谢")
        assert at.said()[-1] == "我女儿腿脚不方便，请打她的（电话已单独留下）谢谢"
        assert not any("1381234" in m.text or "1388765" in m.text for m in at.messages())
        assert await at.says("zhang", "删掉号码") == "号码已经删除。"
        assert await at.says("zhang", "删掉号码") == "没有留过号码。"


async def test_whether_an_answer_helped_is_told_in_a_word(street):
    async with account(street) as at:
        at.house.rasa.always = answer("每人每月450元。")
        await at.says("zhang", "低保多少钱")
        assert await at.says("zhang", "没帮助！") == "记下了，会有人来看这条回答。您可以再说说哪里不对，或者说“转人工”。"
        assert at.messages()[-1].helpful is False
        assert await at.says("zhang", "有帮助") == "谢谢您告诉我们。"
        assert at.messages()[-1].helpful is True and at.said() == ["低保多少钱"]


async def test_other_kinds_of_messages_are_answered_kindly_and_are_no_turns(street):
    async with account(street) as at:
        kinds = {"image": "看不懂图片", "link": "打不开链接", "voice": "没能听清", "shortvideo": "看不懂视频", "location": "哪个区县", "new": "看不懂"}
        for kind, wanted in kinds.items():
            assert wanted in await at.sends("zhang", kind)
        assert "低保" in await at.event("zhang", "subscribe")
        assert await at.event("zhang", "unsubscribe") == ""
        assert at.house.rasa.asked == [] and at.messages() == []


async def test_what_the_platform_heard_of_a_voice_is_what_was_said(street):
    async with account(street) as at:
        await at.sends("zhang", "voice", Recognition="低保多少钱。")
        assert at.said() == ["低保多少钱。"]


async def test_a_location_is_the_place_from_then_on(street):
    async with account(street) as at:
        await at.sends("zhang", "location", Location_X="29", Location_Y="106", Label="重庆市綦江区古南街道1号")
        await at.says("zhang", "低保多少钱")
        assert at.said() == ["重庆市綦江区", "低保多少钱"]
        assert [a["metadata"]["region"] for a in at.house.rasa.asked] == ["500110", "500110"]


async def test_the_menu_asks_in_the_residents_place(street):
    async with account(street) as at:
        await at.event("zhang", "CLICK", "person")
        await at.event("zhang", "CLICK", "gone long ago")
        assert at.said() == ["转人工"]


async def test_numbers_of_papers_are_masked_and_a_typed_payload_is_text(street):
    async with account(street) as at:
        await at.says("zhang", "我的身份证是11010519491231002X")
        await at.says("zhang", '/ask_policy{"benefit": "x"}')
        assert "11010519491231002X" not in str(at.messages())
        assert [a["payload"] for a in at.house.rasa.asked] == [None, None]


async def test_who_writes_too_much_or_too_often_is_told(street):
    async with account(street, rate_limit=2) as at:
        assert "不超过1000个字" in await at.says("zhang", "长" * 1001)
        for _ in range(2):
            await at.says("zhang", "低保")
        assert "请等" in await at.says("zhang", "低保")
        assert await at.says("li", "低保") != ""
        assert len(at.said()) == 2


async def test_two_residents_have_two_conversations(street):
    async with account(street) as at:
        await at.says("zhang", "低保")
        await at.says("li", "五保")
        assert (at.said("zhang"), at.said("li")) == (["低保"], ["五保"])
        assert at.row("zhang").conversation != at.row("li").conversation
        assert b"zhang" not in bytes(at.row("zhang").sealed) and "zhang" not in at.row("zhang").id


FORGED = {
    "no signature": {"signature": ""}, "another signature": {"signature": "0" * 40}, "another time": {"timestamp": "1700000000"},
    "no time": {"timestamp": ""}, "no number": {"timestamp": "１７"},
}


async def refused(at, letter: Letter) -> None:
    assert await at.platform.replay(letter) == (403, b"")
    assert at.house.rasa.asked == []


@pytest.mark.parametrize("why", FORGED)
async def test_what_is_not_the_platforms_is_turned_away_without_a_word(street, why):
    async with account(street) as at:
        letter = at.letter()
        await refused(at, Letter(letter.query | FORGED[why], letter.body))
        async with at.house.client.get("/wechat", params={"signature": "x", "timestamp": "1", "nonce": "2", "echostr": "<b>"}) as got:
            assert (got.status, await got.text()) == (403, "")


@pytest.mark.parametrize("off", [-301, 301])
async def test_what_was_signed_long_ago_or_will_be_is_turned_away(street, off):
    async with account(street) as at:
        await refused(at, at.letter(at=time.time() + off))


async def test_the_address_is_confirmed(street):
    async with account(street) as at:
        stamp = str(int(time.time()))
        given = {"signature": signature(at.platform.account.token, stamp, "n"), "timestamp": stamp, "nonce": "n", "echostr": "5837"}
        async with at.house.client.get("/wechat", params=given) as got:
            assert (got.status, await got.text(), got.content_type) == (200, "5837", "text/plain")


@pytest.mark.parametrize("body", [b"", b"<xml>", b"<!DOCTYPE x [<!ENTITY a 'b'>]><xml>&a;</xml>", b"\xff\xfe", b"<xml><MsgType>text</MsgType></xml>"])
async def test_a_body_that_is_none_is_turned_away(street, body):
    async with account(street) as at:
        await refused(at, Letter(at.letter().query, body))


async def test_safe_mode_takes_nothing_that_is_not_encrypted_or_was_altered(street):
    async with account(street, "safe") as at:
        letter, plain = at.letter(), replace(at.platform.account, mode="plain").letter({"ToUserName": "x", "FromUserName": "zhang"})
        await refused(at, Letter(letter.query | {"msg_signature": "0" * 40}, letter.body))
        await refused(at, plain)


async def test_where_no_account_is_set_there_is_no_such_page(street):
    async with street.open() as house, house.client.post("/wechat", data="x") as got:
        assert got.status == 404


async def test_several_numbers_are_the_words_of_all_that_was_offered(street):
    async with account(street) as at:
        at.house.rasa.next.append(answer(result("您有哪些情况？", quick_replies=OFFERS)))
        await at.says("zhang", "帮我看看")
        await at.says("zhang", "1、2")
        assert at.said()[-1] == "申请条件、要多久" and at.house.rasa.asked[-1]["payload"] is None
