"""Reviewing in the console: from the resident's question through the gateway to the mark, and what may be seen by whom."""

from __future__ import annotations

import contextlib
import datetime as dt
import html
import json
import re

import pytest
import sqlalchemy as sa

from desk import reviews
from desk.account_tables import audit_log
from desk.store import now
from desk.tables import feedback, messages, readings
from desk.tables import reviews as table
from policy_kb.settings import today
from tests.gateway.fake_rasa import answer, handoff, result
from tests.gateway.house import Street
from tests.gateway.people import account, person

LOW = "minimum_living_allowance"
TOLD = {"benefit": LOW, "aspect": "amount", "region": "445303", "also": [], "as_of": "2026-11-23", "coverage": "local", "kb_version": 1, "facts": []}
CITED = [{"document": "云安区政府工作报告", "section": "六", "issuer": "云安区", "number": None, "published": None, "effective_from": None,
          "effective_to": None, "in_force": None, "url": None}]


def told(text: str = "每人每月450元。", confidence: float | None = 0.9, intent: str = "ask_policy", **more):
    """A turn of the assistant that also says how it took the question."""
    said = result(text, **{"citations": CITED, "data": TOLD} | more)

    async def behave(asked):
        from aiohttp import web

        understood = None if confidence is None else {"intent": intent, "confidence": confidence}
        return web.json_response({"messages": [said], "context": {"turns": 1}, "understood": understood})

    return behave


@contextlib.asynccontextmanager
async def chief(street: Street, **settings):
    """A gateway, somebody who was answered in doubt and said that it did not help, and 赵主任, a supervisor, at the console."""
    async with street.open(**settings) as house, person(house) as zhao:
        account(house, "zhao", "supervisor", name="赵主任", department="民政局")
        await zhao.log_in("zhao")
        resident = house.resident()
        house.rasa.next.append(told(confidence=0.41))
        await resident.say("村里吃低保一个月多少")
        await resident.ask("PUT", f"/messages/{(await resident.history()).messages[-1]['id']}/feedback", {"helpful": False, "comment": "没说农村的"})
        yield house, zhao, resident


def at(resident) -> str:
    return f"/desk/reviews/{resident.conversation}"


def bots(house, resident) -> list[str]:
    with house.store.begin() as db:
        m = messages.c
        return list(db.execute(sa.select(m.id).where(m.conversation == resident.conversation, m.sender == "bot").order_by(m.seq)).scalars())


async def mark(who, house, resident, number: int = 0, *, version: int = 0, **form: str):
    form = {"mark": "wrong", "benefit": "最低生活保障", "aspect": "amount", "place": "云安区", "comment": ""} | form
    return await who.send(f"{at(resident)}/{bots(house, resident)[number]}", version=str(version), **form)


def standing(house) -> list:
    with house.store.begin() as db:
        return list(db.execute(reviews.standing()))


def taken(house) -> list[tuple]:
    with house.store.begin() as db:
        r = readings.c
        return [tuple(row) for row in db.execute(sa.select(r.came_to, r.intent, r.confidence, r.benefit, r.aspect, r.region).order_by(r.at))]


# —— what is kept of a turn ——


async def test_how_a_question_was_taken_is_kept_for_staff_and_never_sent_to_the_resident(street):
    async with chief(street) as (house, zhao, resident):
        assert taken(house) == [("unsure", "ask_policy", 0.41, LOW, "amount", "445303")]
        sent = json.dumps([(await resident.history()).body, (await resident.say("再问一句")).body])
        assert "0.41" not in sent and "confidence" not in sent and "came_to" not in sent and "understood" not in sent


async def test_what_is_not_held_is_kept_with_the_place_of_the_page(street):
    async with street.open() as house:
        resident = house.resident()
        house.rasa.next.append(told(lacks="everything", kind="notice", data=TOLD | {"region": None, "coverage": "none"}, citations=[]))
        await resident.say("高龄津贴多少", region="500110")
        house.rasa.next.append(told(lacks="point"))
        await resident.say("低保要多久")
        house.rasa.next.append(answer("好的。"))  # an older Rasa process says nothing of how it took it
        await resident.say("低保")
        assert taken(house) == [
            ("nothing_held", "ask_policy", 0.9, LOW, "amount", "500110"), ("not_this", "ask_policy", 0.9, LOW, "amount", "445303"),
            ("answered", None, None, None, None, None),
        ]


