"""What the platform posts for an account, signed and encrypted as its mode says, and how it reads what it is answered."""

from __future__ import annotations

import secrets
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from bot.gateway.wechat.crypto import Cipher, signature
from bot.settings import WechatSettings

# Bytes of a text that the platform takes.
LONGEST = 2048


class BadAnswer(Exception):
    """An answer that the platform cannot show; it tells the resident that the service is broken."""


@dataclass(frozen=True)
class Letter:
    """One request as it goes over the line."""

    query: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Account:
    """An official account as it is set up in the platform's console."""

    token: str = "a1b2c3d4e5f6a7b8"
    appid: str = "wx0123456789abcdef"
    secret: str = "0123456789abcdef0123456789abcdef"
    aes_key: str = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
    mode: str = "safe"
    name: str = "gh_0123456789ab"
    cipher: Cipher = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        object.__setattr__(self, "cipher", Cipher(self.aes_key, self.appid))

    def settings(self, api: str, secret: bool = True) -> WechatSettings:
        """What the gateway is told of it."""
        return WechatSettings(
            self.appid, self.token, self.secret if secret else None, None if self.mode == "plain" else self.aes_key, self.mode, api
        )

    def letter(self, fields: Mapping[str, str], at: float | None = None) -> Letter:
        """A message posted now, or at another moment in seconds since 1970."""
        clear = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
        moment, nonce = str(int(time.time() if at is None else at)), secrets.token_hex(5)
        query = {
            "signature": signature(self.token, moment, nonce), "timestamp": moment, "nonce": nonce, "openid": fields["FromUserName"],
        }
        if self.mode == "plain":
            return Letter(query, f"<xml>{clear}</xml>".encode())
        sealed = self.cipher.encrypt(f"<xml>{clear}</xml>")
        query |= {"encrypt_type": "aes", "msg_signature": signature(self.token, moment, nonce, sealed)}
        shown = clear if self.mode == "compatible" else f"<ToUserName>{fields['ToUserName']}</ToUserName>"
        return Letter(query, f"<xml>{shown}<Encrypt>{sealed}</Encrypt></xml>".encode())

    def shown(self, openid: str, status: int, body: bytes) -> str | None:
        """The text that an answer shows the resident, None where it is nothing. Raises :class:`BadAnswer`."""
        if status != 200:
            raise BadAnswer(f"status {status}")
        if body in {b"", b"success"}:
            return None
        try:
            said = _fields(body.decode())
            if self.mode == "safe" or "Encrypt" in said:
                if said["MsgSignature"] != signature(self.token, said["TimeStamp"], said["Nonce"], said["Encrypt"]):
                    raise BadAnswer("signature")
                said = _fields(self.cipher.decrypt(said["Encrypt"]))
        except (ET.ParseError, KeyError, UnicodeDecodeError) as error:
            raise BadAnswer(type(error).__name__) from None
        if (said.get("ToUserName"), said.get("FromUserName"), said.get("MsgType")) != (openid, self.name, "text"):
            raise BadAnswer("to somebody else, or no text")
        if not said.get("Content", "").strip() or len(said["Content"].encode()) > LONGEST:
            raise BadAnswer("empty or too long")
        return said["Content"]


def _fields(xml: str) -> dict[str, str]:
    return {element.tag: element.text or "" for element in ET.fromstring(xml)}
