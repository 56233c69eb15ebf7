"""Answer questions on policy."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from rasa_sdk import Action, Tracker
from rasa_sdk.events import AllSlotsReset, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import base
from actions.context import Context, follow
from policy_kb import KnowledgeBase, Query, Understanding, answer, interpret, office_answer, which_place

OFFER_HUMAN_AFTER = 2
PLACES_AT_ONCE = 3
HUMAN = {"title": "转人工", "payload": "/request_human"}


class AnswerPolicy(Action):
    """Answers what the message and the conversation before it ask."""

    def name(self) -> str:
        return "action_answer"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        kb = base.knowledge()
        said = interpret(kb, base.mentions(tracker))
        intent = (tracker.latest_message.get("intent") or {}).get("name")
        before = Context.from_slots(tracker.slots)
        if said.office and not said.benefits:
            base.say_answer(dispatcher, office_answer(kb, said.office, base.day(tracker)))
            return [SlotSet("failures", 0)]
        if said.out_of_scope and not said.benefits:
            return _out_of_scope(dispatcher, kb, said)
        if said.is_empty and not _is_button(tracker):
            # It names nothing we know, yet its words may be those of a rule: 随父母打工的孩子能在当地上公办学校吗.
            found = answer(kb, _query(kb, tracker, Context(region=before.region)))
            if found.kind != "answer":
                return _not_understood(dispatcher, tracker)
            base.say_answer(dispatcher, found)
            return [SlotSet("failures", 0), SlotSet("benefits", [found.benefit]), SlotSet("aspect", None)]
        if intent == "check_eligibility" and not said.aspect:
            said = replace(said, aspect="eligibility")
        now = follow(kb, before, said, fragment=intent == "inform")
        query = _query(kb, tracker, now)
        if said.ambiguous_regions:
            chosen = _nearest(kb, said.ambiguous_regions, before.region or base.metadata(tracker).get("region"))
            if len(chosen) > 1:
                name = next(m.text for m in base.mentions(tracker) if m.kind == "region" and len(m.value) > 1)
                base.say_answer(dispatcher, which_place(kb, query, chosen, name))
                return [SlotSet("failures", 0), *(SlotSet(k, v) for k, v in now.slots().items())]
            now = follow(kb, now, Understanding(regions=chosen), fragment=True)
            query = _query(kb, tracker, now)
        for code in said.regions[:PLACES_AT_ONCE] or (query.region,):
            base.say_answer(dispatcher, answer(kb, replace(query, region=code)))
        return [SlotSet("failures", 0), *(SlotSet(k, v) for k, v in now.slots().items())]


class OutOfScope(Action):
    """Says that this is another department's business, and whose."""

    def name(self) -> str:
        return "action_out_of_scope"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        kb = base.knowledge()
        return _out_of_scope(dispatcher, kb, interpret(kb, base.mentions(tracker)))


class NotUnderstood(Action):
    """Asks to put it differently; the second time in a row offers a person."""

    def name(self) -> str:
        return "action_not_understood"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        return _not_understood(dispatcher, tracker)


class RestartContext(Action):
    """Forgets what was asked before."""

    def name(self) -> str:
        return "action_restart_context"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        dispatcher.utter_message(response="utter_restarted")
        return [AllSlotsReset()]


def _is_button(tracker: Tracker) -> bool:
    return (tracker.latest_message.get("text") or "").startswith("/")


def _query(kb: KnowledgeBase, tracker: Tracker, now: Context) -> Query:
    today = base.day(tracker)
    as_of = dt.date(now.year, 12, 31) if now.year and now.year < today.year else today
    region = now.region or base.metadata(tracker).get("region")
    if region not in kb.regions:  # a zone that a later version of the base no longer has
        region = None
    words = "" if _is_button(tracker) else tracker.latest_message.get("text") or ""
    return Query(
        now.benefits, now.aspect, region, as_of, now.group, now.topic, words, now.institutions, now.seeks, frozenset(now.needs)
    )


def _nearest(kb: KnowledgeBase, codes: tuple[str, ...], region: str | None) -> tuple[str, ...]:
    """Of several places of one name those nearest to the resident's own."""
    if not region:
        return codes
    home = {r.code for r in kb.chain(region)} - {"000000"}
    shared = {c: len(home & {r.code for r in kb.chain(c)}) for c in codes}
    most = max(shared.values())
    return tuple(c for c in codes if shared[c] == most) if most else codes


def _out_of_scope(dispatcher: CollectingDispatcher, kb: KnowledgeBase, said: Understanding) -> list:
    known = next((x for x in kb.out_of_scope if x.id == said.out_of_scope), None)
    text = known.reply if known else kb.wording["out_of_scope"]
    base.say(dispatcher, "notice", text, data={"kb_version": kb.version}, quick_replies=[HUMAN])
    return [SlotSet("failures", 0)]


def _not_understood(dispatcher: CollectingDispatcher, tracker: Tracker) -> list:
    kb = base.knowledge()
    failures = int(tracker.get_slot("failures") or 0) + 1
    if failures >= OFFER_HUMAN_AFTER:
        text = kb.wording["offer_human"]
        base.say(dispatcher, "clarify", text, quick_replies=[HUMAN])
    else:
        base.say(dispatcher, "clarify", kb.wording["nothing_understood"])
    return [SlotSet("failures", failures)]
