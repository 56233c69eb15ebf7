"""Tell whoever is on duty, at ``HUIMIN_NOTIFY_WEBHOOK``: of new cases at once, of who waits too long, of what is due today.

An outbox: what is not told yet stands in the store, so a crash or a dead webhook only delays it. However much there is goes into
one message, so that a service's limit (20 a minute, the strictest) is never reached. A message holds tickets, nothing a resident
said; the address and the secret, which let anybody write to the group, are never logged.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

import aiohttp
import sqlalchemy as sa

from bot.gateway.robots import STYLES, style_of
from bot.gateway.turns import Turns
from bot.settings import Settings
from desk import reminders
from desk.queue import AMBER, RED
from desk.reminders import KINDS, URGENT, Reminder
from desk.texts import text

log = logging.getLogger("huimin.notify")
LOOK_EVERY = 2.0
LOOK_FOR_WAITS_EVERY = 20.0
# Seconds between two messages: 20 a minute are allowed, and who sends more is not heard for ten.
BETWEEN = 3.5
LONGEST_PAUSE = 60.0
TICKETS_SHOWN = 20
ONE_TRY = aiohttp.ClientTimeout(total=10)


class _Refused(Exception):
    """The service did not take a message."""


@dataclass
class Webhook:
    """Where messages go."""

    url: str = field(repr=False)
    secret: str | None = field(repr=False)
    style: str
    public_url: str | None

    @classmethod
    def of(cls, settings: Settings) -> Webhook:
        url = settings.notify_webhook
        return cls(url, settings.notify_secret, settings.notify_style or style_of(url), settings.public_url)

    async def post(self, session: aiohttp.ClientSession, words: str, everybody: bool) -> None:
        """Raises :class:`_Refused` and what aiohttp raises."""
        style = STYLES[self.style]
        request = style.make(self.url, self.secret, words, everybody)
        async with session.post(request.url, json=request.body, allow_redirects=False) as answer:
            if answer.status >= 300:
                raise _Refused(f"status {answer.status}")
            try:
                said = await answer.json(content_type=None)
            except ValueError:
                said = None
        code = style.refused(said)
        if code is not None:
            raise _Refused(f"code {code}")


async def tell_of_cases(turns: Turns, settings: Settings) -> None:
    """Look for what there is to tell again and again, and post it; after a failure again, with growing pauses."""
    webhook, pause = Webhook.of(settings), LOOK_EVERY
    log.info("notifying", extra={"style": webhook.style})
    loop = asyncio.get_running_loop()
    looked_for_waits = -LOOK_FOR_WAITS_EVERY
    async with aiohttp.ClientSession(timeout=ONE_TRY) as session:
        while True:
            waits = loop.time() - looked_for_waits >= LOOK_FOR_WAITS_EVERY
            try:
                sent = await _tell(turns, session, webhook, waits)
                pause = LOOK_EVERY
                looked_for_waits = loop.time() if waits else looked_for_waits
                await asyncio.sleep(BETWEEN if sent else LOOK_EVERY)
            except (aiohttp.ClientError, asyncio.TimeoutError, sa.exc.SQLAlchemyError, _Refused) as error:
                why = str(error) if isinstance(error, _Refused) else type(error).__name__  # others name the address
                log.warning("could not notify: %s", why)
                await asyncio.sleep(max(BETWEEN, pause))
                pause = min(2 * pause, LONGEST_PAUSE)


async def _tell(turns: Turns, session: aiohttp.ClientSession, webhook: Webhook, waits: bool) -> bool:
    """Whether there was anything to tell."""
    found = await turns.read(reminders.new_cases)
    if waits:
        known = {r.case for r in found}
        found += [r for r in await turns.read(reminders.left_over) if r.case not in known]
    if not found:
        return False
    await webhook.post(session, in_words(found, webhook.public_url), any(r.kind == URGENT for r in found))
    await turns.write(lambda db: reminders.told(db, found))
    return True


def in_words(found: Iterable[Reminder], public_url: str | None) -> str:
    """One line for each kind, the most pressing first, and where to look."""
    by_kind = {kind: [r.ticket for r in found if r.kind == kind] for kind in KINDS}
    lines = [
        text(f"notify_{kind}", tickets=_listed(tickets), amber=AMBER, red=RED) for kind, tickets in by_kind.items() if tickets
    ]
    every = [ticket for tickets in by_kind.values() for ticket in tickets]
    return "\n".join([*lines, text("notify_where", where=_where(every, public_url))])


def _listed(tickets: list[str]) -> str:
    shown = "、".join(tickets[:TICKETS_SHOWN])
    return shown if len(tickets) <= TICKETS_SHOWN else text("notify_more", tickets=shown, count=len(tickets))


def _where(tickets: list[str], public_url: str | None) -> str:
    if public_url:
        return f"{public_url.rstrip('/')}/desk/" + (f"cases/{tickets[0]}" if len(tickets) == 1 else "queue")
    return f"python -m desk show {tickets[0]}" if len(tickets) == 1 else "python -m desk cases"
