"""The trained assistant in this process, as Rasa runs it and as we do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from bot import training
from bot.rasa_host import lean  # noqa: F401  (before Rasa)
from policy_kb import store
from policy_kb.engines import open_engine
from policy_kb.loader import SHIPPED

import rasa.core.agent  # isort: skip

from bot.rasa_host import graph, patches, server  # isort: skip
from bot.rasa_host.inner_actions import InnerActions  # isort: skip
from bot.rasa_host.tracker_store import SnapshotTrackerStore  # isort: skip


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """The model's file, beside a knowledge store of its own."""
    url = f"sqlite:///{tmp_path_factory.mktemp('kb') / 'kb.db'}"
    store.load(open_engine(url), [SHIPPED])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUIMIN_KB_URL", url)
        yield training.train_if_needed()


@pytest.fixture(scope="session")
def stock(model) -> rasa.core.agent.Agent:
    """Rasa as it is, but for what the endpoints let one choose: where actions run and where trackers are kept."""
    agent = rasa.core.agent.Agent.load(str(model), action_endpoint=InnerActions())
    agent.tracker_store = agent.processor.tracker_store = SnapshotTrackerStore(agent.domain)
    return agent


@pytest.fixture
def ours(stock) -> Iterator[rasa.core.agent.Agent]:
    """The same nodes with everything replaced that we replace; Rasa is as before afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        for place, name in patches.REPLACED:
            patch.setattr(place, name, place.__dict__.get(name), raising=False)
        runner = stock.processor.graph_runner
        patches.apply()
        patches.know_whether_domain_is_empty(stock.domain)
        stock.processor.graph_runner = graph.OrderedGraphRunner(runner)
        yield stock
        stock.processor.graph_runner = runner
        del stock.domain.is_empty


def without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: without_times(v) for k, v in value.items() if k != "timestamp"}
    return [without_times(v) for v in value] if isinstance(value, list) else value


def talk(agent: rasa.core.agent.Agent, texts: list[str]) -> list[dict[str, Any]]:
    """The turns of one conversation, each with its messages and the context after it."""

    async def turns() -> list[dict[str, Any]]:
        context, said = None, []
        for text in texts:
            asked = {"payload": text} if text.startswith("/") else {"text": text}
            said.append(await server.answer(agent, {"context": context, "metadata": {"as_of": "2026-03-01"}, **asked}))
            context = said[-1]["context"]
        return said

    return asyncio.run(turns())
