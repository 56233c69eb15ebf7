"""POST /api/eligibility: facts in, preliminary verdicts out; what cannot be taken is refused with the fact's name."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from dataclasses import asdict
from typing import Any

import pytest
import regex
import sqlalchemy as sa

from desk import tables
from policy_kb import COUNTRY
from policy_kb.eligibility import read_household, screen
from policy_kb.eligibility.facts import about_the_child
from tests.gateway.house import Answer, House

PATH = "/api/eligibility"
WANSHENG, QIJIANG, CHENGDU, JINJIANG = "500110-wansheng", "500110", "510100", "510104"
DAY = "2020-12-31"
MLA, AGE = "minimum_living_allowance", "old_age_allowance"
POOR = {"residence": "rural", "hukou_local": True, "household_size": 4, "household_income": 1200, "assets_within_limit": True}

VERDICT = {"benefit", "region", "verdict", "conditions", "missing", "not_checked", "near_threshold", "would_change", "estimate",
           "next_step", "text"}
CONDITION = {"text", "result", "yours", "limit", "citation"}
QUANTITY = {"low", "high", "unit", "period", "per"}
CITATION = {"document", "section", "issuer", "number", "published", "effective_from", "effective_to", "in_force", "url"}


def asked(facts: Any = None, **more: Any) -> dict[str, Any]:
    return {"region": WANSHENG, "as_of": DAY, "benefits": None, "facts": {} if facts is None else facts} | more


def without(name: str, **more: Any) -> dict[str, Any]:
    return {k: v for k, v in asked(POOR, **more).items() if k != name}


def no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


async def post(house: House, sent: Any, headers: dict[str, str] | None = None) -> Answer:
    """What the API answers, which must be JSON in the strict sense."""
    data = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    async with house.client.post(PATH, data=data, headers=headers or {}) as got:
        return Answer(got.status, json.loads(await got.text(), parse_constant=no_constant), got.headers)


async def verdicts(house: House, sent: Any) -> dict[str, dict[str, Any]]:
    got = await post(house, sent)
    assert got.status == 200, got.body
    return {v["benefit"]: v for v in got.body["benefits"]}


def refused(got: Answer, code: str, status: int = 400) -> str:
    """The status and the code; the Chinese sentence, which tells nothing of the inside."""
    assert (got.status, got.error["code"]) == (status, code), got.body
    assert regex.search(r"\p{Han}", got.error["message"])
    assert not regex.search(r"Traceback|Error|pydantic|sqlite", got.error["message"])
    assert got.headers["Cache-Control"] == "no-store"
    return got.error["message"]


# —— facts that cannot be taken: 400, and the sentence names the fact ——

CANNOT_BE: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown name": ({"income": 5}, "income"),
    "a known name in capitals": ({"Household_Size": 3}, "Household_Size"),
    "a figure worked out by us": ({"income_per_head": 300}, "income_per_head"),
    "a negative amount": ({"household_income": -1}, "household_income"),
    "an amount over the top": ({"household_income": 10_000_001}, "household_income"),
    "a negative number": ({"contribution_months": -1}, "contribution_months"),
    "nobody in the household": ({"household_size": 0}, "household_size"),
    "more people than a household has": ({"household_size": 31}, "household_size"),
    "an age nobody reaches": ({"applicant_age": 131}, "applicant_age"),
    "a child of 31": ({"child_age": 31}, "child_age"),
    "half a person": ({"household_size": 2.5}, "household_size"),
    "half a year of age": ({"applicant_age": 79.5}, "applicant_age"),
    "half a month": ({"contribution_months": {"low": 11.5, "high": 12}}, "contribution_months"),
    "true for a number": ({"household_size": True}, "household_size"),
    "false for an amount": ({"household_income": False}, "household_income"),
    "true for a grade": ({"disability_grade": True}, "disability_grade"),
    "1 for yes": ({"hukou_local": 1}, "hukou_local"),
    "0 for no": ({"assets_within_limit": 0}, "assets_within_limit"),
    "a word for yes": ({"hukou_local": "true"}, "hukou_local"),
    "a word for a number": ({"household_size": "三"}, "household_size"),
    "a number in quotes": ({"household_income": "1200"}, "household_income"),
    "an unknown choice": ({"residence": "suburban"}, "residence"),
    "a choice in Chinese": ({"residence": "农村"}, "residence"),
    "a choice in capitals": ({"housing_grade": "d"}, "housing_grade"),
    "a number for a choice": ({"residence": 1}, "residence"),
    "a grade that does not exist": ({"disability_grade": 5}, "disability_grade"),
    "a grade in quotes": ({"disability_grade": "1"}, "disability_grade"),
    "a mapping for a choice of words": ({"child_stage": {"low": 1, "high": 2}}, "child_stage"),
    "a list for a yes": ({"hukou_local": [True]}, "hukou_local"),
    "a list for a number": ({"household_income": [1200]}, "household_income"),
    "a list for a choice": ({"residence": ["rural"]}, "residence"),
    "a single value for a list": ({"receiving": MLA}, "receiving"),
    "an unknown benefit received": ({"receiving": ["free_money"]}, "receiving"),
    "null in a list": ({"receiving": [None]}, "receiving"),
    "a list in a list": ({"receiving": [[MLA]]}, "receiving"),
    "an unknown situation": ({"situations": ["rich"]}, "situations"),
    "a benefit among the situations": ({"situations": [MLA]}, "situations"),
    "ends the wrong way round": ({"household_income": {"low": 900, "high": 800}}, "household_income"),
    "an end over the top": ({"applicant_age": {"low": 60, "high": 200}}, "applicant_age"),
    "an end below zero": ({"household_income": {"low": -5}}, "household_income"),
    "an end that is no number": ({"household_income": {"high": "1200"}}, "household_income"),
    "an end that is true": ({"household_size": {"low": True}}, "household_size"),
    "another name for an end": ({"household_income": {"min": 5}}, "household_income"),
    "grades the wrong way round": ({"disability_grade": {"low": 3, "high": 1}}, "disability_grade"),
    "members that are no list": ({"members": {"applicant_age": 80}}, "members"),
    "a number of members": ({"members": 3}, "members"),
    "a member that is no mapping": ({"members": [{"applicant_age": 80}, 7]}, "members.1"),
    "a null member": ({"members": [None]}, "members.0"),
    "an unknown name in a member": ({"members": [{"age": 80}]}, "members.0.age"),
    "an impossible value in a member": ({"members": [{}, {"applicant_age": 200}]}, "members.1.applicant_age"),
    "what is the household's in a member": ({"members": [{"household_income": 500}]}, "members.0.household_income"),
    "what is received in a member": ({"members": [{"receiving": []}]}, "members.0.receiving"),
    "a place in a member": ({"members": [{"region": WANSHENG}]}, "members.0.region"),
    "members of a member": ({"members": [{"members": []}]}, "members.0.members"),
    "31 members": ({"members": [{}] * 31}, "members"),
    "more members than people": ({"household_size": 3, "members": [{}] * 3}, "members"),
    "more members than people at most": ({"household_size": {"low": 2, "high": 3}, "members": [{}] * 3}, "members"),
}
CASES = [pytest.param(*case, id=what) for what, case in CANNOT_BE.items()]
CASES += [
    pytest.param({"household_income": 10 ** 400}, "household_income", id="a number of 400 digits"),
    pytest.param({"disability_grade": {"low": 1.2, "high": 1.8}}, "disability_grade", id="grades between which there is none"),
    pytest.param({"receiving": ["none", MLA]}, "receiving", id="nothing and something received"),
]


@pytest.mark.parametrize(("facts", "name"), CASES)
async def test_a_fact_that_cannot_be_is_400_and_named(street, facts, name):
    async with street.open() as house:
        message = refused(await post(house, asked(facts)), "bad_facts")
        assert f"{name}：" in message


@pytest.mark.parametrize("value", [b"1e400", b"-1e400"])
async def test_a_number_beyond_all_numbers_is_400_and_named(street, value):
    async with street.open() as house:
        sent = json.dumps(asked({"household_income": 12345})).encode().replace(b"12345", value)
        assert "household_income" in refused(await post(house, sent), "bad_facts")


@pytest.mark.parametrize("value", [b"NaN", b"Infinity", b"-Infinity"])
async def test_nan_and_infinity_are_no_json(street, value):
    async with street.open() as house:
        sent = json.dumps(asked({"household_income": 12345})).encode().replace(b"12345", value)
        refused(await post(house, sent), "not_json")


async def test_every_fact_that_cannot_be_is_named_at_once(street):
    async with street.open() as house:
        facts = {"income": 5, "household_size": 0, "residence": "rural", "members": [{"applicant_age": -1}]}
        message = refused(await post(house, asked(facts)), "bad_facts")
        assert all(name in message for name in ("income", "household_size", "members.0.applicant_age"))
        assert "residence" not in message


@pytest.mark.parametrize(("facts", "says"), [
    pytest.param({"household_size": 31}, "应当在 1 到 30 之间（人）", id="people"),
    pytest.param({"applicant_age": -1}, "应当在 0 到 130 之间（周岁）", id="age"),
    pytest.param({"residence": "x"}, "只能是 urban、rural", id="choice"),
    pytest.param({"hukou_local": 1}, "true 或 false", id="yes or no"),
    pytest.param({"household_income": -1}, "应当在 0 到 10000000 之间（元）", id="money"),
    pytest.param({"disability_grade": {"high": 9}}, "应当在 0 到 4 之间。", id="grades"),
])
async def test_a_refusal_says_what_the_fact_can_be(street, facts, says):
    async with street.open() as house:
        assert says in refused(await post(house, asked(facts)), "bad_facts")


async def test_what_is_just_possible_is_taken(street):
    facts = [
        {"household_size": 1}, {"household_size": 30, "members": [{}] * 29}, {"household_income": 0}, {"household_income": 10_000_000},
        {"household_income": 1234.56}, {"applicant_age": 0}, {"applicant_age": 130}, {"applicant_age": 80.0}, {"members": []},
        {"members": [{}] * 30}, {"receiving": []}, {"receiving": ["none"]}, {"disability_grade": {"low": 1, "high": 2}},
        {"household_income": {"low": 500}}, {"household_income": {"high": 500}}, {"child_stage": "kindergarten"},
    ]
    async with street.open() as house:
        statuses = [(await post(house, asked(f))).status for f in facts]
        assert [f for f, status in zip(facts, statuses) if status != 200] == []


# —— the request's own shape ——

REFUSED: dict[str, tuple[Any, str, str]] = {
    "an unknown region": (asked(POOR, region="999999"), "unknown_region", ""),
    "a region's name": (asked(POOR, region="万盛"), "unknown_region", ""),
    "an empty region": (asked(POOR, region=""), "unknown_region", ""),
    "a number for the region": (asked(POOR, region=500110), "unknown_region", ""),
    "a list for the region": (asked(POOR, region=[WANSHENG]), "unknown_region", ""),
    "an unknown region among the facts": (asked(POOR | {"region": "999999"}, region=None), "unknown_region", ""),
    "a number for the region among the facts": (asked(POOR | {"region": 5}), "unknown_region", ""),
    "two different regions": (asked(POOR | {"region": "445303"}), "two_regions", "region"),
    "a region and the country": (asked(POOR | {"region": COUNTRY}), "two_regions", "region"),
    "a day that does not exist": (asked(POOR, as_of="2021-02-30"), "bad_date", ""),
    "a day with time": (asked(POOR, as_of="2020-12-31T00:00:00"), "bad_date", ""),
    "a day without hyphens": (asked(POOR, as_of="20201231"), "bad_date", ""),
    "an empty day": (asked(POOR, as_of=""), "bad_date", ""),
    "a number for the day": (asked(POOR, as_of=2020), "bad_date", ""),
    "true for the day": (asked(POOR, as_of=True), "bad_date", ""),
    "an unknown benefit": (asked(POOR, benefits=["free_money"]), "unknown_benefit", "free_money"),
    "a benefit's name": (asked(POOR, benefits=["低保"]), "unknown_benefit", "低保"),
    "an unknown benefit beside a known one": (asked(POOR, benefits=[MLA, "free_money"]), "unknown_benefit", "free_money"),
    "a benefit without a rule": (asked(POOR, benefits=["funeral_service"]), "no_rule", "殡葬"),
    "a single benefit": (asked(POOR, benefits=MLA), "bad_shape", "benefits"),
    "a number among the benefits": (asked(POOR, benefits=[1]), "bad_shape", "benefits"),
    "null among the benefits": (asked(POOR, benefits=[None]), "bad_shape", "benefits"),
    "false for the benefits": (asked(POOR, benefits=False), "bad_shape", "benefits"),
    "no facts": (without("facts"), "bad_shape", "facts"),
    "null for the facts": (asked() | {"facts": None}, "bad_shape", "facts"),
    "a list for the facts": (asked([]), "bad_shape", "facts"),
    "a sentence for the facts": (asked("一家四口"), "bad_shape", "facts"),
    "an unknown field": (asked(POOR, members=[]), "bad_shape", "members"),
    "facts beside the others": ({"region": WANSHENG, **POOR}, "bad_shape", "assets_within_limit"),
    "a list": ([asked(POOR)], "bad_shape", "body"),
    "null": (None, "bad_shape", "body"),
    "a number": (5, "bad_shape", "body"),
    "nothing": (b"", "not_json", ""),
    "half an object": (b'{"facts": {', "not_json", ""),
    "a form": (b"facts=1", "not_json", ""),
    "not UTF-8": (b'{"facts": {"residence": "\xff"}}', "not_json", ""),
}


@pytest.mark.parametrize(("sent", "code", "names"), [
    *(pytest.param(*case, id=what) for what, case in REFUSED.items()),
    pytest.param(b"[" * 16_000, "not_json", "", id="16,000 brackets"),
    pytest.param(asked(POOR, benefits=["\ud800"]),
           "unknown_benefit", "", id="half a character for a benefit"),
    pytest.param(asked({"\ud800": 1}), "bad_facts", "",
           id="half a character for a fact's name"),
])
async def test_a_request_of_another_shape_is_400(street, sent, code, names):
    async with street.open() as house:
        assert names in refused(await post(house, sent), code)


async def test_16_kilobytes_are_read_and_more_is_413(street):
    async with street.open() as house:
        sent = json.dumps(asked(POOR)).encode()
        assert (await post(house, sent + b" " * (16 * 1024 - len(sent)))).status == 200
        refused(await post(house, sent + b" " * (16 * 1024 - len(sent) + 1)), "too_large", 413)


async def test_asking_with_get_is_405(street):
    async with street.open() as house, house.client.get(PATH) as got:
        answer = Answer(got.status, await got.json(), got.headers)
        assert "POST" in got.headers["Allow"]
    refused(answer, "method", 405)


async def test_a_page_of_another_site_is_403(street):
    async with street.open() as house:
        refused(await post(house, asked(POOR), {"Origin": "https://evil.example"}), "bad_origin", 403)


async def test_too_many_from_one_address_are_429_with_the_time_to_wait(street):
    async with street.open(rate_limit=1) as house:
        answers = [await post(house, asked(POOR, benefits=[MLA])) for _ in range(11)]
        assert [a.status for a in answers] == [200] * 10 + [429]
        refused(answers[-1], "too_many", 429)
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


async def test_what_is_refused_counts_against_the_limit_too(street):
    async with street.open(rate_limit=1) as house:
        assert [(await post(house, asked({"income": 5}))).status for _ in range(11)] == [400] * 10 + [429]


async def test_nothing_is_kept_of_what_was_asked(street):
    """No conversation, message or case; nothing is written at all and the assistant is not asked."""
    async with street.open() as house:
        assert (await post(house, asked(POOR))).status == 200
        with house.store.begin() as db:
            kept = {t.name: db.execute(sa.select(sa.func.count()).select_from(t)).scalar() for t in tables.metadata.sorted_tables}
        assert {name: count for name, count in kept.items() if count} == {}
        assert house.writes == 0
        assert house.rasa.asked == []


# —— what is unknown ——

async def test_null_and_absent_mean_the_same_for_every_fact(street, knowledge):
    names = list(knowledge.get().household_facts)
    async with street.open() as house:
        absent = await post(house, asked({"residence": "rural"}))
        null = await post(house, asked({n: None for n in names if n != "residence"} | {"residence": "rural", "members": None, "region": None}))
        assert null.body == absent.body


async def test_null_and_absent_mean_the_same_in_a_member(street):
    async with street.open() as house:
        absent = await post(house, asked({"members": [{"applicant_age": 85}]}))
        assert (await post(house, asked({"members": [{"applicant_age": 85, "self_care": None}]}))).body == absent.body


@pytest.mark.parametrize("field", ["region", "as_of", "benefits"])
async def test_null_and_absent_mean_the_same_for_what_stands_beside_the_facts(street, field):
    async with street.open() as house:
        assert (await post(house, asked(POOR, **{field: None}))).body == (await post(house, without(field))).body


async def test_an_open_end_is_the_same_as_one_that_is_null(street):
    async with street.open() as house:
        one = await post(house, asked(POOR | {"household_income": {"low": 3000}}))
        assert one.body == (await post(house, asked(POOR | {"household_income": {"low": 3000, "high": None}}))).body


# —— the answer ——

async def test_the_answer_says_for_which_place_day_and_version_it_is(street, knowledge):
    async with street.open() as house:
        body = (await post(house, asked(POOR))).body
        assert (body["region"], body["as_of"], body["kb_version"]) == (WANSHENG, DAY, knowledge.get().version)
        assert {v["region"] for v in body["benefits"]} == {WANSHENG}


HOUSEHOLDS = {
    "nothing known": {},
    "a poor family": POOR,
    "a family a little over the line": POOR | {"household_income": 2000},
    "a rich family": POOR | {"household_income": 50_000, "medical_expense": 100, "necessary_expense": 9000},
    "vague numbers": {"household_income": {"low": 500, "high": 3000}, "household_size": {"low": 2, "high": 4}, "applicant_age": {"low": 60}},
    "a family with an old and a disabled member": POOR | {"members": [
        {"applicant_age": 91}, {"applicant_age": 40, "disability_grade": 1, "disability_kind": "mental", "working": False}]},
    "a child": {"applicant_age": 4, "child_stage": "kindergarten", "kindergarten_kind": "public", "parents": "unable", "hukou_local": True},
    "another's child": {"child_age": 7, "child_disabled": True, "receiving": [MLA], "parents": "able"},
    "somebody out of work": {"contribution_months": 70, "left_job_involuntarily": True, "registered_unemployed": True, "working": False},
}
shaped = pytest.mark.parametrize("facts", [
    *(pytest.param(f, id=what) for what, f in HOUSEHOLDS.items()),
    pytest.param({"household_income": 0, "necessary_expense": 100},
           id="expenses without any income"),
    pytest.param({"applicant_age": 10, "disability_grade": {"low": 1, "high": 2}},
           id="a child with a vague grade"),
])


@shaped
@pytest.mark.parametrize("region", [WANSHENG, None])
async def test_every_verdict_has_the_agreed_fields(street, facts, region):
    async with street.open() as house:
        for v in (await verdicts(house, asked(facts, region=region))).values():
            assert set(v) >= VERDICT
            assert v["verdict"] in {"likely", "unlikely", "undetermined"}
            assert v["conditions"]
            assert v["next_step"]
            assert all(isinstance(v[part], list) for part in ("conditions", "missing", "not_checked", "near_threshold", "would_change"))
            assert all(isinstance(said, str) and said for said in (*v["missing"], *v["not_checked"]))
            for c in v["conditions"]:
                condition_is_whole(c)
            for near in v["near_threshold"]:
                assert set(near) == {"condition", "yours", "limit"}
                quantity_is_whole(near["yours"])
                quantity_is_whole(near["limit"])
            for change in v["would_change"]:
                assert set(change) == {"fact", "to", "verdict"}
                assert isinstance(change["to"], (bool, int, float, str))
            if v["estimate"] is not None:
                assert v["verdict"] == "likely"
                quantity_is_whole(v["estimate"])


def condition_is_whole(c: dict[str, Any]) -> None:
    assert set(c) >= CONDITION
    assert c["text"]
    assert c["result"] in {"met", "not_met", "unknown"}
    for quantity in filter(None, (c["yours"], c["limit"])):
        quantity_is_whole(quantity)
    assert set(c["citation"]) == CITATION
    assert c["citation"]["document"]
    assert c["citation"]["in_force"] in {True, False, None}
    for day in ("published", "effective_from", "effective_to"):
        assert c["citation"][day] is None or dt.date.fromisoformat(c["citation"][day])


def quantity_is_whole(q: dict[str, Any]) -> None:
    assert set(q) >= QUANTITY
    assert isinstance(q["low"], (int, float))
    assert q["high"] is None or isinstance(q["high"], (int, float)) and q["high"] >= q["low"]
    assert isinstance(q["unit"], str)
    if q.get("as_at"):
        dt.date.fromisoformat(q["as_at"])


async def test_a_likely_verdict_shows_the_household_s_figure_beside_the_line_with_its_day_and_its_article(street):
    async with street.open() as house:
        v = (await verdicts(house, asked(POOR, benefits=[MLA])))[MLA]
    assert v["verdict"] == "likely"
    (income,) = [c for c in v["conditions"] if c["limit"]]
    assert income["yours"] == {"low": 300, "high": 300, "unit": "元", "period": "月", "per": "person"}
    assert {k: income["limit"][k] for k in (*QUANTITY, "as_at")} == {
        "low": 496, "high": 496, "unit": "元", "period": "月", "per": "person", "as_at": DAY}
    assert (income["citation"]["document"], income["citation"]["section"]) == ("社会救助暂行办法（2019年修订）", "第九条")
    assert {k: v["estimate"][k] for k in ("low", "high", "unit", "period")} == {"low": 784, "high": 784, "unit": "元", "period": "月"}
    assert (v["missing"], v["near_threshold"], v["would_change"]) == ([], [], [])


async def test_an_unlikely_verdict_says_how_near_it_was_and_what_would_change_it(street):
    async with street.open() as house:
        v = (await verdicts(house, asked(POOR | {"household_income": 2000}, benefits=[MLA])))[MLA]
    assert (v["verdict"], v["estimate"]) == ("unlikely", None)
    assert [(n["yours"]["low"], n["limit"]["low"]) for n in v["near_threshold"]] == [(500, 496)]
    assert v["would_change"] == [{"fact": "household_income", "to": 1983, "verdict": "likely"}]


async def test_an_undetermined_verdict_names_the_facts_that_could_still_decide(street):
    async with street.open() as house:
        given = {k: v for k, v in POOR.items() if k != "assets_within_limit"}
        v = (await verdicts(house, asked(given, benefits=[MLA])))[MLA]
    assert (v["verdict"], v["missing"], v["estimate"]) == ("undetermined", ["assets_within_limit"], None)


async def test_the_verdict_on_a_member_says_which_one(street):
    async with street.open() as house:
        facts = POOR | {"applicant_age": 50, "members": [{"applicant_age": 45}, {"applicant_age": 85}]}
        v = (await verdicts(house, asked(facts, benefits=[AGE])))[AGE]
    assert (v["verdict"], v["person"]) == ("likely", 1)
    assert "第3位" in v["text"]


async def test_facts_with_only_a_child_s_age_are_about_that_child(street):
    async with street.open() as house:
        found = await verdicts(house, asked({"child_age": 7}, benefits=[AGE]))
    assert found[AGE]["verdict"] == "unlikely"


async def test_without_benefits_all_that_have_rules_are_screened_once(street, knowledge):
    async with street.open() as house:
        found = (await post(house, asked(POOR))).body["benefits"]
    assert sorted(v["benefit"] for v in found) == sorted(knowledge.get().rules_of)


async def test_only_the_benefits_asked_for_are_screened_in_the_order_asked(street):
    async with street.open() as house:
        found = (await post(house, asked(POOR, benefits=[AGE, MLA, AGE]))).body["benefits"]
        assert [v["benefit"] for v in found] == [AGE, MLA]
        assert (await post(house, asked(POOR, benefits=[]))).body["benefits"] == []


async def test_the_place_may_stand_among_the_facts(street):
    async with street.open() as house:
        beside = await post(house, asked(POOR))
        for region in (None, WANSHENG):
            assert (await post(house, asked(POOR | {"region": WANSHENG}, region=region))).body == beside.body


async def test_without_a_day_it_is_today(street, monkeypatch):
    monkeypatch.setattr("bot.gateway.eligibility.today", lambda: dt.date(2019, 5, 4))
    async with street.open() as house:
        today = await post(house, asked(POOR, as_of=None))
        assert today.body["as_of"] == "2019-05-04"
        assert today.body == (await post(house, asked(POOR, as_of="2019-05-04"))).body


async def test_the_day_asked_about_decides_which_line_holds(street):
    async with street.open() as house:
        lines = {}
        for day in ("2016-06-30", DAY, "2024-01-01"):
            (income,) = [c for c in (await verdicts(house, asked(POOR, as_of=day, benefits=[MLA])))[MLA]["conditions"] if c["limit"]]
            lines[day] = (income["limit"]["low"], income["limit"]["high"], income["limit"]["old"])
    assert lines["2016-06-30"] == (230, 230, False)
    assert lines[DAY] == (496, 496, False)
    # 1,096 days after 31 December 2020: 496 × 1.12^(1096 ÷ 365.25)
    assert lines["2024-01-01"] == (496, pytest.approx(496 * 1.12 ** (1096 / 365.25), abs=0.01), True)


@pytest.mark.parametrize("day", [
    "0001-01-01", "1949-10-01",
    "9999-12-31",
])
async def test_a_day_far_away_is_answered(street, day):
    async with street.open() as house:
        got = await post(house, asked(POOR, as_of=day))
        assert got.status in {200, 400}


async def test_without_a_place_the_country_s_rules_alone_decide(street):
    async with street.open() as house:
        got = await post(house, asked(POOR | {"child_stage": "compulsory"}, region=None))
        assert got.body["region"] == COUNTRY
        found = {v["benefit"]: v for v in got.body["benefits"]}
    assert found["compulsory_education_aid"]["verdict"] == "likely"
    assert found[MLA]["verdict"] == "undetermined"
    assert [c["limit"] for c in found[MLA]["conditions"]] == [None] * 3
    assert "496" not in json.dumps(got.body, ensure_ascii=False)


@pytest.mark.parametrize("facts", HOUSEHOLDS.values(), ids=HOUSEHOLDS)
@pytest.mark.parametrize("region", [WANSHENG, "445303", None])
@pytest.mark.parametrize("day", [DAY, "2026-11-22"])
async def test_the_verdicts_are_those_of_screen(street, knowledge, facts, region, day):
    kb = knowledge.get()
    expected = screen(kb, about_the_child(read_household(kb, facts)), region, dt.date.fromisoformat(day))
    async with street.open() as house:
        found = (await post(house, asked(facts, region=region, as_of=day))).body["benefits"]
    plain = json.loads(json.dumps([asdict(v) for v in expected], default=dt.date.isoformat))
    assert [{k: v for k, v in one.items() if k != "text"} for one in found] == plain


async def test_two_who_ask_at_once_get_each_their_own(street):
    async with street.open() as house:
        rich = POOR | {"household_income": 9000}
        found = await asyncio.gather(*(post(house, asked(f, benefits=[MLA])) for f in (POOR, rich) * 5))
    assert [f.body["benefits"][0]["verdict"] for f in found] == ["likely", "unlikely"] * 5


# —— the words ——

@pytest.mark.parametrize("facts", HOUSEHOLDS.values(), ids=HOUSEHOLDS)
async def test_the_text_is_plain_and_complete(street, knowledge, facts):
    kb = knowledge.get()
    async with street.open() as house:
        body = (await post(house, asked(facts))).body
    for v in body["benefits"]:
        assert v["text"].startswith(kb.benefits[v["benefit"]].title)
        assert v["next_step"] in v["text"]
        assert all(said in v["text"] for said in v["not_checked"]) or not v["in_force"]
        assert not regex.search(r"[{}<>]|None|True|False|\binf\b|\bnan\b|[a-z]+_[a-z]+|e\+\d", v["text"]), v["text"]
    assert not regex.search(r"[{}<>]|None|True|False|[a-z]+_[a-z]+|e\+\d", body["understood"])


async def test_the_text_has_the_figure_its_year_and_its_place(street):
    async with street.open() as house:
        text = (await verdicts(house, asked(POOR, benefits=[MLA])))[MLA]["text"]
    assert all(said in text for said in ("可能符合", "万盛经开区", "300元", "496元", "2020年", "784元"))


async def test_the_text_says_that_an_old_line_may_have_risen_and_whom_to_ask(street):
    async with street.open() as house:
        v = (await verdicts(house, asked(POOR | {"household_income": 2400}, as_of="2026-11-22", benefits=[MLA])))[MLA]
    assert v["verdict"] == "undetermined"
    assert all(said in v["text"] for said in ("还不能判断", "2020年底的496元", "可能涨到", "民政局"))


async def test_the_text_names_the_place_that_a_figure_from_above_is_of(street):
    async with street.open() as house:
        facts = POOR | {"residence": "urban"}
        own = (await verdicts(house, asked(facts, region=CHENGDU, benefits=[MLA])))[MLA]["text"]
        text = (await verdicts(house, asked(facts, region=JINJIANG, benefits=[MLA])))[MLA]["text"]
    assert "700元" in own
    assert "700元" in text
    assert "成都" in text


async def test_another_place_s_figure_is_never_lent(street):
    async with street.open() as house:
        v = (await verdicts(house, asked(POOR, region="500103", benefits=[MLA])))[MLA]
    assert v["verdict"] == "undetermined"
    assert [c["limit"] for c in v["conditions"]] == [None] * 3
    assert "没有收录" in v["text"]


async def test_what_was_understood_is_said_back(street):
    async with street.open() as house:
        understood = (await post(house, asked(POOR))).body["understood"]
        assert all(said in understood for said in ("万盛经开区", "农村", "4人", "1200元"))
        assert "还没有" in (await post(house, asked(region=None))).body["understood"]


async def test_minus_zero_is_said_as_zero(street):
    async with street.open() as house:
        assert "-0" not in (await post(house, asked({"household_income": -0.0}))).body["understood"]


async def test_grades_that_are_not_exact_are_said_back_in_words(street):
    async with street.open() as house:
        understood = (await post(house, asked({"disability_grade": {"low": 1, "high": 2}}))).body["understood"]
    assert "级" in understood
