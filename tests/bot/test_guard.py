"""What is certain corrects the learned intent; what is not leaves it alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.nlu.guard import IntentGuard, Seen
from policy_kb import KnowledgeBase, mentions_of
from policy_kb.loader import SHIPPED, read_knowledge


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    return read_knowledge([SHIPPED])


@pytest.fixture
def decide(kb):
    """``decide(text, intent, confidence)``: the intent after correction, with the names that the base finds."""
    guard = IntentGuard(IntentGuard.get_default_config())

    def run(text: str, intent: str, confidence: float = 0.9, then: str = "out_of_scope", asks: bool = False, ours: float = 0.9) -> str | None:
        found = tuple({"entity": m.kind, "value": ",".join(m.value), "start": m.start, "end": m.end} for m in mentions_of(kb, text))
        ranking = ((intent, confidence), (then, 0.4))
        return guard.decide(kb, Seen(text, intent, confidence, ranking, found, asks, ours))

    return run


@pytest.mark.parametrize("intent", ["ask_policy", "greet", "out_of_scope", "small_talk", "affirm"])
def test_danger_named_in_the_bases_words_is_danger_whatever_was_learned(decide, intent):
    assert decide("我不想活了", intent, 0.99) == "danger"
    assert decide("我唔想活喇", intent, 0.99) == "danger"


@pytest.mark.parametrize(
    ("text", "confidence", "intent"),
    [("今天有点烦", 0.49, "small_talk"), ("今天有点烦", 0.51, "danger"), ("低保怎么申请", 0.74, "ask_policy"), ("低保怎么申请", 0.76, "danger")],
)
def test_a_guess_of_danger_must_be_likely_more_so_beside_a_benefit(decide, text, confidence, intent):
    assert decide(text, "danger", confidence, then="small_talk") == intent


@pytest.mark.parametrize("text", ["那农村呢", "万盛的", "呃那个，城里的呢", "80岁以上的", "2019年呢", "去哪里办呢", "綦江的呢🙏"])
def test_hardly_more_than_a_place_a_group_or_an_aspect_goes_on_with_the_question_before(decide, text):
    assert decide(text, "out_of_scope", 0.6) == "inform"


@pytest.mark.parametrize("text", ["阿巴阿巴阿巴", "啦啦啦啦", "嗡嗡嗡"])
def test_one_sound_again_and_again_is_nobodys_business(decide, text):
    assert decide(text, "out_of_scope", 0.9, ours=0.1) == "nlu_fallback"


def test_another_departments_business_said_twice_stays_theirs(decide):
    assert decide("公积金公积金", "out_of_scope", 0.9, ours=0.1) == "out_of_scope"


def test_a_correction_stays_one(decide):
    assert decide("不对，云安区", "correct", 0.6) == "correct"


@pytest.mark.parametrize(
    ("learned", "ours", "intent"),
    [
        ("ask_policy", 0.39, "out_of_scope"), ("ask_policy", 0.41, "perhaps_ours"), ("ask_policy", 0.61, "ask_policy"),
        ("out_of_scope", 0.39, "out_of_scope"), ("out_of_scope", 0.79, "perhaps_ours"), ("out_of_scope", 0.81, "ask_policy"),
        ("nlu_fallback", 0.79, "perhaps_ours"), ("nlu_fallback", 0.81, "ask_policy"), ("greet", 0.1, "greet"),
    ],
)
def test_whose_business_it_is_decides_and_where_that_is_in_doubt_we_ask(decide, learned, ours, intent):
    assert decide("推荐孤儿题材", learned, 0.7, ours=ours) == intent


@pytest.mark.parametrize(("ours", "intent"), [(0.49, "perhaps_ours"), (0.51, "ask_policy")])
def test_a_benefit_with_a_place_or_an_aspect_is_taken_for_ours_more_easily(decide, ours, intent):
    assert decide("云安区低保多少钱", "ask_policy", 0.6, ours=ours) == intent


def test_a_group_that_is_the_name_itself_makes_no_question_precise(decide):
    assert decide("退役以后干点啥", "ask_policy", 0.5, ours=0.55) == "perhaps_ours"


def test_what_goes_on_with_a_question_need_not_look_like_ours(decide):
    assert decide("那要等到猴年马月", "inform", 0.7, ours=0.1) == "inform"
    assert decide("孤儿结局", "inform", 0.7, ours=0.1) == "out_of_scope"


@pytest.mark.parametrize(("confidence", "intent"), [(0.44, "nlu_fallback"), (0.46, "request_human")])
def test_nobody_is_handed_over_on_a_guess(decide, confidence, intent):
    assert decide("那边有人吗", "request_human", confidence) == intent


def test_a_doubtful_complaint_that_names_a_benefit_is_a_question(decide):
    assert decide("低保怎么这么慢", "complaint", 0.4) == "ask_policy"


def test_others_business_is_theirs_even_where_it_sounds_like_a_question(decide):
    assert decide("公积金怎么提取", "ask_policy", 0.9) == "out_of_scope"


@pytest.mark.parametrize(
    ("text", "intent"), [("你好，我想问下低保", "ask_policy"), ("好的谢谢，那孤儿呢", "inform"), ("谢谢，綦江的呢", "inform")]
)
@pytest.mark.parametrize("courtesy", ["greet", "thanks", "acknowledge"])
def test_a_question_beside_a_courtesy_is_a_question(decide, text, intent, courtesy):
    assert decide(text, courtesy, 0.9) == intent


@pytest.mark.parametrize("text", ["谢谢你，低保的事我清楚了", "你好", "好的好的"])
def test_a_courtesy_that_asks_nothing_stays_one(decide, text):
    assert decide(text, "thanks", 0.9) == "thanks"


@pytest.mark.parametrize(
    ("text", "intent", "decided"),
    [("低保", "greet", "ask_policy"), ("嘎嘎嘎", "greet", "nlu_fallback"), ("云安", "goodbye", "inform")],
)
def test_unsure_of_everything_only_a_name_makes_a_question(decide, text, intent, decided):
    assert decide(text, intent, 0.3) == decided


@pytest.mark.parametrize("text", ["帮我看下快递到哪儿了", "3x加5等于20，帮我把x算出来", "帮我算下房贷", "帮我看一下我的手机", "帮我看看这道题"])
def test_what_only_sounds_like_a_check_begins_none(decide, text):
    assert decide(text, "check_eligibility", 0.85, ours=0.3) == "out_of_scope"


@pytest.mark.parametrize("text", ["帮我查一下标准", "帮我看一下金额"])
def test_what_is_surely_for_us_and_asks_for_no_check_is_a_question(decide, text):
    assert decide(text, "check_eligibility", 0.85, ours=0.95) == "ask_policy"


@pytest.mark.parametrize(("ours", "intent"), [(0.9, "ask_policy"), (0.3, "nlu_fallback")])
def test_a_guessed_complaint_that_asks_something_of_ours_is_a_question(decide, ours, intent):
    assert decide("就告诉我要交啥", "complaint", 0.31, asks=True, ours=ours) == intent


def test_a_guess_of_danger_must_be_likelier_in_a_talk_about_a_benefit(kb):
    guard = IntentGuard(IntentGuard.get_default_config())
    seen = Seen("我同事在车间摔的", "danger", 0.68, (("danger", 0.68), ("inform", 0.1)), (), False, 0.6)
    assert guard.decide(kb, seen) == "danger"
    assert guard.decide(kb, replace(seen, goes_on=True)) == "inform"


@pytest.mark.parametrize(
    "text",
    ["帮我看看行不行", "给我做个测试", "看看我符合哪个", "像我这种没房没车没存款的，帮我看看行不行", "能不能轮到我家", "我62岁没儿没女，帮我看看",
     "能不能帮我核一核，我家人均七百"],
)
def test_a_check_stays_one_without_a_benefits_name(decide, text):
    assert decide(text, "check_eligibility", 0.85) == "check_eligibility"
