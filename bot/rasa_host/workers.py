"""Several processes out of one: what was loaded once is shared by all, a page for as long as nobody writes to it.

The process that forks them only waits, and has no other thread: what it loaded stays as it was, so that each one forked later, in
place of one that died, is like the first.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Sequence

from bot.children import Restarts, die_with_parent

log = logging.getLogger("huimin.rasa")
AWAITED = {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD}


def keep(ports: Sequence[int], serve: Callable[[int], object]) -> None:
    """Run ``serve(port)`` in a process of its own for each port, and again where one ends, until SIGTERM or SIGINT; then tell
    them all to stop and wait until they have.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
    workers = [_Worker(port, serve) for port in ports]
    while True:
        pauses = [pause for worker in workers if (pause := worker.look_after()) is not None]
        got = signal.sigtimedwait(AWAITED, min(pauses)) if pauses else signal.sigwaitinfo(AWAITED)
        if got is not None and got.si_signo != signal.SIGCHLD:
            break
    for worker in workers:
        worker.tell_to_stop()
    for worker in workers:
        worker.wait()


class _Worker:
    def __init__(self, port: int, serve: Callable[[int], object]):
        self._port, self._serve = port, serve
        self._pid: int | None = None
        self._started = self._start_at = 0.0
        self._restarts = Restarts()

    def look_after(self) -> float | None:
        """Start it where it does not run and its pause is over; how many seconds of the pause are left, None where it runs."""
        now = time.monotonic()
        if self._pid is not None:
            ended, status = os.waitpid(self._pid, os.WNOHANG)
            if ended:
                pause = self._restarts.pause_after(now - self._started)
                log.error(
                    "the process on port %d ended with %d, again in %.1f s", self._port, os.waitstatus_to_exitcode(status), pause
                )
                self._pid, self._start_at = None, now + pause
        if self._pid is None and now >= self._start_at:
            self._start()
        return None if self._pid is not None else self._start_at - now

    def _start(self) -> None:
        parent = os.getpid()
        self._pid, self._started = os.fork(), time.monotonic()
        if self._pid:
            return
        status = 1
        try:
            die_with_parent()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, AWAITED)
            if os.getppid() == parent:  # else it died before it could be told
                self._serve(self._port)
                status = 0
        except BaseException:
            log.exception("the process on port %d", self._port)
        finally:
            os._exit(status)

    def tell_to_stop(self) -> None:
        if self._pid is not None:
            os.kill(self._pid, signal.SIGTERM)

    def wait(self) -> None:
        if self._pid is not None:
            os.waitpid(self._pid, 0)
