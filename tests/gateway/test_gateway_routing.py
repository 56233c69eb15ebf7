"""A case gets its department when it is opened: the benefit's, or what the trained classifier makes of the resident's words."""

from __future__ import annotations

import pytest

from desk import cases
from desk.routing.model import save
from desk.routing.router import model_file
from tests.desk.routing.made import HOUSING, LABOUR, by_hand
from tests.gateway.fake_rasa import answer, fail, handoff
from tests.gateway.house import House, Resident
from tests.gateway.people import QUICK, account, person

UNPAID = "老板拖着工资不发已经三个月"
UNCLEAR = handoff(reason="complaint", benefit=None, region=None, summary="")


def why(house: House, case) -> str | None:
    with house.store.begin() as db:
        return cases.why_routed(db, case.id)


async def complain(house: House, *said: str) -> Resident:
    """The last of what is said is handed over."""
    someone = house.resident()
    for text in said[:-1]:
        house.rasa.next.append(answer())
        await someone.say(text)
    house.rasa.next.append(UNCLEAR)
    await someone.say(said[-1])
    return someone


async def test_a_benefit_that_is_known_decides_whatever_the_classifier_would_say(street):
    save(by_hand(), model_file())
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(handoff())
        await someone.say(UNPAID)
        [case] = someone.cases()
        assert case.department == "民政局"
        assert why(house, case).startswith("按事项：广东省云浮市云安区")


async def test_without_a_benefit_the_residents_words_decide_those_before_too(street):
    save(by_hand(), model_file())
    async with street.open() as house:
        someone = await complain(house, UNPAID, "转人工")
        [case] = someone.cases()
        assert case.department == LABOUR
        assert by_hand().version in why(house, case)


async def test_where_it_is_not_sure_the_case_has_no_department_and_the_two_likeliest_are_recorded(street):
    save(by_hand(), model_file())
    async with street.open() as house:
        [case] = (await complain(house, "物业和老板都说这件事不归他们管")).cases()
        assert case.department is None
        assert (HOUSING in why(house, case), LABOUR in why(house, case)) == (True, True)


async def test_the_console_says_in_the_cases_record_why_it_is_a_departments(street, monkeypatch):
    monkeypatch.setattr("desk.passwords._HASHER", QUICK)
    async with street.open() as house, person(house) as wang:
        account(house, "wang")
        await wang.log_in("wang")
        someone = house.resident()
        house.rasa.next.append(handoff())
        await someone.say("转人工")
        [case] = someone.cases()
        page = (await wang.open(f"/desk/cases/{case.ticket}")).text
        assert "<dd>民政局</dd>" in page
        assert f"系统 判断部门：{why(house, case)}</li>" in page


async def test_without_a_classifier_the_case_is_opened_all_the_same(street):
    async with street.open() as house:
        [case] = (await complain(house, UNPAID)).cases()
        assert (case.department, case.status) == (None, "open")


async def test_danger_that_is_told_without_rasa_is_routed_too(street):
    save(by_hand(), model_file())
    async with street.open(first_word_after=0.1) as house:
        someone = house.resident()
        house.rasa.next.append(fail())
        await someone.say("老板不发工资，我不想活了，想自杀")
        [case] = someone.cases()
        assert (case.urgent, case.department) == (True, LABOUR)


async def test_a_classifier_trained_meanwhile_is_used_within_seconds(street, monkeypatch):
    monkeypatch.setattr("bot.gateway.app.LOOK_FOR_ROUTING_EVERY", 0.02)
    async with street.open() as house:
        [case] = (await complain(house, UNPAID)).cases()
        assert case.department is None
        save(by_hand(), model_file())
        while case.department is None:
            [case] = (await complain(house, UNPAID)).cases()
        assert case.department == LABOUR


async def test_a_case_without_a_department_gets_it_once_the_benefit_is_known(street):
    async with street.open() as house:
        someone = await complain(house, "没人管我的事")
        [case] = someone.cases()
        with house.store.begin() as db:
            cases.back_to_bot(db, case.conversation, "resident", "continue_with_bot")
        house.rasa.next.append(handoff())
        await someone.say("转人工，我问的是低保")
        [case] = someone.cases()
        assert case.department == "民政局"


async def test_whatever_goes_wrong_in_routing_the_case_is_opened(street, monkeypatch):
    def broken(*args):
        raise RuntimeError("out of order")

    monkeypatch.setattr("desk.routing.router.route", broken)
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(handoff())
        await someone.say(UNPAID)
        [case] = someone.cases()
        assert (case.status, case.department, why(house, case)) == ("open", None, "没能判断，请看系统日志")


@pytest.mark.parametrize("broken", [b"", b"nothing of ours"])
async def test_a_broken_classifier_stops_nobody(street, broken):
    model_file().parent.mkdir(parents=True, exist_ok=True)
    model_file().write_bytes(broken)
    async with street.open() as house:
        [case] = (await complain(house, UNPAID)).cases()
        assert case.department is None
