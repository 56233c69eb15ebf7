"""Two members of staff and three residents at once, in a real browser: the queue, claiming, talking, handing on, resolving."""

from __future__ import annotations

import contextlib
import re
import uuid

import pytest

from tests.e2e.chat_page import WAIT, ask, expect, log, watched
from tests.e2e.test_chat_page import AMOUNT
from tests.e2e.test_console import clean, link, service, set_password, user  # noqa: F401
from tests.e2e.test_events import ticket

SOON = 15_000


@pytest.fixture
def at_desk(browser, server_url, user):  # noqa: F811
    """``at_desk("王芳")``: a browser of hers, logged in, on the queue. Names are made this test's own."""
    with contextlib.ExitStack() as browsers:
        def come(name: str, role: str = "staff"):
            login = f"{role}-{uuid.uuid4().hex[:8]}"
            context = browsers.enter_context(contextlib.closing(browser.new_context(locale="zh-CN", reduced_motion="reduce")))
            context.set_default_timeout(WAIT)
            page = watched(context.new_page())
            page.called = f"{name}{login[-4:]}"
            set_password(page, link(user("add", login, "--name", page.called, "--role", role, "--department", "云安区民政局")))
            page.goto(server_url + "/desk/queue")
            return page

        yield come


@pytest.fixture
def resident(browser, server_url):
    """``resident()``: somebody's phone on the chat page."""
    with contextlib.ExitStack() as phones:
        def come():
            context = phones.enter_context(contextlib.closing(browser.new_context(
                viewport={"width": 390, "height": 844}, locale="zh-CN", reduced_motion="reduce")))
            context.set_default_timeout(WAIT)
            page = watched(context.new_page())
            page.goto(server_url + "/")
            return page

        yield come


def case(page, number: str):
    return page.locator(f'[data-ticket="{number}"]')


def claim(page, number: str) -> None:
    case(page, number).get_by_role("button", name="接手").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(number)


def say(page, words: str) -> None:
    page.get_by_label("回复居民").fill(words)
    page.keyboard.press("Enter")


def test_two_at_the_desk_and_three_residents_at_once(at_desk, resident):
    wang, li = at_desk("王芳"), at_desk("李明")
    phones = [resident() for _ in range(3)]
    numbers = []
    for phone in phones:
        ask(phone, AMOUNT)
        numbers.append(ticket(phone))
    for number in numbers:  # they come up by themselves
        expect(case(wang, number)).to_be_visible(timeout=SOON)
        expect(case(li, number)).to_be_visible(timeout=SOON)
    claim(wang, numbers[0])
    claim(li, numbers[1])
    say(wang, "一号您好")
    say(li, "二号您好")
    expect(log(phones[0])).to_contain_text("一号您好", timeout=SOON)
    expect(log(phones[1])).to_contain_text("二号您好", timeout=SOON)
    expect(log(phones[0])).not_to_contain_text("二号您好")
    expect(log(phones[0]).get_by_role("article", name=f"工作人员 {wang.called}")).to_be_visible()
    phones[0].get_by_label("请输入您的问题").fill("我在富林镇")
    phones[0].keyboard.press("Enter")
    expect(wang.get_by_role("log")).to_contain_text("我在富林镇", timeout=SOON)
    expect(log(phones[0]).get_by_text("我在富林镇")).to_have_count(1)
    li.goto(li.url.split("/desk")[0] + "/desk/queue?show=all")
    expect(case(li, numbers[0])).to_contain_text(wang.called)
    expect(case(li, numbers[0]).get_by_role("button", name="接手")).to_have_count(0)
    expect(case(li, numbers[2]).get_by_role("button", name="接手")).to_be_visible()
    assert wang.problems == li.problems == []


