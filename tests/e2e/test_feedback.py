"""Whether an answer helped, and a number left for a call: what the resident taps, what the desk gets, what a reload shows."""

from __future__ import annotations

import pytest

from tests.e2e.chat_page import ask, bots, expect, fits, mine
from tests.e2e.test_chat_page import AMOUNT
from tests.e2e.test_events import ticket

NUMBER = "138 1234 5678"


def judge(reply, name):
    return reply.get_by_role("group", name="这条回答对您有帮助吗").get_by_role("button", name=name, exact=True)


def test_a_helpful_answer_is_told_shown_after_a_reload_and_taken_back(page):
    reply = ask(page, AMOUNT)
    judge(reply, "有帮助").click()
    expect(reply.get_by_text("谢谢，我们记下了。")).to_be_visible()
    page.reload()
    expect(judge(reply, "有帮助")).to_have_attribute("aria-pressed", "true")
    with page.expect_response(lambda r: r.request.method == "DELETE" and r.status == 204):
        judge(reply, "有帮助").click()
    expect(judge(reply, "有帮助")).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(judge(reply, "有帮助")).to_have_attribute("aria-pressed", "false")
    assert page.problems == []


def test_what_is_wrong_with_an_answer_reaches_the_desk(page, desk):
    reply = ask(page, AMOUNT)
    judge(reply, "没帮助").click()
    reply.get_by_label("哪里不对，或者您其实想问什么？").fill("今年涨了，电话13812345678")
    reply.get_by_role("button", name="提交").click()
    expect(reply.get_by_label("哪里不对，或者您其实想问什么？")).to_have_count(0)
    expect(judge(reply, "没帮助")).to_be_focused()
    listed = desk("feedback", "--not-helpful")
    assert "今年涨了" in listed
    assert "13812345678" not in listed


def test_from_an_answer_that_did_not_help_a_person_is_one_tap_away(page):
    reply = ask(page, AMOUNT)
    judge(reply, "没帮助").click()
    reply.get_by_role("button", name="转人工", exact=True).click()
    expect(mine(page).last).to_contain_text("转人工")
    expect(page.get_by_text("正在等待工作人员，")).to_be_visible()


def test_feedback_that_could_not_be_saved_says_so_and_is_not_shown_as_given(page):
    reply = ask(page, AMOUNT)
    page.route("**/feedback", lambda route: route.abort())
    judge(reply, "有帮助").click()
    expect(reply.get_by_text("没有记下来，请再试一次。")).to_be_visible()
    expect(judge(reply, "有帮助")).to_have_attribute("aria-pressed", "false")


def test_only_answers_are_judged_not_small_talk_or_events(page):
    expect(ask(page, "你好").get_by_role("group", name="这条回答对您有帮助吗")).to_have_count(0)
    ticket(page)
    expect(bots(page).last.get_by_role("group", name="这条回答对您有帮助吗")).to_have_count(0)


def callback(page):
    page.get_by_role("button", name="留个电话").click()
    return page.get_by_role("dialog", name="留电话等回拨")


def test_a_number_is_left_seen_by_who_claims_and_taken_back(page, desk):
    number = ticket(page)
    dialog = callback(page)
    dialog.get_by_label("电话号码").fill("138")
    dialog.get_by_role("button", name="留下号码").click()
    expect(dialog.get_by_role("status")).to_contain_text("号码")
    expect(dialog.get_by_label("电话号码")).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_label("电话号码")).to_be_focused()
    dialog.get_by_label("电话号码").fill(NUMBER)
    dialog.get_by_label("怎么称呼（可不填）").fill("张大爷")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_contain_text("尾号")
    assert NUMBER not in dialog.inner_text()
    page.keyboard.press("Escape")
    desk("reply", number, "您好。")
    assert "13812345678" in desk("callback", number).replace(" ", "").replace("-", "")
    page.reload()
    dialog = callback(page)
    expect(dialog.get_by_role("status")).to_contain_text("5678")
    dialog.get_by_role("button", name="不留了，删掉号码").click()
    expect(dialog.get_by_role("status")).to_contain_text("号码已经删除")
    page.keyboard.press("Escape")
    expect(callback(page).get_by_label("电话号码")).to_be_visible()
    kept = " ".join(page.evaluate("Object.values(localStorage).concat(Object.values(sessionStorage))"))
    assert NUMBER not in kept and NUMBER.replace(" ", "") not in kept


def test_without_a_person_at_work_no_number_is_asked_for(page):
    ask(page, AMOUNT)
    expect(page.get_by_role("button", name="留个电话")).to_be_hidden()


@pytest.mark.parametrize("large", [False, True])
def test_the_forms_fit_a_small_phone(page, large):
    page.set_viewport_size({"width": 320, "height": 640})
    if large:
        page.get_by_role("button", name="大字").click()
    judge(ask(page, AMOUNT), "没帮助").click()
    expect(page.get_by_label("哪里不对，或者您其实想问什么？")).to_be_visible()
    fits(page)
    ticket(page)
    expect(callback(page).get_by_label("电话号码")).to_be_visible()
    fits(page)
