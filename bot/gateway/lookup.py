"""``GET /api/lookup``: search over what is known, open and read-only."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import asdict

import regex
from aiohttp import web

from bot.gateway import keys
from bot.gateway.chat import clean_line, day_of
from bot.gateway.errors import Refused, as_json
from policy_kb.search import TYPES, SearchQuery
from policy_kb.settings import today
from policy_kb.store import NothingLoaded

MAX_CHARACTERS = 200
MAX_LIMIT, MAX_OFFSET = 50, 1000


async def get_lookup(request: web.Request) -> web.Response:
    """``?q=&region=&as_of=&type=&limit=&offset=`` → ``{"results", "next", "corrected", "kb_version"}``.

    ``type`` may be given several times or as a list with commas. ``as_of`` is today where not given.
    """
    app = request.app
    app[keys.LIMITS].check_address(request)
    try:
        kb = await asyncio.to_thread(app[keys.KNOWLEDGE].get)
    except NothingLoaded:
        raise Refused(503, "nothing_loaded") from None
    given = request.query
    region = given.get("region") or None
    if region is not None and region not in kb.regions:
        raise Refused(400, "unknown_region")
    types = tuple(dict.fromkeys(t for value in given.getall("type", []) for t in value.split(",") if t))
    if not set(types) <= set(TYPES):
        raise Refused(400, "bad_shape", where="type")
    query = SearchQuery(
        clean_line(given.get("q", ""), MAX_CHARACTERS), region, day_of(given.get("as_of") or None) or today(), types or None,
        max(1, _number(given, "limit", 10, MAX_LIMIT)), _number(given, "offset", 0, MAX_OFFSET),
    )
    try:
        page = await asyncio.to_thread(app[keys.LOOKUPS].page, query)
    except NothingLoaded:
        raise Refused(503, "nothing_loaded") from None
    return as_json(asdict(page), default=dt.date.isoformat)


def _number(given, name: str, otherwise: int, most: int) -> int:
    value = given.get(name)
    if value is None:
        return otherwise
    if not regex.fullmatch(r"[0-9]{1,6}", value) or int(value) > most:
        raise Refused(400, "bad_shape", where=name)
    return int(value)
