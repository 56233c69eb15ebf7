"""A case in short, for whoever takes it over: what is known of the household, what the bot answered, what is undecided. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Row

LONGEST_ANSWER = 160
ANSWERS = 5


@dataclass(frozen=True)
class Answer:
    """What the bot said: the question, its beginning, its sources as one names them, and where it stands."""

    seq: int
    question: str
    text: str
    sources: list[str]
    helpful: bool | None


@dataclass(frozen=True)
class Verdict:
    """``verdict``: likely, unlikely or undetermined; ``missing``: what could still decide it."""

    benefit: str
    verdict: str
    missing: list[str]


@dataclass(frozen=True)
class Summary:
    """``region``: a code, or None; ``facts``: what the resident said of the household, in plain words."""

    region: str | None
    facts: list[tuple[str, str]]
    answers: list[Answer]
    verdicts: list[Verdict]


def summary(rows: Sequence[Row]) -> Summary:
    """Of the messages of a conversation, in order."""
    region, facts, verdicts = None, [], []
    for row in rows:
        if row.sender != "bot":
            continue
        region = row.data.get("region") or region
        facts = row.data.get("understood") or facts
        verdicts = row.data.get("benefits") if row.kind == "verdict" else verdicts
    return Summary(
        region, [(fact["label"], fact["text"]) for fact in facts], _answers(rows),
        [Verdict(v["benefit"], v["verdict"], list(v.get("missing") or ())) for v in verdicts or ()],
    )


def _answers(rows: Sequence[Row]) -> list[Answer]:
    found, question = [], ""
    for row in rows:
        if row.sender == "resident":
            question = row.text
        elif row.sender == "bot" and row.kind in {"answer", "verdict"}:
            text = row.text.split("\n来源：")[0]
            shown = text if len(text) <= LONGEST_ANSWER else text[:LONGEST_ANSWER] + "……"
            sources = [f"《{c['document']}》{c.get('section') or ''}" for c in row.citations]
            found.append(Answer(row.seq, question, shown, sources, getattr(row, "helpful", None)))
    return found[-ANSWERS:]
