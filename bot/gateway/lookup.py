"""``GET /api/lookup``: search over what is known, open and read-only."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING

import regex
from aiohttp import web

from bot.gateway import keys
from bot.gateway.chat import day_of
from bot.gateway.errors import Refused, as_json
from bot.gateway.lines import clean_line
from policy_kb import KnowledgeBase, Reader
from policy_kb.per_base import work_out
from policy_kb.reader import NothingLoaded
from policy_kb.search import TYPES
from policy_kb.settings import today

if TYPE_CHECKING:
    from policy_kb.lookup import Page
    from policy_kb.search_store import Lookups

MAX_CHARACTERS = 200
MAX_LIMIT, MAX_OFFSET = 50, 1000


class Search:
    """Search, loaded when somebody first looks something up: its dictionaries take 50 MB and half a second."""

    def __init__(self, url: str, reader: Reader):
        self._url, self._reader = url, reader
        self._lock = threading.Lock()
        self._lookups: Lookups | None = None

    def page(self, **query: object) -> Page:
        """One page for a :class:`~policy_kb.search.SearchQuery` of these values. Raises :class:`NothingLoaded`."""
        from policy_kb.search import SearchQuery
        from policy_kb.search_store import Lookups

        with self._lock:
            if self._lookups is None:
                self._lookups = Lookups(self._url, self._reader)
        return self._lookups.page(SearchQuery(**query))

    def prepare(self, kb: KnowledgeBase) -> None:
        """Work out what a search of this version needs, where anybody searches at all."""
        if self._lookups is not None:
            work_out(kb)


async def get_lookup(request: web.Request) -> web.Response:
    """``?q=&region=&as_of=&type=&limit=&offset=`` → ``{"results", "next", "corrected", "kb_version"}``.

    ``type`` may be given several times or as a list with commas. ``as_of`` is today where not given.
    """
    app = request.app
    app[keys.LIMITS].check_address(request)
    try:
        kb = await keys.knowledge(app)
    except NothingLoaded:
        raise Refused(503, "nothing_loaded") from None
    given = request.query
    region = given.get("region") or None
    if region is not None and region not in kb.regions:
        raise Refused(400, "unknown_region")
    types = tuple(dict.fromkeys(t for value in given.getall("type", []) for t in value.split(",") if t))
    if not set(types) <= set(TYPES):
        raise Refused(400, "bad_shape", where="type")
    text = clean_line(given.get("q", ""), MAX_CHARACTERS)
    as_of = day_of(given.get("as_of") or None) or today()
    limit, offset = max(1, _number(given, "limit", 10, MAX_LIMIT)), _number(given, "offset", 0, MAX_OFFSET)
    try:
        page = await asyncio.to_thread(
            app[keys.SEARCH].page, text=text, region=region, as_of=as_of, types=types or None, limit=limit, offset=offset
        )
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
