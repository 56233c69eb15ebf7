"""The console in a real browser: first start, accounts, idle logout; clean for axe, at 320 px and by keyboard.

Accounts are made through ``python -m desk user`` on the running service's stores.
"""

from __future__ import annotations

import re

import pytest

from tests.e2e.chat_page import WAIT, expect, watched
from tests.service import Service, wait_for

PASSWORD = "correct-horse-7"
WIDTHS = [(320, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]
TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
TOO_SMALL = """() => [...document.querySelectorAll('button, .button, input:not([type=hidden]), select, textarea, nav a, tbody a')]
    .filter(e => e.offsetParent).map(e => [e.outerHTML, e.getBoundingClientRect()])
    .filter(([, r]) => r.height < (innerWidth > 720 ? 23.5 : 43.5)).map(([html]) => html)"""


@pytest.fixture
def service(_running_service):
    if _running_service is None:
        pytest.skip("the service under test was started by somebody else")
    return _running_service


@pytest.fixture
def user(service):
    """``user("add", …)``: a command on accounts; what it printed."""
    return lambda *args: service.run("desk", "user", *args, "--url", service.url)


@pytest.fixture
def console(context, server_url):
    """The console, before the login."""
    page = watched(context.new_page())
    page.goto(server_url + "/desk")
    yield page
    assert page.evaluate("window.__violations") == []


def link(said: str) -> str:
    return re.search(r"http://\S+/desk/first/\S+", said).group()


def enter(page, login: str, password: str = PASSWORD) -> None:
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(password)
    page.keyboard.press("Enter")


def set_password(page, address: str) -> None:
    page.goto(address)
    page.get_by_label("新密码", exact=True).fill(PASSWORD)
    page.get_by_label("再输一次新密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("您好")


@pytest.fixture
def account(user, request):
    """``account(page, role)``: an account of this test's own, logged in; its login."""
    def make(page, role: str) -> str:
        login = f"{request.node.name.split('[')[0][5:25].replace('_', '-').strip('-')}-{role[:2]}"
        set_password(page, link(user("add", login, "--name", login, "--role", role, "--department", "云安区民政局")))
        return login

    return make


@pytest.fixture
def clean():
    """Looks at a page at each width and in both schemes; fails with what axe objects to, what is too wide or too small."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed").Axe()
    from tests.e2e.test_accessibility import RULES

    def look(page) -> None:
        page.evaluate(axe.axe_script)
        for width, scheme in WIDTHS:
            page.set_viewport_size({"width": width, "height": 2000})
            page.emulate_media(color_scheme=scheme)
            result = page.evaluate("rules => axe.run(rules)", RULES)
            found = [(rule["id"], node["html"][:200], node.get("failureSummary")) for rule in result["violations"] for node in rule["nodes"]]
            assert not found, (page.url, width, scheme, found)
            assert not page.evaluate(TOO_WIDE), (page.url, width)
            assert page.evaluate(TOO_SMALL) == [], (page.url, width)

    return look


@pytest.fixture
def first_start(tmp_path):
    """A service that was never started before; it tells of the link once it is ready."""
    running = Service(tmp_path).start()
    wait_for(lambda: any(line.startswith("首次使用") for line in running.said), 30, "the link for the first account")
    yield running
    running.stop()


def test_the_first_start_ends_with_an_administrator(first_start, context, clean):
    said = [line for line in first_start.said if line.startswith("首次使用")]
    assert len(said) == 1
    console = watched(context.new_page())
    console.goto(link(said[0]))
    clean(console)
    console.get_by_label("登录名").fill("admin")
    console.get_by_label("姓名").fill("王芳")
    console.get_by_label("新密码", exact=True).fill("1234567890")
    console.get_by_label("再输一次新密码").fill("1234567890")
    console.keyboard.press("Enter")
    expect(console.get_by_role("alert")).to_contain_text("容易猜到")
    expect(console.get_by_label("姓名")).to_have_value("王芳")
    console.get_by_label("新密码", exact=True).fill(PASSWORD)
    console.get_by_label("再输一次新密码").fill(PASSWORD)
    console.keyboard.press("Enter")
    expect(console.get_by_role("navigation").get_by_role("link", name="账号")).to_be_visible()
    assert not any("/desk/first/" in f.read_text("utf-8", "replace").replace("/desk/first/{token", "")
                   for f in (first_start.var / "logs").iterdir())


def test_an_administrators_pages(console, account, clean):
    account(console, "admin")
    clean(console)
    for name in ("账号", "操作记录", "修改密码", "我的登录"):
        console.get_by_role("navigation").get_by_role("link", name=name).click()
        expect(console.get_by_role("heading", level=1)).to_contain_text(name)
        clean(console)
    console.get_by_role("link", name="账号").click()
    console.get_by_label("登录名").fill("lihua")
    console.get_by_label("姓名").fill("李华")
    console.get_by_label("角色").select_option(label="工作人员")
    console.get_by_role("button", name="新建").click()
    expect(console.get_by_label("一次性链接")).to_have_value(re.compile("/desk/first/"))
    clean(console)
    console.get_by_role("link", name="返回全部账号").click()
    console.get_by_role("link", name="管理 李华").click()
    clean(console)
    console.get_by_role("button", name="停用账号").click()
    expect(console.get_by_role("status")).to_contain_text("账号停用了")
    expect(console.locator(".tag")).to_have_text("已停用")
    clean(console)
    assert console.problems == []


def test_login_logout_and_refusals(console, account, clean, server_url):
    login = account(console, "staff")
    console.get_by_role("button", name="退出").click()
    expect(console.get_by_role("status")).to_contain_text("已经退出")
    clean(console)
    enter(console, login, "wrong-wrong-1")
    expect(console.get_by_role("alert")).to_contain_text("登录名或密码不对")
    clean(console)
    console.goto(f"{server_url}/desk/sessions")
    enter(console, login)
    expect(console.get_by_role("heading", level=1)).to_have_text("我的登录")
    console.goto(f"{server_url}/desk/accounts")
    expect(console.get_by_role("main")).to_contain_text("您的角色不能打开这一页")
    clean(console)


def test_by_keyboard_alone(console, account, server_url):
    login = account(console, "staff")
    console.context.clear_cookies()
    console.goto(f"{server_url}/desk")
    for key in ("Tab", "Tab", "Tab"):  # over the link to the main part and the name of the house
        console.keyboard.press(key)
    console.keyboard.type(login)
    console.keyboard.press("Tab")
    console.keyboard.type(PASSWORD)
    console.keyboard.press("Enter")
    expect(console.get_by_role("heading", level=1)).to_contain_text("您好")
    console.keyboard.press("Tab")
    expect(console.get_by_role("link", name="跳到正文")).to_be_focused()
    console.keyboard.press("Enter")
    expect(console.get_by_role("main")).to_be_focused()


def test_a_minute_before_the_idle_logout_one_is_asked_and_afterwards_the_page_is_left(console, account, clean):
    account(console, "staff")
    console.clock.install()
    console.reload()
    console.clock.fast_forward("29:10")
    bar = console.get_by_role("alert")
    expect(bar).to_contain_text("一分钟后自动退出")
    clean(console)
    console.get_by_role("button", name="继续使用").click()
    expect(bar).to_be_hidden()
    console.clock.fast_forward("29:10")
    expect(bar).to_be_visible()
    console.context.clear_cookies()  # the server's clock does not run faster
    console.clock.fast_forward("01:10")
    console.wait_for_url("**/desk/login?**", timeout=WAIT)
    expect(console.get_by_role("status")).to_contain_text("自动退出")


def test_a_link_from_another_site_comes_in_without_a_second_login(context, console, account, site, server_url):
    from tests.e2e.website import SITE

    account(console, "staff")
    page = context.new_page()
    page.goto(SITE)
    page.evaluate("to => { location.href = to; }", f"{server_url}/desk/sessions")
    expect(page.get_by_role("heading", level=1)).to_have_text("我的登录", timeout=WAIT)


def test_a_form_of_another_site_does_nothing(context, console, account, server_url):
    account(console, "staff")
    page = context.new_page()
    page.set_content(f'<form method="post" action="{server_url}/desk/sessions/end"><button>赢大奖</button></form>')
    with page.expect_navigation() as went:
        page.get_by_role("button").click()
    assert went.value.status == 403
    console.reload()
    expect(console.get_by_role("heading", level=1)).to_contain_text("您好")
