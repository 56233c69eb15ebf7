"""``python -m bot wechat check`` asks a real gateway, as its operator does."""

from __future__ import annotations

from dataclasses import replace

from bot.wechat_commands import _address_found
from tests.gateway.house import SETTINGS
from tests.wechat.letters import Account

ACCOUNT = Account()


async def test_a_gateway_with_the_account_is_found_fine(street):
    account = ACCOUNT.settings("http://127.0.0.1:1")
    async with street.open(wechat=account) as house:
        public = replace(SETTINGS, wechat=account, public_url=str(house.client.make_url("/")))
        assert [f.fine for f in await _address_found(public, None)] == [True]
        other = replace(public, wechat=replace(account, token="another1"))
        [found] = await _address_found(other, None)
        assert found.fine is False and "（403）" in found.text


async def test_a_gateway_without_an_account_is_found(street):
    async with street.open() as house:
        public = replace(SETTINGS, wechat=ACCOUNT.settings("http://127.0.0.1:1"), public_url=str(house.client.make_url("")))
        [found] = await _address_found(public, None)
        assert found.fine is False and "（404）" in found.text
