"""Around the chat: the page, places, health, and the headers every answer carries."""

from __future__ import annotations

import threading

import pytest
from yarl import URL

from policy_kb import reader
from tests.gateway.house import Street, body

SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200), ("GET", "/widget.js", 200), ("GET", "/widget.css", 200), ("GET", "/api/regions", 200),
        ("GET", "/healthz", 200), ("GET", "/nothing", 404), ("POST", "/api/chat", 400), ("GET", "/api/chat", 405),
        ("GET", "/static/", 404), ("GET", f"/api/chat/{'0' * 32}/messages", 401),
    ],
)
async def test_page_api_and_errors_carry_the_security_headers(street, method, path, status):
    async with street.open() as house, house.client.request(method, path) as got:
        assert got.status == status
        assert {name: got.headers.get(name) for name in SAFE} == SAFE
        policy = got.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors" in policy


async def test_the_page_needs_nothing_of_another_site(street):
    async with street.open() as house, house.client.get("/") as got:
        assert got.content_type == "text/html"
        assert "http" not in (await got.text()).replace("http-equiv", "")


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/gateway/app.py", "/static/..%2fgateway%2fapp.py"])
async def test_no_file_outside_the_page_is_given_out(street, path):
    async with street.open() as house:
        assert (await house.get(URL(path, encoded=True))).status in {403, 404}


async def test_answers_are_not_kept_by_caches(street):
    async with street.open() as house:
        assert (await house.post(body("低保"))).headers["Cache-Control"] == "no-store"


async def test_the_provinces_are_the_top_of_the_tree_of_places(street):
    async with street.open() as house:
        regions = (await house.get("/api/regions")).body["regions"]
        assert len(regions) == 34
        assert {"code": "500000", "name": "重庆市", "full_name": "重庆市", "level": "province", "has_data": True} in regions


async def test_the_tree_of_places_leads_down_to_a_county_and_marks_where_something_is_held(street):
    async with street.open() as house:
        cities = {r["code"]: r for r in (await house.get("/api/regions?parent=440000")).body["regions"]}
        counties = {r["code"]: r for r in (await house.get("/api/regions?parent=445300")).body["regions"]}
        assert cities["445300"]["name"] == "云浮市"
        assert cities["445300"]["has_data"]
        assert counties["445303"]["has_data"]
        assert counties["445303"]["full_name"] == "广东省云浮市云安区"
        assert not counties["445381"]["has_data"]
        assert (await house.get("/api/regions?parent=445303")).body["regions"] == []


async def test_a_zone_without_a_code_of_its_own_is_in_the_tree(street):
    async with street.open() as house:
        regions = (await house.get("/api/regions?parent=500000")).body["regions"]
        assert "500110-wansheng" in {r["code"] for r in regions}


async def test_an_unknown_parent_is_400(street):
    async with street.open() as house:
        assert (await house.get("/api/regions?parent=xyz")).status == 400


async def test_the_process_is_alive_whatever_rasa_does(street):
    async with street.open(rasa_urls=("http://127.0.0.1:1",)) as house:
        assert (await house.get("/healthz")).status == 200


async def test_ready_with_assistant_knowledge_and_desk(street):
    async with street.open() as house:
        got = await house.get("/readyz")
        assert (got.status, got.body["ready"]) == (200, True)


@pytest.mark.parametrize("answer", [{"ready": False}, {}, {"ready": "yes"}])
async def test_not_ready_while_rasa_is_not(street, answer):
    async with street.open() as house:
        house.rasa.is_ready = answer
        got = await house.get("/readyz")
        assert (got.status, got.body["checks"]["assistant"]) == (503, False)


async def test_not_ready_while_rasa_cannot_be_reached(street):
    async with street.open(rasa_urls=("http://127.0.0.1:1",)) as house:
        assert (await house.get("/readyz")).status == 503


async def test_not_ready_while_rasa_answers_nonsense(street):
    async with street.open() as house:
        house.rasa.is_ready = ["ready"]
        assert (await house.get("/readyz")).status == 503


async def test_the_secret_between_gateway_and_rasa_is_sent(street):
    async with street.open() as house:
        await house.post(body("低保"))
        assert house.rasa.asked[0]["secret"] == "between-us"


async def test_the_knowledge_is_never_read_on_the_event_loops_thread(street, knowledge_url, monkeypatch):
    """A read can wait for a lock or load a whole new version: one resident must not hold up the others."""
    reading = set()
    look = reader.current_version

    def noted(engine):
        reading.add(threading.current_thread())
        return look(engine)

    monkeypatch.setattr(reader, "current_version", noted)
    street = Street(reader.Reader(reader.open_engine(knowledge_url, read_only=True), every=0))
    async with street.open() as house:
        await house.post(body("低保", region="445303"))
        await house.get("/api/regions")
    assert reading
    assert threading.main_thread() not in reading
