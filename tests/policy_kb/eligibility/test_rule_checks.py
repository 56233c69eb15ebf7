"""Rules and household facts in YAML: every mistake is named with file, line and a reason in Chinese before anything is loaded."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from small_kb import GOOD

from policy_kb.loader import read_knowledge
from policy_kb.yamlsource import DataError, Problem

FACTS = """\
household_facts:
  - id: size
    label: 人数
    kind: integer
    unit: 人
    low: 1
    high: 30
  - id: income
    label: 收入
    kind: money
    unit: 元
    period: 月
    low: 0
  - id: local
    label: 户口
    kind: bool
  - id: residence
    label: 城乡
    kind: choice
    options:
      - {value: urban, title: 城镇}
      - {value: rural, title: 农村}
  - id: grade
    label: 等级
    kind: choice
    options:
      - {value: 0, title: 没有}
      - {value: 1, title: 一级}
  - id: receiving
    label: 在领
    kind: list
    options:
      - {value: none, title: 没有}
  - id: ill
    label: 情况
    kind: list
    options:
      - {value: sick, title: 有病}
      - {value: none, title: 没有}
"""
RULE = """\
rules:
  - id: allowance
    benefit: allowance
    document: law
    parameters:
      line:
        benefit: allowance
        unit: 元
        period: 月
    conditions:
      - id: income
        text: 收入低于标准
        fact: income
        below: {parameter: line}
    next_step: 到街道申请
"""
# Another benefit's, so that rules can look at each other.
OTHER = """\
rules:
  - id: housing
    benefit: housing
    document: law
    conditions:
      - id: local
        text: 户口在当地
        fact: local
        is: true
    next_step: 到街道申请
"""
NUMBER = """\
household_facts:
  - id: months
    label: 月数
    kind: integer
    unit: 个月
    low: 0
"""
CHOICE = """\
household_facts:
  - id: stage
    label: 在读
    kind: choice
    options:
      - {value: small, title: 小班}
      - {value: big, title: 大班}
"""
YES_NO = """\
household_facts:
  - id: poor
    label: 建档立卡
    kind: bool
"""
LIST = """\
household_facts:
  - id: troubles
    label: 难处
    kind: list
    options:
      - {value: fire, title: 火灾}
