"""Whatever goes wrong on the machine ends in one clear sentence, and what dies is started again."""

from __future__ import annotations

import errno
import json
import signal
import socket
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import regex
import sqlalchemy as sa

from bot import launcher, preparation, training
from bot.launcher import Child, check_port
from bot.settings import Settings
from bot.terminal import CannotRun
from policy_kb import store as kb_store


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Nothing of the checkout's var/, no child process, and no setting of whoever runs the tests."""
    monkeypatch.setenv("HUIMIN_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("HUIMIN_KB_URL", f"sqlite:///{tmp_path / 'kb.db'}")
    monkeypatch.setenv("HUIMIN_DESK_URL", f"sqlite:///{tmp_path / 'desk.db'}")
    for name in ("HUIMIN_PORT", "HUIMIN_HOST", "HUIMIN_RATE_LIMIT", "HUIMIN_PUBLIC_URL", "HUIMIN_RASA_PROCESSES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(launcher.subprocess, "Popen", lambda *a, **k: pytest.fail("a child was started"))
    # No test may send a real signal: a made-up process has no number, and killpg(1) would reach every process there is.
    monkeypatch.setattr(launcher.os, "killpg", lambda *a: pytest.fail("a signal was sent"))
    monkeypatch.setattr(launcher, "check_port", lambda host, port: None)


def run(capsys, main=launcher.run) -> str:
    """Run the launcher, which must fail; gives the sentence it says."""
    assert main() == 1
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    return said.out


def prepare(capsys) -> str:
    """Prepare, which must fail; gives the sentence that is said."""
    return run(capsys, preparation.main)


def raises(error: BaseException):
    def do(*args, **more):
        raise error

    return do


# -- before anything starts


def test_a_port_somebody_uses_is_named_with_a_way_out():
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        with pytest.raises(CannotRun, match=rf"{port}.*占用.*HUIMIN_PORT="):
            check_port("127.0.0.1", port)


def test_a_free_port_is_fine_and_stays_free():
    port = launcher.free_ports(1)[0]
    check_port("127.0.0.1", port)
    check_port("127.0.0.1", port)


def test_a_port_without_permission_is_said_so(monkeypatch):
    monkeypatch.setattr(socket.socket, "bind", raises(PermissionError(errno.EACCES, "Permission denied")))
    with pytest.raises(CannotRun, match=r"没有权限.*80.*1024"):
        check_port("127.0.0.1", 80)


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
def test_an_address_that_is_not_this_machines_is_said_so(host):
    with pytest.raises(CannotRun, match="HUIMIN_HOST"):
        check_port(host, 8080)


@pytest.mark.parametrize(
    ("name", "value"),
    [("HUIMIN_PORT", "abc"), ("HUIMIN_PORT", "0"), ("HUIMIN_PORT", "70000"), ("HUIMIN_PORT", "-1"), ("HUIMIN_PORT", "80.5"),
     ("HUIMIN_PORT", "²"), ("HUIMIN_RATE_LIMIT", "many"), ("HUIMIN_RATE_LIMIT", "-5"),
     ("HUIMIN_RASA_PROCESSES", "0"), ("HUIMIN_RASA_PROCESSES", "33"), ("HUIMIN_RASA_PROCESSES", "两个"),
     ("HUIMIN_RASA_PROCESSES", "1.5")],
)
def test_a_bad_setting_is_named_with_its_value(monkeypatch, capsys, name, value):
    monkeypatch.setenv(name, value)
    said = run(capsys)
    assert name in said
    assert value in said
    assert regex.search(r"\p{Han}", said)


def test_settings_left_empty_are_the_defaults(monkeypatch):
    for name in ("HUIMIN_PORT", "HUIMIN_RATE_LIMIT", "HUIMIN_REGION", "HUIMIN_ALLOWED_ORIGINS"):
        monkeypatch.setenv(name, "")
    settings = Settings.from_environment()
    assert (settings.port, settings.rate_limit, settings.region, settings.allowed_origins) == (8080, 30, None, frozenset())


def test_a_full_disk_is_said_so_with_what_could_not_be_written(monkeypatch, capsys):
    monkeypatch.setattr(preparation, "prepare", raises(OSError(errno.ENOSPC, "No space left on device", "/data/kb.db")))
    said = prepare(capsys)
    assert "磁盘满了" in said
    assert "/data/kb.db" in said


def test_a_full_disk_under_the_database_is_said_so(monkeypatch, capsys):
    full = sa.exc.OperationalError("INSERT", {}, Exception("database or disk is full"))
    monkeypatch.setattr(preparation, "prepare", raises(full))
    assert "磁盘" in prepare(capsys)


def test_a_folder_that_cannot_be_written_is_named(monkeypatch, capsys):
    monkeypatch.setattr(preparation, "prepare", raises(PermissionError(errno.EACCES, "Permission denied", "/data/var")))
    assert "/data/var" in prepare(capsys)


@pytest.mark.parametrize("name", ["HUIMIN_KB_URL", "HUIMIN_DESK_URL"])
@pytest.mark.parametrize("url", ["nonsense", "sqlite:////proc/nowhere/x.db", "nosuchdatabase://x/y"])
def test_a_database_address_that_leads_nowhere_is_said_so(monkeypatch, capsys, name, url):
    monkeypatch.setattr(kb_store, "refresh", lambda engine: (1, False) if name != "HUIMIN_KB_URL" else engine.connect())
    monkeypatch.setenv(name, url)
    assert regex.search(r"\p{Han}", prepare(capsys))


@pytest.mark.parametrize(
    ("content", "told"),
    [("benefits:\n  - {id: x, name: [", "benefits.yaml"), ("benefits:\n  - {id: minimum_living_allowance}", "benefits.yaml")],
    ids=["no YAML", "a field missing"],
)
def test_a_mistake_in_the_policy_data_is_shown_with_its_file_and_no_child_is_started(
    monkeypatch, capsys, tmp_path, content, told
):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "benefits.yaml").write_text(content, encoding="utf-8")
    monkeypatch.setattr(kb_store, "SHIPPED", tmp_path / "data")
    said = prepare(capsys)
    assert "没有启动" in said
    assert told in said


def test_a_failed_training_names_where_its_output_is(monkeypatch, capsys):
    monkeypatch.setattr(preparation, "prepare", raises(training.TrainingFailed("rasa train 退出码 1，详细输出在 /var/train.log")))
    assert "/var/train.log" in prepare(capsys)


def test_ctrl_c_while_preparing_ends_quietly(monkeypatch, capsys):
    monkeypatch.setattr(launcher, "prepare", raises(KeyboardInterrupt()))
    assert "已停止" in run(capsys)


# -- children


class Clock:
    def __init__(self, monkeypatch):
        self.now = 1000.0
        monkeypatch.setattr(launcher.time, "monotonic", lambda: self.now)


class Process:
    """A process that is dead when the test says so."""

    pid, returncode = None, None

    def __init__(self, *args, **more):
        pass

    def poll(self):
        return self.returncode

    def wait(self, timeout=None):
        return self.returncode


@pytest.fixture
def clock(monkeypatch) -> Clock:
    monkeypatch.setattr(launcher.subprocess, "Popen", Process)
    return Clock(monkeypatch)


@pytest.fixture
def child(tmp_path, clock) -> Child:
    return Child("网关", ["true"], {}, tmp_path / "gateway.log")


def dies_and_comes_back(child: Child, clock: Clock, after: float) -> float:
    """How long it takes until a child that dies ``after`` some seconds is running again."""
    child.look_after()
    clock.now += after
    child.process.returncode = 1
    died = clock.now
    child.look_after()
    while child.process is None:
        clock.now += 0.5
        child.look_after()
    return clock.now - died


def test_a_child_that_keeps_dying_is_started_again_after_ever_longer_pauses(child, clock):
    pauses = [dies_and_comes_back(child, clock, after=1) for _ in range(8)]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0]
    assert child.restarts.count == 8


