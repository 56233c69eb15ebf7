"""``python -m tests.wechat``: be a resident in WeChat at a terminal, with the platform of the tests and a gateway on this machine.

Prints what to set for the gateway, then takes lines: a text, or ``/click KEY``, ``/follow``, ``/leave``, ``/locate ADDRESS``, ``/voice TEXT``,
``/image``. What arrives is printed, with the way it came. Ctrl-D ends it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from tests.wechat.letters import Account
from tests.wechat.platform import Platform, Resident


async def _does(resident: Resident, line: str) -> None:
    """One line of the terminal."""
    command, _, rest = line.removeprefix("/").partition(" ")
    if not line.startswith("/"):
        await resident.say(line)
    elif command == "click":
        await resident.click(rest)
    elif command == "locate":
        await resident.locate(23.07, 112.03, rest)
    elif command == "voice":
        await resident.speak(rest or None)
    elif command in {"follow", "leave"}:
        await getattr(resident, command)()
    else:
        await resident.send(command, MediaId="m")


async def _show(resident: Resident) -> None:
    shown = 0
    while True:
        await resident.until(lambda arrived, shown=shown: len(arrived) > shown, seconds=86400)
        for arrived in resident.arrived[shown:]:
            print(f"〔{arrived.via}〕\n{arrived.text}\n", flush=True)
        shown = len(resident.arrived)


async def _talk(gateway: str, port: int, mode: str) -> None:
    account = Account(mode=mode)
    platform = Platform(account, gateway)
    async with platform.open(port):
        given = {
            "TOKEN": account.token, "APPID": account.appid, "SECRET": account.secret, "AES_KEY": account.aes_key, "MODE": mode,
            "API": platform.url,
        }
        print(*(f"export HUIMIN_WECHAT_{name}={value}" for name, value in given.items()), sep="\n", flush=True)
        resident = platform.resident("o" + "tester" * 4)
        showing = asyncio.create_task(_show(resident))
        while line := await asyncio.to_thread(sys.stdin.readline):
            if line.strip():
                await _does(resident, line.strip())
        await asyncio.sleep(1)
        showing.cancel()
        print(*platform.violations, sep="\n", end="")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.wechat", description="WeChat's platform in a terminal")
    parser.add_argument("--gateway", default="http://127.0.0.1:8080/wechat", help="where messages are posted")
    parser.add_argument("--port", type=int, default=8091, help="where the platform's interface listens")
    parser.add_argument("--mode", default="safe", choices=("plain", "compatible", "safe"))
    args = parser.parse_args()
    asyncio.run(_talk(args.gateway, args.port, args.mode))
