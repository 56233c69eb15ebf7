"""The event stream: every message once and in order, whoever wrote it and however often the reader comes back."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.gateway import keys
from bot.gateway.chat import token_for
from bot.gateway.streams import LOOK_EVERY
from desk import cases
from desk import conversations as talk
from desk.store import now
from tests.gateway.fake_rasa import answer, handoff, hang, result
from tests.gateway.house import HURRIED, House, Resident
from tests.gateway.listener import listen

ROOT = Path(__file__).resolve().parents[2]
NEVER = 3600.0


def elsewhere(house: House, do, *args, **more):
    """Something another process writes: this gateway is not told of it."""
    with house.store.begin() as db:
        return do(db, *args, **more)


def word(text: str) -> talk.Outgoing:
    return talk.Outgoing("staff", "chat", text)


def streams(house: House):
    return house.client.app[keys.STREAMS]


async def after_turns(house: House, turns: int) -> Resident:
    someone = house.resident()
    for n in range(turns):
        await someone.say(f"第{n}问")
    return someone


async def waiting_for_a_person(house: House) -> Resident:
    someone = house.resident()
    house.rasa.next.append(handoff())
    await someone.say("转人工")
    return someone


@pytest.fixture
def only_told(monkeypatch):
    """The gateway never looks for itself: what arrives was told at once."""
    monkeypatch.setattr("bot.gateway.streams.LOOK_EVERY", NEVER)


@pytest.fixture
def looks_often(monkeypatch):
    monkeypatch.setattr("bot.gateway.streams.LOOK_EVERY", 0.02)


# —— what is told ——


async def test_a_message_is_told_as_the_history_has_it(street):
    async with street.open() as house:
        someone = await after_turns(house, 2)
        async with listen(someone) as ear:
            await ear.messages(upto=4)
        assert ear.all("message") == (await someone.history()).messages


async def test_a_messages_id_is_its_number(street):
    async with street.open() as house:
        someone = await after_turns(house, 2)
        async with listen(someone) as ear:
            await ear.messages(upto=4)
        assert [(e.id, e.data["seq"]) for e in ear.heard if e.name == "message"] == [(str(n), n) for n in (1, 2, 3, 4)]


async def test_what_is_said_while_somebody_listens_is_told_at_once(street, only_told):
    async with street.open() as house:
        someone = await after_turns(house, 1)
        async with listen(someone) as ear:
            await ear.messages(upto=2)
            await someone.say("那农村呢")
            assert await ear.messages(upto=4) == [1, 2, 3, 4]


async def test_a_long_history_comes_whole_and_in_order(street):
    async with street.open() as house:
        someone = await after_turns(house, 1)
        for n in range(130):
            elsewhere(house, talk.say, someone.conversation, word(str(n)))
        async with listen(someone) as ear:
            assert await ear.messages(upto=132) == list(range(1, 133))


async def test_text_of_several_lines_arrives_whole(street):
    text = "第一行\n第二行\r\n\u2028data: 没有\n\nevent: erased"
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(answer(result(text)))
        await someone.say("问")
        async with listen(someone) as ear:
            assert (await ear.until("message", seq=2)).data["text"] == text


async def test_a_message_under_way_is_received_then_answered(street, only_told):
    async with street.open() as house:
        someone = await after_turns(house, 1)
        go = asyncio.Event()
        house.rasa.next.append(hang(go))
        async with listen(someone, after=2) as ear:
            slow = asyncio.create_task(someone.say("低保"))
            assert (await ear.until("delivery", seq=3)).data["state"] == "received"
            go.set()
            assert (await ear.until("delivery", seq=3)).data["state"] == "answered"
            await slow


async def test_a_delivery_names_the_clients_own_id(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保", id="a" * 32)
        async with listen(someone) as ear:
            assert (await ear.until("delivery")).data["client_id"] == "a" * 32


async def test_a_message_given_up_is_told_so(street, only_told):
    async with street.open() as house:
        someone = await after_turns(house, 1)
        house.rasa.next.append(hang(asyncio.Event()))
        async with listen(someone, after=2) as ear:
            slow = asyncio.create_task(someone.say("低保"))
            await ear.until("delivery", seq=3, state="received")
            message = elsewhere(house, talk.get_message, someone.last_message())
            await house.turns.write(lambda db: house.turns._outcomes.give_up(db, message))
            await ear.until("delivery", seq=3, state="given_up")
            slow.cancel()


async def test_while_staff_own_it_a_message_settled_without_a_word_is_told(street, only_told):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        elsewhere(house, cases.claim, someone.cases()[0].ticket, "王芳")
        async with listen(someone) as ear:
            await ear.until("state", handled_by="staff")
            await someone.say("谢谢")
            await ear.until("delivery", seq=5, state="answered")


async def test_who_comes_back_learns_what_became_of_the_message_under_way(street):
    async with street.open(**HURRIED) as house:
        someone, go = house.resident(), asyncio.Event()
        house.rasa.next.append(hang(go))
        await someone.say("低保")
        async with listen(someone) as ear:
            await ear.until("delivery", seq=1, state="received")
        go.set()
        await house.until(lambda: someone.states() == ["answered_late"])
        async with listen(someone, after=1) as ear:
            await ear.until("delivery", seq=1, state="answered_late")


async def test_the_bot_is_at_work_until_it_has_answered(street, only_told):
    async with street.open() as house:
        someone = await after_turns(house, 1)
        go = asyncio.Event()
        house.rasa.next.append(hang(go))
        async with listen(someone, after=2) as ear:
            slow = asyncio.create_task(someone.say("低保"))
            assert (await ear.until("typing")).data == {"who": "bot", "on": True}
            go.set()
            assert (await ear.until("typing")).data == {"who": "bot", "on": False}
            await slow
        assert 4 in ear.seqs


async def test_a_person_at_work_is_shown_until_he_stops(street, only_told):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        elsewhere(house, cases.claim, someone.cases()[0].ticket, "王芳")
        async with listen(someone) as ear:
            await ear.until("state")
            streams(house).staff_write(someone.conversation)
            assert (await ear.until("typing")).data == {"who": "staff", "on": True}
            streams(house).staff_write(someone.conversation, on=False)
            assert (await ear.until("typing")).data == {"who": "staff", "on": False}


async def test_a_person_who_says_no_more_is_not_at_work_for_ever(street, looks_often, monkeypatch):
    monkeypatch.setattr("bot.gateway.streams.STAFF_WRITE_FOR", 0.1)
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        elsewhere(house, cases.claim, someone.cases()[0].ticket, "王芳")
        async with listen(someone) as ear:
            await ear.until("state")
            streams(house).staff_write(someone.conversation)
            await ear.until("typing", on=True)
            await ear.until("typing", who="staff", on=False)


async def test_a_change_of_who_handles_it_is_told(street, only_told):
    async with street.open() as house:
        someone = await after_turns(house, 1)
        async with listen(someone) as ear:
            await ear.until("state", handled_by="bot")
            house.rasa.next.append(handoff())
            await someone.say("转人工")
            await ear.until("state", handled_by="queue")


# —— coming back ——


@pytest.mark.parametrize("cut", range(9))
async def test_after_any_cut_the_rest_comes_once_and_in_order(street, cut):
    async with street.open() as house:
        someone = await after_turns(house, 4)
        async with listen(someone, after=cut) as ear:
            await someone.say("再问")
            assert await ear.messages(upto=10) == list(range(cut + 1, 11))


async def test_who_is_cut_off_again_and_again_misses_nothing_and_hears_nothing_twice(street):
    async with street.open() as house:
        someone = await after_turns(house, 1)
        last, heard = 0, []

        async def ask() -> None:
            for n in range(12):
                await someone.say(f"第{n}问")

        asking = asyncio.create_task(ask())
        while last < 26:
            async with listen(someone, after=last) as ear:
                await ear.until("message")
            heard += ear.seqs
            last = int(ear.last)
        await asking
        assert heard == list(range(1, 27))


async def test_a_number_from_the_future_hides_nothing(street):
    async with street.open() as house:
        someone = await after_turns(house, 1)
        async with listen(someone, after=999) as ear:
            await ear.until("state")
            await someone.say("再问")
            assert await ear.messages(upto=4) == [3, 4]


@pytest.mark.parametrize("wrong", ["x", "-1", "1.5", "1" * 10, "١"])
async def test_a_last_event_id_that_is_no_number_is_400(street, wrong):
    async with street.open() as house:
        someone = await after_turns(house, 1)
        async with listen(someone, after=wrong.encode().decode("latin-1")) as ear:
            assert ear.got.status == 400


# —— other processes ——


async def test_what_another_process_writes_is_found(street, looks_often):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        async with listen(someone, after=3) as ear:
            await ear.until("state", handled_by="queue")
            elsewhere(house, cases.reply, someone.cases()[0].ticket, "王芳", "您好")
            await ear.until("state", handled_by="staff")
            assert (await ear.until("message", seq=5)).data["text"] == "您好"


def test_the_gateway_looks_within_two_seconds():
    assert LOOK_EVERY < 2


async def test_a_reply_from_the_terminal_reaches_the_reader(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        async with listen(someone, after=3) as ear:
            await ear.until("state")
            command = [sys.executable, "-W", "ignore", "-m", "desk", "reply", someone.cases()[0].ticket, "您好", "--as", "王芳"]
            await asyncio.to_thread(subprocess.run, command, cwd=ROOT, env=os.environ, check=True, capture_output=True)
            assert (await ear.until("message")).data["data"]["name"] == "王芳"


async def test_one_query_looks_for_all_conversations(street, only_told):
    async with street.open() as house, AsyncExitStack() as open_streams:
        for _ in range(5):
            ear = await open_streams.enter_async_context(listen(await after_turns(house, 1)))
            await ear.messages(upto=2)
        reads, read = [], house.turns.read

        async def counted(look):
            reads.append(look)
            return await read(look)

        house.turns.read = counted
        await streams(house)._look()
        assert len(reads) == 1


async def test_a_claim_without_a_word_is_found(street, looks_often):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        async with listen(someone) as ear:
            await ear.until("state", handled_by="queue")
            elsewhere(house, cases.claim, someone.cases()[0].ticket, "王芳")
            await ear.until("state", handled_by="staff")


# —— erasing ——


async def erased(house: House, someone: Resident) -> None:
    house.rasa.next.append(answer(result("好的", request={"erase": True})))
    await someone.say("删除我的记录")


async def test_erasing_ends_the_stream_and_says_so_last(street, only_told):
    async with street.open() as house:
        someone = await after_turns(house, 1)
        async with listen(someone) as ear:
            await ear.messages(upto=2)
            await erased(house, someone)
            assert (await ear.end())[-1].name == "erased"


async def test_who_was_away_while_it_was_erased_is_told(street):
    async with street.open() as house:
        someone = await after_turns(house, 1)
        await erased(house, someone)
        async with listen(someone, after=2) as ear:
            assert (await ear.end())[-1].name == "erased"


async def test_after_the_erasing_the_conversation_can_be_listened_to_again(street):
    async with street.open() as house:
        someone = await after_turns(house, 1)
        await erased(house, someone)
        async with listen(someone) as ear:
            await ear.until("state")
            await someone.say("低保")
            assert await ear.messages(upto=6) == [4, 5, 6]


async def test_a_conversation_that_is_deleted_ends_its_stream(street, looks_often):
    async with street.open() as house:
        someone = await after_turns(house, 1)
        async with listen(someone) as ear:
            await ear.messages(upto=2)
            elsewhere(house, talk.forget_older, now())
            assert (await ear.end())[-1].data == {"seq": None}


# —— who may listen ——


async def test_a_conversation_that_does_not_exist_is_404(street):
    async with street.open() as house:
        nobody = Resident(house, "0" * 32, token_for(house.client.app[keys.SECRET], "0" * 32))
        async with listen(nobody) as ear:
            assert ear.got.status == 404


async def test_nobody_hears_another_conversation(street, only_told):
    async with street.open() as house:
        someone, other = await after_turns(house, 1), await after_turns(house, 1)
        async with listen(someone) as ear:
            await ear.messages(upto=2)
            await other.say("别人的话")
            await someone.say("我的话")
            await ear.messages(upto=4)
        assert "别人的话" not in {m["text"] for m in ear.all("message")}


async def test_the_stream_says_what_it_is_and_carries_the_security_headers(street):
    async with street.open() as house, listen(await after_turns(house, 1)) as ear:
        headers = ear.got.headers
        assert headers["Content-Type"].startswith("text/event-stream")
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in headers["Content-Security-Policy"]


# —— limits ——


async def test_beyond_the_streams_of_one_conversation_is_429(street):
    async with street.open(streams_per_conversation=1) as house:
        someone = await after_turns(house, 1)
        async with listen(someone), listen(someone) as second:
            assert (second.got.status, int(second.got.headers["Retry-After"]) > 0) == (429, True)


async def test_beyond_the_streams_of_the_gateway_is_429(street):
    async with street.open(streams=1) as house:
        someone, other = await after_turns(house, 1), await after_turns(house, 1)
        async with listen(someone), listen(other) as second:
            assert second.got.status == 429


async def test_a_reader_who_left_makes_room(street, looks_often):
    async with street.open(streams=1) as house:
        someone = await after_turns(house, 1)
        async with listen(someone) as ear:
            await ear.messages(upto=2)
        while len(streams(house)):
            await asyncio.sleep(0)
        async with listen(someone) as ear:
            assert ear.got.status == 200


# —— the connection ——


async def test_a_quiet_stream_is_kept_awake(street, monkeypatch):
    monkeypatch.setattr("bot.gateway.events.KEEP_AWAKE", 0.01)
    async with street.open() as house:
        someone = await after_turns(house, 1)
        async with listen(someone, after=2) as ear:
            await ear.comment()


async def test_a_stopped_gateway_ends_the_stream_cleanly_and_says_when_to_come_back(street):
    async with street.open() as house, listen(await after_turns(house, 1)) as ear:
        await ear.messages(upto=2)
        stopping = asyncio.create_task(house.client.app.shutdown())
        await ear.end()
        await stopping
        assert len(ear.retries) == 2
        assert ear.got.content.exception() is None


async def test_a_stop_does_not_wait_for_readers(street):
    async with street.open() as house:
        someone = await after_turns(house, 1)
        async with listen(someone) as ear:
            await ear.messages(upto=2)
            started = asyncio.get_running_loop().time()
            await house.client.server.close()
            assert asyncio.get_running_loop().time() - started < 3


async def slow_reader(house: House, someone: Resident) -> socket.socket:
    """Asks for the stream and reads nothing of it."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(connection, (house.client.host, house.client.port))
    asked = f"GET /api/chat/{someone.conversation}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {someone.token}\r\n\r\n"
    await loop.sock_sendall(connection, asked.encode())
    return connection