"""


def condition(*lines: str) -> str:
    """The rule with a second condition of these lines."""
    added = "".join(f"        {line}\n" for line in lines)
    return RULE.replace("    next_step", "      - id: second\n        text: 另一条\n" + added + "    next_step")


def estimate(*lines: str) -> str:
    return RULE + "    estimate:\n" + "".join(f"      {line}\n" for line in lines)


def rule(*lines: str) -> str:
    return RULE + "".join(f"    {line}\n" for line in lines)


STEPS = ["fact: size", "steps:", '  - within: "445303"', "    document: law", "    section: 第一条", "    steps:",
         "      - {start: 1, add: 5}", "      - {start: 12, add: 9}"]
SHARES = ["fact: income", "shares:", "  - when: {fact: local, is: true}", "    rate: line"]
LINK = ["links:", "  - {benefit: housing, kind: also, document: law, section: 第一条, text: 也看看}"]


def swapped(lines: list[str], old: str, new: str) -> list[str]:
    assert any(old in line for line in lines)
    return [line.replace(old, new) for line in lines]


# The line marked with «# 错» must be the one reported.
FACT_MISTAKES = {
    "a number without its unit": (NUMBER.replace("    unit: 个月\n", "").replace("- id: months", "- id: months # 错"), "要写 low 和 unit"),
    "a number without its lower end": (NUMBER.replace("    low: 0\n", "").replace("- id: months", "- id: months # 错"), "要写 low 和 unit"),
    "money without its unit": (
        NUMBER.replace("integer", "money").replace("    unit: 个月\n", "").replace("- id: months", "- id: months # 错"), "要写 low 和 unit"),
    "a choice without values": (CHOICE.split("    options")[0].replace("- id: stage", "- id: stage # 错"), "choice 和 list 要写 options"),
    "a list without values": (LIST.split("    options")[0].replace("- id: troubles", "- id: troubles # 错"), "choice 和 list 要写 options"),
    "a question without how likely the answers are": (YES_NO.replace("- id: poor", "- id: poor # 错") + "    question: 是吗？\n", "要写 likely"),
    "a question for a number in a unit nobody reads": (
        NUMBER.replace("unit: 个月", "unit: 公斤 # 错") + "    question: 多重？\n    likely: [{low: 0, high: 5, share: 100}]\n", "单位是“公斤”"),
    "a kind that does not exist": (YES_NO.replace("kind: bool", "kind: boolean # 错"), "只能是"),
    "somebody who does not exist": (YES_NO + "    about: neighbour # 错\n", "只能是"),
    "an unknown field": (YES_NO + "    lable: 甲 # 错\n", "没有这个字段名"),
    "a value without its title": (CHOICE.replace("{value: big, title: 大班}", "{value: big} # 错"), "缺少必填项"),
    "a value given twice": (CHOICE.replace("    options:", "    options: # 错").replace("big", "small"), "重复的 value"),
    "yes without no": (YES_NO + "    options: # 错\n      - {value: true, title: 是}\n", "true 和 false 各一个"),
    "a third answer to yes and no": (
        YES_NO + "    options: # 错\n      - {value: true, title: 是}\n      - {value: false, title: 否}\n      - {value: perhaps, title: 或许}\n",
        "true 和 false 各一个"),
    "half a value": (CHOICE.replace("{value: big, title: 大班}", "{value: 1.5, title: 大班} # 错"), "应当是"),
    "a vague value of one that does not exist": (
        CHOICE + "      - {value: garden, title: 幼儿园, could_be: [small, nursery]} # 错\n", "could_be 里的 nursery 不是这个事实的取值"),
    "a likely number with a value": (NUMBER + "    likely:\n      - {value: 3, share: 100} # 错\n", "数字的 likely 要写 low 和 high"),
    "a likely number without its upper end": (NUMBER + "    likely:\n      - {low: 3, share: 100} # 错\n", "数字的 likely 要写 low 和 high"),
    "a likely number the wrong way round": (NUMBER + "    likely:\n      - {low: 9, high: 3, share: 100} # 错\n", "数字的 likely 要写 low 和 high"),
    "a likely value that does not exist": (
        CHOICE + "    likely:\n      - {value: small, share: 50}\n      - {value: tiny, share: 50} # 错\n", "likely 里的 tiny 不是这个事实的取值"),
    "a likely choice without value": (CHOICE + "    likely:\n      - {share: 100} # 错\n", "不是这个事实的取值"),
    "likely shares of 90": (
        CHOICE + "    likely: # 错\n      - {value: small, share: 50}\n      - {value: big, share: 40}\n", "加起来是 90，应当是100"),
    "likely shares of 110": (NUMBER + "    likely: # 错\n      - {low: 0, high: 5, share: 60}\n      - {low: 6, high: 9, share: 50}\n", "是 110"),
    "what follows from a value that does not exist": (
        LIST + "    without:\n      flood: {local: false} # 错\n", "without 里的 flood 不是这个事实的取值"),
    "what follows for a fact that does not exist": (LIST + "    without:\n      fire: {nothing: false} # 错\n", "没有这个事实：nothing"),
    "a plain value that follows for a number": (LIST + "    without:\n      fire: {size: 3} # 错\n", "size 的取值写法不对"),
    "ends that follow for a choice": (LIST + "    without:\n      fire: {residence: {high: 3}} # 错\n", "residence 的取值写法不对"),
    "a value that follows and does not exist": (LIST + "    without:\n      fire: {residence: town} # 错\n", "residence 没有 town 这个取值"),
    "a number that follows for yes and no": (LIST + "    without:\n      fire: {local: 0} # 错\n", "local 没有 0 这个取值"),
    "yes that follows for a grade": (LIST + "    without:\n      fire: {grade: true} # 错\n", "grade 没有 True 这个取值"),
}
CONDITION_MISTAKES = {
    "no operator": (condition("fact: local").replace("- id: second", "- id: second # 错"), "一个条件只写一个运算，现在写了 零个"),
    "two operators": (condition("fact: income", "below: 5", "at_least: 3").replace("- id: second", "- id: second # 错"), "现在写了 below、at_least"),
    "a fact beside its parts": (condition("fact: local", "all:", "  - {fact: local, is: true}").replace("- id: second", "- id: second # 错"), "all 不写 fact"),
    "a fact beside the office": (condition("fact: local", "office: 由窗口判断").replace("- id: second", "- id: second # 错"), "office 不写 fact"),
    "a fact beside other benefits": (condition("fact: receiving", "qualifies: [housing]").replace("- id: second", "- id: second # 错"), "qualifies 不写 fact"),
    "a fact beside a place": (condition("fact: local", 'within: ["445303"]').replace("- id: second", "- id: second # 错"), "within 不写 fact"),
    "a fact beside a negation": (condition("fact: local", "not: {fact: local, is: true}").replace("- id: second", "- id: second # 错"), "not 不写 fact"),
    **{f"{written.split(':')[0]} without a fact": (condition(written).replace("- id: second", "- id: second # 错"), f"{written.split(':')[0]} 要写 fact")
       for written in ("is: true", "one_of: [urban]", "below: 5", "at_most: 5", "at_least: 5", "includes: [sick]")},
    "an unknown operator": (condition("fact: income", "under: 5 # 错"), "没有这个字段名"),
    "a mistake inside parts": (condition("any:", "  - {fact: local, is: true}", "  - all:", "      - {fact: local} # 错"), "零个"),
    "a mistake inside a negation": (condition("not: {is: true} # 错"), "is 要写 fact"),
    "a limit in quotes": (condition("fact: income", 'below: "5" # 错'), "应当是数字"),
    "true for a limit": (condition("fact: income", "below: true # 错"), "应当是数字"),
    "an unknown fact": (condition("fact: wealth", "is: true").replace("- id: second", "- id: second # 错"), "没有这个事实：wealth"),
    "an unknown fact inside": (condition("any:", "  - {fact: local, is: true}", "  - {fact: wealth, is: true} # 错"), "没有这个事实：wealth"),
    "an unknown fact inside a negation": (condition("not: {fact: wealth, is: true} # 错"), "没有这个事实：wealth"),
    "a number that is something": (condition("fact: income", "is: 5").replace("- id: second", "- id: second # 错"), "income 是 money，不能用 is"),
    "a number that is one of several": (condition("fact: size", "one_of: [1, 2]").replace("- id: second", "- id: second # 错"), "size 是 integer，不能用 one_of"),
    "yes or no beside a limit": (condition("fact: local", "below: 5").replace("- id: second", "- id: second # 错"), "local 是 bool，不能用 below"),
    "yes or no that is one of several": (condition("fact: local", "one_of: [true]").replace("- id: second", "- id: second # 错"), "local 是 bool，不能用 one_of"),
    "a choice beside a limit": (condition("fact: grade", "at_most: 2").replace("- id: second", "- id: second # 错"), "grade 是 choice，不能用 at_most"),
    "a choice that includes something": (condition("fact: residence", "includes: [urban]").replace("- id: second", "- id: second # 错"), "residence 是 choice，不能用 includes"),
    "a list that is something": (condition("fact: ill", "is: sick").replace("- id: second", "- id: second # 错"), "ill 是 list，不能用 is"),
    "what is worked out, as a choice": (condition("fact: income_per_head", "is: 5").replace("- id: second", "- id: second # 错"), "income_per_head 是数字，只能用"),
    "a choice that does not exist": (condition("fact: residence", "is: town").replace("- id: second", "- id: second # 错"), "residence 没有 town 这个取值"),
    "one choice of several that does not exist": (condition("fact: residence", "one_of: [urban, town]").replace("- id: second", "- id: second # 错"), "residence 没有 town 这个取值"),
    "1 for yes": (condition("fact: local", "is: 1").replace("- id: second", "- id: second # 错"), "local 没有 1 这个取值"),
    "yes for a grade": (condition("fact: grade", "is: true").replace("- id: second", "- id: second # 错"), "grade 没有 True 这个取值"),
    "a list's value that does not exist": (condition("fact: ill", "includes: [flu]").replace("- id: second", "- id: second # 错"), "ill 没有 flu 这个取值"),
    "a benefit received that does not exist": (condition("fact: receiving", "includes: [pension]").replace("- id: second", "- id: second # 错"), "receiving 没有 pension 这个取值"),
    "a benefit in another list": (condition("fact: ill", "includes: [housing]").replace("- id: second", "- id: second # 错"), "ill 没有 housing 这个取值"),
    "a number of people beside money": (condition("fact: size", "below: {parameter: line}").replace("- id: second", "- id: second # 错"), "单位不同：size 是 人，参数 line 是 元/月"),
    "a share beside money": (condition("fact: expenditure_share", "below: {parameter: line}").replace("- id: second", "- id: second # 错"), "单位不同：expenditure_share 是 %，参数 line 是 元/月"),
    "an unknown parameter": (condition("fact: income", "below: {parameter: limit}").replace("- id: second", "- id: second # 错"), "没有这个参数：limit"),
    "an unknown document": (condition("document: lore", "fact: local", "is: true").replace("- id: second", "- id: second # 错"), "没有这个文件：lore"),
    "an unknown document inside": (condition("any:", "  - {document: lore, fact: local, is: true} # 错"), "没有这个文件：lore"),
    "an unknown region": (condition('within: ["445303", "999999"]').replace("- id: second", "- id: second # 错"), "没有这个地区：999999"),
    "a region's name": (condition("within: [云安区] # 错"), "格式不对"),
    "another benefit without a rule": (condition("qualifies: [pension]").replace("- id: second", "- id: second # 错"), "qualifies 里的 pension 没有规则"),
    "a benefit that asks for itself": (condition("qualifies: [allowance]").replace("    conditions:", "    conditions: # 错"), "绕成了一圈：allowance → allowance"),
}
RULE_MISTAKES = {
    "no conditions": (re.sub(r"    conditions:\n.*(?=    next_step)", "    conditions: [] # 错\n", RULE, flags=re.S), "列表不能为空"),
    "a condition without id": (condition("fact: local", "is: true").replace("- id: second\n        text", "- text").replace("- id: allowance", "- id: allowance # 错"), "要写 id 和 text"),
    "a condition without text": (condition("fact: local", "is: true").replace("        text: 另一条\n", "").replace("- id: allowance", "- id: allowance # 错"), "要写 id 和 text"),
    "one id for two conditions": (condition("fact: local", "is: true").replace("second", "income").replace("- id: allowance", "- id: allowance # 错"), "条件的 id 重复"),
    "no next step": (RULE.replace("    next_step: 到街道申请\n", "").replace("- id: allowance", "- id: allowance # 错"), "缺少必填项"),
    "an unknown field": (rule("estimates: {} # 错"), "没有这个字段名"),
    "a day that is none": (rule("effective_from: 2020年 # 错"), "应当是日期"),
    "an end before the beginning": (rule("effective_from: 2020-01-01", "effective_to: 2019-12-31").replace("- id: allowance", "- id: allowance # 错"), "effective_to 早于 effective_from"),
    "an unknown benefit": (RULE.replace("benefit: allowance\n    document", "benefit: alowance # 错\n    document"), "没有这个事项：alowance"),
    "an unknown document": (RULE.replace("document: law", "document: lore # 错"), "没有这个文件：lore"),
    "an unknown place": (rule('within: ["999999"] # 错'), "没有这个地区：999999"),
    "a place that is no code": (rule("within: [云安] # 错"), "格式不对"),
    "an unknown neighbour": (rule("neighbours: [pension] # 错"), "没有这个事项：pension"),
    "a neighbour without a rule": ("benefits:\n  - {id: bare, name: 空, field: 弱有所扶, department: 局}\n" + rule("neighbours: [bare] # 错"), "neighbours 里的 bare 没有规则"),
    "an unknown benefit in a link": (rule(LINK[0], LINK[1].replace("housing", "pension") + " # 错"), "没有这个事项：pension"),
    "an unknown document in a link": (rule(LINK[0], LINK[1].replace("law", "lore") + " # 错"), "没有这个文件：lore"),
    "an unknown kind of link": (rule(LINK[0], LINK[1].replace("also", "maybe") + " # 错"), "只能是"),
    "a place left out that does not exist": (rule('outside: ["999999"] # 错'), "没有这个地区：999999"),
    "a place left out, beside one it is for": (rule('within: ["440000"]', 'outside: ["999999"] # 错'), "没有这个地区：999999"),
    "a parameter nobody uses": (RULE.replace("      line:", "      spare: {benefit: allowance, unit: 元, period: 月} # 错\n      line:"), "参数 spare 没有用到"),
    "a parameter of an unknown benefit": (RULE.replace("      line:\n        benefit: allowance", "      line: # 错\n        benefit: pension"), "没有这个事项：pension"),
    "a parameter of unknown people": (RULE.replace("      line:", "      line: # 错").replace("        period: 月", "        category: nobody"), "没有这个人群：nobody"),
    "a parameter that is recorded nowhere": (RULE.replace("      line:", "      line: # 错").replace("unit: 元", "unit: 人"), "哪里都没有收录这样的数字"),
    "a parameter recorded for another period": (RULE.replace("      line:", "      line: # 错").replace("period: 月", "period: 年"), "哪里都没有收录这样的数字"),
    "a parameter of another name": (RULE.replace("      line:", "      line: # 错").replace("        period: 月", "        period: 月\n        name: 护理补贴"), "哪里都没有收录这样的数字"),
    "a parameter without unit": (RULE.replace("      line:", "      line: # 错").replace("        unit: 元\n", ""), "缺少必填项"),
}
ESTIMATE_MISTAKES = {
    "no kind": (RULE + "    estimate: {period: 月} # 错\n", "estimate 只写 top_up、flat、by_age、steps、shares 中的一种"),
    "two kinds": (RULE + "    estimate: # 错\n      top_up: line\n      flat: [line]\n", "中的一种"),
    "an amount by age without a fact": (RULE + "    estimate: # 错\n      by_age: line\n", "by_age、steps、shares 要写 fact"),
    "steps without a fact": (RULE + "    estimate: # 错\n" + "".join(f"      {x}\n" for x in STEPS[1:]), "by_age、steps、shares 要写 fact"),
    "shares without a fact": (RULE + "    estimate: # 错\n" + "".join(f"      {x}\n" for x in SHARES[1:]), "by_age、steps、shares 要写 fact"),
    "no steps": (estimate(*STEPS[:5], "    steps: [] # 错"), "列表不能为空"),
    "steps without where they stand": (estimate(*[x for x in swapped(STEPS, '"445303"', '"445303" # 错') if "section" not in x]), "缺少必填项"),
    "an unknown fact": (RULE + "    estimate: # 错\n      by_age: line\n      fact: age\n", "没有这个事实：age"),
    **{f"an unknown parameter in {kind}": (RULE + f"    estimate: # 错\n      {kind}: {value}\n      fact: size\n", "没有这个参数：sum")
       for kind, value in (("top_up", "sum"), ("flat", "[line, sum]"), ("by_age", "sum"))},
    "an unknown parameter on top": (
        RULE + "    estimate: # 错\n      top_up: line\n      additions:\n        - {parameter: sum, when: {fact: local, is: true}}\n", "没有这个参数：sum"),
    "an unknown fact on top": (
        RULE + "    estimate: # 错\n      top_up: line\n      additions:\n        - {parameter: line, when: {fact: wealth, is: true}}\n", "没有这个事实：wealth"),
    "an unknown rate": (estimate(*swapped(SHARES, "rate: line", "rate: sum")).replace("estimate:", "estimate: # 错"), "没有这个参数：sum"),
    "an unknown ceiling": (estimate(*SHARES, "    ceiling: sum").replace("estimate:", "estimate: # 错"), "没有这个参数：sum"),
    "an unknown fact of a share": (estimate(*swapped(SHARES, "fact: local", "fact: wealth")).replace("estimate:", "estimate: # 错"), "没有这个事实：wealth"),
    "an unknown document of steps": (estimate(*swapped(STEPS, "document: law", "document: lore")).replace("estimate:", "estimate: # 错"), "没有这个文件：lore"),
    "an unknown region of steps": (estimate(*swapped(STEPS, "445303", "999999")).replace("estimate:", "estimate: # 错"), "没有这个地区：999999"),
    "steps the wrong way round": (estimate(*swapped(STEPS, "start: 12", "start: 0")).replace("estimate:", "estimate: # 错"), "从小到大，不重复"),
    "two steps from one number": (estimate(*swapped(STEPS, "start: 12", "start: 1")).replace("estimate:", "estimate: # 错"), "从小到大，不重复"),
}
MISTAKES = {
    f"{of}: {what}": case for of, cases in (
        ("fact", FACT_MISTAKES), ("condition", CONDITION_MISTAKES), ("rule", RULE_MISTAKES), ("estimate", ESTIMATE_MISTAKES))
    for what, case in cases.items()
}
# Wrong in a way that has no sentence of its own.
NOT_SEEN = {
    "1 and 0 for yes and no": YES_NO + "    options: # 错\n      - {value: 1, title: 是}\n      - {value: 0, title: 否}\n",
    "no parts at all": condition("all: [] # 错"),
    "no ways at all": condition("any: [] # 错"),
    "none of no values": condition("fact: residence", "one_of: [] # 错"),
    "no other benefit at all": condition("qualifies: [] # 错"),
    "no place at all": condition("within: [] # 错"),
    "an amount by an age that is yes or no": estimate("by_age: line", "fact: local # 错"),
    "a step of an unknown document": estimate(*swapped(STEPS, "add: 9}", "add: 9, document: lore} # 错")),
    "a number whose ends are the wrong way round": NUMBER.replace("id: months", "id: months # 错").replace("low: 0", "low: 5") + "    high: 3\n",
}
IN_ENGLISH = {
    "a share of nothing": NUMBER + "    likely:\n      - {low: 0, high: 5, share: 0} # 错\n",
    "no effort": NUMBER + "    effort: 0 # 错\n",
    "version 0": rule("version: 0 # 错"),
    "a line times 0": condition("fact: income", "below: {parameter: line, times: 0} # 错"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder that loads."""
    for name, text in (("good.yaml", GOOD), ("facts.yaml", FACTS), ("other.yaml", OTHER)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def problems_of(folder: Path, text: str) -> list[Problem]:
    """What is reported when a file with this text lies in the folder too."""
    (folder / "new.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_knowledge([folder])
    return caught.value.problems


def marked(text: str) -> int:
    (line,) = [n for n, content in enumerate(text.splitlines(), 1) if "# 错" in content]
    return line


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_file_and_a_reason_in_chinese(folder, mistake):
    text, reason = MISTAKES[mistake]
    found = problems_of(folder, text)
    assert {p.file.name for p in found} == {"new.yaml"}
    assert any(reason in p.message and re.search("[一-鿿]", p.message) for p in found), found


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_its_line(folder, mistake):
    text, reason = MISTAKES[mistake]
    assert marked(text) in {p.line for p in problems_of(folder, text) if reason in p.message}


@pytest.mark.parametrize("text", NOT_SEEN.values(), ids=NOT_SEEN)
def test_what_can_never_be_meant_is_named(folder, text):
    assert marked(text) in {p.line for p in problems_of(folder, text)}


@pytest.mark.parametrize("text", IN_ENGLISH.values(), ids=IN_ENGLISH)
def test_a_number_out_of_range_is_named_in_chinese(folder, text):
    assert all(re.search("[一-鿿]", p.message.split("：")[-1]) for p in problems_of(folder, text))


@pytest.mark.parametrize("mistake", sorted({"fact: likely shares of 90", "condition: an unknown fact", "rule: a parameter nobody uses",
                                            "estimate: steps the wrong way round"}))
def test_one_mistake_gives_one_message(folder, mistake):
    text, _ = MISTAKES[mistake]
    assert len(problems_of(folder, text)) == 1


def test_every_mistake_of_a_rule_is_named_at_once(folder):
    text = RULE.replace("document: law", "document: lore").replace("fact: income", "fact: wealth").replace("{parameter: line}", "5")
    assert {p.message for p in problems_of(folder, text)} == {"没有这个文件：lore", "没有这个事实：wealth", "参数 line 没有用到"}


def test_a_ring_of_two_benefits_is_named_with_its_way_round(folder):
    (folder / "other.yaml").write_text(OTHER.replace("        fact: local\n        is: true\n", "        qualifies: [allowance]\n"), encoding="utf-8")
    assert [p.message for p in problems_of(folder, condition("qualifies: [housing]"))] == ["qualifies 绕成了一圈：allowance → housing → allowance"]


def test_a_ring_through_parts_and_negations_is_found(folder):
    (folder / "other.yaml").write_text(
        OTHER.replace("        fact: local\n        is: true\n", "        any:\n          - not: {qualifies: [allowance]}\n"), encoding="utf-8")
    assert any("绕成了一圈" in p.message for p in problems_of(folder, condition("all:", "  - any:", "      - {qualifies: [housing]}")))


# What looks odd and is right.
GOOD_ONES = {
    "the rule": RULE,
    "a plain limit beside one of the place": condition("fact: size", "at_least: 2"),
    "a limit that is no whole number": condition("fact: income", "at_most: 2.5"),
    "what is worked out beside a limit": condition("fact: income_per_head", "below: {parameter: line, times: 1.5}"),
    "yes": condition("fact: local", "is: true"),
    "no": condition("fact: local", "is: false"),
    "grade 0": condition("fact: grade", "is: 0"),
    "one of the grades": condition("fact: grade", "one_of: [0, 1]"),
    "a benefit received that is no option": condition("fact: receiving", "includes: [housing]"),
    "another benefit that has a rule": condition("qualifies: [housing]"),
    "what only the office can judge": condition("office: 由窗口判断"),
    "a place": condition('within: ["445303"]'),
    "a document of its own": condition("document: report", "section: 二", "fact: local", "is: true"),
    "parts in parts": condition("any:", "  - all: [{fact: local, is: true}, {office: 看}]", "  - not: {fact: residence, is: urban}"),
    "steps": estimate(*STEPS),
    "shares": estimate(*SHARES),
    "shares up to a ceiling": estimate(*SHARES, "    ceiling: line"),
    "a top-up with something on top": estimate("top_up: line", "additions:", "  - {parameter: line, when: {fact: local, is: true}}"),
    "an amount by age": estimate("by_age: line", "fact: size"),
    "links and neighbours": rule(*LINK, "neighbours: [housing]"),
    "a parameter known to be recorded nowhere": RULE.replace("        unit: 元", "        unit: 元\n        unrecorded: true\n        name: 护理补贴"),
    "a number of an odd unit that is never asked for": NUMBER.replace("个月", "公斤"),
    "places it is for and places left out": rule('within: ["440000"]', 'outside: ["445303"]'),
    "a number": NUMBER,
    "likely numbers": NUMBER + "    likely: [{low: 0, high: 5, share: 60}, {low: 6, high: 9, share: 40}]\n",
    "likely situations that overlap": LIST + "    likely: [{value: fire, share: 20}]\n",
    "a vague value": CHOICE + "      - {value: garden, title: 幼儿园, could_be: [small, big]}\n",
    "yes and no with their words": YES_NO + "    options: [{value: true, title: 是}, {value: false, title: 否}]\n",
    "what follows": LIST + "    without:\n      fire: {local: false, size: {high: 3}, residence: urban, grade: 0}\n",
}


@pytest.mark.parametrize("text", GOOD_ONES.values(), ids=GOOD_ONES)
def test_what_is_right_loads(folder, text):
    (folder / "new.yaml").write_text(text, encoding="utf-8")
    kb = read_knowledge([folder])
    assert ("allowance" in kb.rules_of) == ("rules:" in text)
    assert kb.household_facts


def value_of(kb: Any) -> Any:
    return kb.rules_of["allowance"][0].conditions[1].is_


@pytest.mark.parametrize(("written", "value"), [("true", True), ("yes", True), ("false", False), ("no", False)])
def test_yes_in_yaml_stays_a_yes(folder, written, value):
    (folder / "new.yaml").write_text(condition("fact: local", f"is: {written}"), encoding="utf-8")
    assert value_of(read_knowledge([folder])) is value


@pytest.mark.parametrize(("written", "value"), [("0", 0), ("1", 1)])
def test_a_number_in_yaml_stays_a_number(folder, written, value):
    (folder / "new.yaml").write_text(condition("fact: grade", f"is: {written}"), encoding="utf-8")
    found = value_of(read_knowledge([folder]))
    assert (found, type(found)) == (value, int)


def test_a_later_folder_s_rule_replaces_the_earlier_one_of_the_same_id(folder, tmp_path_factory):
    later = tmp_path_factory.mktemp("later")
    (folder / "new.yaml").write_text(RULE, encoding="utf-8")
    (later / "own.yaml").write_text(condition("fact: local", "is: true"), encoding="utf-8")
    (only,) = read_knowledge([folder, later]).rules_of["allowance"]
    assert [c.id for c in only.conditions] == ["income", "second"]


def test_a_mistake_of_a_later_folder_s_rule_is_named_there(folder, tmp_path_factory):
    later = tmp_path_factory.mktemp("later")
    (folder / "new.yaml").write_text(RULE, encoding="utf-8")
    (later / "own.yaml").write_text(RULE.replace("document: law", "document: lore"), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_knowledge([folder, later])
    assert [(p.file.name, p.message) for p in caught.value.problems] == [("own.yaml", "没有这个文件：lore")]
