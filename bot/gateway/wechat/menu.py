"""The menu of the account, from ``menu.yaml``: what the platform is given, and what a tap on an entry says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from policy_kb.yamlfile import read_yaml

FILE = Path(__file__).parent / "menu.yaml"
# The platform's limits; of names and keys in bytes.
MOST_BUTTONS, MOST_ENTRIES, LONGEST_BUTTON, LONGEST_ENTRY, LONGEST_KEY = 3, 5, 16, 60, 128


class BadMenu(Exception):
    """What the platform would not take, in a sentence."""


@lru_cache(maxsize=2)
def _read(path: Path) -> list[dict[str, Any]]:
    buttons = read_yaml(path)
    _check(buttons)
    return buttons


def says_of(key: str | None, path: Path | None = None) -> str | None:
    """What an entry asks in the resident's place; None where there is no such entry (any more)."""
    return next((e["says"] for e in _entries(_read(path or FILE)) if key is not None and e.get("key") == key), None)


def as_asked(path: Path | None = None) -> dict[str, Any]:
    """The menu as the platform takes it. Raises :class:`BadMenu`."""
    return {"button": [_button(b) for b in _read(path or FILE)]}


def named(menu: Mapping[str, Any] | None) -> list[tuple[str, list[tuple[str, str]]]]:
    """Of a menu as the platform gives it: each button's name with the names of its entries and their keys or addresses."""
    return [
        (button["name"], [(e["name"], e.get("key") or e.get("url") or e["type"]) for e in button.get("sub_button") or [button]])
        for button in (menu or {}).get("button", [])
    ]


def _button(entry: Mapping[str, Any]) -> dict[str, Any]:
    if "entries" in entry:
        return {"name": entry["name"], "sub_button": [_button(e) for e in entry["entries"]]}
    if "url" in entry:
        return {"type": "view", "name": entry["name"], "url": entry["url"]}
    return {"type": "click", "name": entry["name"], "key": entry["key"]}


def _entries(buttons: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Everything that can be tapped."""
    for button in buttons:
        yield from button.get("entries") or [button]


def _check(buttons: object) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= MOST_BUTTONS:
        raise BadMenu(f"菜单要有 1 到 {MOST_BUTTONS} 个按钮")
    for button in buttons:
        _check_name(button, LONGEST_BUTTON)
        entries = button.get("entries")
        if entries is None:
            continue
        if not isinstance(entries, list) or not 1 <= len(entries) <= MOST_ENTRIES:
            raise BadMenu(f"按钮“{button['name']}”要有 1 到 {MOST_ENTRIES} 个菜单项")
        for entry in entries:
            _check_name(entry, LONGEST_ENTRY)
    keys = []
    for entry in _entries(buttons):
        _check_entry(entry)
        keys += [entry["key"]] if "key" in entry else []
    if len(set(keys)) < len(keys):
        raise BadMenu("有两个菜单项的 key 一样")


def _check_name(entry: object, longest: int) -> None:
    name = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(name, str) or not 0 < len(name.encode()) <= longest:
        raise BadMenu(f"菜单名称要有字，最多 {longest} 个字节（一个汉字算 3 个），现在是 {name!r}")


def _check_entry(entry: Mapping[str, Any]) -> None:
    key, words, url = entry.get("key"), entry.get("says"), entry.get("url")
    taps = isinstance(key, str) and 0 < len(key.encode()) <= LONGEST_KEY and isinstance(words, str) and words.strip()
    opens = isinstance(url, str) and url.startswith(("https://", "http://"))
    if bool(taps) == bool(opens) or (opens and (key or words)):
        raise BadMenu(f"菜单项“{entry['name']}”要么写 key 和 says，要么写 url")
