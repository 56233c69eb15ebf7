"""Tell a person that somebody waits: one message to ``HUIMIN_NOTIFY_WEBHOOK`` for each case (WeCom and DingTalk take it).

An outbox: what is not told yet stands in the store, so a crash or a dead webhook only delays it. The message holds the
ticket and the reason, nothing a resident said.
"""

from __future__ import annotations

import asyncio
import logging

import aiohttp
import sqlalchemy as sa

from bot.gateway.turns import Turns
from desk import cases
from desk.texts import text

log = logging.getLogger("huimin.notify")
LOOK_EVERY = 2.0
ONE_TRY = aiohttp.ClientTimeout(total=10)


async def tell_of_cases(turns: Turns, url: str) -> None:
    """Look for new cases again and again and post them, urgent ones first."""
    async with aiohttp.ClientSession(timeout=ONE_TRY) as session:
        while True:
            try:
                await _tell(turns, session, url)
            except (aiohttp.ClientError, asyncio.TimeoutError, sa.exc.SQLAlchemyError) as error:
                log.warning("could not notify: %s", type(error).__name__)
            await asyncio.sleep(LOOK_EVERY)


async def _tell(turns: Turns, session: aiohttp.ClientSession, url: str) -> None:
    for case in await turns.read(cases.untold):
        said = text("notify_urgent" if case.urgent else "notify", ticket=case.ticket)
        async with session.post(url, json={"msgtype": "text", "text": {"content": said}}) as answer:
            answer.raise_for_status()
        await turns.write(lambda db, case=case: cases.told(db, case.id))
