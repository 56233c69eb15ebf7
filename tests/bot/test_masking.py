"""What identifies a person is masked however it is typed; incomes, ages, dates and public numbers never are."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import regex
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bot.masking import ACCOUNT, CARD, EMAIL, ID, PHONE, PLATE, mask
from policy_kb.regions import divisions
from tests.bot.masking_scores import LABELS, harmless, is_masked, personal, plain, scores, tables, too_much, traps

ROOT = Path(__file__).resolve().parents[2]

MOBILE = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


def test_there_are_enough_sentences_and_half_of_them_are_traps():
    assert len(personal()) + len(harmless()) >= 300
    assert len(harmless()) >= len(personal())
    assert all(len(said) >= 10 for said in traps().values())


@pytest.mark.parametrize("sentence", personal())
def test_what_identifies_a_person_is_masked(sentence):
    assert is_masked(sentence), mask(plain(sentence))


@pytest.mark.parametrize("sentence", personal())
def test_what_stands_beside_it_is_kept(sentence):
    assert not too_much(sentence), mask(plain(sentence))


@pytest.mark.parametrize("sentence", harmless())
def test_what_identifies_nobody_is_kept(sentence):
    assert mask(sentence) == sentence


@pytest.mark.parametrize("label", LABELS)
def test_of_every_kind_all_are_found_and_nearly_nothing_else(label):
    score = scores([*personal(), *harmless()])[label]
    assert score.recall >= 0.99, score.missed
    assert score.right >= score.labelled - 2


def test_the_page_shows_what_is_measured():
    assert tables() in (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("身份证11010519491231002X", ID), ("老证110105491231002", ID), ("手机13812345678", PHONE), ("座机020-83123456", PHONE),
        ("卡号6222021234567890123", CARD), ("银行卡6228480012345678", CARD), ("账号12345678901", ACCOUNT),
        ("邮箱a@b.cn", EMAIL), ("车牌粤A12345", PLATE), ("护照号E12345678", ID), ("军官证南字第01234567号", ID),
    ],
)
def test_the_label_says_what_it_was(text, label):
    assert regex.findall("|".join(map(regex.escape, LABELS)), mask(text)) == [label]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("民政局电话0766-8631234", "民政局电话0766-8631234"), ("我在民政局，家里电话0766-8631234", "我在民政局，家里电话〔电话号码〕"),
        ("打0766-8631234民政局没人接", "打0766-8631234民政局没人接"), ("请打0766-8631234民政局的人来过", "请打〔电话号码〕民政局的人来过"),
        ("民政局王科长电话13812345678", "民政局王科长电话〔电话号码〕"), ("村委会电话13812345678", "村委会电话〔电话号码〕"),
    ],
)
def test_an_offices_landline_stays_and_a_persons_phone_does_not(text, masked):
    assert mask(text) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("工单号20261130012345", "工单号20261130012345"), ("受理编号13812345678", "受理编号〔电话号码〕"),
        ("受理编号11010519491231002X", "受理编号〔身份证号〕"), ("登记号是110105194912310021", "登记号是〔身份证号〕"),
    ],
)
def test_a_reference_number_stays_unless_it_looks_like_a_persons(text, masked):
    assert mask(text) == masked


def test_masking_twice_changes_nothing_more():
    for sentence in personal():
        once = mask(plain(sentence))
        assert mask(once) == once


def digits_left(text: str) -> int:
    """The longest run of digits that is left when everything between digits is taken away; three are nobody's number."""
    return max(map(len, regex.findall(r"\d+", regex.sub(r"[^\d\p{L}〔]+", "", mask(text)))), default=0)


# Of real counties: no province is 19 or 20, so none begins like a year.
PLACE = st.sampled_from([r.code for r in divisions() if r.level == "county"])
SEPARATOR = st.text(alphabet=" -.·/_—　", max_size=2)


@given(st.from_regex(r"[1-9][0-9]{16}[0-9Xx]", fullmatch=True), st.sampled_from(["", "身份证", "我的号是", "68岁"]))
@example("110105194912310021", "")
def test_no_18_digit_number_is_left_whatever_its_checksum(number, before):
    assert digits_left(f"{before} {number}".replace("68岁", "")) == 0


