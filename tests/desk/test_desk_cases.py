"""A case: opened once, taken by one, told and recorded at every step."""

from __future__ import annotations

import threading

import pytest

from desk import cases
from desk import conversations as talk
from desk.store import open_store


@pytest.fixture
def open_one(db, conversation):
    """Open (again) the conversation's case."""

    def do(message: str | None = None, reason: str = "request_human", urgent: bool = False):
        return cases.open_case(
            db, conversation, message, reason=reason, urgent=urgent, department="民政局", summary="云安区 低保"
        )

    return do


@pytest.fixture
def ticket(open_one) -> str:
    return open_one().ticket


def story(db, ticket: str) -> list[tuple[str, str]]:
    return [(e.who, e.what) for e in cases.events(db, cases.by_ticket(db, ticket).id)]


def owner(db, conversation: str) -> str:
    return talk.get(db, conversation).owner


def test_opening_a_case_queues_the_conversation(db, conversation, ticket):
    assert owner(db, conversation) == "queue"
    assert cases.by_ticket(db, ticket).status == "open"


def test_the_same_message_opens_one_case(db, open_one):
    assert open_one("m1").id == open_one("m1").id
    assert len(cases.list_cases(db, every=True)) == 1


def test_a_further_request_finds_the_open_case(db, open_one):
    assert open_one("m1").id == open_one("m2", reason="complaint").id
    assert cases.list_cases(db)[0].reason == "request_human"


def test_danger_makes_the_open_case_urgent_once(db, open_one):
    ticket = open_one("m1").ticket
    open_one("m2", reason="danger", urgent=True)
    open_one("m3", reason="danger", urgent=True)
    case = cases.by_ticket(db, ticket)
    assert (case.urgent, case.reason) == (True, "danger")
    assert story(db, ticket) == [("resident", "open"), ("resident", "urgent")]


def test_a_later_calm_request_does_not_take_the_urgency_away(db, open_one):
    open_one("m1", reason="danger", urgent=True)
    assert open_one("m2").urgent


def test_after_resolving_another_message_opens_a_new_case(db, open_one):
    first = open_one("m1")
    cases.resolve(db, first.ticket, "王芳", "answered", "好")
    assert open_one("m2").ticket != first.ticket


def test_a_retry_of_the_message_whose_case_is_resolved_opens_none(db, conversation, open_one):
    first = open_one("m1")
    cases.resolve(db, first.ticket, "王芳", "answered", "好")
    assert open_one("m1").ticket == first.ticket
    assert owner(db, conversation) == "bot"


def test_every_step_is_recorded_with_who_did_it(db, conversation, open_one, ticket):
    cases.back_to_bot(db, conversation, "resident", "continue_with_bot")
    open_one("again")
    cases.claim(db, ticket, "王芳")
    cases.reply(db, ticket, "王芳", "您好")
    cases.resolve(db, ticket, "王芳", "answered", "请到街道办理")
    assert story(db, ticket) == [
        ("resident", "open"), ("resident", "bot"), ("resident", "queue"), ("王芳", "claim"), ("王芳", "resolve")
    ]
    assert cases.events(db, cases.by_ticket(db, ticket).id)[-1].why == "已答复：请到街道办理"


def test_claiming_gives_the_conversation_to_staff(db, conversation, ticket):
    case = cases.claim(db, ticket, "王芳")
    assert (case.status, case.claimed_by, owner(db, conversation)) == ("claimed", "王芳", "staff")


def test_a_claimed_case_cannot_be_claimed_again_and_the_loser_hears_who_has_it(db, ticket):
    cases.claim(db, ticket, "王芳")
    with pytest.raises(cases.NotPossible, match="王芳"):
        cases.claim(db, ticket, "李强")
    assert cases.by_ticket(db, ticket).claimed_by == "王芳"


def test_a_case_whose_resident_went_back_to_the_bot_can_still_be_claimed(db, conversation, ticket):
    cases.back_to_bot(db, conversation, "resident", "continue_with_bot")
    cases.claim(db, ticket, "王芳")
    assert owner(db, conversation) == "staff"


