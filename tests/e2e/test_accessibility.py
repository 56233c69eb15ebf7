"""axe-core finds nothing to object to in any state of the page, at any width, light or dark, in large letters and in high contrast.

The rules are those of WCAG 2.0 to 2.2, levels A and AA, and axe's own best practices. The script is evaluated through the browser's
debugging interface, so the page keeps the strict content security policy that residents get.
"""

from __future__ import annotations

import re

import pytest

from tests.e2e.chat_page import WAIT, ask, bots, box, expect, mine
from tests.e2e.test_chat_page import AMOUNT, HEADLINE, HISTORIC
from tests.e2e.test_events import staff, streaming, ticket
from tests.e2e.test_notice import OFFICE, put_up  # noqa: F401
from tests.e2e.test_record_page import notice, panel
from tests.e2e.test_speech import EARS
from tests.e2e.website import SITE

Axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed").Axe

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations", "incomplete"],
}
LOOKS = [
    (320, "light", "large"), (320, "dark", "contrast"),
    (390, "light", ""), (390, "dark", "large"),
    (1280, "light", "contrast"), (1280, "dark", ""),
]
CHOOSE = """choice => { for (const what of ['large', 'contrast']) { localStorage.setItem('huimin.' + what, String(choice === what));
    dispatchEvent(new StorageEvent('storage', {key: 'huimin.' + what})); } }"""
TALL = 2400  # all is on the screen at once, so that no bar lies over words whose contrast is to be measured


@pytest.fixture
def clean(page):
    return cleaner(page)


def cleaner(page):
    """Looks at the page as it now stands in every way a resident may see it; fails with all that axe objects to or wants looked at.

    Contrast counts where axe can measure it. Where lines wrap it at times cannot; the same words in the same colours do not wrap at
    another width. It never can for the ✕ of a panel, which is no letter and has the colour of the words beside it.
    """
    def look(height: int = TALL) -> None:
        if not page.evaluate("'axe' in window"):
            page.evaluate(Axe().axe_script)
        found: dict[str, list[str]] = {}
        for width, scheme, choice in LOOKS:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            page.evaluate(CHOOSE, choice)
            result = page.evaluate("rules => axe.run(rules)", RULES)
            for rule in result["violations"] + [r for r in result["incomplete"] if r["id"] != "color-contrast"]:
                for node in rule["nodes"]:
                    what = f"{rule['id']}: {node['html'][:300]}\n  {node.get('failureSummary', rule['help'])}"
                    found.setdefault(what, []).append(f"{width}px {scheme} {choice}".strip())
        assert not found, "\n".join(f"{what}\n  at {', '.join(where)}" for what, where in found.items())

    return look


# —— before the first word ——


def test_welcome_with_what_is_kept(page, clean):
    expect(notice(page)).to_be_visible()
    clean()


def test_welcome_once_that_is_put_away(page, clean):
    notice(page).get_by_role("button", name="知道了").click()
    expect(notice(page)).to_be_hidden()
    clean()


def test_the_operators_notice(page, put_up, clean):  # noqa: F811
    put_up(OFFICE)
    page.reload()
    expect(page.get_by_role("status").filter(has_text=OFFICE)).to_be_visible()
    clean()


# —— answers ——


def test_an_answer_with_its_sources_open(page, clean):
    ask(page, HEADLINE).get_by_text(re.compile("^来源")).click()
    expect(bots(page).first.get_by_text(re.compile("现行有效|已过期|待核实")).first).to_be_visible()
    clean()


def test_a_historic_figure(page, clean):
    reply = ask(page, AMOUNT)
    expect(reply.get_by_text(HISTORIC)).to_be_visible()
    reply.get_by_text(re.compile("^来源")).click()
    clean()


def test_the_number_to_call_in_danger(page, clean):
    expect(ask(page, "我想死").get_by_role("link", name="12356", exact=True)).to_be_visible()
    clean()


def test_a_question_back_with_quick_replies(page, clean):
    expect(ask(page, "低保多少钱").get_by_role("group", name="快捷回复")).to_be_visible()
    clean()


def test_an_eligibility_question_and_the_verdict(page, clean):
    question = ask(page, "云安农村，三口人，全家一个月收入九百，户口在本地，够低保吗")
    expect(question.locator(".ask")).to_be_visible()
    clean()
    expect(ask(page, "没有").locator(".verdict")).to_be_visible()
    clean()


