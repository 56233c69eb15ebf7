"""``python -m desk reviews export``: only marked answers, only words that tell of nobody, in the form of the files there are."""

from __future__ import annotations

import datetime as dt
import json
import sys

import pytest
import sqlalchemy as sa
import yaml

from desk import audit, reviews
from desk.__main__ import main
from desk.account_tables import audit_log
from desk.review_commands import EXAMPLES, TESTS
from desk.review_export import bare, export, texts_in
from desk.reviews import Verdict
from desk.store import now
from policy_kb import Query, Reader, answer, open_engine
from policy_kb import store as kb_store
from policy_kb.loader import SHIPPED
from tests.desk.asked import LOW, QIJIANG, YUNAN, Talk, answered, elsewhere, national, not_understood

WANG = audit.Actor("w" * 32, "王芳")
CITED = [{"document": "云安区政府工作报告", "section": "六"}]
TOLD = {"facts": [{"benefit": LOW, "value": 450}], "citations": CITED}
DAY = dt.date(2026, 11, 23)


@pytest.fixture(scope="module")
def kb_url(tmp_path_factory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('kb') / 'kb.db'}"
    kb_store.load(open_engine(url), [SHIPPED])
    return url


@pytest.fixture(scope="module")
def kb(kb_url):
    return Reader(open_engine(kb_url, read_only=True)).get()


def mark(db, one: Talk, verdict: str = "right", number: int = -1, *, ours: bool = True, benefit: str | None = LOW, aspect: str | None = "amount",
         region: str | None = YUNAN) -> None:
    reviews.save(db, WANG, one.conversation, one.answers[number], 0, Verdict(verdict, ours, benefit, aspect, region))


@pytest.fixture
def made(db, kb):
    """Export from the store; ``made(trained=…)``."""

    def of(trained=(), held_out=(), **more):
        def answers(benefit, aspect, region, as_of, words):
            return answer(kb, Query((benefit,), aspect, region, as_of))

        return export(db, answers, trained, held_out, **more)

    return of


def skipped(out, what: str) -> dict[str, int]:
    return {why: n for why, n in out.skipped[what].items() if n}


def test_nothing_is_written_of_what_nobody_marked(db, made):
    answered(db).not_helpful()
    out = made()
    assert (out.tests, out.examples, skipped(out, "tests"), skipped(out, "examples")) == ([], [], {}, {})


def test_a_right_answer_is_a_test_with_what_it_said_and_an_example_of_what_was_meant(db, made):
    mark(db, answered(db, text="云安农村低保多少", as_of=DAY, given=YUNAN, **TOLD))
    out = made()
    assert out.tests == [{"name": "reviewed: 云安农村低保多少", "region": YUNAN, "as_of": "2026-11-23", "turns": [
        {"say": "云安农村低保多少", "kind": "answer", "value": 450, "cites": "云安区政府工作报告"}]}]
    assert out.examples == [("ask_policy", LOW, "amount", "云安农村低保多少")]
    assert (out.marked, skipped(out, "tests"), skipped(out, "examples")) == (1, {}, {})


def test_a_wrong_answer_is_a_test_of_what_the_base_says_to_the_right_question(db, made):
    mark(db, answered(db, text="万盛90岁的老人有多少", as_of=DAY, **TOLD), "wrong", benefit="old_age_allowance", region="500110-wansheng")
    out = made()
    turn, = out.tests[0]["turns"]
    assert (turn["say"], turn["kind"], turn["lacks"]) == ("万盛90岁的老人有多少", "answer", [r"(?<![\d.])450(?![\d.])"])
    assert "万盛" in turn["cites"]
    assert out.examples == [("ask_policy", "old_age_allowance", "amount", "万盛90岁的老人有多少")]


def test_what_is_none_of_our_business_is_to_be_refused_and_learned_so(db, made):
    mark(db, answered(db, text="孤儿题材的小说有哪些"), "wrong", ours=False, benefit=None, aspect=None, region=None)
    out = made()
    assert out.tests[0]["turns"] == [{"say": "孤儿题材的小说有哪些", "kind": "notice"}]
    assert out.examples == [("out_of_scope", "", "", "孤儿题材的小说有哪些")]


def test_the_turns_before_a_marked_answer_are_said_and_those_after_it_are_not(db, made):
    one = answered(db, text="低保多少", as_of=DAY).ask("云安", as_of=DAY, benefit=LOW, aspect="amount", region=YUNAN, intent="inform").ask("谢谢", "text", "不客气。", as_of=DAY)
    mark(db, one, number=1)
    out = made()
    assert out.tests[0]["turns"] == [{"say": "低保多少"}, {"say": "云安", "kind": "answer"}]
    assert (out.examples, skipped(out, "examples")) == ([], {"goes_on": 1})


