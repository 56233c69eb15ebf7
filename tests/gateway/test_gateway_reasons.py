"""Why a person is wanted, where only that is said: what the bot said last tells."""

from __future__ import annotations

import uuid

import pytest

from bot.gateway.reasons import reason_for
from desk import conversations as talk
from desk.store import open_store


@pytest.fixture
def db(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'desk.db'}")
    with store.begin() as connection:
        yield connection
    store.dispose()


def asked_after(db, kind: str, data: dict) -> str:
    name, _ = talk.begin(db, talk.Incoming(uuid.uuid4().hex, "", "我能领吗"))
    talk.say(db, name, talk.Outgoing("bot", kind, "…", data=data))
    return reason_for(db, talk.receive(db, name, talk.Incoming(uuid.uuid4().hex, "", "转人工")), "request_human")


@pytest.mark.parametrize(
    ("verdicts", "reason"),
    [
        (["undetermined"], "undetermined"), (["likely", "undetermined"], "undetermined"), (["likely"], "request_human"),
        (["unlikely"], "request_human"), ([], "request_human"),
    ],
)
def test_a_verdict_that_stayed_open_is_the_reason(db, verdicts, reason):
    assert asked_after(db, "verdict", {"benefits": [{"verdict": v} for v in verdicts]}) == reason


def test_a_plain_wish_stays_one(db):
    assert asked_after(db, "answer", {"benefit": None}) == "request_human"
