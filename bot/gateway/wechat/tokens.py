"""The access token of the account: kept in the desk store, renewed by one process at a time."""

from __future__ import annotations

import asyncio
import logging
import time

from bot.gateway.turns import Turns
from bot.gateway.wechat.api import BUSY, Api, Failed, meaning
from desk import wechat_token

log = logging.getLogger("huimin.wechat")

# Whoever finds that another one renews it waits so long for that.
PATIENCE, LOOK_EVERY = 10.0, 0.1


class Tokens:
    """Gives the token that holds."""

    def __init__(self, turns: Turns, secret: str, api: Api):
        self._turns, self._secret, self._api = turns, secret, api
        self._lock = asyncio.Lock()
        self._refused: str | None = None

    async def get(self) -> str:
        """Raises :class:`Failed`."""
        async with self._lock:
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until:
                token = await self._turns.read(lambda db: wechat_token.token(db, self._secret, self._api.appid))
                if token is not None:
                    return token
                if await self._turns.write(lambda db: wechat_token.may_renew(db, self._api.appid)):
                    return await self._renew()
                await asyncio.sleep(LOOK_EVERY)
        raise Failed(BUSY)

    async def _renew(self) -> str:
        try:
            token = await self._api.get_token(self._refused)
        except Failed as error:
            log.warning("no access token from the platform", extra={"reason": meaning(error)})
            await self._turns.write(lambda db: wechat_token.not_renewed(db, self._api.appid))
            raise Failed(BUSY, error.errcode) from None  # whatever it is: what was to be sent waits
        self._refused = None
        await self._turns.write(
            lambda db: wechat_token.renewed(db, self._secret, self._api.appid, token.value, token.expires_in)
        )
        return token.value

    async def refused(self, token: str) -> None:
        """The platform does not take it any more: the next one is another one."""
        self._refused = token
        await self._turns.write(lambda db: wechat_token.refused(db, self._secret, self._api.appid, token))
