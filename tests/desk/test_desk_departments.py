"""A case's department and the reason for it: written down when it is opened, found later, shown to staff."""

from __future__ import annotations

import sys
import uuid

import pytest

from desk import cases
from desk import conversations as talk
from desk.__main__ import main
from desk.case_words import event_of
from desk.store import now
from desk.tables import cases as cases_table

WHY = "拿不准，可能是民政部门45%、残疾人联合会38%"


def opened(db, conversation, department=None, why=None):
    return cases.open_case(
        db, conversation, None, reason="complaint", urgent=False, department=department, summary="", why_routed=why
    )


def events(db, case) -> list[tuple[str, str, str | None]]:
    return [(e.who, e.what, e.why) for e in cases.events(db, case.id)]


def test_why_a_department_was_chosen_is_among_the_events(db, conversation):
    case = opened(db, conversation, "民政局", "按事项：低保")
    assert events(db, case) == [("resident", "open", "complaint"), ("system", "route", "按事项：低保")]
    assert cases.why_routed(db, case.id) == "按事项：低保"


def test_a_case_without_a_department_gets_the_one_that_is_known_later_and_keeps_it(db, conversation):
    first = opened(db, conversation, None, WHY)
    assert opened(db, conversation, None, WHY).department is None
    assert len(events(db, first)) == 2
    assert opened(db, conversation, "民政局", "按事项：低保").department == "民政局"
    assert opened(db, conversation, "教育局", "按事项：学前教育").department == "民政局"
    assert cases.why_routed(db, first.id) == "按事项：低保"


def test_a_case_that_goes_on_with_one_long_resolved_keeps_its_department_and_the_reason(db, conversation):
    first = opened(db, conversation, "民政局", "按事项：低保")
    cases.resolve(db, first.ticket, "王芳", "answered", "请到街道办理")
    long_ago = now() - cases.REOPENED_WITHIN * 2
    db.execute(cases_table.update().values(resolved_at=long_ago))
    message = talk.receive(db, conversation, talk.Incoming(uuid.uuid4().hex, "", "还没解决"))
    next_one = cases.open_again(db, cases.by_ticket(db, first.ticket), message.id)
    assert (next_one.follows, next_one.department) == (first.ticket, "民政局")
    assert cases.why_routed(db, next_one.id) == "按事项：低保"


def test_what_the_resident_typed_is_found_in_order_without_buttons_and_others_words(db, incoming):
    conversation, _ = talk.begin(db, incoming("楼上漏水"))
    button = {"title": "转人工", "says": "转人工", "payload": "/request_human"}
    talk.say(db, conversation, talk.Outgoing("bot", "answer", "请问在哪里？", quick_replies=[button]))
    talk.receive(db, conversation, incoming("", payload=talk.history(db, conversation)[-1].quick_replies[0]["payload"]))
    talk.receive(db, conversation, incoming("物业不管"))
    assert talk.typed(db, conversation) == ["楼上漏水", "物业不管"]
    assert talk.typed(db, conversation, last=1) == ["物业不管"]


@pytest.mark.parametrize(
    ("department", "why", "shown"),
    [("民政局", "按事项：低保", "民政局"), (None, WHY, f"未定（{WHY}）"), (None, None, "未定")],
)
def test_staff_see_the_department_or_why_there_is_none(store, url, incoming, monkeypatch, capsys, department, why, shown):
    with store.begin() as db:
        conversation, _ = talk.begin(db, incoming("楼上漏水"))
        ticket = opened(db, conversation, department, why).ticket
    monkeypatch.setenv("HUIMIN_DESK_URL", url)
    for command, where in ((["cases"], f"  {shown}"), (["show", ticket], f"主管：{shown}\n")):
        monkeypatch.setattr(sys, "argv", ["desk", *command])
        assert main() == 0
        assert where in capsys.readouterr().out


def test_the_record_that_staff_read_says_why_in_words(db, conversation):
    *_, event = cases.events(db, opened(db, conversation, None, WHY).id)
    assert event_of(event).endswith(f" 系统 判断部门：{WHY}")
