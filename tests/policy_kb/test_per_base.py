"""What is worked out from a whole base is there before anybody waits for it."""

from __future__ import annotations

import threading

import pytest

from policy_kb import per_base
from policy_kb.names import NameIndex, names_of
from policy_kb.reader import Reader
from policy_kb.relevance import Relevance, relevance_of
from policy_kb.search.question import Questions, questions_of


def test_everything_made_of_a_base_is_made_ahead(shipped, monkeypatch):
    per_base.work_out(shipped)
    for made in (NameIndex, Questions, Relevance):
        monkeypatch.setattr(made, "__init__", lambda *a: pytest.fail("made once more"))
    for of in (names_of, questions_of, relevance_of):
        assert of(shipped)
    assert {"by_subject", "by_benefit", "provision_of", "regions_with_data", "lead_of"} <= set(vars(shipped))


def test_names_are_read_from_a_base_once(shipped):
    assert questions_of(shipped).names is names_of(shipped)


class Versions:
    """A store whose newest version the test decides."""

    def __init__(self, monkeypatch, *versions):
        self.versions, self.newest = versions, 0
        monkeypatch.setattr("policy_kb.reader.current_version", lambda engine: self.versions[self.newest].version)
        monkeypatch.setattr("policy_kb.reader.read", lambda engine: self.versions[self.newest])


class Base:
    def __init__(self, version: int):
        self.version = version


def test_a_watched_version_is_given_only_after_it_was_prepared(monkeypatch):
    old, new = Base(1), Base(2)
    store = Versions(monkeypatch, old, new)
    reader = Reader(None, every=0)
    asked, go_on = threading.Event(), threading.Event()

    def prepare(kb):
        if kb is new:
            asked.set()
            assert go_on.wait(20)

    reader.watch(prepare)
    try:
        assert reader.get() is old
        store.newest = 1
        assert asked.wait(20)
        assert reader.get() is old  # and nobody waits meanwhile
        go_on.set()
        while reader.get() is old:
            threading.Event().wait(0.01)
        assert reader.get() is reader.watched is new
    finally:
        go_on.set()
        reader.stop()


def test_what_is_read_already_is_prepared_when_watching_begins(monkeypatch):
    Versions(monkeypatch, Base(1))
    reader, seen = Reader(None), []
    reader.get()
    assert reader.watched is None
    reader.watch(seen.append)
    reader.stop()
    assert [kb.version for kb in seen] == [1]


def test_a_version_that_cannot_be_prepared_leaves_the_last_good_one(monkeypatch):
    store = Versions(monkeypatch, Base(1), Base(2))
    reader, tried = Reader(None, every=0), threading.Event()

    def prepare(kb):
        if kb.version == 2:
            tried.set()
            raise ValueError

    reader.watch(prepare)
    try:
        assert reader.get().version == 1
        store.newest = 1
        assert tried.wait(20)
        assert reader.get().version == 1
    finally:
        reader.stop()
