"""What reviewers say of answers: one review stands, all are kept, two at once do not overwrite each other."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa

from desk import audit, reviews
from desk import conversations as talk
from desk.account_tables import audit_log
from desk.readings import Reading
from desk.reviews import Meanwhile, NoSuchAnswer, Verdict, save
from desk.store import open_store
from desk.tables import CAME_TO, readings
from desk.tables import reviews as table
from tests.desk.asked import LOW, Talk, answered

WANG, LI = audit.Actor("w" * 32, "王芳", "民政局"), audit.Actor("l" * 32, "李明", "民政局")
WRONG = Verdict("wrong", True, LOW, "amount", "445303", "问的是农村")


@pytest.fixture
def one(db) -> Talk:
    return answered(db)


def standing(db) -> list:
    return db.execute(reviews.standing()).fetchall()


def test_a_review_says_who_when_what_and_what_was_right(db, one):
    assert save(db, WANG, one.conversation, one.answers[0], 0, WRONG) == 1
    row, = standing(db)
    assert (row.reviewer, row.who, row.version, reviews.verdict_of(row)) == (WANG.user, "王芳", 1, WRONG)
    logged = db.execute(sa.select(audit_log.c.who, audit_log.c.conversation).where(audit_log.c.what == "answer_reviewed")).fetchall()
    assert [tuple(r) for r in logged] == [("王芳", one.conversation)]


def test_the_last_one_stands_and_the_others_are_kept(db, one):
    save(db, WANG, one.conversation, one.answers[0], 0, WRONG)
    save(db, LI, one.conversation, one.answers[0], 1, Verdict("right"))
    assert [(r.who, r.mark, r.version) for r in standing(db)] == [("李明", "right", 2)]
    kept = reviews.of_conversation(db, one.conversation)[one.answers[0]]
    assert [(r.who, r.mark) for r in kept] == [("李明", "right"), ("王芳", "wrong")]


def test_who_looked_before_somebody_else_marked_is_told_and_changes_nothing(db, one):
    save(db, WANG, one.conversation, one.answers[0], 0, WRONG)
    with pytest.raises(Meanwhile) as told:
        save(db, LI, one.conversation, one.answers[0], 0, Verdict("right"))
    assert (told.value.standing.who, told.value.standing.version) == ("王芳", 1)
    assert [r.who for r in standing(db)] == ["王芳"]


def test_what_is_sent_twice_is_said_once(db, one):
    assert [save(db, WANG, one.conversation, one.answers[0], 0, WRONG) for _ in range(3)] == [1, 1, 1]
    assert db.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 1
    with pytest.raises(Meanwhile):  # the same words of somebody else are another review
        save(db, LI, one.conversation, one.answers[0], 0, WRONG)


def test_only_the_bots_own_messages_of_that_conversation_can_be_reviewed(db, one):
    other = answered(db)
    words = [m.id for m in talk.history(db, one.conversation) if m.sender == "resident"]
    for conversation, message in ((one.conversation, other.answers[0]), (one.conversation, words[0]), (one.conversation, "0" * 32)):
        with pytest.raises(NoSuchAnswer):
            save(db, WANG, conversation, message, 0, WRONG)
    with pytest.raises(ValueError, match="perhaps"):
        save(db, WANG, one.conversation, one.answers[0], 0, Verdict("perhaps"))
    assert standing(db) == []


@pytest.mark.parametrize("erase", [talk.clear, talk.erase])
def test_erasing_a_conversation_erases_how_it_was_taken_and_its_reviews_only(db, one, erase):
    other = answered(db)
    for some in (one, other):
        save(db, WANG, some.conversation, some.answers[0], 0, WRONG)
    erase(db, one.conversation)
    for kept in (table, readings):
        assert set(db.execute(sa.select(kept.c.conversation)).scalars()) == {other.conversation}


def test_what_is_older_than_it_is_kept_goes_with_its_reviews(db, one):
    save(db, WANG, one.conversation, one.answers[0], 0, WRONG)
    later = talk.now() + talk.dt.timedelta(days=1)
    assert talk.forget_older(db, later) == 1
    assert db.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0
    assert db.execute(sa.select(sa.func.count()).select_from(readings)).scalar() == 0


def test_of_two_reviewers_at_the_same_moment_one_stands_and_the_other_is_told(database_url):
    engine = open_store(database_url)
    with engine.begin() as db:
        one = answered(db)
    told, both = [], threading.Barrier(2)

    def review(actor: audit.Actor, mark: str) -> None:
        both.wait()
        try:
            with engine.begin() as db:
                save(db, actor, one.conversation, one.answers[0], 0, Verdict(mark))
        except Meanwhile as error:
            told.append(error.standing.who)

    threads = [threading.Thread(target=review, args=given) for given in ((WANG, "right"), (LI, "wrong"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with engine.begin() as db:
        stands, = standing(db)
    assert told == [stands.who]
    engine.dispose()


@pytest.mark.parametrize(("kind", "data", "more", "came_to"), [
    ("answer", {"benefit": LOW, "coverage": "local"}, {"confidence": 0.97}, "answered"),
    ("answer", {"benefit": LOW, "coverage": "local"}, {"confidence": 0.6}, "answered"),
    ("answer", {"benefit": LOW, "coverage": "local"}, {"confidence": 0.59}, "unsure"),
    ("answer", {"benefit": LOW, "coverage": "local"}, {}, "answered"),
    ("answer", {"benefit": LOW, "coverage": "national"}, {"lacks": "local", "confidence": 0.5}, "national"),
    ("answer", {"benefit": LOW, "coverage": "national"}, {}, "answered"),
    ("answer", {"benefit": LOW, "coverage": "local"}, {"lacks": "point"}, "not_this"),
    ("notice", {"benefit": LOW, "coverage": "none", "kb_version": 1}, {"lacks": "everything"}, "nothing_held"),
    ("notice", {"benefit": LOW, "coverage": "none", "kb_version": 1}, {}, "other"),
    ("notice", {"kb_version": 1}, {"intent": "out_of_scope"}, "other_business"),
    ("notice", {}, {"intent": "ticket_status"}, "other"),
    ("clarify", {"benefit": LOW}, {"intent": "perhaps_ours"}, "asked_back"),
    ("clarify", {"benefit": LOW}, {"intent": "ask_policy"}, "other"),
    ("clarify", {"benefit": None, "aspect": "materials"}, {"intent": "ask_policy"}, "asked_back"),
    ("clarify", {"benefit": None}, {"intent": "nlu_fallback"}, "not_understood"),
    ("clarify", {}, {"intent": "ask_policy", "confidence": 0.3}, "not_understood"),
    ("clarify", {}, {"intent": "correct"}, "asked_back"),
    ("clarify", {}, {"intent": "check_eligibility"}, "other"),
    ("question", {"benefit": LOW}, {"confidence": 0.1}, "other"), ("verdict", {"benefit": LOW}, {}, "other"),
    ("handoff", {}, {}, "other"), ("text", {}, {"confidence": 0.2}, "other"),
])
def test_what_a_question_came_to(kind, data, more, came_to):
    found = Reading(kind, data, **more).came_to
    assert found == came_to
    assert found in CAME_TO
