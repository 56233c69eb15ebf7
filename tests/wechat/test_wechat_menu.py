"""The menu: within the platform's limits, and what a tap says."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.gateway.wechat import menu
from bot.gateway.wechat.menu import BadMenu

ENTRY = {"name": "转人工", "key": "human", "says": "转人工"}


@pytest.fixture
def file(tmp_path):
    """Write a menu; gives its file."""
    import yaml

    def write(buttons: object) -> Path:
        path = tmp_path / f"menu{len(list(tmp_path.iterdir()))}.yaml"
        path.write_text(yaml.safe_dump(buttons, allow_unicode=True), "utf-8")
        return path

    return write


def test_the_shipped_menu_is_taken_and_every_tap_says_something():
    asked = menu.as_asked()
    assert 1 <= len(asked["button"]) <= 3
    keys = [key for _, entries in menu.named(asked) for _, key in entries]
    assert len(keys) == 12
    assert all(menu.says_of(key) for key in keys)


def test_a_tap_on_what_is_no_longer_there_says_nothing():
    assert menu.says_of("gone") is None
    assert menu.says_of(None) is None


def test_a_button_may_be_an_entry_and_an_entry_an_address(file):
    path = file([ENTRY, {"name": "更多", "entries": [{"name": "网站", "url": "https://www.example.gov.cn/"}]}])
    assert menu.as_asked(path) == {"button": [
        {"type": "click", "name": "转人工", "key": "human"},
        {"name": "更多", "sub_button": [{"type": "view", "name": "网站", "url": "https://www.example.gov.cn/"}]},
    ]}
    assert menu.says_of("human", path) == "转人工"


@pytest.mark.parametrize(
    "buttons",
    [[], "x", [ENTRY] * 4, [{"name": "多", "entries": [ENTRY] * 6}], [{"name": "多", "entries": []}], [ENTRY, ENTRY], [{"name": "六个字的按钮", **{"key": "k", "says": "s"}}],
     [{"name": "", "key": "k", "says": "s"}], [{"key": "k", "says": "s"}], [{"name": "按钮"}], [{"name": "按钮", "key": "k"}], [{"name": "按钮", "key": "k", "says": " "}],
     [{"name": "按钮", "url": "javascript:x"}], [ENTRY | {"url": "https://x"}], [{"name": "按钮", "key": "k" * 129, "says": "s"}], ["转人工"]],
)
def test_what_the_platform_would_not_take_is_refused_here(file, buttons):
    with pytest.raises(BadMenu):
        menu.as_asked(file(buttons))