# —— panels ——


def test_the_place_picker_and_the_next_level(page, clean):
    page.get_by_role("button", name=re.compile("^地区：")).click()
    dialog = page.get_by_role("dialog", name="选择地区")
    expect(dialog.get_by_role("button", name="不选地区")).to_be_visible()
    clean()
    dialog.get_by_role("button", name=re.compile("^广东省")).click()
    expect(dialog.get_by_role("button", name="就选“广东省”")).to_be_visible()
    clean()


def test_the_record_and_its_confirm_step(page, clean):
    dialog = panel(page)
    expect(dialog).to_contain_text(re.compile(r"还没有您的对话记录.*\d+天", re.DOTALL))
    clean()
    clean(height=400)  # with nothing but words in the panel, and more of them than fit
    page.keyboard.press("Escape")
    ask(page, AMOUNT)
    panel(page)
    expect(dialog.get_by_role("button", name="下载记录")).to_be_visible()
    clean()
    dialog.get_by_role("button", name="删除记录").click()
    expect(dialog.get_by_role("button", name="确定删除")).to_be_visible()
    clean()
    dialog.get_by_role("button", name="确定删除").click()
    expect(dialog).to_contain_text("已经全部删除")
    clean()


# —— a person ——


def test_waiting_for_a_person_and_the_reply(page, desk, clean):
    number = ticket(page)
    expect(page.get_by_text("正在等待工作人员，")).to_be_visible()
    clean()
    streaming(page)
    desk("reply", number, "您好，请打020-12345678，或拨打12345。")
    expect(staff(page)).to_be_visible(timeout=WAIT)
    clean()


def test_a_number_left_for_a_call(page, clean):
    ticket(page)
    page.get_by_role("button", name="留个电话").click()
    dialog = page.get_by_role("dialog", name="留电话等回拨")
    dialog.get_by_label("电话号码").fill("138")
    page.keyboard.press("Enter")
    expect(dialog.get_by_label("电话号码")).to_have_attribute("aria-invalid", "true")
    clean()
    dialog.get_by_label("电话号码").fill("13812345678")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("status")).to_contain_text("尾号")
    clean()


# —— what the resident says of an answer, and how the page looks ——


def test_an_answer_that_did_not_help(page, clean):
    reply = ask(page, AMOUNT)
    reply.get_by_role("button", name="没帮助").click()
    expect(reply.get_by_label("哪里不对，或者您其实想问什么？")).to_be_visible()
    clean()


def test_in_traditional_characters(page, clean):
    ask(page, AMOUNT)
    page.get_by_role("button", name="更多").click()
    page.get_by_role("switch", name="繁體字").click()
    expect(page.get_by_role("heading", name="顯示和朗讀")).to_be_visible()
    clean()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="申請條件")).to_be_visible()
    clean()


def test_while_it_listens(context, page, clean):
    context.add_init_script(EARS)
    page.reload()
    page.get_by_role("button", name="语音输入").click()
    expect(page.get_by_text("正在听")).to_be_visible()
    clean()


# —— on a website of somebody else's ——


def test_the_button_and_the_window_on_another_site(context, site):
    page = context.new_page()
    page.goto(SITE)
    expect(page.get_by_role("button", name="政策问答")).to_be_visible()
    clean = cleaner(page)
    clean()
    page.get_by_role("button", name="政策问答").click()
    ask(page, AMOUNT)
    clean()


# —— when something goes wrong ——


def test_offline(page, context, clean):
    ask(page, AMOUNT)
    context.set_offline(True)
    expect(page.get_by_text("网络断开")).to_be_visible()
    clean()


def test_an_answer_on_its_way_and_then_a_failed_line(page, clean):
    held = []
    page.route("**/api/chat", lambda route: held.append(route))
    box(page).fill(AMOUNT)
    box(page).press("Enter")
    expect(page.get_by_text("正在查找，请稍等")).to_be_visible()
    clean()
    held[0].abort()
    expect(mine(page).first.get_by_role("button", name="没有送出，点这里重试")).to_be_visible()
    clean()


def test_too_long_a_line(page, clean):
    box(page).fill("问" * 1001)
    expect(page.get_by_text("超出 1 个字")).to_be_visible()
    clean()
