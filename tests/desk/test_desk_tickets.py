"""A ticket number can be read out over the phone and read back from what people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.tickets import LETTERS, new_ticket, read_ticket

MISTAKABLE = set("IL1OQ0UVB8S5Z2G6MNDTP")


def test_no_letter_can_be_mistaken_for_another():
    assert not set(LETTERS) & MISTAKABLE


def test_a_ticket_is_hm_and_six_letters_of_the_alphabet():
    for _ in range(200):
        ticket = new_ticket()
        assert ticket.startswith("HM-")
        assert len(ticket) == 9
        assert set(ticket[3:]) <= set(LETTERS)


def test_tickets_hardly_ever_repeat():
    assert len({new_ticket() for _ in range(300)}) >= 297


@given(st.text(alphabet=LETTERS, min_size=6, max_size=6))
def test_every_ticket_is_read_back(letters):
    assert read_ticket(f"我的工单HM-{letters}怎么样了") == f"HM-{letters}"


@pytest.mark.parametrize(
    "text",
    [
        "HM-ACEFHJ", "hm-acefhj", "Hm-AceFhj", "HMACEFHJ", "HM ACEFHJ", "HM - ACEFHJ", "HM_ACEFHJ", "HM—ACEFHJ", "HM－ACEFHJ",
        "HM–ACEFHJ", "HM‐ACEFHJ", "工单号是HM-ACEFHJ。", "查进度hm-acefhj谢谢", "〔HM-ACEFHJ〕", "HM-\nACEFHJ",
        "ＨＭ－ＡＣＥＦＨＪ", "HM-ACE FHJ", "HM-ACE-FHJ",
    ],
)
def test_a_ticket_is_read_however_it_is_typed(text):
    assert read_ticket(text) == "HM-ACEFHJ"


@pytest.mark.parametrize(
    "text", ["", "低保多少钱", "HM", "HM-", "HM-ACE", "HM-123456", "工单ACEFHJ", "H-ACEFHJ", "hm，我想问低保"]
)
def test_what_is_no_ticket_is_not_read_as_one(text):
    assert read_ticket(text) is None


def test_a_letter_too_many_is_not_cut_to_another_residents_ticket():
    assert read_ticket("HM-ACEFHJK") is None
