"""Whether a message is taken while the assistant is switched off or this process is about to stop.

Refused is only what the assistant would have to answer. What saves a life, what a person reads and what was taken before goes on.
"""

from __future__ import annotations

from aiohttp import web
from sqlalchemy.engine import Connection

from bot.gateway import keys
from bot.gateway.errors import Refused
from bot.gateway.for_desk import is_for_desk
from desk import conversations as talk
from policy_kb import KnowledgeBase, emergencies


async def admit(app: web.Application, kb: KnowledgeBase, conversation: str | None, message: talk.Incoming) -> None:
    """Raises :class:`Refused` (503) with the reason; nothing is saved then, the same message can be sent again later."""
    off = (await app[keys.SWITCHBOARD].standing()).off
    if off is not None:
        refused = Refused(503, "switched_off", why=off.text.rstrip("。.！!"))
    elif app[keys.TURNS].stopping:
        refused = Refused(503, "stopping", {"Retry-After": "5"})
    else:
        return
    if not await app[keys.TURNS].read(lambda db: _goes_on(db, kb, conversation, message)):
        raise refused


def _goes_on(db: Connection, kb: KnowledgeBase, conversation: str | None, message: talk.Incoming) -> bool:
    if message.payload is None and emergencies.detect(kb, message.text):
        return True
    if talk.is_known(db, conversation, message.client_id):
        return True
    row = talk.get(db, conversation) if conversation else None
    if row is None or row.owner != talk.BOT:
        return row is not None
    payload = talk.does(db, conversation, message.payload) if message.payload else None
    return is_for_desk(db, conversation, message.text, payload)
