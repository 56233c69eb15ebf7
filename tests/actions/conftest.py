"""A conversation with the actions alone: names are found as in the pipeline, the intent is given, slots are carried on."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import AnswerPolicy, base
from bot.gateway.openapi import document
from bot.gateway.results import Result
from policy_kb import KnowledgeBase, NameIndex, mentions_of
from policy_kb.loader import SHIPPED, read_knowledge
from policy_kb.per_base import per_base
from tests.gateway.described import Description

TODAY = "2026-11-23"
_description = per_base(lambda kb: Description(document(kb)))


@pytest.fixture(scope="session")
def kb() -> KnowledgeBase:
    return read_knowledge([SHIPPED], version=7)


@pytest.fixture(scope="session")
def names(kb) -> NameIndex:
    return NameIndex(kb)


@dataclass
class Conversation:
    """What was said and what the actions made of it."""

    names: NameIndex
    region: str | None = None
    slots: dict[str, Any] = field(default_factory=dict)

    def say(self, text: str, intent: str = "ask_policy", action: Any = None) -> Result:
        """The one result of an action for this message, checked as the gateway checks it."""
        [result] = self.say_all(text, intent, action)
        return result

    def say_all(self, text: str, intent: str = "ask_policy", action: Any = None) -> list[Result]:
        """Every result for this message."""
        entities = [{"entity": m.kind, "value": ",".join(m.value), "start": m.start, "end": m.end} for m in mentions_of(self.names.kb, text)]
        return self._run(text, intent, entities, action or AnswerPolicy())

    def press(self, payload: str, action: Any = None) -> Result:
        """A quick reply as Rasa reads it: ``/intent{"entity": "value"}``."""
        intent, _, given = payload.removeprefix("/").partition("{")
        entities = [{"entity": k, "value": v, "start": 0, "end": 0} for k, v in json.loads("{" + given).items()] if given else []
        [result] = self._run(payload, intent, entities, action or AnswerPolicy())
        return result

    def _run(self, text: str, intent: str, entities: list[dict], action: Any) -> list[Result]:
        latest = {"text": text, "intent": {"name": intent, "confidence": 0.9}, "entities": entities,
                  "metadata": {"region": self.region, "as_of": TODAY}}
        tracker = Tracker("x", dict(self.slots), latest, [], False, None, {}, None)
        dispatcher = CollectingDispatcher()
        for event in asyncio.run(action.run(dispatcher, tracker, {})):
            if event["event"] == "slot":
                self.slots[event["name"]] = event["value"]
            elif event["event"] == "reset_slots":
                self.slots.clear()
        results = [Result.model_validate(json.loads(json.dumps(m["custom"]))) for m in dispatcher.messages]
        for result in results:
            assert self._not_as_described(result) == []
        return results

    def _not_as_described(self, result: Result) -> list[str]:
        """What the API's description does not know of this result, as the gateway would show it."""
        shown = {
            "id": "0", "seq": 2, "from": "bot", "kind": result.kind, "text": result.text, "at": "2026-11-23T00:00:00+00:00",
            "citations": result.citations, "data": result.data,
            "quick_replies": [{"title": r.title, "payload": "0"} for r in result.quick_replies],
        }
        return _description(self.names.kb).wrong_as("OurMessage", shown)


@pytest.fixture
def conversation(kb, names, monkeypatch):
    """Begin a conversation; ``region`` is the default place."""
    monkeypatch.setattr(base, "knowledge", lambda: kb)
    return lambda region=None: Conversation(names, region)
