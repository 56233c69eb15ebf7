"""The queue as staff see it, of however many cases by a handful of queries."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from desk import cases, queue
from desk import conversations as talk
from desk.store import aware, now
from desk.tables import messages
from desk.waiting import waits_since


@pytest.fixture
def wait(db, incoming):
    """Somebody who waits for a person; ``words`` after having asked."""

    def make(*words: str, **given):
        conversation, _ = talk.begin(db, incoming("转人工"))
        for said in words:
            talk.receive(db, conversation, incoming(said))
        return cases.open_case(db, conversation, None, **{"reason": "request_human", "urgent": False, "department": None,
                                                           "summary": ""} | given)

    return make


def queries_of(store, db, act) -> int:
    asked = []
    sa.event.listen(store, "before_cursor_execute", count := lambda *a: asked.append(a))
    act()
    sa.event.remove(store, "before_cursor_execute", count)
    return len(asked)


def later(db, conversation: str) -> None:
    """All that was said so far was said a minute ago."""
    db.execute(messages.update().where(messages.c.conversation == conversation).values(created_at=now() - dt.timedelta(minutes=1)))


def test_each_case_stands_with_its_last_words_reasons_and_why_it_has_no_department(db, wait):
    first = wait("低保多少钱", "那农村呢", why_routed="没有说是什么事")
    wait(reason="complaint", department="民政部门")
    cases.open_case(db, first.conversation, None, reason="wrong_answer", urgent=False, department=None, summary="")
    found = queue.look(db, "waiting", "王芳").entries
    assert [(e.last_words, e.reasons, e.department) for e in found] == [
        ("那农村呢", ["request_human", "wrong_answer"], "未定（没有说是什么事）"), ("转人工", ["complaint"], "民政部门"),
    ]


def test_a_claimed_case_waits_from_the_claim_then_from_the_first_word_after_the_last_reply(db, wait, incoming):
    case = cases.claim(db, wait().ticket, "王芳")
    assert entry(db).waits_since == aware(case.claimed_at)
    cases.reply(db, case.ticket, "王芳", "您好")
    assert entry(db).waits_since is None
    first = talk.receive(db, case.conversation, incoming("在吗"))
    talk.receive(db, case.conversation, incoming("喂"))
    assert entry(db).waits_since == aware(first.created_at) == waits_since(db, cases.by_ticket(db, case.ticket))


def entry(db) -> queue.Entry:
    [only] = queue.look(db, "all", "王芳").entries
    return only


def test_a_word_before_the_claim_is_no_answer_of_whoever_has_it_now(db, wait):
    case = wait()
    cases.reply(db, case.ticket, "李强", "我先看看")
    later(db, case.conversation)
    cases.release(db, case.ticket, "李强", "下班")
    case = cases.claim(db, case.ticket, "王芳")
    assert entry(db).waits_since == aware(case.claimed_at)


def test_who_waits_longest_comes_first_after_the_urgent(db, wait):
    calm, urgent, other = wait(), wait(urgent=True, reason="danger"), wait()
    assert [e.case.ticket for e in queue.look(db, "waiting", "王芳").entries] == [urgent.ticket, calm.ticket, other.ticket]


def test_many_cases_take_no_more_queries_than_one(store, db, wait):
    for _ in range(4):
        wait()
    one = queries_of(store, db, lambda: queue.look(db, "all", "王芳"))
    for _ in range(30):
        cases.claim(db, wait("在吗").ticket, "王芳")
    assert queries_of(store, db, lambda: queue.look(db, "all", "王芳")) == one


def test_more_cases_than_one_query_takes_are_all_shown(db, wait, monkeypatch):
    monkeypatch.setattr("desk.store.AT_ONCE", 2)
    made = [wait("低保多少钱").ticket for _ in range(5)]
    found = queue.look(db, "all", "王芳").entries
    assert [e.case.ticket for e in found] == made and {e.last_words for e in found} == {"低保多少钱"}
