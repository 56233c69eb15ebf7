"""What happens elsewhere appears on the page by itself: a person's reply, another tab's words, what was missed while away."""

from __future__ import annotations

import re

import pytest

from bot.gateway.assets import WEB
from tests.e2e.test_chat_page import AMOUNT, WAIT, ask, bots, box, expect, log

WITHIN = 3_000


def staff(page):
    return log(page).get_by_role("article", name="工作人员 王芳")


def ticket(page) -> str:
    """Asks for a person; the case's number."""
    page.locator("#human").click()
    expect(log(page).locator(".ticket").last).to_be_visible(timeout=WAIT)
    return log(page).locator(".ticket").last.inner_text()


def streaming(page) -> None:
    """Waits until the page reads the stream."""
    expect(page.locator("#huimin")).to_have_attribute("data-live", "stream", timeout=WAIT)


def test_a_persons_reply_appears_within_three_seconds_without_reload(page, desk):
    number = ticket(page)
    streaming(page)
    desk("reply", number, "您好，请问您在哪个镇？")
    expect(staff(page)).to_contain_text("请问您在哪个镇", timeout=WITHIN)
    expect(page.get_by_text("工作人员正在为您服务")).to_be_visible()


def test_where_no_stream_comes_through_the_page_asks_instead(page, desk):
    page.route("**/events", lambda route: route.abort())
    number = ticket(page)
    desk("reply", number, "您好。")
    expect(staff(page)).to_contain_text("您好。", timeout=WAIT)
    expect(page.locator("#huimin")).to_have_attribute("data-live", "asking")


def test_while_the_stream_tells_the_history_is_not_asked(page):
    ask(page, AMOUNT)
    streaming(page)
    asked = []
    page.on("request", lambda r: asked.append(r.url) if "/messages" in r.url else None)
    ask(page, "高龄津贴怎么领")
    page.wait_for_timeout(4000)  # longer than the page waits between two questions to the history
    assert asked == []


def test_what_was_said_while_offline_is_there_once_after_coming_back(page, context, desk):
    number = ticket(page)
    streaming(page)
    context.set_offline(True)
    expect(page.get_by_text("网络断开")).to_be_visible()
    desk("reply", number, "第一句")
    desk("reply", number, "第二句")
    context.set_offline(False)
    expect(staff(page)).to_have_count(2, timeout=WAIT)
    expect(page.get_by_text("网络断开")).to_have_count(0)
    streaming(page)
    desk("reply", number, "第三句")
    expect(staff(page)).to_have_count(3, timeout=WITHIN)
    assert [re.search("第.句", t)[0] for t in staff(page).all_inner_texts()] == ["第一句", "第二句", "第三句"]


def test_two_tabs_show_the_same(page, context, server_url):
    ask(page, AMOUNT)
    other = context.new_page()
    other.goto(server_url + "/")
    streaming(other)
    streaming(page)
    box(other).fill("高龄津贴怎么领")
    box(other).press("Enter")
    expect(bots(page)).to_have_count(2, timeout=WAIT)
    expect(bots(other)).to_have_count(2, timeout=WAIT)
    ask(page, "那农村呢")
    expect(bots(other)).to_have_count(3, timeout=WAIT)
    assert log(page).locator(".words").all_inner_texts() == log(other).locator(".words").all_inner_texts()
    assert page.problems == []


OBSERVE = """() => { const said = window.__said = []; const t = document.querySelector('huimin-chat').shadowRoot.getElementById('typing');
    new MutationObserver(() => t.textContent && said.push(t.textContent)).observe(t, {childList: true, subtree: true}); }"""
FIRST_SAID = """() => new Promise(told => {
    const look = () => window.__said.length ? told(window.__said[0]) : setTimeout(look, 20); look(); })"""


@pytest.mark.parametrize(("who", "shown"), [("bot", "正在查找，请稍等"), ("staff", "工作人员正在输入")])
def test_who_is_at_work_on_a_reply_is_shown_and_then_no_more(page, who, shown):
    ask(page, AMOUNT)
    typing = f'event: typing\ndata: {{"who": "{who}", "on": true}}\n\n'
    page.route("**/events", lambda r: r.fulfill(body=typing, content_type="text/event-stream"))
    page.evaluate(OBSERVE)
    page.evaluate("window.dispatchEvent(new Event('online'))")  # reads the stream anew
    # Not wait_for_function: that evaluates a string in the page, which its content security policy forbids.
    assert page.evaluate(FIRST_SAID) == shown
    expect(page.locator("#typing")).to_have_text("")


def test_the_typing_mark_is_read_out_and_does_not_move_for_who_asked_for_calm(page):
    mark = page.locator("#typing")
    assert mark.get_attribute("aria-live") == "polite"
    assert mark.evaluate("e => getComputedStyle(e, '::after').animationName") == "none"


def test_erasing_in_one_tab_clears_the_other(page, context, server_url):
    ask(page, AMOUNT)
    other = context.new_page()
    other.goto(server_url + "/")
    streaming(other)
    streaming(page)
    box(page).fill("删除我的聊天记录")
    box(page).press("Enter")
    expect(other.get_by_text("您在这里的记录已经全部删除。")).to_be_visible(timeout=WAIT)
    expect(log(other).get_by_text("450")).to_have_count(0)


def test_no_token_is_in_any_address(page):
    asked = []
    page.on("request", lambda r: asked.append(r.url))
    ask(page, AMOUNT)
    streaming(page)
    token = page.evaluate("JSON.parse(localStorage.getItem('huimin.chat')).token")
    assert any(u.endswith("/events") for u in asked)
    assert not any(token in u for u in asked)


# —— the reader of the stream itself ——

PARSE = """async ([text, size]) => { const {parser} = await import('/src/stream.js'); const got = []; const waits = [];
    const p = parser(e => got.push([e.name, e.data, e.id]), ms => waits.push(ms));
    for (let i = 0; i < text.length; i += size) p(text.slice(i, i + size)); return {got, waits}; }"""
STREAM = "\ufeff: hello\n\nretry: 1500\nretry: soon\n\nid: 7\nevent: message\ndata: 一\ndata:二\n\ndata\n\nevent: typing\n\nid\ndata:  x\r\n\r\ndata: cut"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_the_stream_is_read_the_same_in_whatever_pieces_it_comes(page, end, size):
    text = re.sub("\r\n|\n", end, STREAM)
    page.route("**/src/*.js", lambda route: route.fulfill(path=WEB / "src" / route.request.url.rsplit("/", 1)[1]))
    read = page.evaluate(PARSE, [text, size])
    assert read == {"got": [["message", "一\n二", "7"], ["message", "", "7"], ["message", " x", ""]], "waits": [1500]}

