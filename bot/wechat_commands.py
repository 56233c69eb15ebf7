"""``python -m bot wechat check`` and ``menu``: whether the account is connected as it should be, and the menu under it."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.gateway.wechat import menu
from bot.gateway.wechat.api import NOT_ALLOWED, Api, Failed, meaning, open_session
from bot.gateway.wechat.crypto import signature
from bot.settings import BadSetting, Settings, WechatSettings

# Nobody's: the platform says whether it is the interface or the reader that it refuses.
NOBODY = "o0000000000000000000000000000"
_ECHO = "huimin-check"
_MODES = {"plain": "明文模式", "compatible": "兼容模式", "safe": "安全模式"}


def run(args: argparse.Namespace) -> int:
    """Do what was asked. Returns the exit status."""
    try:
        settings = Settings.from_environment()
        return asyncio.run(_check(settings, args.url) if args.what == "check" else _menu(settings, args))
    except BadSetting as error:
        print(f"设置有误：{error}", file=sys.stderr)
    except menu.BadMenu as error:
        print(f"菜单有误：{error}", file=sys.stderr)
    except Failed as failed:
        print(meaning(failed), file=sys.stderr)
    return 1


@asynccontextmanager
async def _api(settings: WechatSettings | None) -> AsyncIterator[Api]:
    if settings is None or settings.secret is None:
        raise BadSetting("要先设置 HUIMIN_WECHAT_TOKEN、HUIMIN_WECHAT_APPID 和 HUIMIN_WECHAT_SECRET")
    async with open_session() as session:
        yield Api(session, settings.api, settings.appid, settings.secret)


# The menu.


async def _menu(settings: Settings, args: argparse.Namespace) -> int:
    wanted = menu.as_asked()
    if not (args.apply or args.show or args.delete):
        _print_menu(wanted)
        print("这只是显示。要设置到公众号上：python -m bot wechat menu --apply")
        return 0
    async with _api(settings.wechat) as api:
        token = (await api.get_token()).value
        if args.apply:
            await api.menu_create(token, wanted)
            print("菜单已设置。手机上重新进入公众号就能看到，最晚24小时后人人可见")
        elif args.delete:
            await api.menu_delete(token)
            print("菜单已撤掉")
        else:
            _print_menu(await api.menu_get(token))
    return 0


def _print_menu(shown: dict[str, Any] | None) -> None:
    if not shown:
        print("公众号上没有菜单")
    for name, entries in menu.named(shown):
        alone = len(entries) == 1 and entries[0][0] == name
        print(name + (f"（{entries[0][1]}）" if alone else ""))
        for entry, target in [] if alone else entries:
            print(f"  {entry}（{target}）")


# The check.


@dataclass(frozen=True)
class Finding:
    """How one thing stands: fine, or what to do; ``fine`` None where it could not be looked at or matters little."""

    fine: bool | None
    text: str


async def _check(settings: Settings, url: str | None) -> int:
    found = [_settings_found(settings.wechat)]
    if settings.wechat is not None:
        looks: list[Coroutine[Any, Any, list[Finding]]] = [_api_found(settings.wechat), _address_found(settings, url)]
        for look in looks:
            found += await look
    for finding in found:
        print({True: "通过", False: "不行", None: "注意"}[finding.fine], finding.text)
    return 1 if any(f.fine is False for f in found) else 0


def _settings_found(wechat: WechatSettings | None) -> Finding:
    if wechat is None:
        return Finding(False, "没有接入公众号：请设置 HUIMIN_WECHAT_TOKEN 和 HUIMIN_WECHAT_APPID")
    return Finding(True, f"设置完整：AppID {wechat.appid}，{_MODES[wechat.mode]}")


async def _api_found(wechat: WechatSettings) -> list[Finding]:
    """Whether we may speak first: a token, and the customer-service interface, asked with nobody to receive it."""
    if wechat.secret is None:
        return [Finding(None, "没有设置 HUIMIN_WECHAT_SECRET：只能当场回复，来不及的话要等居民再发一句")]
    async with _api(wechat) as api:
        try:
            token = (await api.get_token()).value
        except Failed as failed:
            return [Finding(False, f"取不到访问令牌：{meaning(failed)}")]
        return [Finding(True, "取到了访问令牌"), await _service_found(lambda: api.send_text(token, NOBODY, "检查"))]


async def _service_found(send: Callable[[], Awaitable[None]]) -> Finding:
    try:
        await send()
    except Failed as failed:
        if failed.kind == NOT_ALLOWED:
            return Finding(None, f"客服接口不能用：{meaning(failed)}。来不及当场回复的话，要等居民再发一句")
        if failed.errcode is None or failed.kind in {"token", "busy"}:
            return Finding(False, f"客服接口没有查成：{meaning(failed)}")
    return Finding(True, "客服接口可以用")  # it is the reader that is refused


async def _address_found(settings: Settings, url: str | None) -> list[Finding]:
    """Ask our own address as the platform does when the console is saved, and as somebody who has no business there."""
    address = url or (f"{settings.public_url.rstrip('/')}/wechat" if settings.public_url else None)
    if address is None:
        return [Finding(None, "没有设置 HUIMIN_PUBLIC_URL，没有检查公网地址；可以用 --url 指明")]
    moment, nonce = str(int(time.time())), "huimin"
    signed = {"timestamp": moment, "nonce": nonce, "echostr": _ECHO, "signature": signature(settings.wechat.token, moment, nonce)}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        try:
            status, body = await _got(session, address, signed)
            forged, _ = await _got(session, address, signed | {"signature": "0" * 40})
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
            return [Finding(False, f"{address} 访问不到（{type(error).__name__}）：请检查域名、证书、防火墙和反向代理")]
    if status == 200 and body == _ECHO:
        fine = Finding(True, f"{address} 能访问，验证通过")
        if forged == 403:
            return [fine]
        return [fine, Finding(False, f"签名不对的请求应当得到 403，现在是 {forged}：中间有别的程序在回答")]
    return [Finding(False, f"{address} 的回答不对（{status}）：{_WHY.get(status, '请看网关日志')}")]


_WHY = {
    403: "签名没有通过，请检查正在运行的服务和这里的 HUIMIN_WECHAT_TOKEN 一样不一样，服务器的时间准不准",
    404: "正在运行的服务没有接入公众号，或者反向代理没有把 /wechat 转过来",
    200: "请检查反向代理是不是把 /wechat 转给了别的程序",
    502: "反向代理连不上网关，请检查服务是不是在运行",
}


async def _got(session: aiohttp.ClientSession, address: str, query: dict[str, str]) -> tuple[int, str]:
    async with session.get(address, params=query, allow_redirects=False) as answer:
        return answer.status, (await answer.content.read(1024)).decode("utf-8", "replace")
