"""A message's life: received, then answered once, whatever Rasa does meanwhile."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import OperationalError

from desk import conversations as talk
from desk.store import now
from tests.gateway.fake_rasa import answer, fail, hang, raw, result
from tests.gateway.house import HURRIED, LONG_AGO, body, new_id

FAILURES = {
    "500": fail(500), "503": fail(503), "403": fail(403), "404": fail(404),
    "nothing": raw(""), "no JSON": raw("{"), "a list": raw("[]"), "null": raw("null"),
    "plain text": raw("好的", "text/plain"),
    "silence": raw('{"messages": [], "context": {}}'),
    "no context": raw('{"messages": [{"v": 1, "kind": "text", "text": "好"}]}'),
    "no text": answer(result("")), "another version": answer(result(v=2)), "an unknown kind": answer(result(kind="joke")),
    "a reply without payload": answer(result(quick_replies=[{"title": "是"}])),
    "one good and one bad message": answer(result("好"), result(kind="joke")),
}


async def arrived(house, someone, texts: list[str]) -> list[asyncio.Task]:
    """Post these one after another without waiting for their answers; each is saved before the next is sent."""
    tasks = []
    for text in texts:
        saved = len(someone.states()) if someone.conversation else 0
        tasks.append(asyncio.create_task(someone.say(text)))
        await house.until(lambda saved=saved: len(someone.states()) > saved)
    return tasks


async def test_messages_of_one_conversation_are_answered_in_order_from_the_context_before(street):
    async with street.open() as house:
        someone, go = house.resident(), asyncio.Event()
        await someone.say("一")
        house.rasa.next.append(hang(go))
        tasks = await arrived(house, someone, ["二", "三", "四"])
        await house.rasa.was_asked(2)
        assert house.rasa.texts == ["一", "二"]
        go.set()
        answers = [(await t).texts for t in tasks]
        assert answers == [["答：二"], ["答：三"], ["答：四"]]
        assert [a["context"] for a in house.rasa.asked] == [None, {"turns": 1}, {"turns": 2}, {"turns": 3}]


async def test_a_hanging_conversation_does_not_hold_up_the_others(street):
    async with street.open() as house:
        go = asyncio.Event()
        house.rasa.next.append(hang(go))
        stuck = asyncio.create_task(house.post(body("卡住")))
        await house.rasa.was_asked(1)
        others = await asyncio.gather(*(house.post(body(f"第{n}位")) for n in range(12)))
        assert [o.texts for o in others] == [[f"答：第{n}位"] for n in range(12)]
        assert not stuck.done()
        go.set()
        assert (await stuck).texts == ["答：卡住"]


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
async def test_a_failure_of_rasa_is_tried_again_and_the_resident_gets_one_reply(street, failure):
    async with street.open() as house:
        house.rasa.next.append(failure)
        someone = house.resident()
        assert (await someone.say("低保")).texts == ["答：低保"]
        assert await someone.said_to_me() == ["答：低保"]
        assert someone.states() == ["answered"]
        assert len(house.rasa.asked) == 2


async def test_a_rasa_that_hangs_too_long_is_asked_again(street, monkeypatch):
    monkeypatch.setattr("bot.gateway.rasa_client.ONE_TRY", 0.2)
    async with street.open() as house:
        never = asyncio.Event()
        house.rasa.next.append(hang(never))
        someone = house.resident()
        assert (await someone.say("低保")).texts == ["答：低保"]
        never.set()
        assert await someone.said_to_me() == ["答：低保"]


async def test_a_failed_turn_leaves_the_old_context(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("一")
        house.rasa.next.append(answer(result(kind="joke"), context={"turns": 99}))
        await someone.say("二")
        assert [a["context"] for a in house.rasa.asked] == [None, {"turns": 1}, {"turns": 1}]
        assert someone.context() == {"turns": 2}


async def test_rasa_gets_the_default_place_and_the_day_beside_the_text(street):
    async with street.open(region="500110") as house:
        await house.post(body("低保", region="445303", as_of="2019-06-30"))
        await house.post(body("低保"))
        assert [a["metadata"] for a in house.rasa.asked] == [
            {"region": "445303", "as_of": "2019-06-30"}, {"region": "500110", "as_of": None}
        ]


async def test_a_slow_answer_is_announced_with_12345_and_follows_exactly_once(street):
    async with street.open(**HURRIED) as house:
        someone, go, number = house.resident(), asyncio.Event(), new_id()
        house.rasa.next.append(hang(go))
        first = await someone.say("低保", id=number)
        [notice] = first.messages
        assert (notice["kind"], notice["from"], notice["data"]["pending"]) == ("notice", "system", True)
        assert "12345" in notice["text"]
        assert someone.states() == ["received"]
        go.set()
        await house.until(lambda: someone.states() == ["answered_late"])
        assert await someone.said_to_me() == [notice["text"], "答：低保"]
        assert (await someone.say("低保", id=number)).texts == [notice["text"], "答：低保"]
        assert len(house.rasa.asked) == 1


async def test_a_repeat_while_the_answer_is_late_gets_the_notice_at_once_and_no_second_one(street):
    async with street.open(**HURRIED) as house:
        someone, go, number = house.resident(), asyncio.Event(), new_id()
        house.rasa.next.append(hang(go))
        first = await someone.say("低保", id=number)
        again = await someone.say("低保", id=number)
        assert again.messages == first.messages
        go.set()


async def test_a_waiting_time_that_ends_after_the_answer_announces_nothing(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保")
        house.turns.submit(someone.conversation, someone.last_message(), LONG_AGO)
        await house.turns.first_word(someone.last_message())
        assert await someone.said_to_me() == ["答：低保"]


@pytest.mark.parametrize("down", [{"rasa_urls": ("http://127.0.0.1:1",)}, {}], ids=["unreachable", "failing"])
async def test_when_time_is_over_there_is_one_apology_and_the_offer_of_a_person(street, down):
    async with street.open(**HURRIED, **down, give_up_after=1.5) as house:
        house.rasa.always = fail(503)
        someone = house.resident()
        await someone.say("低保")
        await house.until(lambda: someone.states() == ["given_up"])
        pending, apology = [m for m in (await someone.history()).messages if m["from"] != "resident"]
        assert pending["data"]["pending"] is True
        assert "pending" not in apology["data"]
        assert apology["kind"] == "notice"
        assert "12345" in apology["text"]
        assert [r["title"] for r in apology["quick_replies"]] == ["转人工"]


async def test_the_offered_person_can_be_asked_for_once_rasa_is_back(street):
    async with street.open(give_up_after=0.0) as house:
        house.rasa.next.append(fail(503))
        someone = house.resident()
        apology = await someone.say("低保")
        await someone.press(apology.button("转人工"))
        assert (house.rasa.asked[-1]["payload"], house.rasa.asked[-1]["text"]) == ("/request_human", "转人工")


async def test_a_given_up_message_is_not_tried_again_and_the_next_starts_from_the_old_context(street):
    async with street.open(give_up_after=0.0) as house:
        someone = house.resident()
        await someone.say("一")
        house.rasa.next.append(fail())
        await someone.say("二")
        assert (await someone.say("三")).texts == ["答：三"]
        assert someone.states() == ["answered", "given_up", "answered"]
        assert [(a["text"], a["context"]) for a in house.rasa.asked[1:]] == [("二", {"turns": 1}), ("三", {"turns": 1})]


@pytest.mark.parametrize("error", [ValueError("nobody thought of this"), OperationalError("", {}, Exception("locked"))])
@pytest.mark.parametrize("step", ["waiting", "get", "settle", "set_context", "say"])
async def test_an_error_at_any_step_is_a_failure_that_is_tried_again_and_not_a_silence(street, monkeypatch, step, error):
    real, errors = getattr(talk, step), [error]

    def fails_once(*args, **more):
        if errors:
            raise errors.pop()
        return real(*args, **more)

    async with street.open() as house:
        monkeypatch.setattr(talk, step, fails_once)
        someone = house.resident()
        assert (await asyncio.wait_for(someone.say("一"), 5)).texts == ["答：一"]
        assert someone.states() == ["answered"]


async def test_a_message_that_can_never_be_answered_is_given_up_and_does_not_block_the_next(street, monkeypatch):
    set_context = talk.set_context

    def fails_for_the_first(db, conversation, context):
        if context == {"bad": True}:
            raise ValueError("nobody thought of this")
        return set_context(db, conversation, context)

    async def bad_for_the_first(asked):
        return await (answer("坏", context={"bad": True}) if asked["text"] == "一" else answer())(asked)

    async with street.open(**HURRIED, give_up_after=0.4) as house:
        monkeypatch.setattr(talk, "set_context", fails_for_the_first)
        house.rasa.always = bad_for_the_first
        someone = house.resident()
        await someone.say("一")
        await someone.say("二")
        await asyncio.wait_for(house.until(lambda: "received" not in someone.states()), 5)
        assert someone.states()[0] == "given_up"
        assert (await someone.said_to_me())[-1] == "答：二"


async def test_no_message_is_overlooked_that_comes_while_the_last_turn_ends(street):
    """The worker has read that nothing waits; the next message is saved and submitted before the worker has ended."""
    async with street.open(**HURRIED) as house:
        someone, found_nothing, submitted = house.resident(), asyncio.Event(), asyncio.Event()
        read, submit = house.turns.read, house.turns.submit

        async def returns_late(look):
            outcome = await read(look)
            if isinstance(outcome, tuple) and outcome[0] == [] and not found_nothing.is_set():
                found_nothing.set()
                await submitted.wait()
            return outcome

        await someone.say("一")
        house.turns.read = returns_late
        submit(someone.conversation, someone.last_message(), now())
        await found_nothing.wait()
        house.turns.submit = lambda *message: (submit(*message), submitted.set())
        await someone.say("二")
        await asyncio.wait_for(house.until(lambda: "received" not in someone.states()), 5)
        assert (await someone.said_to_me())[-1] == "答：二"
