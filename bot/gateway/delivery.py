"""``?script=hant``: every JSON answer of the API in traditional characters, refusals too."""

from __future__ import annotations

import asyncio
import json

from aiohttp import web

from bot.gateway.errors import refusal, text
from bot.gateway.script import HANS, HANT, SCRIPTS, shown

# For machines, which read it as it is.
DESCRIPTION = "/api/openapi.json"
# A longer body is converted off the event loop.
LONG = 32 * 1024


def script_of(request: web.Request) -> str:
    """The script that a reader asks for; simplified where they do not say."""
    return request.query.get("script", HANS)


def takes_script(path: str) -> bool:
    """Whether what a route says is to be read by people."""
    return path.startswith("/api/") and path != DESCRIPTION


@web.middleware
async def in_script(request: web.Request, handler) -> web.StreamResponse:
    """Outside of what makes refusals, so that it sees them."""
    if not takes_script(request.path):
        return await handler(request)
    if script_of(request) not in SCRIPTS:
        return refusal(400, "bad_shape", text("bad_shape", where="script"))
    response = await handler(request)
    if script_of(request) == HANT and isinstance(response, web.Response) and response.content_type == "application/json":
        if len(response.body) > LONG:
            response.text = await asyncio.to_thread(_in_traditional, response.text)
        else:
            response.text = _in_traditional(response.text)
    return response


def _in_traditional(body: str) -> str:
    return json.dumps(shown(json.loads(body), HANT), ensure_ascii=False)
