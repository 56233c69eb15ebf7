"""What is on the resident's page, as somebody who uses it would name it."""

from __future__ import annotations

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect

WAIT = 20_000


ROOT = "document.querySelector('huimin-chat').shadowRoot"
WIDER_THAN_SHOWN = f"() => [document.documentElement, {ROOT}.getElementById('app')].filter(e => e.scrollWidth > e.clientWidth).map(e => e.id)"
TOO_SMALL = f"""() => [...{ROOT}.querySelectorAll('button, summary, textarea, input')].filter(e => e.offsetParent)
    .filter(e => e.getBoundingClientRect().height < 43.5 || e.getBoundingClientRect().width < 43.5).map(e => e.outerHTML)"""


def watched(page):
    """The page with `problems`: console errors, page errors and dialogs."""
    page.problems = []
    page.on("console", lambda m: page.problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: page.problems.append(str(e)))
    page.on("dialog", lambda d: (page.problems.append("dialog " + d.message), d.dismiss()))
    return page


def fits(page):
    """Nothing makes anybody scroll sideways, and whatever is tapped is 44 px high and wide."""
    assert page.evaluate(WIDER_THAN_SHOWN) == []
    assert page.evaluate(TOO_SMALL) == []


def box(page):
    return page.get_by_label("请输入您的问题")


def log(page):
    return page.get_by_role("log", name="对话")


def mine(page):
    return log(page).get_by_role("article", name="我", exact=True)


def bots(page):
    return log(page).get_by_role("article", name="惠民", exact=True)


def ask(page, text):
    """Types a line, sends it with Enter and returns the bot's next message."""
    before = bots(page).count()
    box(page).fill(text)
    box(page).press("Enter")
    reply = bots(page).nth(before)
    expect(reply).to_be_visible(timeout=WAIT)
    return reply
