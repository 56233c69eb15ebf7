"""What may be a question for us and may be something else: we ask, and take yes for an answer."""

from __future__ import annotations

import pytest

from actions import AnswerPolicy, OutOfScope, PerhapsOurs
from policy_kb import mentions_of


def test_a_doubtful_question_is_asked_back_with_its_benefit_and_aspect(conversation):
    talk = conversation()
    said = talk.say("孤儿拍照要多少钱", intent="perhaps_ours", action=PerhapsOurs())
    assert said.kind == "clarify" and "孤儿" in said.text
    assert (said.data["benefit"], said.data["aspect"]) == ("orphan_allowance", "amount")
    assert len(said.quick_replies) == 1 and talk.slots["subject_offered"]


def test_yes_answers_what_was_asked_back(conversation):
    talk = conversation("445303")
    talk.say("孤儿拍照要多少钱", intent="perhaps_ours", action=PerhapsOurs())
    said = talk.say("是的", intent="affirm")
    assert said.kind == "answer" and "950" in said.text and not talk.slots["subject_offered"]


def test_the_button_answers_it_too(conversation):
    talk = conversation("445303")
    [reply] = talk.say("孤儿拍照要多少钱", intent="perhaps_ours", action=PerhapsOurs()).quick_replies
    assert "950" in talk.press(reply.payload).text


def test_what_names_nothing_of_ours_is_not_asked_back(conversation):
    said = conversation().say("墙上的画歪了", intent="perhaps_ours", action=PerhapsOurs())
    assert said.kind == "notice" and not said.data["benefit"]


@pytest.mark.parametrize(
    ("first", "then", "told"),
    [
        ("孤儿每个月补多少", "我也说不好，以前归云安区", "950"),  # the place that was asked for
        ("要带什么材料", "办居住证的那个", "居住证"),  # the benefit that was asked for
        ("上学有什么减免", "明年九月上高一", "高中"),  # the stage
    ],
)
def test_what_completes_a_question_is_taken_even_where_it_sounds_like_other_business(conversation, first, then, told):
    talk = conversation()
    talk.say(first)
    said = talk.say(then, intent="out_of_scope", action=OutOfScope())
    assert said.kind == "answer" and told in said.text


def test_a_place_to_compare_with_is_told_beside_the_first(conversation):
    talk = conversation()
    talk.say("万盛农村低保好多钱")
    texts = [said.text for said in talk.say_all("跟綦江比哪个高", intent="out_of_scope", action=OutOfScope())]
    assert len(texts) == 2 and "496" in texts[0] and "350" in texts[1]


def test_another_place_alone_is_no_comparison(conversation):
    talk = conversation()
    talk.say("万盛农村低保好多钱")
    [said] = talk.say_all("那綦江多少呢", intent="inform")
    assert "350" in said.text and "496" not in said.text


def test_a_place_named_in_other_peoples_business_goes_on_with_nothing(conversation):
    talk = conversation()
    talk.say("万盛农村低保好多钱")
    assert talk.say("成都有什么好吃的", intent="out_of_scope", action=OutOfScope()).kind == "notice"


def guessed(talk, text: str, benefit: str, aspect: str):
    """The message with what the pipeline learned of it: a benefit that it names no name of."""
    entities = [{"entity": "subject", "value": benefit, "start": 0, "end": 0}, {"entity": "asks", "value": aspect, "start": 0, "end": 0}]
    found = [{"entity": m.kind, "value": ",".join(m.value), "start": m.start, "end": m.end} for m in mentions_of(talk.names.kb, text)]
    return talk._run(text, "ask_policy", [*found, *entities], AnswerPolicy())[0]


def test_few_words_ask_more_of_what_was_asked_whatever_they_might_mean_by_themselves(conversation):
    talk = conversation()
    talk.say("居住证要住满多久")
    assert guessed(talk, "几天拿得到", "unemployment_insurance", "time_limit").data["benefit"] == "residence_permit"


@pytest.mark.parametrize("text", ["要什么材料", "有冇钱攞", "去哪里办"])
def test_nothing_is_guessed_from_what_only_asks(conversation, text):
    assert guessed(conversation(), text, "unemployment_insurance", "materials").kind == "clarify"


@pytest.mark.parametrize("action", [OutOfScope, PerhapsOurs])
def test_what_only_asks_is_asked_of_what(conversation, action):
    said = conversation().say("要什么材料", intent="out_of_scope", action=action())
    assert said.kind == "clarify" and said.data["aspect"] == "materials" and said.quick_replies
