"""``make pictures``: take the pictures of the handbook anew, from a service and a website of their own."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bot.demo import make_site
from tests.e2e.chat_page import ask
from tests.e2e.test_console import link, set_password
from tests.e2e.test_feedback import judge
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


def staff(service: Service, browser: Browser) -> None:
    """The queue with three who wait, and the case of one of them."""
    for question in ("云安区农村低保一个月多少钱", "高龄津贴怎么领", "残疾人补贴怎么申请"):
        phone = browser.new_page(viewport=PHONE, locale="zh-CN")
        phone.goto(service.url)
        ask(phone, question)
        phone.locator("#human").click()
        phone.locator(".ticket").first.wait_for()
        phone.close()
    said = service.run("desk", "user", "add", "wangfang", "--name", "王芳", "--role", "staff", "--url", service.url)
    page = browser.new_page(viewport=DESKTOP, locale="zh-CN", reduced_motion="reduce")
    set_password(page, link(said))
    page.goto(service.url + "/desk/queue")
    page.screenshot(path=IMAGES / "desk-queue.png")
    page.get_by_role("button", name=re.compile("^接手")).first.click()
    page.get_by_label("回复居民").fill("您好，我是王芳，您的情况我看到了。")
    page.keyboard.press("Enter")
    page.wait_for_timeout(1500)
    page.get_by_label("查政策，插入回复").fill("低保申请材料")
    page.locator("#found li").first.wait_for()
    page.evaluate("scrollTo(0, 0)")
    page.screenshot(path=IMAGES / "desk-case.png", full_page=True)
    page.close()


def reviewer(service: Service, browser: Browser) -> None:
    """What wants a look, one conversation being marked, and what is not held. After :func:`staff`, on what they left."""
    for question in ("綦江区高龄津贴多少钱一个月", "綦江80岁老人一个月补多少", "綦江区老人补贴多少", "雁塔区的低保多少", "村里的低保金咋个才涨哦"):
        phone = browser.new_page(viewport=PHONE, locale="zh-CN")
        phone.goto(service.url)
        reply = ask(phone, question)
        judge(reply, "没帮助").click()
        reply.get_by_label("哪里不对，或者您其实想问什么？").fill("想知道我们区的")
        reply.get_by_role("button", name="提交").click()
        phone.wait_for_timeout(500)
        phone.close()
    said = service.run("desk", "user", "add", "zhao", "--name", "赵敏", "--role", "supervisor", "--url", service.url)
    page = browser.new_page(viewport=DESKTOP, locale="zh-CN", reduced_motion="reduce")
    set_password(page, link(said))
    page.goto(service.url + "/desk/reviews")
    page.screenshot(path=IMAGES / "desk-reviews.png")
    page.locator("ol.cases a").nth(1).click()
    page.locator(".answer").first.wait_for()
    page.keyboard.press("j")
    page.keyboard.press("3")
    page.screenshot(path=IMAGES / "desk-review.png", full_page=True)
    page.goto(service.url + "/desk/gaps")
    page.screenshot(path=IMAGES / "desk-gaps.png", full_page=True)
    page.close()


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
        staff(service, browser)
        reviewer(service, browser)
        browser.close()


if __name__ == "__main__":
    main()
