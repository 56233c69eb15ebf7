"""A gateway with a WeChat account, and the platform in front of it."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from bot.gateway import keys
from bot.gateway.wechat import delivery, endpoint
from bot.gateway.wechat.taking import Taking
from desk import conversations as talk
from desk import wechat
from desk.store import reading
from tests.gateway.house import House
from tests.wechat import letters
from tests.wechat.letters import Letter
from tests.wechat.platform import Platform

PATIENCE = 15.0


@dataclass
class Account:
    """A running gateway with an account."""

    house: House
    platform: Platform

    async def says(self, who: str, text: str) -> str:
        """A resident writes; the reply that they see, empty where they see none."""
        return (await self.platform.resident(who).say(text)).shown or ""

    async def sends(self, who: str, kind: str, **fields: str) -> str:
        return (await self.platform.resident(who).send(kind, **fields)).shown or ""

    async def event(self, who: str, name: str, key: str = "") -> str:
        return (await self.platform.resident(who).event(name, key)).shown or ""

    def texts(self, who: str = "zhang") -> list[str]:
        """All that a resident got, in order."""
        return self.platform.resident(who).texts

    def refusals(self) -> list[tuple[str, int]]:
        """What the platform was asked for and did not do."""
        return [call for call in self.platform.calls if call[1]]

    def letter(self, text: str = "低保", at: float | None = None, who: str = "zhang") -> Letter:
        """A message as it goes over the line, the same one each time."""
        fields = {"ToUserName": self.platform.account.name, "FromUserName": who, "CreateTime": "1", "MsgType": "text", "Content": text}
        return self.platform.account.letter(fields | {"MsgId": "7"}, at)

    def row(self, who: str = "zhang") -> Any:
        taking = Taking(self.house.client.app[keys.SECRET], self.platform.account.appid)
        return self._look(lambda db: wechat.resident(db, taking.resident(who)))

    def _look(self, at: Callable[[Any], Any]) -> Any:
        with reading(self.house.store) as db, db.begin():
            return at(db)

    def messages(self, who: str = "zhang") -> list[Any]:
        """The resident's conversation."""
        row = self.row(who)
        return self._look(lambda db: talk.history(db, row.conversation, limit=None)) if row else []

    def said(self, who: str = "zhang") -> list[str]:
        return [m.text for m in self.messages(who) if m.sender == "resident"]

    def out(self, state: str, who: str = "zhang") -> list[Any]:
        row = self.row(who)
        return self._look(lambda db: wechat.in_state(db, row.id, state)) if row else []

    async def until(self, true: Any) -> None:
        end = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < end, f"waited in vain; refused {self.refusals()}"
            await asyncio.sleep(0.02)

    async def got(self, count: int, who: str = "zhang") -> list[str]:
        """What the resident got, once that is so many texts."""
        await self.until(lambda: len(self.texts(who)) >= count)
        return self.texts(who)


@contextlib.asynccontextmanager
async def account(street, mode: str = "plain", secret: bool = True, **settings: Any) -> AsyncIterator[Account]:
    platform = Platform(letters.Account(mode=mode))
    async with platform.open(), street.open(wechat=platform.account.settings(platform.url, secret), **settings) as house:
        platform.gateway = str(house.client.make_url("/wechat"))
        yield Account(house, platform)
        assert platform.violations == []


def hurry(monkeypatch, answer_within: float = 0.3) -> None:
    """Everything that waits waits shorter."""
    monkeypatch.setattr(endpoint, "ANSWER_WITHIN", answer_within)
    monkeypatch.setattr(endpoint, "REPLYING", 2 * answer_within)
    monkeypatch.setattr(delivery, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(delivery, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(wechat, "ARRIVED", dt.timedelta(seconds=0.3))
