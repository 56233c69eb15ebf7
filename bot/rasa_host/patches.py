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
from rasa.shared.core.events import Event

# The modules in which copies are made for debug messages and for nothing else.
LOG_COPIES = (rasa.core.processor, rasa.core.policies.rule_policy)
REPLACED = ((RemoteAction, "_validate_action_result"), (Event, "resolve_by_type"), *((m, "copy") for m in LOG_COPIES))


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


def apply() -> None:
    """All of them, once, before the model is loaded."""
    trust_own_results()
    if not hasattr(Event.resolve_by_type, "cache_info"):
        remember_event_classes()
    log_without_copies()
