"""``python -m desk feedback``: what residents think of the answers, for those who improve them."""

from __future__ import annotations

import datetime as dt
import sys

import pytest
import sqlalchemy as sa

from desk import conversations as talk
from desk import feedback
from desk.__main__ import main
from desk.hours import begin_of
from desk.tables import feedback as table
from policy_kb import open_engine, store
from policy_kb.loader import SHIPPED

RURAL = {"benefit": "minimum_living_allowance", "aspect": "amount", "region": "445303"}


@pytest.fixture(scope="module")
def knowledge_url(tmp_path_factory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('kb') / 'kb.db'}"
    store.load(open_engine(url), [SHIPPED])
    return url


@pytest.fixture
def listed(url, monkeypatch, capsys, knowledge_url):
    """Run ``desk feedback`` and give what it printed."""
    monkeypatch.setenv("HUIMIN_DESK_URL", url)
    monkeypatch.setenv("HUIMIN_KB_URL", knowledge_url)

    def run(*args: str) -> str:
        monkeypatch.setattr(sys, "argv", ["desk", "feedback", *args])
        assert main() == 0
        return capsys.readouterr().out

    return run


@pytest.fixture
def judged(store, incoming):
    """Somebody asks, is answered, and says what they think."""

    def make(question: str, answer: str, helpful: bool, comment: str | None = None, at: str | None = None) -> None:
        with store.begin() as db:
            name, message = talk.begin(db, incoming(question))
            reply = talk.say(db, name, talk.Outgoing("bot", "answer", answer, data=RURAL), message.id)
            feedback.give(db, name, reply, helpful, comment)
            if at:
                db.execute(table.update().where(table.c.message == reply).values(at=dt.datetime.fromisoformat(at)))

    return make


def test_without_any_the_list_says_so(listed, store):
    assert listed() == "没有评价\n"


def test_each_is_shown_with_question_answer_place_and_benefit(listed, judged):
    judged("农村低保多少钱", "每人每月450元。", False, "没说城镇的")
    said = listed()
    for part in ("没有帮助", "广东省云浮市云安区", "最低生活保障", "说明：没说城镇的", "问：农村低保多少钱", "答：每人每月450元。"):
        assert part in said


def test_without_knowledge_the_codes_are_shown(listed, judged, monkeypatch, tmp_path):
    monkeypatch.setenv("HUIMIN_KB_URL", f"sqlite:///{tmp_path / 'none.db'}")
    judged("农村低保多少钱", "每人每月450元。", True)
    assert "445303  minimum_living_allowance" in listed()


def test_the_newest_comes_first(listed, judged):
    judged("旧的", "甲", True, at="2026-11-01T00:00:00+00:00")
    judged("新的", "乙", True, at="2026-11-02T00:00:00+00:00")
    said = listed()
    assert said.index("新的") < said.index("旧的")


def test_only_what_did_not_help_where_that_is_asked(listed, judged):
    judged("有用的", "甲", True)
    judged("没用的", "乙", False)
    said = listed("--not-helpful")
    assert ("有用的" in said, "没用的" in said) == (False, True)


def test_since_a_day_begins_at_midnight_in_beijing(listed, judged):
    judged("前一天", "甲", False, at="2026-11-21T15:59:59+00:00")
    judged("当天", "乙", False, at="2026-11-21T16:00:00+00:00")
    said = listed("--since", "2026-11-22")
    assert ("前一天" in said, "当天" in said) == (False, True)


def test_a_day_that_is_none_is_said_in_a_sentence(store, monkeypatch, capsys, url):
    monkeypatch.setenv("HUIMIN_DESK_URL", url)
    monkeypatch.setattr(sys, "argv", ["desk", "feedback", "--since", "昨天"])
    with pytest.raises(SystemExit):
        main()
    assert "日期应当写成" in capsys.readouterr().err


def test_a_persons_words_are_shown_with_what_the_resident_said_last(db, conversation, incoming):
    talk.receive(db, conversation, incoming("我在镇里"))
    message = talk.say(db, conversation, talk.Outgoing("staff", "chat", "请到窗口办理", data={}))
    talk.receive(db, conversation, incoming("谢谢"))
    feedback.give(db, conversation, message, True, None)
    [opinion] = feedback.opinions(db)
    assert (opinion.question, opinion.answer, opinion.kind) == ("我在镇里", "请到窗口办理", "chat")


def test_giving_tells_the_kind_only_where_the_opinion_is_new(db, conversation):
    message = talk.say(db, conversation, talk.Outgoing("bot", "answer", "450元"))
    assert [feedback.give(db, conversation, message, h, None) for h in (True, True, False, True)] == ["answer", None, "answer", "answer"]


def test_an_opinion_goes_with_its_message_and_its_conversation(db, conversation):
    message = talk.say(db, conversation, talk.Outgoing("bot", "answer", "450元"))
    feedback.give(db, conversation, message, True, None)
    talk.erase(db, conversation)
    assert db.execute(sa.select(sa.func.count()).select_from(table)).scalar() == 0


def test_old_conversations_are_forgotten_with_their_opinions(db, conversation):
    message = talk.say(db, conversation, talk.Outgoing("bot", "answer", "450元"))
    feedback.give(db, conversation, message, True, None)
    assert talk.forget_older(db, begin_of(dt.date(2100, 1, 1))) == 1
    assert feedback.opinions(db) == []
