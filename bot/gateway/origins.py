"""Which pages are our own."""

from __future__ import annotations

from aiohttp import web

from bot.settings import Settings


def own_origins(request: web.Request, settings: Settings) -> frozenset[str]:
    """The address by which the request reached us, and the one residents use."""
    return frozenset({f"{request.scheme}://{request.host}", *([settings.public_url.rstrip("/")] if settings.public_url else [])})
