"""A resident's own record in the page: told what is kept, taken along, erased after one question."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.chat_page import ask, box, expect, fits, log, mine

QUESTION = "低保多少钱"


def notice(pg):
    return pg.get_by_role("region", name="隐私说明")


def panel(pg):
    pg.get_by_role("button", name="更多").click()
    return pg.get_by_role("dialog", name="更多")


def test_before_the_first_word_the_page_says_what_is_kept_how_long_and_how_to_erase_it(page):
    expect(notice(page)).to_contain_text(re.compile(r"\d+天"))
    expect(notice(page)).to_contain_text("删除我的记录")


def test_once_dismissed_the_notice_stays_away(page):
    notice(page).get_by_role("button", name="知道了").click()
    expect(notice(page)).to_be_hidden()
    expect(box(page)).to_be_focused()
    page.reload()
    expect(page.get_by_role("region", name="欢迎")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(notice(page)).to_be_hidden()


def test_without_the_notice_the_page_works_all_the_same(context, server_url):
    page = context.new_page()
    page.route("**/api/privacy", lambda route: route.abort())
    page.goto(server_url + "/")
    ask(page, QUESTION)
    expect(notice(page)).to_be_hidden()


def test_the_record_is_downloaded_as_a_text_file(page):
    ask(page, QUESTION)
    with page.expect_download() as got:
        panel(page).get_by_role("button", name="下载记录").click()
    assert got.value.suggested_filename == "惠民对话记录.txt"
    text = Path(got.value.path()).read_text(encoding="utf-8")
    assert QUESTION in text
    assert "自动问答服务" in text
    assert page.problems == []
    assert page.evaluate("window.__violations") == []


def test_erasing_asks_once_and_no_keeps_everything(page):
    ask(page, QUESTION)
    dialog = panel(page)
    dialog.get_by_role("button", name="删除记录").click()
    expect(dialog).to_contain_text("找不回来")
    expect(dialog.get_by_role("button", name="不删除")).to_be_focused()
    dialog.get_by_role("button", name="不删除").click()
    page.keyboard.press("Escape")
    page.reload()
    expect(mine(page)).to_have_count(1)


def test_erasing_leaves_nothing_on_the_screen_the_phone_or_the_server(page, server_url):
    ask(page, QUESTION)
    kept = page.evaluate("JSON.parse(localStorage.getItem('huimin.chat'))")
    dialog = panel(page)
    dialog.get_by_role("button", name="删除记录").click()
    dialog.get_by_role("button", name="确定删除").click()
    expect(dialog).to_contain_text("已经全部删除")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="更多")).to_be_focused()
    expect(log(page).get_by_role("article")).to_have_count(0)
    expect(page.get_by_role("region", name="欢迎")).to_be_visible()
    assert page.evaluate("localStorage.getItem('huimin.chat')") is None
    gone = page.request.get(f"{server_url}/api/chat/{kept['conversation']}/messages", headers={"Authorization": f"Bearer {kept['token']}"})
    assert gone.status == 404
    ask(page, QUESTION)
    expect(mine(page)).to_have_count(1)


def test_erasing_in_one_tab_empties_the_other(page, context, server_url):
    ask(page, QUESTION)
    other = context.new_page()
    other.goto(server_url + "/")
    expect(mine(other)).to_have_count(1)
    dialog = panel(page)
    dialog.get_by_role("button", name="删除记录").click()
    dialog.get_by_role("button", name="确定删除").click()
    expect(log(other).get_by_role("article")).to_have_count(0)


def test_a_question_on_its_way_is_not_sent_again_once_all_is_erased(page):
    ask(page, QUESTION)
    sent, held = [], []
    page.route("**/api/chat", lambda route: (sent.append(1), held.append(route)))
    box(page).fill("我家的事")
    box(page).press("Enter")
    expect(mine(page)).to_have_count(2)
    dialog = panel(page)
    dialog.get_by_role("button", name="删除记录").click()
    dialog.get_by_role("button", name="确定删除").click()
    expect(dialog).to_contain_text("已经全部删除")
    with page.expect_response("**/api/chat") as refused:
        held[0].continue_()
    assert refused.value.status == 404
    page.wait_for_load_state("networkidle")
    assert len(sent) == 1
    expect(log(page).get_by_role("article")).to_have_count(0)


def test_without_a_conversation_there_is_nothing_to_erase(page):
    expect(panel(page)).to_contain_text("还没有您的对话记录")


def test_the_box_is_described_by_the_line_on_what_not_to_write(page):
    expect(box(page)).to_have_accessible_description("请不要填写身份证号、银行卡号；系统会自动遮盖。")


@pytest.mark.parametrize("large", [False, True])
def test_the_panel_and_the_notice_fit_a_small_phone_with_targets_to_tap(page, large):
    page.set_viewport_size({"width": 320, "height": 640})
    if large:
        page.get_by_role("button", name="大字").click()
    expect(notice(page)).to_be_visible()
    ask(page, QUESTION)
    dialog = panel(page)
    dialog.get_by_role("button", name="删除记录").click()
    expect(dialog.get_by_role("button", name="确定删除")).to_be_visible()
    fits(page)
