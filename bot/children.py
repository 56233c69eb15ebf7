"""For whoever keeps processes running: how long one that died waits to be started again, and that none outlives its parent."""

from __future__ import annotations

import ctypes
import signal
import sys

FIRST_PAUSE, MAX_PAUSE = 0.5, 15.0
STEADY_AFTER = 30.0


class Restarts:
    """The restarts of one process. ``count``: how often it has died."""

    def __init__(self) -> None:
        self.count = 0
        self._pause = FIRST_PAUSE

    def pause_after(self, lived: float) -> float:
        """It died, having lived so many seconds: how many to wait before it is started again, more while it keeps dying."""
        if lived > STEADY_AFTER:
            self._pause = FIRST_PAUSE
        pause, self._pause = self._pause, min(self._pause * 2, MAX_PAUSE)
        self.count += 1
        return pause


def die_with_parent() -> None:
    """On Linux a child that calls this is told to stop when its parent dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)
