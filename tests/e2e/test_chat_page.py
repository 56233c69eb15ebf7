"""The resident's chat page in a real browser, against a running server.

    HUIMIN_E2E_URL=http://127.0.0.1:8080 pytest tests/e2e/test_chat_page.py

Needs PyPI playwright and a Chromium (`/usr/bin/chromium`, or HUIMIN_CHROMIUM). Run it apart from pytest-asyncio tests.
"""
import json
import re

import pytest

from tests.e2e.chat_page import ROOT, WAIT, ask, bots, box, expect, fits, log, mine

HEADLINE = "低保户的孩子读幼儿园要钱吗"
AMOUNT = "云安区农村低保一个月多少钱"
HOSTILE = "<img src=x onerror=alert(1)>"
HISTORIC = re.compile(r"2018年.*可能已调整")


def test_headline_question_has_an_answer_with_its_source(page):
    page.get_by_role("group", name="您可以这样问").get_by_role("button", name=HEADLINE).click()
    expect(mine(page).first).to_contain_text(HEADLINE)
    reply = bots(page).first
    expect(reply).to_be_visible(timeout=WAIT)
    summary = reply.get_by_text(re.compile("^来源"))
    summary.click()
    expect(reply.get_by_text(re.compile("现行有效|已过期|待核实")).first).to_be_visible()
    expect(reply.get_by_text(re.compile("《.+》")).last).to_be_visible()
    expect(mine(page).first.get_by_text("已送达")).to_be_visible()


def test_a_figure_stands_first_with_place_audience_and_historic_badge(page):
    reply = ask(page, AMOUNT)
    card = reply.get_by_role("group", name="金额和数字")
    expect(card).to_contain_text("每人每月 450 元")
    expect(card).to_contain_text("云安区")
    expect(card).to_contain_text("农村")
    badge = card.get_by_text(HISTORIC)
    expect(badge).to_be_visible()
    shown = reply.inner_text()
    assert shown.index("450") < shown.index("来源")
    assert card.bounding_box()["y"] < reply.get_by_text(re.compile("^来源")).bounding_box()["y"]
    assert mine(page).first.bounding_box()["y"] > 50  # the question stays in sight above its answer
    # in sight without scrolling, between the tools above and the box below
    r = badge.bounding_box()
    assert 0 < r["y"] < box(page).bounding_box()["y"]


def test_quick_reply_shows_its_title_and_sends_its_payload(page):
    reply = ask(page, AMOUNT)
    choices = reply.get_by_role("group", name="快捷回复").get_by_role("button")
    expect(choices.first).to_be_visible()
    title = choices.first.inner_text()
    with page.expect_request(lambda r: r.method == "POST" and r.url.endswith("/api/chat")) as sent:
        choices.first.click()
    message = json.loads(sent.value.post_data)["message"]
    assert set(message) == {"id", "payload"} and message["payload"]
    assert re.fullmatch(r"[0-9a-f]{32}", message["id"])
    expect(mine(page).last).to_contain_text(title)
    expect(bots(page).nth(1)).to_be_visible(timeout=WAIT)
    expect(bots(page).first.get_by_role("group", name="快捷回复")).to_have_count(0)


def test_reload_and_second_tab_keep_the_chat(page, context, server_url):
    ask(page, AMOUNT)
    page.reload()
    expect(mine(page)).to_have_count(1)
    expect(bots(page)).to_have_count(1)
    expect(bots(page).first).to_contain_text("450")
    expect(page.get_by_role("region", name="欢迎")).to_be_hidden()
    other = context.new_page()
    other.goto(server_url + "/")
    expect(bots(other).first).to_contain_text("450")
    ask(other, "高龄津贴怎么领")
    expect(mine(page)).to_have_count(2, timeout=WAIT)
    expect(bots(page)).to_have_count(2, timeout=WAIT)
    ask(page, "你好")
    expect(mine(page)).to_have_count(3)
    assert page.problems == []


