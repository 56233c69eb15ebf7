"""What we ask of the platform: an access token, to deliver a text, to change the menu.

Whatever fails is a :class:`Failed` that says what it means for who sends. Tokens stand in addresses and openids in bodies:
neither is in any error, and what aiohttp raises, which names addresses, goes no further.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import aiohttp

from policy_kb.yamlfile import read_yaml

# token: renew it and try again. window, count: wait for the resident. not_allowed: the account may not. busy: it was not taken,
# try again later. unknown: it may have been taken. refused: trying again does not help.
TOKEN, WINDOW, COUNT, NOT_ALLOWED, BUSY, UNKNOWN, REFUSED = KINDS = (
    "token", "window", "count", "not_allowed", "busy", "unknown", "refused",
)
# Seconds to connect, and for everything.
TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
NO_MENU = 46003
_ADDRESS = re.compile(r"invalid ip ([0-9a-fA-F.:]{3,45})")
_LONGEST_ANSWER = 256 * 1024


class Failed(Exception):
    """The platform did not do it. ``errcode`` is its own, None where it did not answer; ``kind`` one of :data:`KINDS`.

    ``address``: the address that we call from, where the platform says that it does not know it.
    """

    def __init__(self, kind: str, errcode: int | None = None, address: str | None = None):
        super().__init__(f"{kind} ({errcode})" if errcode is not None else kind)
        self.kind, self.errcode, self.address = kind, errcode, address


def meaning(failed: Failed) -> str:
    """What an operator is told of a failure, in a sentence without a full stop."""
    if failed.errcode is None:
        return "连不上微信的接口" if failed.kind == BUSY else "微信的接口没有回话"
    known = _codes().get(str(failed.errcode))
    where = f"（{failed.address}）" if failed.address else ""
    return (known["says"] if known else "微信的接口拒绝了请求") + where + f"，错误码 {failed.errcode}"


@lru_cache(maxsize=1)
def _codes() -> dict[str, dict[str, str]]:
    return read_yaml(Path(__file__).parent / "errcodes.yaml")


def kind_of(errcode: int) -> str:
    """What an error code means for who sends."""
    known = _codes().get(str(errcode))
    return known["kind"] if known else REFUSED


def open_session() -> aiohttp.ClientSession:
    """A session for :class:`Api`.

    Every call has a connection of its own: on one kept that was closed meanwhile, nobody knows whether a message went out.
    """
    return aiohttp.ClientSession(timeout=TIMEOUT, connector=aiohttp.TCPConnector(force_close=True, limit=20))


@dataclass(frozen=True)
class Token:
    """Lets us in for ``expires_in`` seconds."""

    value: str = field(repr=False)
    expires_in: int


@dataclass(frozen=True)
class Api:
    """The platform at ``base``, for one account. Every method raises :class:`Failed`."""

    session: aiohttp.ClientSession = field(repr=False)
    base: str
    appid: str
    secret: str = field(repr=False)
    timeout: aiohttp.ClientTimeout = TIMEOUT

    async def get_token(self, refused: str | None = None) -> Token:
        """The account's token, the same for whoever asks while it holds.

        ``refused``: one that was not taken any more. A new one is made only where that still holds, for they are rationed.
        """
        try:
            token = await self._token(force=False)
            return await self._token(force=True) if refused is not None and token.value == refused else token
        except Failed as failed:  # no token was asked for here: it is the secret that is wrong
            raise Failed(REFUSED, failed.errcode) if failed.kind == TOKEN else failed from None

    async def _token(self, force: bool) -> Token:
        body = {"grant_type": "client_credential", "appid": self.appid, "secret": self.secret, "force_refresh": force}
        said = await self._call("POST", "stable_token", None, body)
        value, seconds = said.get("access_token"), said.get("expires_in")
        if not (isinstance(value, str) and value and isinstance(seconds, int) and seconds > 0):
            raise Failed(UNKNOWN)
        return Token(value, seconds)

    async def send_text(self, token: str, openid: str, text: str) -> None:
        """Deliver a text. Kind ``unknown`` leaves open whether it arrives."""
        body = {"touser": openid, "msgtype": "text", "text": {"content": text}}
        await self._call("POST", "message/custom/send", token, body)

    async def menu_create(self, token: str, menu: Mapping[str, Any]) -> None:
        """Put a menu in the place of what there is. It takes a minute to a day until everybody sees it."""
        await self._call("POST", "menu/create", token, menu)

    async def menu_get(self, token: str) -> dict[str, Any] | None:
        """The menu that is live, None where there is none."""
        try:
            return (await self._call("GET", "menu/get", token)).get("menu")
        except Failed as failed:
            if failed.errcode == NO_MENU:
                return None
            raise

    async def menu_delete(self, token: str) -> None:
        """Take the menu away."""
        await self._call("GET", "menu/delete", token)

    async def _call(self, method: str, path: str, token: str | None, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        # Escaped characters would be shown as they are escaped.
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        query = {} if token is None else {"access_token": token}
        said = await self._answer(method, f"{self.base}/cgi-bin/{path}", query, data)
        errcode = said.get("errcode", 0)
        if not isinstance(errcode, int):
            raise Failed(UNKNOWN)
        if errcode != 0:
            found = _ADDRESS.search(str(said.get("errmsg", "")))
            raise Failed(kind_of(errcode), errcode, found[1] if found else None)
        return said

    async def _answer(self, method: str, url: str, query: Mapping[str, str], data: bytes | None) -> dict[str, Any]:
        headers = {} if data is None else {"Content-Type": "application/json; charset=utf-8"}
        try:
            async with self.session.request(
                method, url, params=query, data=data, headers=headers, allow_redirects=False, timeout=self.timeout
            ) as answer:
                said = json.loads(await answer.content.read(_LONGEST_ANSWER))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise Failed(BUSY) from None
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError, ValueError, RecursionError):
            raise Failed(UNKNOWN) from None
        if not isinstance(said, dict) or answer.status != 200:
            raise Failed(UNKNOWN)
        return said
