"""The same thing done by several processes at the same moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READY = "print('ready', flush=True); import sys; sys.stdin.readline()"


def run_at_once(load: str, do: str, *given: str, processes: int = 2) -> list[tuple[str, int]]:
    """Run ``load`` in each, then ``do`` in all at once; the end of what each wrote to stderr, and its status."""
    started = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", "\n".join((load, READY, do)), *given], cwd=ROOT, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        for _ in range(processes)
    ]
    for p in started:
        assert p.stdout.readline() == "ready\n", p.stderr.read()
    for p in started:
        p.stdin.write("\n")
        p.stdin.flush()
    return [(p.communicate(timeout=60)[1][-300:], p.returncode) for p in started]