def test_hostile_text_stays_text(page):
    ask(page, HOSTILE)
    expect(mine(page).first).to_contain_text(HOSTILE)
    page.reload()
    expect(mine(page).first).to_contain_text(HOSTILE)
    assert log(page).locator("img, script, iframe").count() == 0
    assert page.problems == []
    assert page.evaluate("window.__violations") == []


def test_keyboard_only(page):
    # from the top of the page to the first example, by Tab alone
    example = page.get_by_role("button", name=HEADLINE)
    seen = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(f"{ROOT}.activeElement.innerText || {ROOT}.activeElement.id"))
        if example.evaluate("e => e.matches(':focus')"):
            break
    assert "大字" in seen and "转人工" in seen
    page.keyboard.press("Enter")
    expect(bots(page).first).to_be_visible(timeout=WAIT)

    # the place picker: opens, keeps the focus inside, closes with Escape and gives the focus back
    place = page.get_by_role("button", name=re.compile("^地区："))
    place.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="选择地区")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="不选地区")).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate(f"!!{ROOT}.activeElement.closest('[role=dialog]')")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(place).to_be_focused()

    # Shift+Enter breaks the line, Enter while an input method composes does nothing, Enter sends
    box(page).focus()
    page.keyboard.type("农村低保")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("一个月多少钱")
    box(page).evaluate(
        "e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', keyCode: 229, bubbles: true, cancelable: true}))"
    )
    box(page).evaluate(
        "e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))"
    )
    expect(mine(page)).to_have_count(1)
    assert box(page).input_value() == "农村低保\n一个月多少钱"
    page.keyboard.press("Enter")
    expect(mine(page)).to_have_count(2)
    assert box(page).input_value() == ""
    expect(box(page)).to_be_focused()


def test_large_text_is_remembered(page):
    def size():
        return box(page).evaluate("e => parseFloat(getComputedStyle(e).fontSize)")

    assert 17 <= size() <= 18
    button = page.get_by_role("button", name="大字")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert size() >= 22
    page.reload()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert size() >= 22


def test_no_csp_violation_and_no_console_error(page, server_url):
    head = page.request.get(server_url + "/")
    assert "script-src 'self'" in head.headers.get("content-security-policy", "")
    ask(page, AMOUNT)
    page.get_by_role("button", name="大字").click()
    page.get_by_role("button", name=re.compile("^地区：")).click()
    expect(page.get_by_role("dialog").get_by_role("button", name="不选地区")).to_be_visible()
    page.get_by_role("button", name="关闭").click()
    page.get_by_role("button", name="转人工", exact=True).first.click()
    expect(bots(page).nth(1)).to_be_visible(timeout=WAIT)
    assert page.problems == []
    assert page.evaluate("window.__violations") == []


@pytest.mark.parametrize("large", [False, True])
def test_no_sideways_scrolling_at_320_px_and_targets_are_44_px(page, large):
    page.set_viewport_size({"width": 320, "height": 640})
    if large:
        page.get_by_role("button", name="大字").click()

    def check():
        fits(page)

    check()
    ask(page, AMOUNT).get_by_text(re.compile("^来源")).click()
    ask(page, HEADLINE)
    ask(page, "x" * 400)
    check()
    page.get_by_role("button", name=re.compile("^地区：")).click()
    expect(page.get_by_role("dialog").get_by_role("button", name="不选地区")).to_be_visible()
    check()


def test_asking_for_a_person_shows_the_waiting_banner(page):
    page.get_by_role("button", name="转人工", exact=True).first.click()
    banner = page.get_by_role("status").filter(has_text="正在等待工作人员")
    expect(banner).to_be_visible(timeout=WAIT)
    expect(mine(page).first).to_contain_text("转人工")
    page.reload()
    expect(banner).to_be_visible(timeout=WAIT)
    back = page.get_by_role("group", name="快捷回复").get_by_role("button", name="继续问机器人")
    if back.count():
        back.click()
        expect(banner).to_be_hidden(timeout=WAIT)


