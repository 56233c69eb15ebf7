"""The shipped knowledge, read once for all tests of this room, and a way to ask it a question in plain words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from small_kb import TODAY

from policy_kb import Answer, Group, KnowledgeBase, NameIndex, Query, Understanding, answer, interpret, loader, mentions_of
from policy_kb.loader import SHIPPED, read_knowledge
from policy_kb.yamlsource import Source, read_folders


@pytest.fixture(scope="session")
def shipped_sources() -> list[Source]:
    """The shipped YAML files with their lines: what holds the evidence."""
    return read_folders([SHIPPED])


@pytest.fixture(scope="session")
def shipped(shipped_sources: list[Source]) -> KnowledgeBase:
    """``read_knowledge([SHIPPED])``, without parsing the files a second time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "read_folders", lambda folders: shipped_sources)
        return read_knowledge([SHIPPED])


@pytest.fixture(scope="session")
def names(shipped: KnowledgeBase) -> NameIndex:
    return NameIndex(shipped)


@dataclass(frozen=True)
class Asked:
    """One question as it was understood and answered."""

    understood: Understanding
    query: Query
    answer: Answer


@pytest.fixture(scope="session")
def understand(shipped: KnowledgeBase) -> Callable[..., Understanding]:
    """``understand(text, day=…)``: what the shipped names make of a text."""

    def run(text: str, day: dt.date = TODAY) -> Understanding:
        return interpret(shipped, mentions_of(shipped, text, day))

    return run


@pytest.fixture(scope="session")
def ask(shipped: KnowledgeBase, understand: Callable[..., Understanding]) -> Callable[..., Asked]:
    """``ask(text, region=None, day=…)``: names → interpret → answer, as the chat does on a first message."""

    def run(text: str, region: str | None = None, day: dt.date = TODAY) -> Asked:
        said = understand(text, day)
        as_of = dt.date(said.year, 12, 31) if said.year and said.year < day.year else day
        place = said.regions[0] if said.regions else region
        query = Query(
            said.benefits, said.aspect, place, as_of, Group(said.residence, said.categories, said.age), said.topic, text,
            said.institutions, said.seeks, said.needs,
        )
        return Asked(said, query, answer(shipped, query))

    return run
