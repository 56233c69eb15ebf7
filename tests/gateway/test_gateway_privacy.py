"""Personal numbers reach neither Rasa nor disk nor logs, and what a resident types is text."""

from __future__ import annotations

import logging

import pytest
import regex
import sqlalchemy as sa

from desk.tables import metadata
from tests.gateway.fake_rasa import answer, handoff, result
from tests.gateway.house import body

ID, PHONE, CARD = "11010519491231002X", "13812345678", "6222021234567890123"
PERSONAL = [
    f"我的身份证是{ID}",
    f"身份证号码：{ID.lower()}，电话{PHONE}",
    "身份证110105 19491231 002X，能办低保吗",
    "身份证 110105-1949-1231-0024",
    "身份证号１１０１０５１９４９１２３１００２４",
    "我爸的证件 11010519491231002 少了一位",
    "我妈 1101051949123100245 多了一位",
    "老证号110105491231002",
    f"打我电话{PHONE}",
    f"+86 {PHONE}",
    "手机138 1234 5678",
    "手机138-1234-5678",
    "手机 138.1234.5678 随时可以打",
    "手机１３８１２３４５６７８",
    "手机一三八一二三四五六七八",
    "手机幺三八幺二三四五六七八",
    f"银行卡{CARD}",
    "卡号6222 0212 3456 7890 123",
    "工资卡是 6228-4800-1234-5678",
    "座机 020-83123456，或者(0766)8123456",
    "邮箱 zhangsan1980@163.com",
    "车牌粤A12345被拖走了",
]
# What must be nowhere: the digits of each, however they are written, in runs a person could be known by.
SECRETS = [
    ID[:17], "1101054912310", PHONE, PHONE[3:], CARD[:16], "6222021234567890", "6228480012345678", "83123456", "8123456",
    "zhangsan1980", "A12345",
]
SPOKEN = str.maketrans("一二三四五六七八九零幺〇", "123456789010")


def told(everything: str) -> list[str]:
    """The secrets that are in a text, whatever stands between their characters."""
    bare = regex.sub(r"[\s\-.·＿_–—]", "", everything.translate(SPOKEN)).upper()
    full = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in bare)
    return [s for s in SECRETS if s.upper() in full]


def stored(store) -> str:
    """Every column of every desk table that could carry words; our own random ids are left out."""
    ids = {"id", "conversation", "message", "in_reply_to", "client_id", "body_mac", "first_client_id", "case"}
    with store.begin() as db:
        return "\n".join(
            str(value)
            for table in metadata.sorted_tables
            for row in db.execute(sa.select(table))
            for name, value in row._mapping.items()
            if name not in ids and value is not None
        )


def test_the_search_for_secrets_finds_them():
    assert all(told(text) for text in PERSONAL)


async def test_no_personal_number_reaches_store_rasa_or_log(street, caplog):
    caplog.set_level(logging.DEBUG)
    async with street.open() as house:
        someone = house.resident()
        for text in PERSONAL:
            await someone.say(text)
        house.rasa.next.append(handoff())
        await someone.say(f"转人工，打{PHONE}")
        for text in PERSONAL:  # while a person owns the conversation
            await someone.say(text)
        kept = stored(house.store)
        assert "〔身份证号〕" in kept
        assert told(kept) == []
        assert told(str(house.rasa.asked)) == []
    # What the scripted Rasa, the test's own client and SQL statements log is part of it.
    assert told("\n".join(r.getMessage() for r in caplog.records)) == []


async def test_the_files_on_disk_hold_none_of_it(street, tmp_path):
    async with street.open() as house:
        someone = house.resident()
        for text in PERSONAL:
            await someone.say(text)
    raw = b"".join(f.read_bytes() for f in tmp_path.iterdir() if f.name.startswith("desk.db"))
    assert not [s for s in SECRETS if s.encode() in raw]


async def test_what_the_resident_reads_back_is_masked_too(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say(PERSONAL[0])
        assert (await someone.history()).messages[0]["text"] == "我的身份证是〔身份证号〕"


@pytest.mark.parametrize("invisible", ["\u200b", "\u200d", "\u2060", "\u00ad", "\u202d", "\ufeff", "\ufe0f"], ids=ascii)
async def test_invisible_characters_inside_a_number_do_not_hide_it(street, invisible):
    text = f"我的手机138{invisible}1234{invisible}5678，身份证110105{invisible}19491231002X"
    async with street.open() as house:
        await house.post(body(text))
        assert house.rasa.texts == ["我的手机〔电话号码〕，身份证〔身份证号〕"]


async def test_incomes_ages_and_dates_reach_rasa_as_they_are(street):
    text = "我68岁，2019年6月1日起每月领1250元，全家年收入36000元，文号国办发〔2025〕27号，热线12345"
    async with street.open() as house:
        await house.post(body(text))
        assert house.rasa.texts == [text]


async def test_a_failing_rasa_is_logged_without_the_residents_words(street, caplog):
    caplog.set_level(logging.INFO)
    async with street.open(give_up_after=0.2) as house:
        house.rasa.always = answer(result(kind="joke"))
        someone = house.resident()
        await someone.say("我叫赵翠花，丈夫打我很多年了")
        await house.until(lambda: "received" not in someone.states())
    assert caplog.records
    assert "赵翠花" not in caplog.text


COMMANDS = ["/request_human", '/ask_policy{"benefit": "legal_aid"}', "/restart", " /restart", "／restart", "#continue_with_bot"]


@pytest.mark.parametrize("typed", COMMANDS)
async def test_a_typed_command_reaches_rasa_as_text_only(street, typed):
    async with street.open() as house:
        await house.post(body(typed))
        [asked] = house.rasa.asked
        assert (asked["text"], asked["payload"]) == (typed.strip(), None)


async def test_a_typed_command_changes_nothing_while_a_person_is_waited_for(street):
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(handoff())
        await someone.say("转人工")
        for typed in COMMANDS:
            await someone.say(typed)
        assert someone.owner() == "queue"


async def test_a_quick_replys_payload_reaches_rasa_and_the_resident_sees_its_title_only(street):
    payload = '/ask_policy{"benefit": "legal_aid"}'
    async with street.open() as house:
        house.rasa.next.append(answer(result(quick_replies=[{"title": "法律援助", "says": "法律援助", "payload": payload}])))
        someone = house.resident()
        first = await someone.say("你好")
        assert payload not in str(first.body)
        await someone.press(first.button("法律援助"))
        assert (house.rasa.asked[-1]["payload"], house.rasa.asked[-1]["text"]) == (payload, "法律援助")
        history = await someone.history()
        assert [m["text"] for m in history.messages if m["from"] == "resident"] == ["你好", "法律援助"]
        assert payload not in str(history.body)
