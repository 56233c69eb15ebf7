"""Understand what a resident says of the household: the answer to a question, and what is told unasked. Pure.

The words are data (``household_facts.yaml``); here is how they are weighed: what is denied does not count, what is said
last counts most, a number belongs to the fact its clause speaks of, else to the fact that was asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import regex

from policy_kb.answer_words import find_words
from policy_kb.eligibility.facts import SITUATIONS
from policy_kb.eligibility.numbers import Numbers
from policy_kb.eligibility.said import CLAUSE
from policy_kb.eligibility.schema import NUMERIC, FactSpec, OptionSpec
from policy_kb.knowledge import KnowledgeBase
from policy_kb.language import reader_of
from policy_kb.language.syllables import blurred, sounds_of
from policy_kb.per_base import per_base

_DENIED = regex.compile(r"(?:不是|不算|没有?|没得|并非|未|无|非|哪里?|不)(?:遇到|什么|再|得|在|过|评上?|了|被|太|是|办|做)?$")
# 低保申请过，没批; 低保去年停了: what follows takes it back.
_TAKEN_BACK = regex.compile(r"(?:户)?(?:以前|去年|前年|早就|已经)?(?:申请过|没批|批不|停了?|取消|被取消|没了|不给)")
_NOT_NOW = regex.compile(r"以前|原来|从前|说成|差一点|"
                         r"(?:能不能|可不可以|能|可以|够|想|要|申请|怎么|是不是)(?:申请|不够|够|去|再|单独|不能)*$")
_SAME_LETTERS = str.maketrans("囗叁壹贰肆", "口三一二四")
_SAID_IN_QUESTIONS = {"residence", "hukou_local"}
_OF_US = regex.compile(r"我|他|她|妈|爸|孩|娃|家")
_BARE_ANSWER = regex.compile(r"(?:嗯|是|有|对|不是|没有|没|有的|是的|不)(?:啊|呀|的|嘛)?")
# Titles of buttons that say yes or no: as an answer they are read as such, and never inside a sentence (是低保户).
_NO_WORD_OF_ITS_OWN = {"是", "不是", "有", "没有"}
_FIRST_NO = regex.compile(r"^(?:没|不是|有|是|都没)")


@dataclass(frozen=True)
class Heard:
    """What was understood: facts as JSON has them. ``unknown``: does not know what was asked. ``bare``: a yes or no without any
    word of the question's. ``other``: says something else.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    unknown: bool = False
    bare: bool = False

    @property
    def other(self) -> bool:
        return not self.facts and not self.unknown


@per_base
def _patterns(kb: KnowledgeBase) -> dict[tuple[str, int, str], regex.Pattern]:
    """(fact, option, ``says`` | ``plainly``) → one pattern."""
    found = {}
    for spec in kb.household_facts.values():
        for index, option in enumerate(spec.options):
            title = () if option.title in _NO_WORD_OF_ITS_OWN else (regex.escape(option.title),)
            says = [*option.says, *option.plainly, *title]
            for key, words in (("says", says), ("plainly", option.plainly)):
                if words:
                    found[spec.id, index, key] = regex.compile("|".join(sorted(words, key=len, reverse=True)))
    return found


def heard(kb: KnowledgeBase, text: str, asked: str | None = None, known: Mapping[str, Any] | None = None) -> Heard:
    """What ``text`` says of the household. ``asked``: the fact just asked for; ``known``: the facts so far, as JSON has them.

    Only facts whose value can be taken are given; what the household has is never guessed from a question.
    """
    read = reader_of(kb).read(text.translate(_SAME_LETTERS)).text
    reading = _Reading(kb, read, asked, dict(known or {}))
    facts = reading.facts()
    if asked is None or asked in facts or facts and not reading.says_unknown():
        return Heard(facts, bare=reading.bare)
    return Heard(facts, unknown=reading.says_unknown())


