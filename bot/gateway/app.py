"""Put the gateway together: routes, guards, the stores it opens and closes."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator

import sqlalchemy as sa
from aiohttp import web

from bot.gateway import callback, chat, eligibility, events, feedback, keys, lookup, openapi, privacy
from bot.gateway.access import observed, tell_request_id
from bot.gateway.assets import load_assets
from bot.gateway.console import add_console, tidy
from bot.gateway.delivery import in_script
from bot.gateway.errors import Refused, as_json, errors_in_words
from bot.gateway.limits import Limits
from bot.gateway.metrics import Metrics
from bot.gateway.notify import tell_of_cases
from bot.gateway.origins import own_origins
from bot.gateway.rasa_client import RasaClient
from bot.gateway.relay import Relay
from bot.gateway.scrape import get_metrics
from bot.gateway.streams import Streams
from bot.gateway.switchboard import get_notice
from bot.gateway.turns import Turns
from bot.gateway.wechat.channel import add_wechat, wechat_channel
from bot.settings import Settings
from desk.routing.router import Router
from desk.secret import secret_key
from desk.store import open_store
from policy_kb import Reader, open_engine
from policy_kb.reader import NothingLoaded
from policy_kb.settings import kb_url

log = logging.getLogger("huimin.gateway")

MAX_BODY = 16 * 1024
SWEEP_EVERY = 30
LOOK_FOR_ROUTING_EVERY = 2
SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
EXPOSED = "Retry-After, X-Request-ID, Content-Disposition"  # what a widget on another site may read besides the body
PREFLIGHT_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
    "Access-Control-Max-Age": "600",
}


@web.middleware
async def only_our_pages(request: web.Request, handler) -> web.StreamResponse:
    """A browser's cross-site request is refused unless its site is in ``HUIMIN_ALLOWED_ORIGINS``."""
    origin = request.headers.get("Origin")
    if origin is None or request.method in {"GET", "HEAD"}:
        return await handler(request)
    settings = request.app[keys.SETTINGS]
    if origin.rstrip("/") not in own_origins(request, settings) | settings.allowed_origins:
        raise Refused(403, "bad_origin")
    if request.method == "OPTIONS":
        return web.Response(status=204, headers=PREFLIGHT_HEADERS)
    return await handler(request)


