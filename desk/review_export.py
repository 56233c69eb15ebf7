"""Reviewed answers as conversation tests and training examples, ready to be read and committed.

Tests have the form of ``tests/processes/conversations.yaml``, examples that of ``nlu_data``. Only words that tell of nobody get
out; what is left out is counted with the reason.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import regex
import sqlalchemy as sa
import yaml
from sqlalchemy.engine import Connection, Row

from desk import conversations as talk
from desk import reviews
from desk.hours import local
from desk.plain_words import is_masked, may_name
from desk.readings import CHECK
from desk.reviews import RIGHT, WRONG
from desk.store import aware
from desk.tables import conversations
from desk.tables import readings as readings_table
from desk.tables import reviews as reviews_table

ASK, PERHAPS_OURS, OUT_OF_SCOPE, FALLBACK = "ask_policy", "perhaps_ours", "out_of_scope", "nlu_fallback"
# What lives on the question before teaches nothing by itself.
GOES_ON = frozenset({"inform", "correct", "affirm", "deny"})
# A figure that was told, or should be, as it stands in a text.
_NUMBER = r"(?<![\d.]){}(?![\d.])"
_WORDS = regex.compile(r"[\W_]")
# Text that means something in a file of examples.
_MARKUP = regex.compile(r"[\[\]{}\n\r]|^\s*[-#]")
_HEADER = "# Written by `python -m desk reviews export` from reviewed answers. Read every line before you commit it.\n"

# (benefit, aspect, region, as of, the question's words) → the answer that the base gives, None where there is no base.
Answers = Callable[[str, str | None, str | None, dt.date, str], Any]


@dataclass
class Exported:
    """``tests``: as in ``conversations.yaml``; ``examples``: (intent, benefit, aspect, text); ``skipped``: what was left out of
    each, by the ``export_…`` of texts.yaml that says why; ``marked``: how many answers tests ask for.
    """

    tests: list[dict[str, Any]] = field(default_factory=list)
    examples: list[tuple[str, str, str, str]] = field(default_factory=list)
    skipped: dict[str, Counter[str]] = field(default_factory=lambda: {"tests": Counter(), "examples": Counter()})
    marked: int = 0

    def tests_text(self) -> str:
        return _HEADER + yaml.dump(self.tests, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000)

    def examples_text(self) -> str:
        """The same form as the files of ``nlu_data``."""
        lines = [_HEADER.rstrip("\n"), 'version: "3.1"', "", "nlu:"]
        for (intent, benefit, aspect), group in groupby(self.examples, key=lambda e: e[:3]):
            about = ", ".join(filter(None, (benefit and f"benefit: [{benefit}]", aspect and f"aspect: {aspect}")))
            lines += [f"  - intent: {intent}", *([f"    metadata: {{{about}}}"] if about else []), "    examples: |"]
            lines += [f"      - {text}" for *_, text in group]
        return "\n".join(lines) + "\n"


class _Dumper(yaml.SafeDumper):
    """One turn a line, as they are written by hand."""


def _flow(dumper: yaml.SafeDumper, turn: _Turn) -> yaml.Node:
    return dumper.represent_mapping("tag:yaml.org,2002:map", turn.items(), flow_style=True)


class _Turn(dict):
    """A turn of a test."""


_Dumper.add_representer(_Turn, _flow)


@dataclass(frozen=True)
class _Asked:
    """One question of the resident with the bot's replies to it, and those of them that are reviewed."""

    question: Row
    replies: list[Row]
    reviewed: list[tuple[Row, Row, Row]]  # reply, review, reading

    @property
    def as_of(self) -> dt.date:
        return self.question.as_of or local(aware(self.question.created_at)).date()

    def why_not(self) -> str | None:
        """Why its words may not get out; None where they may."""
        if self.question.payload is not None:
            return "pressed"
        if is_masked(self.question.text):
            return "masked"
        return "named" if may_name(self.question.text) else None