def test_a_conversation_goes_no_further_than_it_can_be_said_again(db, made):
    def three(first: str, **second) -> None:
        one = answered(db, text=first, as_of=DAY).ask(**{"text": "还有呢", "as_of": DAY, "benefit": LOW} | second).ask("谢谢", "text", "不客气。", as_of=DAY)
        for number in range(3):
            mark(db, one, number=number)

    three("低保多少", payload="/ask_policy{}")
    three("低保怎么办", text="我的号码〔电话号码〕", intent="ask_policy")
    three("低保找谁", text="我叫张三丰", intent="ask_policy")
    three("低保要多久", given=QIJIANG)
    three("低保在哪办", kind="handoff", said="好的。")
    out = made()
    assert [[t["say"] for t in test["turns"]] for test in out.tests] == [["低保多少"], ["低保怎么办"], ["低保找谁"], ["低保要多久"], ["低保在哪办", "还有呢"]]
    assert out.tests[-1]["turns"][-1] == {"say": "还有呢", "kind": "handoff", "handled_by": "queue"}
    assert skipped(out, "tests") == {"pressed": 2, "masked": 2, "named": 2, "place_changed": 2, "after_handoff": 1}
    assert not any(bad in out.tests_text() + out.examples_text() for bad in ("〔", "张三丰"))


def test_what_is_left_out_says_why(db, made):
    mark(db, answered(db, text="低保是多少"), "wrong")  # understood rightly
    mark(db, answered(db, text="那个钱"), "wrong", benefit=None, region=None)
    mark(db, answered(db, text="低保[多少](x)"))
    mark(db, answered(db, text="考核用的话"))
    mark(db, answered(db, text="已经有的"))
    mark(db, answered(db, text="已经有的？！"))
    mark(db, answered(db, text="低保的钱有多少"), "incomplete")
    out = made(["已经，有的。"], ["考核用的话？"])
    assert skipped(out, "tests") == {"content": 2, "no_right_one": 1}
    assert skipped(out, "examples") == {"no_right_one": 1, "markup": 1, "held_out": 1, "known": 2}
    assert [e[-1] for e in out.examples] == ["低保是多少", "低保的钱有多少"]


def test_the_same_conversation_twice_is_one_test_and_one_example(db, made):
    for _ in range(2):
        mark(db, answered(db, text="低保多少", as_of=DAY, **TOLD))
    out = made()
    assert (len(out.tests), len(out.examples), out.marked) == (1, 1, 1)
    assert (skipped(out, "tests"), skipped(out, "examples")) == ({"twice": 1}, {"known": 1})


def test_what_was_not_understood_is_learned_as_what_the_reviewer_says(db, made):
    mark(db, not_understood(db, text="屋头吃救济的钱好多", as_of=DAY), "wrong", region=YUNAN)
    mark(db, elsewhere(db, text="今天下雨吗", as_of=DAY), ours=False, benefit=None, aspect=None, region=None)
    out = made()
    assert out.examples == [("ask_policy", LOW, "amount", "屋头吃救济的钱好多"), ("out_of_scope", "", "", "今天下雨吗")]
    assert [test["turns"][0]["kind"] for test in out.tests] == ["answer", "notice"]


def test_only_some_marks_and_only_since_a_moment(db, made):
    for text, verdict in (("低保多少", "right"), ("低保怎么办", "wrong"), ("低保找谁", "incomplete")):
        mark(db, answered(db, text=text), verdict, aspect="materials")
    assert [e[-1] for e in made(marks=["wrong", "incomplete"]).examples] == ["低保怎么办", "低保找谁"]
    assert made(since=now() + dt.timedelta(minutes=1)).examples == []
    assert len(made(since=now() - dt.timedelta(minutes=1)).examples) == 3


def test_the_place_of_the_service_is_that_of_a_test_whose_resident_gave_none(db, made):
    mark(db, answered(db, text="低保多少"))
    mark(db, answered(db, text="低保怎么办", given=QIJIANG))
    assert [test.get("region") for test in made().tests] == [None, QIJIANG]
    assert [test["region"] for test in made(home=YUNAN).tests] == [YUNAN, QIJIANG]


def test_only_the_review_that_stands_counts(db, made):
    one = answered(db, text="低保多少", **TOLD)
    mark(db, one, "wrong", benefit="old_age_allowance")
    reviews.save(db, audit.Actor(None, "李明"), one.conversation, one.answers[0], 1, Verdict("right", True, LOW, "amount", YUNAN))
    assert made().examples == [("ask_policy", LOW, "amount", "低保多少")]
    assert made(marks=["wrong"]).examples == []


def test_it_is_the_same_every_time_and_reads_back_as_yaml(db, made):
    for n in range(6):
        mark(db, national(db, text=f"綦江第{n}个：#问题 'x' \"y\"", as_of=DAY, facts=[{"value": 1.5}]), aspect=("amount", "materials")[n % 2], region=QIJIANG)
    first, again = made(), made()
    assert (first.tests_text(), first.examples_text()) == (again.tests_text(), again.examples_text())
    assert yaml.safe_load(first.tests_text()) == [dict(t, turns=[dict(x) for x in t["turns"]]) for t in first.tests]
    blocks = yaml.safe_load(first.examples_text())["nlu"]
    assert [b["metadata"] for b in blocks] == [{"benefit": [LOW], "aspect": "amount"}, {"benefit": [LOW], "aspect": "materials"}]
    assert sorted(texts_in(blocks)) == sorted(e[-1] for e in first.examples)


