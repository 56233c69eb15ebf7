"""What every action needs: the knowledge base, the mentions of the latest message, the day, and how to say a result."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import regex
from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from policy_kb import Answer, Citation, Fact, KnowledgeBase, Mention, QuickReply, shared_reader
from policy_kb.answer_words import find_words
from policy_kb.language import plain
from policy_kb.names import ASPECT, INSTITUTION_KIND, RELATIVE_YEARS, SEEKING, SUBJECT, YEAR
from policy_kb.quantities import QUANTITY
from policy_kb.quantities.spoken import clean, numerals
from policy_kb.settings import kb_url, today


def knowledge() -> KnowledgeBase:
    """The newest knowledge base, looked up again at most once a second."""
    return shared_reader(kb_url()).get()


def mentions(tracker: Tracker) -> list[Mention]:
    """The latest message's entities as the knowledge base's mentions; a button's payload gives ids without text.

    Quantities are no names and are left out; ages come as mentions of their own.
    """
    text = tracker.latest_message.get("text") or ""
    found = []
    for e in tracker.latest_message.get("entities") or []:
        if e["entity"] == QUANTITY:
            continue
        start, end = e.get("start") or 0, e.get("end") or 0
        word, values = plain(text[start:end]), tuple(str(e["value"]).split(","))
        if e["entity"] == YEAR and word in RELATIVE_YEARS:  # 去年 is the year before the day asked about
            values = (str(day(tracker).year + RELATIVE_YEARS[word]),)
        found.append(Mention(e["entity"], values, start, end, word))
    return found


def has_cue(tracker: Tracker) -> bool:
    """Whether the message has words of the base that ask something (多少, 怎么办), not only the sound of a question."""
    return any(e["entity"] == ASPECT for e in tracker.latest_message.get("entities") or [])


def has_quantity(tracker: Tracker) -> bool:
    """Whether a sum, a time or a number of people is said."""
    return any(e["entity"] == QUANTITY for e in tracker.latest_message.get("entities") or [])


# A number with one of these behind it counts something else.
_COUNTED = regex.compile(r"[个万千百元块毛年月天号路名人级%％亩斤分点张家次]")
LONGEST_WITH_AGE = 16


def bare_age(text: str) -> int | None:
    """The one number in a few words that an old person's age may be: 那我婆婆才八十六, 90 ne."""
    if len(text) > LONGEST_WITH_AGE:
        return None
    read, _ = clean(text)
    found = list(numerals(read))
    if len(found) != 1 or found[0].low != found[0].high or not OLD <= found[0].low <= OLDEST_WRITTEN:
        return None
    return None if _COUNTED.match(read, found[0].end) else int(found[0].low)


OLD, OLDEST_WRITTEN = 60, 110
_EMPTY = regex.compile(
    r"请问|什么|怎么|多少|可以|有没有|[要去在到给能会有没想问下我您你的了吗嘛呢啊呀哪里几个这那些还是不多钱冇攞]|[^\p{Han}a-zA-Z0-9]"
)


def says_of_what(tracker: Tracker) -> bool:
    """Whether anything of the message is left beside what asks (要什么材料 has nothing): only then a benefit may be guessed."""
    text = tracker.latest_message.get("text") or ""
    asked = {i for m in mentions(tracker) if m.kind == ASPECT for i in range(m.start, m.end)}
    return len(_EMPTY.sub("", "".join(c for i, c in enumerate(text) if i not in asked))) >= 2


# What asks a question of its own beside another one: 低保多少，去哪儿申请.
_OF_ITS_OWN = frozenset({"amount", "fee", "materials", "procedure", "where", "time_limit", "contact", "eligibility"})
# 一个月收入一万二 has a word of the amount and asks nothing.
_ASKS = regex.compile(r"[多几怎哪谁何]|什么|电话|条件|材料|流程|手续")
_CLAUSE = regex.compile(r"[，,。；;？?！!、\s]|还有|以及|另外")


def questions(kb: KnowledgeBase, tracker: Tracker, aspect: str | None) -> tuple[str | None, ...]:
    """The aspects asked about, in the order asked: ``aspect``, and another where another clause of the message asks one."""
    text = tracker.latest_message.get("text") or ""
    cues = [m for m in mentions(tracker) if m.kind == ASPECT and m.value[0] in _OF_ITS_OWN and _ASKS.search(m.text)]
    clauses = [len(_CLAUSE.findall(text, 0, m.start)) for m in cues]
    mine = {clause for m, clause in zip(cues, clauses) if m.value[0] == aspect}
    others = [(clause, m.value[0]) for m, clause in zip(cues, clauses) if clause not in mine and m.value[0] != aspect]
    if not mine or not others:
        return (aspect,)
    return tuple(found for _, found in sorted([(min(mine), aspect), others[0]]))


