"""A resident says whether an answer helped: kept masked, shown again, counted, and gone with the conversation."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from desk import cases, service
from desk.tables import feedback
from tests.gateway.fake_rasa import answer, handoff, result
from tests.gateway.house import HURRIED, House, Resident, new_id
from tests.gateway.listener import listen
from tests.gateway.test_gateway_handover import ticket_of, waiting_for_a_person
from tests.gateway.test_gateway_metrics import samples
from tests.gateway.test_gateway_refusals import refused

HELPED, DID_NOT = {"helpful": True}, {"helpful": False}


async def answered(house: House) -> tuple[Resident, str]:
    """A resident with an answer, and the answer's id."""
    someone = house.resident()
    return someone, (await someone.say("低保多少钱")).messages[0]["id"]


async def say(someone: Resident, message: str, sent: object, method: str = "PUT"):
    return await someone.ask(method, f"/messages/{message}/feedback", sent)


async def shown(someone: Resident) -> list[dict | None]:
    """The feedback of each message in the history."""
    return [m.get("feedback") for m in (await someone.history()).messages]


def kept(house: House) -> list[tuple[bool, str | None]]:
    with house.store.begin() as db:
        return [tuple(row) for row in db.execute(sa.select(feedback.c.helpful, feedback.c.comment))]


async def test_what_was_said_of_an_answer_is_shown_on_it_wherever_it_is_shown(street):
    async with street.open() as house:
        someone, first = house.resident(), new_id()
        message = (await someone.say("低保多少钱", id=first)).messages[0]["id"]
        got = await say(someone, message, DID_NOT)
        assert (got.status, got.headers["Cache-Control"]) == (204, "no-store")
        assert await shown(someone) == [None, {"helpful": False}]
        assert (await someone.say("低保多少钱", id=first)).messages[0]["feedback"] == {"helpful": False}
        async with listen(someone) as ear:
            await ear.messages(upto=2)
        assert ear.all("message")[1]["feedback"] == {"helpful": False}


async def test_where_nothing_was_said_no_message_has_any(street):
    async with street.open() as house:
        someone, _ = await answered(house)
        assert all("feedback" not in m for m in (await someone.history()).messages)


async def test_the_last_word_counts(street):
    async with street.open() as house:
        someone, message = await answered(house)
        await say(someone, message, {"helpful": False, "comment": "没说农村"})
        await say(someone, message, HELPED)
        assert kept(house) == [(True, None)]
        assert await shown(someone) == [None, {"helpful": True}]


async def test_it_can_be_taken_back_however_often(street):
    async with street.open() as house:
        someone, message = await answered(house)
        await say(someone, message, HELPED)
        for _ in range(2):
            assert (await say(someone, message, None, "DELETE")).status == 204
        assert kept(house) == []


@pytest.mark.parametrize(
    ("comment", "stored"),
    [
        ("没说农村的", "没说农村的"), ("  没说\u200b农村的\x07 ", "没说农村的"), ("", None), ("　", None), (None, None),
        ("打我13812345678", "打我〔电话号码〕"), ("字" * 500, "字" * 500),
    ],
)
async def test_a_comment_is_kept_masked_and_without_what_cannot_be_seen(street, comment, stored):
    async with street.open() as house:
        someone, message = await answered(house)
        assert (await say(someone, message, DID_NOT | {"comment": comment})).status == 204
        assert kept(house) == [(False, stored)]


MALFORMED = [
    ({}, "bad_shape"), ({"helpful": None}, "bad_shape"), ({"helpful": 1}, "bad_shape"), ({"helpful": "yes"}, "bad_shape"), ([], "bad_shape"),
    ({"helpful": True, "comment": 5}, "bad_shape"), ({"helpful": True, "stars": 5}, "bad_shape"), (b"{", "not_json"), (b"", "not_json"),
    ({"helpful": True, "comment": "字" * 501}, "field_too_long"),
]


