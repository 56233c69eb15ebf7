"""Hand over to a person; requests that only the gateway can fulfil."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import base
from actions.context import Context
from actions.interview import Interview
from policy_kb import KnowledgeBase, emergencies


def _summary(kb: KnowledgeBase, context: Context) -> str:
    """What was asked so far, in a line for the person who takes over."""
    parts = [
        kb.full_name(context.region) if context.region in kb.regions else "",
        "、".join(kb.benefits[b].title for b in context.benefits if b in kb.benefits),
        kb.aspects[context.aspect].title if context.aspect in kb.aspects else "",
    ]
    return " ".join(p for p in parts if p)


def handoff(tracker: Tracker, reason: str, urgent: bool = False) -> dict:
    """What the person who takes over is told, as a result object has it."""
    kb, context = base.knowledge(), Context.from_slots(tracker.slots)
    return {
        "reason": reason,
        "urgent": urgent,
        "benefit": context.benefits[0] if context.benefits else None,
        "region": context.region or base.metadata(tracker).get("region"),
        "summary": _summary(kb, context),
    }


def called() -> SlotSet:
    """A person was called in this conversation: from here on none is called unasked."""
    return SlotSet("person_called", True)


def _no_more_questions(tracker: Tracker, kb: KnowledgeBase) -> list:
    """A check that was going on is stopped where a person takes over; the resident can go on with it later."""
    interview = Interview.from_slot(tracker.get_slot("interview"), kb)
    if interview is None or not tracker.active_loop_name:
        return []
    return [SlotSet("interview", interview.paused().slot()), ActiveLoop(None), SlotSet("requested_slot", None)]


class Emergency(Action):
    """Says the right number first and has a person told at once."""

    def name(self) -> str:
        return "action_emergency"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        kb = base.knowledge()
        found = emergencies.detect(kb, tracker.latest_message.get("text") or "")
        text = f"{found.first_line}\n{found.advice}" if found else kb.wording["danger_unknown"]
        base.say(dispatcher, "handoff", text, data={"emergency": found.id if found else "unknown"},
                 handoff=handoff(tracker, "danger", urgent=True))
        return [called(), *_no_more_questions(tracker, kb)]


class Handover(Action):
    """A person is wanted, somebody complains, or our answer is said to be wrong."""

    def name(self) -> str:
        return "action_handover"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        intent = (tracker.latest_message.get("intent") or {}).get("name")
        wish = intent if intent in {"complaint", "wrong_answer"} else "request_human"
        text = base.knowledge().wording[f"handover_{wish}"]
        # A bare wish right after a person was offered is about what we did not understand twice.
        reason = "not_understood" if wish == "request_human" and tracker.get_slot("human_offered") else wish
        base.say(dispatcher, "handoff", text, handoff=handoff(tracker, reason))
        return [*base.understood(), called(), *_no_more_questions(tracker, base.knowledge())]


class TicketStatus(Action):
    """Has the gateway look up the case whose ticket number the resident gave; without one, asks for it."""

    def name(self) -> str:
        return "action_ticket_status"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        base.say(dispatcher, "notice", base.knowledge().wording["ticket_missing"], request={"ticket_status": True})
        return []


class Erase(Action):
    """Has the gateway erase what is stored on this conversation."""

    def name(self) -> str:
        return "action_erase"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list:
        base.say(dispatcher, "notice", base.knowledge().wording["erase"], request={"erase": True})
        return []
