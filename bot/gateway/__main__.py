"""``python -m bot.gateway``: the gateway process. Started by the launcher."""

from __future__ import annotations

import asyncio
import signal
import sys

import uvloop
from aiohttp import web

from bot.gateway import keys, logs
from bot.gateway.app import make_app
from bot.settings import BadSetting, Settings
from bot.terminal import say

# What is still written to residents once no turn runs any more.
CLOSE_WITHIN = 5.0


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT, then finish what runs; a second signal ends that too.

    Until the last turn is over we go on listening: the resident gets the answer, and who asks hears that we stop.
    """
    stop, at_once = asyncio.Event(), asyncio.Event()

    def told() -> None:
        (at_once if stop.is_set() else stop).set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told)
    app = make_app(settings)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSE_WITHIN)
    try:
        await runner.setup()
        await web.TCPSite(runner, settings.host, settings.port).start()
        await stop.wait()
        hurry = asyncio.create_task(at_once.wait())
        drained = asyncio.create_task(app[keys.TURNS].drain(settings.stop_timeout))
        await asyncio.wait({hurry, drained}, return_when=asyncio.FIRST_COMPLETED)
        for task in (hurry, drained):
            task.cancel()
    finally:
        await runner.cleanup()


def main() -> int:
    try:
        settings = Settings.from_environment()
    except BadSetting as error:
        say(f"设置有误：{error}")
        return 1
    logs.configure(settings.log_level, settings.log_format)
    uvloop.run(serve(settings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
