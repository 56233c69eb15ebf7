"""The queue and a case in the console: what staff see and do there, and what the resident gets of it."""

from __future__ import annotations

import html
import uuid
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from desk import cases, follow_ups
from desk.account_tables import audit_log
from policy_kb.settings import today
from tests.gateway.at_desk import at, desk, post, reply, ticket
from tests.gateway.fake_rasa import answer, handoff, result
from tests.gateway.people import account, person


async def test_who_waits_is_in_the_queue_with_what_they_said_and_is_claimed_there(street):
    async with desk(street) as (house, wang, resident):
        queue = await wang.open("/desk/queue")
        assert ticket(resident) in queue.text and "转人工" in queue.text and "要求人工" in queue.text
        taken = await post(wang, resident, "claim")
        assert (taken.status, taken.to) == (303, at(resident) + "?said=claimed")
        assert resident.owner() == "staff"
        assert ticket(resident) not in (await wang.open("/desk/queue")).text
        assert ticket(resident) in (await wang.open("/desk/queue?show=mine")).text
        assert ticket(resident) in (await wang.open("/desk/queue?show=all")).text
        assert ticket(resident) not in (await wang.open("/desk/queue?show=closed")).text
        assert any("王芳" in said for said in await resident.said_to_me())


async def test_of_two_who_claim_at_once_one_gets_it_and_the_other_is_told_who(street):
    async with desk(street) as (house, wang, resident), person(house) as li:
        account(house, "li", name="李明")
        await li.log_in("li")
        assert (await post(wang, resident, "claim")).status == 303
        lost = await post(li, resident, "claim")
        assert lost.status == 409
        assert "已由 王芳 接手" in lost.text


async def test_the_urgent_comes_first(street):
    async with desk(street) as (house, wang, resident):
        danger = house.resident()
        house.rasa.next.append(handoff(reason="danger", urgent=True))
        await danger.say("家里出事了")
        listed = (await wang.open("/desk/queue")).text
        assert listed.index(f'data-ticket="{ticket(danger)}"') < listed.index(f'data-ticket="{ticket(resident)}"')
        assert "紧急" in listed


async def test_the_queue_of_one_department_stays_chosen_in_the_address(street):
    async with desk(street) as (house, wang, resident):
        other = house.resident()
        house.rasa.next.append(handoff(benefit=None))
        await other.say("转人工")
        [case], mine = resident.cases(), resident.cases()[0].department
        assert mine and other.cases()[0].department is None
        shown = await wang.open(f"/desk/queue?{urlencode({'show': 'waiting', 'department': mine})}")
        assert case.ticket in shown.text and ticket(other) not in shown.text
        assert f"/desk/queue?{urlencode({'show': 'all', 'department': mine})}" in html.unescape(shown.text)  # the other filters keep it
        nobodys = await wang.open("/desk/queue?department=none")
        assert ticket(other) in nobodys.text and case.ticket not in nobodys.text
        listed = await wang.open(f"/desk/queue/list?{urlencode({'department': mine})}")
        assert case.ticket in listed.text and ticket(other) not in listed.text


async def test_ones_own_department_is_offered_and_has_what_was_handed_on_to_it(street):
    async with desk(street) as (house, wang, resident), person(house) as li:
        account(house, "li", name="李明", department="区民政局")
        await li.log_in("li")
        assert "区民政局（本部门）" in (await li.open("/desk/queue")).text
        address = f"/desk/queue?{urlencode({'department': '区民政局'})}"
        assert ticket(resident) not in (await li.open(address)).text
        await post(wang, resident, "transfer", to="区民政局", text="请核对")
        assert ticket(resident) in (await li.open(address)).text


async def test_the_token_in_the_list_is_that_of_whoever_looks(street):
    async with desk(street) as (house, wang, resident), person(house) as li:
        account(house, "li", name="李明")
        await li.log_in("li")
        for who, other in ((wang, li), (li, wang)):
            listed = (await who.open("/desk/queue/list")).text
            assert who.csrf in listed and other.csrf not in listed


async def test_what_is_said_meanwhile_is_in_the_list_soon(street, monkeypatch):
    monkeypatch.setattr("desk.web.board.READ_EVERY", 0.0)
    async with desk(street) as (house, wang, resident):
        await wang.open("/desk/queue/list")
        await resident.say("我还有一个问题")
        assert "我还有一个问题" in (await wang.open("/desk/queue/list")).text


async def test_the_list_alone_is_sent_again_only_when_it_has_changed(street):
    async with desk(street) as (house, wang, resident):
        first = await wang.open("/desk/queue/list?show=waiting")
        again = await wang.open("/desk/queue/list?show=waiting", **{"If-None-Match": first.headers["ETag"]})
        assert (first.status, again.status) == (200, 304)
        await post(wang, resident, "claim")
        assert (await wang.open("/desk/queue/list?show=waiting", **{"If-None-Match": first.headers["ETag"]})).status == 200
        assert (await wang.open("/desk/queue/list?show=everything")).status == 404