class _Reading(Numbers):
    """What is named, and the answer to what was asked. ``bare``: that was a yes or no and nothing else."""

    bare = False

    def facts(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for spec in self._specs.values():
            if spec.id == self._asked or spec.id == SITUATIONS or self._is_the_asked_ones(spec):
                continue
            beside = self._asked in self._specs and spec.id in self._specs[self._asked].together and not self.asks()
            value = self.number(spec, asked=False) if spec.kind in NUMERIC else self._option(spec, asked=beside)
            if value is not None:
                found[spec.id] = value
        if self._asked and self._asked in self._specs:
            value = self._answer(self._specs[self._asked], found)
            if value is not None:
                found[self._asked] = value
        return found

    def _is_the_asked_ones(self, spec: FactSpec) -> bool:
        """没有残疾, asked of the child, says nothing of the person; nor does what a list of situations denies."""
        asked = self._specs.get(self._asked or "")
        if asked is None or spec.kind in NUMERIC:
            return False
        return asked.of_others or asked.id == SITUATIONS or asked.about == "child" and spec.about == "person"

    def _answer(self, spec: FactSpec, told: Mapping[str, Any]) -> Any:
        """The value of the fact that was asked for; None where the text does not answer."""
        if spec.kind in NUMERIC:
            value = None if told and self.puts_right() else self.number(spec, asked=True)
            if value is None and not told and not self.asks() and not self.says_unknown():
                return self._bare(spec)
            return value
        first = CLAUSE.split(self._text, 1)[0]
        if told and self.puts_right():
            # Something else is put right; the question may have been answered before it.
            alone = _Reading(self._kb, first, self._asked, self._known)
            return alone._answer(spec, {}) if _BARE_ANSWER.fullmatch(first) else None
        value = self._option(spec, asked=True)
        if self.asks() and not _OF_US.search(self._text):
            # 公办和民办补的钱一样吗 names values and gives none.
            return None
        if self.asks():
            return self._option(spec, asked=False)
        if self.says_unknown() and not _FIRST_NO.search(self._text):
            return None
        if value is None and (not told or _BARE_ANSWER.fullmatch(first)):
            return self._bare(spec)
        return value

    def _bare(self, spec: FactSpec) -> Any:
        """A yes or a no without any word of the question's."""
        yes, no = find_words(self._kb, "yes", self._text), find_words(self._kb, "no", self._text)
        self.bare = bool(yes or no)
        if yes and not (no and no.start() <= yes.start()):
            return True if spec.yes_means is None and spec.kind == "bool" else spec.yes_means
        if no:
            return False if spec.no_means is None and spec.kind == "bool" else spec.no_means
        return None

    # —— values with a name ——

    def _option(self, spec: FactSpec, asked: bool) -> Any:
        if not asked and spec.id not in _SAID_IN_QUESTIONS and self.asks() and not _OF_US.search(self._text):
            return None
        found = list(self._matches(spec, "says" if asked else "plainly"))
        if not found and asked:
            found = list(self._by_sound(spec))
        if spec.kind == "list":
            return self._list(spec, found, asked)
        said = [(start, option.value, denied) for start, option, denied in found]
        values = [(start, value) for start, value, denied in said if not denied]
        if spec.kind == "bool":
            values += [(start, not value) for start, value, denied in said if denied]
        return max(values, key=lambda x: x[0])[1] if values else None

    def _list(self, spec: FactSpec, found: list[tuple[int, OptionSpec, bool]], asked: bool) -> list | None:
        values = [o.value for _, o, denied in found if not denied and o.value != "none"]
        if values:
            if "low_income_margin" in values and not self._text.replace("低保边缘", "").count("低保"):
                values = [v for v in values if v != "minimum_living_allowance"]
            return sorted(set(values))
        return [] if any(o.value == "none" and not denied for _, o, denied in found) or asked and found else None

    def _matches(self, spec: FactSpec, words: str) -> Iterator[tuple[int, OptionSpec, bool]]:
        """Where a value of the fact is named, and whether it is denied there. A longer word hides the shorter ones in it."""
        spans = []
        for index, option in enumerate(spec.options):
            pattern = _patterns(self._kb).get((spec.id, index, words))
            for m in pattern.finditer(self._text) if pattern else ():
                spans.append((m.start(), m.end(), option))
        for start, end, option in spans:
            if any(s <= start and end <= e and (e - s) > (end - start) for s, e, _ in spans):
                continue
            clause = self._clause_start(start)
            yield start, option, bool(_DENIED.search(self._text, clause, start)) or self._is_past(clause, start, end)

    def _is_past(self, clause: int, start: int, end: int) -> bool:
        """以前领过低保, 刚才说成三级: not so any more; 能吃低保不: not so yet."""
        return bool(_NOT_NOW.search(self._text, clause, start) or _TAKEN_BACK.match(self._text, end))

    def _by_sound(self, spec: FactSpec) -> Iterator[tuple[int, OptionSpec, bool]]:
        """A word of the question's that only sounds the same: 癌正, 窝床."""
        sounds = [blurred(x) for x in sounds_of(self._text)]
        for option in spec.options:
            for word in option.says:
                if len(word) >= 2 and word.isalpha():
                    wanted = [blurred(x) for x in sounds_of(word)]
                    for i in range(len(sounds) - len(wanted) + 1):
                        if sounds[i : i + len(wanted)] == wanted:
                            yield i, option, bool(_DENIED.search(self._text, self._clause_start(i), i))
