"""What the trained pipeline makes of texts, in this process and without a service."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from policy_kb import KnowledgeBase, Understanding, interpret

if TYPE_CHECKING:
    import rasa.core.agent

AS_OF = "2026-11-23"  # today for 去年, as in tests/processes/held_out


@dataclass(frozen=True)
class Parsed:
    """The intent, and what is understood per kind (``benefit``, ``aspect``, ``region``, ``residence``, ``age``)."""

    intent: str
    values: Mapping[str, tuple[Hashable, ...]] = field(default_factory=dict)


def parse(model: Path, texts: Iterable[str]) -> list[Parsed]:
    """Each text through the whole pipeline of ``model``; names are those of the knowledge base at ``HUIMIN_KB_URL``."""
    agent = _agent(model)

    async def parse_all() -> list[Parsed]:
        return [_parsed(text, await agent.parse_message(text)) for text in texts]

    return asyncio.run(parse_all())


def values_of(kb: KnowledgeBase, said: Understanding, intent: str, sure_enough_to_guess: bool) -> dict[str, tuple[Hashable, ...]]:
    """What is understood, as the actions take it; places by their full names."""
    aspect = said.aspect or ("eligibility" if intent == "check_eligibility" else None)
    guessed = said.guessed if sure_enough_to_guess else None
    found: dict[str, tuple[Hashable, ...]] = {
        "benefit": said.benefits or _one(guessed),
        "aspect": _one(aspect),
        "region": tuple(kb.full_name(code) for code in said.regions),
        "residence": _one(said.residence),
        "age": _one(said.age),
    }
    return {kind: values for kind, values in found.items() if values}


def _one(value: Hashable | None) -> tuple[Hashable, ...]:
    return () if value is None else (value,)


def _agent(model: Path) -> rasa.core.agent.Agent:
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    from bot.rasa_host import lean  # noqa: F401  (before Rasa)

    import rasa.core.agent  # isort: skip
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.WARNING)
    return rasa.core.agent.Agent.load(str(model))


def _parsed(text: str, result: dict) -> Parsed:
    from rasa_sdk import Tracker  # after _agent: what it leaves out would be imported otherwise

    from actions import base
    from actions.answer import SURE_ENOUGH_TO_GUESS

    message = {"text": text, "entities": result["entities"], "metadata": {"as_of": AS_OF}}
    tracker = Tracker("evaluation", {}, message, [], False, None, {}, None)
    kb, intent = base.knowledge(), result["intent"]
    sure = intent["confidence"] >= SURE_ENOUGH_TO_GUESS
    return Parsed(intent["name"], values_of(kb, interpret(kb, base.mentions(tracker)), intent["name"], sure))
