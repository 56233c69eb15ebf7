"""The moves of a case beside claim and reply: handed on, given back, ended with an outcome, opened again, and whom it waits for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

from desk import cases, follow_ups, waiting
from desk import conversations as talk
from desk.moves import MOVES, NotPossible
from desk.store import now
from desk.tables import case_events
from desk.tables import cases as cases_table
from desk.texts import knows
from policy_kb.settings import today

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture
def ticket(db, conversation) -> str:
    return open_in(db, conversation)


def open_in(db, conversation: str) -> str:
    case = cases.open_case(db, conversation, None, reason="request_human", urgent=False, department="民政局", summary="低保")
    return case.ticket


def said(db, conversation: str) -> list[str]:
    return [m.text for m in talk.history(db, conversation) if m.sender == "system"]


def buttons(db, conversation: str) -> list[str]:
    return [r["title"] for r in talk.history(db, conversation)[-1].quick_replies]


def state(db, ticket: str) -> tuple:
    case = cases.by_ticket(db, ticket)
    return case.status, talk.get(db, case.conversation).owner, case.claimed_by, case.wanted_by


def set_back(db, ticket: str, **columns: dt.timedelta) -> None:
    """Let something have happened that long ago."""
    db.execute(cases_table.update().where(cases_table.c.ticket == ticket).values({k: now() - ago for k, ago in columns.items()}))


def last_event(db, ticket: str):
    e = cases.events(db, cases.by_ticket(db, ticket).id)[-1]
    return e.who, e.what, e.why


def test_the_resident_is_told_who_has_taken_the_case(db, conversation, ticket):
    cases.claim(db, ticket, "王芳")
    assert "王芳" in said(db, conversation)[-1] and ticket in said(db, conversation)[-1]


def test_a_case_is_handed_on_to_a_person_with_a_note_that_the_resident_never_sees(db, conversation, ticket):
    cases.claim(db, ticket, "王芳")
    cases.transfer(db, ticket, "王芳", "李强", "要核对残疾证")
    assert state(db, ticket) == ("open", "queue", None, "李强")
    assert last_event(db, ticket) == ("王芳", "transfer", "李强：要核对残疾证")
    assert "李强" in said(db, conversation)[-1]
    assert not any("残疾证" in m.text for m in talk.history(db, conversation))


def test_handing_on_what_nobody_has_claimed_leaves_the_conversation_with_the_bot(db, conversation, ticket):
    cases.back_to_bot(db, conversation, "resident", "continue_with_bot")
    cases.transfer(db, ticket, "李强", "民政局", "他们的事")
    assert state(db, ticket) == ("open", "bot", None, "民政局")


def test_a_case_handed_on_is_told_of_anew_and_anybody_may_claim_it(db, ticket):
    cases.claim(db, ticket, "王芳")
    cases.told(db, cases.by_ticket(db, ticket).id, False)
    cases.transfer(db, ticket, "王芳", "民政局", "他们的事")
    assert [c.ticket for c in cases.untold(db)] == [ticket]
    cases.claim(db, ticket, "赵敏")
    assert state(db, ticket) == ("claimed", "staff", "赵敏", None)


def test_a_case_is_given_back_to_the_queue(db, conversation, ticket):
    cases.claim(db, ticket, "王芳")
    cases.release(db, ticket, "王芳", "下班了")
    assert state(db, ticket) == ("open", "queue", None, None)
    assert "下班了" not in "".join(said(db, conversation))


@pytest.mark.parametrize("step", [
    lambda db, t: cases.transfer(db, t, "李强", "赵敏", "说明"),
    lambda db, t: cases.release(db, t, "李强", "说明"),
    lambda db, t: cases.resolve(db, t, "李强", "other", "好"),
    lambda db, t: cases.reply(db, t, "李强", "您好"),
])
def test_nobody_moves_anothers_case(db, ticket, step):
    cases.claim(db, ticket, "王芳")
    before = state(db, ticket)
    with pytest.raises(NotPossible, match="已由 王芳 接手"):
        step(db, ticket)
    assert state(db, ticket) == before


def test_a_supervisor_takes_a_case_over_and_from_whom_is_recorded(db, conversation, ticket):
    cases.claim(db, ticket, "王芳")
    cases.take_over(db, ticket, "主管")
    assert state(db, ticket) == ("claimed", "staff", "主管", None)
    assert last_event(db, ticket) == ("主管", "take_over", "王芳")
    assert "主管" in said(db, conversation)[-1]
    with pytest.raises(NotPossible, match="主管"):
        cases.reply(db, ticket, "王芳", "您好")


@pytest.mark.parametrize("step", [
    lambda db, t: cases.release(db, t, "王芳", "说明"), lambda db, t: cases.take_over(db, t, "王芳"),
    lambda db, t: cases.reopen(db, t, "王芳", "说明"),
])
def test_what_does_not_fit_an_open_case_is_refused(db, ticket, step):
    with pytest.raises(NotPossible):
        step(db, ticket)
    assert state(db, ticket)[:2] == ("open", "queue")


@pytest.mark.parametrize(("kind", "words"), [("nonsense", "好"), ("answered", " 。 "), ("", "好")])
def test_a_case_ends_with_an_outcome_of_a_known_kind_in_words(db, ticket, kind, words):
    with pytest.raises(ValueError):  # noqa: PT011 (it says only what was wrong)
        cases.resolve(db, ticket, "王芳", kind, words)
    assert state(db, ticket)[0] == "open"


def test_the_resident_is_asked_once_whether_it_is_solved(db, conversation, ticket):
    cases.resolve(db, ticket, "王芳", "answered", "请到街道办理")
    assert buttons(db, conversation) == ["解决了", "没解决"]
    cases.reopen(db, ticket, "resident", "not_solved")
    cases.resolve(db, ticket, "王芳", "arranged", "已约好周五")
    assert buttons(db, conversation) == ["重新打开"]
    assert "解决了吗" not in said(db, conversation)[-1]


def test_a_case_opened_again_waits_for_who_had_it_and_the_resident_is_told(db, conversation, ticket):
    cases.resolve(db, ticket, "王芳", "answered", "好")
    cases.reopen(db, ticket, "李强", "居民来电")
    assert "重新打开了您的工单" in said(db, conversation)[-1]
    assert buttons(db, conversation) == ["继续问机器人"]
    case = cases.by_ticket(db, ticket)
    assert state(db, ticket) == ("open", "queue", None, "王芳")
    assert (case.outcome, case.outcome_kind, case.resolved_at) == (None, None, None)


@pytest.mark.parametrize(("hours", "possible"), [(47, True), (49, False)])
def test_a_case_is_opened_again_within_two_days(db, ticket, hours, possible):
    cases.resolve(db, ticket, "王芳", "answered", "好")
    set_back(db, ticket, resolved_at=dt.timedelta(hours=hours))
    if possible:
        cases.reopen(db, ticket, "李强", "居民来电")
    else:
        with pytest.raises(NotPossible, match="48"):
            cases.reopen(db, ticket, "李强", "居民来电")
    assert (state(db, ticket)[0] == "open") is possible


def test_no_case_is_opened_again_beside_an_open_one(db, conversation, ticket):
    cases.resolve(db, ticket, "王芳", "answered", "好")
    second = open_in(db, conversation)
    with pytest.raises(NotPossible, match=second):
        cases.reopen(db, ticket, "李强", "居民来电")


def test_each_further_reason_is_recorded_once(db, conversation, ticket):
    for reason in ("complaint", "complaint", "request_human", "wrong_answer"):
        cases.open_case(db, conversation, None, reason=reason, urgent=False, department=None, summary="")
    assert cases.reasons(db, cases.by_ticket(db, ticket).id) == ["request_human", "complaint", "wrong_answer"]


# —— the queue ——


def wait_of(db, incoming, minutes: float, days_ago: float = 1) -> None:
    """A case that was claimed after so many minutes."""
    ticket = open_in(db, talk.begin(db, incoming())[0])
    cases.claim(db, ticket, "王芳")
    at = now() - dt.timedelta(days=days_ago)
    set_back(db, ticket, opened_at=now() - at + dt.timedelta(minutes=minutes))
    case = cases.by_ticket(db, ticket)
    db.execute(case_events.update().where(case_events.c.case == case.id, case_events.c.what == "claim").values(at=at))
    cases.resolve(db, ticket, "王芳", "answered", "好")


@pytest.fixture
def always_open(monkeypatch):
    """So that the day on which the test runs does not matter."""
    monkeypatch.setattr("desk.hours.is_working_day", lambda day: True)
    monkeypatch.setenv("HUIMIN_OFFICE_HOURS", "0:00-23:59")


def test_too_few_cases_say_nothing_of_the_wait(db, incoming, ticket, always_open):
    for _ in range(4):
        wait_of(db, incoming, 20)
    assert waiting.place(db, cases.by_ticket(db, ticket)).minutes is None
    wait_of(db, incoming, 20)
    assert waiting.place(db, cases.by_ticket(db, ticket)).minutes == pytest.approx(20, abs=5)


def test_the_wait_is_the_median_of_the_last_fortnight(db, incoming, always_open):
    for minutes in (10, 20, 30, 40, 300):
        wait_of(db, incoming, minutes)
    for _ in range(9):
        wait_of(db, incoming, 1, days_ago=15)
    assert waiting.usual_wait(db) == pytest.approx(30 * 60, abs=90)


def test_who_still_waits_longer_counts_too(db, incoming, ticket, always_open):
    for minutes in (10, 20, 30, 40, 50):
        wait_of(db, incoming, minutes)
    set_back(db, ticket, opened_at=dt.timedelta(hours=5))
    assert waiting.usual_wait(db) == pytest.approx(35 * 60, abs=90)


def test_the_place_counts_who_comes_first(db, incoming, ticket):
    other = open_in(db, talk.begin(db, incoming())[0])
    assert [waiting.place(db, cases.by_ticket(db, t)).ahead for t in (ticket, other)] == [0, 1]
    cases.open_case(db, talk.begin(db, incoming())[0], None, reason="danger", urgent=True, department=None, summary="")
    assert [waiting.place(db, cases.by_ticket(db, t)).ahead for t in (ticket, other)] == [1, 2]
    assert "前面还有2位" in waiting.place(db, cases.by_ticket(db, other)).words()


# —— silence ——


def look_for_silence(db) -> None:
    for ticket in waiting.left_waiting(db, 1800.0):
        waiting.release_silent(db, ticket, 1800.0)


def answer_is_due(db, conversation: str, ticket: str, minutes: int) -> None:
    """Let the last word of the resident be that long ago, and the claim before it."""
    ago = dt.timedelta(minutes=minutes)
    set_back(db, ticket, claimed_at=ago)
    db.execute(sa.text("UPDATE messages SET created_at = :at"), {"at": (now() - ago).replace(tzinfo=None).isoformat(" ")})


def test_a_case_whose_resident_waits_too_long_goes_back_to_the_queue_and_both_are_told(db, conversation, ticket, always_open):
    cases.claim(db, ticket, "王芳")
    cases.told(db, cases.by_ticket(db, ticket).id, False)
    answer_is_due(db, conversation, ticket, 40)
    look_for_silence(db)
    assert state(db, ticket) == ("open", "queue", None, None)
    assert last_event(db, ticket) == ("system", "silence", "王芳")
    assert "王芳" in said(db, conversation)[-1]
    assert [c.ticket for c in cases.untold(db)] == [ticket]


def test_it_stays_where_staff_had_the_last_word(db, conversation, ticket, always_open):
    cases.reply(db, ticket, "王芳", "请等一下")
    set_back(db, ticket, claimed_at=dt.timedelta(hours=3))
    look_for_silence(db)
    assert state(db, ticket)[0] == "claimed"


def test_it_stays_before_the_time_and_while_the_desk_is_closed(db, conversation, ticket, always_open, monkeypatch):
    cases.claim(db, ticket, "王芳")
    answer_is_due(db, conversation, ticket, 20)
    look_for_silence(db)
    answer_is_due(db, conversation, ticket, 40)
    monkeypatch.setattr("desk.hours.is_working_day", lambda day: False)
    look_for_silence(db)
    assert state(db, ticket)[0] == "claimed"


def test_a_word_that_staff_say_at_the_last_moment_keeps_the_case(db, conversation, ticket, always_open):
    cases.claim(db, ticket, "王芳")
    answer_is_due(db, conversation, ticket, 40)
    assert waiting.left_waiting(db, 1800.0) == [ticket]
    cases.reply(db, ticket, "王芳", "您好")
    waiting.release_silent(db, ticket, 1800.0)
    assert state(db, ticket)[0] == "claimed"


# —— days to see or call somebody again ——


def test_a_day_is_set_listed_and_done(db, ticket):
    soon, later = today(), today() + dt.timedelta(days=9)
    second = follow_ups.add(db, ticket, "王芳", "visit", later, "李强", "看看房子")
    first = follow_ups.add(db, ticket, "王芳", "call", soon, "王芳")
    assert [(f.id, f.ticket, f.who) for f in follow_ups.due(db)] == [(first, ticket, "王芳"), (second, ticket, "李强")]
    assert [f.id for f in follow_ups.due(db, until=soon)] == [first]
    assert [f.id for f in follow_ups.due(db, person="李强")] == [second]
    follow_ups.done(db, first, "王芳", "一切都好")
    assert [f.id for f in follow_ups.due(db)] == [second]
    assert last_event(db, ticket) == ("王芳", "followed_up", "一切都好")


@pytest.mark.parametrize("step", [
    lambda db, t: follow_ups.add(db, t, "王芳", "visit", today() - dt.timedelta(days=1), "王芳"),
    lambda db, t: follow_ups.done(db, 99, "王芳", "好"),
])
def test_a_day_that_is_over_or_unknown_is_refused(db, ticket, step):
    with pytest.raises(NotPossible):
        step(db, ticket)


def test_nothing_is_done_twice(db, ticket):
    number = follow_ups.add(db, ticket, "王芳", "call", today(), "王芳")
    follow_ups.done(db, number, "王芳", "好")
    with pytest.raises(NotPossible, match="已经完成"):
        follow_ups.done(db, number, "李强", "好")


def test_a_conversation_with_a_day_to_come_is_not_forgotten(db, conversation, ticket):
    number = follow_ups.add(db, ticket, "王芳", "visit", today(), "王芳")
    cases.resolve(db, ticket, "王芳", "answered", "好")
    than = now() + dt.timedelta(days=1)
    assert talk.forget_older(db, than) == 0
    follow_ups.done(db, number, "王芳", "好")
    assert talk.forget_older(db, than) == 1


# —— what is written of it ——


def test_the_handbook_shows_the_table_of_moves():
    lines = (DOCS / "handover.md").read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]
    shown = {(row[0], row[1], row[2], row[3] or None) for row in rows if row[0] in MOVES}
    assert shown == {(what, before, after, owner) for what, allowed in MOVES.items() for before, (after, owner) in allowed.items()}


def test_every_move_and_outcome_has_words():
    keys = {f"event_{m}" for m in MOVES} | {f"outcome_{k}" for k in cases.OUTCOMES} | {f"follow_up_{k}" for k in follow_ups.KINDS}
    assert {k for k in keys if not knows(k)} == set()