async def test_a_reply_reaches_the_resident_once_however_often_it_is_sent(street):
    async with desk(street) as (house, wang, resident):
        await post(wang, resident, "claim")
        sent = uuid.uuid4().hex
        for _ in range(3):
            assert (await reply(wang, resident, "您好，请问您在哪个镇？", sent)).status == 303
        assert (await resident.said_to_me()).count("您好，请问您在哪个镇？") == 1
        await reply(wang, resident, "您好，请问您在哪个镇？")  # said again on purpose
        assert (await resident.said_to_me()).count("您好，请问您在哪个镇？") == 2


async def test_only_who_has_the_case_replies(street):
    async with desk(street) as (house, wang, resident), person(house) as li:
        account(house, "li", name="李明")
        await li.log_in("li")
        await post(wang, resident, "claim")
        refused = await reply(li, resident, "我来回答")
        assert refused.status == 409 and "王芳" in refused.text
        assert "我来回答" not in await resident.said_to_me()


@pytest.mark.parametrize(("what", "form", "status"), [
    ("reply", {"text": " ", "id": "0" * 32}, 400), ("reply", {"text": "好" * 1001, "id": "0" * 32}, 400), ("reply", {"text": "好", "id": "1"}, 400),
    ("note", {"text": ""}, 400), ("transfer", {"to": "", "text": "请看"}, 400), ("transfer", {"to": "民政局", "text": ""}, 400),
    ("resolve", {"kind": "nothing", "text": "好了"}, 400), ("resolve", {"kind": "answered", "text": ""}, 400),
    ("follow-up", {"kind": "visit", "day": "明天"}, 400), ("follow-up", {"kind": "dance", "day": "2099-01-01"}, 400),
    ("follow-up", {"kind": "visit", "day": "2001-01-01"}, 409), ("follow-up/99/done", {"text": "去过了"}, 409), ("reopen", {"text": "还没完"}, 409),
])
async def test_what_makes_no_sense_is_refused_in_words_and_changes_nothing(street, what, form, status):
    async with desk(street) as (house, wang, resident):
        await post(wang, resident, "claim")
        case = resident.cases()[0].id

        def recorded() -> int:
            with house.store.begin() as db:
                return len(cases.events(db, case))

        before = recorded()
        assert (await post(wang, resident, what, **form)).status == status
        assert recorded() == before


async def test_a_case_that_is_not_there_says_so(street):
    async with desk(street) as (house, wang, resident):
        for got in (await wang.open("/desk/cases/HM-AAAAAA"), await wang.send("/desk/cases/HM-AAAAAA/claim")):
            assert got.status == 404 and "没有这个工单" in got.text


async def test_a_note_never_reaches_the_resident(street):
    async with desk(street) as (house, wang, resident):
        await post(wang, resident, "note", text="<b>上次也问过</b>")
        assert "&lt;b&gt;上次也问过" in (await wang.open(at(resident))).text
        assert not any("上次也问过" in said for said in await resident.said_to_me())
        assert "上次也问过" not in str((await resident.ask("GET", "/messages")).body)


async def test_what_the_bot_answered_stands_beside_the_conversation(street):
    async with street.open() as house, person(house) as wang:
        account(house, "wang", name="王芳")
        await wang.log_in("wang")
        resident = house.resident()
        citation = {"document": "审核确认办法", "section": "第四条", "issuer": "民政部", "number": None, "published": None,
                    "effective_from": None, "effective_to": None, "in_force": True, "url": None}
        house.rasa.next.append(answer(result("低保按户申请。\n来源：《审核确认办法》", citations=[citation], data={"region": "445303"})))
        await resident.say("低保怎么申请")
        house.rasa.next.append(handoff())
        await resident.say("转人工")
        page = html.unescape((await wang.open(at(resident))).text)
        for shown in ("广东省云浮市云安区", "居民还没有说", "问：低保怎么申请", "低保按户申请。", "依据：《审核确认办法》第四条"):
            assert shown in page, shown


async def test_a_note_keeps_no_number_of_the_resident_but_an_offices_number_reaches_them(street):
    async with desk(street) as (house, wang, resident):
        await post(wang, resident, "claim")
        await post(wang, resident, "note", text="他的手机是13812345678")
        await reply(wang, resident, "请打0766-8631234，民政窗口")
        assert "13812345678" not in (await wang.open(at(resident))).text
        assert "请打0766-8631234，民政窗口" in await resident.said_to_me()


async def test_resolved_the_bot_has_the_conversation_and_the_resident_knows_what_came_of_it(street):
    async with desk(street) as (house, wang, resident):
        await post(wang, resident, "claim")
        assert (await post(wang, resident, "resolve", kind="answered", text="到镇政府民政窗口办")).status == 303
        assert resident.owner() == "bot"
        assert any("到镇政府民政窗口办" in said for said in await resident.said_to_me())
        assert ticket(resident) in (await wang.open("/desk/queue?show=closed")).text
        assert (await post(wang, resident, "reopen", text="还有一件事")).status == 303
        assert resident.owner() == "queue"


