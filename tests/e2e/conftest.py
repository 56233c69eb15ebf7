"""A running service for the browser: our own, unless ``HUIMIN_E2E_URL`` names one; the browser and its pages."""

from __future__ import annotations

import os

import pytest

from bot.demo import make_site
from tests.e2e.website import PORT, SITE, Written, serving
from tests.service import Service

WATCH = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', e => window.__violations.push(e.violatedDirective + ' ' + e.blockedURI));
"""


@pytest.fixture(scope="session", autouse=True)
def _running_service(tmp_path_factory):
    if os.environ.get("HUIMIN_E2E_URL"):
        yield None
        return
    running = Service(tmp_path_factory.mktemp("service"), HUIMIN_ALLOWED_ORIGINS=SITE).start()
    os.environ["HUIMIN_E2E_URL"] = running.url
    yield running
    del os.environ["HUIMIN_E2E_URL"]
    running.stop()


@pytest.fixture(scope="session")
def server_url():
    url = os.environ.get("HUIMIN_E2E_URL")
    if not url:
        pytest.skip("HUIMIN_E2E_URL is not set: no running server to test against")
    return url.rstrip("/")


@pytest.fixture(scope="session")
def desk(_running_service):
    """The terminal of a member of staff, and of who reviews, on the running service's stores: ``desk("reply", ticket, "您好。")``;
    what it printed.
    """
    if _running_service is None:
        pytest.skip("the service under test was started by somebody else")
    for login, name, role in (("wang", "王芳", "staff"), ("zhao", "赵敏", "supervisor")):
        _running_service.run("desk", "user", "add", login, "--name", name, "--role", role, "--department", "云安区民政局")
    return lambda *args: _running_service.run("desk", *args, "--as", "赵敏" if args[0] in {"feedback", "reviews"} else "王芳")


@pytest.fixture(scope="module")
def browser(server_url):
    from tests.e2e.chat_page import sync_api  # skips where there is no playwright

    path = os.environ.get("HUIMIN_CHROMIUM", "/usr/bin/chromium")
    if not os.path.exists(path):
        pytest.skip(f"no Chromium at {path}")
    with sync_api.sync_playwright() as p:
        b = p.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        yield b
        b.close()


@pytest.fixture
def context(browser):
    ctx = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN", reduced_motion="reduce")
    ctx.set_default_timeout(20_000)
    ctx.add_init_script(WATCH)
    yield ctx
    ctx.close()


@pytest.fixture
def page(context, server_url):
    """The service's own page, open."""
    from tests.e2e.chat_page import watched

    pg = watched(context.new_page())
    pg.goto(server_url + "/")
    return pg


@pytest.fixture(scope="session")
def site(server_url, _running_service):
    """A website of somebody else's at ``SITE``, which the service allows to use it."""
    if _running_service is None:
        pytest.skip("the server named by HUIMIN_E2E_URL does not know our website's origin")
    website = make_site(server_url)
    written = Written(website)
    with serving(website, PORT):
        yield written
