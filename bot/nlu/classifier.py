"""Intent classifier over character and pinyin n-grams: homophones (底保, 其江) look like what they sound like."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.ngrams import LinearModel, grams

RANKED = 5


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CharacterPinyinClassifier(GraphComponent, IntentClassifier):
    """Logistic regression, trained with scikit-learn, served with NumPy."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"C": 20.0, "max_iter": 300, "min_df": 2}

    @staticmethod
    def required_packages() -> list[str]:
        return ["numpy", "pypinyin"]

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: LinearModel | None = None
    ):
        self._config, self._storage, self._resource, self._model = config, storage, resource, model

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> CharacterPinyinClassifier:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.linear_model import LogisticRegression

        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        vectors = TfidfVectorizer(analyzer=grams, min_df=self._config["min_df"], sublinear_tf=True)
        features = vectors.fit_transform(e.get(TEXT) for e in examples)
        regression = LogisticRegression(
            C=self._config["C"], max_iter=self._config["max_iter"], class_weight="balanced", multi_class="multinomial"
        )
        regression.fit(features, [e.get(INTENT) for e in examples])
        self._model = LinearModel(
            {g: int(i) for g, i in vectors.vocabulary_.items()}, vectors.idf_, regression.coef_, regression.intercept_,
            [str(c) for c in regression.classes_],
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext, **kwargs: Any,
    ) -> CharacterPinyinClassifier:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, LinearModel.load(folder))

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the most likely intent and the ranking of the next ones."""
        for message in messages:
            odds = self._model.probabilities(message.get(TEXT) or "")
            order = sorted(zip(self._model.classes, map(float, odds)), key=lambda x: -x[1])[:RANKED]
            ranking = [{"name": name, "confidence": confidence} for name, confidence in order]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
