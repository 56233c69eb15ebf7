"""What the platform signs and encrypts with: SHA-1 over sorted parts, and AES-256-CBC under the account's EncodingAESKey. Pure.

A message encrypted: 16 random bytes, the length of the text in 4 bytes, the text in UTF-8, the AppID; padded to 32 bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct
from collections.abc import Iterable

from cryptography.hazmat.primitives.ciphers import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7

_NONCE, _LENGTH, _BLOCK = 16, 4, 32
KEY_CHARACTERS = 43


class Tampered(Exception):
    """Not what the platform encrypted for this account. Which part is wrong is not said."""


class BadKey(ValueError):
    """No EncodingAESKey: 43 letters and digits."""


def signature(*parts: str) -> str:
    """The hexadecimal SHA-1 of the parts, sorted and put together."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def verify(parts: Iterable[str], given: str) -> bool:
    """Whether ``given`` is the parts' signature, compared in constant time; whatever else it is, it is wrong."""
    return hmac.compare_digest(signature(*parts).encode(), given.encode("utf-8", "surrogatepass"))


class Cipher:
    """Encrypts and decrypts for one account. Raises :class:`BadKey`."""

    def __init__(self, encoding_aes_key: str, appid: str):
        self._key = _key(encoding_aes_key)
        self._appid = appid.encode()

    def encrypt(self, xml: str, nonce: bytes | None = None) -> str:
        """Base64 of the encrypted text. ``nonce``: 16 random bytes, for tests that must know them."""
        text = xml.encode()
        plain = (nonce or os.urandom(_NONCE)) + struct.pack(">I", len(text)) + text + self._appid
        pad, into = PKCS7(8 * _BLOCK).padder(), self._cipher().encryptor()
        return base64.b64encode(into.update(pad.update(plain) + pad.finalize()) + into.finalize()).decode()

    def decrypt(self, ciphertext: str) -> str:
        """The text. Raises :class:`Tampered`."""
        try:
            out, unpad = self._cipher().decryptor(), PKCS7(8 * _BLOCK).unpadder()
            padded = out.update(base64.b64decode(ciphertext, validate=True)) + out.finalize()
            return self._text(unpad.update(padded) + unpad.finalize())
        except (ValueError, binascii.Error, struct.error):  # no base64, no whole blocks, no padding, no UTF-8
            raise Tampered from None

    def _text(self, plain: bytes) -> str:
        (length,) = struct.unpack_from(">I", plain, _NONCE)
        begin = _NONCE + _LENGTH
        text, appid = plain[begin : begin + length], plain[begin + length :]
        if len(text) != length or not hmac.compare_digest(appid, self._appid):
            raise Tampered
        return text.decode()

    def _cipher(self) -> BlockCipher[CBC]:
        return BlockCipher(AES(self._key), CBC(self._key[:16]))


def _key(encoding_aes_key: str) -> bytes:
    try:
        key = base64.b64decode(f"{encoding_aes_key}=", validate=True)
    except ValueError:
        raise BadKey from None
    if len(encoding_aes_key) != KEY_CHARACTERS or len(key) != 32:
        raise BadKey
    return key
