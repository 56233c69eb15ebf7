"""Intent classifier over character and pinyin n-grams: homophones (底保, 其江) look like what they sound like."""

from __future__ import annotations

from typing import Any

from pypinyin import Style, lazy_pinyin
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from policy_kb.names import normalise

RANKED = 5
# What the stored classifier may hold beyond numbers and lists; skops refuses to load anything else.
TRUSTED = ["scipy.sparse._csr.csr_matrix"]


def characters(text: str) -> str:
    """The text as the character n-grams see it; the marks show where it begins and ends."""
    return f"^{normalise(text)[0]}$"


def sounds(text: str) -> str:
    """The text as toneless syllables: 底保 → di bao."""
    return " ".join(lazy_pinyin(normalise(text)[0], style=Style.NORMAL))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CharacterPinyinClassifier(GraphComponent, IntentClassifier):
    """Logistic regression over TF-IDF of character n-grams (1 to 4) and pinyin syllables (1 to 3)."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"C": 20.0, "max_iter": 300, "random_state": 7}

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn", "pypinyin"]

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource, parts: dict | None = None):
        self._config, self._storage, self._resource = config, storage, resource
        self._parts = parts

    @classmethod
    def create(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource, execution_context: ExecutionContext
    ) -> CharacterPinyinClassifier:
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        texts, intents = [e.get(TEXT) for e in examples], [e.get(INTENT) for e in examples]
        by_character = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True, lowercase=False)
        by_sound = TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 3), min_df=2, sublinear_tf=True, lowercase=False)
        features = hstack(
            [by_character.fit_transform(map(characters, texts)), by_sound.fit_transform(map(sounds, texts))]
        ).tocsr()
        model = LogisticRegression(
            C=self._config["C"], max_iter=self._config["max_iter"], random_state=self._config["random_state"],
            class_weight="balanced",
        )
        model.fit(features, intents)
        self._parts = {"by_character": by_character, "by_sound": by_sound, "model": model}
        import skops.io

        with self._storage.write_to(self._resource) as folder:
            skops.io.dump(self._parts, folder / "classifier.skops")
        return self._resource

    @classmethod
    def load(
        cls, config: dict[str, Any], model_storage: ModelStorage, resource: Resource,
        execution_context: ExecutionContext, **kwargs: Any,
    ) -> CharacterPinyinClassifier:
        import skops.io

        with model_storage.read_from(resource) as folder:
            parts = skops.io.load(folder / "classifier.skops", trusted=TRUSTED)
        return cls(config, model_storage, resource, parts)

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the most likely intent and the ranking of the next ones."""
        texts = [m.get(TEXT) or "" for m in messages]
        p = self._parts
        features = hstack(
            [p["by_character"].transform(map(characters, texts)), p["by_sound"].transform(map(sounds, texts))]
        ).tocsr()
        for message, row in zip(messages, p["model"].predict_proba(features)):
            order = sorted(zip(p["model"].classes_, map(float, row)), key=lambda x: -x[1])[:RANKED]
            ranking = [{"name": str(name), "confidence": confidence} for name, confidence in order]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data
