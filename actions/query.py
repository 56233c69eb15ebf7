"""From the conversation to the question as the answer core takes it. Pure but for the day."""

from __future__ import annotations

import datetime as dt

from rasa_sdk import Tracker

from actions import base
from actions.context import Context
from policy_kb import KnowledgeBase, Query


def query_of(kb: KnowledgeBase, tracker: Tracker, now: Context) -> Query:
    """The question as the answer core takes it."""
    today = base.day(tracker)
    as_of = dt.date(now.year, 12, 31) if now.year and now.year < today.year else today
    region = now.region or base.metadata(tracker).get("region")
    if region not in kb.regions:  # a zone that a later version of the base no longer has
        region = None
    words = "" if base.is_button(tracker) else tracker.latest_message.get("text") or ""
    return Query(
        now.benefits, now.aspect, region, as_of, now.group, now.topic, words, now.institutions, now.seeks,
        frozenset(now.needs), now.place_asked,
    )
