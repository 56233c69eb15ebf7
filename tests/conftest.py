"""Fixtures that the tests of several rooms share. Nothing heavy at import, and never Rasa."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

from tests import redis_server
from tests.postgres import binaries, new_database, server

settings.register_profile("thorough", max_examples=1000)  # ten times as many as usual
settings.register_profile("quick", max_examples=20)  # where the same is tried at length in the other environment


def missing(what: str, setting: str) -> NoReturn:
    """Skip the test, or fail it where ``setting`` says that it must run."""
    if os.environ.get(setting) == "required":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="session")
def sources() -> Path:
    """The folder of source documents. They are not in the repository; HUIMIN_SOURCES says where they are."""
    given = os.environ.get("HUIMIN_SOURCES")
    if not given:
        pytest.skip("HUIMIN_SOURCES is not set: figures cannot be compared with the documents they were read from")
    folder = Path(given)
    if not folder.is_dir():
        pytest.fail(f"HUIMIN_SOURCES names no folder: {folder}")
    return folder


@pytest.fixture(scope="session")
def postgres():
    """The address of a PostgreSQL server started for these tests, without the database's name."""
    programs = binaries()
    if programs is None:
        missing("PostgreSQL's server programs are not installed: sudo apt install postgresql", "HUIMIN_TEST_POSTGRES")
    with server(programs) as address:
        yield address


@pytest.fixture(scope="session")
def redis_program() -> str:
    """The program of a Redis server that tests may start."""
    return redis_server.program() or missing("redis-server is not installed: sudo apt install redis-server", "HUIMIN_TEST_REDIS")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new empty database, once SQLite and once PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return new_database(request.getfixturevalue("postgres"))