@pytest.mark.parametrize("large", [False, True])
def test_in_danger_the_number_to_call_stands_out_and_can_be_tapped(page, large):
    page.set_viewport_size({"width": 320, "height": 640})
    if large:
        page.get_by_role("button", name="大字").click()

    def check(reply):
        link = reply.get_by_role("link", name="12356", exact=True)
        expect(link).to_have_attribute("href", "tel:12356")
        expect(link).to_be_in_viewport()
        r = link.bounding_box()
        assert r["width"] >= 43.5 and r["height"] >= 43.5
        assert page.get_by_role("button", name="大字").bounding_box()["y"] < r["y"]  # between the tools above
        assert r["y"] + r["height"] < box(page).bounding_box()["y"]  # and the box below
        first = reply.get_by_role("paragraph").filter(has=page.get_by_role("link", name="12356", exact=True))
        advice = reply.get_by_role("paragraph").last
        expect(first).to_be_visible()
        expect(first).to_contain_text(re.compile("^请现在就拨打12356"))
        look = "e => { const s = getComputedStyle(e); return [parseFloat(s.fontSize), +s.fontWeight] }"
        (size, weight), (usual, _) = first.evaluate(look), advice.evaluate(look)
        assert size > usual and weight >= 600
        for number in ("120", "110"):
            expect(first.get_by_role("link", name=number, exact=True)).to_have_attribute("href", "tel:" + number)
        fits(page)

    check(ask(page, "我想死"))
    page.reload()
    bots(page).first.scroll_into_view_if_needed()
    expect(bots(page).first.get_by_role("link", name="12356", exact=True)).to_have_attribute("href", "tel:12356")
    assert page.problems == []


def test_the_page_says_its_name_and_its_language(page):
    expect(page).to_have_title("惠民 · 政策问答")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_role("heading", level=1)).to_have_text("惠民 · 政策问答")


def test_a_failed_line_is_retried_with_the_same_id_and_body(page):
    bodies = []

    def broken(route):
        bodies.append(route.request.post_data)
        route.abort()

    page.route("**/api/chat", broken)
    box(page).fill(AMOUNT)
    page.get_by_role("button", name="发送").click()
    retry = mine(page).first.get_by_role("button", name="没有送出，点这里重试")
    expect(retry).to_be_visible()
    page.unroute("**/api/chat")
    with page.expect_request(lambda r: r.url.endswith("/api/chat")) as sent:
        retry.click()
    assert sent.value.post_data == bodies[0]
    expect(bots(page).first).to_contain_text("450", timeout=WAIT)
    expect(mine(page)).to_have_count(1)


def test_a_lost_reply_is_not_a_second_question(page):
    """The gateway got the line but its answer was lost on the way: a reload sends the same id again and asks nothing twice."""

    def lose(route):
        route.fetch()
        route.abort()

    page.route("**/api/chat", lose)
    box(page).fill(AMOUNT)
    box(page).press("Enter")
    expect(mine(page).first.get_by_role("button", name="没有送出，点这里重试")).to_be_visible(timeout=WAIT)
    page.unroute("**/api/chat")
    page.reload()
    expect(bots(page).first).to_contain_text("450", timeout=WAIT)
    expect(mine(page).first.get_by_text("已送达")).to_be_visible()
    page.wait_for_timeout(1000)
    expect(mine(page)).to_have_count(1)
    expect(bots(page)).to_have_count(1)


def test_an_unknown_conversation_begins_anew(page):
    page.evaluate("localStorage.setItem('huimin.chat', JSON.stringify({conversation: 'gone', token: 'wrong'}))")
    page.reload()
    reply = ask(page, AMOUNT)
    expect(reply).to_contain_text("450")
    assert page.evaluate("JSON.parse(localStorage.getItem('huimin.chat')).conversation") != "gone"


