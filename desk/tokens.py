"""Random tokens, of which the store holds only hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets


def new_token() -> str:
    """256 random bits that may stand in an address or a cookie."""
    return secrets.token_urlsafe(32)


def stored(token: str) -> str:
    """What the store knows a token by."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def keyed(secret: str, kind: str, value: str) -> str:
    """What stands for a value that only who has the secret key can look for."""
    return hmac.new(secret.encode(), f"{kind}:{value}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()
