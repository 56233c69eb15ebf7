"""What the actions say has the agreed shape, and leads on."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
import regex
import yaml
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

import actions
from actions import Emergency, Erase, Handover, NotUnderstood, OutOfScope, RestartContext, TicketStatus

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = [
    "云安区农村低保一个月多少钱", "低保多少钱", "万盛幼儿园免费吗", "綦江高龄津贴85岁多少", "广州特困人员护理标准",
    "成都残疾人补贴怎么申请", "重庆孤儿集中供养多少钱", "北京低保多少钱", "法律援助电话多少", "鼓楼区低保",
    "云安区2012年低保", "医疗救助报多少", "低保", "残疾人补贴",
]
CITATION = {"document", "section", "issuer", "number", "published", "effective_from", "effective_to", "in_force", "url"}
FACT = {"benefit", "aspect", "region", "region_name", "value", "unit", "period", "audience", "nature", "comparator", "as_at",
        "historic", "statement", "citation"}


def domain() -> dict:
    """The domain's parts together."""
    whole: dict = {"intents": [], "entities": [], "actions": []}
    for file in sorted((ROOT / "domain").glob("*.yml")):
        part = yaml.safe_load(file.read_text(encoding="utf-8"))
        for name in whole:
            whole[name] += part.get(name) or []
    return whole


@pytest.mark.parametrize("text", QUESTIONS)
def test_an_answer_has_the_agreed_fields(conversation, text):
    said = conversation().say(text)
    assert said.kind in {"answer", "clarify", "notice"}
    assert {"benefit", "also", "aspect", "region", "as_of", "coverage", "kb_version", "facts"} <= set(said.data)
    assert said.data["kb_version"] == 7
    assert all(set(c) >= CITATION for c in said.citations)
    assert all(set(f) >= FACT for f in said.data["facts"])


@pytest.mark.parametrize("text", QUESTIONS)
def test_every_fact_points_to_a_citation_and_belongs_to_the_place_asked_about(conversation, kb, text):
    said = conversation().say(text)
    above = {r.code for r in kb.chain(said.data["region"])} if said.data["region"] else {"000000"}
    for fact in said.data["facts"]:
        assert 0 <= fact["citation"] < len(said.citations)
        assert fact["region"] in above


@pytest.mark.parametrize("text", QUESTIONS)
def test_every_quick_reply_is_a_command_the_assistant_knows_and_leads_to_a_reply(conversation, text):
    known, c = domain(), conversation()
    said = c.say(text)
    for reply in said.quick_replies:
        intent, _, given = reply.payload.removeprefix("/").partition("{")
        assert intent in known["intents"]
        if given:
            assert set(json.loads("{" + given)) <= set(known["entities"])
            assert conversation().press(reply.payload).text
        assert regex.search(r"\p{Han}", reply.title)


def test_an_answers_quick_reply_keeps_the_place(conversation):
    c = conversation()
    said = c.say("云安区农村低保一个月多少钱")
    aspects = [r for r in said.quick_replies if "aspect" in r.payload]
    assert aspects
    assert c.press(aspects[0].payload).data["region"] == "445303"


def test_a_place_of_which_there_are_several_is_asked_back_and_its_quick_reply_answers(conversation):
    c = conversation()
    said = c.say("鼓楼区低保多少钱")
    assert said.kind == "clarify"
    assert len(said.quick_replies) > 1
    assert c.press(said.quick_replies[0].payload).data["benefit"] == "minimum_living_allowance"


def test_of_several_places_of_one_name_the_one_nearest_to_the_default_is_meant(conversation):
    assert conversation(region="320100").say("鼓楼区低保多少钱").data["region"] == "320106"


def test_another_departments_business_names_who_does_it(conversation, kb):
    said = conversation().say(f"{kb.out_of_scope[0].aliases[0]}怎么办", "out_of_scope", OutOfScope())
    assert said.kind == "notice"
    assert said.text == kb.out_of_scope[0].reply
    assert [r.title for r in said.quick_replies] == ["转人工"]


def test_every_action_of_the_domain_exists():
    named = {getattr(actions, n)().name() for n in actions.__all__}
    assert set(domain()["actions"]) == named


# -- not understood


