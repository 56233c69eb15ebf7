"""Turns that live on the question before: they name nothing by themselves, or want the answer told more simply."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import base
from actions.answer import query_of
from actions.context import Context, follow
from actions.otherwise import not_understood, out_of_scope
from policy_kb import KnowledgeBase, answer, interpret

# A longer text that sounds like other people's business is.
LONGEST_FOLLOW_UP = 12


def _follow_up(dispatcher: CollectingDispatcher, tracker: Tracker, kb: KnowledgeBase) -> list | None:
    """After a question a short text that asks something and names nothing asks it of the same thing: 多少天给结论, 这个要问谁.
    None where it is no such text.
    """
    said, before = interpret(kb, base.mentions(tracker)), Context.from_slots(tracker.slots)
    text = tracker.latest_message.get("text") or ""
    if not before.benefits or not said.aspect or said.names_subject or said.out_of_scope or len(text) > LONGEST_FOLLOW_UP:
        return None
    now = follow(kb, before, said, fragment=True)
    base.say_answer(dispatcher, answer(kb, query_of(kb, tracker, now)))
    return base.understood(now.slots())


class OutOfScope(Action):
    """Says that this is another department's business, and whose."""

    def name(self) -> str:
        return "action_out_of_scope"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        kb = base.knowledge()
        return _follow_up(dispatcher, tracker, kb) or out_of_scope(dispatcher, kb, interpret(kb, base.mentions(tracker)))


class NotUnderstood(Action):
    """Asks to put it differently; the second time in a row offers a person."""

    def name(self) -> str:
        return "action_not_understood"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        return _follow_up(dispatcher, tracker, base.knowledge()) or not_understood(dispatcher, tracker)


class Explain(Action):
    """Tells the last answer again in its shortest form; with nothing asked before, says what can be asked."""

    def name(self) -> str:
        return "action_explain"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        kb, before = base.knowledge(), Context.from_slots(tracker.slots)
        if not before.benefits:
            dispatcher.utter_message(response="utter_capabilities")
            return base.understood()
        found = answer(kb, replace(query_of(kb, tracker, before), words="", brief=True))
        base.say_answer(dispatcher, found)
        return base.understood()