async def test_handed_on_it_waits_for_whom_it_was_handed_to(street):
    async with desk(street) as (house, wang, resident), person(house) as li:
        account(house, "li", name="李明")
        await li.log_in("li")
        await post(wang, resident, "claim")
        assert (await post(wang, resident, "transfer", to="李明", text="他熟悉残联的事")).status == 303
        assert ticket(resident) in (await li.open("/desk/queue?show=mine")).text
        assert "他熟悉残联的事" in (await li.open(at(resident))).text
        assert not any("他熟悉残联的事" in said for said in await resident.said_to_me())


async def test_given_back_it_is_in_the_queue_again(street):
    async with desk(street) as (house, wang, resident):
        await post(wang, resident, "claim")
        assert (await post(wang, resident, "release", text="要去开会")).status == 303
        assert resident.owner() == "queue"
        assert ticket(resident) in (await wang.open("/desk/queue")).text


async def test_only_a_supervisor_takes_a_case_from_a_colleague(street):
    async with desk(street) as (house, wang, resident), person(house) as chief, person(house) as li:
        account(house, "chief", "supervisor", name="赵主任")
        account(house, "li", name="李明")
        await chief.log_in("chief")
        await li.log_in("li")
        await post(wang, resident, "claim")
        assert (await post(li, resident, "take-over")).status == 403
        assert (await post(chief, resident, "take-over")).status == 303
        assert (await reply(wang, resident, "我还在")).status == 409
        assert (await reply(chief, resident, "您好")).status == 303


async def test_a_visit_is_set_shown_and_done(street):
    async with desk(street) as (house, wang, resident):
        assert (await post(wang, resident, "follow-up", kind="visit", day="2099-05-01", person="李明", note="带上申请表")).status == 303
        page = (await wang.open(at(resident))).text
        assert "2099-05-01" in page and "李明" in page and "带上申请表" in page
        with house.store.begin() as db:
            number = follow_ups.due(db)[0].id
        assert (await post(wang, resident, f"follow-up/{number}/done", text="去过了，材料齐了")).status == 303
        with house.store.begin() as db:
            assert follow_ups.due(db) == []


async def test_what_is_due_today_stands_on_the_first_page_of_whom_it_is_for(street):
    async with desk(street) as (house, wang, resident), person(house) as li:
        account(house, "li", name="李明")
        await li.log_in("li")
        await post(wang, resident, "follow-up", kind="call", day=today().isoformat(), person="李明")
        assert "我今天要做的探访和回访" in (await li.open("/desk/queue")).text
        assert "我今天要做的探访和回访" not in (await wang.open("/desk/queue")).text


async def test_the_number_for_a_call_is_shown_to_who_has_the_case_and_that_is_written_down(street):
    async with desk(street) as (house, wang, resident), person(house) as li:
        account(house, "li", name="李明")
        await li.log_in("li")
        await resident.ask("PUT", "/callback", {"phone": "13812345678", "name": "张大爷"})
        assert "13812345678" not in (await wang.open(at(resident))).text
        assert (await post(wang, resident, "callback")).status == 409  # not claimed yet
        await post(wang, resident, "claim")
        assert (await post(li, resident, "callback")).status == 409
        shown = await post(wang, resident, "callback")
        assert "138 1234 5678" in shown.text or "13812345678" in shown.text
        with house.store.begin() as db:
            seen = db.execute(sa.select(audit_log.c.who).where(audit_log.c.what == "callback_seen")).scalars().all()
        assert [w for w in seen if "王芳" in w] == seen and seen


async def test_who_opens_a_case_is_written_down_once(street):
    async with desk(street) as (house, wang, resident):
        for _ in range(3):
            await wang.open(at(resident))
        with house.store.begin() as db:
            opened = db.execute(sa.select(audit_log.c.ticket).where(audit_log.c.what == "conversation_opened")).scalars().all()
        assert opened == [ticket(resident)]


async def test_ready_phrases_have_the_name_of_who_replies_and_their_initials(street):
    async with desk(street) as (house, wang, resident):
        got = await wang.ask("GET", "/desk/canned.json", headers={"Accept": "application/json"})
        assert "我是王芳" in got.text
        assert '"initials": "nhwsn' in got.text or '"initials": "nhws' in got.text


async def test_a_case_erased_by_its_resident_is_gone_from_the_desk(street):
    async with desk(street) as (house, wang, resident):
        address = at(resident)
        await resident.ask("DELETE", "")
        assert (await wang.open(address)).status == 404
        assert "HM-" not in (await wang.open("/desk/queue")).text


async def test_a_script_is_answered_without_a_page(street):
    async with desk(street) as (house, wang, resident):
        json_please = {"Origin": wang.origin, "Accept": "application/json"}
        await post(wang, resident, "claim")
        ok = await wang.ask("POST", at(resident, "reply"), data={"csrf": wang.csrf, "text": "好", "id": uuid.uuid4().hex}, headers=json_please)
        bad = await wang.ask("POST", at(resident, "reply"), data={"csrf": wang.csrf, "text": "", "id": "1"}, headers=json_please)
        assert ok.status == 204
        assert bad.status == 400 and "内容不能为空" in bad.text and "<html" not in bad.text
