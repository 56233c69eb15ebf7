"""Texts are read as what they mean, and every character keeps its place in what was typed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy_kb.language import Reader, folded, kept_characters, plain, reader_of
from policy_kb.loader import SHIPPED, read_knowledge


@pytest.fixture(scope="module")
def reader(shipped) -> Reader:
    return reader_of(shipped)


READ = {
    # width, traditional characters, emoji, repeated marks
    "ＡＢ低保１２３": "ab低保123",
    "萬盛農村低保標準": "万盛农村低保标准",
    "🙏🙏低保怎么办！！！": "低保怎么办!",
    "低保‍有没有～～～": "低保有没有~",
    "乾安縣低保": "乾安县低保",
    # dialect
    "低保好多钱嘛": "低保多少钱嘛",
    "咋个办低保": "怎么办低保",
    "啷个申请哦": "怎么申请哦",
    "使唔使俾錢": "要不要交钱",
    "去邊度攞表": "去哪里领表",
    "有冇高龄津贴": "有没有高龄津贴",
    "俺家娃儿读幼稚园": "我家孩子读幼儿园",
    # pinyin
    "qijiang tekun gongyang duoshao qian": "綦江特困供养多少钱",
    "yun'an nongcun dibao duoshao qian": "云安农村低保多少钱",
    "DIBAO biaozhun": "低保标准",
    # slips
    "其江农村底保": "綦江农村低保",
    "万胜特昆人员": "万盛特困人员",
    "残极人不贴": "残疾人补贴",
    "高玲津贴": "高龄津贴",
    "幼儿元要钱不": "幼儿园要钱不",
    "事业金怎么领": "失业金怎么领",
    "临时求助怎么申请": "临时救助怎么申请",
    "公租坊": "公租房",
}


@pytest.mark.parametrize("typed", READ)
def test_a_text_is_read_as_what_it_means(reader, typed):
    assert reader.read(typed).text == READ[typed]


@pytest.mark.parametrize(
    "typed",
    [
        "事业单位招聘", "商业保险怎么买", "公主房间", "学校和政府", "wifi密码", "vip会员", "我的app打不开", "联系电话", "没人扶养",
        "兜底保障", "养老服务质量", "残疾人专用", "投诉幼儿园", "我就在家", "地宝扫地机", "hello", "how are you", "由儿童自己决定",
        "工商银行", "好多人", "你们好多天没来", "时间长了", "有的地方", "保底工资", "高等教育", "特殊教育", "就业优先",
    ],
)
def test_everyday_words_stay_what_they_are(reader, typed):
    reading = reader.read(typed)
    assert not reading.mended
    assert "低保" not in reading.text


def test_hardly_anything_in_the_bases_own_sentences_is_taken_for_a_slip(reader, shipped):
    mended = [p.statement for p in shipped.provisions if reader.read(p.statement).mended]
    assert len(mended) <= 0.002 * len(shipped.provisions), mended


def test_a_name_read_from_pinyin_stands_where_the_letters_stand(reader):
    typed = "请问dibao怎么办"
    reading = reader.read(typed)
    at = reading.text.index("低保")
    start, end = reading.span(at, at + 2)
    assert typed[start:end] == "dibao"


def test_a_mended_name_stands_where_the_slip_stands(reader):
    typed = "🙏 其江的底保"
    reading = reader.read(typed)
    at = reading.text.index("低保")
    assert [typed[slice(*reading.span(i, j))] for i, j in ((at, at + 1), (at, at + 2))] == ["底", "底保"]


def test_characters_of_places_names_are_not_simplified(shipped):
    assert "乾" in kept_characters(shipped)
    assert folded("乾安縣", kept_characters(shipped)).text == "乾安县"


@settings(deadline=None)
@given(st.text(max_size=60))
def test_whatever_is_typed_can_be_read(typed):
    reader = reader_of(read_small())
    reading = reader.read(typed)
    assert len(reading.at) == len(reading.text)
    assert all(0 <= s < e <= len(typed) for s, e in reading.at)
    assert [s for s, _ in reading.at] == sorted(s for s, _ in reading.at)


_SMALL = []


def read_small():
    """The shipped base, read once; hypothesis takes no fixtures of a module."""
    if not _SMALL:
        _SMALL.append(read_knowledge([SHIPPED]))
    return _SMALL[0]


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing_more(typed):
    once = folded(typed).text
    assert folded(once).text == once


def test_plain_knows_no_names():
    assert plain("其江底保 好多錢？？") == "其江底保多少钱?"
