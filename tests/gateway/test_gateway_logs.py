"""One line for each request and each turn, with nothing in it that says who somebody is or what was said."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import logging
import sqlite3

import pytest

from bot.gateway import access, logs
from desk import conversations as talk
from tests.gateway.fake_rasa import answer, fail, hang, raw, result
from tests.gateway.house import HURRIED, House, Street, body

HEX = "0123456789abcdef" * 2
PERSONAL = "我叫张三丰，电话13912345678，身份证44530319900101123X，云安区低保多少钱"
SECRETS = ("张三丰", "1391234", "4453031990", "低保", "我叫", "多少钱")


# —— what is written ——


async def test_a_request_leaves_one_line_with_method_route_status_time_and_id(street, log):
    async with street.open() as house:
        got = await house.post(body("低保"))
        [line] = log.lines("request")
        assert {k: line[k] for k in ("method", "route", "status")} == {"method": "POST", "route": "/api/chat", "status": 200}
        assert line["ms"] >= 0
        assert line["request_id"] == got.headers["X-Request-ID"]


async def test_the_route_is_the_template_and_never_the_path(street, log):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("你好")
        await someone.history()
        assert log.lines("request")[-1]["route"] == "/api/chat/{conversation}/messages"
        assert someone.conversation not in log.text


async def test_a_refusal_tells_its_code(street, log):
    async with street.open() as house:
        await house.post(body(""))
        assert (log.lines("request")[-1]["status"], log.lines("request")[-1]["code"]) == (400, "empty")


async def test_a_page_that_is_not_there_has_no_route(street, log):
    async with street.open() as house:
        await house.get(f"/{PERSONAL}?q={PERSONAL}")
        assert log.lines("request")[-1]["route"] == "none"


async def test_a_turn_leaves_one_line_with_its_end_and_its_time_by_stage(street, log):
    async with street.open() as house:
        await house.post(body("低保"))
        [line] = log.lines("turn")
        assert {k: line[k] for k in ("outcome", "kind", "handled_by", "tries")} == {
            "outcome": "answered", "kind": "answer", "handled_by": "bot", "tries": 1
        }
        assert all(line[k] >= 0 for k in ("save_ms", "queue_ms", "rasa_ms", "commit_ms", "total_ms"))


async def test_request_and_turn_of_a_message_carry_the_same_hash_which_is_not_its_id(street, log):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保")
        [turn], [request] = log.lines("turn"), log.lines("request")
        assert turn["message_hash"] == request["message_hash"]
        assert turn["message_hash"] not in someone.last_message()


async def test_a_turn_does_not_carry_the_id_of_the_request_that_happened_to_begin_it(street, log):
    async with street.open() as house:
        await house.post(body("低保"))
        assert "request_id" not in log.lines("turn")[0]


async def test_a_failed_try_is_written_with_its_reason(street, log):
    async with street.open() as house:
        house.rasa.next.append(fail(503))
        await house.post(body("低保"))
        assert [line["reason"] for line in log.lines("turn failed")] == ["status 503"]
        assert log.lines("turn")[0]["tries"] == 2


async def test_an_error_inside_carries_the_requests_id_and_where_it_was(street, log, monkeypatch):
    async with street.open() as house:
        monkeypatch.setattr(talk, "begin", lambda db, incoming: {}[incoming.text])
        got = await house.post(body(PERSONAL))
        [line] = log.lines("request failed")
        assert (got.status, line["level"]) == (500, "error")
        assert line["request_id"] == got.headers["X-Request-ID"]
        assert "builtins.KeyError" in line["exception"]
        assert "test_gateway_logs.py" in line["exception"]


# —— the request's id ——


@pytest.mark.parametrize(
    "given", [HEX, "4bf92f35-77b3-4da6-a3ce-929d0e0e4736", "req-00af.77_B", "13912345678901234567890123456789"]
)
async def test_a_well_formed_id_is_taken_and_returned(street, given):
    async with street.open() as house, house.client.get("/healthz", headers={"X-Request-ID": given}) as got:
        assert got.headers["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given", ["short", "a" * 65, "a b c d e f g", "张三丰张三丰张三丰", "tel-13912345678", "44530319900101123X", '{"a":"bcdefgh"}', ""]
)
async def test_any_other_is_replaced(street, log, given):
    async with street.open() as house, house.client.get("/healthz", headers={"X-Request-ID": given}) as got:
        assert len(got.headers["X-Request-ID"]) == 32
        assert log.lines("request")[-1]["request_id"] == got.headers["X-Request-ID"]


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/widget.js"), ("GET", "/nothing"), ("POST", "/healthz")])
async def test_pages_and_refusals_return_an_id_too(street, method, path):
    async with street.open() as house, house.client.request(method, path) as got:
        assert len(got.headers["X-Request-ID"]) == 32


async def test_each_request_on_one_connection_has_an_id_of_its_own(street):
    async with street.open() as house:
        ids = {(await house.get("/healthz")).headers["X-Request-ID"] for _ in range(3)}
        assert len(ids) == 3


# —— what is never written ——


@pytest.mark.parametrize(
    ("address", "network"),
    [("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2:3::4", "2001:db8:1::/48"), ("::ffff:203.0.113.77", "203.0.113.0/24"),
     ("::1", "::/48"), ("fe80::1%eth0", "fe80::/48"), ("", ""), (None, ""), ("unix:", "")],
)
def test_of_an_address_the_network_is_written(address, network):
    assert logs.network_of(address) == network


async def test_the_network_is_that_of_the_resident_and_not_of_our_proxy(street, log):
    async with street.open(trusted_proxies=frozenset({"127.0.0.1"})) as house:
        async with house.client.get("/healthz", headers={"X-Forwarded-For": "203.0.113.77"}):
            pass
        assert log.lines("request")[-1]["network"] == "203.0.113.0/24"
        assert "203.0.113.77" not in log.text


async def test_no_log_of_a_conversation_holds_what_was_said_or_who_said_it(street, log, monkeypatch):
    tokens = await everything_goes_wrong(street, monkeypatch)
    assert log.lines("turn"), "nothing was written at all"
    for secret in (*SECRETS, *tokens, HEX, "127.0.0.1"):
        assert secret not in log.text, secret
    assert hashlib.sha256(tokens[0].encode()).hexdigest() not in log.text


async def everything_goes_wrong(street: Street, monkeypatch) -> list[str]:
    """A conversation full of personal data in which whatever can fail fails. Its tokens and ids."""
    async with street.open(**HURRIED, trusted_proxies=frozenset()) as house:
        someone = house.resident()
        await someone.say(PERSONAL, id=HEX)
        house.rasa.next.extend([raw(PERSONAL), raw(json.dumps({"messages": [result(kind=PERSONAL)], "context": {}})), fail(), answer(PERSONAL)])
        await someone.say(PERSONAL)
        go = asyncio.Event()
        house.rasa.next.append(hang(go, answer(result(PERSONAL, data={"region": "445303"}))))
        await someone.say(f"我不想活了，{PERSONAL}")
        go.set()
        await house.until(lambda: "received" not in someone.states())
        for path in (f"/api/lookup?q={PERSONAL}", f"/{PERSONAL}", f"/api/chat/{someone.conversation}/messages?after={PERSONAL}"):
            await house.get(path, token=someone.token)
        await house.post(PERSONAL.encode())
        await house.post(body(PERSONAL, region=PERSONAL))
        await the_store_fails(house, monkeypatch)
        return [someone.token, someone.conversation, someone.last_message()]


async def the_store_fails(house: House, monkeypatch) -> None:
    """Once inside a request and once inside a turn, with the resident's words among the values of the statement."""

    def broken(db, *args, **more):
        db.exec_driver_sql("INSERT INTO messages (id, nothing) VALUES (?, ?)", (PERSONAL, PERSONAL))

    with monkeypatch.context() as m:
        m.setattr(talk, "begin", broken)
        assert (await house.post(body(PERSONAL))).status == 500
    calls = []

    def broken_once(db, *args, **more):
        calls.append(1)
        if len(calls) == 1:
            broken(db)
        raise ValueError(PERSONAL)

    with monkeypatch.context() as m:
        m.setattr(talk, "set_context", broken_once)
        await house.resident().say(PERSONAL)