def much(house: House, someone: Resident, messages: int = 400) -> None:
    with house.store.begin() as db:
        for n in range(messages):
            talk.say(db, someone.conversation, word(f"{n}" + "长" * 20_000))


async def stuck(house: House) -> object:
    """The stream that waits for its reader."""
    while True:
        for some in streams(house)._open.values():
            for stream in some:
                if stream.sending_since is not None and stream.transport.get_write_buffer_size():
                    return stream
        await asyncio.sleep(0)


async def test_a_slow_reader_does_not_make_the_gateway_grow(street, only_told):
    async with street.open() as house:
        someone = await after_turns(house, 1)
        much(house, someone)
        with await slow_reader(house, someone):
            stream = await stuck(house)
            assert stream.transport.get_write_buffer_size() < 8_000_000  # one page; all would be 24 MB


async def test_a_slow_reader_does_not_hold_up_another(street, only_told):
    async with street.open() as house:
        someone = await after_turns(house, 1)
        much(house, someone)
        with await slow_reader(house, someone):
            await stuck(house)
            async with listen(someone, after=400) as ear:
                await someone.say("还在吗")
                assert await ear.messages(upto=404) == [401, 402, 403, 404]


async def test_a_reader_who_takes_nothing_is_cut_off_and_can_come_back(street, looks_often, monkeypatch):
    monkeypatch.setattr("bot.gateway.streams.STALLED_AFTER", 0.1)
    async with street.open() as house:
        someone = await after_turns(house, 1)
        much(house, someone)
        with await slow_reader(house, someone):
            await stuck(house)
            while len(streams(house)):
                await asyncio.sleep(0)
        async with listen(someone, after=400) as ear:
            assert await ear.messages(upto=402) == [401, 402]


async def test_a_store_that_fails_ends_the_stream_so_that_the_reader_comes_back(street, only_told, monkeypatch):
    async with street.open() as house:
        someone = await after_turns(house, 1)
        async with listen(someone) as ear:
            await ear.messages(upto=2)

            def broken(*args, **more):
                raise sa.exc.OperationalError("select", {}, Exception("gone"))

            monkeypatch.setattr("bot.gateway.streams.look", broken)
            streams(house).wake([someone.conversation])
            await ear.end()
            assert len(ear.retries) == 2


async def test_an_allowed_site_may_send_where_it_left_off(street):
    site = "https://www.example.gov.cn"
    async with street.open(allowed_origins=frozenset({site})) as house:
        headers = {"Origin": site, "Access-Control-Request-Method": "GET"}
        async with house.client.options("/api/chat", headers=headers) as asked:
            assert "Last-Event-ID" in asked.headers["Access-Control-Allow-Headers"]
