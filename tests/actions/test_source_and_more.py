"""In the middle of a talk: where that stands, what else there is, and few words that name a part of what is talked of."""

from __future__ import annotations

import pytest

from actions import TellMore, TellSource


def test_asked_where_it_stands_the_answers_documents_are_named(conversation):
    talk = conversation()
    told = talk.say("云安农村低保一个月多少")
    sources = talk.say("你这个从哪看来的", intent="ask_source", action=TellSource())
    assert sources.citations == told.citations and "2019" in sources.text


@pytest.mark.parametrize("words", ["哪个文件写的", "依据是什么"])
def test_asked_for_the_basis_without_a_name_it_is_that_of_the_answer(conversation, words):
    talk = conversation()
    told = talk.say("万盛农村低保多少钱")
    assert talk.say(words).citations == told.citations


def test_asked_for_the_basis_of_something_named_it_is_that_one(conversation):
    talk = conversation()
    talk.say("万盛农村低保多少钱")
    assert talk.say("高龄津贴依据哪个文件").data["benefit"] == "old_age_allowance"


def test_of_places_set_beside_each_other_each_has_its_sources(conversation):
    talk = conversation()
    talk.say("万盛农村低保多少钱")
    talk.say_all("跟綦江比哪个高", intent="inform")
    found = talk.say_all("是同一年的吗", intent="ask_source", action=TellSource())
    assert {r.data["region"] for r in found} == {"500110-wansheng", "500110"}


def test_before_any_answer_it_says_where_everything_comes_from(conversation):
    assert "公开的政府文件" in conversation().say("你说的靠谱吗", intent="ask_source", action=TellSource()).text


def test_and_what_else_goes_on_from_page_to_page(conversation):
    talk = conversation()
    first = talk.say("云安低保多少")
    pages = [talk.say("还有呢", intent="ask_more", action=TellMore()).text for _ in range(2)]
    assert len({first.text, *pages}) == 3


def test_a_new_question_begins_its_pages_anew(conversation):
    talk = conversation()
    talk.say("云安低保多少")
    once = talk.say("还有呢", intent="ask_more", action=TellMore()).text
    talk.say("云安孤儿多少")
    talk.say("云安低保多少")
    assert talk.say("还有呢", intent="ask_more", action=TellMore()).text == once


def test_what_else_of_something_named_is_answered(conversation):
    talk = conversation()
    talk.say("云安重残护理补贴多少")
    said = talk.say("还有个生活的是吧", intent="ask_more", action=TellMore())
    assert said.data["benefit"] == "disability_living_subsidy" and "1890元" in said.text


def test_a_part_of_the_name_asks_the_same_of_the_other_subsidy(conversation):
    talk = conversation()
    talk.say("云安残疾人生活补贴一年多少")
    said = talk.say("户理的那个捏", intent="inform")
    assert said.data["benefit"] == "disability_nursing_subsidy" and "2520元" in said.text


def test_the_places_compared_stay_until_one_is_named(conversation):
    talk = conversation()
    talk.say("万盛农村低保多少钱")
    talk.say_all("跟綦江比哪个高", intent="inform")
    both = talk.say_all("城里的呢也比一下", intent="inform")
    assert [r.data["region"] for r in both] == ["500110-wansheng", "500110"]
    assert "620元" in both[0].text and "500元" in both[1].text
    assert [r.data["region"] for r in talk.say_all("成都呢", intent="inform")] == ["510100"]


def test_not_in_the_country_is_in_town(conversation):
    talk = conversation()
    talk.say("万盛农村低保多少钱")
    assert "620元" in talk.say("我户口早就转了 不是农村", intent="correct").text


def test_a_bare_number_is_an_age_where_age_decides(conversation):
    talk = conversation()
    talk.say("万盛一百岁老人有多少钱")
    assert "50元" in talk.say("那我婆婆才八十六 要少很多吧", intent="inform").text
    assert "100元" in talk.say("90 ne", intent="inform").text


def test_a_number_of_something_else_is_no_age(conversation):
    talk = conversation()
    talk.say("万盛一百岁老人有多少钱")
    assert "500元" in talk.say("有60块没", intent="inform").text


def test_who_only_names_the_place_is_told_its_figures(conversation):
    talk = conversation()
    talk.say("残疾人补贴要什么条件")
    said = talk.say("云浮云安", intent="inform")
    assert "1890元" in said.text and "2520元" in said.text


def test_how_many_beds_looks_for_no_home(conversation):
    said = conversation().say("万盛养老院一共好多张床")
    assert "2513张" in said.text and said.data["benefit"] == "elderly_care_service"
