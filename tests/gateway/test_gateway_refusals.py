"""What is not taken is refused with the agreed status and a Chinese sentence, and never reaches Rasa."""

from __future__ import annotations

import json

import pytest
import regex

from tests.gateway.house import body, new_id

REPLY = {"title": "申请条件", "says": "低保申请条件", "payload": "/ask_policy{}"}


def message(**given) -> dict:
    return {"conversation": None, "message": {"id": new_id(), **given}, "region": None, "as_of": None}


MALFORMED = {
    "no JSON": b"{",
    "not UTF-8": b'{"message": "\xff"}',
    "nothing": b"",
    "a list": [],
    "a string": "低保",
    "null": None,
    "no message": {"conversation": None},
    "no id": {"message": {"text": "低保"}},
    "a short id": message(text="低保") | {"message": {"id": "1", "text": "低保"}},
    "an id with odd signs": message(text="低保") | {"message": {"id": "a b" * 8, "text": "低保"}},
    "a numeric id": message(text="低保") | {"message": {"id": 12345678901234567890, "text": "低保"}},
    "neither text nor payload": message(),
    "both text and payload": message(text="低保", payload="x" * 32),
    "a number for text": message(text=5),
    "a list for text": message(text=["低保"]),
    "an unknown field": message(text="低保") | {"intent": "ask_policy"},
    "an unknown field in the message": message(text="低保", metadata={"region": "445303"}),
    "a number for the region": message(text="低保") | {"region": 445303},
    "a number for the day": message(text="低保") | {"as_of": 20260101},
    "a number for the conversation": message(text="低保") | {"conversation": 1},
}
EMPTY = ["", " ", "\n\t　", "\u200b\u200b", "\ufeff", "\x00\x07"]
DATES = ["2026-13-01", "2026-02-30", "今天", "", "2026-11-22T00:00:00", "22.11.2026", "20261122", "2026-W47-7", "2026-1-2"]
REGIONS = ["999999", "云安区", "", "445303 ", "445303'--", "null"]


def refused(got, status: int, code: str) -> None:
    """The status, the code, a Chinese sentence that tells nothing of the inside; and nothing to be cached."""
    assert (got.status, got.error["code"]) == (status, code)
    assert regex.search(r"\p{Han}", got.error["message"])
    assert not regex.search(r"Traceback|Error|pydantic|sqlite", got.error["message"])
    assert got.headers["Cache-Control"] == "no-store"


async def test_a_malformed_request_is_400(street):
    async with street.open() as house:
        answers = {what: await house.post(sent) for what, sent in MALFORMED.items()}
        assert {what: a.status for what, a in answers.items() if a.status != 400} == {}
        for got in answers.values():
            refused(got, 400, "not_json" if got.error["code"] == "not_json" else "bad_shape")
        assert not house.rasa.asked


async def test_an_empty_message_is_400(street):
    async with street.open() as house:
        for text in EMPTY:
            refused(await house.post(body(text)), 400, "empty")
        assert not house.rasa.asked


async def test_1000_characters_are_taken_and_1001_are_400(street):
    async with street.open() as house:
        assert (await house.post(body("问" * 1000))).status == 200
        refused(await house.post(body("问" * 1001)), 400, "too_long")
        assert len(house.rasa.asked) == 1


async def test_16_kilobytes_are_read_and_more_is_413(street):
    async with street.open() as house:
        sent = json.dumps(body("问")).encode()
        assert (await house.post(sent + b" " * (16 * 1024 - len(sent)))).status == 200
        refused(await house.post(sent + b" " * (16 * 1024 - len(sent) + 1)), 413, "too_large")


async def test_an_unknown_region_is_400(street):
    async with street.open() as house:
        for region in REGIONS:
            refused(await house.post(body("低保", region=region)), 400, "unknown_region")
        assert not house.rasa.asked


async def test_a_day_that_is_not_written_as_one_is_400(street):
    async with street.open() as house:
        statuses = {as_of: (await house.post(body("低保", as_of=as_of))).status for as_of in DATES}
        assert {as_of: status for as_of, status in statuses.items() if status != 400} == {}
        refused(await house.post(body("低保", as_of=DATES[0])), 400, "bad_date")
        assert not house.rasa.asked


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_a_page_of_another_site_is_403(street, origin):
    async with street.open() as house:
        refused(await house.post(body("低保"), {"Origin": origin}), 403, "bad_origin")
        assert not house.rasa.asked


async def test_our_own_page_the_public_address_and_allowed_sites_may_ask(street):
    settings = {"public_url": "https://huimin.example/", "allowed_origins": frozenset({"https://gov.example"})}
    async with street.open(**settings) as house:
        own = str(house.client.make_url("")).rstrip("/")
        for origin in (own, "https://huimin.example", "https://gov.example"):
            assert (await house.post(body("低保"), {"Origin": origin})).status == 200


async def test_too_many_messages_in_a_conversation_are_429_with_the_time_to_wait(street):
    async with street.open(rate_limit=2) as house:
        someone = house.resident()
        answers = [await someone.say(str(n)) for n in range(4)]
        assert [a.status for a in answers[:2]] == [200, 200]
        refused(answers[-1], 429, "too_many")
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        assert answers[-1].headers["Retry-After"] in answers[-1].error["message"]


async def test_one_conversation_over_its_limit_does_not_stop_another(street):
    async with street.open(rate_limit=1) as house:
        one, other = house.resident(), house.resident()
        assert [(await one.say("一")).status for _ in range(3)][-1] == 429
        assert (await other.say("二")).status == 200


async def test_one_address_may_begin_ten_times_as_many_conversations(street):
    async with street.open(rate_limit=1) as house:
        statuses = [(await house.post(body("低保"))).status for _ in range(11)]
        assert statuses == [200] * 10 + [429]


async def test_no_limit_where_it_is_switched_off(street):
    async with street.open(rate_limit=0) as house:
        someone = house.resident()
        assert {(await someone.say(str(n))).status for n in range(40)} == {200}


async def test_only_a_trusted_proxy_is_believed_on_whose_address_it_is(street):
    async with street.open(rate_limit=1) as house:
        statuses = [(await house.post(body("低保"), {"X-Forwarded-For": f"10.0.0.{n}"})).status for n in range(11)]
        assert statuses[-1] == 429
    async with street.open(rate_limit=1, trusted_proxies=frozenset({"127.0.0.1"})) as house:
        statuses = [(await house.post(body("低保"), {"X-Forwarded-For": f"10.0.0.{n}"})).status for n in range(11)]
        assert set(statuses) == {200}
        statuses = [(await house.post(body("低保"), {"X-Forwarded-For": f"10.1.1.{n}, 10.2.2.2"})).status for n in range(11)]
        assert statuses[-1] == 429


async def test_history_after_something_that_is_no_number_is_400(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保")
        for after in ("x", "-1", "1.5", "9999999999", "²", "%20", "1%2B1"):
            refused(await someone.history(after), 400, "bad_shape")


async def test_an_unknown_path_is_404_in_json(street):
    async with street.open() as house:
        for path in ("/nothing", "/api/nothing", "/api/chat/abc/messages", "/desk.db"):
            refused(await house.get(path), 404, "no_such_page")


async def test_the_wrong_method_is_405_in_json(street):
    async with street.open() as house, house.client.get("/api/chat") as got:
        assert got.status == 405
        assert regex.search(r"\p{Han}", (await got.json())["error"]["message"])
