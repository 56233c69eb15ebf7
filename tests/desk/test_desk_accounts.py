"""Accounts in the store and from the terminal."""

from __future__ import annotations

import datetime as dt
import re
import sys
import threading

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from desk import accounts, audit, lockout, passwords, sessions
from desk.__main__ import main
from desk.account_tables import audit_log, login_failures, one_time_links, users
from desk.account_tables import sessions as session_rows
from desk.audit import Actor
from desk.store import aware, now, open_store
from desk.texts import text
from desk.upkeep import forget_over

BY = Actor(None, "test")
IDLE = dt.timedelta(minutes=30)


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch):
    monkeypatch.setattr("desk.passwords._HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def desk(url, tmp_path, monkeypatch, capsys):
    """Run a desk command; gives (exit status, what it printed, what it complained of)."""
    monkeypatch.setenv("HUIMIN_DESK_URL", url)
    monkeypatch.setenv("HUIMIN_VAR", str(tmp_path))
    for name in ("HUIMIN_PUBLIC_URL", "HUIMIN_PORT", "HUIMIN_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)

    def run(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["desk", *args])
        status = main()
        return status, *capsys.readouterr()

    return run


def added(db, login: str = "li", role: str = "staff", **more):
    return accounts.add(db, BY, login, more.pop("name", f"{login}的姓名"), role, more.pop("department", None))


# —— passwords ——


@pytest.mark.parametrize("password", ["correct-horse-7", "我家住在云安区石城镇的", "a b c d e f g h"])
def test_long_passwords_are_taken_whatever_is_in_them(password):
    assert passwords.problem(password, "li") is None


@pytest.mark.parametrize(("password", "why"), [
    ("", "password_short"), ("kurz-1234", "password_short"), ("x" * 201, "password_long"), ("ﷺ" * 30, "password_long"),
    ("WangFang-2026", "password_login"), ("1234567890", "password_common"), ("９８７６５４３２１０", "password_common"),
    ("PASSWORD123", "password_common"), ("aaaaaaaaaaaa", "password_common"), ("abababababab", "password_common"), ("abcdefghijkl", "password_common"),
])
def test_passwords_that_are_guessed_first_are_not(password, why):
    assert passwords.problem(password, "wangfang") == why


@settings(deadline=None, max_examples=40)
@given(st.text(min_size=1, max_size=60))
def test_a_password_matches_its_hash_and_nothing_else(password):
    kept = passwords.hashed(password)
    assert password not in kept or len(password) < 4
    assert passwords.matches(kept, password)
    assert not passwords.matches(kept, password + "x")
    assert not passwords.matches(None, password)


def test_what_is_kept_is_argon2id_with_the_work_that_is_usual():
    kept = PasswordHasher().hash("x")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert passwords.is_outdated(kept)  # against the quick one of these tests
    assert not passwords.matches("no hash at all", "x")


def test_first_passwords_are_taken_and_differ():
    made = {passwords.first_password() for _ in range(50)}
    assert len(made) == 50
    assert all(passwords.problem(p, "li") is None for p in made)


# —— lockout ——


@pytest.mark.parametrize(("one", "other", "same"), [
    ("203.0.113.5", "203.0.113.6", False), ("203.0.113.5", "::ffff:203.0.113.5", True), ("2001:db8::1", "2001:db8::ffff", True),
    ("2001:db8::1", "2001:db8:0:1::1", False), ("::1", "::2", True), ("", "", True),
])
def test_an_address_is_a_connection_and_not_one_of_its_many_numbers(one, other, same):
    assert (lockout.Try.of("key", "li", one) == lockout.Try.of("key", "li", other)) == same


def test_the_store_holds_neither_login_nor_address_of_a_failed_try(db):
    lockout.begin(db, lockout.Try.of("key", "my-password-typed-here", "203.0.113.5"))
    row = str(db.execute(sa.select(login_failures)).one())
    assert "my-password" not in row and "203.0.113.5" not in row


@pytest.mark.parametrize("by", ["account", "address"])
def test_tries_at_once_are_counted_one_by_one(database_url, by):
    store, allowed = open_store(database_url), []
    most = lockout.TRIES_ACCOUNT if by == "account" else lockout.TRIES_ADDRESS

    def attempt(n: int) -> None:
        with store.begin() as db:
            allowed.append(lockout.begin(db, lockout.Try("same" if by == "account" else str(n), "same" if by == "address" else str(n))))

    threads = [threading.Thread(target=attempt, args=(n,)) for n in range(most + 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.dispose()
    assert sorted(allowed) == [False] * 5 + [True] * most


# —— accounts, links, sessions ——


def test_of_two_who_use_a_link_at_once_one_gets_in(database_url):
    store, came = open_store(database_url), []
    with store.begin() as db:
        token = accounts.reset(db, BY, added(db))

    def use() -> None:
        try:
            with store.begin() as db:
                came.append(accounts.use_link(db, token, "hash").login)
        except accounts.NotPossible as error:
            came.append(error.why)

    threads = [threading.Thread(target=use) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.dispose()
    assert sorted(came) == ["li"] + ["link_over"] * 3


def test_two_administrators_cannot_put_each_other_out_at_once(database_url):
    store, ended = open_store(database_url), []
    with store.begin() as db:
        admins = [added(db, login, "admin") for login in ("one", "two")]
    meet = threading.Barrier(2)

    def disable(user) -> None:
        meet.wait()
        try:
            with store.begin() as db:
                accounts.disable(db, BY, user)
                ended.append("done")
        except accounts.NotPossible as error:
            ended.append(error.why)

    threads = [threading.Thread(target=disable, args=(a,)) for a in admins]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.begin() as db:
        active = [u for u in accounts.everybody(db) if u.active]
    store.dispose()
    assert sorted(ended) == ["done", "last_admin"]
    assert len(active) == 1


def test_a_link_of_a_disabled_account_is_over(db):
    added(db, "boss", "admin")
    user = added(db)
    token = accounts.reset(db, BY, user)
    accounts.disable(db, BY, user)
    assert accounts.find_link(db, token) == (False, None)
    with pytest.raises(accounts.NotPossible, match="停用"):
        accounts.reset(db, BY, accounts.get(db, user.id))


def test_a_new_link_ends_the_one_before(db):
    user = added(db)
    first, second = accounts.reset(db, BY, user), accounts.reset(db, BY, user)
    assert not accounts.find_link(db, first)[0]
    assert accounts.find_link(db, second)[0]


def test_the_token_that_forms_carry_does_not_tell_the_sessions(db):
    session = sessions.begin(db, added(db), "Firefox")
    assert session.csrf not in {session.token, session.id}
    assert sessions.find(db, session.csrf, "Firefox", IDLE) is None
    assert sessions.find(db, session.id, "Firefox", IDLE) is None
    assert sessions.find(db, session.token, "Firefox", IDLE).csrf == session.csrf


# —— audit ——


def test_an_open_conversation_is_one_look_in_ten_minutes_for_each_person(db):
    li, wang = accounts.as_actor(added(db, "li")), accounts.as_actor(added(db, "wang"))
    for actor in (li, li, wang, li):
        audit.looked(db, actor, "conversation_opened", "c" * 32, "HM-AAAAAA")
    audit.looked(db, li, "conversation_opened", "d" * 32, "HM-BBBBBB")
    audit.looked(db, li, "callback_seen", "c" * 32, "HM-AAAAAA")
    rows = audit.entries(db, whole=True)
    assert sum(r.what == "conversation_opened" for r in rows) == 3
    assert sum(r.what == "callback_seen" for r in rows) == 1
    db.execute(audit_log.update().values(at=now() - dt.timedelta(minutes=11)))
    audit.looked(db, li, "conversation_opened", "c" * 32, "HM-AAAAAA")
    assert sum(r.what == "conversation_opened" for r in audit.entries(db, whole=True)) == 4


def test_only_known_actions_are_written_down_and_each_has_its_words(db):
    with pytest.raises(ValueError, match="danced"):
        audit.record(db, BY, "danced")
    assert all(text(f"did_{what}") for what in audit.ACTIONS)


def test_what_is_over_is_forgotten_and_nothing_else(db):
    user = added(db)
    old, fresh = sessions.begin(db, user, "a"), sessions.begin(db, user, "b")
    db.execute(session_rows.update().where(session_rows.c.id == old.id).values(last_seen=now() - IDLE))
    accounts.first_link(db)
    accounts.reset(db, BY, added(db, "wang"))
    db.execute(one_time_links.update().values(expires_at=now() - dt.timedelta(seconds=1)))
    for minutes in (1, 16):
        db.execute(login_failures.insert(), {"at": now() - dt.timedelta(minutes=minutes), "account": "a", "address": "b"})
    audit.record(db, BY, "login")
    db.execute(audit_log.update().where(audit_log.c.what == "login").values(at=now() - dt.timedelta(days=731)))
    others = len(audit.entries(db, whole=True)) - 1
    assert forget_over(db, IDLE, 730) == 1
    assert [r.id for r in db.execute(sa.select(session_rows))] == [fresh.id]
    assert db.execute(sa.select(one_time_links)).first() is None
    assert len(db.execute(sa.select(login_failures)).all()) == 1
    assert len(audit.entries(db, whole=True)) == others


# —— the terminal ——


def test_the_first_start_gives_a_link_and_later_ones_do_not(desk, store):
    status, told, _ = desk("user", "first", "--url", "http://127.0.0.1:9999/")
    assert status == 0
    assert re.fullmatch(r"首次使用：打开 http://127\.0\.0\.1:9999/desk/first/[A-Za-z0-9_-]{43} 建立管理员账号（1小时内有效，只能用一次）\n", told)
    with store.begin() as db:
        expires = aware(db.execute(sa.select(one_time_links.c.expires_at)).scalar())
        assert dt.timedelta(minutes=59) < expires - now() <= dt.timedelta(hours=1)
        added(db, "boss", "admin")
    assert desk("user", "first", "--quiet")[:2] == (0, "")
    assert "已经有账号" in desk("user", "first")[1]


def test_an_account_from_the_terminal_with_its_link(desk, store):
    status, told, _ = desk("user", "add", "wangfang", "--name", "王芳", "--role", "staff", "--department", "民政局")
    assert status == 0
    token = re.search(r"http://127\.0\.0\.1:8080/desk/first/(\S+)", told).group(1)
    with store.begin() as db:
        good, user = accounts.find_link(db, token)
        assert good and (user.login, user.name, user.role, user.department) == ("wangfang", "王芳", "staff", "民政局")
        assert token not in str(db.execute(sa.select(one_time_links)).all())
    assert "还没设密码" in desk("user", "list")[1]


def test_a_first_password_from_the_terminal_must_be_changed(desk, store):
    told = desk("user", "add", "wangfang", "--name", "王芳", "--role", "staff", "--with-password")[1]
    password = re.search(r"初始密码：(\S+)", told).group(1)
    with store.begin() as db:
        user = accounts.by_login(db, "wangfang")
        assert passwords.matches(user.password, password) and user.must_change
    assert "要先改密码" in desk("user", "list")[1]


def test_changes_from_the_terminal(desk, store):
    with store.begin() as db:
        added(db, "boss", "admin")
        user = added(db)
    assert desk("user", "role", "li", "supervisor")[0] == 0
    assert desk("user", "disable", "li")[0] == 0
    assert "已停用" in desk("user", "list")[1]
    assert desk("user", "enable", "li")[0] == 0
    assert "/desk/first/" in desk("user", "reset", "li")[1]
    assert desk("user", "unlock", "li")[0] == 0
    with store.begin() as db:
        assert accounts.get(db, user.id).role == "supervisor"
        done = [r.what for r in audit.entries(db, whole=True) if r.about and r.about.startswith("li")]
    assert done[:5] == ["account_unlocked", "link_made", "account_enabled", "account_disabled", "role_changed"]


@pytest.mark.parametrize(("command", "said"), [
    (("disable", "nobody"), "没有登录名是 nobody 的账号"), (("disable", "boss"), "最后一个"), (("role", "boss", "staff"), "最后一个"),
    (("add", "boss", "--name", "李", "--role", "staff"), "已经有人用了"), (("add", "李", "--name", "李", "--role", "staff"), "登录名只能"),
])
def test_what_is_not_possible_is_said_in_words(desk, store, command, said):
    with store.begin() as db:
        added(db, "boss", "admin")
    status, _, complaint = desk("user", *command)
    assert status == 1 and said in complaint
    with store.begin() as db:
        assert len(db.execute(sa.select(users)).all()) == 1
