"""Ask Rasa: (context, message) → (messages, context')."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from pydantic import ValidationError

from bot.gateway.results import Turn

ONE_TRY = aiohttp.ClientTimeout(total=20, connect=2)


FAILURES = ("status", "form", "timeout", "connection", "other")


class RasaFailed(Exception):
    """Rasa did not answer, or not in the agreed form. ``kind`` is one of :data:`FAILURES`."""

    def __init__(self, message: str, kind: str):
        super().__init__(message)
        self.kind = kind


class RasaClient:
    """A client of the loopback server in :mod:`bot.rasa_host`."""

    def __init__(self, url: str, secret: str):
        self._url, self._secret = url, secret
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> RasaClient:
        self._session = aiohttp.ClientSession(timeout=ONE_TRY, trust_env=False)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def turn(self, context: dict | None, *, text: str, payload: str | None, metadata: dict[str, Any]) -> Turn:
        """One turn. Raises :class:`RasaFailed`; nothing has happened then, the same turn can be tried again."""
        body = {"context": context, "text": text, "payload": payload, "metadata": metadata}
        try:
            async with self._session.post(
                f"{self._url}/turn", json=body, headers={"X-Huimin-Secret": self._secret}
            ) as answer:
                if answer.status != 200:
                    raise RasaFailed(f"status {answer.status}", "status")
                return Turn.model_validate(await answer.json())
        except ValidationError as error:
            raise RasaFailed(f"result not in the agreed form: {error.error_count()} errors", "form") from None
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
            raise RasaFailed(type(error).__name__, _kind(error)) from None

    async def ready(self) -> bool:
        try:
            async with self._session.get(f"{self._url}/ready", timeout=aiohttp.ClientTimeout(total=2)) as answer:
                return answer.status == 200 and await answer.json() == {"ready": True}
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError):
            return False


def _kind(error: Exception) -> str:
    if isinstance(error, asyncio.TimeoutError):
        return "timeout"
    if isinstance(error, (aiohttp.ClientPayloadError, aiohttp.ContentTypeError)) or not isinstance(error, aiohttp.ClientError):
        return "form"
    return "connection" if isinstance(error, aiohttp.ClientConnectionError) else "other"
