"""The pipeline's view of the knowledge base: names found at run time."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from policy_kb import KnowledgeBase, mentions_of, shared_reader
from policy_kb.settings import kb_url

# What was found, as it was found, for the components behind; not part of the parse.
MENTIONS = "mentions"

def current_knowledge() -> KnowledgeBase:
    """The process's knowledge base, the newest version."""
    return shared_reader(kb_url()).get()


class WithKnowledge(GraphComponent):
    """Sees the process's knowledge base and notices new versions."""

    def __init__(self, config: dict[str, Any]):
        self._config = config

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ):
        return cls(config)

    @property
    def knowledge(self) -> KnowledgeBase:
        return current_knowledge()


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class KnowledgeEntityExtractor(WithKnowledge):
    """Entities are the knowledge base's own names: benefits, topics, places, groups, aspects, hotlines, institutions …"""

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            mentions = mentions_of(self.knowledge, message.get(TEXT) or "")
            message.set(MENTIONS, mentions)
            found = [
                {
                    "entity": m.kind,
                    "value": ",".join(m.value),
                    "start": m.start,
                    "end": m.end,
                    "extractor": type(self).__name__,
                }
                for m in mentions
            ]
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages
