"""Conversations in residents' own words through launcher, gateway, Rasa, actions and knowledge base."""

from __future__ import annotations

from pathlib import Path

import pytest
import regex
import yaml

from tests.service import Chat, text_of

CASES = yaml.safe_load((Path(__file__).parent / "conversations.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["name"])
def test_conversation(service, case):
    hold(service, case)


def hold(service, case: dict) -> None:
    """Say each turn of a conversation to the running service; every reply must have what its turn asks for."""
    chat = Chat(service, case.get("region"), case.get("as_of"))
    for turn in case["turns"]:
        reply = chat.say(turn["say"])
        text, kinds = text_of(reply), {m["kind"] for m in reply["messages"]}
        facts = [f for m in reply["messages"] for f in m["data"].get("facts") or []]
        cited = " ".join(c["document"] for m in reply["messages"] for c in m["citations"])
        shown = f"{turn['say']}\n{text}"
        if "kind" in turn:
            assert turn["kind"] in kinds, shown
        for pattern in turn.get("has", []):
            assert regex.search(pattern, text), f"no /{pattern}/ in\n{shown}"
        for pattern in turn.get("lacks", []):
            assert not regex.search(pattern, text), f"/{pattern}/ in\n{shown}"
        if "first_line" in turn:
            assert regex.search(turn["first_line"], text.split("\n")[0]), shown
        if "value" in turn:
            assert turn["value"] in [f["value"] for f in facts], shown
        if "cites" in turn:
            assert turn["cites"] in cited, shown
        assert reply["handled_by"] == turn.get("handled_by", "bot"), shown
        for fact in facts:
            assert fact["region_name"], shown
            assert 0 <= fact["citation"] < max(len(m["citations"]) for m in reply["messages"]), shown
