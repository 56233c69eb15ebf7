"""GET /api/lookup: what is known, found by words, with the same facts and sources the chat gives."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlencode

import pytest
import regex

from policy_kb import Query, Reader, answer, open_engine, search_store, store
from policy_kb.loader import SHIPPED
from policy_kb.lookup import lookup
from policy_kb.resolve import starts
from policy_kb.search import TYPES, SearchQuery
from policy_kb.search_store import Lookups
from tests.gateway.house import Street

TODAY = dt.date(2026, 11, 23)
FIELDS = {"type", "title", "document", "section", "text", "region", "benefit", "aspect", "facts", "citations", "score"}
CITATION = {"document", "section", "issuer", "number", "published", "effective_from", "effective_to", "in_force", "url"}
FACT = {"benefit", "aspect", "region", "region_name", "value", "unit", "period", "audience", "nature", "comparator", "as_at", "historic",
        "statement", "citation"}


@pytest.fixture(scope="module")
def indexed(knowledge_url, knowledge) -> str:
    """The shipped knowledge with its search index made; no document was ever taken in."""
    search_store.refresh(open_engine(knowledge_url, read_only=True), knowledge.get())
    return knowledge_url


@pytest.fixture
def street(indexed, street, knowledge, monkeypatch) -> Street:
    """Gateways that share one reader of the shipped knowledge, as their lookups do with their chat."""
    monkeypatch.setattr("bot.gateway.app.Reader", lambda engine: knowledge)
    return street


def path(q: str | None = "低保标准", **more: object) -> str:
    given = ({} if q is None else {"q": q}) | more
    return "/api/lookup?" + urlencode(given, doseq=True)


def refused(got, code: str, status: int = 400) -> None:
    assert (got.status, got.error["code"]) == (status, code)
    assert regex.search(r"\p{Han}", got.error["message"])
    assert not regex.search(r"Traceback|Error|sqlite|tantivy", got.error["message"])


# —— shape ——


async def test_each_result_has_the_agreed_fields_and_cites_only_what_is_beside_it(street):
    async with street.open() as house:
        got = await house.get(path("低保", limit=30))
        assert got.status == 200
        assert {"results", "next"} <= got.body.keys()
        results = got.body["results"]
        assert len(results) == 30
        for r in results:
            assert r.keys() >= FIELDS
            assert r["type"] in TYPES
            assert all(c.keys() == CITATION for c in r["citations"])
            assert all(f.keys() >= FACT and 0 <= f["citation"] < len(r["citations"]) for f in r["facts"])
            assert isinstance(r["score"], (int, float))


async def test_no_figure_is_found_without_its_place_its_source_and_a_date(street):
    async with street.open() as house:
        for q in ("低保标准", "养老院床位", "高龄津贴多少钱", "公租房租金", "目标 百分之"):
            for r in (await house.get(path(q, limit=50))).body["results"]:
                for f in r["facts"]:
                    cited = r["citations"][f["citation"]]
                    assert f["region_name"], r["id"]
                    assert cited["document"] and cited["issuer"], r["id"]
                    assert f["value"] is None or f["as_at"] or cited["effective_from"] or cited["published"], r["id"]


async def test_every_provision_found_brings_its_fact_and_source(street):
    async with street.open() as house:
        results = (await house.get(path("低保标准", type="provision", limit=50))).body["results"]
        assert results
        assert [r["id"] for r in results if not (r["facts"] and r["citations"])] == []


async def test_answers_are_not_kept_by_caches_and_carry_the_security_headers(street):
    async with street.open() as house:
        got = await house.get(path())
        assert got.headers["Cache-Control"] == "no-store"
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert got.headers["Content-Type"].startswith("application/json")


async def test_dates_are_written_as_dates(street):
    async with street.open() as house:
        results = (await house.get(path("云安区农村低保", region="445303", limit=20))).body["results"]
        days = [c[name] for r in results for c in r["citations"] for name in ("published", "effective_from") if c[name]]
        assert days
        assert all(dt.date.fromisoformat(d) for d in days)


async def test_highlights_are_places_in_the_text(street):
    async with street.open() as house:
        for r in (await house.get(path("低保标准", limit=20))).body["results"]:
            for start, end in r["highlights"]:
                assert 0 <= start < end <= len(r["text"])


# —— what is asked ——


async def test_only_the_type_asked_for_is_found(street):
    async with street.open() as house:
        for kind in ("provision", "benefit", "office", "institution"):
            results = (await house.get(path("养老院 低保 热线", type=kind))).body["results"]
            assert {r["type"] for r in results} == {kind}


async def test_several_types_may_be_asked_for_either_way(street):
    async with street.open() as house:
        for types in (["office", "institution"], "office,institution"):
            results = (await house.get(path("养老院 热线", limit=50, type=types))).body["results"]
            assert {r["type"] for r in results} == {"office", "institution"}


async def test_the_pages_together_hold_each_result_once_in_the_same_order(street):
    async with street.open() as house:
        whole = [r["id"] for r in (await house.get(path("养老院", limit=40))).body["results"]]
        parts, offset = [], 0
        while offset is not None and len(parts) < len(whole):
            page = (await house.get(path("养老院", limit=7, offset=offset))).body
            parts += [r["id"] for r in page["results"]]
            offset = page["next"]
        assert parts[: len(whole)] == whole
        assert len(set(parts)) == len(parts)


async def test_the_last_page_says_that_it_is_the_last(street):
    async with street.open() as house:
        got = await house.get(path("㊙㊙㊙㊙"))
        assert (got.status, got.body["results"], got.body["next"]) == (200, [], None)


async def test_the_place_asked_about_comes_before_other_places(street):
    async with street.open() as house:
        first = (await house.get(path("低保标准", region="445303", type="provision"))).body["results"][0]
        assert first["region"] in {"445303", "445300", "440000", "000000"}


async def test_what_is_asked_for_a_day_is_told_as_of_that_day(street):
    async with street.open() as house:
        def told(body):
            return {r["id"]: r["facts"][0]["historic"] for r in body["results"] if r["facts"] and r["region"] == "445303" and r["facts"][0]["value"]}

        then = told((await house.get(path("云安区农村低保", region="445303", as_of="2019-06-01", type="provision", limit=30))).body)
        now = told((await house.get(path("云安区农村低保", region="445303", as_of="2026-11-23", type="provision", limit=30))).body)
        assert then and now
        assert any(not h for h in then.values())
        assert all(now.values())


async def test_without_a_day_today_is_meant(street, monkeypatch):
    monkeypatch.setattr("bot.gateway.lookup.today", lambda: dt.date(2019, 6, 1))
    async with street.open() as house:
        unsaid, said = [(await house.get(path("云安区农村低保", region="445303", **more))).body for more in ({}, {"as_of": "2019-06-01"})]
        assert unsaid == said


async def test_what_does_not_hold_yet_is_not_told_as_something_that_is_over(street, knowledge):
    """Before the free kindergarten year began nobody may be told that it has ended."""
    day, kb = dt.date(2024, 1, 1), knowledge.get()
    begins = {p.id: starts(p, kb.documents[p.document]) for p in kb.provisions}
    async with street.open() as house:
        results = (await house.get(path("幼儿园大班免保育教育费", as_of=day.isoformat(), type="provision", limit=50))).body["results"]
    later = [r for r in results if (begins[r["id"].split(":", 1)[1]] or day) > day]
    assert [r["id"] for r in later if any(f["historic"] for f in r["facts"])] == []
    assert [r["id"] for r in later if any(f["value"] is not None for f in r["facts"])] == []


TYPED = ["/ask_policy{}", "' OR 1=1 --", "低保\x00标准", "a AND (b", "\\", "*", "body:低保", "低" * 200, "😀", "%00", "<script>"]


async def test_whatever_is_typed_is_only_text(street):
    async with street.open() as house:
        assert {q: (await house.get(path(q))).status for q in TYPED} == dict.fromkeys(TYPED, 200)


async def test_words_typed_in_pinyin_are_found_and_how_they_were_read_is_told(street):
    async with street.open() as house:
        got = (await house.get(path("dibao biaozhun"))).body
        assert got["results"]
        assert "低保" in "".join(r["title"] + r["text"] for r in got["results"])


# —— bad input ——


BAD = {
    "empty": [path(None), path(""), path("  \u3000"), path("\u200b")],
    "too_long": [path("低" * 201), path("低 " * 150 + "低")],
    "unknown_region": [path(region="999999"), path(region="云安区"), path(region="445303 "), path(region="445303'--")],
    "bad_date": [path(as_of="2026-13-01"), path(as_of="今天"), path(as_of="2026-02-30"), path(as_of="2026-1-2"), path(as_of="20260102"), path(as_of="0000-01-01")],
    "bad_shape": [
        path(type="nonsense"), path(type="clause,nonsense"), path(type=["office", "nonsense"]), path(limit="x"), path(limit="-1"), path(limit=""),
        path(limit="1.5"), path(limit="51"), path(limit="９"), path(limit="9" * 30), path(offset="-1"), path(offset="x"), path(offset="1001"), path(offset=""),
    ],
}


async def test_what_makes_no_sense_is_400_with_a_reason_in_chinese(street):
    async with street.open() as house:
        for code, paths in BAD.items():
            for given in paths:
                refused(await house.get(given), code)


async def test_any_day_of_the_calendar_can_be_asked_about(street):
    async with street.open() as house:
        for day in ("0001-01-01", "1949-10-01", "9999-12-31"):
            assert (await house.get(path("低保标准", as_of=day, region="445303", limit=50))).status == 200, day


async def test_lookup_only_reads(street):
    async with street.open() as house:
        for method in ("POST", "PUT", "DELETE"):
            async with house.client.request(method, path()) as got:
                assert got.status == 405


async def test_who_asks_too_often_is_429_with_when_to_come_again(street):
    async with street.open(rate_limit=1) as house:
        answers = [await house.get(path()) for _ in range(11)]
        assert [a.status for a in answers] == [200] * 10 + [429]
        refused(answers[-1], "too_many", 429)
        assert int(answers[-1].headers["Retry-After"]) >= 1


async def test_what_is_refused_counts_against_the_limit_too(street):
    async with street.open(rate_limit=1) as house:
        assert [(await house.get(path(""))).status for _ in range(11)] == [400] * 10 + [429]


# —— parity with the chat ——


async def test_a_provision_found_has_the_very_fact_and_source_the_chat_gives(street, knowledge):
    kb = knowledge.get()
    compared = 0
    async with street.open() as house:
        for benefit, region in [
            ("minimum_living_allowance", "445303"), ("minimum_living_allowance", "500110"), ("extreme_poverty_support", "445303"),
            ("old_age_allowance", "510100"), ("temporary_assistance", "500110-wansheng"),
        ]:
            said = answer(kb, Query((benefit,), "amount", region, TODAY))
            chat = {(f.region, f.aspect, f.statement, f.audience): (f, said.citations[f.citation]) for f in said.facts}
            q = kb.benefits[benefit].title + "标准"
            found = (await house.get(path(q, region=region, as_of=TODAY.isoformat(), type="provision", limit=50))).body["results"]
            for r in found:
                for f in r["facts"]:
                    mine = chat.get((f["region"], f["aspect"], f["statement"], f["audience"]))
                    if mine:
                        compared += 1
                        assert f | {"citation": 0} == _plain(mine[0]) | {"citation": 0}
                        assert r["citations"][f["citation"]] == _plain(mine[1])
    assert compared >= 5


async def test_a_benefit_found_has_the_figures_the_chat_gives_for_the_place(street, knowledge):
    kb = knowledge.get()
    async with street.open() as house:
        found = (await house.get(path("低保", region="445303", as_of=TODAY.isoformat(), type="benefit"))).body["results"]
    (card,) = [r for r in found if r["id"] == "benefit:minimum_living_allowance"]
    said = answer(kb, Query(("minimum_living_allowance",), "amount", "445303", TODAY))
    assert card["facts"] == [_plain(f) for f in said.facts]
    assert card["citations"] == [_plain(c) for c in said.citations]
    assert card["facts"]


def _plain(item) -> dict:
    return {k: v.isoformat() if isinstance(v, dt.date) else v for k, v in asdict(item).items()}


# —— while running ——


DATA = """\
documents:
  - {id: report, title: 政府工作报告, issuer: 区政府, region: "445303", kind: report, published: 2026-10-18}
