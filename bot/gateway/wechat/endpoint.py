"""``/wechat``: what the platform posts. It waits five seconds and then posts again, so an answer goes out by 3.5."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import time
from dataclasses import dataclass

import sqlalchemy as sa
from aiohttp import web
from sqlalchemy.engine import Connection

from bot.gateway import keys
from bot.gateway.admission import admit
from bot.gateway.errors import Refused
from bot.gateway.lines import MAX_CHARACTERS, visible
from bot.gateway.wechat.delivery import Delivery
from bot.gateway.wechat.envelope import SUCCESS, Envelope, Forged
from bot.gateway.wechat.inbound import Inbound
from bot.gateway.wechat.menu import says_of
from bot.gateway.wechat.places import region_of
from bot.gateway.wechat.taking import Said, Taken, Taking, allowed_after, passive
from bot.gateway.wechat.words import say
from desk import conversations as talk
from desk import wechat
from desk.store import now
from policy_kb import KnowledgeBase
from policy_kb.reader import NothingLoaded

log = logging.getLogger("huimin.wechat")

# Seconds from the platform's request to our answer, with what is at hand then.
ANSWER_WITHIN = 3.5
# Until then the answer is still to be the reply to what was posted: the delivery does not take it.
REPLYING = 6.0
_NOT_READ = {"voice": "voice_unreadable", "image": "image", "video": "video", "link": "link"}


@dataclass(frozen=True)
class Channel:
    """The account's channel; ``delivery`` says what goes later."""

    envelope: Envelope
    taking: Taking
    delivery: Delivery


CHANNEL = web.AppKey("wechat", Channel)


async def get_wechat(request: web.Request) -> web.Response:
    """The platform tries the address."""
    try:
        return web.Response(text=request.app[CHANNEL].envelope.verify_url(request.query))
    except Forged as error:
        return _turned_away(request, error)


async def post_wechat(request: web.Request) -> web.Response:
    """A message or an event; 403 and nothing else where it is not the platform's."""
    arrived, channel = time.monotonic(), request.app[CHANNEL]
    body = await request.read()
    try:
        opened = channel.envelope.open(request.query, body)
    except Forged as error:
        return _turned_away(request, error)
    request.app[keys.METRICS].wechat_came(opened.inbound.kind)
    try:  # whatever becomes of the connection, what was begun is finished
        words = await asyncio.shield(asyncio.ensure_future(_answer(request.app, opened.inbound, arrived)))
    except sa.exc.SQLAlchemyError:
        log.exception("could not take a message")
        if request.transport is not None:  # a word of ours would be shown as a fault; without one it comes again
            request.transport.abort()
        return web.Response(status=503)
    text, kind = (channel.envelope.close(opened, words), "application/xml") if words else (SUCCESS, "text/plain")
    response = web.Response(text=text, content_type=kind)
    await response.prepare(request)
    await response.write_eof()
    channel.delivery.wrote(channel.taking.key(opened.inbound))
    return response


def _turned_away(request: web.Request, error: Forged) -> web.Response:
    request.app[keys.METRICS].wechat_came("refused")
    log.warning("not from the platform", extra={"reason": error.why})
    return web.Response(status=403)


async def _answer(app: web.Application, inbound: Inbound, arrived: float) -> str:
    """The words of the reply; none where nothing is to be said now."""
    channel, turns = app[CHANNEL], app[keys.TURNS]
    taken = await turns.read(lambda db: channel.taking.known(db, inbound))
    if taken is None:
        taken = await _taken(app, inbound)
    else:
        await turns.write(lambda db: wechat.came_again(db, channel.taking.key(inbound)))
    if taken.reply is not None or taken.message is None:
        return taken.reply or ""
    return await _reply(app, inbound, taken, arrived)


async def _taken(app: web.Application, inbound: Inbound) -> Taken:
    """Save what came for the first time."""
    channel, turns = app[CHANNEL], app[keys.TURNS]
    try:
        said = await asyncio.to_thread(_said, inbound, await keys.knowledge(app))
    except NothingLoaded:
        return Taken(None, None, say("trouble"))
    if isinstance(said, str):
        return await _remember(app, inbound, said)
    if len(said.text) > MAX_CHARACTERS:
        return await _remember(app, inbound, say("too_long", limit=MAX_CHARACTERS))
    try:
        app[keys.LIMITS].check_conversation(channel.taking.resident(inbound.openid))
        conversation, incoming = await turns.read(lambda db: channel.taking.incoming(db, said))
        await admit(app, await keys.knowledge(app), conversation, incoming)
    except Refused as refused:
        return Taken(None, None, _in_words(refused))
    for last in (False, True):
        try:
            return await turns.write(lambda db: _take(db, channel.taking, said, channel.delivery.can_send))
        except sa.exc.IntegrityError:  # another gateway was faster
            if last:
                raise
    raise AssertionError


def _in_words(refused: Refused) -> str:
    return say("too_many", seconds=refused.headers["Retry-After"]) if refused.status == 429 else refused.message


def _take(db: Connection, taking: Taking, said: Said, can_send: bool) -> Taken:
    taken = taking.take(db, said, can_send)
    if taken.message and taken.reply is None:
        until = now() + dt.timedelta(seconds=REPLYING)
        wechat.change_resident(db, taking.resident(said.inbound.openid), replying_until=until)
    return taken


def _said(inbound: Inbound, kb: KnowledgeBase) -> Said | str:
    """What a resident says with it; or, where it is nothing to be said, the words that answer it."""
    text = visible(inbound.text or "")
    if inbound.kind in ("text", "voice") and text:
        return Said(inbound, text)
    if inbound.kind == "location":
        region = region_of(kb, inbound.label)
        return Said(inbound, kb.full_name(region), region) if region else say("region_which")
    if inbound.kind in ("click", "scan"):
        asks = says_of(text)
        return Said(inbound, asks) if asks else say("welcome")
    if inbound.kind == "subscribe":
        return say("welcome")
    return "" if inbound.kind in ("unsubscribe", "view") else say(_NOT_READ.get(inbound.kind, "other"))


async def _remember(app: web.Application, inbound: Inbound, reply: str) -> Taken:
    """Answer what is no turn; the same thing to what comes again."""
    taking = app[CHANNEL].taking

    def remember(db: Connection) -> Taken:
        talk.lock_id(db, taking.key(inbound))
        known = taking.known(db, inbound)
        if known is not None:
            return known
        name = taking.resident(inbound.openid)
        row = wechat.resident(db, name)
        said = reply
        if row is not None:
            talk.lock(db, row.conversation)
            row = wechat.resident(db, name)
            here = inbound.kind != "unsubscribe"
            wechat.change_resident(db, name, subscribed=here, grants=allowed_after(row.grants, inbound))
            said = passive(db, name, taking.key(inbound), reply) if here and inbound.kind != "view" else reply
        wechat.add_arrival(db, taking.key(inbound), row and name, reply=said)
        return Taken(None, None, said)

    return await app[keys.TURNS].write(remember)


async def _reply(app: web.Application, inbound: Inbound, taken: Taken, arrived: float) -> str:
    """Wait for the turn, no longer than there is time, and say what is there."""
    channel, turns = app[CHANNEL], app[keys.TURNS]
    turns.submit(taken.conversation, taken.message, taken.received_at)
    left = max(0.05, arrived + ANSWER_WITHIN - time.monotonic())
    await asyncio.wait({asyncio.ensure_future(turns.first_word(taken.message))}, timeout=left)
    words = await turns.write(lambda db: channel.delivery.reply(db, channel.taking.key(inbound), taken))
    channel.delivery.look_at(taken.conversation)
    return words
