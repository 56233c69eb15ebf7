"""Conversations in a desk store as the gateway writes them: asked, answered, taken one way or the other."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Connection

from desk import cases, feedback, readings
from desk import conversations as talk
from desk.readings import Reading
from desk.tables import feedback as feedback_table
from desk.tables import readings as readings_table

LOW = "minimum_living_allowance"
YUNAN, QIJIANG = "445303", "500110"


@dataclass
class Talk:
    """One conversation; ``answers``: the ids of the bot's messages, in order."""

    db: Connection
    conversation: str | None = None
    answers: list[str] = field(default_factory=list)

    def ask(
        self, text: str = "低保多少钱", kind: str = "answer", said: str = "每人每月450元。", *, intent: str | None = "ask_policy",
        confidence: float | None = 0.95, lacks: str | None = None, at: dt.datetime | None = None, payload: str | None = None,
        given: str | None = None, as_of: dt.date | None = None, citations: list[dict] | None = None, **data: Any,
    ) -> Talk:
        """One turn. ``payload``: what a pressed button does; ``given``: the place of the resident's page; ``data``: the answer's."""
        incoming = talk.Incoming(uuid.uuid4().hex, text, text, region=given, as_of=as_of)
        if self.conversation is None:
            self.conversation, question = talk.begin(self.db, incoming)
        else:
            question = talk.receive(self.db, self.conversation, incoming)
        if payload:
            self.db.execute(talk.messages.update().where(talk.messages.c.id == question.id).values(payload=payload))
        if at:
            self.db.execute(talk.messages.update().where(talk.messages.c.id == question.id).values(created_at=at))
        talk.settle(self.db, question.id, "answered")
        whole = {"benefit": None, "aspect": None, "region": None} | data
        message = talk.say(self.db, self.conversation, talk.Outgoing("bot", kind, said, citations or [], [], whole), question.id)
        readings.keep(self.db, message, question, Reading(kind, whole, intent, confidence, lacks))
        if at:
            self.db.execute(readings_table.update().where(readings_table.c.message == message).values(at=at))
        self.answers.append(message)
        return self

    def not_helpful(self, comment: str | None = None, at: dt.datetime | None = None) -> Talk:
        feedback.give(self.db, self.conversation, self.answers[-1], False, comment)
        if at:
            self.db.execute(feedback_table.update().where(feedback_table.c.message == self.answers[-1]).values(at=at))
        return self

    def escalate(self) -> str:
        """A person is asked for; the ticket."""
        return cases.open_case(
            self.db, self.conversation, None, reason="request_human", urgent=False, department=None, summary=""
        ).ticket


def answered(db: Connection, **more: Any) -> Talk:
    """A question that was answered with the place's own figure: nothing to look at."""
    return Talk(db).ask(**{"benefit": LOW, "aspect": "amount", "region": YUNAN, "coverage": "local"} | more)


def national(db: Connection, **more: Any) -> Talk:
    return answered(db, **{"coverage": "national", "lacks": "local", "region": QIJIANG} | more)


def nothing_held(db: Connection, **more: Any) -> Talk:
    return answered(db, **{"kind": "notice", "said": "没有收录。", "coverage": "none", "lacks": "everything", "kb_version": 1} | more)


def not_understood(db: Connection, **more: Any) -> Talk:
    return Talk(db).ask(**{"text": "阿巴", "kind": "clarify", "said": "没有听懂。", "intent": "nlu_fallback", "confidence": 1.0} | more)


def elsewhere(db: Connection, **more: Any) -> Talk:
    return Talk(db).ask(**{"text": "今天下雨吗", "kind": "notice", "said": "这不归我们管。", "intent": "out_of_scope", "kb_version": 1} | more)


def asked_back(db: Connection, **more: Any) -> Talk:
    return answered(db, **{"kind": "clarify", "said": "您问的是“低保”吗？", "intent": "perhaps_ours", "confidence": 1.0} | more)
