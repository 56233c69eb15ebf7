"""What of Rasa is replaced while serving, each with what it costs and why nothing else changes.

Rasa 3.6.21 is frozen, so these lines can rest on its insides; ``tests/rasa_host/test_patches.py`` compares with the
original. Where Rasa has a place for it (an endpoint, a tracker store, a graph runner) that is used instead.
"""

from __future__ import annotations

import contextlib
import copy
import json
import types
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import rasa.core.policies.rule_policy
import rasa.core.processor
import rasa.shared.utils.validation
from rasa.core.actions.action import ActionExtractSlots, RemoteAction
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.shared.core.constants import MAPPING_TYPE, SlotMappingType
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa_host.predictions import remembering

# The modules in which copies are made for debug messages and for nothing else.
LOG_COPIES = (rasa.core.processor, rasa.core.policies.rule_policy)
REPLACED = (
    (RemoteAction, "_validate_action_result"), (Event, "resolve_by_type"), (Slot, "__copy__"),
    (RulePolicy, "_get_possible_keys"), (RulePolicy, "_find_action_from_rules"), (RulePolicy, "predict_action_probabilities"),
    (DialogueStateTracker, "copy"), (ActionExtractSlots, "run"), *((m, "copy") for m in LOG_COPIES),
)


def trust_own_results() -> None:
    """Skip the JSON-schema check of action results: it re-checks the schema itself on every call and takes three quarters
    of a stock turn. The actions are ours and typed; the gateway checks what they say once more.
    """
    RemoteAction._validate_action_result = lambda self, result: True


def remember_event_classes() -> None:
    """Look an event's class up once for each name: Rasa walks through all subclasses for every event of every turn.

    Which classes there are no longer changes once everything is imported.
    """
    Event.resolve_by_type = staticmethod(lru_cache(maxsize=64)(Event.resolve_by_type))


def log_without_copies() -> None:
    """Hand debug messages the objects themselves: Rasa copies whole answers for them, whether they are logged or not."""
    as_it_is = types.SimpleNamespace(deepcopy=lambda value: value)
    for module in LOG_COPIES:
        module.copy = as_it_is


def copy_slots_plainly() -> None:
    """Copy a slot by copying its attributes: every look back in a conversation copies all of them several times, and without
    this each goes through the protocol of pickling, which ends in the same.
    """

    Slot.__copy__ = _copied


def _copied(thing: Any) -> Any:
    twin = object.__new__(type(thing))
    twin.__dict__.update(thing.__dict__)
    return twin


def copy_trackers_plainly() -> None:
    """Copy a tracker as it stands: Rasa does it before every action by having everything that happened happen again, which ends
    in the same.
    """

    def copied(tracker: DialogueStateTracker) -> DialogueStateTracker:
        twin = _copied(tracker)
        twin.events = copy.copy(tracker.events)
        twin.slots = {name: _copied(slot) for name, slot in tracker.slots.items()}
        twin.active_loop = copy.copy(tracker.active_loop)
        twin.sender_source = twin.model_id = twin.assistant_id = None
        return twin

    DialogueStateTracker.copy = copied


class _SlotsRead:
    """A domain without the slots that only actions set: nothing is to be found in a message for them."""

    def __init__(self, domain: Domain):
        self._domain = domain
        self.slots = [
            slot for slot in domain.slots
            if any(m.get(MAPPING_TYPE) != str(SlotMappingType.CUSTOM) or "action" in m for m in slot.mappings)
        ]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._domain, name)


def extract_what_is_read() -> None:
    """Look for a slot's value in a message where one of its mappings does; most of ours are set by actions only."""
    run = ActionExtractSlots.run

    async def extracted(self: ActionExtractSlots, channel: Any, nlg: Any, tracker: DialogueStateTracker, domain: Domain) -> list:
        read = domain.__dict__.get("_slots_read")
        if read is None:
            read = domain.__dict__["_slots_read"] = _SlotsRead(domain)
        return await run(self, channel, nlg, tracker, read)

    ActionExtractSlots.run = extracted


class _Rules:
    """Rules by the last state they ask for: after which action, with which intent. ``others`` ask for something else."""

    def __init__(self, keys: Any):
        self.by_intent: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.others: list[str] = []
        for key in keys:
            last = json.loads(key)[-1]
            after, intent = last.get("prev_action", {}).get("action_name"), last.get("user", {}).get("intent")
            if after and intent and rasa.core.policies.rule_policy.SHOULD_NOT_BE_SET not in {after, intent}:
                self.by_intent[after, intent].append(key)
            else:
                self.others.append(key)

    def that_may_fit(self, state: dict[str, Any]) -> list[str]:
        asked = state.get("prev_action", {}).get("action_name"), state.get("user", {}).get("intent")
        return [*self.by_intent.get(asked, ()), *self.others]


def look_rules_up() -> None:
    """Let a rule be compared with the conversation only where its last state's action and intent are the conversation's.

    Rasa compares every rule, three times a turn: once more for rules on the very words of a message. Where all rules ask for
    an intent, words alone fit none, and the conversation need not be laid out for that at all.
    """
    possible_keys, find_action = RulePolicy._get_possible_keys, RulePolicy._find_action_from_rules

    def rules_of(policy: RulePolicy, lookup: dict[str, str]) -> _Rules:
        known = policy.__dict__.setdefault("_rules_by_last_state", {})
        if id(lookup) not in known:
            known[id(lookup)] = lookup, _Rules(lookup)  # the lookup is kept, so that its number stays its own
        return known[id(lookup)][1]

    def few_possible_keys(self: RulePolicy, lookup: dict[str, str], states: list) -> set[str]:
        return possible_keys(self, dict.fromkeys(rules_of(self, lookup).that_may_fit(states[-1])) if states else lookup, states)

    def find(self: RulePolicy, tracker: Any, domain: Domain, use_text_for_last_user_input: bool) -> tuple:
        if use_text_for_last_user_input and not tracker.active_loop_name and not rules_of(self, self.lookup[RULES]).others:
            return None, None, False
        return find_action(self, tracker, domain, use_text_for_last_user_input)

    RulePolicy._get_possible_keys, RulePolicy._find_action_from_rules = few_possible_keys, find


def remember_predictions() -> None:
    """Work out once what follows from a course of events: see :mod:`bot.rasa_host.predictions`."""
    RulePolicy.predict_action_probabilities = remembering(RulePolicy.predict_action_probabilities)


@contextlib.contextmanager
def without_checking_again() -> Iterator[None]:
    """Load a trained model without holding its domain against Rasa's schema, half a second of a start: the training did."""
    check = rasa.shared.utils.validation.validate_yaml_schema
    rasa.shared.utils.validation.validate_yaml_schema = lambda *given, **more: None
    try:
        yield
    finally:
        rasa.shared.utils.validation.validate_yaml_schema = check


def know_whether_domain_is_empty(domain: Domain) -> None:
    """Ask once whether this domain is empty: Rasa puts an empty one together for every message, to compare."""
    empty = domain.is_empty()
    domain.is_empty = lambda: empty


def apply() -> None:
    """All that concern classes and modules, before the model is loaded."""
    if hasattr(Event.resolve_by_type, "cache_info"):
        return  # done already
    trust_own_results()
    copy_slots_plainly()
    copy_trackers_plainly()
    remember_predictions()
    extract_what_is_read()
    remember_event_classes()
    look_rules_up()
    log_without_copies()
