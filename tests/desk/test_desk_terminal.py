"""Who may act at the terminal once there are accounts, and what is written down of it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from desk import accounts, cases
from desk import conversations as talk
from desk.account_tables import audit_log
from desk.audit import Actor
from desk.texts import text

BY = Actor(None, "test")


@pytest.fixture
def ticket(store, incoming) -> str:
    with store.begin() as db:
        name, message = talk.begin(db, incoming("我要找人工"))
        talk.settle(db, message.id, "answered")
        return cases.open_case(
            db, name, message.id, reason="request_human", urgent=False, department=None, summary=""
        ).ticket


@pytest.fixture
def people(store):
    with store.begin() as db:
        for login, name, role in (("wang", "王芳", "staff"), ("zhao", "赵敏", "supervisor"), ("boss", "陈刚", "admin"), ("gone", "李强", "staff")):
            accounts.add(db, BY, login, name, role, "民政局")
        accounts.disable(db, BY, accounts.by_login(db, "gone"))


def log(store) -> list[tuple]:
    a = audit_log.c
    with store.begin() as db:
        rows = db.execute(sa.select(a.what, a.who, a.ticket, a.about, a.user, a.department).order_by(a.id))
        return [tuple(row) for row in rows if row.what in {"case_changed", "conversation_opened", "callback_seen"}]


def test_while_nobody_has_an_account_any_name_does_and_one_is_told_how_to_make_one(desk, store, ticket):
    status, said, complaint = desk("claim", ticket, "--as", "谁都行")
    assert (status, complaint) == (0, text("terminal_no_accounts") + "\n")
    assert "python -m desk user first" in complaint
    [(what, who, about, *_)] = [(r[0], r[1], r[3]) for r in log(store)]
    assert (what, about) == ("case_changed", "claim") and who.startswith("谁都行（终端")


@pytest.mark.parametrize("given", ["王芳", "wang", "WANG"])
def test_an_account_acts_by_its_name_or_login_and_is_seen_by_its_name(desk, store, ticket, people, given):
    assert desk("claim", ticket, "--as", given)[::2] == (0, "")
    with store.begin() as db:
        assert cases.by_ticket(db, ticket).claimed_by == "王芳"
        user = accounts.by_login(db, "wang").id
    [(what, who, about_ticket, about, by, department)] = log(store)
    assert (what, about_ticket, about, by, department) == ("case_changed", ticket, "claim", user, "民政局")
    assert who.startswith("王芳（终端")


@pytest.mark.parametrize(("name", "why"), [
    ("nobody", "没有姓名或登录名是 nobody"), ("李强", "没有姓名或登录名是 李强"), ("陈刚", "陈刚 的角色是"),
], ids=["unknown", "disabled", "an administrator"])
@pytest.mark.parametrize("command", ["claim", "show", "callback"])
def test_who_may_not_is_refused_and_nothing_happens(desk, store, ticket, people, name, why, command):
    status, said, complaint = desk(command, ticket, "--as", name)
    assert (status, said) == (1, "") and why in complaint
    with store.begin() as db:
        assert cases.by_ticket(db, ticket).status == "open"
    assert log(store) == []


def test_only_a_supervisor_takes_over_at_the_terminal_too(desk, store, ticket, people):
    desk("claim", ticket, "--as", "赵敏")
    status, _, complaint = desk("claim", ticket, "--take-over", "--as", "王芳")
    assert status == 1 and "王芳 的角色是" in complaint
    with store.begin() as db:
        cases.release(db, ticket, "赵敏", "下班")
        cases.claim(db, ticket, "王芳")
    assert desk("claim", ticket, "--take-over", "--as", "zhao")[0] == 0


def test_a_look_is_written_down_as_in_the_console(desk, store, ticket, people):
    assert "我要找人工" in desk("show", ticket, "--as", "王芳")[1]
    assert [(row[0], row[2]) for row in log(store)] == [("conversation_opened", ticket)]


def test_what_is_done_on_a_follow_up_is_written_down_with_its_case(desk, store, ticket, people):
    number = desk("follow-up", ticket, "visit", "2099-01-01", "--as", "王芳")[1].split("编号 ")[1].split("。")[0]
    assert desk("done", number, "一切都好", "--as", "王芳")[0] == 0
    assert [(row[2], row[3]) for row in log(store)] == [(ticket, "follow-up"), (ticket, "done")]


def test_what_fails_leaves_no_trace(desk, store, ticket, people):
    desk("claim", ticket, "--as", "赵敏")
    assert desk("reply", ticket, "您好", "--as", "王芳")[0] == 1
    assert [row[3] for row in log(store)] == ["claim"]


REVIEWING = {
    "reviews list": ("reviews", "list"), "reviews export": ("reviews", "export", "{folder}"), "gaps": ("gaps",), "feedback": ("feedback",),
}


@pytest.mark.parametrize("command", REVIEWING)
@pytest.mark.parametrize("name", ["nobody", "李强", "王芳", "陈刚"], ids=["unknown", "disabled", "staff", "an administrator"])
def test_who_may_not_review_learns_nothing_of_the_answers(desk, people, tmp_path, command, name):
    given = [part.format(folder=tmp_path / "out") for part in REVIEWING[command]]
    status, said, complaint = desk(*given, "--as", name)
    assert (status, said) == (1, "") and name in complaint
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", REVIEWING)
def test_a_supervisor_reviews_and_what_showed_residents_words_is_written_down(desk, store, people, tmp_path, command):
    given = [part.format(folder=tmp_path / "out") for part in REVIEWING[command]]
    assert desk(*given, "--as", "zhao")[::2] == (0, "")
    a = audit_log.c
    with store.begin() as db:
        written = db.execute(sa.select(a.what, a.who).where(a.what.in_(("reviews_exported", "feedback_read")))).all()
    assert [row.what for row in written] == {"reviews export": ["reviews_exported"], "feedback": ["feedback_read"]}.get(command, [])
    assert all(row.who.startswith("赵敏（终端") for row in written)
