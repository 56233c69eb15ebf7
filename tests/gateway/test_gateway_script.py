"""``script=hant``: whoever reads traditional characters gets them everywhere, and nothing but characters changes."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import opencc
import pytest
import regex
import sqlalchemy as sa
import yaml
from aiohttp import web

from bot.gateway import delivery, errors
from bot.gateway.openapi import document
from desk import cases, service
from desk.store import open_store
from desk.tables import messages
from policy_kb import Query, answer
from policy_kb.language.text import traditional
from tests.gateway import fake_rasa
from tests.gateway.fake_rasa import result
from tests.gateway.house import Answer, House, Resident, body, new_id
from tests.gateway.listener import listen
from tests.gateway.test_gateway_handover import ticket_of, waiting_for_a_person
from tests.gateway.test_gateway_own_record import CITATION, record
from tests.gateway.test_gateway_refusals import refused

BACK_TO_SIMPLIFIED = opencc.OpenCC("hk2s").convert
# Big5 has every traditional character but these: forms of Hong Kong's list, Cantonese words, rare names.
BESIDE_BIG5 = "裏户着説牀衞羣税脱峯温卧啓幺枱鈎敍閲麪藴" "咗瞓嘞嘢揾攞唞嫲喺" "勐傈囱坂仫鮁畲藁"
# What is no text to show.
FOR_MACHINES = {"number", "url", "value", "payload"}
PLACES = ("445303", "500110", "440100", "110105")
ASPECTS = ("amount", "eligibility", "materials", "where")


def simplified_in(text: str) -> list[str]:
    """Characters that only simplified writing has, found without OpenCC."""
    def traditional_too(char: str) -> bool:
        try:
            return bool(char.encode("big5"))
        except UnicodeEncodeError:
            return char in BESIDE_BIG5

    return [c for c in text if regex.match(r"\p{Han}", c) and not traditional_too(c)]


def leaves(part: Any, name: str = "") -> list[tuple[str, Any]]:
    """Every value of an answer with the name it stands under, in order."""
    if isinstance(part, dict):
        return [leaf for key, p in part.items() for leaf in leaves(p, key)]
    if isinstance(part, list):
        return [leaf for p in part for leaf in leaves(p, name)]
    return [(name, part)]


def differs_in_characters_only(hans: Any, hant: Any) -> None:
    """The same answer in both scripts: what is shown can be turned back, what machines read is the same."""
    one, other = leaves(hans), leaves(hant)
    assert [name for name, _ in one] == [name for name, _ in other]
    for (name, simple), (_, shown) in zip(one, other):
        if name in FOR_MACHINES or not isinstance(simple, str):
            assert shown == simple
        else:
            assert simplified_in(shown) == []
            assert len(shown) == len(simple)
            assert BACK_TO_SIMPLIFIED(shown) == simple


def plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=lambda v: v.isoformat() if isinstance(v, dt.date) else vars(v)))


def from_the_base(kb) -> fake_rasa.Behaviour:
    """A Rasa that answers "benefit aspect region" from the knowledge base, as the actions do."""

    async def behave(asked: dict[str, Any]) -> web.Response:
        benefit, aspect, region = asked["text"].split()
        given = answer(kb, Query((benefit,), aspect, region, dt.date(2026, 11, 30)))
        fields = ("benefit", "also", "aspect", "region", "as_of", "coverage", "kb_version", "facts")
        said = result(
            given.text, given.kind, citations=plain(given.citations), data={f: plain(getattr(given, f)) for f in fields},
            quick_replies=[{"title": r.title, "says": r.says, "payload": "/ask_policy{}"} for r in given.quick_replies],
        )
        return web.json_response({"messages": [said], "context": {}})

    return behave


async def in_both(someone: Resident, path: str, method: str = "GET", sent: object = None) -> tuple[Answer, Answer]:
    mark = "&" if "?" in path else "?"
    return await someone.ask(method, path, sent), await someone.ask(method, f"{path}{mark}script=hant", sent)


def test_the_oracle_tells_simplified_characters():
    assert simplified_in("这里说户口税务") == list("这说务")  # 里, 户, 税 are written so in traditional texts too
    assert simplified_in("這裏説户口税務") == []


# —— what is shown ——


async def test_every_answer_of_the_base_is_shown_in_traditional_characters_and_means_the_same(street, knowledge):
    kb = knowledge.get()
    asked = [f"{benefit} {aspect} {region}" for benefit in kb.benefits for region in PLACES for aspect in ASPECTS[: 1 + (region == PLACES[0])]]
    async with street.open() as house:
        house.rasa.always = from_the_base(kb)
        someone, kinds = house.resident(), set()
        for question in asked:
            kinds |= {m["kind"] for m in (await someone.say(question)).messages}
        assert kinds >= {"answer", "notice"}
        after = 0
        while True:
            hans, hant = await in_both(someone, f"/messages?after={after}")
            if not hans.messages:
                break
            differs_in_characters_only(hans.body, hant.body)
            after = hans.body["next"]
        assert after == 2 * len(asked)
        assert simplified_in((await someone.ask("GET", "/transcript?script=hans")).headers["Content-Disposition"]) == []


async def test_the_record_is_in_traditional_characters_but_for_what_was_typed_and_numbers(street):
    number = "粤府〔2014〕9号"
    async with street.open() as house:
        house.rasa.next.append(fake_rasa.answer(result("农村每月450元。", citations=[CITATION | {"number": number, "document": "广东省条例"}])))
        someone = house.resident()
        message = (await someone.say("农村低保多少钱")).messages[0]["id"]
        await someone.ask("PUT", f"/messages/{message}/feedback", {"helpful": False, "comment": "没说城镇的"})
        simple = await record(someone)
        headers = {"Authorization": f"Bearer {someone.token}"}
        async with house.client.get(f"/api/chat/{someone.conversation}/transcript?script=hant", headers=headers) as got:
            text = await got.text()
    for part in ("對話記錄", "農村每月450元。", "《廣東省條例》第九條", number, "农村低保多少钱", "沒有幫助。没说城镇的"):
        assert part in text
    kept = text.replace(number, "").replace("农村低保多少钱", "").replace("没说城镇的", "")
    assert simplified_in(kept) == []
    assert BACK_TO_SIMPLIFIED(text) == simple


async def test_what_a_resident_typed_is_shown_as_it_was_typed_and_what_they_pressed_in_their_script(street):
    async with street.open() as house:
        house.rasa.next.append(fake_rasa.answer(result(quick_replies=[{"title": "申请条件", "says": "条件", "payload": "/ask_policy{}"}])))
        someone = house.resident()
        button = (await someone.say("农村低保多少錢")).messages[0]["quick_replies"][0]["payload"]
        await someone.press(button)
        hans, hant = await in_both(someone, "/messages")
        assert [(m["text"], m.get("pressed")) for m in hant.messages if m["from"] == "resident"] == [("农村低保多少錢", None), ("申請條件", True)]
        assert [m["text"] for m in hans.messages if m["from"] == "resident"] == ["农村低保多少錢", "申请条件"]
        assert hant.messages[1]["quick_replies"] == [{"title": "申請條件", "payload": button}]


async def test_a_staff_members_words_are_converted_and_their_name_is_not(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        ticket = ticket_of(someone)
        with house.store.begin() as db:
            cases.reply(db, ticket, "范云", "请带户口本来")
        _, hant = await in_both(someone, "/messages")
        assert (hant.messages[-1]["text"], hant.messages[-1]["data"]["name"]) == ("請帶户口本來", "范云")


async def test_each_reader_of_a_stream_gets_their_own_script(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保")
        async with listen(someone) as hans, listen(someone, script="hant") as hant:
            house.rasa.next.append(fake_rasa.answer("农村每月450元"))
            await someone.say("农村呢")
            await hans.messages(upto=4)
            await hant.messages(upto=4)
        assert [m["text"] for m in hans.all("message")][2:] == ["农村呢", "农村每月450元"]
        assert [m["text"] for m in hant.all("message")][2:] == ["农村呢", "農村每月450元"]
        one, other = ([{k: v for k, v in m.items() if k != "text"} for m in ear.all("message")] for ear in (hans, hant))
        assert one == other


@pytest.mark.parametrize("path", ["/api/regions", "/api/regions?parent=440000", "/api/privacy", "/api/notice", "/api/lookup?q=低保标准&limit=50"])
async def test_what_is_open_to_everybody_is_shown_in_both(street, path):
    store = open_store()
    with store.begin() as db:
        service.put_up(db, "低保窗口周六照常办公", None, "王芳")
    store.dispose()
    async with street.open() as house:
        hans, hant = await house.get(path), await house.get(f"{path}{'&' if '?' in path else '?'}script=hant")
        differs_in_characters_only(hans.body, hant.body)
        assert hans.body != hant.body


async def test_an_eligibility_check_is_shown_in_both(street):
    sent = {"region": "445303", "facts": {"household_size": 3, "household_income": 900, "residence": "rural"}}
    async with street.open() as house:
        bodies = []
        for query in ("", "?script=hant"):
            async with house.client.post(f"/api/eligibility{query}", json=sent) as got:
                bodies.append(await got.json())
        differs_in_characters_only(*bodies)


def test_every_sentence_of_the_gateway_has_a_traditional_form():
    for key in yaml.safe_load((errors.Path(errors.__file__).parent / "texts.yaml").read_text(encoding="utf-8")):
        sentence = errors._sentences("hant")[key]
        assert simplified_in(sentence) == []
        assert regex.findall(r"\{\w+\}", sentence) == regex.findall(r"\{\w+\}", errors._sentences("hans")[key])


async def test_a_refusal_is_in_the_readers_script(street):
    async with street.open() as house:
        async with house.client.post("/api/chat?script=hant", json=body("")) as got:
            assert (got.status, (await got.json())["error"]) == (400, {"code": "empty", "message": "請先輸入您的問題。"})
        assert (await house.get("/api/nothing?script=hant")).error["message"] == "沒有這個頁面。"


@pytest.mark.parametrize("script", ["", "Hant", "zh-Hant", "繁體", "hans,hant"])
async def test_another_script_is_400(street, script):
    async with street.open() as house:
        for path in ("/api/regions", "/api/notice", "/api/lookup?q=x"):
            got = await house.get(f"{path}{'&' if '?' in path else '?'}script={script}")
            refused(got, 400, "bad_shape")
            assert "script" in got.error["message"]


# —— what stays ——


async def test_a_repeat_in_the_other_script_is_the_same_message(street):
    async with street.open() as house:
        sent = body("农村低保", id=new_id())
        async with house.client.post("/api/chat?script=hant", json=sent) as got:
            hant = await got.json()
        hans = (await house.post(sent)).body
        assert hans["messages"][0]["text"] == "答：农村低保"
        assert hant["messages"][0]["text"] == "答：農村低保"
        hant["messages"][0]["text"] = hans["messages"][0]["text"]
        assert hant == hans
        assert len(house.rasa.asked) == 1


async def test_the_store_keeps_simplified_characters_and_rasa_reads_what_was_typed(street):
    async with street.open() as house:
        async with house.client.post("/api/chat?script=hant", json=body("農村低保")):
            pass
        assert house.rasa.texts == ["農村低保"]
        house.rasa.next.append(fake_rasa.answer("农村每月450元"))
        async with house.client.post("/api/chat?script=hant", json=body("低保")):
            pass
        assert "农村每月450元" in stored(house)


def stored(house: House) -> list[str]:
    with house.store.begin() as db:
        return list(db.execute(sa.select(messages.c.text)).scalars())


async def test_addresses_and_official_numbers_stay(street):
    citation = CITATION | {"number": "国务院令第649号", "url": "https://www.gov.cn/国务院/关于.html", "document": "国务院关于救助的决定"}
    async with street.open() as house:
        house.rasa.next.append(fake_rasa.answer(result(citations=[citation])))
        someone = house.resident()
        await someone.say("低保")
        _, hant = await in_both(someone, "/messages")
        [shown] = hant.messages[1]["citations"]
        assert (shown["number"], shown["url"], shown["document"]) == (citation["number"], citation["url"], "國務院關於救助的決定")


async def test_a_long_answer_is_shown_as_a_short_one(street, monkeypatch):
    async with street.open() as house:
        short = (await house.get("/api/regions?script=hant")).body
        monkeypatch.setattr(delivery, "LONG", 0)
        assert (await house.get("/api/regions?script=hant")).body == short


async def test_the_description_is_not_touched(street, knowledge):
    async with street.open() as house:
        assert (await house.get("/api/openapi.json?script=hant")).body == document(knowledge.get())


async def test_every_route_that_people_read_describes_it(knowledge):
    described = document(knowledge.get())["paths"]
    takes = {path for path, item in described.items() for m, o in item.items() if m != "parameters"
             and {"$ref": "#/components/parameters/Script"} in o.get("parameters", [])}
    assert takes == {path for path in described if path.startswith("/api/")} - {"/api/openapi.json"}


def test_no_name_of_a_place_or_a_benefit_keeps_a_simplified_character(knowledge):
    kb = knowledge.get()
    names = [r.name for r in kb.regions.values()] + [b.name for b in kb.benefits.values()]
    assert {n: simplified_in(traditional(n)) for n in names if simplified_in(traditional(n))} == {}


@pytest.mark.parametrize(
    ("simple", "shown"),
    [("范县", "范縣"), ("于都县", "于都縣"), ("郁南县", "鬱南縣"), ("余干县", "餘干縣"), ("台州市", "台州市"), ("云浮市云安区", "雲浮市雲安區"), ("万盛经开区", "萬盛經開區"),
     ("干部", "幹部"), ("头发", "頭髮"), ("发放", "發放"), ("里面", "裏面"), ("三公里", "三公里"), ("只有一只", "只有一隻"), ("征收", "徵收"), ("为什么", "為什麼")],
)
def test_words_and_places_are_written_as_they_should_be(simple, shown):
    assert traditional(simple) == shown
