"""Understand what a resident says of the household: the answer to a question, and what is told unasked. Pure.

The words are data (``household_facts.yaml``); here is how they are weighed: what is denied does not count, what is said
last counts most, a number belongs to the fact its clause speaks of, else to the fact that was asked.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import regex

from policy_kb.eligibility.facts import SITUATIONS, whole
from policy_kb.eligibility.schema import NUMERIC, FactSpec, OptionSpec
from policy_kb.knowledge import KnowledgeBase
from policy_kb.language import reader_of
from policy_kb.language.syllables import blurred, sounds_of
from policy_kb.per_base import per_base
from policy_kb.quantities import AGE, DURATION, MONEY, NUMBER, PEOPLE, Quantity, find_quantities
from policy_kb.quantities.context import Context

OLDEST_CHILD = 25
MONTHS = 12
_CLAUSE = regex.compile(r"[，,。；;！!、\s]")
_DENIED = regex.compile(r"(?:不是|不算|没有?|没得|并非|未|无|非|哪里?|不)(?:遇到|什么|再|得|在|过|评上?|了|被|太|是|办|做)?$")
# 低保申请过，没批; 低保去年停了: what follows takes it back.
_TAKEN_BACK = regex.compile(r"(?:户)?(?:以前|去年|前年|早就|已经)?(?:申请过|没批|批不|停了?|取消|被取消|没了|不给)")
_NOT_NOW = regex.compile(r"以前|原来|从前|说成|差一点|(?:能不能|可不可以|能|可以|够|想|要|申请|怎么|是不是)(?:申请|不够|够|去|再|单独|不能)*$")
_CORRECTED = regex.compile(r"(?:不是|不对|不|虚岁|差.{0,6}满?)(?:了|还)?$")
# 六十八，哦不，六十九: what stands before is taken back.
_SPOKEN_WRONG = regex.compile(r"(?:哦不|说错|讲错|错了|不对|更正|记错)")
# After a number of one character that counts: 是三个; 一下 and 一共 do not.
_ENDS = regex.compile(r"个?(?:人|口)?(?:了|吧|啊|嘛|的)?(?:[，,。；;！!]|$)")
_COUNTS_OTHERS = regex.compile(r"个月|分(?:钱|没|都|收)|块?钱都没|年级|级|楼|号|点|分钟|次|回|天|月份|[台辆套间亩头只]")
_SAME_LETTERS = str.maketrans("囗叁壹贰肆", "口三一二四")
_A_CHILD = regex.compile(r"孩|儿子|女儿|娃|崽|孙|细路|小朋友|宝宝|小的|学生|妹妹读|弟弟读|仔|囡")
_REAL_AGE = regex.compile(r"周岁|实岁")
# 三岁查出来的: when something happened.
_WHEN = regex.compile(r"(?:多)?(?:就|时|的时候|那年|查|诊断|得|发|开始|前|起|结婚|死|没)")
_COUNTED_OLD = regex.compile(r"虚岁|虚")
_PAID_SELF = regex.compile(r"自己|自付|自费|掏|到手|报(?:销)?(?:完|了以后|后|下来)")
_NOT_HOUSEHOLDS = regex.compile(r"标准|低保线|能[领补拿]|补(?:助|贴)?多|最低生活保障.{0,4}(?:是|线)|低保(?:是|才|只|有)")
_ALONE = regex.compile(r"(?:一个人|独自|单身|孤身)(?:过|住|生活|在家|咯|了|$)|就(?:剩)?我(?:自己)?一个|只有我(?:自己)?一个|^一个人$|我(?:自己)?一个人")
_EACH = regex.compile(r"(?P<couple>老伴|老公|老婆|婆娘|爱人|妻子|丈夫|媳妇|堂客|老头子|老头儿|老太婆|屋里那口子)|(?P<parents>父母|爸妈|爹妈|二老|两个老(?:人|的)?)"
                      r"|(?P<parent>妈|爸|爹|娘|老母|老父|母亲|父亲)|(?P<number>[一两二三四五六1-6])个?(?:小的|孩子|娃|崽|儿子|女儿|孙)"
                      r"|(?P<child>孩子|娃|崽|儿子|女儿|孙子|孙女)")
_NUMBERS = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_SOME_OF_THEM = regex.compile(r"孩|娃|小的|儿子|女儿|老人|残疾|病人|学生|孙|老的")
_SAID_IN_QUESTIONS = {"residence", "hukou_local"}
_OF_US = regex.compile(r"我|他|她|妈|爸|孩|娃|家")
_BARE_ANSWER = regex.compile(r"(?:嗯|是|有|对|不是|没有|没|有的|是的|不)(?:啊|呀|的|嘛)?")
_FIRST_NO = regex.compile(r"^(?:没|不是|有|是|都没)")
_IN_HOUSEHOLD = regex.compile(r"我(?:和|跟|同|与|们)|和我|还有|加上|带着|带|就")


@dataclass(frozen=True)
class Heard:
    """What was understood: facts as JSON has them. ``unknown``: does not know what was asked. ``other``: says something else."""

    facts: dict[str, Any] = field(default_factory=dict)
    unknown: bool = False

    @property
    def other(self) -> bool:
        return not self.facts and not self.unknown


@per_base
def _patterns(kb: KnowledgeBase) -> dict[tuple[str, int, str], regex.Pattern]:
    """(fact, option, ``says`` | ``plainly``) → one pattern."""
    found = {}
    for spec in kb.household_facts.values():
        for index, option in enumerate(spec.options):
            says = [*option.says, *option.plainly, regex.escape(option.title)]
            for key, words in (("says", says), ("plainly", option.plainly)):
                if words:
                    found[spec.id, index, key] = regex.compile("|".join(sorted(words, key=len, reverse=True)))
    return found


@per_base
def _words(kb: KnowledgeBase) -> dict[str, regex.Pattern]:
    return {name: regex.compile("|".join(words)) for name, words in kb.answer_words.items()}


def heard(kb: KnowledgeBase, text: str, asked: str | None = None, known: Mapping[str, Any] | None = None) -> Heard:
    """What ``text`` says of the household. ``asked``: the fact just asked for; ``known``: the facts so far, as JSON has them.

    Only facts whose value can be taken are given; what the household has is never guessed from a question.
    """
    read = reader_of(kb).read(text.translate(_SAME_LETTERS)).text
    reading = _Reading(kb, read, asked, dict(known or {}))
    facts = reading.facts()
    if asked is None or asked in facts or facts and not reading.says_unknown():
        return Heard(facts)
    return Heard(facts, unknown=reading.says_unknown())


class _Reading:
    def __init__(self, kb: KnowledgeBase, text: str, asked: str | None, known: dict[str, Any]):
        self._kb, self._text, self._asked, self._known = kb, text, asked, known
        self._specs = kb.household_facts
        self._words = _words(kb)
        self._quantities = find_quantities(text)
        self._numbers = list(self._bare_numbers())

    def _bare_numbers(self) -> Iterator[Quantity]:
        """Numbers that say nothing of what they count: asked for a number, they answer. 老伴1200; 现在五十九."""
        ctx = Context(self._text)
        for n in ctx.numbers:
            start, end = ctx.places[n.start], ctx.places[n.end - 1] + 1
            if any(q.start <= start < q.end for q in self._quantities) or _COUNTS_OTHERS.match(self._text, end):
                continue
            if end - start == 1 and not self._text[start].isdigit() and not _ENDS.match(self._text, end):
                continue
            yield Quantity(NUMBER, float(n.low), float(n.high), None, None, None, "about" if n.vague else "exact", start, end)

    def says_unknown(self) -> bool:
        return bool(self._words["unknown"].search(self._text))

    def asks(self) -> bool:
        return bool(self._words["asks"].search(self._text) or self._words["other"].search(self._text))

    def facts(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for spec in self._specs.values():
            if spec.id == self._asked or spec.id == SITUATIONS or self._is_the_asked_ones(spec):
                continue
            beside = self._asked in self._specs and spec.id in self._specs[self._asked].together and not self.asks()
            value = self._number(spec, asked=False) if spec.kind in NUMERIC else self._option(spec, asked=beside)
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
        return asked.id == SITUATIONS or asked.about == "child" and spec.about == "person"

    def _answer(self, spec: FactSpec, told: Mapping[str, Any]) -> Any:
        """The value of the fact that was asked for; None where the text does not answer."""
        if spec.kind in NUMERIC:
            value = None if told and _SPOKEN_WRONG.search(self._text) else self._number(spec, asked=True)
            if value is None and not told and not self.asks() and not self.says_unknown():
                return self._bare(spec)
            return value
        first = _CLAUSE.split(self._text, 1)[0]
        if told and _SPOKEN_WRONG.search(self._text):
            # Something else is put right; the question may have been answered before it.
            return _Reading(self._kb, first, self._asked, self._known)._answer(spec, {}) if _BARE_ANSWER.fullmatch(first) else None
        value = self._option(spec, asked=True)
        if self.asks() and not _OF_US.search(self._text):
            # 公办和民办补的钱一样吗 names values and gives none.
            return None
        if self.asks():
            return self._option(spec, asked=False)
        if self.says_unknown() and not _FIRST_NO.search(self._text):
            return None
        if value is None and not told:
            return self._bare(spec)
        return value

    def _bare(self, spec: FactSpec) -> Any:
        """A yes or a no without any word of the question's."""
        yes, no = self._words["yes"].search(self._text), self._words["no"].search(self._text)
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

    def _clause_start(self, position: int) -> int:
        before = [m.end() for m in _CLAUSE.finditer(self._text, 0, position)]
        return before[-1] if before else 0

    def _clause(self, q: Quantity) -> str:
        start = self._clause_start(q.start)
        end = _CLAUSE.search(self._text, q.end)
        return self._text[start : end.start() if end else len(self._text)]

    # —— numbers ——

    def _number(self, spec: FactSpec, asked: bool) -> Any:
        if spec.unit == "元":
            return self._money(spec, asked)
        if spec.id == "household_size":
            return self._people(spec, asked)
        if spec.unit == "周岁":
            return self._age(spec, asked)
        if spec.unit == "个月":
            return self._months(spec, asked)
        return None

    def _all(self, bare: bool) -> list[Quantity]:
        """The quantities, and the numbers that do not say what they count where that is known otherwise."""
        return sorted([*self._quantities, *(self._numbers if bare else ())], key=lambda q: q.start)

    def _kept(self, quantities: Iterable[Quantity]) -> list[Quantity]:
        """Without what is taken back: 不是三万，是四万."""
        found = list(quantities)
        wrong = [m.start() for m in _SPOKEN_WRONG.finditer(self._text)]
        kept = [
            q for q in found if not _CORRECTED.search(self._text, 0, q.start)
            and not any(q.end <= w and any(other.start > w for other in found) for w in wrong)
        ]
        return kept if kept else found

    def _money(self, spec: FactSpec, asked: bool) -> Any:
        kinds = {MONEY, NUMBER} if asked else {MONEY}
        zero = [m for pattern in spec.zero for m in regex.finditer(pattern, self._text)]
        if zero:
            return 0
        found = self._kept(q for q in self._all(asked) if q.kind in kinds and not _NOT_HOUSEHOLDS.search(self._clause(q)))
        if not asked or self.asks():
            found = [q for q in found if self._is_cued(spec, q)]
        elif self._asked == spec.id:
            found = [q for q in found if not self._is_for_another(spec, q)]
        if not found:
            return None
        if spec.period == "年":
            own = [q for q in found if _PAID_SELF.search(self._clause(q))]
            found = (own or found)[-1:]
        per_household = [self._monthly(spec, q) for q in found]
        if any(x is None for x in per_household):
            return None
        apart = len(found) > 1 and all(q.comparator == "exact" for q in found) and spec.id == "household_income"
        if apart and not regex.search(r"一共|总共|合计|加起来|加埋|拢共", self._text):
            low, high = sum(x[0] for x in per_household), sum(x[1] for x in per_household)
        else:
            low, high = per_household[-1]
        return _ranged(low, high)

    def _is_cued(self, spec: FactSpec, q: Quantity) -> bool:
        """Whether the clause of a number speaks of this fact; for the household's income its place and its period are enough."""
        clause = self._clause(q)
        others = self._specs.get(self._asked or "")
        if spec.id == "household_income" and others and others.unit == "元" and not regex.search(r"全家|家里|一家|家庭", clause):
            return False
        if any(regex.search(cue, clause) for cue in spec.cues):
            return not any(
                regex.search(cue, clause) for other in self._specs.values() if other.id != spec.id and other.unit == "元"
                for cue in other.cues
            )
        monthly = spec.id == "household_income" and q.period in {"月", "年"} and not regex.search(r"药|病|房租|学费|交|付|花|掏", clause)
        return monthly and not self._about_benefit(clause)

    def _about_benefit(self, clause: str) -> bool:
        return bool(regex.search(r"低保|补贴|津贴|补助|标准|特困|多少|是不是", clause))

    def _is_for_another(self, spec: FactSpec, q: Quantity) -> bool:
        clause = self._clause(q)
        if any(regex.search(cue, clause) for cue in spec.cues):
            return False
        return any(
            regex.search(cue, clause) for other in self._specs.values() if other.id not in {spec.id, "household_income"}
            and other.unit == "元" and not (spec.period == "年" and other.period == "年") for cue in other.cues
        )

    def _monthly(self, spec: FactSpec, q: Quantity) -> tuple[float, float] | None:
        """The amount for the fact's own period, for all of the household."""
        low, high = q.low, q.high
        if low is None and high is None:
            return None
        low = 0 if low is None else low
        if high is None:
            return None
        if q.comparator == "at_most" and q.low is None and high:
            high = high - 1 if regex.search(r"不到|不足|以下|冇到", self._text) else high
        factor = 1.0
        if spec.period == "月" and (q.period == "年" or q.period is None and regex.search(r"(?:一|每|全)年|年收入", self._clause(q))):
            factor = 1 / MONTHS
        elif spec.period == "年" and q.period == "月":
            factor = MONTHS
        if q.per == "person" and spec.id == "household_income":
            heads = self._heads()
            if heads is None:
                return None
            return low * factor * heads[0], high * factor * heads[1]
        return low * factor, high * factor

    def _heads(self) -> tuple[float, float] | None:
        size = self._people(self._specs["household_size"], asked=False) or self._known.get("household_size")
        if size is None:
            return None
        return (size["low"], size["high"]) if isinstance(size, dict) else (size, size)

    def _people(self, spec: FactSpec, asked: bool) -> Any:
        named = asked or any(regex.search(cue, self._text) for cue in spec.cues)
        found = self._kept(q for q in self._all(named) if q.kind == PEOPLE or named and q.kind == NUMBER)
        found = [q for q in found if q.low and q.high and not _SOME_OF_THEM.search(self._text[q.start : q.end + 3])]
        household = [q for q in found if asked or regex.search(r"家|屋|口|一共|我们|就|俩|人", self._clause(q))]
        if household and not (asked and _ALONE.search(self._text)):
            q = household[-1]
            return _ranged(q.low, q.high)
        if _ALONE.search(self._text) and (asked or regex.search(r"家|屋|过|住|生活|独", self._text)):
            return 1
        return self._counted() if asked else None

    def _counted(self) -> int | None:
        """我跟我老公，还有两个小的: the people one by one."""
        if not _IN_HOUSEHOLD.search(self._text):
            return None
        total = 1
        for m in _EACH.finditer(self._text):
            total += 2 if m["parents"] else _NUMBERS.get(m["number"], 0) or int(m["number"]) if m["number"] else 1
        return total if total > 1 else None

    def _age(self, spec: FactSpec, asked: bool) -> Any:
        ages = self._kept(q for q in self._all(asked) if q.kind == AGE or asked and q.kind == NUMBER)
        if self.asks() and not regex.search(r"[我他她妈爸爷奶公婆]|孩|娃|老人|今年|老汉", self._text):
            return None
        if not asked:
            ages = sorted([*ages, *(q for q in self._numbers if self._is_somebodys_age(q))], key=lambda q: q.start)
        real = [q for q in ages if _REAL_AGE.search(self._clause(q))]
        counted = [q for q in ages if _COUNTED_OLD.search(self._clause(q)) and q not in real]
        ages = [q for q in (real or ages) if q not in counted] or ages
        mine = [q for q in ages if regex.search(r"我(?:自己|本人)?(?:今年|都|已经|快|有|是)?$", self._text[self._clause_start(q.start) : q.start])]
        if len(ages) > 1 and mine and asked and not regex.search(r"我(?:妈|爸|爷|奶|公|婆|老)", self._text):
            ages = mine
        # How old the child is, said in months.
        if asked and spec.about == "child" and not ages:
            ages = [q for q in self._quantities if q.kind == DURATION and q.unit == "个月" and q.low is not None]
            if ages and not regex.search(r"个月$|个多?月", self._text[: ages[-1].end]):
                ages = []
        for q in (q for q in reversed(ages) if not _WHEN.match(self._text, q.end)):
            low, high = (q.low, q.high) if q.unit != "个月" else (q.low // MONTHS, q.high // MONTHS)
            if low is None:
                low = whole(spec)[0]
            if high is None:
                continue
            child = spec.about == "child"
            if self._is_childs(q) and high <= OLDEST_CHILD:
                if child:
                    return _ranged(math.floor(low), math.floor(high))
            elif not self._is_childs(q) and (not child or asked):
                if child and high > OLDEST_CHILD:
                    continue
                return _ranged(math.floor(low), math.floor(high))
        return None

    def _is_somebodys_age(self, q: Quantity) -> bool:
        """老汉81了, 我妈今年七十六."""
        before = self._text[self._clause_start(q.start) : q.start]
        person = regex.search(r"(?:我|妈|爸|爷|奶|公|婆|老汉|叔|伯|姨|舅|父亲|母亲)(?:儿|人|亲|子)?(?:今年|都|已经|有)*$", before)
        return bool(person and q.low and 30 <= q.low <= 110 and regex.match(r"了|[，,。]|$", self._text[q.end :]))

    def _is_childs(self, q: Quantity) -> bool:
        if self._asked in {"child_age", "child_stage", "child_disabled", "parents", "kindergarten_kind"} or q.unit == "个月":
            return True
        start = self._clause_start(q.start)
        before = self._text[start : q.start]
        if self._asked == "applicant_age" and not regex.search(r"孩|娃|孙", before):
            return False
        if regex.search(r"我(?:今年|都|已经|快)?$|本人", before):
            return False
        # The subject may stand in the clause before: 我女儿读高二，17岁.
        earlier = self._text[self._clause_start(max(0, start - 2)) : start] if not regex.search(r"我|他|她|爸|妈|爷|奶|公|婆", before) else ""
        # 孩子爸爸死了，妈妈在坐牢，今年10岁: whose age it is was said at the beginning.
        first = self._text[: _CLAUSE.search(self._text + "，").start()]
        return bool(_A_CHILD.search(before) or _A_CHILD.search(earlier) or regex.match(r"今年|现在|才|刚", before) and _A_CHILD.search(first))

    def _months(self, spec: FactSpec, asked: bool) -> Any:
        found = self._kept(q for q in self._all(asked) if q.kind == DURATION and q.unit == "个月" or asked and q.kind == NUMBER)
        if not asked or self.asks():
            found = [q for q in found if any(regex.search(cue, self._clause(q)) for cue in spec.cues)]
        found = [q for q in found if q.low is not None and q.high is not None]
        return _ranged(found[-1].low, found[-1].high) if found else None


def _ranged(low: float, high: float) -> Any:
    low, high = (round(x, 2) for x in (low, high))
    low, high = (int(x) if x == int(x) else x for x in (low, high))
    return low if low == high else {"low": low, "high": high}
