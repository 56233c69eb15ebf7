"""Why a page is not shown."""

from __future__ import annotations


class Stopped(Exception):
    """``why`` names the sentence in ``texts.yaml``, with ``stop_`` before it."""

    def __init__(self, status: int, why: str, headers: dict[str, str] | None = None, **values: object):
        super().__init__(why)
        self.status, self.why, self.headers, self.values = status, f"stop_{why}", headers or {}, values
