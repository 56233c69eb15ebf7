"""``GET /api/openapi.json``: the public API described in OpenAPI 3.1, by hand but for what the knowledge base decides."""

from __future__ import annotations

import copy
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.gateway import keys
from bot.gateway.caching import unless_known
from bot.gateway.delivery import takes_script
from bot.gateway.openapi.household import household_schemas
from policy_kb import KnowledgeBase
from policy_kb.per_base import per_base
from policy_kb.yamlfile import read_yaml

_HERE = Path(__file__).parent
# What any request may meet.
_ALWAYS = {500: ["server_error"]}


async def get_openapi(request: web.Request) -> web.Response:
    """The document for the knowledge in use; ``If-None-Match`` with its ETag gives 304."""
    body, tag = _encoded(await keys.knowledge(request.app))
    response = web.Response(body=body, content_type="application/json", charset="utf-8")
    response.headers["Cache-Control"] = "public, max-age=300"
    return unless_known(request, tag, response)


@per_base
def document(kb: KnowledgeBase) -> dict[str, Any]:
    """The whole document. Not to be changed."""
    whole = copy.deepcopy(_read("paths.yaml"))
    for path, item in whole["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                errors = operation.pop("errors", {}) | _ALWAYS
                if takes_script(path):
                    _add_script(operation, errors)
                operation["responses"] |= {str(status): error_response(status, codes) for status, codes in sorted(errors.items())}
    whole["components"]["schemas"] = _read("chat.yaml") | _read("knowledge.yaml") | household_schemas(kb)
    return whole


def _add_script(operation: dict[str, Any], errors: dict[int, list[str]]) -> None:
    """What every route of the API takes: the script to answer in."""
    operation["parameters"] = [*operation.get("parameters", []), {"$ref": "#/components/parameters/Script"}]
    errors[400] = [*errors.get(400, []), *({"bad_shape"} - set(errors.get(400, [])))]


def error_response(status: int, codes: list[str]) -> dict[str, Any]:
    """The response of one status with the codes it can have."""
    known = _read("errors.yaml")
    told = "; ".join(f"`{code}`: {known['codes'][code]}" for code in codes)
    schema = {
        "allOf": [{"$ref": "#/components/schemas/Error"}],
        "properties": {"error": {"type": "object", "properties": {"code": {"enum": codes}}}},
    }
    found = {"description": f"{known['statuses'][status]}. {told}", "content": {"application/json": {"schema": schema}}}
    headers = known["headers"].get(status)
    return found | ({"headers": headers} if headers else {})


@per_base
def _encoded(kb: KnowledgeBase) -> tuple[bytes, str]:
    body = json.dumps(document(kb), ensure_ascii=False, separators=(",", ":")).encode()
    return body, hashlib.sha256(body).hexdigest()[:16]


@lru_cache(maxsize=4)
def _read(name: str) -> dict[str, Any]:
    return read_yaml(_HERE / name)
