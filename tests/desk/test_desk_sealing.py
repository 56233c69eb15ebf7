"""What is sealed can be read with the same key in the same place, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gateway.chat import token_for
from desk.sealing import Unreadable, seal, unseal


@given(st.text(min_size=1), st.text(), st.text())
def test_what_is_sealed_can_be_read_again(secret, place, text):
    if any("\ud800" <= c <= "\udfff" for c in secret + place + text):
        return
    assert unseal(secret, place, seal(secret, place, text)) == text


def test_it_is_never_sealed_the_same_way_twice():
    assert len({seal("s", "case", "13812345678") for _ in range(200)}) == 200


@pytest.mark.parametrize(("secret", "place"), [("other", "case"), ("s", "another"), ("", "case"), ("s", "")])
def test_another_key_or_another_place_reads_nothing(secret, place):
    with pytest.raises(Unreadable):
        unseal(secret, place, seal("s", "case", "13812345678"))


def test_one_bit_changed_anywhere_is_noticed():
    sealed = seal("s", "case", "13812345678")
    for bit in range(len(sealed) * 8):
        altered = bytearray(sealed)
        altered[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Unreadable):
            unseal("s", "case", bytes(altered))


@pytest.mark.parametrize("length", [0, 1, 5, 13, 20])
def test_what_was_cut_off_is_noticed(length):
    with pytest.raises(Unreadable):
        unseal("s", "case", seal("s", "case", "13812345678")[:length])


def test_the_tokens_key_is_another():
    token = token_for("s", "case")
    with pytest.raises(Unreadable):
        unseal(token, "case", seal("s", "case", "13812345678"))
