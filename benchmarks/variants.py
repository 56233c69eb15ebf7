"""Intent classifiers that the chosen one is measured beside; each is a component of Rasa's pipeline."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.classifier import CharacterPinyinClassifier
from bot.nlu.features import SYLLABLES, grams, masked_grams
from bot.nlu.knowledge import current_knowledge
from bot.nlu.linear import LinearModel
from bot.nlu.trained import TrainedOnExamples
from policy_kb import Mention, mentions_of
from policy_kb.language import plain
from policy_kb.language.syllables import sounds_of

_CLASSIFIER = DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER


class _Variant(TrainedOnExamples, IntentClassifier):
    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"C": 20.0, "min_df": 2}

    def label_of(self, example: Message) -> str | None:
        return example.get(INTENT)

    process = CharacterPinyinClassifier.process
    process_training_data = CharacterPinyinClassifier.process_training_data


def _characters(text: str) -> list[str]:
    return [g for g in grams(text) if not g.startswith("~")]


@DefaultV1Recipe.register(_CLASSIFIER, is_trainable=True)
class Characters(_Variant):
    """Character n-grams, of the text and of the text without its names."""

    def features_of(self, text: str, mentions: Iterable[Mention]) -> list[str]:
        return [*_characters(text), *masked_grams(text, mentions)]


@DefaultV1Recipe.register(_CLASSIFIER, is_trainable=True)
class ExactSounds(_Variant):
    """Characters and toneless pinyin as it is spelt, with nothing merged that dialects merge."""

    def features_of(self, text: str, mentions: Iterable[Mention]) -> list[str]:
        said = sounds_of(plain(text))
        sounds = ["~" + " ".join(said[i : i + n]) for n in SYLLABLES for i in range(len(said) - n + 1)]
        return [*_characters(text), *sounds, *masked_grams(text, mentions)]


@DefaultV1Recipe.register(_CLASSIFIER, is_trainable=True)
class MergedSounds(_Variant):
    """Characters and pinyin as it sounds where dialects merge zh/z, n/l, h/f, -ng/-n."""

    def features_of(self, text: str, mentions: Iterable[Mention]) -> list[str]:
        return [*grams(text), *masked_grams(text, mentions)]


@DefaultV1Recipe.register(_CLASSIFIER, is_trainable=True)
class WithNames(_Variant):
    """As :class:`MergedSounds`, but the text with its names only."""

    def features_of(self, text: str, mentions: Iterable[Mention]) -> list[str]:
        return [*grams(text)]


@DefaultV1Recipe.register(_CLASSIFIER, is_trainable=True)
class SupportVectors(MergedSounds):
    """A linear support vector machine on the same features; its distances stand for probabilities."""

    def train(self, training_data: TrainingData) -> Resource:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.svm import LinearSVC

        kb = current_knowledge()
        examples = [e for e in training_data.intent_examples if e.get(TEXT)]
        vectors = TfidfVectorizer(analyzer=list, min_df=self._config["min_df"], sublinear_tf=True)
        counted = vectors.fit_transform(self.features_of(e.get(TEXT), mentions_of(kb, e.get(TEXT))) for e in examples)
        machine = LinearSVC(C=1.0, class_weight="balanced", random_state=0).fit(counted, [e.get(INTENT) for e in examples])
        self._model = LinearModel(
            {g: int(i) for g, i in vectors.vocabulary_.items()}, vectors.idf_, machine.coef_, machine.intercept_,
            [str(c) for c in machine.classes_],
        )
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder)
        return self._resource
