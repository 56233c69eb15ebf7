"""High contrast and traditional characters: chosen in the panel 更多, kept on this phone, the same in other tabs."""

from __future__ import annotations

import pytest

from tests.e2e.chat_page import ask, box, expect, fits
from tests.e2e.test_chat_page import AMOUNT

COLOURS = "e => { const s = getComputedStyle(e); return [s.color, s.backgroundColor] }"


def switch(page, name):
    page.get_by_role("button", name="更多").click()
    found = page.get_by_role("switch", name=name)
    found.click()
    return found


def test_high_contrast_is_black_on_white_and_remembered(page):
    expect(switch(page, "高对比度")).to_have_attribute("aria-checked", "true")
    page.keyboard.press("Escape")
    assert page.locator("#window").evaluate(COLOURS) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    page.reload()
    assert page.locator("#window").evaluate(COLOURS) == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    page.emulate_media(color_scheme="dark")
    expect(page.locator("#huimin.dark")).to_have_count(1)
    assert page.locator("#window").evaluate(COLOURS) == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


def test_who_set_the_browser_to_more_contrast_need_not_ask_again(page):
    page.emulate_media(contrast="more")
    expect(page.locator("#huimin.contrast")).to_have_count(1)
    expect(switch(page, "高对比度")).to_have_attribute("aria-checked", "false")  # and may still say no
    expect(page.locator("#huimin.contrast")).to_have_count(0)


def test_another_tab_follows(page, context, server_url):
    other = context.new_page()
    other.goto(server_url + "/")
    switch(page, "高对比度")
    expect(other.locator("#huimin.contrast")).to_have_count(1)


@pytest.mark.parametrize("where", ["before", "after"])
def test_traditional_characters_all_over_and_back(page, where):
    if where == "before":
        ask(page, AMOUNT)
    switch(page, "繁體字")
    expect(page.get_by_role("dialog", name="更多").get_by_role("switch", name="繁體字")).to_have_attribute("aria-checked", "true")
    page.keyboard.press("Escape")
    send = page.get_by_role("button", name="發送")
    expect(send).to_be_visible()
    if where == "after":
        page.get_by_label("請輸入您的問題").fill(AMOUNT)
        send.click()
    replies = page.get_by_role("article", name="惠民", exact=True)
    reply = replies.first
    expect(reply).to_contain_text("雲安區")
    expect(reply).to_contain_text("數字，可能已調整")
    expect(reply.get_by_role("button", name="申請條件")).to_be_visible()
    reply.get_by_role("button", name="申請條件").click()
    expect(replies).to_have_count(2)
    page.reload()
    expect(replies).to_have_count(2)
    expect(send).to_be_visible()
    switch(page, "繁體字")
    expect(page.get_by_role("button", name="发送", include_hidden=True)).to_have_count(1)
    page.keyboard.press("Escape")
    expect(reply).to_contain_text("云安区")
    expect(reply).not_to_contain_text("雲安區")
    expect(replies).to_have_count(2)
    assert page.problems == []


def test_the_place_is_named_in_the_characters_chosen(page):
    page.get_by_role("button", name="地区：").click()
    page.get_by_role("button", name="广东省").click()
    page.get_by_role("button", name="就选“广东省”").click()
    switch(page, "繁體字")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="地區：廣東省")).to_be_visible()


def test_a_line_on_its_way_stays_while_the_characters_change(page):
    held = []
    page.route("**/api/chat*", lambda route: held.append(route))
    box(page).fill(AMOUNT)
    box(page).press("Enter")
    expect(page.get_by_text("正在查找，请稍等")).to_be_visible()
    switch(page, "繁體字")
    page.keyboard.press("Escape")
    held[0].continue_()
    expect(page.get_by_role("article", name="惠民", exact=True)).to_have_count(1)
    expect(page.get_by_role("article", name="我", exact=True)).to_have_count(1)


def test_without_a_network_it_stays_as_it_is_and_says_so(page):
    page.route("**/widget-hant.json", lambda route: route.abort())
    found = switch(page, "繁體字")
    expect(page.get_by_text("没有换成，请检查网络后再试。")).to_be_visible()
    expect(found).to_have_attribute("aria-checked", "false")


@pytest.mark.parametrize("large", [False, True])
def test_the_panel_fits_a_small_phone(page, large):
    page.set_viewport_size({"width": 320, "height": 640})
    if large:
        page.get_by_role("button", name="大字").click()
    switch(page, "高对比度")
    fits(page)


def test_at_200_percent_everything_is_there_and_fits(page):
    page.set_viewport_size({"width": 640, "height": 360})  # 1280 × 720 at 200 %
    reply = ask(page, AMOUNT)
    expect(reply).to_contain_text("450")
    fits(page)
    box(page).focus()
    expect(box(page)).to_be_in_viewport()


@pytest.mark.parametrize("width", [390, 640])
def test_who_set_the_browsers_letters_to_twice_their_size_gets_them(page, context, width):
    usual = box(page).evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": 32}})
    page.set_viewport_size({"width": width, "height": 844})
    page.reload()
    assert box(page).evaluate("e => parseFloat(getComputedStyle(e).fontSize)") == usual * 2
    expect(ask(page, AMOUNT)).to_contain_text("450")
    fits(page)
