"""What browsers load: the resident's page, and the widget for pages anywhere. From memory, packed, sent once while the same."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from bot.gateway.caching import unless_known
from policy_kb.language.text import traditional

WEB = Path(__file__).resolve().parent.parent / "web"
MINUTES = "public, max-age=300, stale-while-revalidate=86400"
AT_ONCE = "no-cache"


@dataclass(frozen=True)
class Asset:
    """A file as it is sent. ``etag`` says what is in it."""

    body: bytes
    packed: bytes
    etag: str
    content_type: str
    caching: str

    @classmethod
    def of(cls, body: bytes, content_type: str, caching: str) -> Asset:
        return cls(body, gzip.compress(body, 9, mtime=0), hashlib.sha256(body).hexdigest()[:32], content_type, caching)

    async def serve(self, request: web.Request) -> web.Response:
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        headers = {
            "Cache-Control": self.caching, "Vary": "Accept-Encoding, Origin",
            "Cross-Origin-Resource-Policy": "cross-origin",  # to load, not to ask the API
        } | ({"Content-Encoding": "gzip"} if packed else {})
        body = self.packed if packed else self.body
        response = web.Response(body=body, headers=headers, content_type=self.content_type, charset="utf-8")
        return unless_known(request, self.etag, response)


def _in_traditional_characters() -> bytes:
    texts = json.loads((WEB / "src" / "texts.json").read_text(encoding="utf-8"))
    return json.dumps({name: traditional(text) for name, text in texts.items()}, ensure_ascii=False).encode()


def load_assets() -> dict[str, Asset]:
    """By path. Raises ``OSError`` where the widget was never made."""
    def file(name: str, content_type: str, caching: str = MINUTES) -> Asset:
        return Asset.of((WEB / name).read_bytes(), content_type, caching)

    return {
        "/": file("index.html", "text/html", AT_ONCE),
        "/widget.js": file("built/widget.js", "text/javascript"),
        "/widget.css": file("built/widget.css", "text/css"),
        "/widget-hant.json": Asset.of(_in_traditional_characters(), "application/json", MINUTES),
        "/icon.svg": file("icon.svg", "image/svg+xml"),
    }
