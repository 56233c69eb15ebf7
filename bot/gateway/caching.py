"""Not sending again what somebody has already."""

from __future__ import annotations

from aiohttp import web
from aiohttp.helpers import ETag


def unless_known(request: web.Request, tag: str, response: web.Response) -> web.Response:
    """The response with its ETag; 304 without a body, with the same headers, where ``If-None-Match`` names it."""
    if any(known.value in {tag, "*"} for known in request.if_none_match or ()):
        headers = {name: value for name, value in response.headers.items() if name not in {"Content-Type", "Content-Encoding"}}
        response = web.Response(status=304, headers=headers)
    response.etag = ETag(tag)
    return response
