"""Mount the console of the people at the desk at ``/desk``, and give it what it needs of this process."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging

import sqlalchemy as sa
from aiohttp import web

from bot.gateway import keys
from bot.gateway.errors import Refused
from bot.gateway.events import follow, seq_of
from bot.gateway.origins import own_origins
from bot.gateway.script import HANS
from bot.gateway.streams import Still
from bot.gateway.telling import Told
from bot.masking import mask
from desk.upkeep import forget_over
from desk.web import Host, make_console
from policy_kb import KnowledgeBase
from policy_kb.reader import NothingLoaded

log = logging.getLogger("huimin.gateway")
TIDY_EVERY = 3600


def add_console(app: web.Application) -> None:
    """Once limits, metrics, secret and settings are there."""
    settings, limits = app[keys.SETTINGS], app[keys.LIMITS]

    def wait(request: web.Request) -> int | None:
        try:
            limits.check_address(request)
        except Refused as refused:
            return int(refused.headers["Retry-After"])
        return None

    app.add_subapp("/desk", make_console(Host(
        read=lambda look: app[keys.TURNS].read(look),
        write=lambda change: app[keys.TURNS].write(change),
        secret=app[keys.SECRET],
        address=limits.address,
        wait=wait,
        origins=lambda request: own_origins(request, settings),
        count_login=app[keys.METRICS].login,
        mask=mask,
        follow=lambda request, conversation, still: _follow(app, request, conversation, still),
        staff_write=lambda conversation: app[keys.STREAMS].staff_write(conversation),
        knowledge=lambda: _knowledge(app),
        secure=(settings.public_url or "").startswith("https://"),
        idle=dt.timedelta(minutes=settings.idle_minutes),
    )))


async def _knowledge(app: web.Application) -> KnowledgeBase | None:
    try:
        return await keys.knowledge(app)
    except (sa.exc.SQLAlchemyError, NothingLoaded):
        return None


async def _follow(app: web.Application, request: web.Request, conversation: str, still: Still) -> web.StreamResponse:
    """From the message on that the page has already, or from the last that a stream before told of."""
    try:
        told = Told.upto(seq_of(request.headers.get("Last-Event-ID") or request.query.get("after", "")))
        return await follow(request, app[keys.STREAMS], conversation, told, HANS, still)
    except Refused as refused:
        return web.Response(status=refused.status, headers=refused.headers)


async def tidy(app: web.Application) -> None:
    """Forget what accounts leave behind, again and again."""
    settings = app[keys.SETTINGS]
    idle = dt.timedelta(minutes=settings.idle_minutes)
    while True:
        try:
            forgotten = await app[keys.TURNS].write(lambda db: forget_over(db, idle, settings.audit_days))
            if forgotten:
                log.info("deleted %d entries of the audit log older than they are kept", forgotten)
        except sa.exc.SQLAlchemyError:
            log.exception("tidying up after accounts failed")
        await asyncio.sleep(TIDY_EVERY)
