"""``GET /metrics`` for Prometheus: on this machine and where ``HUIMIN_METRICS_ALLOW`` says; anybody else finds no such page."""

from __future__ import annotations

import asyncio
import ipaddress
import logging

import sqlalchemy as sa
from aiohttp import web
from prometheus_client.exposition import choose_encoder

from bot.gateway import keys
from bot.gateway.errors import Refused
from bot.gateway.metrics import NOT_KNOWN, Metrics
from desk import wechat
from desk.counts import counts
from desk.store import now
from policy_kb.reader import NothingLoaded

log = logging.getLogger("huimin.gateway")
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host")


def may_look(request: web.Request) -> bool:
    """Whether the request comes from loopback or an allowed network itself, and not through a proxy that we do not trust.

    A proxy on this machine reaches us over loopback: what it passes on is the world's.
    """
    limits = request.app[keys.LIMITS]
    if any(name in request.headers for name in FORWARDED):
        given = limits.forwarded_for(request)
    else:
        given = request.remote
    try:
        address = ipaddress.ip_address(given or "")
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return address.is_loopback or any(address in network for network in request.app[keys.SETTINGS].metrics_allow)


async def get_metrics(request: web.Request) -> web.Response:
    """What was counted since the start, and what stands in the stores now."""
    if not may_look(request):
        raise Refused(404, "no_such_page")
    metrics = request.app[keys.METRICS]
    await _look(request.app, metrics)
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    body = await asyncio.to_thread(encode, metrics.registry)
    return web.Response(body=body, headers={"Content-Type": content_type, "Cache-Control": "no-store"})


async def _look(app: web.Application, metrics: Metrics) -> None:
    try:
        found = await app[keys.TURNS].read(counts)
    except sa.exc.SQLAlchemyError:
        log.exception("could not count what stands in the desk store")
        found = None
    if found is not None and app[keys.SETTINGS].wechat is not None:
        metrics.wechat_waits(await app[keys.TURNS].read(wechat.residents_waiting))
    since = found.waiting_since if found else None
    metrics.stands(found, max(0.0, (now() - since).total_seconds()) if since else 0.0)
    metrics.processes_stand(await app[keys.RASA].ready())
    metrics.switched_off.set((await app[keys.SWITCHBOARD].standing()).off is not None)
    try:
        metrics.knowledge_version.set((await keys.knowledge(app)).version)
        loaded = await asyncio.to_thread(app[keys.KNOWLEDGE].loaded_at)
        metrics.knowledge_age.set((now() - loaded).total_seconds() if loaded else NOT_KNOWN)
        metrics.store_up.labels("knowledge").set(1)
    except NothingLoaded:
        metrics.knowledge_version.set(0)
        metrics.knowledge_age.set(NOT_KNOWN)
        metrics.store_up.labels("knowledge").set(1)
    except sa.exc.SQLAlchemyError:
        metrics.knowledge_age.set(NOT_KNOWN)
        metrics.store_up.labels("knowledge").set(0)
