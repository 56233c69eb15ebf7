"""A conversation belongs to who holds its token, and a message that comes twice counts once."""

from __future__ import annotations

import asyncio

import pytest

from desk.store import now
from tests.gateway.fake_rasa import answer, hang, result
from tests.gateway.house import body, new_id


async def test_a_new_conversation_gets_a_token(street):
    async with street.open() as house:
        got = await house.post(body("云安区农村低保一个月多少钱"))
        assert got.status == 200
        assert len(got.body["conversation"]) == 32
        assert len(got.body["token"]) == 64
        assert got.body["handled_by"] == "bot"


async def test_every_message_has_the_agreed_fields(street):
    citation = {"document": "办法", "section": None, "issuer": "民政部", "number": None, "published": None,
                "effective_from": None, "effective_to": None, "in_force": None, "url": None}
    async with street.open() as house:
        house.rasa.next.append(answer(result("一。", citations=[citation], data={"benefit": "legal_aid"})))
        [message] = (await house.post(body("问"))).messages
    assert {"id", "seq", "from", "kind", "text", "citations", "quick_replies", "data"} <= set(message)
    assert (message["seq"], message["from"], message["kind"]) == (2, "bot", "answer")
    assert message["citations"] == [citation]
    assert message["data"] == {"benefit": "legal_aid", "aspect": None, "region": None}


async def test_all_messages_of_a_turn_are_shown_in_order(street):
    async with street.open() as house:
        house.rasa.next.append(answer("第一句", "第二句", "第三句"))
        assert (await house.post(body("问"))).texts == ["第一句", "第二句", "第三句"]


async def test_the_token_outlives_a_restart_and_is_stored_nowhere(street, tmp_path):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("一")
        token = someone.token
    stored = b"".join(f.read_bytes() for f in tmp_path.iterdir() if f.name.startswith("desk.db"))
    assert token.encode() not in stored
    async with street.open() as house:
        someone.house = house
        assert (await someone.say("二")).status == 200


async def test_the_same_first_message_again_is_the_same_conversation_and_asks_rasa_once(street):
    async with street.open() as house:
        sent = body("云安区低保")
        first, again = await house.post(sent), await house.post(sent)
        assert again.body == first.body
        assert len(house.rasa.asked) == 1


async def test_a_later_message_again_gives_the_same_replies_and_asks_rasa_once(street):
    async with street.open() as house:
        someone = house.resident()
        await someone.say("一")
        number = new_id()
        first = await someone.say("二", id=number)
        again = await someone.say("二", id=number)
        assert again.messages == first.messages
        assert house.rasa.texts == ["一", "二"]


@pytest.mark.parametrize("changed", [{"region": "445303"}, {"as_of": "2019-06-30"}])
async def test_the_same_id_with_another_place_or_day_is_409(street, changed):
    async with street.open() as house:
        sent = body("低保")
        await house.post(sent)
        assert (await house.post(sent | changed)).status == 409


async def test_the_same_id_with_another_text_is_409(street):
    async with street.open() as house:
        someone, number = house.resident(), new_id()
        await someone.say("低保", id=number)
        assert (await house.post(body("特困", id=number))).status == 409
        assert (await someone.say("特困", id=number)).status == 409
        assert house.rasa.texts == ["低保"]


async def test_two_conversations_may_use_the_same_later_id(street):
    async with street.open() as house:
        one, other, number = house.resident(), house.resident(), new_id()
        await one.say("一")
        await other.say("二")
        assert (await one.say("三", id=number)).status == 200
        assert (await other.say("四", id=number)).status == 200


async def test_a_repeat_while_the_first_runs_waits_for_its_result(street):
    async with street.open() as house:
        go, sent = asyncio.Event(), body("低保")
        house.rasa.next.append(hang(go, answer("只说一次")))
        first = asyncio.create_task(house.post(sent))
        await house.rasa.was_asked(1)
        before = house.writes
        again = asyncio.create_task(house.post(sent))
        await house.until(lambda: house.writes > before)
        assert not again.done()
        go.set()
        assert (await first).body == (await again).body
        assert (await again).texts == ["只说一次"]
        assert len(house.rasa.asked) == 1


async def test_many_repeats_at_once_make_one_conversation(street):
    async with street.open() as house:
        sent = body("低保")
        got = await asyncio.gather(*(house.post(sent) for _ in range(8)))
        assert len({g.body["conversation"] for g in got}) == 1
        assert len({g.messages[0]["id"] for g in got}) == 1
        assert len(house.rasa.asked) == 1


async def test_a_repeat_that_comes_just_after_the_answer_does_not_wait_for_another(street):
    """The repeat saw the message unanswered, then the answer was committed, then the repeat asked for it."""
    async with street.open() as house:
        someone = house.resident()
        await someone.say("低保")
        message = someone.last_message()
        house.turns.submit(someone.conversation, message, now())
        await asyncio.wait_for(house.turns.first_word(message), 5)


async def test_history_gives_what_came_after_a_number(street):
    async with street.open() as house:
        someone = house.resident()
        for text in ("一", "二", "三"):
            await someone.say(text)
        everything = await someone.history()
        assert [m["seq"] for m in everything.messages] == [1, 2, 3, 4, 5, 6]
        assert everything.body["next"] == 6
        rest = await someone.history(after=4)
        assert [m["text"] for m in rest.messages] == ["三", "答：三"]
        nothing = await someone.history(after=6)
        assert (nothing.messages, nothing.body["next"]) == ([], 6)


async def test_the_residents_own_line_tells_its_state(street):
    async with street.open() as house:
        someone, number = house.resident(), new_id()
        await someone.say("一", id=number)
        mine = (await someone.history()).messages[0]
        assert (mine["from"], mine["state"], mine["client_id"]) == ("resident", "answered", number)
