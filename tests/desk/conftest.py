"""A desk store of its own for each test."""

from __future__ import annotations

import sys
import uuid

import pytest

from desk import conversations as talk
from desk.__main__ import main
from desk.store import open_store


@pytest.fixture
def url(tmp_path) -> str:
    return f"sqlite:///{tmp_path / 'desk.db'}"


@pytest.fixture
def store(url):
    engine = open_store(url)
    yield engine
    engine.dispose()


@pytest.fixture
def db(store):
    """An open transaction."""
    with store.begin() as connection:
        yield connection


@pytest.fixture
def db_of_either_kind(database_url):
    """An open transaction, once on SQLite and once on PostgreSQL."""
    engine = open_store(database_url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def incoming():
    """Make a resident's message."""

    def make(text: str = "低保多少钱", **given) -> talk.Incoming:
        return talk.Incoming(**{"client_id": uuid.uuid4().hex, "body_mac": text, "text": text} | given)

    return make


@pytest.fixture
def conversation(db, incoming) -> str:
    """A conversation with one unanswered message."""
    return talk.begin(db, incoming())[0]


@pytest.fixture
def desk(url, monkeypatch, capsys):
    """A desk command in this process: (exit status, what it printed, what it complained of)."""
    monkeypatch.setenv("HUIMIN_DESK_URL", url)

    def run(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["desk", *args])
        status = main()
        return status, *capsys.readouterr()

    return run
