"""``GET /api/chat/{conversation}/events``: the conversation as server-sent events."""

from __future__ import annotations

import contextlib
import logging
import random
import socket
import time

import regex
import sqlalchemy as sa
from aiohttp import web

from bot.gateway import keys, sse
from bot.gateway.chat import authorised
from bot.gateway.delivery import script_of
from bot.gateway.errors import Refused
from bot.gateway.streams import Still, Stream, Streams
from bot.gateway.telling import Told

log = logging.getLogger("huimin.streams")

KEEP_AWAKE = 20.0
COME_BACK_AFTER = 2000
# After a stop not all come back in the same moment.
COME_BACK_BETWEEN = (2000, 6000)
# A phone that went away without a word is noticed after so many milliseconds, not after a quarter of an hour.
UNANSWERED_FOR = 60_000
HEADERS = {"Content-Type": "text/event-stream; charset=utf-8", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def seq_of(given: str) -> int:
    """A message's number as a reader names it; 0 where they name none. Raises :class:`Refused`."""
    given = given.strip()
    if not regex.fullmatch(r"[0-9]{0,9}", given):
        raise Refused(400, "bad_shape", where="Last-Event-ID")
    return int(given or 0)


async def get_events(request: web.Request) -> web.StreamResponse:
    """First what came after ``Last-Event-ID``, then what happens, until the reader leaves or the gateway stops."""
    request.app[keys.LIMITS].check_address(request)
    conversation = request.match_info["conversation"]
    told = Told.upto(seq_of(request.headers.get("Last-Event-ID", "")))
    await authorised(request, conversation)
    return await follow(request, request.app[keys.STREAMS], conversation, told, script_of(request))


async def follow(
    request: web.Request, streams: Streams, conversation: str, told: Told, script: str, still: Still | None = None
) -> web.StreamResponse:
    """The stream itself, for whoever may read it, as long as they may. Raises :class:`Refused` beyond the limits."""
    if request.transport is None:
        raise ConnectionResetError
    with streams.open(conversation, told, request.transport, script, still) as stream:
        _notice_when_gone(request)
        response = web.StreamResponse(headers=HEADERS)
        with contextlib.suppress(ConnectionError):  # the reader left, or was cut off
            await response.prepare(request)
            await response.write(sse.retry(COME_BACK_AFTER))
            await _tell(streams, stream, response)
    return response


async def _tell(streams: Streams, stream: Stream, response: web.StreamResponse) -> None:
    while not (streams.closing or stream.gone):
        try:
            news = await streams.news(stream)
        except sa.exc.SQLAlchemyError as error:
            log.warning("could not read news: %s", type(error).__name__)
            break
        if news.events:
            await _send(stream, response, b"".join(news.events))
        stream.told = news.told
        if news.over:
            return
        if not news.more:
            while not await stream.wait(KEEP_AWAKE):
                await _send(stream, response, sse.comment())
    if not stream.gone:
        await _send(stream, response, sse.retry(random.randint(*COME_BACK_BETWEEN)))


async def _send(stream: Stream, response: web.StreamResponse, what: bytes) -> None:
    stream.sending_since = time.monotonic()
    await response.write(what)
    stream.sending_since = None


def _notice_when_gone(request: web.Request) -> None:
    connection = request.get_extra_info("socket")
    if connection is not None and hasattr(socket, "TCP_USER_TIMEOUT"):
        with contextlib.suppress(OSError, TypeError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNANSWERED_FOR)
