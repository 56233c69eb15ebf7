"""Whoever is on duty hears of what matters, once, without a word of what the resident said; as each service documents it."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from unittest import mock

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.gateway import notify
from bot.gateway.robots import style_of
from desk import cases, follow_ups, reminders
from desk.reminders import Reminder
from desk.store import now
from desk.tables import cases as cases_table
from policy_kb.settings import today
from tests.gateway.fake_rasa import handoff

SECRET = "SEC-of-the-robot"
KEY = "key-of-the-robot"


class Duty:
    """The webhook of whoever is on duty, as strict as the service; ``answers`` are given first, then that it was taken."""

    def __init__(self, style: str):
        self.style, self.heard, self.times = style, [], []
        self.answers: list[web.Response] = []

    async def hear(self, request: web.Request) -> web.Response:
        body = await request.json()
        problem = getattr(self, f"check_{self.style}")(request, body)
        if problem:
            return web.json_response(problem)
        self.times.append(time.monotonic())
        self.heard.append(body)
        return self.answers.pop(0) if self.answers else web.json_response(TAKEN[self.style])

    @property
    def said(self) -> list[str]:
        return [body["content"]["text"] if self.style == "feishu" else body["text"]["content"] for body in self.heard]

    def check_generic(self, request, body):
        return None

    def check_wecom(self, request, body):
        if request.query.get("key") != KEY or set(body) != {"msgtype", "text"} or body["msgtype"] != "text":
            return {"errcode": 93000, "errmsg": "invalid webhook url"}
        if len(body["text"]["content"].encode()) > 2048 or not set(body["text"]) <= {"content", "mentioned_list"}:
            return {"errcode": 40058, "errmsg": "invalid"}
        return None

    def check_dingtalk(self, request, body):
        at = int(request.query.get("timestamp", 0))
        good = base64.b64encode(hmac.new(SECRET.encode(), f"{at}\n{SECRET}".encode(), hashlib.sha256).digest()).decode()
        if request.query.get("access_token") != KEY or abs(time.time() * 1000 - at) > 3_600_000 or request.query.get("sign") != good:
            return {"errcode": 310000, "errmsg": "sign not match"}
        return None if body["msgtype"] == "text" and set(body) <= {"msgtype", "text", "at"} else {"errcode": 40035}

    def check_feishu(self, request, body):
        at = body.get("timestamp", "0")
        good = base64.b64encode(hmac.new(f"{at}\n{SECRET}".encode(), b"", hashlib.sha256).digest()).decode()
        if not isinstance(at, str) or abs(time.time() - int(at)) > 3600 or body.get("sign") != good:
            return {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}
        return None if body["msg_type"] == "text" and list(body["content"]) == ["text"] else {"code": 9499, "msg": "Bad Request"}


TAKEN = {
    "generic": {}, "wecom": {"errcode": 0, "errmsg": "ok"}, "dingtalk": {"errcode": 0, "errmsg": "ok"},
    "feishu": {"code": 0, "msg": "success", "data": {}},
}
TOO_FAST = {
    "wecom": {"errcode": 45009, "errmsg": "api freq out of limit"}, "dingtalk": {"errcode": 130101, "errmsg": "send too fast"},
    "feishu": {"code": 11232, "msg": "too many request"},
}
ADDRESS = {"generic": "/robot", "wecom": f"/robot?key={KEY}", "dingtalk": f"/robot?access_token={KEY}", "feishu": f"/hook/{KEY}"}


@pytest.fixture
def on_duty(monkeypatch, street):
    """A gateway that tells a robot of a style: ``async with on_duty("wecom") as (duty, house)``."""
    monkeypatch.setattr(notify, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(notify, "BETWEEN", 0.02)
    monkeypatch.setattr(notify, "LOOK_FOR_WAITS_EVERY", 0.02)

    @contextlib.asynccontextmanager
    async def serve(style: str = "generic", **more) -> AsyncIterator[tuple[Duty, object]]:
        duty, app = Duty(style), web.Application()
        app.router.add_post("/robot", duty.hear)
        app.router.add_post(f"/hook/{KEY}", duty.hear)
        async with TestServer(app) as server:
            url = str(server.make_url("/")).rstrip("/") + ADDRESS[style]
            async with street.open(notify_webhook=url, notify_style=style, notify_secret=SECRET, **more) as house:
                yield duty, house

    return serve


async def ask(house, reason: str = "request_human", urgent: bool = False):
    someone = house.resident()
    house.rasa.next.append(handoff(reason=reason, urgent=urgent))
    await someone.say("我叫张三，低保被停了，转人工")
    return someone


def ticket(someone) -> str:
    return someone.cases()[0].ticket


@pytest.fixture(params=sorted(TAKEN))
def style(request) -> str:
    return request.param


async def test_each_case_is_told_once_with_its_ticket_and_nothing_else(on_duty, style):
    async with on_duty(style) as (duty, house):
        someone = await ask(house)
        await house.until(lambda: someone.cases()[0].notified_at)
        await someone.say("在吗")
        other = await ask(house)
        await house.until(lambda: other.cases()[0].notified_at)
        assert [ticket(someone) in said for said in duty.said] == [True, False]
        assert ticket(other) in duty.said[1]
        assert "张三" not in str(duty.heard) and "低保" not in str(duty.heard) and "紧急" not in str(duty.said)


async def test_a_danger_is_marked_as_urgent_and_calls_everybody(on_duty, style):
    async with on_duty(style) as (duty, house):
        await ask(house, "danger", urgent=True)
        await house.until(lambda: duty.heard)
        assert "紧急" in duty.said[0]
        called = {"wecom": lambda b: b["text"]["mentioned_list"] == ["@all"], "dingtalk": lambda b: b["at"] == {"isAtAll": True},
                  "feishu": lambda b: '<at user_id="all">' in b["content"]["text"], "generic": lambda b: True}
        assert called[style](duty.heard[0])


async def test_a_waiting_case_that_turns_urgent_is_told_again(on_duty):
    async with on_duty() as (duty, house):
        someone = await ask(house)
        await house.until(lambda: len(duty.heard) == 1)
        await someone.say("我不想活了")
        await house.until(lambda: len(duty.heard) == 2)
        assert "紧急" in duty.said[1]


async def test_a_case_that_turns_urgent_while_it_is_told_of_is_told_again(street, on_duty):
    async with street.open() as house:
        someone = await ask(house)
        with house.store.begin() as db:
            calm = reminders.new_cases(db)
            db.execute(cases_table.update().values(urgent=True, notified_at=None))
            reminders.told(db, calm)
            assert [r.kind for r in reminders.new_cases(db)] == ["urgent"]
        assert someone.cases()[0].notified_at is None


async def test_a_dead_webhook_only_delays_it(on_duty, style):
    async with on_duty(style) as (duty, house):
        duty.answers = [web.Response(status=500), web.Response(status=302, headers={"Location": "/elsewhere"})]
        someone = await ask(house)
        assert someone.owner() == "queue"
        await house.until(lambda: someone.cases()[0].notified_at is not None)
        assert len(duty.heard) == 3


@pytest.mark.parametrize("style", sorted(TOO_FAST))
async def test_what_a_service_refuses_with_status_200_is_sent_again(on_duty, style):
    async with on_duty(style) as (duty, house):
        duty.answers = [web.json_response(TOO_FAST[style]), web.json_response({}), web.Response(text="busy")]
        someone = await ask(house)
        await house.until(lambda: someone.cases()[0].notified_at is not None)
        assert len(duty.heard) == 4 and len(set(duty.said)) == 1


async def test_failures_are_followed_by_growing_pauses(on_duty, monkeypatch):
    monkeypatch.setattr(notify, "LOOK_EVERY", 0.05)
    async with on_duty("wecom") as (duty, house):
        duty.answers = [web.Response(status=500) for _ in range(3)]
        someone = await ask(house)
        await house.until(lambda: someone.cases()[0].notified_at is not None)
        first, second, third = (b - a for a, b in zip(duty.times, duty.times[1:]))
        assert first >= 0.05 and second >= 0.1 and third >= 0.2


async def test_many_cases_are_one_message_and_messages_keep_their_distance(on_duty, monkeypatch):
    monkeypatch.setattr(notify, "BETWEEN", 0.3)
    assert 20 * 3.0 <= 60 <= 20 * 3.5  # what the default keeps to
    async with on_duty("wecom") as (duty, house):
        first = await ask(house)
        await house.until(lambda: first.cases()[0].notified_at)
        others = [await ask(house) for _ in range(6)]
        await house.until(lambda: all(o.cases()[0].notified_at for o in others))
        assert all(later - earlier >= 0.3 for earlier, later in zip(duty.times, duty.times[1:]))
        assert all(any(ticket(o) in said for said in duty.said) for o in others)
        assert len(duty.heard) < 7


def test_the_default_distance_keeps_to_twenty_a_minute():
    assert 20 * notify.BETWEEN > 60


def test_the_longest_message_is_shorter_than_a_service_takes():
    many = [Reminder(kind, "", "HM-ACEFHJ") for kind in reminders.KINDS for _ in range(100)]
    words = notify.in_words(many, "https://huimin.example.gov.cn")
    assert len(words.encode()) <= 2048 and "等100个工单" in words
    assert words.splitlines()[0].startswith("【紧急】") and words.splitlines()[-1].endswith("/desk/queue")


@pytest.mark.parametrize(("url", "style"), [
    ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x", "wecom"),
    ("https://oapi.dingtalk.com/robot/send?access_token=x", "dingtalk"),
    ("https://open.feishu.cn/open-apis/bot/v2/hook/x", "feishu"), ("https://open.larksuite.com/open-apis/bot/v2/hook/x", "feishu"),
    ("https://duty.example.gov.cn/qyapi.weixin.qq.com", "generic"), ("https://oapi.dingtalk.com.example.org/", "generic"),
])
def test_the_service_is_known_by_its_address(url, style):
    assert style_of(url) == style


async def test_neither_address_nor_secret_is_ever_logged(on_duty, log):
    async with on_duty("dingtalk") as (duty, house):
        duty.answers = [web.Response(status=500), web.json_response(TOO_FAST["dingtalk"])]
        someone = await ask(house)
        await house.until(lambda: someone.cases()[0].notified_at is not None)
    assert "could not notify" in log.text and KEY not in log.text and SECRET not in log.text


async def test_an_address_where_nobody_listens_is_not_logged(street, monkeypatch, log):
    monkeypatch.setattr(notify, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(notify, "BETWEEN", 0.02)
    async with street.open(notify_webhook=f"http://127.0.0.1:1/{KEY}", notify_style="wecom") as house:
        await ask(house)
        await house.until(lambda: "could not notify" in log.text or not house.writes)
        await house.resident().say("低保")
        await house.until(lambda: "could not notify" in log.text)
    assert KEY not in log.text and KEY not in repr(house.client.app)


# -- who waits too long, and what is due


def at_work(open_: bool):
    """Whether the desk is open; what passed was office time."""
    return mock.patch.multiple(
        "desk.hours", open_at=lambda moment: open_, open_seconds=lambda begin, end: (end - begin).total_seconds()
    )


def opened(db, minutes: float) -> None:
    """All cases were opened so many minutes ago."""
    db.execute(cases_table.update().values(opened_at=now() - dt.timedelta(minutes=minutes), notified_at=now()))


async def left_over(house) -> list[str]:
    """What there is to tell of now; then it is told."""
    with house.store.begin() as db:
        found = reminders.left_over(db)
        reminders.told(db, found)
    return [r.kind for r in found]


async def test_a_wait_is_told_of_at_each_threshold_once(street):
    async with street.open() as house:
        number = ticket(await ask(house))
        told = []
        for minutes in (4, 6, 7, 16, 17):
            with house.store.begin() as db, at_work(True):
                opened(db, minutes)
            with at_work(True):
                told.append(await left_over(house))
        assert told == [[], ["amber"], [], ["red"], []]
        with house.store.begin() as db, at_work(True):  # claimed, answered, and then left alone
            cases.reply(db, number, "王芳", "您好")
            assert reminders.left_over(db) == []


@pytest.mark.parametrize(("urgent", "kinds"), [(False, []), (True, ["red"])])
async def test_out_of_hours_only_urgent_waits_are_told_of(street, urgent, kinds):
    async with street.open() as house:
        await ask(house, urgent=urgent)
        with house.store.begin() as db:
            opened(db, 60)
        with at_work(False):
            assert await left_over(house) == kinds


async def test_what_is_due_is_told_once_a_day_in_office_hours(street):
    async with street.open() as house:
        number = ticket(await ask(house))
        with house.store.begin() as db:
            follow_ups.add(db, number, "王芳", "visit", today(), "王芳")
            follow_ups.add(db, number, "王芳", "call", today() + dt.timedelta(days=1), "王芳")
        told = []
        for open_ in (False, True, True):
            with at_work(open_):
                told.append(await left_over(house))
        with at_work(True), mock.patch("desk.reminders.today", return_value=today() + dt.timedelta(days=1)):
            told.append(await left_over(house))
        assert told == [[], ["due"], [], ["due"]]


async def test_a_case_erased_while_it_is_told_of_stops_nothing(street):
    async with street.open() as house:
        someone = await ask(house)
        with house.store.begin() as db, at_work(True):
            opened(db, 6)
            found = reminders.left_over(db)
        await someone.ask("DELETE", "")
        with house.store.begin() as db:
            reminders.told(db, found)


async def test_a_long_wait_reaches_whoever_is_on_duty(on_duty):
    async with on_duty("wecom", public_url="https://huimin.example.gov.cn") as (duty, house):
        with at_work(True):
            someone = await ask(house)
            await house.until(lambda: duty.heard)
            with house.store.begin() as db:
                opened(db, 6)
            await house.until(lambda: len(duty.heard) == 2)
            assert "等了5分钟以上" in duty.said[1]
            assert duty.said[1].endswith(f"https://huimin.example.gov.cn/desk/cases/{ticket(someone)}")
