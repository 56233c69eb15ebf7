"""Run the custom actions inside Rasa's own process: no second server, no HTTP."""

from __future__ import annotations

from typing import Any

from rasa.utils.endpoints import EndpointConfig
from rasa_sdk.executor import ActionExecutor


class InnerActions(EndpointConfig):
    """An action endpoint whose requests are function calls."""

    def __init__(self, package: str = "actions") -> None:
        # Our actions read no domain: without this option the whole of it is put together anew for every call.
        super().__init__(url="inner://actions", enable_selective_domain=True)
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    async def request(self, *args: Any, json: dict[str, Any] | None = None, **kwargs: Any) -> dict[str, Any]:
        return await self._executor.run(json)
