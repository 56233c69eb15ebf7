"""What the rules say follows from a course of events, and from nothing else: it is worked out once for each course.

To find a rule Rasa lays the whole conversation out as states, a copy of every slot for each action, twice or three times a turn.
Here the course is read as it is: who did what, with the intents, not the words, and the slots that rules may ask for.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Hashable
from typing import Any

from rasa.core.policies.policy import PolicyPrediction
from rasa.core.policies.rule_policy import RULES, RULES_FOR_LOOP_UNHAPPY_PATH, RulePolicy
from rasa.shared.core import events as ev
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

# Courses that are remembered at most: there are some hundreds of them.
MOST = 10_000

Predict = Callable[..., PolicyPrediction]
# What of an event can matter to a rule; events of other kinds (a form's, a channel's) are left to Rasa.
_READ: dict[type, Callable[[Any], tuple[Hashable, ...]]] = {
    ev.UserUttered: lambda e: (e.intent_name, e.full_retrieval_intent_name, bool(e.text), e.use_text_for_featurization),
    ev.ActionExecuted: lambda e: (e.action_name, e.action_text, e.hide_rule_turn),
    ev.ActionExecutionRejected: lambda e: (e.action_name,),
    ev.ActiveLoop: lambda e: (e.name,),
    ev.LoopInterrupted: lambda e: (e.is_interrupted,),
    ev.DefinePrevUserUtteredFeaturization: lambda e: (e.use_text_for_featurization,),
    ev.AllSlotsReset: lambda e: (),
    ev.FollowupAction: lambda e: (),
    ev.SessionStarted: lambda e: (),
}


def course_of(tracker: DialogueStateTracker) -> tuple[Hashable, ...] | None:
    """All of a conversation that rules look at; None where it holds something that is not known here."""
    course: list[Hashable] = []
    for event in tracker.events:
        kind = type(event)
        if kind is ev.BotUttered:
            continue
        if kind is ev.SlotSet:
            slot = tracker.slots.get(event.key)
            if slot is None or not slot.has_features():
                continue
            if not isinstance(event.value, (str, bool, int, float, type(None))):
                return None
            course.append((kind, event.key, type(event.value), event.value))
        elif kind in _READ:
            course.append((kind, *_READ[kind](event)))
        else:
            return None
    return tuple(course)


class _Remembered:
    """What one policy's rules said, for one domain."""

    def __init__(self, policy: RulePolicy, domain: Domain):
        self.domain, self._lookup = domain, policy.lookup
        keys = [key for name in (RULES, RULES_FOR_LOOP_UNHAPPY_PATH) for key in policy.lookup.get(name, ())]
        # A rule on the very words or names of a message needs more than its intent.
        self.may = not any({"text", "entities"} & set(state.get("user", ())) for key in keys for state in json.loads(key))
        self.said: dict[tuple[Hashable, ...], PolicyPrediction] = {}

    def serves(self, policy: RulePolicy, domain: Domain) -> bool:
        return self.domain is domain and self._lookup is policy.lookup


def remembering(predict: Predict) -> Predict:
    """``predict`` with what it said before: a copy each time, since Rasa writes into what it gets."""

    def predicted(
        policy: RulePolicy, tracker: DialogueStateTracker, domain: Domain, rule_only_data: dict[str, Any] | None = None,
        **more: Any,
    ) -> PolicyPrediction:
        known: _Remembered | None = policy.__dict__.get("_remembered")
        if known is None or not known.serves(policy, domain):
            known = policy.__dict__["_remembered"] = _Remembered(policy, domain)
        course = course_of(tracker) if known.may else None
        if course is None:
            return predict(policy, tracker, domain, rule_only_data, **more)
        said = known.said.get(course)
        if said is None:
            said = predict(policy, tracker, domain, rule_only_data, **more)
            if said.events or said.optional_events:  # they have a time of their own
                return said
            if len(known.said) >= MOST:
                known.said.clear()
            known.said[course] = said
        twin = copy.copy(said)
        twin.probabilities, twin.events, twin.optional_events = list(said.probabilities), [], []
        return twin

    return predicted
