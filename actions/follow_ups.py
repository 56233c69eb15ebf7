"""Turns that live on the question before: they name nothing by themselves."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import base
from actions.answer import AnswerPolicy, among_the_same, go_on, in_the_same_matter, with_guess
from actions.context import Context, completes, follow
from actions.otherwise import not_understood, out_of_scope
from actions.query import query_of
from actions.retelling import tell_more, tell_shortly, tell_source
from policy_kb import KnowledgeBase, answer, interpret

# A longer text that sounds like other people's business is.
LONGEST_FOLLOW_UP, LONGEST_IN_WORDS = 12, 24


def follow_up(dispatcher: CollectingDispatcher, tracker: Tracker, kb: KnowledgeBase, surely: bool) -> list | None:
    """After a question a short text that names nothing is about the same thing, if it asks something (多少天给结论, 这个要问谁)
    or if the base says something on its words (喝醉了呢). None where it is no such text.
    """
    before, named = Context.from_slots(tracker.slots), interpret(kb, base.mentions(tracker))
    said = among_the_same(kb, tracker, before, named)
    text = tracker.latest_message.get("text") or ""
    if said.out_of_scope:
        return None
    compared = before.benefits and said.regions and not said.names_subject and base.compares(kb, text)
    if len(text) <= LONGEST_IN_WORDS and (compared or completes(kb, before, said)):
        return go_on(dispatcher, tracker, kb, before, with_guess(said), fragment=True)
    if named.names_subject:
        return None
    if said.names_subject:
        return go_on(dispatcher, tracker, kb, before, said, fragment=True)
    if said.aspect and not base.says_of_what(tracker):  # 要什么材料
        return go_on(dispatcher, tracker, kb, before, said, fragment=True)
    if not before.benefits:
        return None
    tells = said.aspect or said.residence or said.categories or said.age or said.year
    if tells and len(text) <= LONGEST_FOLLOW_UP:
        now = follow(kb, before, said, fragment=True)
        base.say_answer(dispatcher, answer(kb, query_of(kb, tracker, now)))
        return base.understood(now.slots())
    if len(text) <= LONGEST_IN_WORDS and (told := in_the_same_matter(kb, tracker, before, said, surely=surely)):
        base.say_answer(dispatcher, told)
        return base.understood()
    return None


class OutOfScope(Action):
    """Says that this is another department's business, and whose."""

    def name(self) -> str:
        return "action_out_of_scope"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        kb = base.knowledge()
        said = interpret(kb, base.mentions(tracker))
        if done := follow_up(dispatcher, tracker, kb, surely=True):
            return done
        if not said.out_of_scope and tracker.get_slot("failures"):
            # Nobody's business that we know, right after what was not understood: not understood again.
            return not_understood(dispatcher, tracker, ours=False)
        return out_of_scope(dispatcher, kb, said)


class NotUnderstood(Action):
    """Asks to put it differently; the second time in a row offers a person."""

    def name(self) -> str:
        return "action_not_understood"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        return follow_up(dispatcher, tracker, base.knowledge(), surely=False) or not_understood(dispatcher, tracker)


class Explain(Action):
    """Tells the last answer again in its shortest form."""

    def name(self) -> str:
        return "action_explain"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        return tell_shortly(dispatcher, tracker, base.knowledge(), Context.from_slots(tracker.slots))


class TellSource(Action):
    """Says where the last answer stands; what names something else to ask about is answered."""

    def name(self) -> str:
        return "action_tell_source"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        kb, before = base.knowledge(), Context.from_slots(tracker.slots)
        if asks_of_another(kb, tracker, before):
            return await AnswerPolicy().run(dispatcher, tracker, domain)
        return tell_source(dispatcher, tracker, kb, before)


class TellMore(Action):
    """Says what else there is on the last question; what names something else to ask about is answered."""

    def name(self) -> str:
        return "action_tell_more"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        kb, before = base.knowledge(), Context.from_slots(tracker.slots)
        if asks_of_another(kb, tracker, before):
            return await AnswerPolicy().run(dispatcher, tracker, domain)
        return tell_more(dispatcher, tracker, kb, before)


def asks_of_another(kb: KnowledgeBase, tracker: Tracker, before: Context) -> bool:
    """Whether a message names a subject or a place that the question before was not about."""
    said = among_the_same(kb, tracker, before, interpret(kb, base.mentions(tracker)))
    return said.names_subject and not set(said.benefits) <= set(before.benefits) or bool(set(said.regions) - {before.region})