benefits: [{id: allowance, name: 津贴, field: 弱有所扶, department: 民政部门}]
provisions:
  - {id: rural, benefit: allowance, aspect: amount, region: "445303", value: 450, unit: 元, period: 月, as_at: 2026-09-30, document: report, statement: 每人每月450元。}
"""


@pytest.fixture
def own(tmp_path: Path, street, monkeypatch) -> Iterator[Own]:
    """A small knowledge store of this test's own, without a search index."""
    made = Own(tmp_path)
    reader = made.reader()
    made.street = Street(reader)
    monkeypatch.setenv("HUIMIN_KB_URL", made.url)
    monkeypatch.setattr("bot.gateway.app.Reader", lambda engine: reader)
    yield made
    made.engine.dispose()


class Own:
    """A store that is loaded from ``data.yaml`` beside it."""

    street: Street

    def __init__(self, folder: Path):
        self.folder = folder / "data"
        self.folder.mkdir()
        for name in ("wording.yaml", "aspects.yaml"):
            shutil.copy(SHIPPED / name, self.folder)
        self.url = f"sqlite:///{folder / 'own.db'}"
        self.engine = open_engine(self.url)
        self.load(DATA)

    def load(self, data: str) -> None:
        (self.folder / "data.yaml").write_text(data, encoding="utf-8")
        store.load(self.engine, [self.folder])

    def reader(self) -> Reader:
        return Reader(open_engine(self.url, read_only=True), every=0)