def test_the_first_failure_asks_to_put_it_differently(conversation):
    said = conversation().say("天青色等烟雨", "nlu_fallback", NotUnderstood())
    assert said.kind == "clarify"
    assert said.quick_replies == []


def test_the_second_failure_in_a_row_offers_a_person(conversation):
    c = conversation()
    c.say("天青色等烟雨", "nlu_fallback", NotUnderstood())
    said = c.say("而我在等你", "nlu_fallback", NotUnderstood())
    assert [r.payload for r in said.quick_replies] == ["/request_human"]
    assert "12345" in said.text


def test_a_policy_question_without_anything_known_in_it_counts_as_a_failure(conversation):
    c = conversation()
    c.say("天青色等烟雨", "ask_policy")
    assert c.slots["failures"] == 1


@pytest.mark.parametrize(
    ("text", "action"),
    [("低保多少钱", None), ("鼓楼区低保多少钱", None), ("法律援助电话多少", None), ("{out}怎么办", OutOfScope())],
    ids=["an answer", "a place to choose", "a hotline", "another department"],
)
def test_what_is_understood_between_two_failures_starts_the_count_anew(conversation, kb, text, action):
    c = conversation()
    c.say("天青色等烟雨", "nlu_fallback", NotUnderstood())
    c.say(text.format(out=kb.out_of_scope[0].aliases[0]), "ask_policy", action)
    assert c.say("而我在等你", "nlu_fallback", NotUnderstood()).quick_replies == []


# -- a person


@pytest.mark.parametrize(
    ("text", "number"),
    [("我不想活了", "12356"), ("家里着火了快救人", "119"), ("我爸突然晕倒了叫不醒", "120"), ("我被人强奸了", "110"),
     ("救命啊", "110")],
)
def test_in_danger_the_right_number_stands_in_the_first_line_and_a_person_is_told_urgently(conversation, text, number):
    said = conversation().say(text, "danger", Emergency())
    assert number in said.text.splitlines()[0]
    assert (said.kind, said.handoff.reason, said.handoff.urgent) == ("handoff", "danger", True)


def test_every_kind_of_danger_in_the_data_begins_with_its_number(kb):
    for emergency in kb.emergencies:
        assert regex.search(r"1(?:10|19|20|2356|2345)", emergency.first_line), emergency.id


def test_a_danger_of_no_known_kind_gets_the_general_numbers(conversation):
    said = conversation().say("我有点不对劲", "danger", Emergency())
    assert {"110", "120"} <= set(regex.findall(r"\d+", said.text.splitlines()[0]))
    assert said.handoff.urgent


@pytest.mark.parametrize(
    ("intent", "reason"),
    [("request_human", "request_human"), ("complaint", "complaint"), ("wrong_answer", "wrong_answer"),
     ("other", "request_human")],
)
def test_a_handover_says_why_and_what_was_asked_and_where(conversation, intent, reason):
    c = conversation()
    c.say("云安区农村低保一个月多少钱")
    said = c.say("转人工", intent, Handover())
    assert (said.kind, said.handoff.reason, said.handoff.urgent) == ("handoff", reason, False)
    assert "云安区" in said.handoff.summary
    assert "低保" in said.handoff.summary
    assert (said.handoff.benefit, said.handoff.region) == ("minimum_living_allowance", "445303")


@pytest.mark.parametrize(("intent", "reason"), [("request_human", "not_understood"), ("affirm", "not_understood"), ("complaint", "complaint")])
def test_a_person_wanted_after_two_failures_in_a_row_is_wanted_for_that(conversation, intent, reason):
    c = conversation()
    for _ in range(2):
        c.say("咕噜咕噜", "nlu_fallback", NotUnderstood())
    assert c.say("好", intent, Handover()).handoff.reason == reason


# -- a third failure in a row calls a person

FAILING = ("天青色等烟雨", "而我在等你", "炊烟袅袅升起", "隔江千万里", "在瓶底书汉隶", "仿前朝的飘逸")


def fail(c, *texts: str, intent: str = "nlu_fallback", action=None):
    """Say these, none of which is understood; the last reply."""
    return [c.say(text, intent, action or NotUnderstood()) for text in texts][-1]


