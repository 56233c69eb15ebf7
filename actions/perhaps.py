"""What may be a question for us and may be something else that sounds like one: ask rather than answer or refuse."""

from __future__ import annotations

from dataclasses import replace

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import base
from actions.context import Context, follow
from actions.follow_ups import follow_up
from actions.otherwise import out_of_scope
from actions.query import query_of
from policy_kb import interpret, perhaps_meant


class PerhapsOurs(Action):
    """Asks whether the benefit named, or likely meant, is what was asked about; 是的 then answers."""

    def name(self) -> str:
        return "action_perhaps_ours"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        kb = base.knowledge()
        said = interpret(kb, base.mentions(tracker))
        if done := follow_up(dispatcher, tracker, kb, surely=True):
            return done
        meant = said.benefits or ((said.guessed,) if said.guessed else ())
        if not meant:
            return out_of_scope(dispatcher, kb, said)
        before = Context.from_slots(tracker.slots)
        now = follow(kb, before, replace(said, benefits=meant), fragment=False)
        base.say_answer(dispatcher, perhaps_meant(kb, query_of(kb, tracker, now)))
        return [*base.understood(now.slots()), SlotSet("subject_offered", True)]
