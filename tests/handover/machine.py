"""The handing over of a conversation as one model, for every way that residents and staff reach it.

The machine takes the steps of residents, assistant and staff in any interleaving, among them those that come twice or late, and those of
a gateway that ends amid its work and starts anew on the same store. How a step is made is the transport's affair.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from collections.abc import Callable
from typing import Any, ClassVar, Protocol

import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy.engine import Engine

from desk import cases
from desk import conversations as talk
from desk.store import now, reading
from policy_kb.settings import today
from tests.handover import invariants as holds

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


class Transport(Protocol):
    """How the steps are made. Each is over when all that it causes by itself is done."""

    store: Engine
    conversation: str

    def begin(self) -> str:
        """A new conversation; the id of its first message, 转人工, which is received."""

    def receive(self, text: str, payload: str | None = None) -> str:
        """The resident says or presses something; the id of the message. What the assistant says to it comes later."""

    def turn(self, message: str, said: str) -> None:
        """The assistant's answer, one of :data:`SAID_BY_BOT`, comes for a message, or the message comes again."""

    def takes_long(self, message: str) -> None: ...

    def gives_up(self, message: str) -> None: ...

    def nobody_claimed_in_time(self) -> None: ...

    def staff_fall_silent(self) -> None: ...

    def crash(self) -> None:
        """All that is in memory is gone; a gateway starts anew on the same store."""

    def reconnect(self) -> None:
        """Whoever listens loses the connection, and comes back."""

    def erase(self) -> None:
        """The resident has everything erased."""

    def staff(self, do: str, ticket: str, who: str, *given: Any) -> None:
        """A function of :mod:`desk.cases` or :mod:`desk.follow_ups`. Raises :class:`cases.NotPossible` where it is refused."""

    def both_claim(self, ticket: str) -> list[str]:
        """Both try at once; who got it."""

    def heard(self, rows: list) -> None:
        """Everybody who listens has heard exactly these messages, once and in order."""

    def close(self) -> None: ...


