"""A phone number is understood however people write it, and what cannot be called back is told apart by why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.phones import BadPhone, last_digits, read_phone

MOBILE = "138 1234 5678"
TAKEN = {
    "13812345678": MOBILE, "138 1234 5678": MOBILE, "138-1234-5678": MOBILE, "138.1234.5678": MOBILE, "1381234 5678": MOBILE,
    " 13812345678\n": MOBILE, "１３８１２３４５６７８": MOBILE, "138－1234－5678": MOBILE, "138—1234—5678": MOBILE, "138\u200b12345678": MOBILE,
    "+8613812345678": MOBILE, "+86 138 1234 5678": MOBILE, "＋86-13812345678": MOBILE, "008613812345678": MOBILE, "8613812345678": MOBILE,
    "(+86)13812345678": MOBILE, "（86）138 1234 5678": MOBILE,
    "0766-8631234": "0766 863 1234", "07668631234": "0766 863 1234", "(0766)8631234": "0766 863 1234", "（0766）863 1234": "0766 863 1234",
    "０７６６－８６３１２３４": "0766 863 1234", "+86 766 8631234": "0766 863 1234", "+86 (0)766 8631234": "0766 863 1234",
    "020-81234567": "020 8123 4567", "02381234567": "023 8123 4567", "010 6234 5678": "010 6234 5678",
    "0766-8631234转801": "0766 863 1234 转 801", "0766-8631234 转 801": "0766 863 1234 转 801", "0766-8631234-801": "0766 863 1234 转 801",
    "07668631234转接801": "0766 863 1234 转 801", "0766-8631234 分机：801": "0766 863 1234 转 801", "0766-8631234，分机号801": "0766 863 1234 转 801",
    "020-81234567 ext. 12": "020 8123 4567 转 12", "020-81234567#12": "020 8123 4567 转 12", "０７６６-8631234轉801": "0766 863 1234 转 801",
}
# One of each range that people have, those of virtual operators too.
RANGES = [*range(130, 140), 145, 147, *range(150, 154), *range(155, 160), 162, 165, 166, 167, *range(170, 174), *range(175, 179),
          *range(180, 190), 190, 191, 192, 193, 195, 196, 197, 198, 199]
REFUSED = {
    "": "number", "-": "number", "1": "number", "110": "number", "12345": "number", "1381234567": "number", "138123456789": "number",
    "12812345678": "number", "15412345678": "number", "00000000000": "number", "13812345678 13912345678": "number", "13812345678,13912345678": "number",
    "13812345678/13912345678": "number", "9" * 61: "number", "13812345678;ext=1": "words", "+1381234567": "abroad",
    "8631234": "area_code", "81234567": "area_code", "863-1234": "area_code", "7631234": "area_code", "8631234转801": "area_code",
    "+852 9123 4567": "abroad", "+853 6612 3456": "abroad", "+886 912 345 678": "abroad", "+1 650 253 0000": "abroad",
    "4001234567": "service", "400-123-4567": "service", "800 820 8820": "service",
    "没有电话": "words", "我的电话是13812345678": "words", "13812345678（儿子）": "words", "13812345678或13912345678": "words", "一三八一二三四五六七八": "words",
    "138O1234567": "words", "44530319900101123X": "words", "445303199001011234": "number", "tel:13812345678": "words", "<b>13812345678</b>": "words",
}


@pytest.mark.parametrize(("written", "understood"), TAKEN.items())
def test_a_number_is_understood_as_it_is_written(written, understood):
    assert read_phone(written) == understood


@pytest.mark.parametrize("prefix", RANGES)
def test_every_range_of_mobile_numbers_is_taken(prefix):
    assert read_phone(f"{prefix}12345678") == f"{prefix} 1234 5678"


@pytest.mark.parametrize(("written", "why"), REFUSED.items())
def test_what_cannot_be_called_is_refused_with_the_reason(written, why):
    with pytest.raises(BadPhone) as refused:
        read_phone(written)
    assert refused.value.reason == why


@given(st.text(max_size=80))
def test_whatever_is_written_is_a_number_or_refused(written):
    try:
        understood = read_phone(written)
    except BadPhone:
        return
    assert read_phone(understood) == understood


@given(st.text(st.sampled_from("0123456789+-() 转#x."), max_size=24))
def test_what_is_taken_is_understood_the_same_again(written):
    try:
        understood = read_phone(written)
    except BadPhone:
        return
    assert read_phone(understood) == understood
    assert len(last_digits(understood)) == 4


@pytest.mark.parametrize(("written", "digits"), [("13812345678", "5678"), ("0766-8631234转801", "1234")])
def test_the_last_digits_leave_the_extension_out(written, digits):
    assert last_digits(read_phone(written)) == digits
