"""What the gateway's handlers share."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web

from bot.gateway.rasa_client import RasaClient
from bot.settings import Settings
from policy_kb import KnowledgeBase, Reader

if TYPE_CHECKING:
    from bot.gateway.limits import Limits
    from bot.gateway.lookup import Search
    from bot.gateway.metrics import Metrics
    from bot.gateway.relay import Relay
    from bot.gateway.streams import Streams
    from bot.gateway.switchboard import Switchboard
    from bot.gateway.turns import Turns

SETTINGS = web.AppKey("settings", Settings)
SECRET = web.AppKey("secret", str)
KNOWLEDGE = web.AppKey("knowledge", Reader)
SEARCH: web.AppKey[Search] = web.AppKey("search", object)
RASA = web.AppKey("rasa", RasaClient)
TURNS: web.AppKey[Turns] = web.AppKey("turns", object)
METRICS: web.AppKey[Metrics] = web.AppKey("metrics", object)
SWITCHBOARD: web.AppKey[Switchboard] = web.AppKey("switchboard", object)
STREAMS: web.AppKey[Streams] = web.AppKey("streams", object)
RELAY: web.AppKey[Relay] = web.AppKey("relay", object)
LIMITS: web.AppKey[Limits] = web.AppKey("limits", object)


async def knowledge(app: web.Application) -> KnowledgeBase:
    """The current knowledge base, off the event loop where it must be read first. Raises :class:`NothingLoaded`."""
    reader = app[KNOWLEDGE]
    return reader.watched or await asyncio.to_thread(reader.get)