def test_a_third_failure_in_a_row_calls_a_person(conversation):
    c = conversation()
    second = fail(c, *FAILING[:2])
    assert second.handoff is None and [r.title for r in second.quick_replies] == ["转人工"]
    third = fail(c, FAILING[2])
    assert (third.kind, third.handoff.reason, third.handoff.urgent) == ("handoff", "not_understood", False)


def test_the_person_who_is_called_knows_what_was_asked_before(conversation):
    c = conversation()
    c.say("云安区低保多少钱")
    assert fail(c, *FAILING[:3]).handoff.summary == "广东省云浮市云安区 低保 能领多少"


def test_nobody_is_called_twice_in_a_conversation(conversation):
    c = conversation()
    fail(c, *FAILING[:3])
    again = [fail(c, text) for text in FAILING]
    assert not any(said.handoff for said in again)
    assert [bool(said.quick_replies) for said in again] == [False] + [True] * 5


@pytest.mark.parametrize(("text", "intent", "action"), [
    ("转人工", "request_human", Handover()), ("我不想活了", "danger", Emergency()),
], ids=["asked for", "danger"])
def test_nobody_is_called_unasked_after_a_person_was_called(conversation, text, intent, action):
    c = conversation()
    c.say(text, intent, action)
    assert not any(fail(c, said).handoff for said in FAILING)


def test_to_begin_anew_calls_nobody_again(conversation):
    c = conversation()
    fail(c, *FAILING[:3])
    asyncio.run(_restart(c))
    assert not any(fail(c, said).handoff for said in FAILING)


async def _restart(c) -> None:
    tracker = Tracker("x", dict(c.slots), {"text": "重新开始"}, [], False, None, {}, None)
    c.slots.clear()
    for event in await RestartContext().run(CollectingDispatcher(), tracker, {}):
        if event["event"] == "slot":
            c.slots[event["name"]] = event["value"]


@pytest.mark.parametrize("text", ["阿巴阿巴阿巴", "咕噜咕噜嘎嘎", "asdfjkl;", "？？？？", "。。。"])
def test_keys_struck_at_random_call_nobody(conversation, text):
    c = conversation()
    said = [fail(c, text) for _ in range(5)]
    assert not any(s.handoff for s in said) and said[-1].quick_replies
    assert fail(c, FAILING[0]).handoff.reason == "not_understood"  # words do


def test_what_is_nobodys_business_calls_nobody(conversation):
    c = conversation()
    fail(c, *FAILING[:2])
    for _ in range(3):
        assert fail(c, "明天会不会下雨", intent="out_of_scope", action=OutOfScope()).handoff is None


def test_another_departments_business_begins_the_count_anew(conversation, kb):
    c = conversation()
    fail(c, *FAILING[:2])
    fail(c, f"{kb.out_of_scope[0].aliases[0]}怎么办", intent="out_of_scope", action=OutOfScope())
    assert not any(fail(c, text).handoff for text in FAILING[:2])


def test_who_does_not_want_a_person_is_asked_once_more(conversation):
    c = conversation()
    fail(c, *FAILING[:2])
    c.slots["human_offered"] = False  # as the domain does at 不用了
    assert fail(c, FAILING[2]).handoff is None
    assert fail(c, FAILING[3]).handoff.reason == "not_understood"


def test_a_handover_without_anything_asked_before_has_an_empty_summary(conversation):
    said = conversation().say("转人工", "request_human", Handover())
    assert (said.handoff.summary, said.handoff.benefit) == ("", None)


# -- requests to the gateway


@pytest.mark.parametrize("text", ["查进度HM-ACEFHJ", "我的工单到哪了"])
def test_the_state_of_a_case_is_requested_of_the_gateway_with_words_for_when_the_number_is_missing(conversation, text):
    said = conversation().say(text, "ticket_status", TicketStatus())
    assert said.request.ticket_status
    assert "工单号" in said.text


def test_erasing_is_requested_of_the_gateway(conversation):
    assert conversation().say("删除我的记录", "erase_data", Erase()).request.erase


def test_starting_over_forgets_everything():
    tracker = Tracker("x", {"region": "445303"}, {"text": "重新开始"}, [], False, None, {}, None)
    events = asyncio.run(RestartContext().run(CollectingDispatcher(), tracker, {}))
    assert [(e["event"], e.get("name")) for e in events] == [("active_loop", None), ("reset_slots", None)]
