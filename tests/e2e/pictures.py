"""``make pictures``: take the pictures of the handbook anew, from a service and a website of their own."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bot.demo import make_site
from tests.e2e.chat_page import ask
from tests.e2e.website import PORT, SITE, serving
from tests.service import ROOT, Service

IMAGES = ROOT / "docs" / "images"
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


def put_away(page: Page) -> None:
    page.get_by_role("button", name="知道了").click()


def desktop(page: Page, home: str) -> None:
    page.goto(home)
    put_away(page)
    ask(page, "云安区农村低保一个月多少钱")


def phone(page: Page, home: str) -> None:
    desktop(page, home)


def phone_large(page: Page, home: str) -> None:
    page.goto(home)
    put_away(page)
    page.get_by_role("button", name="大字").click()
    ask(page, "云安区农村低保一个月多少钱")


def panel(page: Page, home: str) -> None:
    phone(page, home)
    page.get_by_role("button", name="更多").click()


def check(page: Page, home: str) -> None:
    page.goto(home)
    put_away(page)
    ask(page, "云安农村，三口人，全家一个月收入九百，户口在本地，够低保吗")
    ask(page, "没有")


def embedded(page: Page, home: str) -> None:
    page.goto(SITE)
    page.get_by_role("button", name="政策问答").click()
    put_away(page)
    ask(page, "农村低保一个月多少钱")


PICTURES = {
    "chat": (desktop, DESKTOP), "chat-phone": (phone, PHONE), "chat-phone-large": (phone_large, PHONE), "more-phone": (panel, PHONE),
    "check": (check, PHONE), "embedded": (embedded, DESKTOP),
}


def main() -> None:
    with ExitStack() as stack:
        service = Service(Path(stack.enter_context(tempfile.TemporaryDirectory())), HUIMIN_ALLOWED_ORIGINS=SITE).start()
        stack.callback(service.stop)
        stack.enter_context(serving(make_site(service.url), PORT))
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=os.environ.get("HUIMIN_CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        for name, (shown, size) in PICTURES.items():
            context = browser.new_context(viewport=size, locale="zh-CN", reduced_motion="reduce")
            page = context.new_page()
            shown(page, service.url + "/")
            page.wait_for_timeout(700)  # what comes in beside the answer: the place's name, the panel
            page.screenshot(path=IMAGES / f"{name}.png")
            context.close()
            print(f"docs/images/{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
