"""What of Rasa is replaced while serving, each with what it costs and why nothing else changes.

Rasa 3.6.21 is frozen, so these lines can rest on its insides; ``tests/rasa_host/test_patches.py`` compares with the
original. Where Rasa has a place for it (an endpoint, a tracker store, a graph runner) that is used instead.
"""

from __future__ import annotations

import types
from functools import lru_cache

import rasa.core.policies.rule_policy
import rasa.core.processor
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.core.slots import Slot

# The modules in which copies are made for debug messages and for nothing else.
LOG_COPIES = (rasa.core.processor, rasa.core.policies.rule_policy)
REPLACED = (
    (RemoteAction, "_validate_action_result"), (Event, "resolve_by_type"), (Slot, "__copy__"), *((m, "copy") for m in LOG_COPIES),
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

    def copied(slot: Slot) -> Slot:
        twin = object.__new__(type(slot))
        twin.__dict__.update(slot.__dict__)
        return twin

    Slot.__copy__ = copied


def know_whether_domain_is_empty(domain: Domain) -> None:
    """Ask once whether this domain is empty: Rasa puts an empty one together for every message, to compare."""
    empty = domain.is_empty()
    domain.is_empty = lambda: empty


def apply() -> None:
    """All that concern classes and modules, before the model is loaded."""
    trust_own_results()
    copy_slots_plainly()
    if not hasattr(Event.resolve_by_type, "cache_info"):
        remember_event_classes()
    log_without_copies()
