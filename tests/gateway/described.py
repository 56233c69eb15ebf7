"""Holds what the gateway answers against its own description: an undocumented field, status or type is a finding."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import jsonschema_rs
from aiohttp import web

from bot.gateway.openapi import document
from policy_kb.loader import SHIPPED, read_knowledge

SERVICE = ("/api/", "/healthz", "/readyz")


@lru_cache(maxsize=1)
def shipped_document() -> dict[str, Any]:
    """The document of the shipped knowledge, for what must be there when tests are collected."""
    return json.loads(json.dumps(document(read_knowledge([SHIPPED], version=1))))


class Description:
    """A document, with a validator for each thing that it describes."""

    def __init__(self, whole: dict[str, Any]):
        self.document = whole
        self._validator = lru_cache(maxsize=None)(self._made)

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        return self.document["paths"].get(path, {}).get(method.lower())

    def problems(self, method: str, path: str, status: int, content_type: str, body: bytes) -> list[str]:
        """What is wrong with one answer of one operation."""
        operation = self.operation(method, path)
        if operation is None:
            return [f"{method} {path} is not described"]
        response = operation["responses"].get(str(status))
        where = f"{method} {path} {status}"
        if response is None:
            return [f"{where} is not described"]
        content = response.get("content", {})
        if not content:
            return [f"{where} has a body"] if body else []
        if content_type not in content:
            return [f"{where} is {content_type}"]
        said = json.loads(body) if content_type == "application/json" else body.decode()
        return [f"{where}: {problem}" for problem in self.wrong(content[content_type]["schema"], said)]

    def wrong(self, schema: dict[str, Any], said: Any) -> list[str]:
        """Where something is not as its schema says."""
        return [f"{'/'.join(map(str, e.instance_path))}: {e.message[:300]}" for e in self._validator(json.dumps(schema)).iter_errors(said)]

    def wrong_as(self, component: str, said: Any) -> list[str]:
        return self.wrong({"$ref": f"#/components/schemas/{component}"}, said)

    def _made(self, schema: str) -> Any:
        whole = json.loads(schema) | {"components": self.document["components"]}
        return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


class Witness:
    """Sees every answer of an application and notes what is not as described. ``seen``: operations with their statuses."""

    def __init__(self, description: Description):
        self._description = description
        self.problems: list[str] = []
        self.seen: set[tuple[str, str, int]] = set()

    async def __call__(self, request: web.Request, response: web.StreamResponse) -> None:
        if request.method in {"HEAD", "OPTIONS"} or not request.path.startswith(SERVICE):
            return
        resource = request.match_info.route.resource
        if resource is not None and not isinstance(response, web.Response):  # a stream: what it says comes later
            self.seen.add((request.method, resource.canonical, response.status))
            self.problems += self._description.problems(request.method, resource.canonical, response.status, response.content_type, b"")
            return
        body = response.body if isinstance(response.body, bytes) else b""
        if resource is None:  # no such page, no such method
            self.problems += self._description.wrong_as("Error", json.loads(body))
            return
        self.seen.add((request.method, resource.canonical, response.status))
        self.problems += self._description.problems(request.method, resource.canonical, response.status, response.content_type, body)
