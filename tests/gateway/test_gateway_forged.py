"""Tokens and payloads that are not the resident's own: refused on every route in the same words, without a look into the store, and
never passed on.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from multidict import CIMultiDict

from bot.gateway import chat, keys
from desk import conversations as talk
from desk.store import now
from desk.tables import metadata
from tests.gateway.described import shipped_document
from tests.gateway.fake_rasa import answer, result
from tests.gateway.house import House, Resident, body, new_id
from tests.gateway.test_gateway_handover import waiting_for_a_person
from tests.gateway.test_gateway_refusals import refused

NOWHERE = "0" * 32
ERASE = answer(result("", request={"erase": True}) | {"text": "。"})
REPLY = {"title": "申请条件", "says": "低保申请条件", "payload": "/ask_policy{}"}
ALIKE = str.maketrans("0123456789abcdef", "０１２３４５６７８９аЬсԁеｆ")


@dataclass(frozen=True)
class Route:
    """A route that takes a conversation."""

    method: str
    path: str
    sent: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def _routes() -> Iterator[Route]:
    for path, item in shipped_document()["paths"].items():
        for method, operation in item.items():
            if method != "parameters" and {"conversationToken": []} in operation.get("security", []):
                examples = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
                yield Route(method.upper(), path, next((e["value"] for e in examples.values()), None))


ROUTES = list(_routes())
every_route = pytest.mark.parametrize("route", ROUTES, ids=str)


@dataclass(frozen=True)
class Got:
    """All of an answer that a stranger can look at, but for what is another each time."""

    status: int
    said: str
    headers: dict[str, str]

    @property
    def code(self) -> str:
        return self.said.partition('"code": "')[2].partition('"')[0]


async def ask(house: House, route: Route, conversation: str, *authorization: str, message: str = "1" * 32, **more: Any) -> Got:
    """``authorization``: one header for each."""
    path = route.path.replace("{conversation}", conversation).replace("{message}", message)
    sent = body("还在吗", conversation=conversation) if route.path == "/api/chat" else route.sent
    headers = CIMultiDict([("Authorization", a) for a in authorization])
    async with house.client.request(route.method, path, json=sent, headers=headers, **more) as got:
        said = await got.text() if got.content_type != "text/event-stream" else ""
        shown = {k: v for k, v in got.headers.items() if k not in {"Date", "X-Request-ID"}}
        return Got(got.status, said, shown)


def kept(house: House) -> list[list[tuple]]:
    """Everything in the desk store."""
    with house.store.begin() as db:
        return [[tuple(row) for row in db.execute(sa.select(t).order_by(*t.primary_key))] for t in metadata.sorted_tables]


def answer_of(house: House, someone: Resident) -> str:
    with house.store.begin() as db:
        return next(m.id for m in talk.history(db, someone.conversation) if m.sender == "bot")


# —— tokens ——

NO_TOKEN = {
    "nothing": lambda t: [],
    "an empty header": lambda t: [""],
    "the scheme alone": lambda t: ["Bearer"],
    "the scheme and a blank": lambda t: ["Bearer "],
    "no scheme": lambda t: [t],
    "Basic": lambda t: [f"Basic {t}"],
    "Token": lambda t: [f"Token {t}"],
    "Digest": lambda t: [f"Digest {t}"],
    "a longer scheme": lambda t: [f"Bearerx {t}"],
    "the scheme and a colon": lambda t: [f"Bearer:{t}"],
    "the right one twice": lambda t: [f"Bearer {t}", f"Bearer {t}"],
    "the right one, then a wrong one": lambda t: [f"Bearer {t}", "Bearer x"],
    "a wrong one, then the right one": lambda t: ["Bearer x", f"Bearer {t}"],
}
WRONG = {
    "garbage": lambda t: "x",
    "null": lambda t: "null",
    "undefined": lambda t: "undefined",
    "zeros": lambda t: "0" * 64,
    "cut by one": lambda t: t[:-1],
    "without its first": lambda t: t[1:],
    "one more": lambda t: t + "0",
    "twice": lambda t: t + t,
    "itself and a list": lambda t: f"{t},{t}",
    "upper case": lambda t: t.upper(),
    "backwards": lambda t: t[::-1],
    "quoted": lambda t: f'"{t}"',
    "after two blanks": lambda t: f" {t}",
    "letters that look alike": lambda t: t.translate(ALIKE),
    "a blank inside": lambda t: f"{t[:32]} {t[32:]}",
    "very long": lambda t: "a" * 4000,
}


def flipped(token: str) -> Iterator[str]:
    """The token with each bit of each character turned that still may stand in a header."""
    for place, char in enumerate(token):
        for bit in range(8):
            other = chr(ord(char) ^ 1 << bit)
            if 0x21 <= ord(other) <= 0x7E or ord(other) > 0xA0:
                yield token[:place] + other + token[place + 1 :]


def test_the_routes_are_all_those_that_name_a_conversation():
    assert {r.path for r in ROUTES} == {p for p in shipped_document()["paths"] if "{conversation}" in p} | {"/api/chat"}


@every_route
async def test_without_a_token_it_is_401_whether_the_conversation_exists_or_not(street, route):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        before = kept(house)
        for conversation in (someone.conversation, NOWHERE):
            got = {name: await ask(house, route, conversation, *made(someone.token)) for name, made in NO_TOKEN.items()}
            assert {name: (g.status, g.code) for name, g in got.items() if (g.status, g.code) != (401, "no_token")} == {}
            assert len({g.said for g in got.values()}) == 1
            assert {g.headers["WWW-Authenticate"] for g in got.values()} == {"Bearer"}
        assert kept(house) == before


@every_route
async def test_a_wrong_token_is_404_in_the_same_words_whether_the_conversation_exists_or_not(street, route, monkeypatch):
    async with street.open() as house:
        someone, other = await waiting_for_a_person(house), await waiting_for_a_person(house)
        wrong = {name: make(someone.token) for name, make in WRONG.items()} | {
            "another conversation's": other.token,
            "made with another key": chat.token_for("another", someone.conversation),
            "made without a key": hashlib.sha256(f"conversation:{someone.conversation}".encode()).hexdigest(),
            "made of something else": hmac.new(house.client.app[keys.SECRET].encode(), someone.conversation.encode(), "sha256").hexdigest(),
            "the conversation itself": someone.conversation,
        }
        before, looked = kept(house), []
        monkeypatch.setattr(house.turns, "read", lambda look: looked.append(look))
        monkeypatch.setattr(house.turns, "write", lambda change: looked.append(change))
        message = answer_of(house, someone)
        got = {
            (name, conversation): await ask(house, route, conversation, f"Bearer {token}", message=message)
            for name, token in wrong.items() for conversation in (someone.conversation, NOWHERE)
        }
        assert {who: (g.status, g.code) for who, g in got.items() if (g.status, g.code) != (404, "not_found")} == {}
        assert len({(g.said, tuple(g.headers.items())) for g in got.values()}) == 1
        assert looked == []  # how long it takes tells nothing either
        assert kept(house) == before


async def test_no_bit_of_a_token_may_be_another(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保")
        tried = list(flipped(someone.token))
        assert len(tried) > 64 * 5
        history = next(r for r in ROUTES if str(r) == "GET /api/chat/{conversation}/messages")
        for token in tried:
            assert (await ask(house, history, someone.conversation, f"Bearer {token}")).status == 404
        assert (await ask(house, history, someone.conversation, f"Bearer {someone.token}")).status == 200


@every_route
async def test_the_comparison_that_takes_as_long_for_any_token_decides_alone(street, route, monkeypatch):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        message = answer_of(house, someone)
        compared = []

        def says(equal: bool):
            return lambda one, other: compared.append((one, other)) or equal

        monkeypatch.setattr(chat.hmac, "compare_digest", says(False))
        assert (await ask(house, route, someone.conversation, f"Bearer {someone.token}", message=message)).status == 404
        assert compared == [(someone.token.encode(),) * 2]
        monkeypatch.setattr(chat.hmac, "compare_digest", says(True))
        assert (await ask(house, route, someone.conversation, "Bearer wrong", message=message)).status < 300


@every_route
@pytest.mark.parametrize("gone", ["erased", "too old"])
async def test_a_token_ends_with_its_conversation_as_if_there_had_never_been_one(street, route, gone):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保")
        message = answer_of(house, someone)
        with house.store.begin() as db:
            if gone == "erased":
                talk.erase(db, someone.conversation)
            else:
                assert talk.forget_older(db, now()) == 1
        empty = kept(house)
        own = await ask(house, route, someone.conversation, f"Bearer {someone.token}", message=message)
        never = await ask(house, route, NOWHERE, f"Bearer {someone.token}", message=message)
        assert (own.status, own.code) == (404, "not_found")
        assert own == never
        assert kept(house) == empty


async def test_a_token_does_not_end_before_its_conversation(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保")
        with house.store.begin() as db:
            long_ago = now().replace(year=now().year - 5)
            for table in ("conversations", "messages"):
                db.execute(metadata.tables[table].update().values(created_at=long_ago))
        assert (await someone.history()).status == 200
        assert await house.turns.forget_old() == 1
        refused(await someone.history(), 404, "not_found")


@every_route
async def test_a_token_that_stands_anywhere_else_is_none(street, route):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        before = kept(house)
        for name in ("token", "access_token", "authorization"):
            assert (await ask(house, route, someone.conversation, params={name: someone.token})).status == 401
        assert (await ask(house, route, someone.conversation, cookies={"token": someone.token})).status == 401
        assert kept(house) == before


@every_route
async def test_the_schemes_name_may_be_written_in_any_case(street, route):
    for scheme in ("bearer", "BEARER"):
        async with street.open() as house:
            someone = await waiting_for_a_person(house)
            assert (await ask(house, route, someone.conversation, f"{scheme} {someone.token}", message=answer_of(house, someone))).status < 300


@every_route
async def test_an_address_that_only_looks_like_the_conversations_is_none(street, route):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        before = kept(house)
        for conversation in (someone.conversation.upper(), someone.conversation[:-1], f"{someone.conversation}0", someone.conversation.translate(ALIKE)):
            if conversation != someone.conversation:
                assert (await ask(house, route, conversation, f"Bearer {someone.token}")).status == 404
        assert kept(house) == before


async def test_a_token_that_is_no_text_is_refused_and_not_an_inner_error(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保")
        for header in (b"Bearer \xff\xfe", b"Bearer \xe5\xaf\x86", b"\xffBearer x", b"Bearer \x00"):
            reader, writer = await asyncio.open_connection(house.client.host, house.client.port)
            path = f"/api/chat/{someone.conversation}/messages".encode()
            writer.write(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nAuthorization: " + header + b"\r\nConnection: close\r\n\r\n")
            status = int((await reader.read()).split()[1])
            writer.close()
            assert status in {400, 401, 404}


@every_route
async def test_who_guesses_tokens_comes_to_the_limit_of_the_address(street, route):
    async with street.open(rate_limit=1) as house:
        statuses = [(await ask(house, route, NOWHERE, f"Bearer {n:064x}")).status for n in range(11)]
        assert statuses == [404] * 10 + [429]


# —— payloads ——


async def with_a_button(house: House) -> tuple[Resident, str]:
    house.rasa.next.append(answer(result(quick_replies=[REPLY])))
    someone = house.resident()
    return someone, (await someone.say("低保")).button("申请条件")


FORGED = {
    "an intent": lambda b: "/ask_policy{}",
    "an intent with entities": lambda b: '/inform{"region": "445303"}',
    "what the button does": lambda b: REPLY["payload"],
    "what the button says": lambda b: REPLY["says"],
    "its title": lambda b: REPLY["title"],
    "the way back to the bot": lambda b: "#continue_with_bot",
    "a request for a person": lambda b: "/request_human",
    "a restart": lambda b: "/restart",
    "nothing": lambda b: "",
    "a blank": lambda b: " ",
    "a zero byte": lambda b: b + "\0",
    "upper case": lambda b: b.upper() if b.upper() != b else "A" * 32,
    "cut by one": lambda b: b[:-1],
    "one more": lambda b: b + "0",
    "a blank before": lambda b: f" {b}",
    "a line end after": lambda b: f"{b}\n",
    "letters that look alike": lambda b: b.translate(ALIKE),
    "a zero width space": lambda b: f"{b[:16]}\u200b{b[16:]}",
    "for the database": lambda b: "' OR '1'='1",
    "a pattern for the database": lambda b: "%",
}
NO_PAYLOAD = {
    "very long": ("a" * 65, "bad_shape"), "far too long": ("a" * 9000, "bad_shape"), "a number": (1, "bad_shape"), "true": (True, "bad_shape"),
    "a list": (["a" * 32], "bad_shape"), "an object": ({"id": "a" * 32}, "bad_shape"), "half a surrogate": ("\ud800" * 4, "not_json"),
}


@pytest.mark.parametrize("name", FORGED)
async def test_a_payload_that_is_no_button_of_this_conversation_is_400_and_never_reaches_rasa(street, name):
    async with street.open() as house:
        someone, button = await with_a_button(house)
        before = kept(house)
        got = await someone.press(FORGED[name](button))
        refused(got, 400, "bad_payload")
        assert house.rasa.texts == ["低保"]
        assert kept(house) == before


async def test_no_digit_of_a_payload_may_be_another(street):
    async with street.open() as house:
        someone, button = await with_a_button(house)
        for place in range(len(button)):
            other = f"{button[:place]}{int(button[place], 16) ^ 1:x}{button[place + 1:]}"
            refused(await someone.press(other), 400, "bad_payload")
        assert house.rasa.texts == ["低保"]


@pytest.mark.parametrize("name", NO_PAYLOAD)
async def test_a_payload_of_another_shape_is_400(street, name):
    async with street.open() as house:
        someone, _ = await with_a_button(house)
        payload, code = NO_PAYLOAD[name]
        refused(await someone.press(payload), 400, code)
        assert house.rasa.texts == ["低保"]


async def test_a_payload_of_another_conversation_is_400_for_who_knows_it(street):
    async with street.open() as house:
        (one, button), (other, _) = await with_a_button(house), await with_a_button(house)
        refused(await other.press(button), 400, "bad_payload")
        refused(await house.resident().press(button), 400, "bad_payload")
        assert len(house.rasa.asked) == 2
        assert (await one.press(button)).status == 200


@pytest.mark.parametrize("gone", ["删除我的记录", "erased", "too old"])
async def test_a_payload_ends_with_the_record_that_offered_it(street, gone):
    async with street.open() as house:
        someone, button = await with_a_button(house)
        if gone == "删除我的记录":
            house.rasa.next.append(ERASE)
            await someone.say(gone)
        else:
            with house.store.begin() as db:
                talk.erase(db, someone.conversation) if gone == "erased" else talk.forget_older(db, now())
        asked = len(house.rasa.asked)
        refused(await someone.press(button), *((400, "bad_payload") if gone == "删除我的记录" else (404, "not_found")))
        assert len(house.rasa.asked) == asked


async def test_a_payload_may_be_sent_again_as_a_new_message_and_does_the_same(street):
    async with street.open() as house:
        someone, button = await with_a_button(house)
        await someone.say("还有呢")
        for _ in range(2):
            assert (await someone.press(button)).status == 200
        assert [a["payload"] for a in house.rasa.asked] == [None, None, REPLY["payload"], REPLY["payload"]]


async def test_a_message_id_does_not_turn_a_text_into_a_button(street):
    async with street.open() as house:
        (someone, button), number = await with_a_button(house), new_id()
        await someone.say("一句话", id=number)
        assert (await someone.say(payload=button, id=number)).status == 409
        assert len(house.rasa.asked) == 2


@pytest.mark.parametrize("text", ["/ask_policy{}", '/inform{"region":"445303"}', "/restart", "/session_start", "#continue_with_bot", "/request_human"])
async def test_what_is_typed_is_text_and_no_payload(street, text):
    async with street.open() as house:
        await house.resident().say(text)
        assert [(a["text"], a["payload"]) for a in house.rasa.asked] == [(text, None)]
