"""A reviewer in a real browser: finds what went wrong, marks it by keyboard or mouse, exports it; clean for axe at every width."""

from __future__ import annotations

import contextlib
import re

import pytest
import yaml

from desk.review_commands import EXAMPLES, TESTS
from tests.e2e.chat_page import ask, expect, watched
from tests.e2e.conftest import WATCH
from tests.e2e.test_chat_page import AMOUNT
from tests.e2e.test_console import clean, link, service, set_password, user  # noqa: F401
from tests.e2e.test_console_cases import at_desk, resident  # noqa: F401
from tests.e2e.test_feedback import judge
from tests.processes.test_conversations import hold


@pytest.fixture
def chief(at_desk, server_url):  # noqa: F811
    """A supervisor's browser, on the list."""
    page = at_desk("赵主任", "supervisor")
    page.goto(server_url + "/desk/reviews")
    yield page
    assert page.problems == []


def complain(phone, question: str, words: str) -> None:
    reply = ask(phone, question)
    judge(reply, "没帮助").click()
    reply.get_by_label("哪里不对，或者您其实想问什么？").fill(words)
    reply.get_by_role("button", name="提交").click()
    expect(reply.get_by_label("哪里不对，或者您其实想问什么？")).to_have_count(0)


def newest(page):
    """Open the newest conversation that is to be reviewed."""
    page.goto(page.url.split("/desk")[0] + "/desk/reviews")
    page.locator("ol.cases a").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("复核对话")
    return page


def answer(page, number: int):
    return page.get_by_role("article", name=f"标这条回答（第{number}条）")


def test_what_a_resident_complained_of_is_marked_exported_and_held_by_the_running_service(chief, resident, service, desk, clean, tmp_path):  # noqa: F811
    phone = resident()
    complain(phone, AMOUNT, "没说今年的")
    ask(phone, "雁塔区的低保多少")
    chief.reload()
    expect(chief.locator("ol.cases li").first).to_contain_text("居民说没帮助")
    expect(chief.locator("ol.cases li").first).not_to_contain_text("农村")
    clean(chief)
    page = newest(chief)
    expect(answer(page, 1)).to_contain_text("居民写道：没说今年的")
    expect(answer(page, 1)).to_contain_text("依据：《")
    clean(page)
    for details in page.locator("details > summary").all():
        details.click()
    clean(page)
    answer(page, 1).get_by_label("对", exact=True).check()
    answer(page, 1).get_by_role("button", name="保存").click()
    expect(page.get_by_text("标记保存了。")).to_be_visible()
    expect(answer(page, 1)).to_contain_text("标了“对”")
    answer(page, 2).get_by_label("不完整").check()
    answer(page, 2).get_by_label("问哪一点").select_option("procedure")
    answer(page, 2).get_by_label("说明（给同事看，居民看不到）").fill("其实想知道怎么办")
    answer(page, 2).get_by_role("button", name="保存").click()
    expect(answer(page, 2)).to_contain_text("标了“不完整”")
    clean(page)
    said = desk("reviews", "export", str(tmp_path), "--mark", "right", "--mark", "incomplete")
    assert re.search(r"写了\d+个对话测试", said)
    cases = yaml.safe_load((tmp_path / TESTS).read_text(encoding="utf-8"))
    case = next(c for c in cases if c["name"] == f"reviewed: {AMOUNT}")
    assert case["turns"][0]["value"] == 450
    hold(service, case | {"turns": case["turns"][:1]})  # what was right is so again
    with pytest.raises(AssertionError):
        hold(service, case | {"turns": [case["turns"][0] | {"value": 451}]})
    assert case["turns"][1]["kind"] == "answer" and case["turns"][1]["cites"]
    examples = (tmp_path / EXAMPLES).read_text(encoding="utf-8") if (tmp_path / EXAMPLES).exists() else ""
    assert "雁塔区的低保多少" in examples and "aspect: procedure" in examples


def test_answers_are_marked_by_keyboard_and_an_input_method_is_left_alone(chief, resident):  # noqa: F811
    phone = resident()
    complain(phone, AMOUNT, "不对")
    ask(phone, "雁塔区的低保多少")
    page = newest(chief)
    page.keyboard.press("j")
    expect(answer(page, 1)).to_be_focused()
    page.keyboard.press("j")
    expect(answer(page, 2)).to_be_focused()
    page.keyboard.press("k")
    expect(answer(page, 1)).to_be_focused()
    answer(page, 1).dispatch_event("keydown", {"key": "2", "isComposing": True, "bubbles": True})
    expect(answer(page, 1).get_by_label("不对", exact=True)).not_to_be_checked()
    page.keyboard.press("2")
    expect(answer(page, 1).get_by_label("不对", exact=True)).to_be_checked()
    expect(answer(page, 1).get_by_label("说明（给同事看，居民看不到）")).to_be_visible()
    answer(page, 1).get_by_label("说明（给同事看，居民看不到）").fill("")
    page.keyboard.type("k1")  # letters go where one writes
    expect(answer(page, 1).get_by_label("说明（给同事看，居民看不到）")).to_have_value("k1")
    answer(page, 1).get_by_label("不对", exact=True).focus()
    page.keyboard.press("1")
    expect(answer(page, 1).get_by_label("对", exact=True)).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_text("标记保存了。")).to_be_visible()
    expect(answer(page, 2)).to_be_focused()  # on to the next that has no mark
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(answer(page, 2)).to_contain_text("标了“不完整”")


def test_without_scripts_an_answer_is_marked_too(browser, chief, resident, server_url):  # noqa: F811
    phone = resident()
    complain(phone, AMOUNT, "不对")
    address = newest(chief).url
    with contextlib.closing(browser.new_context(java_script_enabled=False, locale="zh-CN", storage_state=chief.context.storage_state())) as plain:
        page = plain.new_page()
        page.goto(address)
        answer(page, 1).get_by_label("对", exact=True).check()
        answer(page, 1).get_by_role("button", name="保存").click()
        expect(page.get_by_text("标记保存了。")).to_be_visible()


def test_what_is_not_held_is_counted_by_place_and_topic(chief, resident, clean):  # noqa: F811
    for question in ("赤峰市宁城县的低保多少", "宁城县低保一个月多少", "宁城县低保标准是多少"):
        ask(resident(), question)
    chief.get_by_role("navigation").get_by_role("link", name="没收录的").click()
    expect(chief.get_by_role("heading", level=1)).to_contain_text("没有收录")
    row = chief.get_by_role("row").filter(has_text="宁城县").first
    expect(row).to_contain_text("最低生活保障")
    expect(row.get_by_role("cell").nth(3)).to_have_text("3")
    clean(chief)
    row.get_by_role("link", name="看对话").click()
    expect(chief.locator("ol.cases li")).to_have_count(3)
    clean(chief)


def test_nothing_of_it_breaks_the_content_security_policy(at_desk, resident, server_url):  # noqa: F811
    complain(resident(), AMOUNT, "不对")
    page = at_desk("钱主任", "supervisor")
    page.context.add_init_script(WATCH)
    for path in ("/desk/reviews", "/desk/gaps"):
        page.goto(server_url + path)
        assert page.evaluate("window.__violations") == []
    newest(page)
    assert page.evaluate("window.__violations") == []
    assert watched(page).problems == []