def test_the_loser_of_a_claim_is_told_who_has_it(at_desk, resident):
    wang, li = at_desk("王芳"), at_desk("李明")
    number = ticket(resident())
    expect(case(wang, number)).to_be_visible(timeout=SOON)
    expect(case(li, number)).to_be_visible(timeout=SOON)
    li.route("**/desk/queue/list*", lambda route: route.abort())  # her list is a moment old
    claim(wang, number)
    case(li, number).get_by_role("button", name="接手").click()
    expect(li.get_by_role("main")).to_contain_text(f"已由 {wang.called} 接手")


def test_a_whole_case_by_keyboard_and_ready_phrases(at_desk, resident):
    wang, phone = at_desk("王芳"), resident()
    ask(phone, AMOUNT)
    number = ticket(phone)
    expect(case(wang, number)).to_be_visible(timeout=SOON)
    claim(wang, number)
    about = wang.get_by_role("complementary")
    expect(about).to_contain_text("云安区")
    expect(about).to_contain_text(f"问：{AMOUNT}")
    box = wang.get_by_label("回复居民")
    box.focus()
    wang.keyboard.type("/nh")
    expect(wang.get_by_role("listbox", name="常用语").get_by_role("option").first).to_contain_text(f"我是{wang.called}")
    wang.keyboard.press("Enter")  # takes the phrase, sends nothing
    expect(box).to_have_value(re.compile(f"我是{wang.called}"))
    box.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(box).to_have_value(re.compile(f"我是{wang.called}"))
    wang.keyboard.press("Enter")
    expect(log(phone)).to_contain_text(f"我是{wang.called}", timeout=SOON)
    expect(box).to_have_value("")
    wang.keyboard.press("Control+k")
    wang.keyboard.type("高龄津贴")
    wang.get_by_role("button", name=re.compile("^插入：")).first.click()
    expect(box).to_have_value(re.compile("《"))
    box.fill("")
    wang.get_by_text("办结，交回机器人").click()
    wang.get_by_label("告诉居民的话").fill("到镇政府民政窗口办理")
    wang.get_by_role("button", name="办结", exact=True).click()
    expect(wang.get_by_text("结果告诉了居民")).to_be_visible()
    expect(log(phone)).to_contain_text("到镇政府民政窗口办理", timeout=SOON)
    expect(phone.get_by_text("工作人员正在为您服务")).to_have_count(0)
    assert "450" in ask(phone, AMOUNT).inner_text()  # the bot has the conversation again
    assert wang.problems == phone.problems == []


def test_a_reply_that_did_not_go_out_is_kept_and_said_once(at_desk, resident):
    wang, phone = at_desk("王芳"), resident()
    number = ticket(phone)
    expect(case(wang, number)).to_be_visible(timeout=SOON)
    claim(wang, number)
    wang.route("**/reply", lambda route: route.abort())
    say(wang, "请稍等")
    expect(wang.get_by_text("没有送出")).to_be_visible()
    expect(wang.get_by_label("回复居民")).to_have_value("请稍等")
    wang.reload()
    expect(wang.get_by_label("回复居民")).to_have_value("请稍等")
    wang.unroute("**/reply")
    wang.get_by_label("回复居民").press("Enter")
    expect(log(phone).get_by_text("请稍等")).to_have_count(1, timeout=SOON)


def test_the_resident_sees_that_somebody_writes(at_desk, resident):
    wang, phone = at_desk("王芳"), resident()
    number = ticket(phone)
    expect(case(wang, number)).to_be_visible(timeout=SOON)
    claim(wang, number)
    wang.get_by_label("回复居民").press_sequentially("您好")
    expect(phone.get_by_text("工作人员正在输入")).to_be_visible(timeout=SOON)


def test_the_queue_and_a_case_are_clean(at_desk, resident, clean):  # noqa: F811
    wang, phone = at_desk("王芳"), resident()
    ask(phone, AMOUNT)
    number = ticket(phone)
    expect(case(wang, number)).to_be_visible(timeout=SOON)
    clean(wang)
    claim(wang, number)
    say(wang, "您好")
    expect(log(phone)).to_contain_text("您好", timeout=SOON)
    clean(wang)
    for details in wang.locator("details > summary").all():
        details.click()
    clean(wang)
