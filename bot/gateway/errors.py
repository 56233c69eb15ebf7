"""Refusals in the resident's language: ``{"error": {"code", "message"}}``."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.gateway.script import HANS, SCRIPTS, shown
from policy_kb.reader import NothingLoaded
from policy_kb.yamlfile import read_yaml

log = logging.getLogger("huimin.gateway")
CODE = "code"  # where a refusal carries its code for those who count


@lru_cache(maxsize=len(SCRIPTS))
def _sentences(script: str) -> dict[str, str]:
    return shown(read_yaml(Path(__file__).parent / "texts.yaml"), script)


def text(key: str, script: str = HANS, **values: object) -> str:
    """A sentence of ``texts.yaml``; ``values`` stand in it as they are."""
    return _sentences(script)[key].format(**values)


class Refused(Exception):
    """A request that is not taken. ``code`` is a key of ``texts.yaml``."""

    def __init__(self, status: int, code: str, headers: dict[str, str] | None = None, **values: object):
        super().__init__(code)
        self.status, self.code, self.headers = status, code, headers or {}
        self.message = text(code, **values)


def as_json(
    body: object, status: int = 200, headers: dict[str, str] | None = None, default: Callable[[Any], Any] | None = None
) -> web.Response:
    # What was sent may be said back: half a surrogate has no encoding.
    encoded = json.dumps(body, ensure_ascii=False, default=default).encode("utf-8", "replace").decode()
    return web.json_response(text=encoded, status=status, headers={"Cache-Control": "no-store", **(headers or {})})


def refusal(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    answer = as_json({"error": {"code": code, "message": message}}, status, headers)
    answer[CODE] = code
    return answer


@web.middleware
async def errors_in_words(request: web.Request, handler) -> web.StreamResponse:
    """Every refusal has a code and a sentence; an unexpected error shows nothing of its inside."""
    try:
        return await handler(request)
    except Refused as r:
        return refusal(r.status, r.code, r.message, r.headers)
    except web.HTTPRequestEntityTooLarge:
        return refusal(413, "too_large", text("too_large"))
    except web.HTTPMethodNotAllowed as error:
        return refusal(405, "method", text("method"), {"Allow": ",".join(sorted(error.allowed_methods))})
    except NothingLoaded:
        return refusal(503, "nothing_loaded", text("nothing_loaded"))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return refusal(404 if error.status in {403, 404} else error.status, "no_such_page", text("no_such_page"))
    except Exception:
        log.exception("request failed")
        return refusal(500, "server_error", text("server_error"))
