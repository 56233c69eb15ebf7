"""Turns that live on what was said before: corrections, doubts, short questions, offers taken and declined."""

from __future__ import annotations

import pytest

from actions import Explain, NotUnderstood, OutOfScope


def test_a_corrected_place_keeps_the_question(conversation):
    talk = conversation()
    talk.say("綦江农村低保多少钱")
    said = talk.say("不对，我问的是云安区", intent="correct")
    assert "450元" in said.text and "350" not in said.text


def test_a_corrected_benefit_keeps_place_and_aspect(conversation):
    talk = conversation()
    talk.say("万盛低保要带什么材料")
    said = talk.say("不是低保，是特困", intent="correct")
    assert said.data["benefit"] == "extreme_poverty_support"
    assert (said.data["aspect"], said.data["region"]) == ("materials", "500110-wansheng")


def test_a_correction_that_says_nothing_is_asked_what_was_meant(conversation):
    talk = conversation()
    talk.say("云安低保多少")
    said = talk.say("不对", intent="correct")
    assert said.kind == "clarify" and "理解错了" in said.text


def test_what_is_taken_back_in_one_sentence_is_not_answered(conversation):
    said = conversation().say("綦江低保，哦说错了，是万盛农村的，低保多少")
    assert "496元" in said.text and "350" not in said.text


def test_an_answer_is_told_again_in_its_shortest_form_with_its_figure(conversation):
    talk = conversation()
    whole = talk.say("綦江的孩子上幼儿园要钱吗")
    short = talk.say("太长了看不懂", intent="not_clear", action=Explain())
    assert short.kind == "answer" and short.citations
    assert len(short.text) < 0.5 * len(whole.text)


def test_a_figure_survives_being_told_simply(conversation):
    talk = conversation()
    talk.say("云安农村低保一个月多少")
    assert "450元" in talk.say("说简单点", intent="not_clear", action=Explain()).text


@pytest.mark.parametrize("action", [OutOfScope, NotUnderstood])
def test_a_short_question_after_an_answer_is_about_the_same_thing(conversation, action):
    talk = conversation()
    talk.say("云安低保怎么申请")
    said = talk.say("多少天给结论", intent="out_of_scope", action=action())
    assert (said.data["benefit"], said.data["aspect"]) == ("minimum_living_allowance", "time_limit")


def test_other_peoples_business_after_an_answer_stays_theirs(conversation):
    talk = conversation()
    talk.say("云安低保怎么申请")
    assert talk.say("公积金去哪里取", intent="out_of_scope", action=OutOfScope()).kind == "notice"
    assert talk.say("那农村的呢", intent="inform").data["benefit"] == "minimum_living_allowance"


def test_not_understood_twice_a_person_is_offered_and_remembered(conversation):
    talk = conversation()
    first = talk.say("阿巴阿巴", intent="nlu_fallback", action=NotUnderstood())
    assert not first.quick_replies and not talk.slots["human_offered"]
    second = talk.say("叽里咕噜", intent="out_of_scope", action=OutOfScope())
    assert [q.title for q in second.quick_replies] == ["转人工"] and talk.slots["human_offered"]


def test_an_answer_in_between_begins_the_count_anew(conversation):
    talk = conversation()
    talk.say("阿巴阿巴", intent="nlu_fallback", action=NotUnderstood())
    talk.say("云安低保多少")
    assert not talk.say("叽里咕噜", intent="nlu_fallback", action=NotUnderstood()).quick_replies


def test_the_place_is_asked_for_once(conversation):
    talk = conversation()
    assert "哪个区县" in talk.say("低保要什么条件").text
    again = talk.say("那要带什么材料")
    assert "哪个区县" not in again.text and again.kind == "answer"


def test_asked_how_much_the_places_figure_comes_first(conversation):
    said = conversation().say("万盛90岁老人高龄补贴多少")
    assert said.text.index("100元") < said.text.index("全国规定") if "全国规定" in said.text else "100元" in said.text
    assert "2020年底" in said.text


def test_which_benefit_completes_what_was_asked_before(conversation):
    talk = conversation(region="445303")
    assert talk.say("去哪里申请").kind == "clarify"
    said = talk.say("低保")
    assert (said.data["benefit"], said.data["aspect"]) == ("minimum_living_allowance", "where")


def test_two_questions_in_one_message_are_both_answered(conversation):
    first, second = conversation().say_all("万盛城市低保多少，去哪儿申请")
    assert "620元" in first.text
    assert second.data["aspect"] == "where" and "乡镇" in second.text


def test_a_figure_told_is_no_second_question(conversation):
    assert len(conversation().say_all("我够条件领低保吗，云安农村，家里两个人，一个月收入一万二")) == 1


def test_where_somebody_works_is_not_asked_about(conversation):
    said = conversation().say("我人在成都打工，我妈是云安农村户口，她那边低保多少")
    assert "450元" in said.text and "650" not in said.text


def test_asked_of_a_province_the_districts_that_are_known_are_offered(conversation):
    said = conversation().say("重庆低保多少钱")
    assert "哪个区县" in said.text
    assert {q.title for q in said.quick_replies} == {"綦江区", "万盛经开区"}
