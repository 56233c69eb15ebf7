"""The operator's notice on the page: read out, put away for good, and never more than text."""

from __future__ import annotations

import pytest

from tests.e2e.chat_page import expect, fits
from tests.e2e.test_chat_page import HOSTILE

OFFICE = "低保申请窗口本周六照常办公"


@pytest.fixture
def put_up(context):
    """Let the gateway give a notice to the pages of this browser."""
    notice = {}
    context.route("**/api/notice", lambda route: route.fulfill(json={"notice": notice or None}))

    def put(text: str, name: str = "1") -> None:
        notice.update(id=name, text=text, until=None)

    return put


def banner(page):
    return page.locator("#notice")


def test_without_a_notice_nothing_is_shown(page):
    with page.expect_response("**/api/notice"):
        page.reload()
    expect(banner(page)).to_be_hidden()


def test_a_notice_is_shown_as_a_status(page, put_up):
    put_up(OFFICE)
    page.reload()
    expect(page.get_by_role("status").filter(has_text=OFFICE)).to_be_visible()
    assert page.problems == []


def test_a_notice_that_was_put_away_stays_away(page, put_up):
    put_up(OFFICE)
    page.reload()
    banner(page).get_by_role("button", name="知道了").click()
    expect(banner(page)).to_be_hidden()
    with page.expect_response("**/api/notice"):
        page.reload()
    expect(banner(page)).to_be_hidden()


def test_the_next_notice_is_shown_though_the_last_was_put_away(page, put_up):
    put_up(OFFICE)
    page.reload()
    banner(page).get_by_role("button", name="知道了").click()
    put_up("下周一停办", "2")
    page.reload()
    expect(banner(page)).to_contain_text("下周一停办")


def test_a_hostile_notice_stays_text(page, put_up):
    put_up(HOSTILE)
    page.reload()
    expect(banner(page)).to_contain_text(HOSTILE)
    assert banner(page).locator("img").count() == 0
    assert page.problems == []


@pytest.mark.parametrize("width", [320, 1280])
def test_a_long_notice_makes_nobody_scroll_sideways_and_its_button_is_44_px(page, put_up, width):
    put_up(OFFICE * 10)
    page.set_viewport_size({"width": width, "height": 800})
    page.reload()
    button = banner(page).get_by_role("button", name="知道了")
    expect(button).to_be_visible()
    assert button.bounding_box()["height"] >= 44
    fits(page)