@pytest.mark.parametrize(("one", "other"), [("低保，多少？", "低保多少"), ("低 保", "低保")])
def test_two_that_differ_in_marks_only_are_one(one, other):
    assert bare(one) == bare(other)


# —— the command ——


@pytest.fixture
def desk(url, kb_url, monkeypatch, capsys):
    monkeypatch.setenv("HUIMIN_DESK_URL", url)
    monkeypatch.setenv("HUIMIN_KB_URL", kb_url)

    def run(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["desk", *map(str, args)])
        code = main()
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_the_command_writes_both_files_says_what_it_left_out_and_never_overwrites_unasked(desk, store, tmp_path):
    folder = tmp_path / "out"
    with store.begin() as db:
        mark(db, answered(db, text="这位姓氏不详的人能领几多低保钱呀", as_of=DAY, **TOLD))
        mark(db, answered(db, text="我的号码〔电话号码〕"))
    code, said, _ = desk("reviews", "export", folder)
    assert (code, sorted(f.name for f in folder.iterdir())) == (0, [TESTS, EXAMPLES])
    assert "写了1个对话测试（1条标好的回答）、1个训练例句" in said
    assert "没有写进对话测试的1条：话里有遮盖过的号码" in said and "没有写进训练例句的1条：话里有遮盖过的号码" in said
    before = (folder / TESTS).read_text(encoding="utf-8")
    (folder / TESTS).write_text("mine", encoding="utf-8")
    code, _, complained = desk("reviews", "export", folder)
    assert code == 1 and "--force" in complained and TESTS in complained
    assert (folder / TESTS).read_text(encoding="utf-8") == "mine"
    assert desk("reviews", "export", folder, "--force")[0] == 0
    assert (folder / TESTS).read_text(encoding="utf-8") == before
    with store.begin() as db:
        assert db.execute(sa.select(sa.func.count()).where(audit_log.c.what == "reviews_exported")).scalar() == 2


def test_what_the_training_data_and_the_held_out_sets_hold_is_not_written_again(desk, store, tmp_path):
    with store.begin() as db:
        for text in ("綦江低保？", "dibao yao shenme tiaojian"):
            mark(db, answered(db, text=text, as_of=DAY))
    _, said, _ = desk("reviews", "export", tmp_path / "out")
    assert "没有写进训练例句的1条：训练数据里已经有了" in said and "没有写进训练例句的1条：在评测集里" in said
    assert [f.name for f in (tmp_path / "out").iterdir()] == [TESTS]


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(desk, store, tmp_path):
    (tmp_path / "file").write_text("x")
    with store.begin() as db:
        mark(db, answered(db, text="低保多少"))
    code, _, said = desk("reviews", "export", tmp_path / "file")
    assert code == 1 and "写不了" in said


def test_the_list_says_why_where_and_how_far_and_shows_no_words(desk, store):
    assert desk("reviews", "list")[1] == "没有要看的对话。\n"
    with store.begin() as db:
        ticket = national(db, text="綦江低保多少").not_helpful().escalate()
    said = desk("reviews", "list")[1]
    for part in (ticket, "转了人工、居民说没帮助、只有全国规定", "重庆市綦江区、最低生活保障", "已标0/1条"):
        assert part in said
    assert "綦江低保多少" not in said
    assert desk("reviews", "list", "--why", "closed")[1] == "没有要看的对话。\n"


def test_gaps_in_words_and_for_programs(desk, store):
    with store.begin() as db:
        answered(db)
        for text in ("綦江低保多少", "綦江的低保多少", "綦江低保是多少"):
            national(db, text=text, at=dt.datetime(2026, 11, 20, 20, tzinfo=dt.timezone.utc))
        not_understood(db, at=dt.datetime(2026, 11, 1, tzinfo=dt.timezone.utc))
    said = desk("gaps")[1]
    assert "一共5个问题，其中4个没有收录、没有听懂或者不归我们管。" in said
    assert "重庆市綦江区 最低生活保障 能领多少　问了3次，3个对话，最近2026-11-21　例如：綦江" in said
    assert "没说地区　问了1次，1个对话" in said and "阿巴" not in said
    got = json.loads(desk("gaps", "--json", "--since", "2026-11-10")[1])
    row, = got["gaps"]
    assert (got["questions"], got["missing"]["national"], got["missing"]["not_understood"]) == (4, 3, 0)
    assert {k: row[k] for k in ("kind", "region", "region_name", "benefit", "aspect", "questions", "conversations", "last_asked")} == {
        "kind": "national", "region": QIJIANG, "region_name": "重庆市綦江区", "benefit": LOW, "aspect": "amount", "questions": 3,
        "conversations": 3, "last_asked": "2026-11-21"}
    assert row["example"] in ("綦江低保多少", "綦江的低保多少", "綦江低保是多少")
