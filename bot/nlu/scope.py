"""Whose business a text is: ours, or somebody else's that is told in words of ours."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.features import around_names, masked_grams, pairs, strangeness
from bot.nlu.knowledge import current_knowledge
from bot.nlu.trained import TrainedOnExamples
from policy_kb import KnowledgeBase, Mention
from policy_kb.per_base import per_base

# How likely a text is ours, for the guard; not part of the parse.
OURS_SHARE = "ours_share"
OURS, OTHERS = "ours", "others"


@per_base
def stated_pairs(kb: KnowledgeBase) -> frozenset[str]:
    """Every pair of characters in the base's statements: what is newly known is familiar at once."""
    return frozenset(p.statement[i : i + 2] for p in kb.provisions for i in range(len(p.statement) - 1))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ScopeClassifier(TrainedOnExamples):
    """How likely a text asks us something rather than is other people's business, told by what stands around the names of what
    we hold, never by the names: 低保 is in 低保怎么申请 and in 低保概念股.

    ``ours``, ``others``: the intents it learns from. How many words of a text are in none of the examples of ours and in no
    statement of the base counts, too.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "C": 5.0, "min_df": 2,
            "ours": ["ask_policy", "inform", "check_eligibility", "correct", "ask_source", "ask_more"],
            "others": ["out_of_scope"],
        }

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._used: Counter[str] = Counter()

    def label_of(self, example: Message) -> str | None:
        intent = example.get(INTENT)
        return OURS if intent in self._config["ours"] else OTHERS if intent in self._config["others"] else None

    def features_of(self, text: str, mentions: Iterable[Mention]) -> list[str]:
        return self._features(text, list(mentions), asks_us=False)

    def training_features(self, examples: list[tuple[str, str, list[Mention]]]) -> list[list[str]]:
        self._used = Counter(p for text, label, mentions in examples if label == OURS for p in pairs(text, mentions))
        return [self._features(text, mentions, label == OURS) for text, label, mentions in examples]

    def _features(self, text: str, mentions: list[Mention], asks_us: bool) -> list[str]:
        """``asks_us``: the text is itself among the examples that make words familiar, and must not count for itself."""
        stated = stated_pairs(current_knowledge())
        strange = strangeness(pairs(text, mentions), lambda pair: self._used[pair] > asks_us or pair in stated)
        return [*around_names(text, mentions), *masked_grams(text, mentions), *strange]

    def save_more(self, folder: Path) -> None:
        (folder / "used.json").write_text(json.dumps(self._used, ensure_ascii=False), encoding="utf-8")

    def load_more(self, folder: Path) -> None:
        self._used = Counter(json.loads((folder / "used.json").read_text(encoding="utf-8")))

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            message.set(OURS_SHARE, dict(self.ranking(message))[OURS])
        return messages