def test_after_a_steady_time_the_pause_is_short_again(child, clock):
    for _ in range(5):
        dies_and_comes_back(child, clock, after=1)
    assert dies_and_comes_back(child, clock, after=3600) == 0.5


def test_a_living_child_is_left_alone(child, clock):
    child.look_after()
    process = child.process
    clock.now += 10_000
    child.look_after()
    assert child.process is process


def test_a_death_is_told_with_name_and_log(child, clock, capsys):
    dies_and_comes_back(child, clock, after=1)
    said = capsys.readouterr().out
    assert "网关" in said
    assert "gateway.log" in said


# -- serving, with the clock and the gateway's word in the test's hands


@pytest.fixture
def links(monkeypatch) -> list[str]:
    """The commands that ask for the link of the first start."""
    asked = []
    monkeypatch.setattr(launcher.subprocess, "run", lambda command, **more: asked.append(" ".join(command[1:])))
    return asked


@pytest.fixture
def serve(monkeypatch, clock, tmp_path, links):
    """Serve with what ``/readyz`` says next; after the last word the launcher is told to stop."""
    stop = {}
    monkeypatch.setattr(launcher.signal, "signal", stop.__setitem__)

    def do(*states) -> int:
        words = iter(states)
        monkeypatch.setattr(launcher, "_checks", lambda url: next(words))
        left = [len(states)]

        def sleep(seconds: float) -> None:
            clock.now += seconds
            left[0] -= 1
            if left[0] <= 0:
                stop[signal.SIGTERM](signal.SIGTERM, None)

        monkeypatch.setattr(launcher.time, "sleep", sleep)
        monkeypatch.setattr(Child, "signal", lambda child, number: None)
        return launcher._serve(Settings.from_environment(), tmp_path / "model.tar.gz")

    return do


NOT_YET = {"ready": False, "checks": {"assistant": False}}


