"""Numbering markers are recognised by what they look like, and what only looks like one is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy_kb.ingest.numbering import chinese_to_int, inline_items, int_to_chinese, marker_of


@given(st.integers(1, 9999))
def test_a_chinese_number_reads_back_as_it_was_written(number: int) -> None:
    assert chinese_to_int(int_to_chinese(number)) == number


@pytest.mark.parametrize(
    ("text", "number"), [("十", 10), ("二十", 20), ("一百零五", 105), ("一百三十二", 132), ("二〇二一", 2021), ("32", 32)]
)
def test_numbers_are_read(text: str, number: int) -> None:
    assert chinese_to_int(text) == number


@pytest.mark.parametrize(
    ("line", "kind", "label"),
    [
        ("第八条 申请人应当", "article", "第八条"),
        ("第二十一条　申请人", "article", "第二十一条"),
        ("第二条之一 申请人", "article", "第二条之一"),
        ("第三章 总  则", "chapter", "第三章"),
        ("第九章　附则", "chapter", "第九章"),
        ("第一节 目标", "section", "第一节"),
        ("一、总体要求", "dun", "一"),
        ("十一、其他", "dun", "十一"),
        ("（一）对象", "paren", "（一）"),
        ("(一)对象", "paren", "（一）"),
        ("（二)对象", "paren", "（二）"),
        ("〔三〕对象", "paren", "（三）"),
        ("1.建设工程", "dot", "1"),
        ("1．建设工程", "dot", "1"),
        ("1、建设工程", "dot", "1"),
        ("1.2018年。达到87%", "dot", "1"),
        ("5.人才工程", "dot", "5"),
        ("2.1 城市居民", "decimal", "2.1"),
        ("(1)按照要求", "arabic", "（1）"),
        ("（12）按照要求", "arabic", "（12）"),
        ("1）按照要求", "half", "1）"),
        ("①护理床位", "circled", "①"),
        ("⑵护理床位", "arabic", "（2）"),
        ("一是加快建设", "is", "一是"),
        ("第一，加快建设", "ordinal", "第一"),
    ],
)
def test_a_marker_is_recognised_in_every_width_and_bracket(line: str, kind: str, label: str) -> None:
    marker = marker_of(line)
    assert marker is not None
    assert (marker.kind, marker.label) == (kind, label)


@pytest.mark.parametrize("line", ["（ー）对象", "（—）对象", "一）对象", "ー、对象", "一，对象", "l.对象"])
def test_a_marker_that_was_misread_counts_only_among_its_neighbours(line: str) -> None:
    marker = marker_of(line)
    assert marker is not None
    assert marker.number == 1
    assert not marker.sure


@pytest.mark.parametrize(
    "line",
    [
        "一、二级残疾人每月100元",
        "三、四类人员",
        "2018年，全区达到90%",
        "1.5万元以上的",
        "18.2 |",
        "3.14",
        "一是甲。二是乙。三是丙。",
        "第三条规定的材料",
        "第一次申请的",
        "（2018—2020年）",
        "一般情况下",
        "12345热线",
        "一、",
        "",
    ],
)
def test_what_only_looks_like_a_marker_is_none(line: str) -> None:
    assert marker_of(line) is None


def cut(text: str) -> list[str]:
    at = [0, *inline_items(text), len(text)]
    return [text[a:b] for a, b in zip(at, at[1:])]


def test_a_list_inside_a_paragraph_is_cut_at_each_item_and_after_its_last() -> None:
    assert cut("应当提交：（一）身份证；（二）户口簿。材料不全的，一次告知。") == [
        "应当提交：",
        "（一）身份证；",
        "（二）户口簿。",
        "材料不全的，一次告知。",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "依照前款第（一）项、第（二）项办理。",
        "包括：（一）身份证。",
        "按（一）（二）两类登记。",
        "共有三处：其中（二）在城东；（三）在城西。",
    ],
)
def test_items_that_are_only_mentioned_are_no_list(text: str) -> None:
    assert inline_items(text) == ()
