"""Tell the gateways at once what another process has changed, through Redis (``HUIMIN_REDIS_URL``).

Without Redis, or while it is down, nothing is lost: a gateway looks for itself every second.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection

try:
    import redis
except ImportError:  # a deployment may do without it
    redis = None

log = logging.getLogger("huimin.news")

CHANNEL = "huimin:changed"
PATIENCE = 1.0


def redis_url() -> str | None:
    """``HUIMIN_REDIS_URL``."""
    return os.environ.get("HUIMIN_REDIS_URL", "").strip() or None


def in_words(who: str, conversations: Collection[str]) -> str:
    """One message of the channel: who changed them (so that nobody hears himself), and which."""
    return " ".join([who, *sorted(conversations)])


def publish(conversations: Collection[str]) -> None:
    """Tell of changed conversations, for a process that ends soon after."""
    url = redis_url()
    if not conversations or url is None or redis is None:
        return
    try:
        with redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE) as client:
            client.publish(CHANNEL, in_words(f"desk-{os.getpid()}", conversations))
    except (redis.RedisError, ValueError) as error:
        log.warning("could not publish: %s", type(error).__name__)
