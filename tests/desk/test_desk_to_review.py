"""The list of conversations that want a look, with known answers on both kinds of database."""

from __future__ import annotations

import datetime as dt

import pytest

from desk import cases
from desk.audit import Actor
from desk.reviews import Verdict, save
from desk.store import now
from desk.tables import cases as cases_table
from desk.to_review import COUNTED, Wanted, look, waiting
from tests.desk.asked import LOW, QIJIANG, YUNAN, answered, asked_back, elsewhere, national, not_understood, nothing_held

WANG = Actor("w" * 32, "王芳")


@pytest.fixture
def db(db_of_either_kind):
    return db_of_either_kind


def listed(db, **wanted) -> list[str]:
    return [e.conversation for e in look(db, Wanted(**wanted))]


def mark(db, talk, number: int = 0) -> None:
    save(db, WANG, talk.conversation, talk.answers[number], 0, Verdict("right"))


def ago(**span: float) -> dt.datetime:
    return now() - dt.timedelta(**span)


def test_what_was_answered_to_everybodys_content_is_not_in_it(db):
    answered(db)
    elsewhere(db)
    answered(db).ask("谢谢", "text", "不客气。", intent="thanks", confidence=0.3)
    assert look(db, Wanted(show="all")) == []


def test_each_reason_brings_a_conversation_into_the_one_list_once_with_all_its_reasons(db):
    complained, escalated, closed = answered(db).not_helpful("没说清楚"), answered(db), answered(db)
    ticket = escalated.escalate()
    cases.resolve(db, closed.escalate(), "王芳", "answered", "已经说了")
    many = not_understood(db).ask("阿巴阿巴", "clarify", "没有听懂。", intent="nlu_fallback").not_helpful()
    many.escalate()
    entries = {e.conversation: e for e in look(db, Wanted())}
    assert {name: e.whys for name, e in entries.items()} == {
        complained.conversation: ["not_helpful"], escalated.conversation: ["escalated"], closed.conversation: ["closed"],
        many.conversation: ["escalated", "not_helpful", "not_understood"],
    }
    assert entries[escalated.conversation].ticket == ticket
    assert (entries[many.conversation].answers, entries[many.conversation].reviewed) == (2, 0)
    assert entries[complained.conversation].places == [YUNAN]
    assert entries[complained.conversation].benefits == [LOW]


def test_every_kind_of_doubt_can_be_asked_for_alone_and_all_together(db):
    doubts = {
        "not_understood": not_understood(db), "asked_back": asked_back(db), "unsure": answered(db, confidence=0.4),
        "nothing_held": nothing_held(db), "not_this": answered(db, lacks="point"), "national": national(db),
    }
    answered(db).not_helpful()
    answered(db).escalate()
    for why, one in doubts.items():
        assert listed(db, why=why) == [one.conversation], why
    assert set(listed(db, why="in_doubt")) == {one.conversation for one in doubts.values()}
    assert [len(listed(db, why=why)) for why in ("not_helpful", "escalated", "closed")] == [1, 1, 0]


def test_it_is_to_do_until_every_doubtful_answer_of_it_is_marked(db):
    two = not_understood(db).ask("阿巴", "clarify", "没有听懂。", intent="nlu_fallback")
    mark(db, two, 0)
    entry, = look(db, Wanted())
    assert (entry.to_do, entry.reviewed, entry.answers) == (True, 1, 2)
    mark(db, two, 1)
    assert listed(db) == []
    assert listed(db, show="done") == listed(db, show="all") == [two.conversation]


def test_an_escalated_conversation_is_done_once_one_answer_is_marked_or_where_there_is_none(db):
    one = answered(db).ask()
    one.escalate()
    assert listed(db) == [one.conversation]
    mark(db, one, 1)
    assert (listed(db), listed(db, show="done")) == ([], [one.conversation])


def test_a_complaint_about_what_can_not_be_marked_is_no_reason(db):
    from desk import conversations as talk
    from desk import feedback

    one = answered(db)
    words = talk.say(db, one.conversation, talk.Outgoing("staff", "chat", "我来看看"))
    feedback.give(db, one.conversation, words, False, None)
    assert listed(db, show="all") == []


def test_by_place_benefit_and_time(db):
    here = answered(db).not_helpful()
    there = national(db, benefit="old_age_allowance").not_helpful(at=ago(days=3))
    db.execute(cases_table.update().values(opened_at=ago(days=3)))
    assert listed(db, places=frozenset({YUNAN})) == [here.conversation]
    assert listed(db, places=frozenset({QIJIANG, "500000"})) == [there.conversation]
    assert listed(db, benefit="old_age_allowance") == [there.conversation]
    assert listed(db, benefit="old_age_allowance", places=frozenset({YUNAN})) == []
    assert listed(db, since=ago(days=1), why="not_helpful") == [here.conversation]
    assert listed(db, since=ago(days=4), why="not_helpful") == [here.conversation, there.conversation]


def test_page_by_page_each_comes_once_the_newest_first(db):
    same = ago(hours=1)
    made = [not_understood(db, at=same if n % 2 else ago(minutes=n)).conversation for n in range(11)]
    seen, before = [], None
    while True:
        page = look(db, Wanted(before=before, limit=3))
        seen += page[:3]
        if len(page) <= 3:
            break
        before = page[2].at, page[2].conversation
    assert sorted(e.conversation for e in seen) == sorted(made)
    assert [e.at for e in seen] == sorted((e.at for e in seen), reverse=True)


def test_how_many_wait_is_counted_without_those_that_are_done_or_old(db):
    for _ in range(3):
        not_understood(db)
    mark(db, not_understood(db))
    not_understood(db, at=ago(days=40))
    assert waiting(db) == 3
    assert waiting(db, ago(days=50)) == 4


def test_no_more_are_counted_than_are_shown(db):
    for _ in range(COUNTED + 3):
        not_understood(db)
    assert waiting(db) == COUNTED + 1
