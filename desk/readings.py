"""How the bot took each question, kept beside its answer for those who look for what went wrong; residents never get it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection, Row

from desk.store import now
from desk.tables import readings

# The outcomes after which somebody should look, though nobody complained.
DOUBTFUL = ("not_understood", "asked_back", "unsure", "nothing_held", "not_this", "national")
# Below this four questions in ten were taken for something else, above it two in a hundred (docs/reviews.md).
SURE = 0.6
# Intents that tell why we asked back.
PERHAPS_OURS, CHECK, CORRECT = "perhaps_ours", "check_eligibility", "correct"
_LACKS = {"everything": "nothing_held", "point": "not_this", "local": "national"}


@dataclass(frozen=True)
class Reading:
    """What the assistant made of one question. ``intent``, ``confidence`` (0 to 1): None where nobody said; ``lacks``: what of
    the question is not held, one of ``policy_kb.answers.LACKS``.
    """

    kind: str
    data: Mapping[str, Any]
    intent: str | None = None
    confidence: float | None = None
    lacks: str | None = None

    @property
    def came_to(self) -> str:
        """One of :data:`desk.tables.CAME_TO`: what is missing counts before how sure it was."""
        if self.lacks:
            return _LACKS[self.lacks]
        if self.kind == "clarify":
            return self._asked_back()
        if self.kind == "notice" and "kb_version" in self.data and "coverage" not in self.data:
            return "other_business"
        if self.kind != "answer":
            return "other"
        return "unsure" if self.confidence is not None and self.confidence < SURE else "answered"

    def _asked_back(self) -> str:
        if self.intent in (PERHAPS_OURS, CORRECT):
            return "asked_back"
        if self.intent == CHECK or self.data.get("benefit"):
            return "other"  # which place is meant, which question comes next
        return "asked_back" if self.data.get("aspect") or self.data.get("region") else "not_understood"


def keep(db: Connection, message: str, question: Row, reading: Reading) -> None:
    """Write it down for the bot's ``message`` in reply to ``question``. Where the answer names no place, the one that the
    resident's page gave with the question counts.
    """
    values = {name: reading.data.get(name) for name in ("benefit", "aspect", "region")}
    db.execute(readings.insert(), {
        "message": message, "conversation": question.conversation, "question": question.id, "at": now(),
        "came_to": reading.came_to, "intent": reading.intent, "confidence": reading.confidence, **values,
        "region": values["region"] or question.region,
    })
