"""The eligibility check in conversation: one question after the other, what was said is not asked again, and it can be left any time."""

from __future__ import annotations

import json

import pytest

from tests.rasa_host.conftest import talk


class Talk:
    """One conversation; ``last`` are the messages of its last turn."""

    def __init__(self, agent, *said: str):
        self._agent, self._said = agent, list(said)
        self._run()

    def say(self, *texts: str) -> Talk:
        self._said += texts
        self._run()
        return self

    def press(self, title: str) -> Talk:
        """A button of the last turn."""
        [payload] = [q["payload"] for m in self.last for q in m["quick_replies"] if q["title"] == title]
        return self.say(payload)

    def _run(self) -> None:
        self.turns = talk(self._agent, self._said)

    @property
    def last(self) -> list[dict]:
        return self.turns[-1]["messages"]

    @property
    def kinds(self) -> list[str]:
        return [m["kind"] for m in self.last]

    @property
    def text(self) -> str:
        return "\n".join(m["text"] for m in self.last)

    @property
    def field(self) -> str | None:
        """The fact asked for last."""
        return next((m["data"].get("field") for m in reversed(self.last) if m["kind"] == "question"), None)

    @property
    def asked(self) -> list[str]:
        """Every fact asked for, in order."""
        return [m["data"]["field"] for t in self.turns for m in t["messages"] if m["kind"] == "question"]

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdicts of the last turn, by benefit."""
        return {b["benefit"]: b["verdict"] for m in self.last for b in m["data"].get("benefits") or []}


FAMILY = "我家云安农村的，三口人，一个月全家收入九百，够低保吗"


@pytest.fixture
def begun(ours):
    return lambda *said: Talk(ours, *said)


def test_the_first_question_says_what_is_asked_why_how_long_it_is_kept_and_how_to_erase_it(begun):
    said = begun("我够不够低保").text
    for part in ("低保", "收入", "只用来判断", "180天", "删除我的记录", "不清楚", "不问了"):
        assert part in said


def test_only_the_first_question_says_it(begun):
    assert "180天" not in begun("我够不够低保", "云安区").text


def test_what_the_opening_sentence_told_is_said_back_and_not_asked(begun):
    it = begun(FAMILY)
    assert "家里3人" in it.text and "每月900元" in it.text
    it.say("没有", "是")
    assert not {"region", "residence", "household_size", "household_income"} & set(it.asked)


def test_where_the_household_is_registered_is_asked_once(begun):
    it = begun("我够不够低保", "云安区", "没有", "三个人", "九百", "农村")
    assert it.asked[0] == "region"
    assert "hukou_local" not in it.asked


def test_the_verdict_comes_as_soon_as_it_is_decided_with_its_reasons(begun):
    it = begun(FAMILY, "没有", "是")
    assert it.kinds == ["verdict"]
    assert it.verdicts["minimum_living_allowance"] == "likely"
    for part in ("可能符合", "您家每人每月300元", "2018年底", "估算", "怎么办", "属实", "我听到的情况", "政府工作报告"):
        assert part in it.text


def test_a_verdict_that_one_answer_decides_takes_one_answer(begun):
    it = begun("我家云安的，够低保吗", "有，两套房还有门面")
    assert it.asked[0] == "assets_within_limit"
    assert it.turns[1]["messages"][-1]["data"].get("field") not in {"household_size", "household_income"}


def test_who_does_not_know_is_not_asked_again_and_never_told_no_for_it(begun):
    it = begun(FAMILY, "不清楚", "是")
    while it.kinds == ["question"]:
        it.say("不清楚")
    assert len(it.asked) == len(set(it.asked))
    assert it.verdicts["minimum_living_allowance"] == "undetermined"


def test_a_number_put_right_in_the_middle_counts(begun):
    it = begun("我够不够低保，云安农村，三口人", "一千五", "不对，是四个人")
    assert "家里4人" in it.text
    it.say("没有", "是")
    [yours] = {c["yours"]["low"] for m in it.last for b in m["data"]["benefits"][:1] for c in b["conditions"] if c["yours"]}
    assert yours == 375


def test_a_question_on_policy_in_the_middle_is_answered_and_the_check_goes_on(begun):
    it = begun(FAMILY, "低保一个月多少钱")
    assert it.kinds == ["answer", "question"]
    assert "450" in it.last[0]["text"] and it.last[1]["text"].startswith("接着刚才的问题")
    assert it.field == it.asked[0]
    assert it.say("没有").kinds == ["question"]


@pytest.mark.parametrize("aside", ["谢谢", "你是谁", "今天天气怎么样", "公积金怎么提取"])
def test_whatever_else_is_said_the_question_comes_again(begun, aside):
    it = begun(FAMILY, aside)
    assert it.kinds[-1] == "question" and len(it.kinds) == 2
    assert it.field == it.asked[0]


def test_what_is_not_understood_is_asked_again_then_counts_as_not_known(begun):
    it = begun(FAMILY, "呃呃啊啊", "啊啊呃呃")
    assert it.asked == [it.asked[0]] * 3
    assert "没听明白" in it.text and "不清楚" in it.text
    assert it.say("呃啊啊").field != it.asked[0]


def test_it_can_be_stopped_and_gone_on_with(begun):
    it = begun(FAMILY, "先不问了")
    assert it.kinds == ["text"] and "接着看" in it.text
    it.say("低保要带什么材料")
    assert it.kinds == ["answer"]
    it.say("接着看")
    assert it.kinds == ["question"] and "180天" not in it.text
    assert it.say("没有", "是").verdicts["minimum_living_allowance"] == "likely"


def test_there_is_nothing_to_go_on_with_before_a_check_began(begun):
    assert begun("接着看").kinds == ["clarify"]


def test_the_result_so_far_is_shown_at_any_time(begun):
    it = begun(FAMILY, "先看结果")
    assert it.kinds == ["verdict"]
    assert it.verdicts["minimum_living_allowance"] == "undetermined" and "财产" in it.text


def test_buttons_answer_and_do_not_know(begun):
    it = begun(FAMILY).press("没有")
    assert "没有超出规定的财产" in it.text
    assert "hukou_local" not in it.press("不清楚").asked[2:]


def test_after_the_verdict_a_correction_makes_a_new_one(begun):
    it = begun(FAMILY, "没有", "是").say("不对，一个月收入是九千")
    while it.kinds == ["question"]:
        it.say("没有")
    assert it.verdicts["minimum_living_allowance"] == "unlikely"


def test_after_the_verdict_a_button_changes_one_fact(begun):
    it = begun(FAMILY, "没有", "是").press("改“全家月收入”")
    assert it.field == "household_income"
    it.say("九千")
    while it.kinds == ["question"]:
        it.say("没有")
    assert it.verdicts["minimum_living_allowance"] == "unlikely"


def test_all_that_a_household_may_get_is_looked_at_at_once(begun):
    it = begun("我能享受什么", "万盛", "有个85岁的老人", "没有")
    while it.kinds == ["question"]:
        it.say({"household_size": "两个人", "household_income": "六百", "residence": "农村"}.get(it.field, "不清楚"))
    assert it.verdicts["old_age_allowance"] == it.verdicts["minimum_living_allowance"] == "likely"
    assert len(it.verdicts) > 15 and len(it.asked) <= 13
    assert "高龄津贴（每月50元）" in it.text


def test_danger_in_the_middle_comes_first_and_ends_the_questions(begun):
    it = begun(FAMILY, "我不想活了")
    assert it.kinds == ["handoff"] and it.last[0]["handoff"]["urgent"]


def test_who_wants_a_person_in_the_middle_gets_one_and_no_further_question(begun):
    it = begun(FAMILY, "转人工")
    assert it.kinds == ["handoff"]
    assert it.say("接着看").kinds == ["question"]


def test_beginning_again_forgets_the_household(begun):
    it = begun(FAMILY, "重新开始", "我够不够低保")
    assert it.field == "region"


def test_a_benefit_without_a_rule_is_answered_with_its_conditions(begun):
    it = begun("帮我看看我能不能申请公租房")
    assert "question" not in it.kinds and it.last[0]["data"]["benefit"] == "public_rental_housing"


def test_a_question_that_a_rule_answers_is_answered_not_asked_back(begun):
    assert begun("我家有车能办低保吗").kinds == ["answer"]


@pytest.mark.parametrize("asked", ["低保需要什么条件", "特困的认定条件是什么", "哪些人可以领高龄津贴", "低保一个月多少钱"])
def test_who_asks_after_the_rule_is_not_questioned(begun, asked):
    assert "question" not in begun(asked).kinds


def test_one_question_a_turn_at_most(begun):
    it = begun("我能享受什么", "云安区", "老人、残疾人", "低保一个月多少钱", "不清楚", "不清楚")
    assert all([m["kind"] for m in t["messages"]].count("question") <= 1 for t in it.turns)


def test_every_question_offers_not_knowing_and_says_its_type(begun):
    it = begun("我能享受什么", "云安区", *["不清楚"] * 11)
    questions = [m for t in it.turns for m in t["messages"] if m["kind"] == "question"]
    for q in questions:
        assert "不清楚" in [r["title"] for r in q["quick_replies"]]
        assert q["data"]["type"] in {"bool", "choice", "integer", "money", "list", "region"}
        assert q["data"]["remaining"] >= 1
    assert it.kinds == ["verdict"] or len(questions) <= 13


def test_the_context_holds_facts_but_none_of_the_residents_words(begun):
    context = json.dumps(begun(FAMILY, "没有").turns[-1]["context"], ensure_ascii=False)
    assert '"household_size": 3' in context and "三口人" not in context
