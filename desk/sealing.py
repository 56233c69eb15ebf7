"""Keep a short text so that only who has the secret key can read it, and only where it belongs."""

from __future__ import annotations

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_FORM, _NONCE = b"\x01", 12


class Unreadable(Exception):
    """Sealed with another key, for another place, or altered."""


# What is sealed; each has a key of its own.
CALLBACK, WECHAT = "number for calling back", "resident in WeChat"


def seal(secret: str, place: str, text: str, what: str = CALLBACK) -> bytes:
    """``text`` encrypted and authenticated (AES-256-GCM) together with ``place``, the id of what it belongs to."""
    nonce = os.urandom(_NONCE)
    return _FORM + nonce + _cipher(secret, what).encrypt(nonce, text.encode(), _FORM + place.encode())


def unseal(secret: str, place: str, sealed: bytes, what: str = CALLBACK) -> str:
    """Raises :class:`Unreadable`."""
    form, nonce, rest = sealed[:1], sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
    if form != _FORM or len(nonce) < _NONCE:
        raise Unreadable
    try:
        return _cipher(secret, what).decrypt(nonce, rest, form + place.encode()).decode()
    except InvalidTag:
        raise Unreadable from None


@lru_cache(maxsize=4)
def _cipher(secret: str, what: str) -> AESGCM:
    """With a key of its own: what is derived for tokens cannot open it."""
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=f"huimin: {what}".encode()).derive(secret.encode()))
