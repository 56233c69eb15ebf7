"""Whatever a machine sends that has read the description: no server error, and nothing but what is described.

Schemathesis makes the requests, as described and not; a real gateway answers them. About a minute.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed here; make unit has it")

from hypothesis import HealthCheck, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from schemathesis import GenerationMode  # noqa: E402
from schemathesis.config import ChecksConfig, PositiveDataAcceptanceConfig, ProjectConfig, ProjectsConfig, SchemathesisConfig  # noqa: E402

from tests.gateway.described import shipped_document  # noqa: E402
from tests.gateway.house import new_id  # noqa: E402
from tests.gateway.loopback import Gateway, gateway  # noqa: E402

EXAMPLES = 50
# What the description cannot say in JSON Schema: what is left of a text without its control characters, that low is not above
# high, that two places agree, which quick replies a conversation has, which phone numbers there are.
BEYOND_SCHEMA = {"empty", "bad_facts", "two_regions", "bad_payload", "unknown_region", "bad_phone"}

schemathesis.openapi.format("region-code", st.sampled_from(["000000", "445303", "500110", "500110-wansheng", "510100"]))


@pytest.fixture(scope="module")
def running(knowledge, knowledge_url, tmp_path_factory) -> Iterator[Gateway]:
    with gateway(knowledge, knowledge_url, tmp_path_factory.mktemp("gateway")) as one:
        yield one


def described():
    """The description as the tests are collected; the gateway that runs later has the same knowledge."""
    checks = ChecksConfig(positive_data_acceptance=PositiveDataAcceptanceConfig(expected_statuses=["2xx", "400", "401", "404", "409"]))
    config = SchemathesisConfig(projects=ProjectsConfig(default=ProjectConfig(checks=checks, request_timeout=60)), seed=1)
    return schemathesis.openapi.from_dict(shipped_document(), config=config)


# A stream that is as described does not end; its own tests read it.
schema = described().exclude(path_regex="/events$")


@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
def test_whatever_is_sent_the_answer_is_as_described(case, running):
    as_described = case.meta.generation.mode == GenerationMode.POSITIVE
    if as_described and "conversation" in case.path_parameters:
        case.path_parameters["conversation"], token = running.begin()
        for given, refused in ((None, 401), ("0" * 64, 404), (f"{token}0", 404)):
            case.headers["Authorization"] = f"Bearer {given or ''}"
            assert case.call(base_url=running.url).status_code == refused
        case.headers["Authorization"] = f"Bearer {token}"
    if as_described and case.path == "/api/chat":
        case.body["message"]["id"] = new_id()  # else it is one message again and again
    # A wrong token is 404, so that nobody learns which conversations there are; that check knows 401 and 403 only.
    response = case.call_and_validate(base_url=running.url, excluded_checks=[schemathesis.checks.ignored_auth])
    if as_described and response.status_code == 400:
        assert response.json()["error"]["code"] in BEYOND_SCHEMA
