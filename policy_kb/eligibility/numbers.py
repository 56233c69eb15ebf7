"""Numbers of a household in what was said: money, people, ages, months. Each goes to the fact its clause speaks of. Pure."""

from __future__ import annotations

import math
from typing import Any

import regex

from policy_kb.eligibility.facts import whole
from policy_kb.eligibility.said import CLAUSE, Said
from policy_kb.eligibility.schema import FactSpec
from policy_kb.quantities import AGE, DURATION, MONEY, NUMBER, PEOPLE, Quantity

OLDEST_CHILD = 25
MONTHS = 12
_A_CHILD = regex.compile(r"孩|儿子|女儿|娃|崽|孙|细路|小朋友|宝宝|小的|学生|妹妹读|弟弟读|仔|囡")
_REAL_AGE = regex.compile(r"周岁|实岁")
# 三岁查出来的: when something happened.
_WHEN = regex.compile(r"(?:多)?(?:就|时|的时候|那年|查|诊断|得|发|开始|前|起|结婚|死|没)")
_COUNTED_OLD = regex.compile(r"虚岁|虚")
_PAID_SELF = regex.compile(r"自己|自付|自费|掏|到手|报(?:销)?(?:完|了以后|后|下来)")
_NOT_HOUSEHOLDS = regex.compile(r"标准|低保线|能[领补拿]|补(?:助|贴)?多|最低生活保障.{0,4}(?:是|线)|低保(?:是|才|只|有)")
_ALONE = regex.compile(r"(?:一个人|独自|单身|孤身)(?:过|住|生活|在家|咯|了|$)|就(?:剩)?我(?:自己)?一个|只有我(?:自己)?一个|"
                       r"^一个人$|我(?:自己)?一个人")
_EACH = regex.compile(r"(?P<couple>老伴|老公|老婆|婆娘|爱人|妻子|丈夫|媳妇|堂客|老头子|老头儿|老太婆|屋里那口子)"
                      r"|(?P<parents>父母|爸妈|爹妈|二老|两个老(?:人|的)?)"
                      r"|(?P<parent>妈|爸|爹|娘|老母|老父|母亲|父亲)|(?P<number>[一两二三四五六1-6])个?(?:小的|孩子|娃|崽|儿子|女儿|孙)"
                      r"|(?P<child>孩子|娃|崽|儿子|女儿|孙子|孙女)")
_NUMBERS = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6}
_SOME_OF_THEM = regex.compile(r"孩|娃|小的|儿子|女儿|老人|残疾|病人|学生|孙|老的")
_IN_HOUSEHOLD = regex.compile(r"我(?:和|跟|同|与|们)|和我|还有|加上|带着|带|就")

_TOTAL = regex.compile(r"一共|总共|合计|加起来|加埋|拢共")
_WHOLE_FAMILY = regex.compile(r"全家|家里|一家|家庭")
_NO_INCOME = regex.compile(r"药|病|房租|学费|交|付|花|掏")
_A_YEAR = regex.compile(r"(?:一|每|全)年|年收入")
_SOMEBODY = regex.compile(r"我|他|她|爸|妈|爷|奶|公|婆")
_MYSELF = regex.compile(r"我(?:自己|本人)?(?:今年|都|已经|快|有|是)?$")
_OF_MINE = regex.compile(r"我(?:妈|爸|爷|奶|公|婆|老)")


class Numbers(Said):
    """What the numbers say."""

    def number(self, spec: FactSpec, asked: bool) -> Any:
        if spec.unit == "元":
            return self._money(spec, asked)
        if spec.id == "household_size":
            return self._people(spec, asked)
        if spec.unit == "周岁":
            return self._age(spec, asked)
        if spec.unit == "个月":
            return self._months(spec, asked)
        return None

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
        if apart and not _TOTAL.search(self._text):
            low, high = sum(x[0] for x in per_household), sum(x[1] for x in per_household)
        else:
            low, high = per_household[-1]
        return _ranged(low, high)

    def _is_cued(self, spec: FactSpec, q: Quantity) -> bool:
        """Whether the clause of a number speaks of this fact; for the household's income its place and its period are enough."""
        clause = self._clause(q)
        others = self._specs.get(self._asked or "")
        if spec.id == "household_income" and others and others.unit == "元" and not _WHOLE_FAMILY.search(clause):
            return False
        if any(regex.search(cue, clause) for cue in spec.cues):
            return not any(
                regex.search(cue, clause) for other in self._specs.values() if other.id != spec.id and other.unit == "元"
                for cue in other.cues
            )
        monthly = spec.id == "household_income" and q.period in {"月", "年"} and not _NO_INCOME.search(clause)
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
        yearly = q.period == "年" or q.period is None and _A_YEAR.search(self._clause(q))
        if spec.period == "月" and yearly:
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
        mine = [q for q in ages if _MYSELF.search(self._before(q))]
        if len(ages) > 1 and mine and asked and not _OF_MINE.search(self._text):
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

    def _before(self, q: Quantity) -> str:
        return self._text[self._clause_start(q.start) : q.start]

    def _is_somebodys_age(self, q: Quantity) -> bool:
        """老汉81了, 我妈今年七十六."""
        before = self._before(q)
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
        earlier = "" if _SOMEBODY.search(before) else self._text[self._clause_start(max(0, start - 2)) : start]
        # 孩子爸爸死了，妈妈在坐牢，今年10岁: whose age it is was said at the beginning.
        first = CLAUSE.split(self._text, 1)[0]
        about_first = regex.match(r"今年|现在|才|刚", before) and _A_CHILD.search(first)
        return bool(_A_CHILD.search(before) or _A_CHILD.search(earlier) or about_first)

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
