"""The API's own description is true: its routes, its errors, its examples, its facts. What tests anywhere in this folder see
answered is held against it as well (``house.Street``).
"""

from __future__ import annotations

import ast
import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

import bot.gateway
from bot.gateway.app import make_app
from bot.gateway.openapi import document
from policy_kb import Reader, open_engine
from policy_kb.eligibility.facts import value_of
from policy_kb.loader import SHIPPED, read_knowledge
from tests.gateway.described import SERVICE, Description, shipped_document
from tests.gateway.house import SETTINGS, House, Resident, body
from tests.gateway.test_gateway_handover import waiting_for_a_person

GATEWAY = Path(bot.gateway.__file__).parent
METHODS = {"get", "post", "put", "delete", "patch"}


@pytest.fixture(scope="module")
def description(knowledge) -> Description:
    return Description(document(knowledge.get()))


def operations(description: Description) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method.upper(), path, item[method]) for path, item in description.document["paths"].items() for method in item if method in METHODS]


def everywhere(part: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping in the document with its place."""
    if isinstance(part, dict):
        yield where, part
        for name, below in part.items():
            yield from everywhere(below, f"{where}/{name}")
    elif isinstance(part, list):
        for number, below in enumerate(part):
            yield from everywhere(below, f"{where}/{number}")


# —— routes, statuses, codes ——


async def test_the_document_names_every_public_route_and_no_other(street, description):
    app = make_app(SETTINGS)
    served = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource and route.method not in {"HEAD", "OPTIONS"} and route.resource.canonical.startswith(SERVICE)
    }
    assert {(method, path) for method, path, _ in operations(description)} == served


def refusals() -> set[tuple[int, str]]:
    """Every ``Refused(status, code)`` and ``refusal(status, code)`` that the gateway's code can raise or give."""
    found = set()
    for file in GATEWAY.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Refused", "refusal"} and len(node.args) > 1:
                status, code = node.args[:2]
                if isinstance(status, ast.Constant) and isinstance(code, ast.Constant):
                    found.add((status.value, code.value))
    return found


def described_codes(operation: dict[str, Any]) -> set[tuple[int, str]]:
    return {
        (int(status), code)
        for status, response in operation["responses"].items()
        for code in response.get("content", {}).get("application/json", {}).get("schema", {}).get("properties", {}).get("error", {})
        .get("properties", {}).get("code", {}).get("enum", [])
    }


def test_every_error_of_the_gateway_is_described_and_no_other(description):
    described = set().union(*(described_codes(operation) for _, _, operation in operations(description)))
    # No operation has these: the method itself is unknown; the address is, but for the operators' page.
    assert described - {(404, "no_such_page")} == refusals() - {(405, "method"), (404, "no_such_page")}


def test_every_described_code_has_its_sentence_and_its_meaning():
    codes = set(yaml.safe_load((GATEWAY / "openapi" / "errors.yaml").read_text(encoding="utf-8"))["codes"])
    assert codes == {code for _, code in refusals()} | {"no_such_page"}
    assert codes <= set(yaml.safe_load((GATEWAY / "texts.yaml").read_text(encoding="utf-8")))


def test_no_reply_may_have_a_field_that_is_not_described(description):
    """Whatever has properties is closed, so that a new field is a finding; what is only a part of another is not."""
    requests = [where for where, part in everywhere(description.document) if part.get("type") == "object" and "properties" in part]
    open_ones = {
        where for where in requests
        if not any(p.get("additionalProperties") is False or p.get("unevaluatedProperties") is False
                   for w, p in everywhere(description.document) if w == where)
    }
    parts = {"/components/schemas/VerdictFields"}
    assert {w for w in open_ones if not w.endswith("/schema/properties/error")} == parts


# —— the document ——


def test_it_is_a_valid_openapi_document(description):
    validator = pytest.importorskip("openapi_spec_validator", reason="openapi-spec-validator is not installed: Rasa's own pins are too old for it")
    validator.validate(json.loads(json.dumps(description.document)))


def test_no_description_was_cut_by_a_comma(description):
    assert [where for where, part in everywhere(description.document) if any(" " in name for name in part)] == []


async def test_it_is_served_as_json_that_caches_may_keep(street, knowledge):
    async with street.open() as house, house.client.get("/api/openapi.json") as got:
        assert got.content_type == "application/json"
        assert "max-age" in got.headers["Cache-Control"]
        assert await got.json() == document(knowledge.get())


async def test_it_is_not_sent_again_to_whoever_has_it(street):
    async with street.open() as house:
        async with house.client.get("/api/openapi.json") as got:
            tag = got.headers["ETag"]
        for known, status in ((tag, 304), (f'"other", W/{tag}', 304), ("*", 304), ('"other"', 200)):
            async with house.client.get("/api/openapi.json", headers={"If-None-Match": known}) as again:
                assert (again.status, again.headers["ETag"]) == (status, tag)


def test_a_new_fact_of_the_base_is_in_the_document(tmp_path):
    facts = "household_facts:\n  - {id: shoe_size, label: 鞋码, kind: integer, about: person, unit: 码, low: 20, high: 50, understood: '{value}'}\n"
    (tmp_path / "more.yaml").write_text(facts, encoding="utf-8")
    kb = read_knowledge([SHIPPED, tmp_path], version=1)
    described = Description(document(kb))
    assert described.wrong_as("HouseholdFacts", {"shoe_size": 42}) == []
    assert described.wrong_as("HouseholdFacts", {"shoe_size": 51})
    assert described.wrong_as("MemberFacts", {"shoe_size": 42}) == []


# —— facts ——

VALUES = [
    None, True, False, 0, 1, -1, 2.5, 3.0, 4, 5, 17, 30, 31, 130, 131, 720, 721, 1e7, 10_000_001, "", "rural", "农村", "1", "none", "able", "A", "visual",
    [], ["none"], ["none", "none"], ["none", "elderly"], ["elderly", "ill"], ["minimum_living_allowance"], [None], [["ill"]], [1], {}, {"low": 1}, {"high": 2},
    {"low": 1, "high": 2}, {"low": None, "high": 2}, {"low": None}, {"low": None, "high": None}, {"low": 0.5, "high": 2}, {"low": True}, {"low": "1"}, {"min": 1},
    {"low": 1, "high": 10 ** 9}, {"low": 1, "high": 2, "unit": "元"}, {"low": -1}, {"high": -1}, {"low": 1.2, "high": 1.8},
]


def test_a_fact_is_described_exactly_as_it_is_taken(knowledge, description):
    kb, different = knowledge.get(), []
    for (name, spec), value in itertools.product(kb.household_facts.items(), VALUES):
        try:
            taken = value is None or value_of(kb, spec, value) is not None
        except ValueError:
            taken = False
        if taken != (description.wrong_as("HouseholdFacts", {name: value}) == []):
            different.append((name, value, taken))
    assert different == []


# —— examples: what the document offers is taken ——


def requests_of(description: Description) -> list[Any]:
    """(id, method, path, body or None) for every example of every operation; parameters take theirs together."""
    found = []
    for method, path, operation in operations(description):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        found += [pytest.param(method, path, e["value"], id=f"{method} {path} {name}") for name, e in content.get("examples", {}).items()]
        parameters = [p for p in operation.get("parameters", []) if "examples" in p]
        for number in range(max((len(p["examples"]) for p in parameters), default=0)):
            given = {p["name"]: list(p["examples"].values())[number % len(p["examples"])]["value"] for p in parameters}
            query = urlencode({name: ",".join(v) if isinstance(v, list) else v for name, v in given.items()})
            found.append(pytest.param(method, f"{path}?{query}", None, id=f"{method} {path} {number + 1}"))
    return found


EXAMPLES = requests_of(Description(shipped_document()))


def test_there_are_examples_of_everything_that_takes_something():
    taking = {path for _, path, operation in operations(Description(shipped_document())) if "requestBody" in operation}
    assert {p.values[1].partition("?")[0] for p in EXAMPLES} == taking | {"/api/lookup", "/api/regions"}


@pytest.mark.parametrize(("method", "path", "sent"), EXAMPLES)
async def test_an_example_is_taken_and_valid(street, description, method, path, sent):
    if sent is not None:
        assert description.wrong(description.operation(method, path)["requestBody"]["content"]["application/json"]["schema"], sent) == []
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        assert await status_of(house, method, await address(someone, path), someone.token, json=sent) in {200, 204}


# —— every route once, every status at least ——


async def address(someone: Resident, path: str) -> str:
    """The path with somebody's conversation and an answer in it."""
    answer = next(m["id"] for m in (await someone.history()).messages if m["from"] == "bot")
    return path.replace("{conversation}", someone.conversation).replace("{message}", answer)


async def status_of(house: House, method: str, path: str, token: str | None = None, **more: Any) -> int:
    headers = more.pop("headers", {}) | ({"Authorization": f"Bearer {token}"} if token else {})
    async with house.client.request(method, path, headers=headers, **more) as got:
        if got.content_type != "text/event-stream":  # that has no end
            await got.read()
        return got.status


async def test_every_operation_succeeds_as_described(street, description):
    async with street.open() as house:
        someone = await waiting_for_a_person(house)
        in_order = sorted(operations(description), key=lambda o: (["PUT", "POST", "GET", "DELETE"].index(o[0]), -len(o[1])))
        for method, path, operation in in_order:  # what is deleted last is the conversation
            examples = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("examples", {})
            sent = next(iter(examples.values()))["value"] if examples else None
            query = {"q": "低保"} if path == "/api/lookup" else {}
            done = {status for status in operation["responses"] if status.startswith("2")}
            assert {str(await status_of(house, method, await address(someone, path), someone.token, json=sent, params=query))} == done
        seen = {(method, path) for method, path, status in house.witness.seen if status < 300}
        assert seen == {(method, path) for method, path, _ in operations(description)}


async def test_another_type_than_json_is_415(street):
    async with street.open() as house:
        for path in ("/api/chat", "/api/eligibility"):
            for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml"):
                assert await status_of(house, "POST", path, data=json.dumps(body("低保")).encode(), headers={"Content-Type": kind}) == 415
        assert not house.rasa.asked


async def test_json_with_its_charset_and_bytes_without_a_type_are_read(street):
    async with street.open() as house:
        for kind in ("application/json; charset=utf-8", "APPLICATION/JSON", "application/octet-stream"):
            assert await status_of(house, "POST", "/api/chat", data=json.dumps(body("低保")).encode(), headers={"Content-Type": kind}) == 200


async def test_nothing_loaded_is_503_wherever_knowledge_is_needed(street, tmp_path, monkeypatch):
    empty = f"sqlite:///{tmp_path / 'empty.db'}"
    monkeypatch.setenv("HUIMIN_KB_URL", empty)
    async with street.open(knowledge=Reader(open_engine(empty))) as house:
        assert {
            path: await status_of(house, method, path, json=sent)
            for method, path, sent in [
                ("POST", "/api/chat", body("低保")), ("POST", "/api/eligibility", {"facts": {}}), ("GET", "/api/regions", None),
                ("GET", "/api/lookup?q=x", None), ("GET", "/api/openapi.json", None),
            ]
        } == dict.fromkeys(["/api/chat", "/api/eligibility", "/api/regions", "/api/lookup?q=x", "/api/openapi.json"], 503)
