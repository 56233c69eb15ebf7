"""What a resident sees of a case: the place and the wait, the hours, who has it, what came of it, and the way to open it again."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from desk import cases, service
from desk.store import now
from tests.gateway.fake_rasa import answer, fail, handoff, result
from tests.gateway.house import House, Resident


@pytest.fixture(autouse=True)
def open_desk(monkeypatch):
    """Whatever day and hour it is."""
    monkeypatch.setattr("desk.hours.is_working_day", lambda day: True)
    monkeypatch.setenv("HUIMIN_OFFICE_HOURS", "0:00-23:59")


async def waiting_for_a_person(house: House) -> Resident:
    someone = house.resident()
    house.rasa.next.append(handoff())
    await someone.say("转人工")
    return someone


def staff(house: House, do, *args):
    with house.store.begin() as db:
        return do(db, *args)


def the_case(someone: Resident):
    [case] = someone.cases()
    return case


async def resolved(house: House) -> Resident:
    someone = await waiting_for_a_person(house)
    staff(house, cases.resolve, the_case(someone).ticket, "王芳", "answered", "请到街道办理")
    return someone


def let_days_pass(house: House) -> None:
    with house.store.begin() as db:
        db.execute(sa.text("UPDATE cases SET resolved_at = :at"), {"at": (now() - dt.timedelta(hours=49)).replace(tzinfo=None).isoformat(" ")})


async def test_who_waits_is_told_how_many_are_ahead_and_no_time_that_is_not_known(street):
    async with street.open() as house:
        first, second = await waiting_for_a_person(house), await waiting_for_a_person(house)
        said = [(await r.history()).messages[-1] for r in (first, second)]
        assert [m["data"]["queue"] for m in said] == [{"ahead": n, "minutes": None, "opens_at": None} for n in (0, 1)]
        assert "下一位就是您" in said[0]["text"]
        assert "前面还有1位" in said[1]["text"]
        assert "分钟" not in said[1]["text"]


async def test_the_wait_is_said_once_enough_cases_tell_of_it(street):
    async with street.open() as house:
        for _ in range(5):
            someone = await waiting_for_a_person(house)
            staff(house, cases.claim, the_case(someone).ticket, "王芳")
        last = (await (await waiting_for_a_person(house)).history()).messages[-1]
        assert last["data"]["queue"]["minutes"] == 5
        assert "约5分钟" in last["text"]


async def test_out_of_hours_the_next_opening_is_said(street, monkeypatch):
    monkeypatch.setattr("desk.hours.open_at", lambda moment: False)
    monkeypatch.setattr("desk.hours.next_opening", lambda moment: moment + dt.timedelta(days=1))
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        said = (await someone.history()).messages[-1]
        assert "明天" in said["text"]
        assert said["data"]["queue"]["opens_at"]
        assert "现在不是人工服务时间，明天" in (await someone.say("在吗")).texts[0]


async def test_progress_is_asked_by_the_ticket_while_waiting_and_after(street):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        ticket = the_case(someone).ticket
        assert "正在等待工作人员接手" in (await someone.say(f"查进度 {ticket}")).texts[0]
        staff(house, cases.claim, ticket, "王芳")
        assert "王芳正在处理" in (await someone.say(f"查进度 {ticket}")).texts[0]
        staff(house, cases.resolve, ticket, "王芳", "answered", "请到街道办理")
        house.rasa.next.append(answer(result("请告诉我工单号", "notice", request={"ticket_status": True})))
        assert "请到街道办理" in (await someone.say(f"查进度 {ticket}")).texts[0]


async def test_the_resident_is_asked_once_and_says_that_it_is_solved(street):
    async with street.open() as house:
        someone = await resolved(house)
        asked = len(house.rasa.asked)
        got = await someone.press((await someone.history()).button("解决了"))
        assert got.body["handled_by"] == "bot"
        assert got.texts == ["谢谢您告诉我们。以后有问题随时可以问我。"]
        assert the_case(someone).solved is True
        assert len(house.rasa.asked) == asked


async def test_not_solved_is_kept_and_offers_to_open_the_case_again(street):
    async with street.open() as house:
        someone = await resolved(house)
        got = await someone.press((await someone.history()).button("没解决"))
        assert (the_case(someone).solved, the_case(someone).status) == (False, "resolved")
        again = await someone.press(got.button("重新打开"))
        assert (again.body["handled_by"], the_case(someone).status, the_case(someone).wanted_by) == ("queue", "open", "王芳")
        assert "已重新打开" in again.texts[0]


@pytest.mark.parametrize("words", ["还没解决", "我的问题还是没有解决！", "重新打开", "请重新打开工单"])
async def test_the_case_is_opened_again_in_words_without_asking_the_assistant(street, words):
    async with street.open() as house:
        someone = await resolved(house)
        asked = len(house.rasa.asked)
        assert (await someone.say(words)).body["handled_by"] == "queue"
        assert the_case(someone).status == "open"
        assert len(house.rasa.asked) == asked


@pytest.mark.parametrize("words", ["低保没有解决怎么办", "还没解决住房问题能申请公租房吗"])
async def test_a_question_that_only_sounds_like_it_goes_to_the_assistant(street, words):
    async with street.open() as house:
        someone = await resolved(house)
        assert (await someone.say(words)).texts == [f"答：{words}"]


async def test_without_a_case_the_same_words_go_to_the_assistant(street):
    async with street.open() as house:
        assert (await house.resident().say("还没解决")).texts == ["答：还没解决"]


async def test_after_two_days_a_new_case_goes_on_with_the_old_one(street):
    async with street.open() as house:
        someone = await resolved(house)
        old = the_case(someone).ticket
        let_days_pass(house)
        got = await someone.say("还没解决")
        new = next(c for c in someone.cases() if c.status == "open")
        assert (new.follows, new.reason, new.department) == (old, "not_solved", "民政局")
        assert new.ticket in got.texts[0]


async def test_pressing_twice_opens_one_case(street):
    async with street.open() as house:
        someone = await resolved(house)
        button = (await someone.press((await someone.history()).button("没解决"))).button("重新打开")
        await someone.press(button)
        assert "正开着" in (await someone.press(button)).texts[0]
        assert len(someone.cases()) == 1


async def test_what_the_desk_offered_works_while_the_assistant_is_switched_off(street):
    async with street.open() as house:
        someone = await resolved(house)
        history = await someone.history()
        staff(house, service.switch_off, "维护", "小王")
        house.turns.switchboard._looked = None
        assert (await someone.say("低保多少钱")).status == 503
        assert (await someone.press(history.button("没解决"))).status == 200
        assert (await someone.say("还没解决")).body["handled_by"] == "queue"


async def test_a_resident_left_without_a_word_is_back_in_the_queue(street):
    async with street.open(silent_after=0.0) as house:
        someone = await waiting_for_a_person(house)
        staff(house, cases.claim, the_case(someone).ticket, "王芳")
        await house.turns.release_silent()
        assert someone.owner() == "queue"
        assert "王芳还没有回复" in (await someone.said_to_me())[-1]


# —— why a person is wanted ——


async def test_after_an_answer_judged_not_helpful_that_is_the_reason(street):
    async with street.open() as house:
        someone = house.resident()
        said = (await someone.say("低保多少钱")).messages[0]
        await someone.ask("PUT", f"/messages/{said['id']}/feedback", {"helpful": False})
        house.rasa.next.append(handoff())
        await someone.say("转人工")
        assert the_case(someone).reason == "not_helpful"


async def test_after_a_question_given_up_that_is_the_reason(street):
    async with street.open(give_up_after=0.0) as house:
        someone = house.resident()
        house.rasa.next.append(fail())
        got = await someone.say("低保多少钱")
        house.rasa.next.append(handoff())
        await someone.press(got.button("转人工"))
        assert the_case(someone).reason == "gave_up"


@pytest.mark.parametrize("reason", ["complaint", "wrong_answer", "not_understood"])
async def test_what_the_assistant_says_of_the_reason_stays(street, reason):
    async with street.open() as house:
        someone = house.resident()
        said = (await someone.say("低保多少钱")).messages[0]
        await someone.ask("PUT", f"/messages/{said['id']}/feedback", {"helpful": False})
        house.rasa.next.append(handoff(reason=reason))
        await someone.say("转人工")
        assert the_case(someone).reason == reason
