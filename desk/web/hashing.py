"""Password hashes off the event loop, no more than two at once: each takes 64 MB and a core for about 0.1 s."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
_WORKERS = ThreadPoolExecutor(2, "password")


async def work(job: Callable[..., T], *args: object) -> T:
    return await asyncio.get_running_loop().run_in_executor(_WORKERS, job, *args)