async def test_the_first_who_asks_finds_even_where_no_index_was_ever_made(own):
    async with own.street.open() as house:
        assert "450" in (await house.get(path("津贴", type="provision"))).body["results"][0]["text"]


async def test_several_who_ask_first_all_find(own):
    """None may be told that nothing is known while the index is being made."""
    async with own.street.open() as house:
        found = await asyncio.gather(*(house.get(path("津贴", type="provision")) for _ in range(6)))
        assert [len(f.body["results"]) for f in found] == [1] * 6


async def test_a_new_version_is_noticed_while_running(own):
    async with own.street.open() as house:
        assert (await house.get(path("津贴", type="provision"))).body["kb_version"] == 1
        own.load(DATA.replace("450", "460"))

        async def told() -> dict:
            return (await house.get(path("津贴", type="provision"))).body

        body = await told()
        while body["kb_version"] == 1 or "460" not in body["results"][0]["text"]:
            body = await told()
        assert body["kb_version"] == 2


@pytest.mark.parametrize("change", [DATA.replace("450", "460"), DATA[: DATA.index("provisions:")], DATA.replace("id: rural", "id: renamed")])
def test_while_the_index_is_a_moment_behind_no_text_stands_beside_another_fact_or_none(own, change):
    """The index still has the old words when the base has the new figure."""
    search_store.refresh(own.engine)
    own.load(change)
    kb = own.reader().get()
    page = lookup(kb, search_store.index_for(own.url), {}, SearchQuery("津贴", "445303", TODAY, ("provision",)))
    for found in page.results:
        assert [f.statement for f in found.facts] == [found.text]
        assert found.citations


def test_an_index_that_cannot_be_brought_up_to_date_still_answers_from_what_it_has(own, monkeypatch):
    lookups = Lookups(own.url, own.reader())
    query = SearchQuery("津贴", None, TODAY, ("provision",))
    assert lookups.page(query).results
    own.load(DATA + "\n")

    def broken(*args, **more):
        raise OSError("disk full")

    monkeypatch.setattr("policy_kb.search.SearchIndex.sync", broken)
    assert lookups.page(query).results
