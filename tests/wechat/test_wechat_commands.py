"""``python -m bot wechat``: what an operator is told, with the platform of the tests behind it."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass

import pytest
from aiohttp import web

from bot import wechat_commands
from bot.__main__ import main
from bot.gateway.wechat.envelope import Envelope, Forged
from tests.wechat.letters import Account
from tests.wechat.platform import Platform

ACCOUNT = Account()


@dataclass
class Desk:
    """An operator at a terminal."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture

    async def __call__(self, *words: str) -> tuple[int, str]:
        """The command's exit status and what it printed and complained of."""
        self.monkeypatch.setattr(sys, "argv", ["bot", "wechat", *words])
        status = await asyncio.to_thread(main)
        return status, "".join(self.capsys.readouterr())


@pytest.fixture
def desk(monkeypatch, capsys) -> Desk:
    for name in ("TOKEN", "APPID", "SECRET", "AES_KEY", "MODE", "API"):
        monkeypatch.delenv(f"HUIMIN_WECHAT_{name}", raising=False)
    monkeypatch.delenv("HUIMIN_PUBLIC_URL", raising=False)
    return Desk(monkeypatch, capsys)


def connect(desk: Desk, platform: Platform, **more: str) -> None:
    values = {"TOKEN": ACCOUNT.token, "APPID": ACCOUNT.appid, "SECRET": ACCOUNT.secret, "AES_KEY": ACCOUNT.aes_key, "API": platform.url} | more
    for name, value in values.items():
        desk.monkeypatch.setenv(f"HUIMIN_WECHAT_{name}", value)


async def listening(handler) -> tuple[web.AppRunner, str]:
    app = web.Application()
    app.router.add_get("/wechat", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


async def ours(request: web.Request) -> web.Response:
    try:
        return web.Response(text=Envelope(ACCOUNT.token, ACCOUNT.appid, ACCOUNT.aes_key, "safe").verify_url(request.query))
    except Forged:
        return web.Response(status=403)


async def test_the_menu_is_shown_and_nothing_is_done(desk):
    status, said = await desk("menu")
    assert (status, "转人工" in said, "--apply" in said) == (0, True, True)


async def test_the_menu_is_put_shown_and_taken_away(desk):
    platform = Platform(ACCOUNT)
    async with platform.open():
        connect(desk, platform)
        assert (await desk("menu", "--show")) == (0, "公众号上没有菜单\n")
        assert (await desk("menu", "--apply"))[0] == 0
        assert len(platform.menu["button"]) == 3
        assert "查进度（progress）" in (await desk("menu", "--show"))[1]
        assert (await desk("menu", "--delete"))[0] == 0
        assert platform.menu is None


async def test_a_menu_needs_an_account_with_a_secret(desk):
    status, said = await desk("menu", "--apply")
    assert status == 1 and "HUIMIN_WECHAT_SECRET" in said


async def test_a_menu_that_is_wrong_is_put_nowhere(desk, tmp_path):
    (tmp_path / "menu.yaml").write_text("- {name: 按钮}\n", "utf-8")
    platform = Platform(ACCOUNT)
    async with platform.open():
        connect(desk, platform)
        desk.monkeypatch.setattr("bot.gateway.wechat.menu.FILE", tmp_path / "menu.yaml")
        status, said = await desk("menu", "--apply")
        assert status == 1 and "按钮" in said and platform.menu is None


async def test_all_is_well(desk):
    platform = Platform(ACCOUNT)
    async with platform.open():
        runner, url = await listening(ours)
        connect(desk, platform)
        desk.monkeypatch.setenv("HUIMIN_PUBLIC_URL", url)
        status, said = await desk("check")
        await runner.cleanup()
        assert status == 0, said
        assert [line.split()[0] for line in said.splitlines()] == ["通过"] * 4
        assert not any(secret in said for secret in (ACCOUNT.token, ACCOUNT.secret, ACCOUNT.aes_key))


async def test_an_account_that_is_not_verified_is_a_warning(desk):
    platform = Platform(ACCOUNT, verified=False)
    async with platform.open():
        connect(desk, platform)
        status, said = await desk("check")
        assert status == 0
        assert "注意 客服接口不能用" in said and "48001" in said


async def test_without_a_secret_it_says_what_does_not_work(desk):
    platform = Platform(ACCOUNT)
    async with platform.open():
        connect(desk, platform, SECRET="")
        status, said = await desk("check")
        assert status == 0 and "注意 没有设置 HUIMIN_WECHAT_SECRET" in said


async def test_a_wrong_secret_is_found(desk):
    platform = Platform(ACCOUNT)
    async with platform.open():
        connect(desk, platform, SECRET="f" * 32)
        status, said = await desk("check")
        assert status == 1 and "取不到访问令牌" in said and "40125" in said


async def test_no_account_and_a_wrong_setting_are_found(desk):
    status, said = await desk("check")
    assert status == 1 and "没有接入公众号" in said
    desk.monkeypatch.setenv("HUIMIN_WECHAT_TOKEN", "x")
    status, said = await desk("check")
    assert status == 1 and said.startswith("设置有误")


@pytest.mark.parametrize("status", [403, 404, 502, 301])
async def test_an_address_that_answers_wrongly_is_found(desk, status):
    async def wrong(request: web.Request) -> web.Response:
        return web.Response(status=status)

    platform = Platform(ACCOUNT)
    async with platform.open():
        runner, url = await listening(wrong)
        connect(desk, platform)
        code, said = await desk("check", "--url", f"{url}/wechat")
        await runner.cleanup()
        assert code == 1 and f"不对（{status}）：{wechat_commands._WHY.get(status, '请看')}" in said


async def test_somebody_who_says_yes_to_everything_is_found(desk):
    async def yes(request: web.Request) -> web.Response:
        return web.Response(text=request.query["echostr"])

    platform = Platform(ACCOUNT)
    async with platform.open():
        runner, url = await listening(yes)
        connect(desk, platform)
        code, said = await desk("check", "--url", f"{url}/wechat")
        await runner.cleanup()
        assert code == 1 and "应当得到 403" in said


async def test_an_address_where_nobody_listens_is_found(desk):
    platform = Platform(ACCOUNT)
    async with platform.open():
        connect(desk, platform)
        code, said = await desk("check", "--url", "http://127.0.0.1:1/wechat")
        assert code == 1 and "访问不到" in said