def test_refusals_are_kind_chinese_sentences(page):
    page.route(
        "**/api/chat",
        lambda r: r.fulfill(status=429, headers={"Retry-After": "2"}, json={"error": {"code": "rate_limited", "message": "too many"}}),
        times=1,
    )
    box(page).fill(AMOUNT)
    box(page).press("Enter")
    expect(mine(page).first).to_contain_text("请等 2 秒")
    expect(bots(page).first).to_contain_text("450", timeout=WAIT)  # sent again by itself

    page.route(
        "**/api/chat",
        lambda r: r.fulfill(status=400, json={"error": {"code": "bad_request", "message": "这条消息请改一改。"}}),
        times=1,
    )
    box(page).fill("你好呀")
    box(page).press("Enter")
    expect(mine(page).last).to_contain_text("这条消息请改一改。")
    mine(page).last.get_by_role("button", name="改一改再发").click()
    assert box(page).input_value() == "你好呀"
    expect(mine(page)).to_have_count(1)


def test_a_place_is_chosen_step_by_step_and_sent(page):
    place = page.get_by_role("button", name=re.compile("^地区："))
    expect(place).to_have_text("地区：未选择")
    place.click()
    dialog = page.get_by_role("dialog", name="选择地区")
    for name in ("广东省", "云浮市", "云安区"):
        dialog.get_by_role("button", name=re.compile("^" + name)).last.click()
        if name != "云安区":
            expect(dialog.get_by_role("button", name=f"就选“{name}”")).to_be_visible()
    expect(dialog).to_be_hidden()
    expect(place).to_have_text("地区：云安区")
    page.reload()
    expect(place).to_have_text("地区：云安区")
    with page.expect_request(lambda r: r.url.endswith("/api/chat")) as sent:
        ask(page, "农村低保一个月多少钱")
    assert json.loads(sent.value.post_data)["region"] == "445303"


def test_the_box_takes_1000_characters_and_no_more(page):
    box(page).fill("问" * 950)
    expect(page.get_by_text("还可以写 50 个字")).to_be_visible()
    box(page).fill("问" * 1001)
    expect(page.get_by_text("超出 1 个字，请分几次发")).to_be_visible()
    box(page).press("Enter")
    expect(mine(page)).to_have_count(0)
    assert len(box(page).input_value()) == 1001


# —— the eligibility check ——


def test_a_check_asks_one_thing_at_a_time_and_ends_in_a_verdict_with_marks(page):
    question = ask(page, "云安农村，三口人，全家一个月收入九百，够低保吗")
    expect(question.locator(".ask")).to_have_count(1)
    expect(question.locator(".ask")).to_contain_text("房产")
    before = bots(page).count()
    page.get_by_role("button", name="没有", exact=True).last.click()
    expect(mine(page).last).to_contain_text("没有")
    expect(bots(page).nth(before)).to_contain_text("户口")
    verdict = ask(page, "是")
    expect(verdict.locator(".verdict")).to_contain_text("可能符合")
    expect(verdict.locator(".met")).to_have_count(3)
    expect(verdict).to_contain_text("您家每人每月300元")
    expect(verdict.get_by_text(re.compile("^来源"))).to_be_visible()
    assert page.problems == []


def test_a_fact_of_the_verdict_is_changed_with_a_button(page):
    ask(page, "云安农村，三口人，全家一个月收入九百，户口在本地，没有存款房产，够低保吗")
    page.get_by_role("button", name="改“家里人数”").last.click()
    expect(bots(page).last.locator(".ask")).to_contain_text("几个人", timeout=WAIT)
    verdict = ask(page, "一个人")
    expect(verdict).to_contain_text("家里1人")


def test_a_check_fits_a_phone(page):
    ask(page, "我能享受什么")
    ask(page, "万盛")
    fits(page)
    assert page.evaluate("window.__violations") == []