@given(
    PLACE, st.dates(dt.date(1920, 1, 1), dt.date(2030, 12, 31)),
    st.from_regex(r"[0-9]{3}[0-9X]", fullmatch=True), st.lists(SEPARATOR, min_size=3, max_size=3),
)
@example("110105", dt.date(1999, 11, 20), "0011", ["", "/", ""])
def test_an_identity_number_in_pieces_is_not_left(place, born, rest, between):
    pieces = [place, f"{born:%Y}", f"{born:%m%d}", rest]
    text = "".join(a + b for a, b in zip(pieces, [*between, ""]))
    assert digits_left(f"身份证{text}，谢谢") <= 3


@given(
    PLACE, st.dates(dt.date(1920, 1, 1), dt.date(2030, 12, 31)),
    st.from_regex(r"[0-9]{3}[0-9X]", fullmatch=True), st.sampled_from(" -"), st.integers(0, 2), st.integers(0, 3),
    st.sampled_from(["missing", "doubled", "wrong"]),
)
@example("110105", dt.date(1949, 12, 31), "0021", " ", 0, 0, "missing")
def test_a_mistyped_identity_number_in_its_three_parts_is_not_left(place, born, rest, between, part, digit, fault):
    parts = [place, f"{born:%Y%m%d}", rest]
    old = parts[part]
    new = {"missing": "", "doubled": old[digit] * 2, "wrong": str((int(old[digit]) + 3) % 10) if old[digit] != "X" else "7"}[fault]
    parts[part] = old[:digit] + new + old[digit + 1 :]
    # A date that is left alone names nobody.
    assert digits_left(f"我爸的是{between.join(parts)}，谢谢") <= 8


@given(MOBILE, st.lists(SEPARATOR, min_size=10, max_size=10))
def test_no_mobile_number_is_left_whatever_stands_between_its_digits(number, between):
    text = "".join(a + b for a, b in zip(number, [*between, ""]))
    assert digits_left(f"打我{text}，谢谢") <= 3


@given(MOBILE, st.text(alphabet=" -.·/_—　,，、~～:：()（）+", min_size=1, max_size=2))
def test_no_mobile_number_in_its_three_parts_is_left_whatever_stands_between_them(number, between):
    assert digits_left(f"打我{number[:3]}{between}{number[3:7]}{between}{number[7:]}，谢谢") <= 3


@given(MOBILE, st.integers(0, 10), st.sampled_from(["missing", "doubled"]))
def test_a_mobile_number_with_a_digit_missing_or_too_many_is_not_left(number, place, fault):
    wrong = number[:place] + number[place + 1 :] if fault == "missing" else number[: place + 1] + number[place:]
    assume(wrong.startswith("1"))
    assert digits_left(f"手机号{wrong}") == 0


@given(st.text(alphabet="零一二三四五六七八九", min_size=9, max_size=9), st.sampled_from("三四五六七八九"))
def test_no_mobile_number_in_chinese_digits_is_left(rest, second):
    assert rest not in mask(f"我手机是一{second}{rest}")


AMOUNT = st.integers(0, 9_999_999)


@given(
    AMOUNT, st.sampled_from(["", "每月收入", "我今年花了", "共", "存款 ", "电话费"]),
    st.sampled_from(["元", " 元", "元钱", "元/月"]),
)
def test_no_amount_below_ten_million_is_masked(amount, before, unit):
    text = f"{before}{amount}{unit}"
    assert mask(text) == text


@given(st.lists(AMOUNT, min_size=2, max_size=4), st.sampled_from(["元 ", "元，", "元、", " 元 "]))
def test_no_list_of_amounts_is_masked(amounts, between):
    text = "".join(f"{a}{between}" for a in amounts)
    assert mask(text) == text


@given(st.lists(st.integers(1000, 9999), min_size=2, max_size=3))
def test_no_wages_of_some_months_with_one_unit_behind_them_are_masked(amounts):
    text = f"工资分别是{' '.join(map(str, amounts))}元"
    assert mask(text) == text


@given(
    st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d"]),
)
def test_no_date_of_the_last_and_this_century_is_masked(day, form):
    text = f"{day.strftime(form)}开始的"
    assert mask(text) == text


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_any_text_can_be_masked_and_without_digits_stays_as_it_is(text):
    masked = mask(text)
    if not regex.search(r"[\p{N}@零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖]", text):
        assert masked == text
