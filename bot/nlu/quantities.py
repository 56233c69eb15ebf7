"""The numbers of a message as entities, for interviews and whatever counts with what residents say."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from policy_kb.quantities import QUANTITY, find_quantities


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class QuantityExtractor(GraphComponent, EntityExtractorMixin):
    """Money, ages, people, durations, grades, shares and bare numbers; the value is the quantity without its place."""

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> QuantityExtractor:
        return cls()

    @staticmethod
    def required_packages() -> list[str]:
        return ["regex"]

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            found = []
            for quantity in find_quantities(message.get(TEXT) or ""):
                value = asdict(quantity)
                start, end = value.pop("start"), value.pop("end")
                found.append({"entity": QUANTITY, "value": value, "start": start, "end": end, "extractor": type(self).__name__})
            message.set(ENTITIES, message.get(ENTITIES, []) + found, add_to_output=True)
        return messages
