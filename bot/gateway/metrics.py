"""What the gateway counts, in a registry of its own. Every label has a small closed set of values; none comes from a resident."""

from __future__ import annotations

from typing import get_args

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

from bot.gateway.rasa_client import FAILURES
from bot.gateway.results import Kind
from bot.gateway.stages import STAGES, Stages
from desk.counts import Counts
from desk.tables import OWNERS, STATES

STAGE_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20)
# From a message's arrival to its answer: at 8 s the resident is told to wait, at 600 s it is given up.
ANSWER_BUCKETS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 8, 15, 30, 60, 120, 300, 600)
KINDS = frozenset({*get_args(Kind), "chat", "none"})
LOGIN_RESULTS = ("ok", "wrong", "locked")
NOT_KNOWN = float("nan")
disable_created_metrics()


def _known(kind: str) -> str:
    return kind if kind in KINDS else "other"


class Metrics:
    """``registry`` holds them all; what stands in the stores is set when somebody asks (:mod:`bot.gateway.scrape`)."""

    def __init__(self) -> None:
        r = self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=r)
        self._turns = Counter(
            "huimin_turns", "Messages that came to their end: the first reply's kind, who owns the conversation, the end.",
            ("kind", "handled_by", "outcome"), registry=r,
        )
        self._stage = Histogram(
            "huimin_turn_stage_seconds", "Time of a turn by stage.", ("stage",), registry=r, buckets=STAGE_BUCKETS
        )
        self._answer = Histogram(
            "huimin_answer_seconds", "From a message's arrival to its end.", registry=r, buckets=ANSWER_BUCKETS
        )
        self._failures = Counter("huimin_assistant_failures", "Tries of a turn that the assistant failed.", ("kind",), registry=r)
        self._process_tries = Counter(
            "huimin_assistant_process_tries", "Turns that a process of the assistant was asked for, by what came of it.",
            ("process", "result"), registry=r,
        )
        self._process_up = Gauge(
            "huimin_assistant_process_up", "1 while the process says that it can answer.", ("process",), registry=r
        )
        self._refusals = Counter("huimin_refusals", "Requests that were refused.", ("status", "code"), registry=r)
        self._limited = Counter("huimin_rate_limited", "Requests over the limit.", ("by",), registry=r)
        self._feedback = Counter(
            "huimin_feedback", "What residents think of a message of this kind, each change of mind too.", ("kind", "helpful"),
            registry=r,
        )
        self._wechat_in = Counter("huimin_wechat_received", "What the WeChat platform posted.", ("kind",), registry=r)
        self._wechat_out = Counter("huimin_wechat_sent", "Tries to send by WeChat's service interface.", ("result",), registry=r)
        self._wechat_replied = Counter(
            "huimin_wechat_replied", "Parts that went as the reply to a message, by what became of them.", ("state",), registry=r
        )
        self.wechat_waiting = Gauge(
            "huimin_wechat_residents_waiting", "Residents for whom something waits.", ("why",), registry=r
        )
        self._logins = Counter("huimin_logins", "Tries to log in at the console.", ("result",), registry=r)
        self.waiting = Gauge("huimin_messages_waiting", "Messages received and not answered.", registry=r)
        self.longest_wait = Gauge("huimin_message_longest_wait_seconds", "How long the oldest of them waits.", registry=r)
        self.conversations = Gauge("huimin_conversations", "Conversations that are kept, by owner.", ("owner",), registry=r)
        self.open_cases = Gauge("huimin_open_cases", "Cases that are not resolved.", ("urgent",), registry=r)
        self.knowledge_version = Gauge("huimin_knowledge_version", "The version that answers; 0: none.", registry=r)
        self.knowledge_age = Gauge("huimin_knowledge_age_seconds", "Since the newest version was loaded.", registry=r)
        self.switched_off = Gauge("huimin_switched_off", "1 while an operator has the assistant switched off.", registry=r)
        self.store_up = Gauge("huimin_store_up", "1 while the store can be read.", ("store",), registry=r)
        for stage in STAGES:
            self._stage.labels(stage)
        for failure in FAILURES:
            self._failures.labels(failure)
        for by in ("conversation", "address"):
            self._limited.labels(by)
        for result in LOGIN_RESULTS:
            self._logins.labels(result)

    def turn_over(self, kind: str, handled_by: str, outcome: str, stages: Stages, seconds: float) -> None:
        """A message came to its end, ``seconds`` after it arrived."""
        self._turns.labels(
            _known(kind), handled_by if handled_by in OWNERS else "none",
            outcome if outcome in STATES else "dropped",
        ).inc()
        for stage, took in stages.taken():
            self._stage.labels(stage).observe(took)
        self._answer.observe(seconds)

    def feedback_given(self, kind: str, helpful: bool) -> None:
        """A resident says of a message of this kind whether it helped."""
        self._feedback.labels(_known(kind), "yes" if helpful else "no").inc()

    def wechat_came(self, kind: str) -> None:
        """``kind``: one of :mod:`bot.gateway.wechat.inbound`, or ``refused``."""
        self._wechat_in.labels(kind).inc()

    def wechat_went(self, result: str) -> None:
        """``result``: sent, or one of the kinds of :class:`bot.gateway.wechat.api.Failed`."""
        self._wechat_out.labels(result).inc()

    def wechat_replied(self, state: str, number: int) -> None:
        """``state``: sent or uncertain."""
        self._wechat_replied.labels(state).inc(number)

    def wechat_waits(self, residents: dict[str, int]) -> None:
        """For how many residents something waits, by why."""
        for why, number in residents.items():
            self.wechat_waiting.labels(why).set(number)

    def assistant_failed(self, kind: str) -> None:
        """``kind``: one of :data:`~bot.gateway.rasa_client.FAILURES`."""
        self._failures.labels(kind).inc()

    def process_tried(self, process: str, result: str) -> None:
        """``process``: its place in the list; ``result``: answered, or one of :data:`~bot.gateway.rasa_client.FAILURES`."""
        self._process_tries.labels(process, result).inc()

    def processes_stand(self, ready: dict[str, bool]) -> None:
        """Which processes of the assistant can answer now."""
        for process, is_ready in ready.items():
            self._process_up.labels(process).set(is_ready)

    def refused(self, status: int, code: str) -> None:
        """``code``: a key of ``texts.yaml``."""
        self._refusals.labels(str(status), code).inc()

    def rate_limited(self, by: str) -> None:
        """``by``: conversation or address."""
        self._limited.labels(by).inc()

    def login(self, result: str) -> None:
        """``result``: one of :data:`LOGIN_RESULTS`."""
        self._logins.labels(result).inc()

    def stands(self, counts: Counts | None, longest_wait: float) -> None:
        """What the desk store holds; None where it cannot be read: then no number is better than an old one."""
        self.store_up.labels("desk").set(counts is not None)
        self.waiting.set(counts.waiting if counts else NOT_KNOWN)
        self.longest_wait.set(longest_wait if counts else NOT_KNOWN)
        for owner in OWNERS:
            self.conversations.labels(owner).set(counts.conversations[owner] if counts else NOT_KNOWN)
        for urgent in (True, False):
            self.open_cases.labels("yes" if urgent else "no").set(counts.open_cases[urgent] if counts else NOT_KNOWN)
