"""Passwords: which are taken, and how they are kept (argon2id)."""

from __future__ import annotations

import secrets
import unicodedata
from functools import lru_cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LEAST, MOST, LEAST_DIFFERENT = 10, 200, 5
_HASHER = PasswordHasher()
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is easily taken for another


def _plain(password: str) -> str:
    """However a keyboard writes a character, it is the same one."""
    return unicodedata.normalize("NFKC", password)


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8").split())


def problem(password: str, login: str) -> str | None:
    """The name of the sentence that says why a password is not taken; None where it is."""
    plain = _plain(password).casefold()
    if len(plain) < LEAST:
        return "password_short"
    if len(password) > MOST or len(plain) > MOST:
        return "password_long"
    if login in plain:
        return "password_login"
    if plain in _common() or len(set(plain)) < LEAST_DIFFERENT or _runs_on(plain):
        return "password_common"
    return None


def _runs_on(plain: str) -> bool:
    """abcdefghij, 9876543210."""
    return len({ord(b) - ord(a) for a, b in zip(plain, plain[1:])}) == 1


def hashed(password: str) -> str:
    """About 0.1 s of work and 64 MB."""
    return _HASHER.hash(_plain(password))


def matches(kept: str | None, password: str) -> bool:
    """As much work where there is no password to compare with, and then never true."""
    try:
        _HASHER.verify(kept or nobodys(), _plain(password[: MOST + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether it was hashed with less work than is usual now."""
    return _HASHER.check_needs_rehash(kept)


@lru_cache(maxsize=1)
def nobodys() -> str:
    return hashed(secrets.token_urlsafe(32))


def first_password() -> str:
    """Four groups that can be read out over the telephone, 79 random bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))
