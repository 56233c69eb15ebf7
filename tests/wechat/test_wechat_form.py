"""How a message of the chat looks in WeChat, and which choice a resident means."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gateway.wechat.form import LIMIT, Choice, choices, chosen, joined, parts, several, split
from bot.gateway.wechat.words import as_written_here
from policy_kb.yamlfile import read_yaml

ROOT = Path(__file__).resolve().parents[2]

ANSWER = {
    "kind": "answer", "text": "云安区农村低保每人每月450元（2018年）。\n来源：《低保标准》第二条",
    "citations": [{"document": "低保标准", "section": "第二条", "url": "https://www.example.gov.cn/a?b=1&c=2"}],
    "quick_replies": [{"title": "申请条件", "payload": "p1"}, {"title": "申请材料", "payload": "p2"}, {"title": "转人工", "payload": "p3"}],
    "data": {},
}


def question(kind: str, titles: list[str], values: list | None = None) -> dict:
    return {
        "kind": "question", "text": "多大年纪了？", "citations": [], "quick_replies": [{"title": t, "payload": t} for t in titles],
        "data": {"type": kind, "options": [{"title": t, "value": v} for t, v in zip(titles, values or [])]},
    }


def test_an_answer_has_its_source_and_its_choices():
    assert parts(ANSWER) == [[
        "云安区农村低保每人每月450元（2018年）。\n来源：《低保标准》第二条\n\n"
        "《低保标准》原文：https://www.example.gov.cn/a?b=1&c=2\n\n"
        "可以回复序号或文字：\n1. 申请条件\n2. 申请材料\n3. 转人工"
    ]]


def test_a_message_without_choices_is_its_text():
    assert parts({"kind": "chat", "text": " 您好 ", "citations": [], "quick_replies": [], "data": {}}) == [["您好"]]


@pytest.mark.parametrize(
    ("on_a_page", "here"),
    [
        ("您可以再问一次，或者点“转人工”。", "您可以再问一次，或者回复“转人工”。"),
        ("想找真人，点“转人工”就可以。", "想找真人，回复“转人工”就可以。"),
        ("请点“留个电话”单独填写：加密保存", "直接把电话号码发给我：加密保存"),
        ("可以点下面的按钮，或者说“不清楚”。", "可以回复下面的序号，或者说“不清楚”。"),
        ("您随时可以下载或删除自己的记录：点页面上方的“更多”，或者说“删除我的记录”。", "您随时可以删除自己的记录：说“删除我的记录”。"),
        ("一点“钱”都没有", "一点“钱”都没有"),
    ],
)
def test_where_a_page_has_buttons_the_words_are_written(on_a_page, here):
    message = {"text": on_a_page, "citations": [], "quick_replies": [], "data": {}}
    assert parts(message | {"kind": "text", "from": "bot"}) == [[here]]
    assert parts(message | {"kind": "chat", "from": "staff"}) == [[on_a_page]]


def test_no_text_of_ours_speaks_of_buttons_here():
    texts = [*read_yaml(ROOT / "bot/gateway/texts.yaml").values(), *read_yaml(ROOT / "desk/texts.yaml").values(),
             *read_yaml(ROOT / "policy_kb/data/wording.yaml").values(), *read_yaml(ROOT / "policy_kb/data/wording-eligibility.yaml").values()]
    of_pages = [t for t in _strings(texts) if "点“" in t or "点下面" in t or "点页面" in t]
    assert len(of_pages) >= 6
    for text in of_pages:
        assert not any(words in as_written_here(text) for words in ("请点", "点“", "点下面", "点页面", "按钮")), text


def _strings(values):
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from _strings(value.values())
        elif isinstance(value, list):
            yield from _strings(value)


@pytest.mark.parametrize(
    "typed", ["2", "２", "二", "第2个", "第二个", "选2", "我选2", "②", "⑵", "2。", "2、", "（2）", " 2 ", "2️⃣", "第二", "第2项", "回复2",
              "申请材料", "申请 材料", "申请材料。", "2. 申请材料", "2、申请材料", "2 申请材料", "“申请材料”"],
)
def test_a_choice_is_meant_by_number_and_by_words(typed: str):
    assert chosen(typed, choices(ANSWER)) == Choice(2, "申请材料", "p2")


@pytest.mark.parametrize(
    "typed", ["", "。", "1000", "0", "4", "02", "-2", "2.5", "2%", "2个", "两个", "二个", "2号", "2月", "2元", "22", "申请材料有哪些", "我家2口人", "十二",
              "百", "b", "低保的申请材料"],
)
def test_a_number_or_a_sentence_that_is_none_of_them_is_no_choice(typed: str):
    assert chosen(typed, choices(ANSWER)) is None


def test_asked_for_a_number_the_number_is_the_answer():
    for message in (question("integer", ["不清楚", "先看结果"]), question("money", ["不清楚"]),
                    question("choice", ["没有残疾证", "一级", "二级"], [0, 1, 2])):
        offered = choices(message)
        assert all(chosen(typed, offered) is None for typed in ("1", "2", "一", "第1个", "①"))
        assert chosen("A", offered) == chosen("ａ", offered) == chosen("选a", offered) == offered[0]
        assert chosen(offered[-1].title, offered) == offered[-1]
        assert f"A. {offered[0].title}" in parts(message)[0][0]


def test_asked_yes_or_no_a_number_is_a_choice():
    offered = choices(question("bool", ["没有", "有", "不清楚"], [True, False]))
    assert chosen("2", offered).title == chosen("有", offered).title == "有"


def test_several_numbers_are_the_words_of_all():
    offered = choices(question("list", ["60岁以上的老人", "残疾人", "得重病的人"], ["elderly", "disabled", "ill"]))
    for typed in ("1、3", "1 3", "1，3", "一和三", "①③".replace("③", " ③")):
        assert several(typed, offered) == "60岁以上的老人、得重病的人"
    assert all(several(typed, offered) is None for typed in ("1", "1、9", "1.3", "1、1", "", "1个3个", "老人和孩子"))


def test_the_twelfth_of_many_is_found():
    offered = choices(question("list", [f"第{n}镇" for n in "甲乙丙丁戊己庚辛壬癸子丑"]))
    assert chosen("12", offered) == chosen("十二", offered) == offered[11]
    assert chosen("1", offered) == offered[0]


def test_there_are_never_more_choices_than_letters():
    assert len(choices(question("integer", [f"选项{n}" for n in range(100)]))) == 26


# Sentences, numbers, addresses, emoji of several code points: all that may not come apart.
_TOKENS = st.sampled_from([
    "低保标准", "每人每月", "1,234.50", "2018-12-31", "https://www.example.gov.cn/a?b=1,2;c=3!d", "👨‍👩‍👧‍👦", "👍🏽", "é", "450元", "12.5%", "HM-ABC234", "0766-8631234",
])
_MARKS = st.sampled_from(["。", "，", "\n", "；", "", " ", "！", "、", "？”", "\n\n", "："])
_TEXTS = st.lists(st.tuples(_TOKENS, _MARKS), min_size=1, max_size=120)


def _squeezed(text: str) -> str:
    return "".join(text.split())


@given(_TEXTS, st.integers(60, 400))
def test_nothing_is_lost_and_no_part_is_too_long(tokens: list[tuple[str, str]], limit: int):
    text = "".join(token + mark for token, mark in tokens)
    found = split(text, limit)
    assert all(0 < len(part.encode()) <= limit for part in found)
    assert _squeezed("".join(found)) == _squeezed(text)


@given(_TEXTS, st.integers(60, 400))
def test_no_number_address_or_character_comes_apart(tokens: list[tuple[str, str]], limit: int):
    found = split("".join(f"{token}{mark or '，'}" for token, mark in tokens), limit)
    for token, _ in tokens:
        assert any(token in part for part in found)
    assert sum(part.count("2018-12-31") for part in found) == sum(token == "2018-12-31" for token, _ in tokens)


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=3000))
def test_any_text_fits(text: str):
    assert all(len(part.encode()) <= LIMIT for part in split(text))


def test_a_long_answer_is_cut_between_sentences():
    text = "".join(f"第{n}条规定，符合条件的家庭可以申请最低生活保障，由乡镇受理。" for n in range(200))
    found = split(text)
    assert all(LIMIT - 100 < len(part.encode()) <= LIMIT for part in found[:-1])
    assert all(part.endswith("。") for part in found)


def test_choices_stay_together():
    message = ANSWER | {"text": "低" * 610 + "。"}
    [[_, second]] = parts(message)
    assert second.startswith("《低保标准》原文")
    assert second.endswith("3. 转人工")


def test_of_messages_that_come_together_the_last_has_what_all_offer():
    asked = question("bool", ["有", "没有", "转人工"], [True, False])
    [first], [second] = parts(ANSWER, asked)
    assert "申请条件" not in first
    assert second == "多大年纪了？\n\n可以回复序号或文字：\n1. 有\n2. 没有\n3. 转人工\n4. 申请条件\n5. 申请材料"
    assert [(c.number, c.title) for c in choices(ANSWER, asked)] == [(1, "有"), (2, "没有"), (3, "转人工"), (4, "申请条件"), (5, "申请材料")]
    assert chosen("1", choices(ANSWER, asked)).payload == "有"


def test_where_one_of_them_asks_for_a_number_all_have_letters():
    assert all(c.lettered for c in choices(question("integer", ["不清楚"]), ANSWER))


def test_an_address_longer_than_a_part_is_cut_all_the_same():
    address = "https://www.example.gov.cn/" + "a" * 5000
    assert "".join(split(address)) == address


def test_half_a_surrogate_is_left_out():
    assert split("低\ud83d保") == ["低保"]


@given(st.lists(st.text("低保。", min_size=1, max_size=300), max_size=30))
def test_short_texts_come_together_and_stay_in_order(texts: list[str]):
    found = joined(texts, 600)
    assert all(len(part.encode()) <= 600 for part in found)
    assert _squeezed("".join(found)) == "".join(texts)
    assert all(len((a + "\n\n" + b).encode()) > 600 for a, b in zip(found, found[1:]) if len(b.encode()) < 300 and b in texts)