@pytest.mark.parametrize(("sent", "code"), MALFORMED)
async def test_what_is_no_feedback_is_400(street, sent, code):
    async with street.open() as house:
        someone, message = await answered(house)
        refused(await say(someone, message, sent), 400, code)
        assert kept(house) == []


async def test_a_comment_that_is_too_long_is_told_what_is_too_long_and_how_long_it_may_be(street):
    async with street.open() as house:
        someone, message = await answered(house)
        assert (await say(someone, message, HELPED | {"comment": "字" * 501})).error["message"] == "补充说明最多500个字。"


async def test_only_answers_of_this_conversation_can_be_judged(street):
    async with street.open() as house:
        someone, _ = await answered(house)
        _, others = await answered(house)
        mine = (await someone.history()).messages[0]["id"]
        for message in (mine, others, "0" * 32):
            refused(await say(someone, message, HELPED), 404, "no_such_message")
            refused(await say(someone, message, None, "DELETE"), 404, "no_such_message")
        assert kept(house) == []


async def test_what_the_system_says_cannot_be_judged_and_what_a_person_says_can(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        ticket = ticket_of(someone)
        with house.store.begin() as db:
            cases.reply(db, ticket, "王芳", "您好")
        messages = (await someone.history()).messages
        statuses = [(m["from"], (await say(someone, m["id"], HELPED)).status) for m in messages]
        assert statuses == [("resident", 404), ("bot", 204), ("system", 404), ("system", 404), ("staff", 204)]


async def test_it_is_taken_while_the_assistant_is_switched_off(street):
    async with street.open() as house:
        someone, message = await answered(house)
        with house.store.begin() as db:
            service.switch_off(db, "系统维护", "王芳")
        assert (await say(someone, message, DID_NOT)).status == 204


async def test_it_counts_to_the_limit_of_the_conversation(street):
    async with street.open(rate_limit=2) as house:
        someone = house.resident()
        message = (await someone.say("低保多少钱")).messages[0]["id"]  # the first message has no conversation yet
        assert [(await say(someone, message, HELPED)).status for _ in range(3)] == [204, 204, 429]


async def test_opinions_are_counted_by_kind_a_repeat_is_not(street):
    async with street.open(**HURRIED) as house:
        someone, message = await answered(house)
        for sent in (DID_NOT, DID_NOT, HELPED):
            await say(someone, message, sent)
        house.rasa.next.append(handoff())
        await say(someone, (await someone.say("转人工")).messages[0]["id"], HELPED)
        found = {tuple(sorted(dict(labels).items())): n for (name, labels), n in (await samples(house)).items() if name == "huimin_feedback_total"}
    assert found == {
        (("helpful", "no"), ("kind", "answer")): 1, (("helpful", "yes"), ("kind", "answer")): 1, (("helpful", "yes"), ("kind", "handoff")): 1,
    }


async def test_the_record_has_what_was_said_of_an_answer(street):
    async with street.open() as house:
        someone, message = await answered(house)
        await say(someone, message, DID_NOT | {"comment": "没说农村的"})
        async with house.client.get(f"/api/chat/{someone.conversation}/transcript", headers={"Authorization": f"Bearer {someone.token}"}) as got:
            assert "答：低保多少钱\n  您的评价：没有帮助。没说农村的\n" in await got.text()


@pytest.mark.parametrize("how", ["DELETE", "删除我的记录"])
async def test_erasing_erases_it_to_the_last_byte(street, tmp_path, how):
    async with street.open() as house:
        someone, message = await answered(house)
        await say(someone, message, DID_NOT | {"comment": "赵翠花没问到"})
        if how == "DELETE":
            await someone.ask("DELETE", "")
        else:
            house.rasa.next.append(answer(result(request={"erase": True})))
            await someone.say(how)
        assert kept(house) == []
    stored = b"".join(f.read_bytes() for f in tmp_path.iterdir() if f.name.startswith("desk.db"))
    assert "赵翠花".encode() not in stored
