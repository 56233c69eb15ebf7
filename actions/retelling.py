"""The last answer once more: more simply, with where it stands, and what else there is."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import base
from actions.context import Context
from actions.query import query_of
from policy_kb import KnowledgeBase, Query, answer, more_answer, no_more_answer, sources_answer


def tell_shortly(dispatcher: CollectingDispatcher, tracker: Tracker, kb: KnowledgeBase, before: Context) -> list:
    """The last answer in its shortest form; with nothing asked before, what can be asked."""
    if not before.benefits:
        dispatcher.utter_message(response="utter_capabilities")
        return base.understood()
    base.say_answer(dispatcher, answer(kb, replace(query_of(kb, tracker, before), words="", brief=True)))
    return base.understood()


def tell_source(dispatcher: CollectingDispatcher, tracker: Tracker, kb: KnowledgeBase, before: Context) -> list:
    """Where the last answer stands, document by document and for each place that it set beside another; with none given before,
    where all that we say comes from.
    """
    query = _asked_before(kb, tracker, before)
    places = before.compared or (query.region,)
    found = [told for code in places if before.benefits and (told := sources_answer(kb, replace(query, region=code)))]
    for told in found:
        base.say_answer(dispatcher, told)
    if not found:
        base.say(dispatcher, "text", kb.wording["told_nothing"])
    return base.understood()


def tell_more(dispatcher: CollectingDispatcher, tracker: Tracker, kb: KnowledgeBase, before: Context) -> list:
    """What else there is on the last question, page by page; at the end, that this is all we hold."""
    if not before.benefits:
        dispatcher.utter_message(response="utter_capabilities")
        return base.understood()
    query, page = _asked_before(kb, tracker, before), before.told + 1
    base.say_answer(dispatcher, more_answer(kb, query, page) or no_more_answer(kb, query))
    return base.understood({"told": page})


def _asked_before(kb: KnowledgeBase, tracker: Tracker, before: Context) -> Query:
    """The question that was answered last, in its own words."""
    return replace(query_of(kb, tracker, before), words=before.words or "")
