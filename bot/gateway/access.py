"""Every request has an id, is counted where it was refused, and leaves one line in the log."""

from __future__ import annotations

import logging
import time
import uuid

import regex
from aiohttp import hdrs, web

from bot.gateway import keys
from bot.gateway.errors import CODE
from bot.gateway.logs import hashed, in_request, network_of
from bot.gateway.stages import milliseconds
from bot.masking import mask

log = logging.getLogger("huimin.access")
HEADER = "X-Request-ID"
REQUEST_ID, MESSAGE = "request_id", "message"
CLIENT_GONE = 499
_RANDOM = regex.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_WELL_FORMED = regex.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")


def request_id_of(given: str | None) -> str:
    """The id a proxy gave the request, if it is one and holds nobody's number; else a new one."""
    if given and (_RANDOM.fullmatch(given) or _WELL_FORMED.fullmatch(given) and mask(given) == given):
        return given
    return uuid.uuid4().hex


async def tell_request_id(request: web.Request, response: web.StreamResponse) -> None:
    """Every response names the request's id, one that is streamed too."""
    if REQUEST_ID in request:
        response.headers[HEADER] = request[REQUEST_ID]


@web.middleware
async def observed(request: web.Request, handler) -> web.StreamResponse:
    """The outermost middleware: sees each request from beginning to end."""
    began, status, code = time.monotonic(), 500, None
    request[REQUEST_ID] = request_id_of(request.headers.get(HEADER))
    with in_request(request[REQUEST_ID]):
        try:
            response = await handler(request)
            status, code = response.status, response.get(CODE)
            return response
        except web.HTTPException as redirect:
            status = redirect.status
            raise
        except BaseException as error:
            if not isinstance(error, Exception):
                status = CLIENT_GONE
            raise
        finally:
            if code:
                request.app[keys.METRICS].refused(status, code)
            _write(request, status, code, time.monotonic() - began)


def _write(request: web.Request, status: int, code: str | None, seconds: float) -> None:
    resource = request.match_info.route.resource
    line = {
        "method": request.method if request.method in hdrs.METH_ALL else "other",
        "route": resource.canonical if resource is not None else "none",
        "status": status, "ms": milliseconds(seconds), "network": network_of(request.app[keys.LIMITS].address(request)),
    }
    if code:
        line["code"] = code
    if MESSAGE in request:
        line["message_hash"] = hashed(request[MESSAGE])
    log.info("request", extra=line)