def intent(tracker: Tracker) -> str:
    """What the latest message wants, as the pipeline understood it."""
    return (tracker.latest_message.get("intent") or {}).get("name") or ""


def confidence(tracker: Tracker) -> float:
    """How sure the pipeline is of :func:`intent`."""
    return (tracker.latest_message.get("intent") or {}).get("confidence") or 0.0


def is_sure(tracker: Tracker, enough: float) -> bool:
    """Whether the pipeline is sure of the intent, or of the benefit that it thinks is meant."""
    return confidence(tracker) >= enough or is_sure_of_subject(tracker, enough)


def is_sure_of_subject(tracker: Tracker, enough: float) -> bool:
    """Whether the pipeline is sure of the benefit that it thinks is meant."""
    entities = tracker.latest_message.get("entities") or []
    return any(e["entity"] == SUBJECT and (e.get("confidence_entity") or 0.0) >= enough for e in entities)


def compares(kb: KnowledgeBase, text: str) -> bool:
    """Whether one thing is to be set beside another: 跟綦江比哪个高."""
    return bool(find_words(kb, "compare", plain(text)))


def counts(kb: KnowledgeBase, text: str) -> bool:
    """Whether it is asked how many there are in all: 一共好多张床, 有几家."""
    return bool(find_words(kb, "count", plain(text)))


def is_button(tracker: Tracker) -> bool:
    return (tracker.latest_message.get("text") or "").startswith("/")


def understood(slots: dict[str, Any] | None = None) -> list[SlotSet]:
    """The slots to remember, with the count of failures begun anew and no offer open."""
    closed = [SlotSet("failures", 0), SlotSet("human_offered", False), SlotSet("subject_offered", False)]
    return [*closed, *(SlotSet(k, v) for k, v in (slots or {}).items())]


def metadata(tracker: Tracker) -> dict[str, Any]:
    """What the gateway sent beside the text: ``region`` (default place) and ``as_of`` (ISO date)."""
    return tracker.latest_message.get("metadata") or {}


def day(tracker: Tracker) -> dt.date:
    """The day asked about: the request's, else today where Huimin serves."""
    given = metadata(tracker).get("as_of")
    if given:
        return dt.date.fromisoformat(given)
    return today()


def payload(reply: QuickReply) -> str:
    """What a quick reply does, in Rasa's own form for buttons."""
    given = {k: v for k in ("benefit", "topic", "aspect", "region") if (v := getattr(reply, k))}
    if reply.seeks:
        given |= {INSTITUTION_KIND: reply.seeks, SEEKING: "place"}
    return command("ask_policy", given)


def command(intent: str, given: dict[str, Any]) -> str:
    """A button's payload in Rasa's own form: ``/intent{"entity": "value"}``."""
    return f"/{intent}{json.dumps(given, ensure_ascii=False)}"


def say(
    dispatcher: CollectingDispatcher, kind: str, text: str, *, citations: list | None = None,
    quick_replies: list | None = None, data: dict | None = None, handoff: dict | None = None, request: dict | None = None,
    lacks: str | None = None,
) -> None:
    """Send one result object to the gateway (version 1 of the format in ``docs/architecture.md``)."""
    given = {"benefit": None, "aspect": None, "region": None} | (data or {})
    dispatcher.utter_message(
        json_message={
            "v": 1, "kind": kind, "text": text, "citations": citations or [], "quick_replies": quick_replies or [],
            "data": given, "handoff": handoff, "request": request, "lacks": lacks,
        }
    )


def say_answer(dispatcher: CollectingDispatcher, answer: Answer) -> None:
    """Send an answer of the knowledge base."""
    names = ("benefit", "also", "aspect", "region", "as_of", "coverage", "kb_version")
    data = {name: plain_json(getattr(answer, name)) for name in names} | {"facts": [_flat(f) for f in answer.facts]}
    say(
        dispatcher, answer.kind, answer.text, citations=[_flat(c) for c in answer.citations], data=data,
        quick_replies=[{"title": r.title, "says": r.says, "payload": payload(r)} for r in answer.quick_replies],
        lacks=answer.lacks,
    )


def _flat(item: Fact | Citation) -> dict[str, Any]:
    return {name: plain_json(value) for name, value in vars(item).items()}


def plain_json(value: Any) -> Any:
    """As JSON has it: dates as ISO dates, tuples as lists."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dict):
        return {k: plain_json(v) for k, v in value.items()}
    return [plain_json(v) for v in value] if isinstance(value, (list, tuple)) else value
