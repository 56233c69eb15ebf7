"""What is certain corrects what was learned: danger first, then whose business it is, then whether it goes on with a question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import regex
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.knowledge import WithKnowledge
from bot.nlu.scope import OURS_SHARE
from policy_kb import KnowledgeBase, emergencies
from policy_kb.answer_words import find_words
from policy_kb.eligibility.reading import heard
from policy_kb.language import plain
from policy_kb.names import SUBJECT_KINDS
from policy_kb.quantities import QUANTITY

DANGER, ASK, OUT_OF_SCOPE, INFORM, NOT_UNDERSTOOD = "danger", "ask_policy", "out_of_scope", "inform", "nlu_fallback"
CORRECT, ELIGIBILITY, PERHAPS = "correct", "check_eligibility", "perhaps_ours"
ASKING = {ASK, INFORM, ELIGIBILITY, CORRECT}
# One sound again and again.
_BABBLE = regex.compile(r"(.{1,4}?)\1+")
# What the scope of a text decides.
_WHOSE = {ASK, INFORM, OUT_OF_SCOPE, NOT_UNDERSTOOD}
# Said with the message by whoever has the conversation: a benefit was asked about before.
IN_CONVERSATION = "in_conversation"
HANDOVER = {"request_human", "complaint", "wrong_answer"}
# What is said beside a question without being one: 好的谢谢，那孤儿呢.
COURTESY = {"greet", "thanks", "goodbye", "acknowledge", "affirm", "deny", "praise", "small_talk", "capabilities"}
# Said to the assistant itself, not of a question: 你呢.
SOCIAL = {"small_talk", "who_are_you", "greet", "capabilities"}
# A text of hardly more than these goes on with the question before it: 万盛, 那农村呢.
FRAGMENT = {"region", "audience", "aspect", "year", "age"}
# Learned, not found: these stand nowhere in the text. And a number says nothing of what is asked.
LEARNED = {"asks", "subject", "meant", QUANTITY}
# Entries of the base's out_of_scope whose words make a name of ours part of another topic.
ELSEWHERE = {"other_topics", "homework_and_stories", "sports_news", "stocks_and_lottery"}

MONEY = {"amount", "fee"}

# Where one lives is said with any question: 云安农村低保.
HARDLY_PERSONAL = frozenset({"residence"})

_FILLERS = regex.compile(
    r"请问|想问|问一下|不对|不是|错了|我想|麻烦|就是说|就是|那个|这个|那么|还有|再问|[那呢吗嘛哦啊呀呃嗯额的了我是在和问喔噢咧哈吧也又还哎诶唉]|[^\p{Han}a-zA-Z0-9]"
)
_QUESTION = regex.compile(r"[呢吗嘛么?？]|多少|怎么|什么|哪|谁|几|想问|请问|问一?下|咨询|了解|打听|想知道|说说|讲讲|讲一下")
_GOES_ON = regex.compile(r"那.{1,8}呢")
# A whole message of this form asks the same of something else, whatever that is: 那交了五年半呢, 喝醉了呢.
_SAME_OF = regex.compile(r"[那要是如果么，,\s]*[^，。,？?]{1,10}呢[?？。\s]*")


@dataclass(frozen=True)
class Seen:
    """What the components before have made of one text."""

    text: str
    intent: str | None
    confidence: float
    ranking: tuple[tuple[str, float], ...]
    found: tuple[dict[str, Any], ...]
    asks: bool
    ours: float
    # Whether a benefit is being talked of already.
    goes_on: bool = False

    @classmethod
    def of(cls, message: Message) -> Seen:
        intent = message.get(INTENT) or {}
        entities = message.get(ENTITIES, [])
        return cls(
            message.get(TEXT) or "", intent.get("name"), intent.get("confidence", 0.0),
            tuple((r["name"], r["confidence"]) for r in message.get("intent_ranking", [])),
            tuple(e for e in entities if e["entity"] not in LEARNED), any(e["entity"] == "asks" for e in entities),
            message.get(OURS_SHARE, 0.5), bool((message.get("metadata") or {}).get(IN_CONVERSATION)),
        )

    @property
    def kinds(self) -> set[str]:
        return {e["entity"] for e in self.found}

    @property
    def names_subject(self) -> bool:
        return bool(self.kinds & SUBJECT_KINDS)

    @property
    def is_precise(self) -> bool:
        """A name of ours with something said of it that is not the name itself: 退役 is a topic and a group."""
        subjects = [(e["start"], e["end"]) for e in self.found if e["entity"] in SUBJECT_KINDS]
        return bool(subjects) and "out_of_scope" not in self.kinds and any(
            e["entity"] in {"aspect", "region", "audience", "age"}
            and not any(s <= e["start"] and e["end"] <= end for s, end in subjects)
            for e in self.found
        )

    @property
    def is_elsewhere(self) -> bool:
        """A word stands there that makes a name of ours part of another topic: 孤儿题材小说, 医保概念股."""
        return any(e["entity"] == "out_of_scope" and ELSEWHERE & set(e["value"].split(",")) for e in self.found)

    @property
    def covered(self) -> float:
        """The share of the text's characters that lie in a name we know; fillers and marks say nothing either way."""
        places = {i for e in self.found for i in range(e["start"], e["end"])}
        empty = {i for m in _FILLERS.finditer(self.text) for i in range(*m.span())} - places
        return len(places) / max(1, len(self.text) - len(empty))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class IntentGuard(WithKnowledge):
    """Corrects the learned intent by what is certain; the first rule that has something to say decides.

    Danger named in words of the knowledge base is danger, whatever the classifier thinks. A danger that only the classifier
    sees must be likely (``danger_threshold``; more so beside a benefit's name, in a talk about one, or beside words known to be
    harmless), and nobody is handed over on a guess (``handover_threshold``). Whose business a text is the scope decides, from a
    share on that depends on whether the intent asks something and what it names (``ours_…``); from ``perhaps_ours`` on it is
    asked back. Below
    ``unsure_threshold`` nothing but a name we know makes a question.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "danger_threshold": 0.5, "danger_threshold_beside_benefit": 0.75, "danger_threshold_beside_harmless": 0.9,
            "ours_if_it_asks": 0.6, "ours_if_it_asks_precisely": 0.5, "ours_anyhow": 0.8, "perhaps_ours": 0.4,
            "unsure_threshold": 0.35, "handover_threshold": 0.45, "fragment_share": 0.6, "told_share": 0.4,
        }

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            decided = self.decide(self.knowledge, Seen.of(message))
            if decided and decided != (message.get(INTENT) or {}).get("name"):
                message.set(INTENT, {"name": decided, "confidence": 1.0}, add_to_output=True)
        return messages

    def decide(self, kb: KnowledgeBase, seen: Seen) -> str | None:
        """The intent after all corrections."""
        if emergencies.detect(kb, seen.text):
            return DANGER
        if seen.intent == DANGER and seen.confidence < self._danger_threshold(kb, seen):
            name, confidence = next(((n, c) for n, c in seen.ranking if n != DANGER), (NOT_UNDERSTOOD, 0.0))
            seen = replace(seen, intent=name, confidence=confidence)
        rules: tuple[Callable[[Seen], str | None], ...] = (
            self._wants_check, self._nothing_to_check, self._goes_on, self._put_right, self._no_handover_on_a_guess,
            self._courtesy_and_question, self._unsure, self._whose_business,
        )
        return next((decided for rule in rules if (decided := rule(seen))), seen.intent)

    def _danger_threshold(self, kb: KnowledgeBase, seen: Seen) -> float:
        """How sure the classifier must be of a danger that the base has no words for."""
        if emergencies.is_spared(kb, seen.text):
            return self._config["danger_threshold_beside_harmless"]
        beside = seen.names_subject or seen.goes_on
        return self._config["danger_threshold_beside_benefit" if beside else "danger_threshold"]

    def _wants_check(self, seen: Seen) -> str | None:
        """Words that ask us to look whether somebody qualifies, not what the rule is; 接着看 goes on with what was begun."""
        kb, text = self.knowledge, plain(seen.text)
        if find_words(kb, "resume", text):
            return ELIGIBILITY
        if seen.is_elsewhere or seen.intent not in {ASK, INFORM, ELIGIBILITY, OUT_OF_SCOPE, NOT_UNDERSTOOD, *HANDOVER}:
            return None
        if find_words(kb, "conditions", text):
            return ASK if seen.intent == ELIGIBILITY else None
        if find_words(kb, "check", text):
            return ELIGIBILITY
        # 能免学费不 asks about the fee, whoever it is for.
        of_money = any(e["entity"] == "aspect" and set(e["value"].split(",")) & MONEY for e in seen.found)
        may = seen.names_subject and not of_money and find_words(kb, "may", text)
        return ELIGIBILITY if may and set(heard(kb, seen.text).facts) - HARDLY_PERSONAL else None

    def _nothing_to_check(self, seen: Seen) -> str | None:
        """帮我看下快递到哪儿了 sounds like a check to the classifier; in ours stands a benefit, somebody's lot, or getting."""
        if seen.intent != ELIGIBILITY or seen.kinds - {"aspect", "region", "office", "out_of_scope"}:
            return None
        if find_words(self.knowledge, "entitled", plain(seen.text)) or heard(self.knowledge, seen.text).facts:
            return None
        return ASK if seen.ours >= self._config["ours_anyhow"] else OUT_OF_SCOPE  # 帮我查一下标准

    def _goes_on(self, seen: Seen) -> str | None:
        whole = seen.kinds and seen.kinds <= FRAGMENT and seen.covered >= self._config["fragment_share"]
        same = not seen.names_subject and "out_of_scope" not in seen.kinds and _SAME_OF.fullmatch(seen.text)
        return INFORM if (whole or same and seen.intent not in SOCIAL) and seen.intent != CORRECT else None

    def _put_right(self, seen: Seen) -> str | None:
        """不对不对，她是91: who says what is right corrects; who only says that it is wrong wants somebody to look."""
        if seen.intent != "wrong_answer":
            return None
        told = seen.kinds - {"office", "out_of_scope"}
        named = told and seen.covered >= self._config["told_share"]
        return CORRECT if named or heard(self.knowledge, seen.text).facts else None

    def _no_handover_on_a_guess(self, seen: Seen) -> str | None:
        if seen.intent in HANDOVER and seen.confidence < self._config["handover_threshold"]:
            asks = seen.asks and seen.ours >= self._config["ours_if_it_asks"]
            return ASK if seen.names_subject or asks else NOT_UNDERSTOOD
        return None

    def _courtesy_and_question(self, seen: Seen) -> str | None:
        named = seen.names_subject or seen.kinds & {"region", "audience"}
        if seen.intent in COURTESY and named and (seen.asks or _QUESTION.search(seen.text)):
            return ASK if seen.names_subject and not _GOES_ON.search(seen.text) else INFORM
        return None

    def _unsure(self, seen: Seen) -> str | None:
        if seen.intent == OUT_OF_SCOPE and not seen.kinds and _BABBLE.fullmatch(plain(seen.text)):
            return NOT_UNDERSTOOD  # 阿巴阿巴 is nobody's business
        if seen.confidence >= self._config["unsure_threshold"] or seen.intent in _WHOSE:
            return None
        return ASK if seen.names_subject or "office" in seen.kinds else None if seen.kinds else NOT_UNDERSTOOD

    def _whose_business(self, seen: Seen) -> str | None:
        """Another department's business is theirs, and so is a name of ours in other people's. Where the scope is in doubt, or
        the intent speaks against it, we ask.
        """
        if seen.intent not in _WHOSE or seen.intent == INFORM and not seen.names_subject:
            return None
        if "out_of_scope" in seen.kinds and not (seen.names_subject or seen.is_elsewhere):
            return OUT_OF_SCOPE
        asks = seen.intent in {ASK, INFORM}
        enough = "ours_if_it_asks_precisely" if asks and seen.is_precise else "ours_if_it_asks" if asks else "ours_anyhow"
        if seen.ours >= self._config[enough]:
            return None if asks else ASK
        return PERHAPS if seen.ours >= self._config["perhaps_ours"] else OUT_OF_SCOPE
