"""What the gateway counts for Prometheus, who may see it, and that no resident stands in it."""

from __future__ import annotations

import asyncio
import ipaddress
import time

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from bot.gateway import scrape
from desk import cases, service
from desk.store import open_store
from tests.gateway.fake_rasa import answer, fail, handoff, hang, raw, result
from tests.gateway.house import HURRIED, House, body

PERSONAL = "我叫张三丰，电话13912345678，身份证44530319900101123X，云安区低保多少钱"


async def samples(house: House) -> dict[tuple[str, frozenset], float]:
    async with house.client.get("/metrics") as got:
        assert got.status == 200
        text = await got.text()
    return {(s.name, frozenset(s.labels.items())): s.value for f in text_string_to_metric_families(text) for s in f.samples}


async def value(house: House, name: str, **labels: str) -> float | None:
    return (await samples(house)).get((name, frozenset(labels.items())))


async def status_from(house: House, **headers: str) -> int:
    async with house.client.get("/metrics", headers={k.replace("_", "-"): v for k, v in headers.items()}) as got:
        return got.status


# —— what is counted ——


async def test_a_turn_is_counted_by_the_kind_of_its_first_message_by_who_handles_it_and_by_its_end(street):
    async with street.open() as house:
        await house.post(body("低保"))
        house.rasa.next.append(handoff())
        await house.post(body("转人工"))
        assert await value(house, "huimin_turns_total", kind="answer", handled_by="bot", outcome="answered") == 1
        assert await value(house, "huimin_turns_total", kind="handoff", handled_by="queue", outcome="answered") == 1


async def test_the_notice_that_it_takes_longer_is_not_taken_for_the_answer(street):
    async with street.open(**HURRIED) as house:
        go = asyncio.Event()
        house.rasa.next.append(hang(go))
        someone = house.resident()
        await someone.say("低保")
        go.set()
        await house.until(lambda: someone.states() == ["answered_late"])
        assert await value(house, "huimin_turns_total", kind="answer", handled_by="bot", outcome="answered_late") == 1


async def test_a_message_that_is_given_up_is_counted_as_that(street):
    async with street.open(give_up_after=0.0) as house:
        house.rasa.always = fail()
        await house.post(body("低保"))
        assert await value(house, "huimin_turns_total", kind="notice", handled_by="bot", outcome="given_up") == 1


async def test_a_repeat_is_not_counted_again(street):
    async with street.open() as house:
        sent = body("低保")
        await house.post(sent)
        await house.post(sent)
        assert await value(house, "huimin_turns_total", kind="answer", handled_by="bot", outcome="answered") == 1


@pytest.mark.parametrize(("broken", "kind"), [(fail(503), "status"), (raw("{}"), "form"), (raw("no json"), "form")])
async def test_each_failure_of_the_assistant_is_counted_by_its_kind(street, broken, kind):
    async with street.open() as house:
        house.rasa.next.append(broken)
        await house.post(body("低保"))
        assert await value(house, "huimin_assistant_failures_total", kind=kind) == 1


async def test_an_assistant_that_is_not_there_is_a_failed_connection(street):
    async with street.open(rasa_urls=("http://127.0.0.1:9",), give_up_after=0.0) as house:
        await house.post(body("低保"))
        assert await value(house, "huimin_assistant_failures_total", kind="connection") == 1


async def test_the_time_of_a_turn_is_kept_by_stage(street):
    async with street.open() as house:
        await house.post(body("低保"))
        seen = await samples(house)
        counted = {s: seen[("huimin_turn_stage_seconds_count", frozenset({("stage", s)}))] for s in ("save", "queue", "rasa", "commit")}
        assert counted == {"save": 1, "queue": 1, "rasa": 1, "commit": 1}
        assert seen[("huimin_answer_seconds_count", frozenset())] == 1


async def test_a_turn_that_a_person_owns_has_no_time_in_rasa(street):
    async with street.open() as house:
        someone = house.resident()
        house.rasa.next.append(handoff())
        await someone.say("转人工")
        await someone.say("在吗")
        assert await value(house, "huimin_turn_stage_seconds_count", stage="rasa") == 1
        assert await value(house, "huimin_turn_stage_seconds_count", stage="commit") == 2


async def test_what_waits_is_told_with_the_longest_wait(street):
    async with street.open(**HURRIED) as house:
        house.rasa.always = hang(asyncio.Event())
        await house.post(body("一"))
        await house.post(body("二"))
        assert await value(house, "huimin_messages_waiting") == 2
        assert await value(house, "huimin_message_longest_wait_seconds") > 0.1


async def test_conversations_are_told_by_owner_and_open_cases_by_urgency(street):
    async with street.open() as house:
        house.rasa.next.extend([answer(), handoff(), handoff("请拨打110", "danger", urgent=True), handoff()])
        residents = [house.resident() for _ in range(4)]
        for someone in residents:
            await someone.say("你好")
        [case] = residents[1].cases()
        with house.store.begin() as db:
            cases.claim(db, case.ticket, "王芳")
        seen = await samples(house)
        owners = {o: seen[("huimin_conversations", frozenset({("owner", o)}))] for o in ("bot", "queue", "staff")}
        assert owners == {"bot": 1, "queue": 2, "staff": 1}
        assert {u: seen[("huimin_open_cases", frozenset({("urgent", u)}))] for u in ("yes", "no")} == {"yes": 1, "no": 2}