async def security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """On every answer, before its first byte: a stream has sent its headers long before its handler ends."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Vary", "Origin")  # whoever asks: a cache may not give one site's answer to another
    origin = request.headers.get("Origin", "").rstrip("/")
    if origin in request.config_dict[keys.SETTINGS].allowed_origins:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED


async def healthz(request: web.Request) -> web.Response:
    return as_json({"status": "alive"})


async def readyz(request: web.Request) -> web.Response:
    """200 only while model and actions, in one process at least, and both stores can serve."""
    app = request.app
    if app[keys.TURNS].stopping:
        return as_json({"ready": False, "checks": {"serving": False}}, 503)
    processes = await app[keys.RASA].ready()
    checks = {"assistant": any(processes.values()), "knowledge": True, "desk": True}
    try:
        await keys.knowledge(app)
    except (sa.exc.SQLAlchemyError, NothingLoaded):
        checks["knowledge"] = False
    try:
        await app[keys.TURNS].read(lambda db: db.execute(sa.text("SELECT 1")).scalar())
    except sa.exc.SQLAlchemyError:
        checks["desk"] = False
    ready = all(checks.values())
    assistants = {"ready": sum(processes.values()), "of": len(processes)}
    return as_json({"ready": ready, "checks": checks, "assistants": assistants}, 200 if ready else 503)


async def _services(app: web.Application) -> AsyncIterator[None]:
    settings = app[keys.SETTINGS]
    store = open_store()
    async with RasaClient(settings.rasa_urls, settings.rasa_secret, app[keys.METRICS]) as rasa:
        app[keys.RASA] = rasa
        turns = app[keys.TURNS] = Turns(store, rasa, app[keys.KNOWLEDGE], settings, app[keys.METRICS])
        app[keys.SWITCHBOARD] = turns.switchboard
        app[keys.KNOWLEDGE].watch(app[keys.SEARCH].prepare)
        with contextlib.suppress(sa.exc.SQLAlchemyError, NothingLoaded):  # then /readyz says so
            await keys.knowledge(app)
        await asyncio.to_thread(turns.router.look)
        gc.collect()
        gc.freeze()  # what is there now stays, and need not be looked through for garbage again and again
        await turns.switchboard.standing()
        await turns.take_up()
        streams = app[keys.STREAMS] = Streams(turns, settings)
        chores = [asyncio.create_task(_sweep(turns)), asyncio.create_task(streams.watch()), asyncio.create_task(tidy(app)),
                  asyncio.create_task(_keep_routing_new(turns.router))]
        if settings.redis_url:
            relay = app[keys.RELAY] = Relay(settings.redis_url, streams.wake)
            turns.listen(relay.tell)
            chores.append(asyncio.create_task(relay.run()))
        if settings.notify_webhook:
            chores.append(asyncio.create_task(tell_of_cases(turns, settings)))
        async with wechat_channel(app):
            yield
        for chore in chores:
            chore.cancel()
        await asyncio.gather(*chores, return_exceptions=True)
        app[keys.KNOWLEDGE].stop()
        await turns.stop()
    store.dispose()


async def _end_streams(app: web.Application) -> None:
    app[keys.STREAMS].close()


async def _sweep(turns: Turns) -> None:
    while True:
        await asyncio.sleep(SWEEP_EVERY)
        try:
            await turns.take_up_left()
            await turns.release_unclaimed()
            await turns.release_silent()
            if forgotten := await turns.forget_old():
                log.info("deleted %d conversations older than they are kept", forgotten)
        except sa.exc.SQLAlchemyError:
            log.exception("sweep failed")


async def _keep_routing_new(router: Router) -> None:
    """Notice a classifier that was trained meanwhile, so that no case waits for it to be read."""
    while True:
        await asyncio.sleep(LOOK_FOR_ROUTING_EVERY)
        await asyncio.to_thread(router.look)


def make_app(settings: Settings) -> web.Application:
    """The gateway's application."""
    app = web.Application(middlewares=[observed, in_script, errors_in_words, only_our_pages], client_max_size=MAX_BODY)
    app.on_response_prepare.append(security_headers)
    app.on_shutdown.append(_end_streams)
    app[keys.SETTINGS] = settings
    app[keys.SECRET] = secret_key()
    app[keys.KNOWLEDGE] = Reader(open_engine(kb_url(), read_only=True))
    app[keys.SEARCH] = lookup.Search(kb_url(), app[keys.KNOWLEDGE])
    app[keys.METRICS] = Metrics()
    app[keys.LIMITS] = Limits(settings, app[keys.METRICS])
    app.on_response_prepare.append(tell_request_id)
    app.cleanup_ctx.append(_services)
    for path, asset in load_assets().items():
        app.router.add_get(path, asset.serve)
    app.router.add_post("/api/chat", chat.post_chat)
    app.router.add_get("/api/chat/{conversation:[0-9a-f]{32}}/messages", chat.get_messages)
    app.router.add_get("/api/chat/{conversation:[0-9a-f]{32}}/events", events.get_events, allow_head=False)
    app.router.add_get("/api/chat/{conversation:[0-9a-f]{32}}/transcript", privacy.get_transcript)
    answer = "/api/chat/{conversation:[0-9a-f]{32}}/messages/{message:[0-9a-f]{32}}/feedback"
    app.router.add_put(answer, feedback.put_feedback)
    app.router.add_delete(answer, feedback.delete_feedback)
    number = "/api/chat/{conversation:[0-9a-f]{32}}/callback"
    app.router.add_put(number, callback.put_callback)
    app.router.add_get(number, callback.get_callback)
    app.router.add_delete(number, callback.delete_callback)
    app.router.add_delete("/api/chat/{conversation:[0-9a-f]{32}}", privacy.delete_conversation)
    app.router.add_get("/api/privacy", privacy.get_privacy)
    app.router.add_get("/api/regions", chat.get_regions)
    app.router.add_get("/api/lookup", lookup.get_lookup)
    app.router.add_post("/api/eligibility", eligibility.post_eligibility)
    app.router.add_get("/api/notice", get_notice)
    app.router.add_get("/api/openapi.json", openapi.get_openapi)
    app.router.add_get("/metrics", get_metrics)
    add_console(app)
    add_wechat(app)
    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    return app
