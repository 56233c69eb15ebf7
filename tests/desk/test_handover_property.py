"""Whatever happens in whatever order: one owner, one open case, one end for every message, and a way out of every state.

The machine takes the steps of the gateway's turns (each is one transaction there), of the residents and of the staff in any
interleaving, among them those that come twice or late, and those of a gateway that starts anew on the same store.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import shutil
import tempfile
import threading
import uuid
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.gateway.for_desk import is_for_desk, may_be_for_desk
from bot.gateway.outcomes import Outcomes
from bot.gateway.results import Turn
from desk import cases, follow_ups, waiting
from desk import conversations as talk
from desk.moves import MOVES
from desk.routing.router import Router
from desk.store import aware, now, open_store
from policy_kb.settings import today

STAFF = ("王芳", "李强")
HOLDER = "who has the case"
WHO = st.sampled_from([HOLDER, HOLDER, *STAFF])
SAID_BY_BOT = {
    "answer": {"kind": "answer", "text": "每月450元"},
    "clarify": {"kind": "clarify", "text": "您问的是哪里？"},
    "person": {"kind": "handoff", "text": "为您转给工作人员", "handoff": {"reason": "request_human"}},
    "danger": {"kind": "handoff", "text": "请拨打110", "handoff": {"reason": "danger", "urgent": True}},
}
NOTE = "只给同事看的备注"
SHARED_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
# Who may have the conversation while its case has a status; without a case that is not resolved, only the bot.
OWNERS = {"open": {"queue", "bot"}, "claimed": {"staff"}, None: {"bot"}}


class Steps(Outcomes):
    """What turns leave in the store; the knowledge says that 救命 is danger and nothing else is."""

    def danger_in(self, message):
        danger = SimpleNamespace(id="help", first_line="请马上拨打110", advice="")
        return danger if message.payload is None and message.text == "救命" else None


class Handover(RuleBasedStateMachine):
    messages = Bundle("messages")

    def __init__(self):
        super().__init__()
        self.folder = tempfile.mkdtemp(dir=SHARED_MEMORY)
        self.conversation = None
        self.said: list[str] = []
        self.ended: dict[str, str] = {}
        self.start()

    def start(self) -> None:
        self.store = open_store(f"sqlite:///{self.folder}/desk.db")
        self.steps = Steps(knowledge=SimpleNamespace(get=lambda: None), router=Router(Path(self.folder) / "model.npz"))

    def teardown(self):
        self.store.dispose()
        shutil.rmtree(self.folder)

    # -- looking

    def look(self, at, *args):
        with self.store.begin() as db:
            return at(db, self.conversation, *args)

    def case(self):
        return self.look(cases.of_conversation)

    def resolved(self):
        return self.look(cases.last_resolved)

    def owner(self) -> str:
        return self.look(talk.get).owner

    def history(self, db) -> list:
        return talk.history(db, self.conversation, limit=None)

    def offered(self, title: str) -> str | None:
        """The last thing of this title that can be pressed."""
        with self.store.begin() as db:
            shown = [r["payload"] for m in self.history(db) for r in m.quick_replies if r["title"] == title]
        return shown[-1] if shown else None

    # -- the resident

    def receive(self, text: str, payload: str | None = None) -> str:
        given = talk.Incoming(uuid.uuid4().hex, text, text, payload)
        with self.store.begin() as db:
            message = talk.receive(db, self.conversation, given).id
        self.said.append(message)
        return message

    @initialize(target=messages)
    def begins(self):
        with self.store.begin() as db:
            self.conversation, message = talk.begin(db, talk.Incoming(uuid.uuid4().hex, "", "转人工"))
        self.said.append(message.id)
        self.take_turn(message.id, "person")
        return message.id

    @rule(target=messages, text=st.sampled_from(["低保多少钱", "查进度HM-AAAAAA", "救命", "还没解决"]))
    def writes(self, text):
        return self.receive(text)

    @rule(target=messages, title=st.sampled_from(["继续问机器人", "解决了", "没解决", "重新打开"]))
    def presses(self, title):
        payload = self.offered(title)
        return self.receive("", payload) if payload else self.said[-1]

    @precondition(lambda self: self.conversation and len(self.said) > 6)
    @rule()
    def erases(self):
        with self.store.begin() as db:
            talk.clear(db, self.conversation)
        self.said.clear()
        self.ended.clear()
        self.take_turn(self.receive("转人工"), "person")

    # -- the gateway; a step may come late, or again

    def transaction(self, step) -> None:
        """One step; the bot says nothing in it unless it owned the conversation when it began."""
        with self.store.begin() as db:
            owner, before = talk.get(db, self.conversation).owner, {m.id for m in self.history(db)}
            step(db)
            new = [m for m in self.history(db) if m.id not in before]
            assert owner == "bot" or not any(m.sender == "bot" for m in new), f"the bot spoke while {owner} owned"

    @rule(message=messages, said=st.sampled_from(sorted(SAID_BY_BOT)))
    def a_turn_comes_late_or_again(self, message, said):
        self.take_turn(message, said)

    @rule(said=st.sampled_from(sorted(SAID_BY_BOT)))
    def the_next_turn_ends(self, said):
        waits = self.look(lambda db, conversation: talk.waiting(db, conversation))
        if waits:
            self.take_turn(waits[0].id, said)

    def take_turn(self, message: str, said: str) -> None:
        turn = Turn(messages=[{"v": 1} | SAID_BY_BOT[said]], context={"after": message})

        def step(db) -> None:
            row = talk.get_message(db, message)
            if may_be_for_desk(row.text, row.payload) and is_for_desk(db, self.conversation, row.text, row.payload):
                self.steps.without_bot(db, row)
            else:
                self.steps.commit(db, row, turn)

        if message in self.said:
            self.transaction(step)

    @rule(message=messages)
    def takes_long(self, message):
        if message in self.said:
            self.transaction(lambda db: self.steps.tell_to_wait(db, message))

    @rule(message=messages)
    def gives_up(self, message):
        if message in self.said:
            self.transaction(lambda db: self.steps.give_up(db, talk.get_message(db, message)))

    @rule()
    def nobody_claimed_in_time(self):
        self.transaction(lambda db: self.steps.release_unclaimed(db, now()))

    @rule()
    def staff_fall_silent(self):
        with mock.patch("desk.hours.open_at", return_value=True):
            self.transaction(lambda db: [waiting.release_silent(db, t, 0.0) for t in waiting.left_waiting(db, 0.0)])

    @rule()
    def crashes_and_starts_anew(self):
        """All that is in memory is gone, an open transaction too."""
        with self.store.connect() as db:
            transaction = db.begin()
            talk.say(db, self.conversation, talk.Outgoing("bot", "answer", "nobody may see this"))
            transaction.rollback()
        self.store.dispose()
        self.start()

    # -- the staff

    def try_to(self, step, who: str, *args) -> None:
        case = self.case()
        if case:
            name = self.name(who)
            with contextlib.suppress(cases.NotPossible):
                self.transaction(lambda db: step(db, case.ticket, name, *args))

    def name(self, who: str) -> str:
        case = self.case() if who == HOLDER else None
        return (case.claimed_by if case else None) or (STAFF[0] if who == HOLDER else who)

    @precondition(lambda self: self.conversation and (case := self.case()) and case.status == "open")
    @rule(who=WHO)
    def claims(self, who):
        self.try_to(cases.claim, who)

    @rule(who=WHO)
    def takes_over(self, who):
        self.try_to(cases.take_over, who)

    @precondition(lambda self: self.conversation and (case := self.case()) and case.status == "open")
    @rule()
    def two_claim_at_once(self):
        ticket, won, together = self.case().ticket, [], threading.Barrier(2)

        def try_it(who: str) -> None:
            store = open_store(f"sqlite:///{self.folder}/desk.db")
            together.wait(20)
            with contextlib.suppress(cases.NotPossible), store.begin() as db:
                cases.claim(db, ticket, who)
                won.append(who)
            store.dispose()

        threads = [threading.Thread(target=try_it, args=(who,)) for who in STAFF]
        for t in threads:
            t.start()
        for t in threads:
            t.join(30)
        assert won == [self.case().claimed_by]
        self.try_to(cases.take_over, STAFF[0])  # whoever was faster: the story goes on the same way

    @rule(who=WHO)
    def replies(self, who):
        before = self.case()
        self.try_to(cases.reply, who, "您好")
        after = self.case()
        if before and before.status == "claimed" and who not in {HOLDER, before.claimed_by}:
            assert after == before

    @rule(who=WHO)
    def notes(self, who):
        self.try_to(cases.note, who, NOTE)

    @rule(who=WHO, to=st.sampled_from([*STAFF, "民政局"]))
    def transfers(self, who, to):
        self.try_to(cases.transfer, who, to, NOTE)

    @rule(who=WHO)
    def releases(self, who):
        self.try_to(cases.release, who, NOTE)

    @rule(who=WHO, kind=st.sampled_from(cases.OUTCOMES))
    def resolves(self, who, kind):
        self.try_to(cases.resolve, who, kind, "好")

    @precondition(lambda self: self.conversation and self.resolved())
    @rule(who=WHO)
    def reopens(self, who):
        name = self.name(who)
        with contextlib.suppress(cases.NotPossible):
            self.transaction(lambda db: cases.reopen(db, self.resolved_now(db).ticket, name, "居民来电"))

    @precondition(lambda self: self.conversation and self.resolved())
    @rule()
    def two_days_pass(self):
        with self.store.begin() as db:
            ago = now() - cases.REOPENED_WITHIN - dt.timedelta(minutes=1)
            db.execute(sa.text("UPDATE cases SET resolved_at = :ago WHERE status = 'resolved'"), {"ago": ago.replace(tzinfo=None).isoformat(" ")})

    @rule(who=WHO)
    def sets_a_day(self, who):
        self.try_to(follow_ups.add, who, "call", today(), STAFF[0], NOTE)

    def resolved_now(self, db):
        return cases.last_resolved(db, self.conversation)

    # -- what holds at every moment

    @invariant()
    def everything_is_in_order(self):
        if self.conversation is None:
            return
        with self.store.begin() as db:
            owner, rows = talk.get(db, self.conversation).owner, self.history(db)
            every = [(case, cases.events(db, case.id)) for case in cases.list_cases(db, every=True)]
        one_open_case_at_most_and_the_owner_goes_with_it(owner, every)
        who_has_a_case_is_known(every)
        every_move_is_recorded_and_allowed(every)
        nothing_of_the_bot_lies_between_claim_and_release(rows, every)
        whether_it_is_solved_is_asked_once(rows)
        assert [m.id for m in rows if m.sender == "resident"] == self.said, "a message is lost, doubled or out of order"
        assert [m.seq for m in rows] == list(range(rows[0].seq, rows[0].seq + len(rows)))
        assert not any(NOTE in m.text for m in rows), "the resident sees a note"
        self.messages_end_once(rows)

    def messages_end_once(self, rows) -> None:
        for row in rows:
            if row.sender == "resident" and row.state != "received":
                assert self.ended.setdefault(row.id, row.state) == row.state
        answered = Counter(r.in_reply_to for r in rows if r.sender == "bot")
        assert all(times == 1 for times in answered.values()), "answered twice"
        assert all(self.ended.get(message) in {"answered", "answered_late"} for message in answered)
        assert all(times == 1 for times in Counter((r.in_reply_to, r.text) for r in rows if r.in_reply_to).values())

    @invariant()
    def no_state_is_without_a_way_out(self):
        case = self.conversation and self.case()
        if case:
            with self.store.connect() as db, contextlib.closing(db.begin()) as trial:
                if case.status == "open":
                    cases.claim(db, case.ticket, "王芳")
                cases.resolve(db, case.ticket, case.claimed_by or "王芳", "answered", "好")
                assert talk.get(db, self.conversation).owner == "bot"
                trial.rollback()


def one_open_case_at_most_and_the_owner_goes_with_it(owner: str, every) -> None:
    unresolved = [case.status for case, _ in every if case.status != "resolved"]
    assert len(unresolved) <= 1
    assert owner in OWNERS[unresolved[0] if unresolved else None]


def who_has_a_case_is_known(every) -> None:
    for case, _ in every:
        assert (case.claimed_by is not None) == (case.status != "open")
        assert (case.resolved_at is not None) == (case.outcome is not None) == (case.status == "resolved")


def every_move_is_recorded_and_allowed(every) -> None:
    for case, events in every:
        assert events[0].what == "open"
        status = "open"
        for event in events:
            if event.what in MOVES:
                status, _ = MOVES[event.what][status]
        assert status == case.status


def nothing_of_the_bot_lies_between_claim_and_release(rows, every) -> None:
    spoke = [aware(m.created_at) for m in rows if m.sender == "bot"]
    for _, events in every:
        assert not any(begin < at < (end or now()) for begin, end in held_by_staff(events) for at in spoke)


def whether_it_is_solved_is_asked_once(rows) -> None:
    asked = Counter(m.data["ticket"] for m in rows if any(r["title"] == "解决了" for r in m.quick_replies))
    assert all(times == 1 for times in asked.values())


def held_by_staff(events) -> list[tuple[dt.datetime, dt.datetime | None]]:
    """From each claim to what ends it."""
    spans, begin = [], None
    for e in events:
        if e.what == "claim":
            begin = aware(e.at)
        elif e.what in {"transfer", "release", "silence", "resolve"} and begin:
            spans.append((begin, aware(e.at)))
            begin = None
    return [*spans, (begin, None)] if begin else spans


TestHandover = Handover.TestCase
TestHandover.pytestmark = [pytest.mark.timeout(600)]  # half a minute where the machine has nothing else to do
TestHandover.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), database=None,
    derandomize=True, phases=[Phase.generate],  # without shrinking: minutes for a story of 40 lines at most
)
