"""Pages of sites that are allowed may call the chat API; a browser keeps the others out."""

from __future__ import annotations

from tests.gateway.house import body

SITE = "https://www.example.gov.cn"
ALLOWED = {"allowed_origins": frozenset({SITE})}


async def test_an_allowed_site_may_ask_first_and_then_post_and_read(street):
    async with street.open(**ALLOWED) as house:
        headers = {"Origin": SITE, "Access-Control-Request-Method": "POST"}
        async with house.client.options("/api/chat", headers=headers) as asked:
            assert asked.status == 204
            assert asked.headers["Access-Control-Allow-Origin"] == SITE
            assert "Authorization" in asked.headers["Access-Control-Allow-Headers"]
        async with house.client.post("/api/chat", json=body("低保"), headers={"Origin": SITE}) as posted:
            assert posted.status == 200
            assert posted.headers["Access-Control-Allow-Origin"] == SITE


async def test_an_allowed_site_can_read_why_it_was_refused(street):
    async with street.open(**ALLOWED) as house, house.client.post(
        "/api/chat", data=b"{", headers={"Origin": SITE}
    ) as refused:
        assert refused.status == 400
        assert refused.headers["Access-Control-Allow-Origin"] == SITE


async def test_another_site_is_told_no_before_it_posts_and_reads_nothing(street):
    async with street.open(**ALLOWED) as house:
        other = {"Origin": "https://elsewhere.example"}
        async with house.client.options("/api/chat", headers=other) as asked:
            assert asked.status == 403
            assert "Access-Control-Allow-Origin" not in asked.headers
        async with house.client.get("/api/regions", headers=other) as read:
            assert "Access-Control-Allow-Origin" not in read.headers
