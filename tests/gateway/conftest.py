"""The gateway's fixtures. Tests here may be coroutines; none may take longer than half a minute."""

from __future__ import annotations

import asyncio
import inspect
import io
import json
import logging

import pytest

from bot.gateway import logs
from policy_kb import Reader, open_engine, store
from policy_kb.loader import SHIPPED
from tests.gateway.house import Street
from tests.gateway.people import QUICK

LONGEST = 30


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    given = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
    asyncio.run(asyncio.wait_for(pyfuncitem.obj(**given), LONGEST))
    return True


@pytest.fixture(autouse=True)
def _quick_hashes(monkeypatch):
    """Passwords cost a quarter of a second each, on purpose; not here."""
    monkeypatch.setattr("desk.passwords._HASHER", QUICK)


@pytest.fixture(scope="session")
def knowledge_url(tmp_path_factory) -> str:
    """The shipped knowledge, loaded once."""
    url = f"sqlite:///{tmp_path_factory.mktemp('kb') / 'kb.db'}"
    store.load(open_engine(url), [SHIPPED])
    return url


@pytest.fixture(scope="session")
def knowledge(knowledge_url) -> Reader:
    return Reader(open_engine(knowledge_url, read_only=True))


@pytest.fixture
def street(knowledge, knowledge_url, tmp_path, monkeypatch) -> Street:
    """Where gateways are opened: ``async with street.open() as house``."""
    monkeypatch.setenv("HUIMIN_KB_URL", knowledge_url)
    monkeypatch.setenv("HUIMIN_DESK_URL", f"sqlite:///{tmp_path / 'desk.db'}")
    monkeypatch.setenv("HUIMIN_VAR", str(tmp_path))
    monkeypatch.delenv("HUIMIN_SECRET_KEY", raising=False)
    monkeypatch.setattr("bot.gateway.rasa_client.ONE_TRY", 10.0)
    monkeypatch.setattr("bot.gateway.turns.FIRST_PAUSE", 0.02)
    return Street(knowledge)


class Written:
    """What was written to the log."""

    def __init__(self, stream: io.StringIO):
        self._stream = stream

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    def lines(self, event: str | None = None) -> list[dict]:
        every = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in every if event is None or line["event"] == event]


@pytest.fixture
def log():
    """The log as JSON, everything from DEBUG on; put back afterwards."""
    root, ours = logging.getLogger(), logging.getLogger(logs.OURS)
    before = root.handlers[:], root.level, ours.level
    stream = io.StringIO()
    logs.configure("DEBUG", "json", stream)
    yield Written(stream)
    root.handlers[:] = before[0]
    root.setLevel(before[1])
    ours.setLevel(before[2])
