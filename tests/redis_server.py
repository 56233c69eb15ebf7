"""A Redis of the tests' own, on a free loopback port, where the program is installed (``HUIMIN_REDIS_SERVER`` names another)."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path


def program() -> str | None:
    return shutil.which(os.environ.get("HUIMIN_REDIS_SERVER", "redis-server"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running(folder: Path, port: int | None = None) -> Iterator[str]:
    """Its address while it runs. It keeps nothing on disk."""
    port = port or free_port()
    command = [program(), "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert any("Ready to accept connections" in line for line in process.stdout), "redis-server did not start"
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
