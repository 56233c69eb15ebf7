"""A PostgreSQL server for the tests, of Debian's binaries, in a folder of its own, on a Unix socket only."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa


def binaries() -> Path | None:
    """The folder of the newest server's programs, or None."""
    found = [p.parent for p in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not found and (on_path := shutil.which("initdb")):
        found = [Path(on_path).resolve().parent]
    return max(found, key=lambda p: float(p.parent.name) if p.parent.name.replace(".", "").isdigit() else 0, default=None)


def _as_somebody() -> dict:
    """initdb refuses to run as root: whom to run it as instead."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            somebody = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": somebody.pw_uid, "group": somebody.pw_gid, "extra_groups": []}
    raise RuntimeError("no unprivileged user to run PostgreSQL as")


@contextmanager
def server(programs: Path) -> Iterator[str]:
    """Start a server; gives its address without a database name."""
    somebody = _as_somebody()
    folder = Path(tempfile.mkdtemp(prefix="huimin-pg-", dir="/tmp"))
    try:
        if somebody:
            os.chown(folder, somebody["user"], somebody["group"])
        data = folder / "data"
        environment = os.environ | {"LC_ALL": "C.UTF-8"}

        def run(program: str, *args: str) -> None:
            done = subprocess.run(
                [programs / program, *args], **somebody, env=environment, cwd=folder, text=True, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120,
            )
            if done.returncode:
                raise RuntimeError(f"{program}: {done.stdout}")

        run("initdb", "-D", str(data), "-U", "huimin", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={folder} -c fsync=off -c full_page_writes=off"
        # The server keeps its output open: without -l pg_ctl would never be seen to end.
        run("pg_ctl", "-D", str(data), "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            yield f"postgresql+psycopg2://huimin@/{{database}}?host={folder}"
        finally:
            run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def new_database(address: str) -> str:
    """The address of a new empty place on that server: a schema of its own, much quicker to make than a database."""
    name = f"t{uuid.uuid4().hex}"
    engine = sa.create_engine(address.format(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as db:
        db.execute(sa.text(f"CREATE SCHEMA {name}"))
    engine.dispose()
    return f"{address.format(database='postgres')}&options=-csearch_path%3D{name}"
