"""What the trained components of the pipeline share: they learn from the examples' texts and metadata, with the base's names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import METADATA, METADATA_INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.knowledge import MENTIONS, current_knowledge
from bot.nlu.linear import LinearModel
from policy_kb import KnowledgeBase, Mention, mentions_of
from policy_kb.per_base import per_base


class TrainedOnExamples(GraphComponent):
    """A linear model behind a graph component. Subclasses say what is learned from which features."""

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: LinearModel | None = None
    ) -> None:
        self._config, self._storage, self._resource, self._model = config, storage, resource, model

    @staticmethod
    def required_packages() -> list[str]:
        return ["numpy", "pypinyin"]

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> TrainedOnExamples:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext, **kwargs: Any,
    ) -> TrainedOnExamples:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, LinearModel.load(folder))

    def label_of(self, example: Message) -> str | None:
        """What is to be learned of an example; None where it teaches nothing."""
        raise NotImplementedError

    def features_of(self, text: str, mentions: Iterable[Mention]) -> list[str]:
        raise NotImplementedError

    def train(self, training_data: TrainingData) -> Resource:
        kb = current_knowledge()
        labelled = [(e.get(TEXT), label) for e in training_data.intent_examples if e.get(TEXT) and (label := self.label_of(e))]
        features = [self.features_of(text, _mentions(kb, text)) for text, _ in labelled]
        self._model = LinearModel.trained(
            features, [label for _, label in labelled], c=self._config["C"], min_df=self._config["min_df"]
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    def ranking(self, message: Message) -> list[tuple[str, float]]:
        """Labels with their probabilities, the likeliest first."""
        text = message.get(TEXT) or ""
        mentions = message.get(MENTIONS)
        if mentions is None:
            mentions = mentions_of(current_knowledge(), text)
        return self._model.ranking(self.features_of(text, mentions))


def _mentions(kb: KnowledgeBase, text: str) -> list[Mention]:
    """Every trained component asks for the same examples, so each is read once."""
    known = _read_before(kb)
    if text not in known:
        known[text] = mentions_of(kb, text)
    return known[text]


@per_base
def _read_before(kb: KnowledgeBase) -> dict[str, list[Mention]]:
    return {}


def example_metadata(example: Message) -> dict[str, Any]:
    """``metadata`` of the block of examples that this one is in."""
    return (example.get(METADATA) or {}).get(METADATA_INTENT) or {}
