"""How long a turn spent where."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

STAGES = ("save", "queue", "rasa", "commit")


class Stages:
    """Seconds by stage: saving the message, waiting until its turn is begun, asking Rasa (all tries), committing the reply.

    A stage that a turn never came to has no time: one that a person answers never asks Rasa.
    """

    def __init__(self, saved_in: float | None = None):
        self._took: dict[str, float] = {} if saved_in is None else {"save": saved_in}
        self._submitted: float | None = time.monotonic()
        self.tries = 0

    def begin(self) -> None:
        """A try begins: with the first one waiting is over."""
        self.tries += 1
        if self._submitted is not None:
            self._took["queue"] = time.monotonic() - self._submitted
            self._submitted = None

    @contextlib.contextmanager
    def of(self, stage: str) -> Iterator[None]:
        """Count the time inside to ``stage``."""
        began = time.monotonic()
        try:
            yield
        finally:
            self._took[stage] = self._took.get(stage, 0.0) + time.monotonic() - began

    def taken(self) -> list[tuple[str, float]]:
        """(stage, seconds), in the order of a turn."""
        return [(stage, self._took[stage]) for stage in STAGES if stage in self._took]

    def in_ms(self) -> dict[str, float]:
        """``{"save_ms": 1.2, …}``."""
        return {f"{stage}_ms": milliseconds(took) for stage, took in self.taken()}


def milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
