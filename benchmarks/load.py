"""Many residents at once: conversations of ten turns each, one message after another, for a fixed time."""

from __future__ import annotations

import asyncio
import itertools
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from tests.nlu.held_out import held_out

TURNS_EACH = 10
# What goes to a person or ends a conversation is left out: the gateway would answer it without the assistant.
ASKING = {"ask_policy", "check_eligibility", "inform", "out_of_scope", "greet", "thanks", "capabilities"}

# One conversation: a message → what was said. A new one is begun by the function that gives it.
Say = Callable[[str], Awaitable[str]]


def questions() -> list[str]:
    """Utterances that the assistant was not trained on, always in the same order."""
    asked = [u.text for u in held_out() if u.intent in ASKING]
    random.Random(20).shuffle(asked)
    return asked


def conversations(asked: list[str]) -> Iterator[list[str]]:
    """The questions of one conversation after another, without end."""
    around = itertools.cycle(asked)
    while True:
        yield list(itertools.islice(around, TURNS_EACH))


@dataclass(frozen=True)
class Window:
    """What was measured in one window: seconds of every turn that ended in it."""

    seconds: float
    times: list[float]

    @property
    def figures(self) -> dict[str, float]:
        """Messages a second, and milliseconds a turn."""
        ordered = sorted(self.times)
        return {
            "messages_per_second": len(ordered) / self.seconds,
            "p50_ms": 1000 * statistics.median(ordered),
            "p95_ms": 1000 * ordered[int(0.95 * (len(ordered) - 1))],
        }


async def load(begin: Callable[[], Say], asked: list[str], at_once: int, seconds: float) -> Window:
    """Keep ``at_once`` conversations going for so many seconds. Every turn must say something."""
    waiting, times = conversations(asked), []
    started = time.perf_counter()

    async def resident() -> None:
        while True:
            say = begin()
            for question in next(waiting):
                before = time.perf_counter()
                if before - started > seconds:
                    return
                said = await say(question)
                assert said, question
                times.append(time.perf_counter() - before)

    await asyncio.gather(*(resident() for _ in range(at_once)))
    return Window(time.perf_counter() - started, times)


async def long_conversation(begin: Callable[[], Say], asked: list[str], turns: int = 100) -> list[float]:
    """Seconds of each turn of one conversation."""
    say, times = begin(), []
    for question in itertools.islice(itertools.cycle(asked), turns):
        before = time.perf_counter()
        assert await say(question), question
        times.append(time.perf_counter() - before)
    return times
