"""What is asked, learned from labelled examples: which aspect, and which benefit where none is named.

Names are still the base's own: the aspect is learned from what is said around them, and a benefit is guessed only where a text
names none (土墙房要塌了国家管不管).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.features import grams, masked_grams
from bot.nlu.knowledge import MENTIONS, current_knowledge
from bot.nlu.trained import TrainedOnExamples, example_metadata
from policy_kb import KnowledgeBase, Mention, interpret
from policy_kb.names import ASKS, ASPECT, BENEFIT, INSTITUTION, MEANT, SUBJECT, SUBJECT_KINDS, TOPIC

# Most texts ask nothing of the kind: small talk, other people's business, a bare name.
NOTHING = "nothing"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class AspectClassifier(TrainedOnExamples, EntityExtractorMixin):
    """Adds the entity ``asks``: the aspect a text asks about. Where the base's own cues say another, it must be surer."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"C": 20.0, "min_df": 2, "threshold": 0.5, "threshold_against_cue": 0.8}

    def label_of(self, example: Message) -> str | None:
        return example_metadata(example).get("aspect") or NOTHING

    def features_of(self, text: str, mentions: Iterable[Mention]) -> list[str]:
        mentions = list(mentions)
        cues = [f"cue:{v}" for m in mentions if m.kind == ASPECT for v in m.value]
        return [*grams(text), *masked_grams(text, mentions), *cues]

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            aspect, confidence = self.ranking(message)[0]
            cues = {v for m in message.get(MENTIONS) or () if m.kind == ASPECT for v in m.value}
            against = bool(cues) and aspect not in cues
            if aspect != NOTHING and confidence >= self._config["threshold_against_cue" if against else "threshold"]:
                _add(message, ASKS, aspect, confidence, type(self).__name__)
        return messages


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class SubjectClassifier(TrainedOnExamples, EntityExtractorMixin):
    """Adds the entity ``subject``: the benefit that a text names no name of, where one is likely; or ``meant``: the benefit that
    the whole text means although it names others (残疾人坐地铁免票吗 asks about fares).

    That one must be likely (``threshold_against_name``), and likelier than what is named by ``name_weight`` for each character
    of the longest name. A name that is in no example, and that the classifier by itself takes for something else than the base
    does, is never overruled: whoever loaded it knows what it means.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._names_seen: frozenset[str] = frozenset()

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"C": 20.0, "min_df": 2, "threshold": 0.3, "threshold_against_name": 0.6, "name_weight": 0.1,
                "others_share": 0.8, "unlikely": 0.12}

    def label_of(self, example: Message) -> str | None:
        return next(iter(example_metadata(example).get("benefit") or ()), NOTHING)

    def features_of(self, text: str, mentions: Iterable[Mention]) -> list[str]:
        return grams(text)

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            mentions = message.get(MENTIONS) or ()
            ranking = self.ranking(message)
            benefit, confidence = ranking[0]
            if benefit == NOTHING:
                continue
            named = [m for m in mentions if m.kind in SUBJECT_KINDS]
            if not named and confidence >= self._config["threshold"]:
                _add(message, SUBJECT, benefit, confidence, type(self).__name__)
            elif named and self._is_overruled(mentions, named, ranking):
                _add(message, MEANT, benefit, confidence, type(self).__name__)
        return messages

    def _is_overruled(self, mentions: Iterable[Mention], named: list[Mention], ranking: list[tuple[str, float]]) -> bool:
        """Whether the likeliest benefit is likelier than those that the names mean, and the names are known to the classifier."""
        kb = current_knowledge()
        benefits = interpret(kb, mentions).benefits
        (benefit, confidence), likely = ranking[0], dict(ranking)
        if not benefits or benefit in benefits or any(m.kind == INSTITUTION for m in named):
            return False
        margin = self._config["name_weight"] * max(len(m.text) for m in named)
        by_name = max(likely.get(b, 0.0) for b in benefits)
        enough = max(self._config["threshold_against_name"], by_name + margin)
        # 超了低保线又透析: which of several is open, but surely none that is named.
        others = 1.0 - likely.get(NOTHING, 0.0) - sum(likely.get(b, 0.0) for b in benefits)
        none_named = others >= self._config["others_share"] and by_name < self._config["unlikely"]
        sure = confidence >= enough or none_named and confidence >= self._config["threshold"]
        return sure and all(self._knows(kb, m) for m in named if m.kind in {BENEFIT, TOPIC})

    def _knows(self, kb: KnowledgeBase, name: Mention) -> bool:
        """Whether a name was learned with, or the classifier takes it for what the base does, or it gives way anyhow (学费)."""
        if name.text in self._names_seen or name.kind == TOPIC and all(kb.topics[v].generic for v in name.value):
            return True
        meant = {b for v in name.value for b in (kb.topics[v].benefits if name.kind == TOPIC else (v,))}
        return self._model.ranking(self.features_of(name.text, ()))[0][0] in meant

    def training_features(self, examples: list[tuple[str, str, list[Mention]]]) -> list[list[str]]:
        self._names_seen = frozenset(m.text for _, _, mentions in examples for m in mentions if m.kind in SUBJECT_KINDS)
        return super().training_features(examples)

    def save_more(self, folder: Path) -> None:
        (folder / "names_seen.json").write_text(json.dumps(sorted(self._names_seen), ensure_ascii=False), encoding="utf-8")

    def load_more(self, folder: Path) -> None:
        self._names_seen = frozenset(json.loads((folder / "names_seen.json").read_text(encoding="utf-8")))


def _add(message: Message, kind: str, value: str, confidence: float, extractor: str) -> None:
    entity = {"entity": kind, "value": value, "start": 0, "end": 0, "confidence_entity": confidence, "extractor": extractor}
    message.set(ENTITIES, [*message.get(ENTITIES, []), entity], add_to_output=True)
