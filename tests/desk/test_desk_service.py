"""The operators' words and the counts in a real store, SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from desk import cases, service
from desk import conversations as talk
from desk.counts import counts
from desk.store import open_store


@pytest.fixture
def opened(database_url):
    engine = open_store(database_url)
    yield engine
    engine.dispose()


def test_nothing_stands_in_a_new_store(opened):
    with opened.begin() as db:
        assert service.standing(db) == service.Standing()


def test_a_notice_comes_back_as_it_was_put_up(opened):
    with opened.begin() as db:
        service.put_up(db, "照常办公", dt.date(2026, 12, 5), "王芳")
    with opened.begin() as db:
        notice = service.standing(db).notice
    assert (notice.text, notice.until, notice.who) == ("照常办公", dt.date(2026, 12, 5), "王芳")
    assert notice.since.utcoffset() is not None


def test_a_new_store_counts_nothing(opened):
    with opened.begin() as db:
        found = counts(db)
    assert (found.waiting, found.waiting_since) == (0, None)
    assert found.conversations == {"bot": 0, "queue": 0, "staff": 0}
    assert found.open_cases == {True: 0, False: 0}


def test_what_waits_and_what_is_open_is_counted(opened, incoming):
    with opened.begin() as db:
        first, message = talk.begin(db, incoming())
        talk.settle(db, message.id, "answered")
        second, _ = talk.begin(db, incoming())
        for conversation, urgent in ((first, False), (second, True)):
            cases.open_case(db, conversation, None, reason="danger", urgent=urgent, department=None, summary="")
    with opened.begin() as db:
        found = counts(db)
    assert found.waiting == 1
    assert found.waiting_since.utcoffset() is not None
    assert found.conversations == {"bot": 0, "queue": 2, "staff": 0}
    assert found.open_cases == {True: 1, False: 1}


def test_a_resolved_case_is_not_open(opened, incoming):
    with opened.begin() as db:
        conversation, _ = talk.begin(db, incoming())
        case = cases.open_case(db, conversation, None, reason="complaint", urgent=False, department=None, summary="")
        cases.resolve(db, case.ticket, "王芳", "answered", "已办")
        assert counts(db).open_cases == {True: 0, False: 0}


def test_an_error_of_the_store_does_not_list_the_values_of_its_statement(store):
    with pytest.raises(sa.exc.SQLAlchemyError) as error, store.begin() as db:
        db.execute(sa.text("INSERT INTO nowhere VALUES (:said)"), {"said": "我叫张三丰"})
    assert "张三丰" not in str(error.value)


# —— what waits, in a real store ——


def at(monkeypatch, *minutes: int) -> None:
    """The clock's next words: so many minutes after noon."""
    noon, words = dt.datetime(2026, 11, 30, 12, tzinfo=dt.timezone.utc), iter(minutes)
    monkeypatch.setattr(talk, "now", lambda: noon + dt.timedelta(minutes=next(words, minutes[-1])))


def test_messages_wait_in_the_order_they_were_saved_though_the_clock_was_set_back(opened, incoming, monkeypatch):
    with opened.begin() as db:
        at(monkeypatch, 10)
        name, _ = talk.begin(db, incoming("一"))
        at(monkeypatch, 5)
        talk.receive(db, name, incoming("二"))
        at(monkeypatch, 7)
        talk.receive(db, name, incoming("三"))
        assert [m.text for m in talk.waiting(db, name)] == ["一", "二", "三"]
        assert [m.text for m in talk.waiting(db)] == ["一", "二", "三"]


def test_the_conversation_that_waits_longest_comes_first_with_all_its_messages(opened, incoming, monkeypatch):
    with opened.begin() as db:
        at(monkeypatch, 1)
        first, _ = talk.begin(db, incoming("甲一"))
        at(monkeypatch, 2)
        second, answered = talk.begin(db, incoming("乙一"))
        at(monkeypatch, 3)
        talk.receive(db, first, incoming("甲二"))
        at(monkeypatch, 0)
        third, _ = talk.begin(db, incoming("丙一"))
        at(monkeypatch, 4)
        talk.receive(db, second, incoming("乙二"))
        talk.settle(db, answered.id, "answered")
        assert [m.text for m in talk.waiting(db)] == ["丙一", "甲一", "甲二", "乙二"]
