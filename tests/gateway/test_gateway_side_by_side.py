"""Two gateways on one desk store, each with residents of its own and with the same ones: nothing is answered or begun twice."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from desk import cases
from desk import conversations as talk
from desk.tables import conversations, messages
from tests.gateway.fake_rasa import answer, handoff, hang
from tests.gateway.house import HURRIED, House, Resident, body, new_id


@pytest.fixture(autouse=True)
def on_either_store(database_url, street, monkeypatch):
    """On SQLite as on one machine, on PostgreSQL as on several."""
    monkeypatch.setenv("HUIMIN_DESK_URL", database_url)
    monkeypatch.setenv("HUIMIN_SECRET_KEY", "the same for both")


def at(house: House, someone: Resident) -> Resident:
    """The same resident, talking to another gateway."""
    return Resident(house, someone.conversation, someone.token)


def count(house: House, table: sa.Table) -> int:
    with house.store.begin() as db:
        return db.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


async def test_a_first_message_sent_to_both_at_once_begins_one_conversation(street):
    async with street.open() as one, street.open() as other:
        for n in range(10):
            sent = body(f"第{n}位")
            first, second = await asyncio.gather(one.post(sent), other.post(sent))
            assert (first.status, first.body) == (200, second.body)
            assert first.texts == [f"答：第{n}位"]
        assert count(one, conversations) == 10
        assert count(one, messages) == 20


async def test_a_message_sent_to_both_at_once_is_saved_and_answered_once(street):
    async with street.open() as one, street.open() as other:
        someone = one.resident()
        await someone.say("你好")
        for n in range(10):
            number = new_id()
            first, second = await asyncio.gather(someone.say(f"第{n}问", id=number), at(other, someone).say(f"第{n}问", id=number))
            assert (first.status, first.body) == (200, second.body)
        assert await someone.said_to_me() == ["答：你好", *(f"答：第{n}问" for n in range(10))]
        assert someone.context() == {"turns": 11}


async def test_messages_of_one_conversation_over_both_are_answered_once_in_order_each_from_the_context_before(street):
    async with street.open() as one, street.open() as other:
        someone = one.resident()
        await someone.say("你好")
        go = asyncio.Event()
        street.rasa.next.append(hang(go))
        told = []
        for n in range(12):
            told.append(asyncio.create_task(at((one, other)[n % 2], someone).say(f"第{n}问")))
            while len(someone.states()) < n + 2:
                await asyncio.sleep(0.01)
        go.set()
        assert [(await t).texts for t in told] == [[f"答：第{n}问"] for n in range(12)]
        assert await someone.said_to_me() == ["答：你好", *(f"答：第{n}问" for n in range(12))]
        assert someone.context() == {"turns": 13}
        turns = {(a["text"], a["context"] and a["context"]["turns"]) for a in street.rasa.asked}
        assert turns == {("你好", None), *((f"第{n}问", n + 1) for n in range(12))}


async def test_a_gateway_that_starts_amid_a_turn_of_the_other_adds_no_word_and_no_case(street):
    async with street.open(**HURRIED) as one:
        someone, go = one.resident(), asyncio.Event()
        street.rasa.always = hang(go, handoff("这就转"))
        asking = asyncio.create_task(someone.say("转人工"))
        await street.rasa.was_asked(1)
        async with street.open(**HURRIED) as other:
            await street.rasa.was_asked(2)
            await asking
            go.set()
            await asyncio.gather(*(h.turns.drain(20.0) for h in (one, other)))
            told = (await someone.history()).messages
            assert [m["text"] for m in told if m["from"] == "bot"] == ["这就转"]
            assert sum(bool(m["data"].get("pending")) for m in told) == 1
            assert sum(bool(m["data"].get("ticket")) for m in told) == 1
            assert someone.states() == ["answered_late"]
            assert len(someone.cases()) == 1


async def test_what_a_gateway_left_that_does_not_come_back_the_other_answers(street, monkeypatch):
    monkeypatch.setattr("bot.gateway.app.SWEEP_EVERY", 0.05)
    monkeypatch.setattr("bot.gateway.turns.LEFT_AFTER", 0.2)
    async with street.open() as one:
        someone = one.resident()
        await someone.say("你好")
        with one.store.begin() as db:  # saved by a gateway that died then
            talk.receive(db, someone.conversation, talk.Incoming(new_id(), "mac", "低保"))
        await one.until(lambda: someone.states() == ["answered", "answered"])
        assert await someone.said_to_me() == ["答：你好", "答：低保"]


async def test_whoever_takes_a_conversation_over_while_a_reply_is_written_down_has_the_last_word(street):
    """The claim is not committed yet when the gateway begins to commit: one of them has to wait for the other."""
    async with street.open() as house:
        someone, go = house.resident(), asyncio.Event()
        street.rasa.next.append(handoff())
        ticket = next(m["data"]["ticket"] for m in (await someone.say("转人工")).messages if m["data"].get("ticket"))
        await someone.press((await someone.history()).button("继续问机器人"))
        street.rasa.next.append(hang(go, answer("机器人插话")))
        asking = asyncio.create_task(someone.say("低保"))
        await street.rasa.was_asked(2)
        claimed, commit = asyncio.Event(), asyncio.Event()

        def claim() -> None:
            with house.store.begin() as db:
                cases.claim(db, ticket, "王芳")
                loop.call_soon_threadsafe(claimed.set)
                asyncio.run_coroutine_threadsafe(commit.wait(), loop).result(20)

        loop = asyncio.get_running_loop()
        claiming = asyncio.create_task(asyncio.to_thread(claim))
        await claimed.wait()
        go.set()
        _, waits = await asyncio.wait([asking], timeout=0.5)
        assert waits, "the reply was written down while somebody took over"
        commit.set()
        await claiming
        await asking
        assert "机器人插话" not in await someone.said_to_me()
        assert someone.owner() == "staff"
