"""A case in short: what is known, what was answered, what is open."""

from __future__ import annotations

from types import SimpleNamespace

from desk.summary import Answer, Verdict, summary


def row(seq, sender, text, kind="text", data=None, citations=(), helpful=None):
    return SimpleNamespace(seq=seq, sender=sender, text=text, kind=kind, data=data or {}, citations=list(citations), helpful=helpful)


CITED = {"document": "办法", "section": "第四条"}
ROWS = [
    row(1, "resident", "低保多少钱"),
    row(2, "bot", "低保：每月450元。\n来源：《办法》", "answer", {"region": "445303"}, [CITED], helpful=False),
    row(3, "resident", "我够吗"),
    row(4, "bot", "家里几口人？", "question", {"region": None, "understood": [{"fact": "residence", "label": "城乡", "text": "农村"}]}),
    row(5, "resident", "三口"),
    row(6, "bot", "还不能判断", "verdict", {"region": "445303", "understood": [
        {"fact": "residence", "label": "城乡", "text": "农村"}, {"fact": "household_size", "label": "家里人数", "text": "3人"}],
        "benefits": [{"benefit": "a", "verdict": "undetermined", "missing": ["assets_within_limit"]}]}),
    row(7, "staff", "您好", "chat"),
]


def test_the_last_that_is_known_counts():
    short = summary(ROWS)
    assert short.region == "445303"
    assert short.facts == [("城乡", "农村"), ("家里人数", "3人")]
    assert short.verdicts == [Verdict("a", "undetermined", ["assets_within_limit"])]


def test_each_answer_stands_with_its_question_its_sources_and_what_the_resident_thought_of_it():
    assert summary(ROWS).answers == [
        Answer(2, "低保多少钱", "低保：每月450元。", ["《办法》第四条"], False), Answer(6, "三口", "还不能判断", [], None),
    ]


def test_only_the_last_few_answers_are_shown_and_long_ones_in_part():
    rows = [row(n, "bot", "长" * 500, "answer") for n in range(20)]
    answers = summary(rows).answers
    assert [a.seq for a in answers] == [15, 16, 17, 18, 19]
    assert all(len(a.text) < 200 and a.text.endswith("……") for a in answers)


def test_of_nothing_there_is_nothing():
    short = summary([])
    assert (short.region, short.facts, short.answers, short.verdicts) == (None, [], [], [])
