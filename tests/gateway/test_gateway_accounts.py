"""Logging in, passwords, one-time links and accounts, through the console's pages."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from desk import accounts, audit, lockout
from desk.account_tables import login_failures, one_time_links
from desk.account_tables import sessions as session_rows
from desk.secret import secret_key
from desk.store import now
from tests.gateway.people import BY, PASSWORD, account, console, done, kept_sessions, person

NEW = "another-horse-8"


# —— logging in ——


async def test_the_right_password_gives_a_session_in_a_cookie_that_scripts_and_other_sites_never_see(street):
    async with console(street) as (house, somebody):
        account(house, "li")
        answer = await somebody.send("/desk/login", login=" LI ", password=PASSWORD, next="/desk/sessions")
        assert (answer.status, answer.to) == (303, "/desk/sessions")
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("huimin-desk=") and {"HttpOnly", "SameSite=Strict", "Path=/desk"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        token = somebody.cookies["huimin-desk"]
        with house.store.begin() as db:
            assert token not in str(db.execute(sa.select(session_rows)).all())
        assert (await somebody.open()).status == 200


async def test_behind_https_the_cookie_is_for_this_host_and_https_only(street):
    async with console(street, public_url="https://huimin.example.gov.cn") as (house, somebody):
        account(house, "li")
        headers = {"Origin": "https://huimin.example.gov.cn"}
        cookie = (await somebody.send("/desk/login", login="li", password=PASSWORD, headers=headers)).headers["Set-Cookie"]
        assert cookie.startswith("__Host-huimin-desk=")
        assert {"HttpOnly", "SameSite=Strict", "Path=/", "Secure"} <= set(cookie.split("; ")) and "Domain" not in cookie


async def test_each_login_has_a_token_of_its_own_and_ends_the_one_before(street):
    async with console(street) as (house, somebody):
        account(house, "li")
        await somebody.log_in("li")
        first = somebody.cookies["huimin-desk"]
        await somebody.log_in("li")
        assert somebody.cookies["huimin-desk"] != first
        assert kept_sessions(house) == 1


@pytest.mark.parametrize("address", ["https://evil.example", "//evil.example/desk", "/desk/../x", "/desk\\evil", "/deskx", "javascript:alert(1)", "/desk/\r\nX: y"])
async def test_the_login_leads_nowhere_else(street, address):
    async with console(street) as (house, somebody):
        account(house, "li")
        to = (await somebody.send("/desk/login", login="li", password=PASSWORD, next=address)).to
        assert to == "/desk" or to.startswith("/desk/")
        assert "X: y" not in to


async def test_wrong_unknown_disabled_and_not_set_up_look_the_same(street):
    async with console(street) as (house, somebody):
        account(house, "boss", "admin")
        gone = account(house, "gone")
        account(house, "li")
        with house.store.begin() as db:
            accounts.disable(db, BY, gone)
            accounts.add(db, BY, "new", "新来的", "staff")
        answers = {}
        for login, password in (("li", "wrong-wrong-1"), ("nobody", PASSWORD), ("gone", PASSWORD), ("new", ""), ("new", PASSWORD)):
            answer = await somebody.send("/desk/login", login=login, password=password)
            answers[login] = (answer.status, answer.alert, answer.text.replace(f'value="{login}"', ""))
        assert len(set(answers.values())) == 1
        assert kept_sessions(house) == 0
        with house.store.begin() as db:
            assert "nobody" not in str(audit.entries(db, whole=True))
        assert done(house)[-5:] == ["login_failed"] * 5


@pytest.mark.parametrize("login", ["li", "nobody"])
async def test_after_five_wrong_ones_the_right_one_is_refused_too_until_time_or_an_administrator_unlocks(street, login):
    async with console(street) as (house, somebody):
        user = account(house, "li")
        words = {(await somebody.log_in(login, "wrong-wrong-1")).alert for _ in range(5)}
        refused = await somebody.log_in(login)
        assert (refused.status, {refused.alert}) == (403, words)
        if login == "nobody":
            return
        assert done(house)[-1] == "login_locked"
        assert (await somebody.log_in("li")).status == 403
        with house.store.begin() as db:  # the tries while it was locked were not counted
            assert db.execute(sa.select(sa.func.count()).select_from(login_failures)).scalar() == 5
            db.execute(login_failures.update().values(at=now() - dt.timedelta(minutes=16)))
        assert (await somebody.log_in("li")).status == 303
        somebody.browser.cookie_jar.clear()
        for _ in range(5):
            await somebody.log_in("li", "wrong-wrong-1")
        assert (await somebody.log_in("li")).status == 403
        account(house, "boss", "admin")
        async with person(house) as boss:
            await boss.log_in("boss")
            assert (await boss.send(f"/desk/accounts/{user.id}", do="unlock")).status == 303
        assert (await somebody.log_in("li")).status == 303


async def test_many_tries_at_once_are_no_more_than_are_allowed(street):
    async with console(street) as (house, somebody):
        account(house, "li")
        await asyncio.gather(*(somebody.send("/desk/login", login="li", password=f"wrong-{n}") for n in range(12)))
        async with house.client.get("/metrics") as got:
            told = await got.text()
        assert 'huimin_logins_total{result="wrong"} 5.0' in told
        assert 'huimin_logins_total{result="locked"} 7.0' in told


async def test_an_address_that_tries_many_accounts_is_locked_and_others_are_not(street):
    async with console(street, trusted_proxies=frozenset({"127.0.0.1"})) as (house, somebody):
        account(house, "li")
        here, elsewhere = {"X-Forwarded-For": "203.0.113.5"}, {"X-Forwarded-For": "203.0.113.6"}
        with house.store.begin() as db:
            attempts = (lockout.Try.of(secret_key(), f"u{n}", "203.0.113.5") for n in range(lockout.TRIES_ADDRESS))
            assert all(lockout.begin(db, attempt) for attempt in attempts)
        assert (await somebody.log_in("li", headers=here)).status == 403
        assert (await somebody.log_in("li", headers=elsewhere)).status == 303


async def test_requests_are_limited_as_everywhere(street):
    async with console(street, rate_limit=1) as (_, somebody):
        statuses = [(await somebody.open("/desk/login")).status for _ in range(11)]
        assert statuses == [200] * 10 + [429]


async def test_a_link_on_another_site_asks_once_more_from_here(street):
    async with console(street) as (house, somebody):
        account(house, "li")
        answer = await somebody.open("/desk/login?next=/desk/sessions", **{"Sec-Fetch-Site": "cross-site"})
        assert 'content="0;url=/desk/sessions"' in answer.text
        await somebody.log_in("li")
        assert (await somebody.open("/desk/login?next=/desk/sessions")).to == "/desk/sessions"


# —— passwords ——


async def test_a_first_password_must_be_changed_before_anything_else(street):
    async with console(street) as (house, somebody):
        account(house, "boss", "admin", must_change=True)
        await somebody.log_in("boss")
        for path in ("/desk", "/desk/accounts", "/desk/audit", "/desk/sessions"):
            assert (await somebody.open(path)).to == "/desk/password"
        assert (await somebody.send("/desk/accounts", login="x1", name="x", role="admin")).to == "/desk/password"
        assert "/desk/accounts" not in (await somebody.open("/desk/password")).text
        before = somebody.cookies["huimin-desk"]
        assert (await somebody.send("/desk/password", old=PASSWORD, password=NEW, again=NEW)).status == 303
        assert somebody.cookies["huimin-desk"] != before
        assert (await somebody.open("/desk/accounts")).status == 200


async def test_a_new_password_ends_every_other_session(street):
    async with console(street) as (house, somebody), person(house, "Chrome") as elsewhere:
        account(house, "li")
        await somebody.log_in("li")
        await elsewhere.log_in("li")
        await somebody.send("/desk/password", old=PASSWORD, password=NEW, again=NEW)
        assert (await somebody.open()).status == 200
        assert (await elsewhere.open()).status == 303
        assert (await elsewhere.log_in("li")).status == 403
        assert (await elsewhere.log_in("li", NEW)).status == 303


@pytest.mark.parametrize(("old", "new", "again", "status", "said"), [
    ("wrong-wrong-1", NEW, NEW, 403, "现在的密码不对"),
    (PASSWORD, "short-1", "short-1", 400, "至少要10个字符"),
    (PASSWORD, NEW, NEW + "x", 400, "两次输入"),
    (PASSWORD, PASSWORD, PASSWORD, 400, "要和现在的不同"),
    (PASSWORD, "my-lihua-horse", "my-lihua-horse", 400, "不能有登录名"),
    (PASSWORD, "1234567890", "1234567890", 400, "容易猜到"),
])
async def test_a_password_that_is_not_taken_changes_nothing(street, old, new, again, status, said):
    async with console(street) as (house, somebody):
        account(house, "lihua")
        await somebody.log_in("lihua")
        answer = await somebody.send("/desk/password", old=old, password=new, again=again)
        assert answer.status == status and said in answer.alert
        assert new not in answer.text
        assert (await somebody.log_in("lihua")).status == 303


async def test_the_old_password_cannot_be_guessed_through_the_form_that_changes_it(street):
    async with console(street) as (house, somebody):
        account(house, "li")
        await somebody.log_in("li")
        for n in range(5):
            await somebody.send("/desk/password", old=f"guess-{n}", password=NEW, again=NEW)
        answer = await somebody.send("/desk/password", old=PASSWORD, password=NEW, again=NEW)
        assert answer.status == 403 and "错的次数太多" in answer.alert


async def test_logging_out_everywhere(street):
    async with console(street) as (house, somebody), person(house) as elsewhere:
        account(house, "li")
        await somebody.log_in("li")
        await elsewhere.log_in("li")
        assert (await somebody.open("/desk/sessions")).text.count("<tr>") == 3
        assert (await somebody.send("/desk/sessions/end")).to == "/desk/login?said=logged_out"
        assert kept_sessions(house) == 0
        assert (await elsewhere.open()).status == 303
        assert done(house)[-1] == "logout_everywhere"


async def test_a_hash_made_with_less_work_is_made_anew_at_the_next_login(street):
    async with console(street) as (house, somebody):
        user = account(house, "li")
        old = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
        with house.store.begin() as db:
            accounts.rehash(db, user.id, user.password, old)
        assert (await somebody.log_in("li")).status == 303
        with house.store.begin() as db:
            assert accounts.get(db, user.id).password not in {old, user.password}
        assert (await somebody.log_in("li")).status == 303


# —— one-time links ——


async def test_the_first_link_makes_the_administrator_once(street):
    async with console(street) as (house, somebody):
        with house.store.begin() as db:
            token, other = accounts.first_link(db), accounts.first_link(db)
        form = {"login": "admin", "name": "王芳", "password": NEW, "again": NEW}
        assert (await somebody.open(f"/desk/first/{token}")).status == 200  # as a program does that looks at links
        assert (await somebody.send(f"/desk/first/{token}", **form | {"login": "不行"})).status == 400
        assert (await somebody.send(f"/desk/first/{token}", **form)).to == "/desk"
        assert (await somebody.open("/desk/accounts")).status == 200
        for used in (token, other):
            assert (await somebody.send(f"/desk/first/{used}", **form | {"login": "two", "name": "二"})).status == 404
        with house.store.begin() as db:
            assert accounts.first_link(db) is None
            assert [u.login for u in accounts.everybody(db)] == ["admin"]


async def test_a_link_is_over_after_its_time(street):
    async with console(street) as (house, somebody):
        with house.store.begin() as db:
            token = accounts.first_link(db)
            db.execute(one_time_links.update().values(expires_at=now() - dt.timedelta(seconds=1)))
        assert (await somebody.open(f"/desk/first/{token}")).status == 404
        assert (await somebody.send(f"/desk/first/{token}", login="admin", name="王芳", password=NEW, again=NEW)).status == 404


async def test_an_administrator_makes_an_account_and_its_owner_sets_the_password(street, log):
    async with console(street) as (house, boss), person(house) as somebody:
        account(house, "boss", "admin")
        await boss.log_in("boss")
        made = await boss.send("/desk/accounts", login="wangfang", name="王芳 <b>", role="staff", department="民政局")
        assert made.status == 200 and "王芳 &lt;b&gt;" in made.text
        assert (await somebody.log_in("wangfang", "")).status == 403
        assert (await somebody.send(made.link, password=NEW, again=NEW)).to == "/desk"
        assert (await somebody.open()).status == 200
        assert (await somebody.send(made.link, password=PASSWORD, again=PASSWORD)).status == 404
        assert made.link.rsplit("/", 1)[1] not in log.text
        assert NEW not in log.text


async def test_an_account_that_cannot_be_is_refused_in_words(street):
    async with console(street) as (house, boss):
        account(house, "boss", "admin", name="王芳")
        await boss.log_in("boss")
        for form, said in (
            ({"login": "boss", "name": "李", "role": "staff"}, "已经有人用了"),
            ({"login": "b2", "name": "王芳", "role": "staff"}, "同名"),
            ({"login": "李", "name": "李", "role": "staff"}, "登录名只能"),
            ({"login": "b2", "name": " \u200b ", "role": "staff"}, "请填写姓名"),
            ({"login": "b2", "name": "李", "role": "root"}, "没有这个角色"),
            ({"login": "b2", "name": "李", "role": "staff", "department": "长" * 81}, "部门最多"),
        ):
            answer = await boss.send("/desk/accounts", **form)
            assert answer.status == 400 and said in answer.alert


# —— accounts ——


@pytest.mark.parametrize("change", [{"do": "disable"}, {"do": "role", "role": "agent"}, {"do": "reset"}])
async def test_whoever_is_changed_is_logged_out_at_once(street, change):
    async with console(street) as (house, boss), person(house) as somebody:
        account(house, "boss", "admin")
        user = account(house, "li")
        await boss.log_in("boss")
        await somebody.log_in("li")
        assert (await boss.send(f"/desk/accounts/{user.id}", **change)).status in {200, 303}
        assert (await somebody.open()).status == 303
        if change["do"] == "reset":
            assert (await somebody.log_in("li")).status == 403


async def test_the_last_administrator_stays_one(street):
    async with console(street) as (house, boss):
        first = account(house, "boss", "admin")
        second = account(house, "second", "admin")
        await boss.log_in("boss")
        for change in ({"do": "disable"}, {"do": "role", "role": "staff"}, {"do": "reset"}):
            assert (await boss.send(f"/desk/accounts/{first.id}", **change)).status == 409
        assert (await boss.send(f"/desk/accounts/{second.id}", do="disable")).status == 303
        with house.store.begin() as db:
            for change in (lambda: accounts.disable(db, BY, first), lambda: accounts.set_role(db, BY, first, "staff")):
                with pytest.raises(accounts.NotPossible, match="最后一个"):
                    change()
        assert (await boss.send(f"/desk/accounts/{second.id}", do="nothing")).status == 400
        assert (await boss.send(f"/desk/accounts/{second.id}", do="reset")).status == 409
        assert (await boss.send(f"/desk/accounts/{second.id}", do="enable")).status == 303
