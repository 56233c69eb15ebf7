"""Open what the platform posts and close what it is answered, in the mode that the account is set to. Pure.

``signature`` signs only the moment, ``msg_signature`` the encrypted message, too: in safe mode nothing is taken that is not
encrypted. In compatible mode the encrypted half counts where there is one, and a plain message is taken.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import regex

from bot.gateway.wechat.crypto import Cipher, Tampered, signature, verify
from bot.gateway.wechat.inbound import Inbound, Malformed, fields, read
from bot.settings import WECHAT_MODES

PLAIN, COMPATIBLE, SAFE = WECHAT_MODES
# The body of an answer that says nothing: the platform does not ask again.
SUCCESS = "success"
# Seconds that a request may be old, or ahead of our clock.
WINDOW = 300
# What XML 1.0 cannot hold.
_NOT_IN_XML = regex.compile(r"[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Forged(Exception):
    """Not from the platform, or too old: answered with 403 and nothing else. ``why`` is a word for the log, and no more."""

    def __init__(self, why: str):
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Opened:
    """One message, and whether it came encrypted: then so goes the answer."""

    inbound: Inbound
    encrypted: bool


class Envelope:
    """Opens and closes for one account. ``clock`` gives seconds since 1970."""

    def __init__(self, token: str, appid: str, aes_key: str | None, mode: str, clock: Callable[[], float] = time.time):
        if mode not in WECHAT_MODES or (mode != PLAIN and not aes_key):
            raise ValueError("mode")
        self._token, self._mode, self._clock = token, mode, clock
        self._cipher = Cipher(aes_key, appid) if mode != PLAIN and aes_key else None

    def verify_url(self, query: Mapping[str, str]) -> str:
        """What to answer when the platform looks whether the address is ours. Raises :class:`Forged`."""
        echo = query.get("echostr", "")
        if self._cipher and "msg_signature" in query:
            self._check(query, "msg_signature", echo)
            return self._decrypted(echo)
        self._check(query, "signature")
        return echo

    def open(self, query: Mapping[str, str], body: bytes) -> Opened:
        """Raises :class:`Forged`."""
        try:
            said = fields(body.decode())
            sealed = self._cipher is not None and "Encrypt" in said
            if not sealed and self._mode == SAFE:
                raise Forged("not encrypted")
            if not sealed:
                self._check(query, "signature")
                return Opened(read(said), False)
            self._check(query, "msg_signature", said["Encrypt"])
            inbound = read(fields(self._decrypted(said["Encrypt"])))
        except (Malformed, UnicodeDecodeError):
            raise Forged("malformed") from None
        if said.get("ToUserName", inbound.account) != inbound.account:
            raise Forged("account")
        return Opened(inbound, True)

    def close(self, opened: Opened, text: str) -> str:
        """The body that answers with a text, encrypted where the message was."""
        inbound, now = opened.inbound, int(self._clock())
        xml = (
            f"<xml><ToUserName>{_cdata(inbound.openid)}</ToUserName><FromUserName>{_cdata(inbound.account)}</FromUserName>"
            f"<CreateTime>{now}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>{_cdata(text)}</Content></xml>"
        )
        if not (opened.encrypted and self._cipher):
            return xml
        sealed, nonce = self._cipher.encrypt(xml), secrets.token_hex(8)
        signed = signature(self._token, str(now), nonce, sealed)
        return (
            f"<xml><Encrypt>{_cdata(sealed)}</Encrypt><MsgSignature>{_cdata(signed)}</MsgSignature>"
            f"<TimeStamp>{now}</TimeStamp><Nonce>{_cdata(nonce)}</Nonce></xml>"
        )

    def _check(self, query: Mapping[str, str], name: str, *more: str) -> None:
        """That the signature of this name is right, and the moment it signs not long ago."""
        moment = query.get("timestamp", "")
        if not verify((self._token, moment, query.get("nonce", ""), *more), query.get(name, "")):
            raise Forged(name)
        if not re.fullmatch("[0-9]{1,12}", moment) or abs(self._clock() - int(moment)) > WINDOW:
            raise Forged("timestamp")

    def _decrypted(self, sealed: str) -> str:
        try:
            return self._cipher.decrypt(sealed)
        except Tampered:
            raise Forged("encryption") from None


def _cdata(text: str) -> str:
    inside = _NOT_IN_XML.sub("", text).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{inside}]]>"
