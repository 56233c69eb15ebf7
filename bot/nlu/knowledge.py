"""The pipeline's view of the knowledge base: names found at run time, danger recognised before everything else."""

from __future__ import annotations

from typing import Any

import regex
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from policy_kb import KnowledgeBase, emergencies, mentions_of, shared_reader
from policy_kb.names import SUBJECT_KINDS
from policy_kb.quantities import QUANTITY
from policy_kb.settings import kb_url

# What was found, as it was found, for the components behind; not part of the parse.
MENTIONS = "mentions"

DANGER, ASK, OUT_OF_SCOPE, INFORM, NOT_UNDERSTOOD = "danger", "ask_policy", "out_of_scope", "inform", "nlu_fallback"
CORRECT, ELIGIBILITY = "correct", "check_eligibility"
# A text of hardly more than these goes on with the question before it: 万盛, 那农村呢.
FRAGMENT = {"region", "audience", "aspect", "year", "age"}
HANDOVER = {"request_human", "complaint", "wrong_answer"}
# What is said beside a question without being one: 好的谢谢，那孤儿呢.
COURTESY = {"greet", "thanks", "goodbye", "acknowledge", "affirm", "deny", "praise", "small_talk", "capabilities"}
# Learned, not found: these stand nowhere in the text. And a number says nothing of what is asked.
LEARNED = {"asks", "subject", QUANTITY}
_FILLERS = regex.compile(
    r"请问|想问|问一下|我想|麻烦|就是说|就是|那个|这个|那么|还有|再问|[那呢吗嘛哦啊呀呃嗯额的了我是在和问喔噢咧哈吧也又还哎诶唉]|[^\p{Han}a-zA-Z0-9]"
)
_QUESTION = regex.compile(r"[呢吗嘛么?？]|多少|怎么|什么|哪|谁|几")


def _covered(text: str, entities: list[dict[str, Any]]) -> float:
    """The share of the text's characters that lie in a name we know; fillers and marks say nothing either way."""
    places = {i for e in entities for i in range(e["start"], e["end"])}
    empty = {i for m in _FILLERS.finditer(text) for i in range(*m.span())} - places
    return len(places) / max(1, len(text) - len(empty))


def current_knowledge() -> KnowledgeBase:
    """The process's knowledge base, the newest version."""
    return shared_reader(kb_url()).get()


class _WithKnowledge(GraphComponent):
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
class KnowledgeEntityExtractor(_WithKnowledge):
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


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class IntentGuard(_WithKnowledge):
    """Corrects the learned intent by what is certain.

    Danger named in words of the knowledge base is danger, whatever the classifier thinks. A danger that only the
    classifier sees must be likely (``danger_threshold``; more so beside a benefit's name or words known to be harmless),
    and nobody is handed over on a guess (``handover_threshold``). Another department's business is out of scope even
    where it sounds like a policy question; a question that names a benefit and what is asked about it is not out of
    scope unless the classifier is sure (``out_of_scope_threshold``).
    Below ``unsure_threshold`` nothing but a name we know makes a question.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "danger_threshold": 0.5, "danger_threshold_beside_benefit": 0.75, "danger_threshold_beside_harmless": 0.9,
            "out_of_scope_threshold": 0.75,
            "unsure_threshold": 0.35, "handover_threshold": 0.45, "fragment_share": 0.6,
        }

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            corrected = self._correct(message)
            if corrected and corrected != message.get(INTENT, {}).get("name"):
                message.set(INTENT, {"name": corrected, "confidence": 1.0}, add_to_output=True)
        return messages

    def _likely(self, text: str, subject: bool) -> float:
        """How sure the classifier must be of a danger that the base has no words for."""
        if emergencies.is_spared(self.knowledge, text):
            return self._config["danger_threshold_beside_harmless"]
        return self._config["danger_threshold_beside_benefit" if subject else "danger_threshold"]

    def _correct(self, message: Message) -> str | None:
        text = message.get(TEXT) or ""
        if emergencies.detect(self.knowledge, text):
            return DANGER
        intent = message.get(INTENT) or {}
        name, confidence = intent.get("name"), intent.get("confidence", 0.0)
        found = [e for e in message.get(ENTITIES, []) if e["entity"] not in LEARNED]
        kinds = {e["entity"] for e in found}
        asks = any(e["entity"] == "asks" for e in message.get(ENTITIES, []))
        subject = kinds & SUBJECT_KINDS
        if name == DANGER and confidence < self._likely(text, bool(subject)):
            name, confidence = next(
                ((r["name"], r["confidence"]) for r in message.get("intent_ranking", []) if r["name"] != DANGER),
                (NOT_UNDERSTOOD, 0.0),
            )
            if subject:
                return ASK
        if name != CORRECT and kinds and kinds <= FRAGMENT and _covered(text, found) >= self._config["fragment_share"]:
            return INFORM
        if name in HANDOVER and confidence < self._config["handover_threshold"]:
            return ASK if subject else NOT_UNDERSTOOD
        if "out_of_scope" in kinds and not subject and name in {ASK, INFORM}:
            return OUT_OF_SCOPE
        if name in COURTESY and (subject or kinds & {"region", "audience"}) and (asks or _QUESTION.search(text)):
            return ASK if subject and not regex.search(r"那.{1,8}呢", text) else INFORM
        precise = subject and kinds & {"aspect", "region", "audience", "age"} and "out_of_scope" not in kinds
        if name == OUT_OF_SCOPE and precise and confidence < self._config["out_of_scope_threshold"]:
            return ASK
        if confidence < self._config["unsure_threshold"]:
            return ASK if kinds & {"benefit", "topic", "office"} else name if kinds else NOT_UNDERSTOOD
        return name