async def test_refusals_are_counted_by_status_and_code(street):
    async with street.open() as house:
        await house.post(body(""))
        await house.post(b"{")
        await house.get("/nothing")
        assert await value(house, "huimin_refusals_total", status="400", code="empty") == 1
        assert await value(house, "huimin_refusals_total", status="400", code="not_json") == 1
        assert await value(house, "huimin_refusals_total", status="404", code="no_such_page") == 1


async def test_what_is_over_the_limit_is_counted_by_whose_limit_it_was(street):
    async with street.open(rate_limit=1) as house:
        someone = house.resident()
        for text in ("一", "二", "三"):
            await someone.say(text)
        assert await value(house, "huimin_rate_limited_total", by="conversation") == 1
        assert await value(house, "huimin_rate_limited_total", by="address") == 0


async def test_the_version_of_the_knowledge_and_its_age_are_told(street):
    async with street.open() as house:
        assert await value(house, "huimin_knowledge_version") == 1
        assert 0 <= await value(house, "huimin_knowledge_age_seconds") < 24 * 3600


async def test_that_it_is_switched_off_is_told(street):
    off = open_store()
    with off.begin() as db:
        service.switch_off(db, "系统维护", "王芳")
    off.dispose()
    async with street.open() as house:
        assert await value(house, "huimin_switched_off") == 1


async def test_the_process_is_measured(street):
    async with street.open() as house:
        assert await value(house, "process_resident_memory_bytes") > 1e6
        assert abs(await value(house, "process_start_time_seconds") - time.time()) < 24 * 3600


async def test_while_the_desk_store_cannot_be_read_the_rest_is_told(street, monkeypatch):
    def broken(db):
        raise sa.exc.OperationalError("SELECT", {}, Exception("gone"))

    async with street.open() as house:
        await house.post(body("低保"))
        monkeypatch.setattr(scrape, "counts", broken)
        seen = await samples(house)
        assert seen[("huimin_store_up", frozenset({("store", "desk")}))] == 0
        assert seen[("huimin_messages_waiting", frozenset())] != seen[("huimin_messages_waiting", frozenset())]  # not a number
        assert seen[("huimin_answer_seconds_count", frozenset())] == 1


async def test_no_label_holds_what_a_resident_said_or_who_it_was(street):
    async with street.open(**HURRIED) as house:
        someone = house.resident()
        await someone.say(PERSONAL, region="445303")
        house.rasa.next.append(answer(result(PERSONAL, kind="text", data={"region": "445303", "benefit": "minimum_living_allowance"})))
        await someone.say("再说一遍")
        await house.get(f"/api/lookup?q={PERSONAL}")
        await house.get(f"/{PERSONAL}")
        async with house.client.get("/metrics") as got:
            text = await got.text()
        ids = [m["id"] for m in (await someone.history()).messages]
        for word in ("张三丰", "13912345678", "44530319900101123X", "445303", "低保", "minimum_living", someone.conversation, someone.token, *ids):
            assert word not in text
        assert text.isascii()


async def test_every_label_has_a_name_that_is_known(street):
    async with street.open() as house:
        await house.post(body("低保"))
        ours = {label for name, labels in await samples(house) if name.startswith("huimin") for label, _ in labels}
        assert ours <= {"kind", "handled_by", "outcome", "stage", "le", "status", "code", "by", "owner", "urgent", "store",
                         "process", "result"}


async def test_who_asks_for_open_metrics_gets_them(street):
    async with street.open() as house, house.client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"}) as got:
        assert got.content_type == "application/openmetrics-text"
        assert (await got.text()).endswith("# EOF\n")


# —— who may see it ——


@pytest.fixture
def comes_from(monkeypatch):
    """Let requests come from another address."""

    def come(address: str | None) -> None:
        monkeypatch.setattr("aiohttp.web.BaseRequest.remote", property(lambda self: address))

    return come


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
async def test_this_machine_may_look(street, comes_from, address):
    async with street.open() as house:
        comes_from(address)
        assert await status_from(house) == 200


@pytest.mark.parametrize("address", ["203.0.113.9", "10.0.0.1", "2001:db8::1", "::ffff:10.0.0.1", None, "", "unix"])
async def test_anybody_else_finds_no_such_page(street, comes_from, address):
    async with street.open() as house:
        comes_from(address)
        got = await house.get("/metrics")
        assert (got.status, got.error["code"]) == (404, "no_such_page")


@pytest.mark.parametrize(
    ("address", "status"), [("10.1.2.3", 200), ("::ffff:10.1.2.3", 200), ("10.2.0.1", 404), ("2001:db8::7", 200), ("2001:db8::8", 404)]
)
async def test_an_allowed_network_may_look(street, comes_from, address, status):
    allow = (ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("2001:db8::7"))
    async with street.open(metrics_allow=allow) as house:
        comes_from(address)
        assert await status_from(house) == status


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Host"])
async def test_what_an_unknown_proxy_on_this_machine_passes_on_is_the_worlds(street, header):
    async with street.open() as house:
        assert await status_from(house, **{header: "127.0.0.1"}) == 404


@pytest.mark.parametrize(
    ("forwarded", "status"),
    [("203.0.113.9", 404), ("127.0.0.1, 203.0.113.9", 404), ("10.1.2.3", 200), ("", 404), ("nonsense", 404)],
)
async def test_behind_a_trusted_proxy_the_address_it_forwards_counts(street, forwarded, status):
    allow = (ipaddress.ip_network("10.1.0.0/16"),)
    async with street.open(trusted_proxies=frozenset({"127.0.0.1"}), metrics_allow=allow) as house:
        assert await status_from(house, X_Forwarded_For=forwarded) == status
