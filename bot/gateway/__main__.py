"""``python -m bot.gateway``: the gateway process. Started by the launcher."""

from __future__ import annotations

import logging
import sys

import uvloop
from aiohttp import web

from bot.gateway.app import make_app
from bot.settings import Settings


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    settings = Settings.from_environment()
    web.run_app(
        make_app(settings), host=settings.host, port=settings.port, access_log=None, print=None, shutdown_timeout=5,
        loop=uvloop.new_event_loop(),
    )


if __name__ == "__main__":
    main()
