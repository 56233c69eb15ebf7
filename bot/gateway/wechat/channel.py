"""Put the channel into the gateway, where an account is set."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from aiohttp import web

from bot.gateway import keys
from bot.gateway.wechat.api import Api, open_session
from bot.gateway.wechat.delivery import Delivery
from bot.gateway.wechat.endpoint import CHANNEL, Channel, get_wechat, post_wechat
from bot.gateway.wechat.envelope import Envelope
from bot.gateway.wechat.taking import Taking
from bot.gateway.wechat.tokens import Tokens

log = logging.getLogger("huimin.wechat")


def add_wechat(app: web.Application) -> None:
    """The route, for the platform."""
    if app[keys.SETTINGS].wechat is not None:
        app.router.add_get("/wechat", get_wechat, allow_head=False)
        app.router.add_post("/wechat", post_wechat)


@contextlib.asynccontextmanager
async def wechat_channel(app: web.Application) -> AsyncIterator[None]:
    """What sends, while the gateway runs."""
    account = app[keys.SETTINGS].wechat
    if account is None:
        yield
        return
    secret, turns = app[keys.SECRET], app[keys.TURNS]
    async with open_session() as session:
        service = Api(session, account.api, account.appid, account.secret) if account.secret else None
        tokens = Tokens(turns, secret, service) if service else None
        delivery = Delivery(turns, secret, app[keys.METRICS], service, tokens)
        envelope = Envelope(account.token, account.appid, account.aes_key, account.mode)
        app[CHANNEL] = Channel(envelope, Taking(secret, account.appid), delivery)
        log.info("WeChat channel open", extra={"mode": account.mode, "service_messages": service is not None})
        sending = asyncio.create_task(delivery.run())
        try:
            yield
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
