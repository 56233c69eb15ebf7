"""Whatever happens in whatever order: one owner, one open case, one end for every message.

The machine takes the steps of the gateway's turns (each is one transaction there) and of the staff in any interleaving,
among them those that come twice or late.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import uuid
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.gateway.outcomes import CONTINUE, Outcomes
from bot.gateway.results import Turn
from desk import cases
from desk import conversations as talk
from desk.routing.router import Router
from desk.store import now, open_store

STAFF = st.sampled_from(["王芳", "李强"])
SAID_BY_BOT = {
    "answer": {"kind": "answer", "text": "每月450元"},
    "person": {"kind": "handoff", "text": "为您转给工作人员", "handoff": {"reason": "request_human"}},
    "danger": {"kind": "handoff", "text": "请拨打110", "handoff": {"reason": "danger", "urgent": True}},
}
SHARED_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


class Steps(Outcomes):
    """What turns leave in the store; the knowledge says that 救命 is danger and nothing else is."""

    def _danger(self, said: str):
        return SimpleNamespace(id="help", first_line="请马上拨打110", advice="") if said == "救命" else None


class Ownership(RuleBasedStateMachine):
    messages = Bundle("messages")

    def __init__(self):
        super().__init__()
        self.folder = tempfile.mkdtemp(dir=SHARED_MEMORY)
        self.store = open_store(f"sqlite:///{self.folder}/desk.db")
        self.steps = Steps(knowledge=SimpleNamespace(get=lambda: None), router=Router(Path(self.folder) / "model.npz"))
        self.ended: dict[str, str] = {}
        self.progress: dict[str, str] = {}

    def teardown(self):
        self.store.dispose()
        shutil.rmtree(self.folder)

    # -- the resident

    def receive(self, text: str, payload: str | None = None) -> str:
        given = talk.Incoming(uuid.uuid4().hex, text, text, payload)
        with self.store.begin() as db:
            return talk.receive(db, self.conversation, given).id

    @initialize(target=messages)
    def begins(self):
        with self.store.begin() as db:
            self.conversation, message = talk.begin(db, talk.Incoming(uuid.uuid4().hex, "", "你好"))
        return message.id

    @rule(target=messages, text=st.sampled_from(["低保多少钱", "查进度HM-AAAAAA", "救命"]))
    def writes(self, text):
        return self.receive(text)

    @precondition(lambda self: self.way_back())
    @rule(target=messages)
    def presses_continue(self):
        return self.receive("", self.way_back())

    def way_back(self) -> str | None:
        with self.store.begin() as db:
            shown = [r for m in talk.history(db, self.conversation) for r in m.quick_replies]
        return next((r["payload"] for r in shown if r["title"] == "继续问机器人"), None)

    # -- the gateway; a step may come late, or again

    def transaction(self, step) -> None:
        """One step; the bot says nothing in it unless it owned the conversation when it began."""
        with self.store.begin() as db:
            owner, before = talk.get(db, self.conversation).owner, len(talk.history(db, self.conversation, limit=10**6))
            step(db)
            new = talk.history(db, self.conversation, limit=10**6)[before:]
            assert owner == "bot" or not any(m.sender == "bot" for m in new), f"the bot spoke while {owner} owned"

    @rule(message=messages, said=st.sampled_from(sorted(SAID_BY_BOT)))
    def a_turn_comes_late_or_again(self, message, said):
        self.take_turn(message, said)

    @rule(said=st.sampled_from(sorted(SAID_BY_BOT)))
    def the_next_turn_ends(self, said):
        with self.store.begin() as db:
            waiting = talk.waiting(db, self.conversation)
        if waiting:
            self.take_turn(waiting[0].id, said)

    def take_turn(self, message: str, said: str) -> None:
        turn = Turn(messages=[{"v": 1} | SAID_BY_BOT[said]], context={"after": message})

        def step(db) -> None:
            row = talk.get_message(db, message)
            if row.payload == CONTINUE:
                self.steps.without_bot(db, row)
            else:
                self.steps.commit(db, row, turn)

        self.transaction(step)

    @rule(message=messages)
    def takes_long(self, message):
        self.transaction(lambda db: self.steps.tell_to_wait(db, message))

    @rule(message=messages)
    def gives_up(self, message):
        self.transaction(lambda db: self.steps.give_up(db, talk.get_message(db, message)))

    @rule()
    def nobody_claimed_in_time(self):
        self.transaction(lambda db: self.steps.release_unclaimed(db, now()))

    # -- the staff

    def ticket(self) -> str | None:
        with self.store.begin() as db:
            case = cases.of_conversation(db, self.conversation)
        return case.ticket if case else None

    def try_to(self, step, *args) -> None:
        with contextlib.suppress(cases.NotPossible):
            self.transaction(lambda db: step(db, self.ticket_now(db), *args))

    def ticket_now(self, db) -> str:
        return cases.of_conversation(db, self.conversation).ticket

    @precondition(lambda self: self.ticket())
    @rule(who=STAFF)
    def claims(self, who):
        self.try_to(cases.claim, who)

    @precondition(lambda self: self.ticket())
    @rule(who=STAFF)
    def replies(self, who):
        self.try_to(cases.reply, who, "您好")

    @precondition(lambda self: self.ticket())
    @rule(who=STAFF)
    def resolves(self, who):
        self.try_to(cases.resolve, who, "好", talk.Outgoing("system", "notice", "已经办结"))

    # -- what holds at every moment

    @invariant()
    def there_is_at_most_one_open_case(self):
        with self.store.begin() as db:
            assert Counter(c.status != "resolved" for c in cases.list_cases(db, every=True))[True] <= 1

    @invariant()
    def who_owns_the_conversation_goes_with_its_case(self):
        if not hasattr(self, "conversation"):
            return
        with self.store.begin() as db:
            owner, case = talk.get(db, self.conversation).owner, cases.of_conversation(db, self.conversation)
        if owner == "queue":
            assert case is not None
        if owner == "staff":
            assert case.status == "claimed"
        if case is not None and case.status == "claimed":
            assert owner == "staff"

    @invariant()
    def a_message_ends_once_and_is_answered_by_the_bot_at_most_once(self):
        with self.store.begin() as db:
            rows = list(db.execute(sa.text("SELECT id, state, sender, in_reply_to, kind FROM messages")))
        for row in rows:
            if row.sender == "resident" and row.state != "received":
                assert self.ended.setdefault(row.id, row.state) == row.state
        answered = Counter(r.in_reply_to for r in rows if r.sender == "bot")
        assert all(times == 1 for times in answered.values())
        assert all(self.ended.get(message) in {"answered", "answered_late"} for message in answered)

    @invariant()
    def nothing_is_said_twice_on_one_message(self):
        with self.store.begin() as db:
            rows = list(db.execute(sa.text("SELECT in_reply_to, text FROM messages WHERE in_reply_to IS NOT NULL")))
        assert all(times == 1 for times in Counter(map(tuple, rows)).values())

    @invariant()
    def cases_only_go_forward_and_every_step_is_recorded(self):
        order = ["open", "claimed", "resolved"]
        with self.store.begin() as db:
            for case in cases.list_cases(db, every=True):
                assert order.index(case.status) >= order.index(self.progress.get(case.id, "open"))
                self.progress[case.id] = case.status
                steps = [e.what for e in cases.events(db, case.id)]
                assert steps[0] == "open"
                assert steps.count("claim") == (case.claimed_at is not None)
                assert steps.count("resolve") == (case.status == "resolved")
                assert case.status != "resolved" or steps[-1] == "resolve"


TestOwnership = Ownership.TestCase
TestOwnership.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), database=None,
    derandomize=True, phases=[Phase.generate],  # without shrinking: minutes for a story of 25 lines at most
)
