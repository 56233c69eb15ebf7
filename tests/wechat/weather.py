"""What can go wrong between the platform, the gateway and back: by chance from a seed, or the next time on demand."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field

# On the way to the gateway.
LOSE_REQUEST, LOSE_ANSWER, DOUBLE, HOLD = "lose_request", "lose_answer", "double", "hold"
# On the way of what it asks the platform for.
BUSY, CUT_AFTER, CUT_BEFORE, EXPIRE, SLOW = "busy", "cut_after", "cut_before", "expire", "slow"
POSTS, CALLS = (LOSE_REQUEST, LOSE_ANSWER, DOUBLE, HOLD), (BUSY, CUT_AFTER, CUT_BEFORE, EXPIRE, SLOW)


@dataclass
class Weather:
    """How likely each is, 0 to 1, each time. What is put into ``next`` comes first, one for each time that its way is gone.

    ``lose_request``: the gateway never sees it. ``lose_answer``: the platform never sees the answer. ``double``: posted twice at once.
    ``hold``: posted late, so that another overtakes it. ``busy``: answered -1. ``cut_after``: delivered, then the connection is
    cut; ``cut_before``: cut and not delivered. ``expire``: the token holds no more. ``slow``: answered after ``pause`` seconds.
    """

    seed: int = 0
    lose_request: float = 0.0
    lose_answer: float = 0.0
    double: float = 0.0
    hold: float = 0.0
    busy: float = 0.0
    cut_after: float = 0.0
    cut_before: float = 0.0
    expire: float = 0.0
    slow: float = 0.0
    pause: float = 0.1
    next: deque[str] = field(default_factory=deque)
    chance: random.Random = field(init=False, repr=False)

    def __post_init__(self):
        self.chance = random.Random(self.seed)

    def strikes(self, way: tuple[str, ...]) -> str | None:
        """What goes wrong this time, None where nothing does."""
        for wanted in self.next:
            if wanted in way:
                self.next.remove(wanted)
                return wanted
        drawn = self.chance.random()
        for what in way:
            drawn -= getattr(self, what)
            if drawn < 0:
                return what
        return None
