"""How the chat services that a team uses take a message at a webhook, and how they say that they did not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True)
class Request:
    """What is posted, and where."""

    url: str
    body: dict[str, Any]


@dataclass(frozen=True)
class Style:
    """``make(url, secret, words, everybody)`` gives the request; ``everybody``: call all who are in the group. ``result``: the
    fields of the answer, one of which is 0 where the message was taken: all these services say 200 to what they refuse.
    """

    make: Callable[[str, str | None, str, bool], Request]
    result: tuple[str, ...]
    hosts: tuple[str, ...] = ()

    def refused(self, answer: Any) -> str | None:
        """The code of a refusal; None where the message was taken."""
        codes = [answer[name] for name in self.result if name in answer] if isinstance(answer, dict) else []
        if not codes:
            return None if self is STYLES["generic"] else "no code"
        return None if codes[0] == 0 else str(codes[0])[:20]


def _signature(key: str, message: str) -> str:
    return base64.b64encode(hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()).decode()


def _text(words: str) -> dict[str, Any]:
    return {"msgtype": "text", "text": {"content": words}}


def _generic(url: str, secret: str | None, words: str, everybody: bool) -> Request:
    return Request(url, _text(words))


def _wecom(url: str, secret: str | None, words: str, everybody: bool) -> Request:
    body = _text(words)
    if everybody:
        body["text"]["mentioned_list"] = ["@all"]
    return Request(url, body)


def _dingtalk(url: str, secret: str | None, words: str, everybody: bool) -> Request:
    """Signed in the address: milliseconds and the secret, by the secret."""
    if secret:
        at = str(round(time.time() * 1000))
        url += ("&" if urlsplit(url).query else "?") + urlencode({"timestamp": at, "sign": _signature(secret, f"{at}\n{secret}")})
    return Request(url, _text(words) | ({"at": {"isAtAll": True}} if everybody else {}))


def _feishu(url: str, secret: str | None, words: str, everybody: bool) -> Request:
    """Signed in the body: nothing, by seconds and the secret."""
    called = '<at user_id="all"></at> ' if everybody else ""
    body: dict[str, Any] = {"msg_type": "text", "content": {"text": called + words}}
    if secret:
        at = str(round(time.time()))
        body |= {"timestamp": at, "sign": _signature(f"{at}\n{secret}", "")}
    return Request(url, body)


STYLES = {
    "generic": Style(_generic, ("errcode", "code")),
    "wecom": Style(_wecom, ("errcode",), ("qyapi.weixin.qq.com",)),
    "dingtalk": Style(_dingtalk, ("errcode",), ("oapi.dingtalk.com",)),
    "feishu": Style(_feishu, ("code", "StatusCode"), ("open.feishu.cn", "open.larksuite.com")),
}


def style_of(url: str) -> str:
    """The name of the service that an address is of; ``generic`` where it is none of them."""
    host = (urlsplit(url).hostname or "").lower()
    return next((name for name, style in STYLES.items() if host in style.hosts), "generic")