def test_of_another_librarys_event_only_the_template_is_written(log):
    logging.getLogger("aiohttp.server").error("Error handling request from %s", "203.0.113.77", extra={"said": PERSONAL})
    [line] = log.lines()
    assert line["event"] == "Error handling request from %s"
    assert "203.0.113.77" not in log.text
    assert "张三丰" not in log.text


def test_what_a_library_puts_below_its_first_line_is_not_written(log):
    logging.getLogger("asyncio").error(f"Task exception was never retrieved\nfuture: <Task exception={PERSONAL}>")
    assert [line["event"] for line in log.lines()] == ["Task exception was never retrieved"]


def test_an_exception_is_written_with_its_kind_its_place_and_its_cause_and_not_with_its_words(log):
    try:
        try:
            int(PERSONAL)
        except ValueError as error:
            raise RuntimeError(PERSONAL) from error
    except RuntimeError:
        logging.getLogger("huimin.gateway").exception("broke")
    [line] = log.lines()
    assert "builtins.RuntimeError" in line["exception"]
    assert "builtins.ValueError" in line["exception"]
    assert "张三丰" not in log.text


@pytest.mark.parametrize("error", [sqlite3.OperationalError("database is locked"), OSError(28, "database is locked")])
def test_words_that_can_hold_no_value_help_the_operator(log, error):
    try:
        raise error
    except Exception:
        logging.getLogger("huimin.gateway").exception("broke")
    assert "database is locked" in log.lines()[0]["exception"]


# —— how it is written ——


def test_text_is_for_people_to_read_and_holds_the_same(log):
    stream = io.StringIO()
    logs.configure("INFO", "text", stream)
    logging.getLogger("huimin.turns").info("turn", extra={"outcome": "answered"})
    assert "outcome=answered" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("stream", "is_json"), [(io.StringIO(), True), (_Terminal(), False)])
def test_where_nothing_is_said_a_terminal_gets_text_and_a_file_json(log, stream, is_json):
    logs.configure("INFO", None, stream)
    logging.getLogger("huimin.turns").info("turn")
    assert stream.getvalue().startswith("{") is is_json


def test_what_is_below_the_level_is_not_written(log):
    stream = io.StringIO()
    logs.configure("WARNING", "json", stream)
    logging.getLogger("huimin.turns").info("turn")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("event", ["two\nlines", 'a "quote"'])
def test_one_event_is_one_line(log, event):
    logging.getLogger("huimin.gateway").info(event)
    assert [line["event"] for line in log.lines()] == [event]


def test_an_id_that_looks_random_is_taken_though_it_holds_a_run_of_digits():
    assert access.request_id_of("00000013912345678000000000000000") == "00000013912345678000000000000000"
