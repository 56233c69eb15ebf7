"""Processes forked out of one: each started, again when it dies, and all ended together. Real processes, which serve nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.service import ROOT, wait_for

# Each writes down that it runs and waits; with "patiently" it needs a moment to end when it is told to, with "never" it fails.
PROGRAM = """
import os, signal, sys, time
from bot.rasa_host import workers
from bot import children
folder, how, *ports = sys.argv[1:]
children.FIRST_PAUSE = float(os.environ.get("PAUSE", "0.05"))
loaded = os.getpid()

def serve(port):
    def ended(*_):
        time.sleep(0.3 if how == "patiently" else 0)
        open(f"{folder}/ended-{port}", "a").write("x")
        sys.exit(0)
    signal.signal(signal.SIGTERM, ended)
    open(f"{folder}/started-{port}", "a").write(f"{os.getpid()} {loaded} ")
    if how == "never":
        raise RuntimeError("cannot serve")
    while True:
        time.sleep(60)

workers.keep([int(p) for p in ports], serve)
"""


class Running:
    """The program above with ``ports``."""

    def __init__(self, folder: Path, how: str, ports: tuple[int, ...], pause: float):
        self.folder, self.ports = folder, ports
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", PROGRAM, str(folder), how, *map(str, ports)], cwd=ROOT,
            env=os.environ | {"PAUSE": str(pause)}, stderr=subprocess.PIPE, text=True,
        )

    def started(self, port: int) -> list[int]:
        """Whoever served the port, one after the other."""
        return self._noted(port)[::2]

    def loaded(self, port: int) -> set[int]:
        """Where each of them was forked from."""
        return set(self._noted(port)[1::2])

    def _noted(self, port: int) -> list[int]:
        file = self.folder / f"started-{port}"
        return [int(pid) for pid in file.read_text().split()] if file.exists() else []

    def ended(self) -> set[int]:
        return {port for port in self.ports if (self.folder / f"ended-{port}").exists()}

    def until_started(self, times: int = 1, ports: tuple[int, ...] = ()) -> None:
        wait_for(lambda: all(len(self.started(p)) >= times for p in ports or self.ports), 10, "started")

    def alive(self) -> list[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            return [p for p in psutil.Process(self.process.pid).children() if p.status() != psutil.STATUS_ZOMBIE]
        return []


@pytest.fixture
def running(tmp_path) -> Iterator:
    begun: list[Running] = []

    def begin(how: str = "at once", ports: tuple[int, ...] = (1, 2, 3), pause: float = 0.05) -> Running:
        begun.append(Running(tmp_path, how, ports, pause))
        return begun[-1]

    yield begin
    for one in begun:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()


def test_there_is_a_process_for_each_port_forked_from_the_one_that_loaded(running):
    house = running()
    house.until_started()
    assert len({house.started(port)[0] for port in house.ports}) == 3
    assert {pid for port in house.ports for pid in house.loaded(port)} == {house.process.pid}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_one_that_ends_is_forked_again_and_the_others_are_left_alone(running, number):
    house = running()
    house.until_started()
    others = [house.started(1), house.started(3)]
    os.kill(house.started(2)[0], number)
    house.until_started(2, (2,))
    assert [house.started(1), house.started(3)] == others
    assert len(house.alive()) == 3
    assert house.loaded(2) == {house.process.pid}


def test_one_that_dies_at_once_is_not_forked_again_and_again_without_a_pause(running):
    house = running("never", (1,))
    house.until_started(4)
    house.process.send_signal(signal.SIGTERM)
    _, said = house.process.communicate(timeout=10)
    assert "again in 0.1 s" in said
    assert "again in 0.2 s" in said
    assert "cannot serve" in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_all_are_told_and_waited_for(running, number):
    house = running("patiently")
    house.until_started()
    house.process.send_signal(number)
    assert house.process.wait(10) == 0
    assert house.ended() == {1, 2, 3}
    assert house.alive() == []


def test_a_stop_while_one_rests_ends_the_others_and_starts_none(running):
    house = running(pause=3600.0)
    house.until_started()
    os.kill(house.started(2)[0], signal.SIGKILL)
    wait_for(lambda: len(house.alive()) == 2, 10, "one is dead")
    house.process.send_signal(signal.SIGTERM)
    assert house.process.wait(10) == 0
    assert house.ended() == {1, 3}
    assert len(house.started(2)) == 1


def test_none_outlives_the_process_that_forked_it_however_that_dies(running):
    house = running()
    house.until_started()
    left = house.alive()
    house.process.kill()
    _, alive = psutil.wait_procs(left, timeout=10)
    assert alive == []
