"""Intent classifier over characters, sounds and the text with names taken out: homophones (底保, 其江) look like what they sound
like, and what is said around a name is learned for all names.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.features import grams, masked_grams
from bot.nlu.trained import TrainedOnExamples
from policy_kb import Mention

RANKED = 5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CharacterPinyinClassifier(TrainedOnExamples, IntentClassifier):
    """Logistic regression, trained with scikit-learn, served with NumPy. ``masked``: see the text without its names, too."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"C": 20.0, "min_df": 2, "masked": True}

    def label_of(self, example: Message) -> str | None:
        return example.get(INTENT)

    def features_of(self, text: str, mentions: Iterable[Mention]) -> list[str]:
        return grams(text) + (masked_grams(text, mentions) if self._config["masked"] else [])

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the most likely intent and the ranking of the next ones."""
        for message in messages:
            ranking = [{"name": name, "confidence": confidence} for name, confidence in self.ranking(message)[:RANKED]]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
