"""The official account in the environment: what is complete, what is refused, and what never shows."""

from __future__ import annotations

import pytest

from bot import launcher
from bot.settings import BadSetting, Settings, WechatSettings

TOKEN, APPID, SECRET, KEY = "a1b2c3d4", "wx0123456789abcdef", "0123456789abcdef" * 2, "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


@pytest.fixture
def given(monkeypatch):
    """Set what is given; gives the settings."""
    for name in ("TOKEN", "APPID", "SECRET", "AES_KEY", "MODE", "API"):
        monkeypatch.delenv(f"HUIMIN_WECHAT_{name}", raising=False)

    def read(**values: str) -> WechatSettings | None:
        for name, value in values.items():
            monkeypatch.setenv(f"HUIMIN_WECHAT_{name}", value)
        return Settings.from_environment().wechat

    return read


def test_nothing_given_is_no_account(given):
    assert given() is None
    assert given(MODE="safe", API="https://api2.weixin.qq.com", TOKEN=" ") is None


def test_what_is_given_is_read(given):
    assert given(TOKEN=TOKEN, APPID=APPID, SECRET=f" {SECRET}\n", AES_KEY=KEY, MODE="Compatible") == WechatSettings(
        APPID, TOKEN, SECRET, KEY, "compatible", "https://api.weixin.qq.com"
    )


def test_with_a_key_the_mode_is_safe_and_without_one_plain(given):
    assert given(TOKEN=TOKEN, APPID=APPID).mode == "plain"
    assert given(AES_KEY=KEY).mode == "safe"


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"TOKEN": TOKEN}, "HUIMIN_WECHAT_APPID"),
        ({"APPID": APPID}, "HUIMIN_WECHAT_TOKEN"),
        ({"SECRET": SECRET}, "HUIMIN_WECHAT_TOKEN"),
        ({"TOKEN": "a-b", "APPID": APPID}, "HUIMIN_WECHAT_TOKEN"),
        ({"TOKEN": TOKEN, "APPID": "gh_0123456789ab"}, "HUIMIN_WECHAT_APPID"),
        ({"TOKEN": TOKEN, "APPID": APPID, "SECRET": "short"}, "HUIMIN_WECHAT_SECRET"),
        ({"TOKEN": TOKEN, "APPID": APPID, "AES_KEY": KEY + "="}, "HUIMIN_WECHAT_AES_KEY"),
        ({"TOKEN": TOKEN, "APPID": APPID, "AES_KEY": KEY[1:]}, "HUIMIN_WECHAT_AES_KEY"),
        ({"TOKEN": TOKEN, "APPID": APPID, "MODE": "safe"}, "HUIMIN_WECHAT_AES_KEY"),
        ({"TOKEN": TOKEN, "APPID": APPID, "MODE": "compatible"}, "HUIMIN_WECHAT_AES_KEY"),
        ({"TOKEN": TOKEN, "APPID": APPID, "MODE": "aes"}, "HUIMIN_WECHAT_MODE"),
        ({"TOKEN": TOKEN, "APPID": APPID, "API": "http://api.weixin.qq.com"}, "HUIMIN_WECHAT_API"),
        ({"TOKEN": TOKEN, "APPID": APPID, "API": "https://api.weixin.qq.com/cgi-bin"}, "HUIMIN_WECHAT_API"),
        ({"TOKEN": TOKEN, "APPID": APPID, "API": "http://127.0.0.1.example.com"}, "HUIMIN_WECHAT_API"),
    ],
)
def test_what_makes_no_sense_is_named_and_no_secret_is(given, values, named):
    with pytest.raises(BadSetting, match=named) as refused:
        given(**values)
    assert not any(values.get(name, "none") in str(refused.value) for name in ("TOKEN", "SECRET", "AES_KEY"))


@pytest.mark.parametrize("api", ["https://sh.api.weixin.qq.com", "http://127.0.0.1:8123", "http://localhost:8123", "http://[::1]:8123/"])
def test_the_interface_may_be_elsewhere_encrypted_or_on_this_machine(given, api):
    assert given(TOKEN=TOKEN, APPID=APPID, API=api).api == api.rstrip("/")


def test_no_secret_shows(given):
    shown = repr(given(TOKEN=TOKEN, APPID=APPID, SECRET=SECRET, AES_KEY=KEY)) + repr(Settings.from_environment())
    assert not any(secret in shown for secret in (TOKEN, SECRET, KEY))


@pytest.mark.parametrize(("values", "said"), [
    ({}, []),
    ({"TOKEN": TOKEN, "APPID": APPID, "SECRET": SECRET}, ["明文模式"]),
    ({"TOKEN": TOKEN, "APPID": APPID, "AES_KEY": KEY}, ["安全模式", "没有设置 HUIMIN_WECHAT_SECRET"]),
])
def test_the_start_says_what_is_connected(given, capsys, values, said):
    given(**values)
    launcher._tell_of_wechat(Settings.from_environment())
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(said)
    assert all(words in line for words, line in zip(said, lines))
