"""Encryption and signatures, by known answers and by properties."""

from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gateway.wechat.crypto import BadKey, Cipher, Tampered, signature, verify

KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
APPID = "wx0123456789abcdef"
WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=3000)


def test_a_signature_is_the_sha1_of_the_sorted_parts():
    assert signature("b", "a", "c") == "a9993e364706816aba3e25717850c26c9cd0d89d"  # of "abc", in FIPS 180


@pytest.mark.parametrize("given", ["", "A9993E364706816ABA3E25717850C26C9CD0D89D", "a9993e", "签名", "\ud800", "\x00" * 40])
def test_whatever_is_not_the_signature_is_wrong_and_raises_nothing(given: str):
    assert verify(("c", "b", "a"), "a9993e364706816aba3e25717850c26c9cd0d89d")
    assert not verify(("c", "b", "a"), given)


@given(WORDS)
def test_what_was_encrypted_is_read_back(text: str):
    assert Cipher(KEY, APPID).decrypt(Cipher(KEY, APPID).encrypt(text)) == text


@given(st.integers(0, 40))
def test_every_length_is_padded_to_whole_blocks_of_32_bytes(length: int):
    sealed = base64.b64decode(Cipher(KEY, APPID).encrypt("x" * length))
    assert len(sealed) % 32 == 0
    assert len(sealed) > 16 + 4 + length + len(APPID)  # at least one byte of padding


def test_the_same_text_is_never_encrypted_the_same_way():
    assert Cipher(KEY, APPID).encrypt("低保") != Cipher(KEY, APPID).encrypt("低保")
    assert Cipher(KEY, APPID).encrypt("低保", b"0" * 16) == Cipher(KEY, APPID).encrypt("低保", b"0" * 16)


@given(st.text(max_size=60), st.data())
def test_one_altered_bit_never_goes_unnoticed_under_the_signature(text: str, data: st.DataObject):
    text = text.encode("utf-8", "ignore").decode()
    sealed = bytearray(base64.b64decode(Cipher(KEY, APPID).encrypt(text)))
    at = data.draw(st.integers(0, 8 * len(sealed) - 1))
    before = signature("token", "1", "2", base64.b64encode(sealed).decode())
    sealed[at // 8] ^= 1 << at % 8
    altered = base64.b64encode(sealed).decode()
    assert not verify(("token", "1", "2", altered), before)
    with contextlib.suppress(Tampered):  # CBC alone may let it pass; nothing else is raised
        Cipher(KEY, APPID).decrypt(altered)


@pytest.mark.parametrize("sealed", ["", "=", "没有", "AAAA", "A" * 43, base64.b64encode(bytes(32)).decode(), "\ud800", "A" * 44 + "\n"])
def test_what_was_not_encrypted_is_tampered(sealed: str):
    with pytest.raises(Tampered):
        Cipher(KEY, APPID).decrypt(sealed)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_nothing_else_is_raised(sealed: bytes):
    with pytest.raises(Tampered):
        Cipher(KEY, APPID).decrypt(base64.b64encode(sealed).decode())


def test_what_was_encrypted_for_another_account_is_tampered():
    for appid in ("wxffffffffffffffff", APPID + "0", APPID[:-1], ""):
        with pytest.raises(Tampered):
            Cipher(KEY, APPID).decrypt(Cipher(KEY, appid).encrypt("低保"))


def test_what_was_encrypted_with_another_key_is_tampered():
    with pytest.raises(Tampered):
        Cipher(KEY, APPID).decrypt(Cipher(KEY[::-1], APPID).encrypt("低保"))


@pytest.mark.parametrize("key", ["", KEY[:-1], KEY + "A", KEY[:-1] + "*", KEY[:-1] + "=", "密" * 43])
def test_a_key_of_another_form_is_refused(key: str):
    with pytest.raises(BadKey):
        Cipher(key, APPID)
