"""The result object of an action, checked once more before it is stored and shown (version 1)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["answer", "clarify", "question", "verdict", "handoff", "notice", "text"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Reply(_Part):
    title: str = Field(min_length=1, max_length=200)
    says: str | None = Field(None, max_length=400)
    payload: str = Field(min_length=2)


class Handoff(_Part):
    """A person is wanted, for this benefit in this region where that is known."""

    reason: str
    urgent: bool = False
    benefit: str | None = None
    region: str | None = None
    summary: str = ""


class Request(_Part):
    ticket_status: bool = False
    erase: bool = False


class Understood(_Part):
    """What the assistant took the message for, and how sure it was (0 to 1). For those who review its answers only."""

    intent: str = Field(max_length=40)
    confidence: float = Field(ge=0, le=1)


class Result(_Part):
    """What an action says: text with its citations, and what it wants of the gateway. ``lacks``: what of the question is not
    held (``policy_kb.answers.LACKS``); it is for staff, the text says it in words.
    """

    v: Literal[1]
    kind: Kind
    text: str = Field(min_length=1)
    citations: list[dict[str, Any]] = []
    quick_replies: list[Reply] = []
    data: dict[str, Any] = {}
    handoff: Handoff | None = None
    request: Request | None = None
    lacks: Literal["everything", "point", "local"] | None = None


class Turn(_Part):
    """What Rasa returns for one message. No reply at all is a failure, not a silence."""

    messages: list[Result] = Field(min_length=1)
    context: dict[str, Any]
    understood: Understood | None = None