@pytest.mark.parametrize("understood", [{"intent": "x", "confidence": 1.5}, {"intent": "x" * 41, "confidence": 0.5}, {"confidence": 0.5}])
async def test_what_is_not_as_agreed_is_no_answer(street, understood):
    from aiohttp import web

    async def behave(asked):
        return web.json_response({"messages": [result()], "context": {}, "understood": understood})

    async with street.open() as house:
        house.rasa.next.append(behave)
        resident = house.resident()
        assert (await resident.say("低保")).status == 200  # tried again
        assert len(house.rasa.asked) == 2


# —— the list ——


async def test_the_list_says_why_and_where_but_none_of_the_residents_words(street):
    async with chief(street) as (house, zhao, resident):
        page = await zhao.open("/desk/reviews")
        shown = html.unescape(page.text)
        for part in ("居民说没帮助", "意思是猜的", "广东省云浮市云安区", "最低生活保障", "已标0/1条", "复核（1）"):
            assert part in shown, part
        assert "村里吃低保" not in shown and "没说农村的" not in shown
        assert "conversation_opened" not in audit_of(house)


@pytest.mark.parametrize(("query", "found"), [
    ("", True), ("why=not_helpful", True), ("why=unsure", True), ("why=in_doubt", True), ("why=closed", False), ("show=done", False), ("show=all", True),
    ("place=云安区", True), ("place=广东省", True), ("place=445303", True), ("place=綦江", False), ("benefit=低保", True), ("benefit=高龄津贴", False),
    ("since=2026-01-01", True), ("since=2999-01-01", False),
])
async def test_the_list_is_filtered(street, query, found):
    async with chief(street) as (house, zhao, resident):
        page = await zhao.open(f"/desk/reviews?{query}")
        assert page.status == 200
        assert (resident.conversation in page.text) == found


async def test_the_last_thirty_days_are_shown_unless_another_day_or_none_is_asked_for(street):
    async with chief(street) as (house, zhao, resident):
        with house.store.begin() as db:
            for one in (readings, feedback):
                db.execute(one.update().values(at=now() - dt.timedelta(days=40)))
        for query, found in (("", False), ("?since=", True), (f"?since={today() - dt.timedelta(days=41)}", True), (f"?since={today() - dt.timedelta(days=39)}", False)):
            assert (resident.conversation in (await zhao.open(f"/desk/reviews{query}")).text) == found, query
            assert ("一共1个问题" in (await zhao.open(f"/desk/gaps{query}")).text) == found, query


@pytest.mark.parametrize("query", ["why=bored", "show=x", "since=yesterday", "before=x", "before=9999-12-31T23:59:59~x%00", "before=0001-01-01T00:00:00%2B14:00~x"])
async def test_a_filter_that_there_is_not_is_refused_in_words(street, query):
    async with chief(street) as (house, zhao, resident):
        page = await zhao.open(f"/desk/reviews?{query}")
        assert page.status in {200, 400} and "服务出了点问题" not in page.text
        if query.startswith(("why", "show", "since")):
            assert "筛选的条件不对" in page.text


@pytest.mark.parametrize(("query", "said"), [("place=火星", "没有叫“火星”的地方"), ("place=鼓楼区", "叫“鼓楼区”的地方不止一个"), ("benefit=飞行补贴费", "没有叫“飞行补贴费”的事项")])
async def test_a_name_that_nobody_knows_is_said_so(street, query, said):
    async with chief(street) as (house, zhao, resident):
        page = await zhao.open(f"/desk/reviews?{query}")
        assert page.status == 400 and said in page.text


async def test_the_list_goes_page_by_page(street):
    async with chief(street) as (house, zhao, resident):
        made = [resident.conversation]
        for _ in range(29):
            other = house.resident()
            house.rasa.next.append(told(confidence=0.3))
            await other.say("低保")
            made.append(other.conversation)
        seen, path = [], "/desk/reviews?why=unsure"
        while path:
            text = (await zhao.open(path)).text
            seen += re.findall(r'href="/desk/reviews/([0-9a-f]{32})"', text)
            following = re.search(r'href="(/desk/reviews\?[^"]*before[^"]*)"', text)
            path = following and html.unescape(following.group(1))
        assert sorted(seen) == sorted(made) and len(seen) == 30


def audit_of(house) -> list[str]:
    with house.store.begin() as db:
        return list(db.execute(sa.select(audit_log.c.what).order_by(audit_log.c.id)).scalars())


# —— one conversation ——


