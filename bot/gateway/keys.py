"""What the gateway's handlers share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.gateway.rasa_client import RasaClient
from bot.settings import Settings
from policy_kb import Reader
from policy_kb.search_store import Lookups

if TYPE_CHECKING:
    from bot.gateway.limits import Limits
    from bot.gateway.turns import Turns

SETTINGS = web.AppKey("settings", Settings)
SECRET = web.AppKey("secret", str)
KNOWLEDGE = web.AppKey("knowledge", Reader)
LOOKUPS = web.AppKey("lookups", Lookups)
RASA = web.AppKey("rasa", RasaClient)
TURNS: web.AppKey[Turns] = web.AppKey("turns", object)
LIMITS: web.AppKey[Limits] = web.AppKey("limits", object)