class Handover(RuleBasedStateMachine):
    transport: ClassVar[Callable[[], Transport]]
    messages = Bundle("messages")

    def __init__(self):
        super().__init__()
        self.by: Transport | None = None
        self.said: list[str] = []
        self.ended: dict[str, str] = {}
        self.replies_made = 0

    def teardown(self):
        if self.by:
            self.by.close()

    # -- looking

    def look(self, at, *args):
        with reading(self.by.store) as db, db.begin():
            return at(db, self.by.conversation, *args)

    def case(self):
        return self.by and self.look(cases.of_conversation)

    def resolved(self):
        return self.by and self.look(cases.last_resolved)

    def offered(self, title: str) -> str | None:
        """The last thing of this title that can be pressed."""
        rows = self.look(talk.history, 0, None)
        shown = [r["payload"] for m in rows for r in m.quick_replies if r["title"] == title]
        return shown[-1] if shown else None

    # -- the resident

    def receive(self, text: str, payload: str | None = None) -> str:
        self.said.append(self.by.receive(text, payload))
        return self.said[-1]

    def begin(self) -> str:
        self.said.append(self.by.begin())
        self.by.turn(self.said[-1], "person")
        return self.said[-1]

    @initialize(target=messages)
    def begins(self):
        self.by = type(self).transport()
        return self.begin()

    @rule(target=messages, text=st.sampled_from(["低保多少钱", "查进度HM-AAAAAA", "救命", "还没解决"]))
    def writes(self, text):
        return self.receive(text)

    @rule(target=messages, title=st.sampled_from(["继续问机器人", "解决了", "没解决", "重新打开"]))
    def presses(self, title):
        payload = self.offered(title)
        return self.receive("", payload) if payload else self.said[-1]

    @precondition(lambda self: self.by and len(self.said) > 6)
    @rule()
    def erases(self):
        self.by.erase()
        self.said.clear()
        self.ended.clear()
        self.begin()

    # -- the gateway; a step may come late, or again

    @rule(message=messages, said=st.sampled_from(sorted(SAID_BY_BOT)))
    def a_turn_comes_late_or_again(self, message, said):
        if message in self.said:
            self.by.turn(message, said)

    @rule(said=st.sampled_from(sorted(SAID_BY_BOT)))
    def the_next_turn_ends(self, said):
        if waits := self.look(talk.waiting):
            self.by.turn(waits[0].id, said)

    @precondition(lambda self: (case := self.case()) and case.status == "open" and self.offered("继续问机器人"))
    @rule(target=messages, said=st.sampled_from(sorted(SAID_BY_BOT)), given_back=st.booleans())
    def an_answer_comes_when_somebody_else_has_taken_over(self, said, given_back):
        self.receive("", self.offered("继续问机器人"))
        message = self.receive("低保多少钱")
        self.try_to("claim", STAFF[0])
        if given_back:
            self.try_to("release", STAFF[0], NOTE)
        self.by.turn(message, said)
        return message

    @rule(message=messages)
    def takes_long(self, message):
        if message in self.said:
            self.by.takes_long(message)

    @rule(message=messages)
    def gives_up(self, message):
        if message in self.said:
            self.by.gives_up(message)

    @rule()
    def nobody_claimed_in_time(self):
        self.by.nobody_claimed_in_time()

    @rule()
    def staff_fall_silent(self):
        self.by.staff_fall_silent()

    @rule()
    def crashes_and_starts_anew(self):
        self.by.crash()

    @rule()
    def loses_the_connection(self):
        self.by.reconnect()

    # -- the staff

    def try_to(self, do: str, who: str, *given) -> None:
        case = self.case()
        if case:
            with contextlib.suppress(cases.NotPossible):
                self.by.staff(do, case.ticket, self.name(who), *given)

    def name(self, who: str) -> str:
        case = self.case() if who == HOLDER else None
        return (case.claimed_by if case else None) or (STAFF[0] if who == HOLDER else who)

    @precondition(lambda self: (case := self.case()) and case.status == "open")
    @rule(who=WHO)
    def claims(self, who):
        self.try_to("claim", who)

    @rule(who=WHO)
    def takes_over(self, who):
        self.try_to("take_over", who)

    @precondition(lambda self: (case := self.case()) and case.status == "open")
    @rule()
    def two_claim_at_once(self):
        won = self.by.both_claim(self.case().ticket)
        assert won == [self.case().claimed_by]
        self.try_to("take_over", STAFF[0])  # whoever was faster: the story goes on the same way

    @rule(who=WHO)
    def replies(self, who):
        before = self.case()
        self.replies_made += 1
        self.try_to("reply", who, f"您好，这是第{self.replies_made}句话")
        after = self.case()
        if before and before.status == "claimed" and who not in {HOLDER, before.claimed_by}:
            assert after == before

    @rule(who=WHO)
    def notes(self, who):
        self.try_to("note", who, NOTE)

    @rule(who=WHO, to=st.sampled_from([*STAFF, "民政局"]))
    def transfers(self, who, to):
        self.try_to("transfer", who, to, NOTE)

    @rule(who=WHO)
    def releases(self, who):
        self.try_to("release", who, NOTE)

    @rule(who=WHO, kind=st.sampled_from(cases.OUTCOMES))
    def resolves(self, who, kind):
        self.try_to("resolve", who, kind, "好")

    @precondition(lambda self: self.resolved())
    @rule(who=WHO)
    def reopens(self, who):
        with contextlib.suppress(cases.NotPossible):
            self.by.staff("reopen", self.resolved().ticket, self.name(who), "居民来电")

    @precondition(lambda self: self.resolved())
    @rule()
    def two_days_pass(self):
        with self.by.store.begin() as db:
            ago = now() - cases.REOPENED_WITHIN - dt.timedelta(minutes=1)
            db.execute(sa.text("UPDATE cases SET resolved_at = :ago WHERE status = 'resolved'"), {"ago": ago.replace(tzinfo=None).isoformat(" ")})

    @rule(who=WHO)
    def sets_a_day(self, who):
        self.try_to("follow_up", who, "call", today(), STAFF[0], NOTE)

    # -- what holds at every moment

    @invariant()
    def everything_is_in_order(self):
        if self.by is None:
            return
        with reading(self.by.store) as db, db.begin():
            owner, rows = talk.get(db, self.by.conversation).owner, talk.history(db, self.by.conversation, limit=None)
            every = [(case, cases.events(db, case.id)) for case in cases.list_cases(db, every=True)]
        holds.one_open_case_at_most_and_the_owner_goes_with_it(owner, every)
        holds.who_has_a_case_is_known(every)
        holds.every_move_is_recorded_and_allowed(every)
        holds.nothing_of_the_bot_lies_between_claim_and_release(rows, every)
        holds.whether_it_is_solved_is_asked_once(rows)
        holds.nothing_is_lost(rows, self.said, NOTE)
        holds.messages_end_once(rows, self.ended)
        holds.staff_say_nothing_twice(rows)
        self.by.heard(rows)

    @invariant()
    def no_state_is_without_a_way_out(self):
        case = self.case()
        if case:
            with self.by.store.connect() as db, contextlib.closing(db.begin()) as trial:
                if case.status == "open":
                    cases.claim(db, case.ticket, "王芳")
                cases.resolve(db, case.ticket, case.claimed_by or "王芳", "answered", "好")
                assert talk.get(db, self.by.conversation).owner == "bot"
                trial.rollback()


def stories(number: int, steps: int) -> settings:
    """So many stories; ten times as many with ``--hypothesis-profile thorough``, a fifth with ``quick``."""
    return settings(
        max_examples=max(1, number * settings.default.max_examples // 100), stateful_step_count=steps, deadline=None,
        suppress_health_check=list(HealthCheck), database=None, derandomize=True,
        phases=[Phase.generate],  # without shrinking: minutes for a story of so many lines at most
    )