def test_the_address_is_printed_once_when_everything_is_ready(serve, capsys):
    assert serve(None, NOT_YET, {"ready": True, "checks": {}}) == 0
    said = capsys.readouterr().out
    assert said.count("http://127.0.0.1:8080") == 1
    assert said.index("就绪") < said.index("已停止")


@pytest.mark.parametrize(("public", "address"), [(None, "http://127.0.0.1:8080"), ("https://huimin.example.gov.cn", "https://huimin.example.gov.cn")])
def test_the_link_of_the_first_start_is_asked_for_once_and_only_when_ready(serve, links, monkeypatch, public, address):
    if public:
        monkeypatch.setenv("HUIMIN_PUBLIC_URL", public)
    serve(None, NOT_YET)
    assert links == []
    serve(NOT_YET, {"ready": True, "checks": {}})
    assert links == [f"-W ignore -m desk user first --quiet --url {address}"]


def test_a_link_that_is_not_made_in_time_stops_nobody(serve, monkeypatch, capsys):
    monkeypatch.setattr(launcher.subprocess, "run", raises(subprocess.TimeoutExpired("desk", 30)))
    assert serve({"ready": True, "checks": {}}) == 0
    assert "就绪" in capsys.readouterr().out


@pytest.mark.parametrize("word", [{"error": {"code": "server_error", "message": "服务出了点问题"}}, {}, [], "ok"])
def test_a_gateway_that_answers_anything_else_is_waited_for(serve, capsys, word):
    assert serve(word, {"ready": True, "checks": {}}) == 0
    assert "就绪" in capsys.readouterr().out


def test_a_service_that_never_gets_ready_ends_with_the_names_of_its_logs(serve, capsys, clock, monkeypatch):
    monkeypatch.setattr(launcher, "READY_WITHIN", 1.0)
    assert serve(*[NOT_YET] * 50) == 1
    said = capsys.readouterr().out
    assert "rasa.log" in said
    assert "gateway.log" in said


def test_what_readyz_says_is_read_from_a_503_too():
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(503)
            self.end_headers()
            self.wfile.write(json.dumps(NOT_YET).encode())

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert launcher._checks(f"http://127.0.0.1:{server.server_port}") == NOT_YET


def test_no_gateway_is_no_word():
    assert launcher._checks(f"http://127.0.0.1:{launcher.free_ports(1)[0]}") is None


def test_children_talk_on_loopback_with_a_new_secret_each_start(tmp_path: Path):
    first, second = (launcher._children(tmp_path / "m", Settings.from_environment()) for _ in range(2))
    assert {c.environment["HUIMIN_RASA_URL"].rsplit(":", 1)[0] for c in first} == {"http://127.0.0.1"}
    assert len({c.environment["HUIMIN_RASA_SECRET"] for c in first}) == 1
    assert first[0].environment["HUIMIN_RASA_SECRET"] != second[0].environment["HUIMIN_RASA_SECRET"]
    assert not any(c.environment["HUIMIN_RASA_SECRET"] in part for c in first for part in c.command)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_rasa_is_given_as_many_ports_as_it_shall_have_processes_and_the_gateway_knows_them(tmp_path, monkeypatch, count):
    monkeypatch.setenv("HUIMIN_RASA_PROCESSES", str(count))
    rasa, gateway = launcher._children(tmp_path / "m", Settings.from_environment())
    ports = rasa.command[rasa.command.index("--port") + 1 :]
    assert len(set(ports)) == count
    monkeypatch.setenv("HUIMIN_RASA_URL", gateway.environment["HUIMIN_RASA_URL"])
    assert Settings.from_environment().rasa_urls == tuple(f"http://127.0.0.1:{port}" for port in ports)


def test_free_ports_differ_from_each_other():
    assert len(set(launcher.free_ports(32))) == 32


class _Stopping:
    """A child that notes who was told to stop, and who had ended by then."""

    def __init__(self, name: str, told: list[str], ends: bool = True):
        self.name, self._told, self._ends = name, told, ends
        self.patience = 20.0 if name == "gateway" else 0.0
        self.process = self
        self.waited: list[float] = []

    def signal(self, number: int) -> None:
        self._told.append(f"{self.name} {signal.Signals(number).name}")

    def wait(self, seconds: float | None = None) -> None:
        if seconds is not None:
            self.waited.append(seconds)
            if not self._ends:
                raise launcher.subprocess.TimeoutExpired("x", seconds)
        self._told.append(f"{self.name} ended")


def test_rasa_is_told_to_stop_when_the_gateway_whose_turns_need_it_has_ended():
    told: list[str] = []
    launcher._stop([_Stopping("rasa", told), _Stopping("gateway", told)])
    assert told == ["gateway SIGTERM", "gateway ended", "rasa SIGTERM", "rasa ended"]


def test_the_gateway_gets_the_time_of_its_running_turns_before_it_is_killed():
    told: list[str] = []
    gateway = _Stopping("gateway", told, ends=False)
    launcher._stop([gateway])
    assert gateway.waited[0] > 20.0
    assert told == ["gateway SIGTERM", "gateway SIGKILL", "gateway ended"]
