"""Who may come into the console, and what each role may do there."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.gateway.app import make_app
from desk import accounts, audit, sessions
from desk.account_tables import sessions as session_rows
from desk.account_tables import users
from desk.permissions import PERMISSIONS, ROLES
from desk.store import now, open_store
from desk.web import Host, Route, make_console
from desk.web.guard import look_at_conversation
from tests.gateway.house import SETTINGS
from tests.gateway.people import BY, PASSWORD, account, console, done, kept_sessions, person

NEW = "another-horse-8"
EVERYBODY, STAFF = set(ROLES), {"staff", "supervisor"}
ANYBODY = None
TOKEN, USER = "A" * 43, "0" * 32
# Written by hand: who may do what. A route that is not here fails the test, and so does one that lets somebody else in.
MAY = {
    ("GET", "/desk/login"): ANYBODY,
    ("POST", "/desk/login"): ANYBODY,
    ("GET", "/desk/first/{token}"): ANYBODY,
    ("POST", "/desk/first/{token}"): ANYBODY,
    ("GET", "/desk/static"): ANYBODY,
    ("POST", "/desk/logout"): EVERYBODY,
    ("GET", "/desk"): EVERYBODY,
    ("GET", "/desk/"): EVERYBODY,
    ("GET", "/desk/alive"): EVERYBODY,
    ("GET", "/desk/password"): EVERYBODY,
    ("POST", "/desk/password"): EVERYBODY,
    ("GET", "/desk/sessions"): EVERYBODY,
    ("POST", "/desk/sessions/end"): EVERYBODY,
    ("GET", "/desk/accounts"): {"admin"},
    ("POST", "/desk/accounts"): {"admin"},
    ("GET", "/desk/accounts/{user}"): {"admin"},
    ("POST", "/desk/accounts/{user}"): {"admin"},
    ("GET", "/desk/audit"): {"supervisor", "admin"},
    ("GET", "/desk/queue"): STAFF,
    ("GET", "/desk/queue/list"): STAFF,
    ("GET", "/desk/canned.json"): STAFF,
    ("GET", "/desk/cases/{ticket}"): STAFF,
    ("GET", "/desk/cases/{ticket}/events"): STAFF,
    ("POST", "/desk/cases/{ticket}/claim"): STAFF,
    ("POST", "/desk/cases/{ticket}/take-over"): {"supervisor"},
    ("POST", "/desk/cases/{ticket}/reply"): STAFF,
    ("POST", "/desk/cases/{ticket}/typing"): STAFF,
    ("POST", "/desk/cases/{ticket}/note"): STAFF,
    ("POST", "/desk/cases/{ticket}/transfer"): STAFF,
    ("POST", "/desk/cases/{ticket}/release"): STAFF,
    ("POST", "/desk/cases/{ticket}/resolve"): STAFF,
    ("POST", "/desk/cases/{ticket}/reopen"): STAFF,
    ("POST", "/desk/cases/{ticket}/follow-up"): STAFF,
    ("POST", "/desk/cases/{ticket}/follow-up/{number}/done"): STAFF,
    ("POST", "/desk/cases/{ticket}/callback"): STAFF,
    ("GET", "/desk/reviews"): {"supervisor"},
    ("GET", "/desk/reviews/{conversation}"): {"supervisor"},
    ("POST", "/desk/reviews/{conversation}/{message}"): {"supervisor"},
    ("GET", "/desk/gaps"): {"supervisor"},
}
ROLES_MAY = {
    "own_account": EVERYBODY, "look_up": {"agent", "staff", "supervisor"}, "see_queue": STAFF, "read_conversation": STAFF, "claim": STAFF,
    "chat": STAFF, "write_note": STAFF, "resolve_own": STAFF, "see_own_callback": STAFF, "take_over": {"supervisor"},
    "reassign": {"supervisor"}, "review": {"supervisor"}, "report": {"supervisor"}, "see_audit": {"supervisor", "admin"},
    "see_whole_audit": {"admin"}, "manage_accounts": {"admin"}, "change_settings": {"admin"},
}
GUARDED = [(method, path) for (method, path), who in MAY.items() if who is not ANYBODY]


def test_the_table_of_permissions_is_the_one_written_here():
    assert {name: set(roles) for name, roles in PERMISSIONS.items()} == ROLES_MAY


def registered() -> set[tuple[str, str]]:
    routes = make_app(SETTINGS).router.routes()
    return {(r.method, r.resource.canonical) for r in routes if r.resource.canonical.startswith("/desk") and r.method != "HEAD"}


def test_the_table_names_every_route_of_the_console_and_no_other(street):
    assert registered() == set(MAY)


def address(path: str) -> str:
    for name, value in (("token", TOKEN), ("user", USER), ("ticket", "HM-AAAAAA"), ("number", "1"), ("conversation", USER), ("message", USER)):
        path = path.replace(f"{{{name}}}", value)
    return path


def sent_to_log_in(answer) -> bool:
    """Whether nothing was done; logging out leads to the login too, but says so."""
    return answer.status == 303 and bool(re.fullmatch(r"/desk/login(\?next=[^&]*)?", answer.to))


# —— every route, every role ——


async def test_without_a_session_every_route_but_the_open_ones_leads_to_the_login(street):
    async with console(street) as (house, somebody):
        account(house, "li")
        for method, path in GUARDED:
            answer = await (somebody.open(address(path)) if method == "GET" else somebody.send(address(path)))
            assert sent_to_log_in(answer), path
            answer = await somebody.ask(method, address(path), headers={"Origin": somebody.origin, "Accept": "application/json"}, data={} if method == "POST" else None)
            assert answer.status == 401 or (method, answer.status) == ("POST", 415), path


@pytest.mark.parametrize("ended", ["idle", "too old", "logged out", "disabled", "not active", "another browser", "forged"])
async def test_a_session_that_is_over_opens_nothing(street, ended):
    async with console(street) as (house, somebody):
        user, csrf = account(house, "boss", "admin"), ""
        account(house, "second", "admin")
        await somebody.log_in("boss")
        csrf = somebody.csrf
        assert (await somebody.open("/desk/accounts")).status == 200
        headers = {}
        with house.store.begin() as db:
            s = session_rows.c
            if ended == "idle":
                db.execute(session_rows.update().values(last_seen=now() - dt.timedelta(minutes=31)))
            elif ended == "too old":
                db.execute(session_rows.update().values(created_at=now() - dt.timedelta(hours=12, minutes=1)))
            elif ended == "logged out":
                sessions.end_all(db, user.id)
            elif ended == "disabled":
                accounts.disable(db, BY, user)
            elif ended == "not active":
                db.execute(users.update().where(users.c.id == user.id).values(active=False))
            elif ended == "another browser":
                headers = {"User-Agent": "Chrome"}
            else:
                db.execute(session_rows.update().values(id=s.id + "0"))
        for method, path in GUARDED:
            if method == "GET":
                answer = await somebody.open(address(path), **headers)
            else:
                answer = await somebody.send(address(path), csrf=csrf, headers=headers)
            assert sent_to_log_in(answer), path


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_may_do_what_the_table_says_and_nothing_else(street, role):
    async with console(street) as (house, somebody), person(house) as other:
        account(house, "me", role)
        account(house, "other", role, name="别人")
        await other.log_in("other")
        for (method, path), who in MAY.items():
            if who is ANYBODY:
                continue
            if not somebody.cookies:
                await somebody.log_in("me")
            if method == "GET":
                answer = await somebody.open(address(path))
                assert (answer.status == 403) == (role not in who), path
                assert answer.status in {200, 204, 303, 403} or answer.status == 404 and "{" in path
                continue
            for forged in (other.csrf, "", "0" * 64, somebody.csrf.upper() + "x"):
                assert (await somebody.send(address(path), csrf=forged)).status == 403, path
            for origin in ("https://elsewhere.example", "null", ""):
                assert (await somebody.send(address(path), headers={"Origin": origin})).status == 403, path
            assert kept_sessions(house) >= 2  # nothing of it was done
            answer = await somebody.send(address(path), old="no")
            if role in who:  # refused or not for what is in it: let in
                assert answer.status in {303, 400} or path == "/desk/password" or (answer.status, "{ticket}" in path) == (404, True), path
            else:
                assert answer.status == 403 and "您的角色不能" in answer.text, path
            if path in {"/desk/logout", "/desk/sessions/end"}:
                assert (await somebody.open()).status == 303
                somebody.browser.cookie_jar.clear()


async def test_a_site_that_may_use_the_chat_may_not_send_forms_here(street):
    site = "https://www.example.gov.cn"
    async with console(street, allowed_origins=frozenset({site})) as (house, somebody):
        account(house, "li")
        answer = await somebody.send("/desk/login", login="li", password=PASSWORD, headers={"Origin": site})
        assert answer.status == 403
        assert "不是从工作台的页面发出" in answer.text
        assert "Access-Control-Allow-Origin" not in (await somebody.open("/desk/login", Origin=site)).headers


async def test_a_form_must_be_one(street):
    async with console(street) as (_, somebody):
        headers = {"Origin": somebody.origin}
        multipart = await somebody.ask("POST", "/desk/login", data=b"--x--", headers=headers | {"Content-Type": "multipart/form-data; boundary=x"})
        assert multipart.status == 415
        broken = await somebody.ask("POST", "/desk/login", data=b"login=\xff", headers=headers | {"Content-Type": "application/x-www-form-urlencoded"})
        assert broken.status == 400
        large = await somebody.send("/desk/login", login="x" * 20_000)
        assert large.status == 413
        assert (await somebody.send("/desk/login", login="\0", password=PASSWORD)).status == 400
        too_many = "&".join(f"f{n}=x" for n in range(60))
        assert (await somebody.ask("POST", "/desk/login", data=too_many, headers=headers | {"Content-Type": "application/x-www-form-urlencoded"})).status == 400


# —— pages of other parts of the console ——


@contextlib.asynccontextmanager
async def console_with(tmp_path, *routes: Route):
    """The console in an application that is not the gateway, with further pages; and somebody in front of it."""
    store = open_store(f"sqlite:///{tmp_path / 'desk.db'}")

    async def transaction(work):
        with store.begin() as db:
            return work(db)

    outer = web.Application()
    outer.add_subapp("/desk", make_console(Host(
        read=transaction, write=transaction, secret="key", address=lambda request: request.remote, wait=lambda request: None,
        origins=lambda request: frozenset({f"http://{request.host}"}), count_login=lambda result: None,
        mask=str, follow=None, staff_write=None, knowledge=None,
    ), routes))
    async with TestClient(TestServer(outer)) as client:
        house = SimpleNamespace(client=client, store=store)
        async with person(house) as somebody:
            yield house, somebody
    store.dispose()


async def test_what_a_page_asks_by_itself_keeps_nobody_logged_in_and_using_it_does(tmp_path):
    async def seen(request):
        return web.Response(text="seen")

    routes = Route("GET", "/poll", seen, "own_account", is_use=False), Route("GET", "/use", seen, "own_account")
    async with console_with(tmp_path, *routes) as (house, somebody):
        account(house, "li")
        await somebody.log_in("li")
        for path, kept in (("/desk/poll", True), ("/desk/use", False)):
            with house.store.begin() as db:
                db.execute(session_rows.update().values(last_seen=now() - dt.timedelta(minutes=29)))
                before = db.execute(sa.select(session_rows.c.last_seen)).scalar()
            assert (await somebody.open(path)).text == "seen"
            with house.store.begin() as db:
                assert (db.execute(sa.select(session_rows.c.last_seen)).scalar() == before) == kept


async def test_a_look_at_a_conversation_is_written_down_with_what_is_read_or_not_at_all(tmp_path):
    async def look(request):
        def read(db):
            return str(1 // int(request.query["by"]))

        return web.Response(text=await look_at_conversation(request, read, "c" * 32, "HM-ACEFHJ"))

    async with console_with(tmp_path, Route("GET", "/look", look, "read_conversation")) as (house, somebody):
        user = account(house, "li", department="民政局")
        await somebody.log_in("li")
        assert (await somebody.open("/desk/look?by=0")).status == 500
        assert "conversation_opened" not in done(house)
        assert (await somebody.open("/desk/look?by=1")).text == "1"
        await somebody.open("/desk/look?by=1")
        with house.store.begin() as db:
            row, = [r for r in audit.entries(db, whole=True) if r.what == "conversation_opened"]
        assert (row.user, row.who, row.department, row.conversation, row.ticket) == (user.id, user.name, "民政局", "c" * 32, "HM-ACEFHJ")


async def test_a_script_names_the_token_in_a_header(tmp_path):
    async def taken(request):
        return web.json_response(await request.json())

    async with console_with(tmp_path, Route("POST", "/note", taken, "write_note")) as (house, somebody):
        account(house, "li")
        await somebody.log_in("li")
        headers = {"Origin": somebody.origin, "Accept": "application/json"}
        assert (await somebody.ask("POST", "/desk/note", json={"a": 1}, headers=headers)).status == 403
        assert (await somebody.ask("POST", "/desk/note", json={"a": 1}, headers=headers | {"X-CSRF-Token": somebody.csrf})).status == 200


def test_a_page_that_needs_what_there_is_not_is_not_taken():
    with pytest.raises(ValueError, match="see_everything"):
        Route("GET", "/x", None, "see_everything").add_to(web.Application())


# —— audit ——


async def test_a_supervisor_reads_their_own_department_and_an_administrator_everything(street):
    async with console(street) as (house, boss), person(house) as chief:
        account(house, "boss", "admin", name="管")
        account(house, "chief", "supervisor", name="主", department="民政局")
        here, there = account(house, "a1", name="甲", department="民政局"), account(house, "b1", name="乙", department="教育局")
        with house.store.begin() as db:
            for user, ticket in ((here, "HM-AAAAAA"), (there, "HM-BBBBBB")):
                audit.looked(db, accounts.as_actor(user), "conversation_opened", "c" * 32, ticket)
        await boss.log_in("boss")
        await chief.log_in("chief")
        seen = (await chief.open("/desk/audit")).text
        assert "HM-AAAAAA" in seen and "HM-BBBBBB" not in seen and "test" not in seen
        assert (await chief.open("/desk/audit?ticket=hm-bbbbbb")).text.count("<tr>") == 0
        every = (await boss.open("/desk/audit")).text
        assert "HM-AAAAAA" in every and "HM-BBBBBB" in every
        assert (await boss.open("/desk/audit?ticket=hm-bbbbbb")).text.count("<tr>") == 2
        assert done(house).count("audit_opened") == 2
        assert (await boss.open("/desk/audit?before=x%00&who=%00'")).status == 200


async def test_the_audit_log_goes_page_by_page(street):
    async with console(street) as (house, boss):
        user = account(house, "boss", "admin")
        with house.store.begin() as db:
            for n in range(120):
                audit.record(db, accounts.as_actor(user), "callback_seen", ticket=f"HM-{n:06}")
        await boss.log_in("boss")
        tickets, path = [], "/desk/audit?who=boss的姓名"
        while path:
            text = (await boss.open(path)).text
            tickets += re.findall(r"HM-\d{6}", text)
            following = re.search(r'href="(/desk/audit\?before[^"]*)"', text)
            path = following and following.group(1).replace("&amp;", "&")
        assert tickets == [f"HM-{n:06}" for n in reversed(range(120))]


# —— pages ——


async def test_every_page_has_the_strict_headers_and_the_resident_page_keeps_its_own(street):
    async with console(street) as (house, somebody):
        account(house, "boss", "admin")
        await somebody.log_in("boss")
        for path in ("/desk", "/desk/accounts", "/desk/nothing", "/desk/login"):
            headers = (await somebody.open(path)).headers
            policy = headers["Content-Security-Policy"]
            assert "form-action 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
            assert headers["Cache-Control"] == "no-store" and headers["Referrer-Policy"] == "same-origin"
            assert headers["X-Content-Type-Options"] == "nosniff" and "X-Request-ID" in headers
        style = await somebody.open("/desk/static/desk.css")
        assert (style.status, style.headers["Cache-Control"]) == (200, "no-cache")
        assert "form-action 'none'" in (await somebody.open("/")).headers["Content-Security-Policy"]
        assert "form-action 'none'" in (await somebody.open("/api/notice")).headers["Content-Security-Policy"]


async def test_what_goes_wrong_is_a_page_in_chinese(street, monkeypatch, log):
    async with console(street) as (house, somebody):
        account(house, "boss", "admin")
        await somebody.log_in("boss")
        missing = await somebody.open("/desk/nothing")
        assert missing.status == 404 and "没有这个页面" in missing.text
        wrong = await somebody.ask("DELETE", "/desk/accounts", headers={"Origin": somebody.origin})
        assert wrong.status == 405 and "Allow" in wrong.headers
        monkeypatch.setattr("desk.accounts.everybody", lambda db: 1 / 0)
        broken = await somebody.open("/desk/accounts")
        assert broken.status == 500 and "服务出了点问题" in broken.text and "ZeroDivision" not in broken.text
        assert any(line["event"] == "page failed" for line in log.lines())


async def test_navigation_shows_what_the_role_may_open(street):
    async with console(street) as (house, somebody):
        for role in ROLES:
            account(house, f"{role}1", role)
            await somebody.log_in(f"{role}1")
            text = (await somebody.open()).text
            assert ('href="/desk/accounts"' in text) == (role == "admin")
            assert ('href="/desk/audit"' in text) == (role in {"admin", "supervisor"})


