"""Run the custom actions inside Rasa's own process: no second server, no HTTP, no schema check of our own results."""

from __future__ import annotations

from typing import Any

from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor


class InnerActions(EndpointConfig):
    """An action endpoint whose requests are function calls."""

    def __init__(self, package: str = "actions") -> None:
        super().__init__(url="inner://actions")
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    async def request(self, *args: Any, json: dict[str, Any] | None = None, **kwargs: Any) -> dict[str, Any]:
        return await self._executor.run(json)


def trust_own_results() -> None:
    """Skip Rasa's JSON-schema check of action results: it re-checks the schema itself on every call and takes three
    quarters of a turn. The actions are ours and typed; the gateway checks what they say once more.
    """
    RemoteAction._validate_action_result = lambda self, result: True