async def test_a_conversation_is_shown_as_the_resident_saw_it_with_sources_and_what_they_thought(street):
    async with chief(street) as (house, zhao, resident):
        shown = html.unescape((await zhao.open(at(resident))).text)
        for part in ("村里吃低保一个月多少", "每人每月450元。", "依据：《云安区政府工作报告》六", "居民说没帮助", "居民写道：没说农村的", "把握41%",
                     "机器人的理解：广东省云浮市云安区 最低生活保障 能领多少"):
            assert part in shown, part
        assert len(re.findall('<form class="mark"', shown)) == 1


async def test_who_opens_which_conversation_is_written_down_once(street):
    async with chief(street) as (house, zhao, resident):
        for _ in range(3):
            await zhao.open(at(resident))
        with house.store.begin() as db:
            a = audit_log.c
            opened = db.execute(sa.select(a.who, a.conversation).where(a.what == "conversation_opened")).fetchall()
        assert [tuple(r) for r in opened] == [("赵主任", resident.conversation)]
        log = (await zhao.open("/desk/audit")).text
        assert "看了对话" in log and f"对话 {resident.conversation[:8]}" in log


async def test_a_mark_stands_with_what_was_really_asked_and_its_comment_is_masked(street):
    async with chief(street) as (house, zhao, resident):
        done = await mark(zhao, house, resident, benefit="特困", aspect="materials", place="綦江", comment="他的手机13812345678打不通")
        assert done.status == 303 and done.to == f"{at(resident)}?said=reviewed#{bots(house, resident)[0]}"
        row, = standing(house)
        assert (row.who, row.version, row.mark, row.ours, row.benefit, row.aspect, row.region) == (
            "赵主任", 1, "wrong", True, "extreme_poverty_support", "materials", "500110")
        assert "13812345678" not in row.comment and "打不通" in row.comment
        page = html.unescape((await zhao.open(at(resident))).text)
        assert "赵主任标了“不对”" in page and 'value="重庆市綦江区"' in page
        assert "answer_reviewed" in audit_of(house)
        assert resident.conversation not in (await zhao.open("/desk/reviews")).text
        assert resident.conversation in (await zhao.open("/desk/reviews?show=done")).text
        assert "复核（" not in (await zhao.open("/desk")).text


async def test_other_departments_business_has_no_benefit(street):
    async with chief(street) as (house, zhao, resident):
        assert (await mark(zhao, house, resident, elsewhere="1")).status == 303
        row, = standing(house)
        assert (row.ours, row.benefit, row.aspect, row.region) == (False, None, None, None)


@pytest.mark.parametrize(("form", "said"), [
    ({"mark": ""}, "请先选"), ({"mark": "perhaps"}, "请先选"), ({"benefit": "飞行补贴费"}, "没有叫“飞行补贴费”的事项"), ({"place": "火星"}, "没有叫“火星”的地方"),
    ({"place": "鼓楼区"}, "叫“鼓楼区”的地方不止一个"),
])
async def test_what_cannot_be_taken_is_shown_again_with_all_that_was_written(street, form, said):
    async with chief(street) as (house, zhao, resident):
        again = await mark(zhao, house, resident, **{"comment": "<i>写了很久的话"} | form)
        assert again.status == 400
        assert said in again.text and "&lt;i&gt;写了很久的话</textarea>" in again.text
        assert standing(house) == []


@pytest.mark.parametrize("form", [{"version": "x"}, {"version": "-1"}, {"version": ""}, {"comment": "长" * 501}])
async def test_a_form_that_is_none_of_ours_changes_nothing(street, form):
    async with chief(street) as (house, zhao, resident):
        path = f"{at(resident)}/{bots(house, resident)[0]}"
        assert (await zhao.send(path, **{"version": "0", "mark": "right"} | form)).status == 400
        assert standing(house) == []


async def test_of_two_reviewers_the_second_is_told_keeps_the_words_and_may_insist(street):
    async with chief(street) as (house, zhao, resident), person(house) as qian:
        account(house, "qian", "supervisor", name="钱主任")
        await qian.log_in("qian")
        assert (await mark(zhao, house, resident, mark="right")).status == 303
        told = await mark(qian, house, resident, comment="问的是农村")
        assert told.status == 409
        assert "赵主任刚刚也标了这条回答（对）" in told.text and "问的是农村</textarea>" in told.text
        assert [r.who for r in standing(house)] == ["赵主任"]
        version = int(re.search(r'name="version" value="(\d+)"', told.text).group(1))
        assert (await mark(qian, house, resident, comment="问的是农村", version=version)).status == 303
        assert [(r.who, r.version) for r in standing(house)] == [("钱主任", 2)]
        assert "以前的标记" in (await zhao.open(at(resident))).text