def test_of_two_who_claim_at_the_same_moment_one_wins(database_url, incoming):
    first, second = open_store(database_url), open_store(database_url)
    with first.begin() as db:
        tickets = []
        for n in range(10):
            name, _ = talk.begin(db, incoming(str(n)))
            tickets.append(cases.open_case(db, name, None, reason="complaint", urgent=False, department=None, summary="").ticket)
    together, won = threading.Barrier(2), []

    def claim_all(store, who: str) -> None:
        for ticket in tickets:
            together.wait(10)
            try:
                with store.begin() as db:
                    cases.claim(db, ticket, who)
                won.append((ticket, who))
            except cases.NotPossible:
                pass

    threads = [threading.Thread(target=claim_all, args=x) for x in ((first, "王芳"), (second, "李强"))]
    for t in threads:
        t.start()
    for t in threads:
        t.join(30)
    assert sorted(ticket for ticket, _ in won) == sorted(tickets)
    with first.begin() as db:
        assert {(c.ticket, c.claimed_by) for c in cases.list_cases(db)} == set(won)
        assert all([what for _, what in story(db, t)].count("claim") == 1 for t in tickets)


def test_replying_to_an_open_case_claims_it(db, conversation, ticket):
    cases.reply(db, ticket, "王芳", "您好")
    assert cases.by_ticket(db, ticket).claimed_by == "王芳"
    last = talk.history(db, conversation)[-1]
    assert (last.sender, last.kind, last.text, last.data["name"]) == ("staff", "chat", "您好", "王芳")


def test_nobody_replies_to_anothers_case(db, conversation, ticket):
    cases.claim(db, ticket, "王芳")
    with pytest.raises(cases.NotPossible, match="王芳"):
        cases.reply(db, ticket, "李强", "您好")
    assert "staff" not in {m.sender for m in talk.history(db, conversation)}


def test_nobody_replies_to_a_resolved_case(db, ticket):
    cases.resolve(db, ticket, "王芳", "answered", "好")
    with pytest.raises(cases.NotPossible, match="办结"):
        cases.reply(db, ticket, "王芳", "还有一句")


def test_resolving_tells_the_resident_and_gives_the_conversation_back(db, conversation, ticket):
    cases.claim(db, ticket, "王芳")
    case = cases.resolve(db, ticket, "王芳", "answered", "请到街道办理")
    assert (case.status, case.outcome, case.resolved_at is not None) == ("resolved", "请到街道办理", True)
    assert owner(db, conversation) == "bot"
    assert "请到街道办理" in talk.history(db, conversation)[-1].text


def test_a_case_nobody_claimed_can_be_resolved_and_names_who_did(db, ticket):
    assert cases.resolve(db, ticket, "王芳", "answered", "好").claimed_by == "王芳"


@pytest.mark.parametrize("step", ["claim", "resolve"])
def test_a_resolved_case_is_at_its_end(db, ticket, step):
    cases.resolve(db, ticket, "王芳", "answered", "好")
    again = {"claim": lambda: cases.claim(db, ticket, "李强"), "resolve": lambda: cases.resolve(db, ticket, "李强", "answered", "好")}
    with pytest.raises(cases.NotPossible, match="办结"):
        again[step]()


@pytest.mark.parametrize("wrong", ["HM-AAAAAA", "", "HM-"])
def test_an_unknown_ticket_is_no_case(db, ticket, wrong):
    with pytest.raises(cases.NoSuchCase):
        cases.by_ticket(db, wrong)


def test_a_ticket_is_found_as_staff_type_it(db, ticket):
    assert cases.by_ticket(db, f"  {ticket.lower()} ").ticket == ticket


def test_back_to_the_bot_from_the_queue_only(db, conversation, ticket):
    cases.claim(db, ticket, "王芳")
    assert not cases.back_to_bot(db, conversation, "resident", "continue_with_bot")
    assert owner(db, conversation) == "staff"


def test_urgent_cases_come_first_then_who_waits_longest(db, incoming):
    tickets = []
    for urgent in (False, False, True):
        name, _ = talk.begin(db, incoming())
        tickets.append(cases.open_case(db, name, None, reason="danger", urgent=urgent, department=None, summary="").ticket)
    assert [c.ticket for c in cases.list_cases(db)] == [tickets[2], tickets[0], tickets[1]]
