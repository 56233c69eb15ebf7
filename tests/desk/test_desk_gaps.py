"""What was asked and not held: every figure against a known answer, on both kinds of database."""

from __future__ import annotations

import datetime as dt

import pytest

from desk.gaps import KINDS, LONGEST_QUOTE, gaps, totals
from desk.plain_words import is_masked, may_name, tells_nobody
from desk.store import now
from tests.desk.asked import LOW, QIJIANG, YUNAN, answered, asked_back, elsewhere, national, not_understood, nothing_held

AGED = "old_age_allowance"


@pytest.fixture
def db(db_of_either_kind):
    return db_of_either_kind


def rows(db, **more) -> list[tuple]:
    return [(g.kind, g.region, g.benefit, g.aspect, g.questions, g.conversations) for g in gaps(db, **more)]


def test_nothing_asked_nothing_missing(db):
    assert (gaps(db), totals(db)) == ([], (dict.fromkeys(KINDS, 0), 0))


def test_what_was_answered_or_asked_back_is_no_gap(db):
    answered(db)
    answered(db, confidence=0.2)
    asked_back(db)
    answered(db).ask("谢谢", "text", "不客气。", intent="thanks")
    assert gaps(db) == []
    assert totals(db) == (dict.fromkeys(KINDS, 0), 5)


def test_each_kind_by_place_and_topic_the_most_asked_first(db):
    for _ in range(3):
        national(db)
    national(db, aspect="materials")
    national(db, region=YUNAN).ask(
        "那再说一遍", lacks="local", benefit=LOW, aspect="amount", region=YUNAN, coverage="national")  # twice in one conversation
    nothing_held(db, benefit=AGED, region=None)
    answered(db, lacks="point", aspect="time_limit")
    not_understood(db)
    not_understood(db, given=YUNAN)  # the place that the page gave
    elsewhere(db)
    assert rows(db) == [
        ("national", QIJIANG, LOW, "amount", 3, 3), ("national", YUNAN, LOW, "amount", 2, 1), ("national", QIJIANG, LOW, "materials", 1, 1),
        ("not_this", YUNAN, LOW, "time_limit", 1, 1),
        ("nothing_held", None, AGED, "amount", 1, 1),
        ("other_business", None, None, None, 1, 1),
        ("not_understood", YUNAN, None, None, 1, 1), ("not_understood", None, None, None, 1, 1),
    ]
    assert totals(db) == ({"national": 6, "not_this": 1, "nothing_held": 1, "other_business": 1, "not_understood": 2}, 11)
    assert rows(db, limit=1) == [r for r in rows(db) if r[1:4] in {
        (QIJIANG, LOW, "amount"), (YUNAN, LOW, "time_limit"), (None, AGED, "amount"), (YUNAN, None, None)} or r[0] == "other_business"]


def test_two_thirds_missing_are_two_thirds(db):
    answered(db)
    nothing_held(db)
    national(db)
    missing, every = totals(db)
    assert sum(missing.values()) / every == pytest.approx(2 / 3)


def test_one_question_with_several_replies_in_the_same_matter_counts_once(db):
    from desk import conversations as talk
    from desk import readings

    one = national(db)
    question = talk.get_message(db, talk.get_message(db, one.answers[0]).in_reply_to)
    for region in (QIJIANG, YUNAN):  # the same place again, and another one
        data = {"benefit": LOW, "aspect": "amount", "region": region}
        again = talk.say(db, one.conversation, talk.Outgoing("bot", "answer", "没有。", data=data), question.id)
        readings.keep(db, again, question, readings.Reading("answer", data, lacks="local"))
    assert sorted(rows(db)) == [("national", YUNAN, LOW, "amount", 1, 1), ("national", QIJIANG, LOW, "amount", 1, 1)]
    assert totals(db) == (dict.fromkeys(KINDS, 0) | {"national": 1}, 1)


def test_only_from_a_day_on(db):
    old, new = now() - dt.timedelta(days=9), now() - dt.timedelta(days=1)
    national(db, at=old)
    national(db, at=new)
    found, = gaps(db, since=now() - dt.timedelta(days=2))
    assert (found.questions, found.last_asked) == (1, new)
    assert totals(db, now() - dt.timedelta(days=2))[1] == 1
    found, = gaps(db)
    assert (found.questions, found.last_asked) == (2, new)


def test_a_question_is_quoted_only_where_three_conversations_asked(db):
    national(db, text="綦江低保多少")
    national(db, text="綦江低保有多少").ask("再问一次綦江低保", lacks="local", benefit=LOW, aspect="amount", region=QIJIANG)
    assert [(g.questions, g.conversations, g.example) for g in gaps(db)] == [(3, 2, None)]
    national(db, text="綦江的低保标准")
    assert [(g.questions, g.conversations, g.example) for g in gaps(db)] == [(4, 3, "綦江的低保标准")]


def test_what_is_quoted_tells_of_nobody_was_typed_and_is_short(db):
    national(db, text="綦江低保多少")
    national(db, text="我叫张三丰，綦江低保多少")
    national(db, text="我的号码〔电话号码〕，綦江低保多少")
    national(db, text="綦江低保" + "多" * LONGEST_QUOTE)
    national(db, text="按钮上的字", payload="/ask_policy{}")
    found, = gaps(db)
    assert (found.questions, found.example) == (5, "綦江低保多少")


@pytest.mark.parametrize("text", [
    "我叫张三，低保多少", "名字叫李小红，能领吗", "姓名：王五", "张大爷家的低保停了", "住富林镇新街12号，怎么申请", "我住3栋2单元", "我姓欧阳能办吗",
])
def test_words_that_may_name_somebody_or_a_home(text):
    assert may_name(text) and not tells_nobody(text)


@pytest.mark.parametrize("text", [
    "低保一个月多少钱", "这个补贴叫什么", "我叫不到车，去哪里办", "80岁的老人有多少钱", "我们村有3户人", "云安区六都镇的低保", "找哪个主任", "要带户口本1号表吗",
    "补贴名叫啥", "社区大爷能领什么",
])
def test_plain_questions_name_nobody(text):
    assert tells_nobody(text)


@pytest.mark.parametrize(("text", "masked"), [("我的证〔身份证号〕", True), ("〔电话号码〕", True), ("〔〕", False), ("低保", False)])
def test_what_was_masked(text, masked):
    assert is_masked(text) == masked