async def test_sent_twice_it_is_marked_once(street):
    async with chief(street) as (house, zhao, resident):
        for _ in range(2):
            assert (await mark(zhao, house, resident)).status == 303
        with house.store.begin() as db:
            assert db.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 1


async def test_only_the_bots_messages_have_a_form_and_a_person_who_took_over_is_named(street):
    async with chief(street) as (house, zhao, resident):
        house.rasa.next.append(handoff())
        await resident.say("转人工")
        ticket = resident.cases()[0].ticket
        await zhao.send(f"/desk/cases/{ticket}/claim")
        await zhao.send(f"/desk/cases/{ticket}/reply", text="您好", id="a" * 32)
        shown = (await zhao.open(at(resident))).text
        assert len(re.findall('<form class="mark"', shown)) == 2  # the answer, and handing over
        assert f'href="{at(resident)}"' in (await zhao.open(f"/desk/cases/{ticket}")).text
        assert f'href="/desk/cases/{ticket}"' in shown and "赵主任" in shown and "转了人工" in shown
        with house.store.begin() as db:
            m = messages.c
            words = db.execute(sa.select(m.id).where(m.conversation == resident.conversation, m.sender != "bot")).scalars().all()
        for message in words:
            refused = await zhao.send(f"{at(resident)}/{message}", version="0", mark="right")
            assert refused.status == 404 and "没有这条回答" in refused.text


async def test_a_conversation_that_its_resident_erased_is_gone_with_its_reviews(street):
    async with chief(street) as (house, zhao, resident):
        await mark(zhao, house, resident)
        path = f"{at(resident)}/{bots(house, resident)[0]}"
        await resident.ask("DELETE", "")
        assert (await zhao.open(at(resident))).status == 404
        assert (await zhao.send(path, version="1", mark="right")).status == 404
        assert resident.conversation not in (await zhao.open("/desk/reviews?show=all")).text
        with house.store.begin() as db:
            assert [db.execute(sa.select(sa.func.count()).select_from(t)).scalar() for t in (table, readings)] == [0, 0]


async def test_nobody_but_a_supervisor_sees_a_word(street):
    async with chief(street) as (house, zhao, resident):
        for role in ("agent", "staff", "admin"):
            async with person(house) as somebody:
                account(house, f"{role}-1", role)
                await somebody.log_in(f"{role}-1")
                for path in ("/desk/reviews", at(resident), "/desk/gaps"):
                    page = await somebody.open(path)
                    assert page.status == 403 and "低保" not in page.text
                assert (await mark(somebody, house, resident)).status == 403
                home = (await somebody.open("/desk")).text
                assert "/desk/reviews" not in home and "/desk/gaps" not in home
        assert standing(house) == []


async def test_without_a_base_ids_are_shown_and_taken(street, monkeypatch):
    async def none(app):
        return None

    monkeypatch.setattr("bot.gateway.console._knowledge", none)
    async with chief(street) as (house, zhao, resident):
        assert LOW in (await zhao.open(at(resident))).text
        assert (await mark(zhao, house, resident, benefit=LOW, place="445303")).status == 303
        row, = standing(house)
        assert (row.benefit, row.region) == (LOW, "445303")


# —— gaps ——


async def test_what_is_not_held_by_place_and_topic_with_counts(street):
    async with chief(street) as (house, zhao, resident):
        for text in ("綦江低保多少", "綦江的低保", "綦江低保是多少"):
            other = house.resident()
            house.rasa.next.append(told(lacks="local", data=TOLD | {"region": "500110", "coverage": "national"}))
            await other.say(text)
        shown = re.sub(r"\s+", " ", html.unescape((await zhao.open("/desk/gaps")).text))
        assert "一共4个问题，其中3个没有收录、没有听懂或者不归我们管。" in shown
        cells = re.findall(r"<td[^>]*>([^<]*)", shown)
        assert [c.strip() for c in cells[:4]] == ["重庆市綦江区", "最低生活保障 · 能领多少", "3", "3"]
        assert cells[5].strip() in {"綦江低保多少", "綦江的低保", "綦江低保是多少"}
        address = html.unescape(re.search(r'href="(/desk/reviews\?[^"]*why=national[^"]*)"', shown).group(1))
        found = (await zhao.open(address)).text
        assert len(re.findall(r'href="/desk/reviews/[0-9a-f]{32}"', found)) == 3
        assert "一共0个问题" in (await zhao.open("/desk/gaps?since=2999-01-01")).text
        assert (await zhao.open("/desk/gaps?since=x")).status == 400

