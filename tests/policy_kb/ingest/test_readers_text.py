"""Plain text: encodings, line ends, offsets, and no mojibake."""

from __future__ import annotations

import datetime as dt

import pytest
from extract_checks import assert_nothing_vanishes, reasons, texts
from hypothesis import given
from hypothesis import strategies as st

from policy_kb.ingest.model import UnreadableFile
from policy_kb.ingest.readers.dates import read_date
from policy_kb.ingest.readers.textfile import read_text

SAYS = "第一条　城乡居民最低生活保障标准由区人民政府制定并公布。\n\n第二条　标准每人每月450元。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk", "utf-32"])
def test_text_is_read_in_every_usual_encoding(encoding):
    assert read_text(SAYS.encode(encoding), "a.txt").text == SAYS


def test_offsets_count_in_the_decoded_text_with_plain_line_ends():
    found = read_text("  甲\u00a0乙 \r\n\r\n丙\r丁".encode(), "a.txt")
    assert found.text == "  甲\u00a0乙 \n\n丙\n丁"
    assert [(line.text, found.text[line.start : line.end]) for line in found.lines] == [
        ("甲 乙", "  甲\u00a0乙 "),
        ("丙", "丙"),
        ("丁", "丁"),
    ]


def test_a_line_of_invisible_characters_is_reported():
    found = read_text("甲\n\u200b\n乙".encode(), "a.txt")
    assert reasons(found) == {"\u200b": "不可见字符"}


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (SAYS.encode("big5", errors="ignore") * 3, "编码"),
        (SAYS.encode("utf-8") * 9 + "元".encode()[:2], "读不出的字节"),
        (SAYS.encode("utf-16-le") * 3, "编码"),
        ((SAYS.replace("\n", "") * 5).encode("utf-8").decode("gb18030", errors="ignore").encode(), "乱码"),
        (("\ufffd" * 10 + SAYS).encode(), "乱码"),
        (bytes(range(256)) * 20, "编码"),
        (b"\xff\xfe" + b"\x00\xd8" * 9, "UTF-16"),
    ],
    ids=["big5", "cut utf-8", "utf-16 without mark", "utf-8 read as gbk", "replacement characters", "binary", "broken utf-16"],
)
def test_what_would_be_mojibake_is_refused(data, says):
    with pytest.raises(UnreadableFile, match=says):
        read_text(data, "a.txt")


def test_the_refusal_of_a_damaged_file_names_the_line():
    with pytest.raises(UnreadableFile, match="第 3 行"):
        read_text("低保标准\n每月\n".encode() + b"\xe4\xbd" + "450元\n".encode(), "a.txt")


@given(
    st.text(
        st.characters(min_codepoint=0x800, exclude_categories=("Cs", "Co", "Cn"), include_characters="\n\t ab12."), max_size=300
    )
)
def test_every_utf_8_text_keeps_all_its_lines(text):
    found = read_text(text.encode(), "a.txt")
    assert_nothing_vanishes(found)
    assert found.text == text.removeprefix("\ufeff")


@given(st.text(st.sampled_from("低保标准每月四百五十元由区人民政府制定公布执行，。\n　（）"), max_size=300))
def test_chinese_in_gbk_reads_the_same_however_short(text):
    assert read_text(text.encode("gbk"), "a.txt").text == text


def test_seed_texts_are_read_whole(sources):
    from policy_kb.ingest.readers import extract

    found = [extract(path) for path in sorted((sources / "seeds").glob("*.txt"))]
    assert len(found) == 5
    for one in found:
        assert_nothing_vanishes(one)
        assert not one.dropped
        assert "\u00a0" not in "".join(texts(one))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019-04-18", dt.date(2019, 4, 18)),
        ("2024/06/14 06:17:08", dt.date(2024, 6, 14)),
        ("2018年1月3日起施行", dt.date(2018, 1, 3)),
        ("2018.1.3", dt.date(2018, 1, 3)),
        ("20250805", dt.date(2025, 8, 5)),
        ("二〇二二年三月二十一日", dt.date(2022, 3, 21)),
        ("二○一○年十月十日", dt.date(2010, 10, 10)),
        ("2019-02-30", None),
        ("去年", None),
        ("2019年", None),
        ("201904181", None),
    ],
)
def test_dates_are_read_as_documents_write_them(text, day):
    assert read_date(text) == day
