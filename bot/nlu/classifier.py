"""Intent classifier over characters, sounds and the text with names taken out: homophones (底保, 其江) look like what they sound
like, and what is said around a name is learned for all names.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.features import grams, masked_grams, pairs, strangeness
from bot.nlu.knowledge import current_knowledge
from bot.nlu.trained import TrainedOnExamples
from policy_kb import KnowledgeBase, Mention
from policy_kb.per_base import per_base

RANKED = 5


@per_base
def stated_pairs(kb: KnowledgeBase) -> frozenset[str]:
    """Every pair of characters in the base's statements: what is newly known is familiar at once."""
    return frozenset(p.statement[i : i + 2] for p in kb.provisions for i in range(len(p.statement) - 1))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CharacterPinyinClassifier(TrainedOnExamples, IntentClassifier):
    """Logistic regression, trained with scikit-learn, served with NumPy.

    ``masked``: see the text without its names, too. ``ours``: the intents that ask us something; how many words of a text are
    in none of their examples and in no statement of the base is a feature of its own (none: no such feature).
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"C": 20.0, "min_df": 2, "masked": True, "ours": ["ask_policy", "inform", "check_eligibility", "correct"]}

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._used: Counter[str] = Counter()

    def label_of(self, example: Message) -> str | None:
        return example.get(INTENT)

    def features_of(self, text: str, mentions: Iterable[Mention]) -> list[str]:
        return self._features(text, list(mentions), asks_us=False)

    def training_features(self, examples: list[tuple[str, str, list[Mention]]]) -> list[list[str]]:
        ours = [label in self._config["ours"] for _, label, _ in examples]
        self._used = Counter()
        for (text, _, mentions), asks_us in zip(examples, ours):
            if asks_us:
                self._used.update(pairs(text, mentions))
        return [self._features(text, mentions, asks_us) for (text, _, mentions), asks_us in zip(examples, ours)]

    def _features(self, text: str, mentions: list[Mention], asks_us: bool) -> list[str]:
        """``asks_us``: the text is itself among the examples that make words familiar, and must not count for itself."""
        found = grams(text)
        if self._config["masked"]:
            found += masked_grams(text, mentions)
        if self._config["ours"]:
            stated = stated_pairs(current_knowledge())
            found += strangeness(pairs(text, mentions), lambda pair: self._used[pair] > asks_us or pair in stated)
        return found

    def save_more(self, folder: Path) -> None:
        (folder / "used.json").write_text(json.dumps(self._used, ensure_ascii=False), encoding="utf-8")

    def load_more(self, folder: Path) -> None:
        self._used = Counter(json.loads((folder / "used.json").read_text(encoding="utf-8")))

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
