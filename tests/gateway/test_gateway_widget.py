"""The widget as it is given out: made from its sources, light, packed, and loadable from pages anywhere."""

from __future__ import annotations

import gzip
import hashlib
import json
import re

import pytest

from bot.gateway.assets import WEB, load_assets
from policy_kb.language.text import traditional
from tests.gateway.test_gateway_origins import ALLOWED, SITE

BUDGET = 25_000
SOURCES = WEB / "src"


def test_it_is_made_from_its_sources_as_they_are_now():
    digest = hashlib.sha256()
    for file in sorted(SOURCES.iterdir()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    made_from = re.search(r"made from src/ ([0-9a-f]{64})", (WEB / "built" / "widget.js").read_text(encoding="utf-8"))
    assert made_from[1] == digest.hexdigest(), "bot/web/src has changed: make widget"


def test_all_of_it_weighs_no_more_than_25_kb_packed():
    assert len(gzip.compress((WEB / "built" / "widget.js").read_bytes(), 9)) <= BUDGET


async def test_it_comes_packed_to_who_takes_that_and_as_it_is_to_others(street):
    async with street.open() as house:
        packed = await house.client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
        plain = await house.client.get("/widget.js", headers={"Accept-Encoding": "identity"})
        assert packed.headers["Content-Encoding"] == "gzip"
        assert int(packed.headers["Content-Length"]) <= BUDGET
        assert "Content-Encoding" not in plain.headers
        assert await packed.read() == await plain.read() == (WEB / "built" / "widget.js").read_bytes()
        assert packed.content_type == "text/javascript"
        assert {"Accept-Encoding", "Origin"} <= set(re.split(r",\s*", packed.headers["Vary"]))


@pytest.mark.parametrize("path", ["/", "/widget.js", "/widget.css", "/widget-hant.json", "/icon.svg"])
async def test_what_has_not_changed_is_not_sent_again(street, path):
    async with street.open() as house:
        first = await house.client.get(path)
        again = await house.client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert (first.status, again.status, await again.read()) == (200, 304, b"")
        other = await house.client.get(path, headers={"If-None-Match": '"other"'})
        assert (other.status, await other.read()) == (200, await first.read())


async def test_a_page_anywhere_may_load_it_but_only_allowed_ones_may_read_its_words(street):
    async with street.open(**ALLOWED) as house:
        got = await house.client.get("/widget.js")
        assert got.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        words = await house.client.get("/widget-hant.json", headers={"Origin": SITE})
        assert words.headers["Access-Control-Allow-Origin"] == SITE
        assert "Retry-After" in words.headers["Access-Control-Expose-Headers"]
        foreign = await house.client.get("/widget-hant.json", headers={"Origin": "https://elsewhere.example"})
        assert "Access-Control-Allow-Origin" not in foreign.headers
        assert "Origin" in foreign.headers["Vary"] and "Origin" in words.headers["Vary"]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_an_allowed_site_may_send_feedback_and_take_it_back(street, method):
    async with street.open(**ALLOWED) as house:
        asked = {"Origin": SITE, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": "authorization,content-type"}
        got = await house.client.options(f"/api/chat/{'0' * 32}/messages/{'0' * 32}/feedback", headers=asked)
        assert got.status == 204
        assert method in got.headers["Access-Control-Allow-Methods"].split(", ")


def test_every_word_of_the_widget_is_there_in_traditional_characters_too():
    hans = json.loads((SOURCES / "texts.json").read_text(encoding="utf-8"))
    hant = json.loads(load_assets()["/widget-hant.json"].body)
    assert hant.keys() == hans.keys()
    assert hant == {name: traditional(text) for name, text in hans.items()}
    assert hant["send"] == "發送"
    for name, text in hans.items():
        assert re.findall(r"\{\w+\}", hant[name]) == re.findall(r"\{\w+\}", text)


def test_no_word_is_left_that_nothing_says_and_none_is_said_that_is_not_there():
    hans = json.loads((SOURCES / "texts.json").read_text(encoding="utf-8"))
    code = "\n".join(f.read_text(encoding="utf-8") for f in SOURCES.glob("*.js"))
    unsaid = {name for name in hans if not re.search(rf"'{name}'", code)} - {"who_resident", "who_bot", "who_staff", "who_system"}
    assert unsaid == set()
    said = re.sub(r"//[^\n]*|/\*.*?\*/", "", code, flags=re.DOTALL)
    chinese = {text for text in re.findall(r"'([^'\n]*)'", said) if re.search(r"[\u4e00-\u9fff]{3}", text)}
    assert chinese == set(), "words belong in texts.json"


def test_the_page_for_integrators_names_every_attribute_event_and_property_there_is():
    page = (WEB.parent.parent / "docs" / "zh" / "embedding.md").read_text(encoding="utf-8")
    code = "\n".join(f.read_text(encoding="utf-8") for f in SOURCES.glob("*.js"))
    attributes = set(re.findall(r"wish\('([a-z]+)'\)", code))
    assert attributes == set(re.findall(r"^\| `([a-z]+)` \|", page, flags=re.MULTILINE))
    events = {f"huimin:{name}" for name in re.findall(r"\btell\('([a-z]+)'", code)}
    assert events == set(re.findall(r"`(huimin:[a-z]+)`", page))
    properties = set(re.findall(r"var\((--huimin-[a-z-]+)", (SOURCES / "widget.css").read_text(encoding="utf-8")))
    assert properties == set(re.findall(r"`(--huimin-[a-z-]+)`", page))