def export(
    db: Connection, answers: Answers, trained: Collection[str], held_out: Collection[str], *, since: dt.datetime | None = None,
    marks: Collection[str] | None = None, home: str | None = None,
) -> Exported:
    """Everything marked since a moment with one of ``marks``, in the order in which the conversations began. ``home``: the
    place that is meant where a resident's page gave none.

    ``trained``: the texts of the examples there are; ``held_out``: texts that must never be trained on. Both in any spelling.
    """
    out, known, kept_apart = Exported(), set(map(bare, trained)), set(map(bare, held_out))
    for asked in _conversations(db, since, marks):
        _add_test(out, asked, answers, home)
        for one in asked:
            if one.reviewed:
                _add_example(out, one, known, kept_apart)
    out.examples.sort()
    return out


def bare(text: str) -> str:
    """A text without what stands between its words: two that differ in no more are one example."""
    return _WORDS.sub("", text)


def texts_in(data: Any) -> Iterator[str]:
    """Every text of an example or a turn in a file of examples, tests or questions, as YAML gives it."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "examples" and isinstance(value, str):
                yield from (line.strip().removeprefix("- ").strip() for line in value.splitlines() if line.strip())
            elif key in {"say", "plain"} and isinstance(value, str):
                yield value
            else:
                yield from texts_in(value)
    elif isinstance(data, list):
        for one in data:
            yield from texts_in(one)


def _conversations(db: Connection, since: dt.datetime | None, marks: Collection[str] | None) -> Iterator[list[_Asked]]:
    """Each conversation that has a marked answer, question by question."""
    v, r = reviews_table.c, readings_table.c
    query = reviews.standing()
    if since is not None:
        query = query.where(v.at >= since)
    if marks is not None:
        query = query.where(v.mark.in_(sorted(marks)))
    standing: dict[str, dict[str, Row]] = {}
    for review in db.execute(query):
        standing.setdefault(review.conversation, {})[review.message] = review
    c = conversations.c
    reviewed = sa.exists(sa.select(v.message).where(v.conversation == c.id))
    began = db.execute(sa.select(c.id).where(reviewed).order_by(c.created_at, c.id)).scalars()
    for conversation in [name for name in began if name in standing]:
        taken = {row.message: row for row in db.execute(sa.select(readings_table).where(r.conversation == conversation))}
        yield list(_asked(talk.history(db, conversation, limit=None), standing[conversation], taken))


def _asked(rows: Iterable[Row], standing: dict[str, Row], taken: dict[str, Row]) -> Iterator[_Asked]:
    rows = list(rows)
    for question in rows:
        if question.sender == "resident":
            replies = [m for m in rows if m.in_reply_to == question.id]
            yield _Asked(question, replies, [(m, standing[m.id], taken[m.id]) for m in replies if m.id in standing])


# ---------------------------------------------------------------- tests


def _add_test(out: Exported, asked: list[_Asked], answers: Answers, home: str | None) -> None:
    """A test of a conversation from its beginning, as far as it can be said again and up to its last marked answer."""
    turns: list[_Turn] = []
    wanted, count, stopped = 0, 0, None
    for one in asked:
        stopped = stopped or _cannot_be_said(one, asked[0])
        if stopped:
            out.skipped["tests"][stopped] += len(one.reviewed)
            continue
        turn = _Turn(say=one.question.text)
        for reply, review, reading in one.reviewed:
            expected = _expected(one, reply, review, reading, answers)
            if isinstance(expected, str):
                out.skipped["tests"][expected] += 1
                continue
            count += 1
            for name, value in expected.items():
                turn.setdefault(name, value)
        if any(m.kind == "handoff" for m in one.replies):
            turn["handled_by"], stopped = "queue", "after_handoff"
        turns.append(turn)
        wanted = len(turns) if len(turn) > 1 and one.reviewed else wanted
    if not count:
        return
    first = asked[0]
    test = {"name": f"reviewed: {first.question.text}", "as_of": first.as_of.isoformat(), "turns": turns[:wanted]}
    if place := first.question.region or home:
        test = {"name": test["name"], "region": place} | test
    if test in out.tests:
        out.skipped["tests"]["twice"] += count
        return
    out.tests.append(test)
    out.marked += count


def _cannot_be_said(one: _Asked, first: _Asked) -> str | None:
    """Why a conversation cannot be said again from this question on."""
    if one.why_not():
        return one.why_not()
    if not any(m.sender == "bot" for m in one.replies):
        return "not_by_bot"
    same = (one.question.region, one.as_of) == (first.question.region, first.as_of)
    return None if same else "place_changed"


def _expected(one: _Asked, reply: Row, review: Row, reading: Row, answers: Answers) -> dict[str, Any] | str:
    """What the turn must have, as the runner looks for it; or why that cannot be said."""
    if review.mark == RIGHT:
        return _as_told(reply.kind, reply.data.get("facts") or [], reply.citations)
    if not review.ours:
        return {"kind": "notice"} if reading.came_to != "other_business" else "content"
    if review.benefit is None:
        return "no_right_one"
    if (review.benefit, review.aspect, review.region) == (reading.benefit, reading.aspect, reading.region):
        return "content"
    answer = answers(review.benefit, review.aspect, review.region, one.as_of, one.question.text)
    if answer is None:
        return "no_base"
    right = [vars(fact) for fact in answer.facts]
    expected = _as_told(answer.kind, right, [vars(c) for c in answer.citations], several=False)
    false = _values(reply.data.get("facts") or []) - _values(right)
    if review.mark == WRONG and false:
        expected["lacks"] = [_NUMBER.format(regex.escape(f"{value:g}")) for value in sorted(false)]
    return expected


def _as_told(kind: str, facts: list[dict], citations: list[dict], several: bool = True) -> dict[str, Any]:
    """``several``: the first of several figures is asked for; otherwise only one that stands alone."""
    values = [fact["value"] for fact in facts if fact.get("value") is not None]
    expected: dict[str, Any] = {"kind": kind}
    if values and (several or len(set(values)) == 1):
        expected["value"] = values[0]
    if citations:
        expected["cites"] = citations[0]["document"]
    return expected


def _values(facts: list[dict]) -> set[float]:
    return {fact["value"] for fact in facts if fact.get("value") is not None}


# ---------------------------------------------------------------- examples


def _add_example(out: Exported, one: _Asked, known: set[str], kept_apart: set[str]) -> None:
    """The question as an example of what it means, by its first marked answer."""
    _, review, reading = one.reviewed[0]
    text = one.question.text.strip()
    meant = _meant(review, reading)
    why = one.why_not() or ("markup" if _MARKUP.search(text) else None) or (meant if isinstance(meant, str) else None)
    why = why or ("held_out" if bare(text) in kept_apart else "known" if bare(text) in known or not bare(text) else None)
    if why:
        out.skipped["examples"][why] += 1
        return
    known.add(bare(text))
    out.examples.append((*meant, text))


def _meant(review: Row, reading: Row) -> tuple[str, str, str] | str:
    """(intent, benefit, aspect) that the question teaches, empty where there is none; or why it teaches nothing."""
    if not review.ours:
        return OUT_OF_SCOPE, "", ""
    if reading.intent in GOES_ON:
        return "goes_on"
    asks = reading.intent in {ASK, CHECK, PERHAPS_OURS, OUT_OF_SCOPE, FALLBACK, None}
    if review.benefit is not None and (asks or review.mark == WRONG):
        return (CHECK if reading.intent == CHECK else ASK), review.benefit, review.aspect or ""
    if review.mark == WRONG or reading.intent in {PERHAPS_OURS, None}:
        return "no_right_one"
    return reading.intent, "", ""
