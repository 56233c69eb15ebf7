"""What is no question we can answer: other people's business, what was not understood; and the ways back from it."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, AllSlotsReset, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import base
from actions.handover import called, handoff
from policy_kb import Answer, KnowledgeBase, Understanding
from policy_kb.language import is_babble

OFFER_HUMAN_AFTER = 2
HUMAN = {"title": "转人工", "payload": "/request_human"}


def out_of_scope(dispatcher: CollectingDispatcher, kb: KnowledgeBase, said: Understanding) -> list:
    """Say that this is another department's business, and whose."""
    known = next((x for x in kb.out_of_scope if x.id == said.out_of_scope), None)
    text = known.reply if known else kb.wording["out_of_scope"]
    base.say(dispatcher, "notice", text, data={"kb_version": kb.version}, quick_replies=[HUMAN])
    return base.understood()


def not_understood(
    dispatcher: CollectingDispatcher, tracker: Tracker, instead: Answer | None = None, slots: dict[str, Any] | None = None,
    *, ours: bool = True,
) -> list:
    """Ask to put it differently, or say what was found ``instead``; the second time in a row offer a person, the third call one.

    ``ours``: it may be our business. What is not, or is no language at all, calls nobody: the offer is made again.
    """
    kb = base.knowledge()
    failures = int(tracker.get_slot("failures") or 0) + 1
    if failures > OFFER_HUMAN_AFTER:
        if not ours or is_babble(tracker.latest_message.get("text") or ""):
            failures = OFFER_HUMAN_AFTER
        elif tracker.get_slot("human_offered") and not tracker.get_slot("person_called"):
            base.say(dispatcher, "handoff", kb.wording["handover_not_understood"], handoff=handoff(tracker, "not_understood"))
            return [*base.understood(slots), called()]
    offered = failures >= OFFER_HUMAN_AFTER
    if offered:
        base.say(dispatcher, "clarify", kb.wording["offer_human"], quick_replies=[HUMAN])
    elif instead is not None:
        base.say_answer(dispatcher, instead)
    else:
        base.say(dispatcher, "clarify", kb.wording["nothing_understood"])
    kept = [SlotSet(k, v) for k, v in (slots or {}).items()]
    return [*kept, SlotSet("failures", failures), SlotSet("human_offered", offered), SlotSet("subject_offered", False)]


class RestartContext(Action):
    """Forgets what was asked before, but not that a person was called; an eligibility check that was going on is over."""

    def name(self) -> str:
        return "action_restart_context"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        dispatcher.utter_message(response="utter_restarted")
        return [ActiveLoop(None), AllSlotsReset(), *([called()] if tracker.get_slot("person_called") else [])]
