"""``python -m bot run``: have the stores and the model prepared, start Rasa and the gateway, keep them running.

Whatever can go wrong on a resident district's machine ends in one clear sentence, not in a traceback.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from bot import training
from bot.children import Restarts, die_with_parent
from bot.settings import BadSetting, Settings
from bot.terminal import CannotRun, no_access, say
from policy_kb.settings import ROOT, var_folder

READY_WITHIN = 120.0
STOP_WITHIN = 8.0


def check_port(host: str, port: int) -> None:
    """Raises :class:`CannotRun` when somebody else listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CannotRun(f"端口 {port} 已经被别的程序占用。请先停掉它，或换一个端口：HUIMIN_PORT=8081 make run") from None
            if error.errno == errno.EACCES:
                raise CannotRun(f"没有权限监听端口 {port}，请用 1024 以上的端口：HUIMIN_PORT=8080 make run") from None
            raise CannotRun(f"不能在 {host}:{port} 上监听：{error.strerror}。请检查 HUIMIN_HOST") from None


def free_ports(count: int) -> list[int]:
    """So many different loopback ports that nobody uses just now."""
    with contextlib.ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def prepare() -> bool:
    """Bring the stores and the model up to date in a process that ends, and says itself what stands in the way.

    Whether it could.
    """
    preparing = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "bot.preparation"], cwd=ROOT, env=_environment(), stdin=subprocess.DEVNULL,
        preexec_fn=die_with_parent,
    )
    try:
        return preparing.wait() == 0
    finally:
        if preparing.poll() is None:
            preparing.terminate()
            preparing.wait()


@dataclass
class Child:
    """One process that is kept running. ``patience``: seconds that it may need to finish what it does when it is to stop."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    patience: float = 0.0
    process: subprocess.Popen | None = None
    started: float = 0.0
    start_at: float = 0.0
    restarts: Restarts = field(default_factory=Restarts)

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True, preexec_fn=die_with_parent,
            )
        self.started = time.monotonic()

    def look_after(self) -> None:
        """Start it again if it died, after a pause that grows while it keeps dying."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_at:
                self.start()
        elif self.process.poll() is not None:
            pause = self.restarts.pause_after(now - self.started)
            say(f"{self.name} 停了（退出码 {self.process.returncode}），{pause:.1f} 秒后重新启动；日志在 {self.log}")
            self.process, self.start_at = None, now + pause

    def signal(self, number: int) -> None:
        if self.process and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


def _environment() -> dict[str, str]:
    return os.environ | {
        "RASA_TELEMETRY_ENABLED": "false",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "OMP_NUM_THREADS": "1",
    }


def _children(model: Path, settings: Settings) -> list[Child]:
    """Rasa, which makes as many processes of itself as it is given ports, and the gateway, which knows them all."""
    ports = free_ports(settings.rasa_processes)
    environment = _environment() | {
        "HUIMIN_RASA_URL": ",".join(f"http://127.0.0.1:{port}" for port in ports), "HUIMIN_RASA_SECRET": secrets.token_hex(32),
    }
    logs = var_folder() / "logs"
    logs.mkdir(exist_ok=True)
    rasa = [sys.executable, "-m", "bot.rasa_host.server", "--model", str(model), "--port", *map(str, ports)]
    return [
        Child("Rasa（含自定义动作）", rasa, environment, logs / "rasa.log"),
        Child("网关", [sys.executable, "-m", "bot.gateway"], environment, logs / "gateway.log", patience=settings.stop_timeout),
    ]


def _checks(url: str) -> dict | None:
    """What ``/readyz`` says; None while the gateway does not answer."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    said = None
    try:
        with opener.open(f"{url}/readyz", timeout=3) as response:
            said = json.load(response)
    except urllib.error.HTTPError as error:
        with contextlib.suppress(ValueError):
            said = json.load(error)
    except (OSError, ValueError):
        pass
    return said if isinstance(said, dict) else None


def run() -> int:
    """Serve until Ctrl-C or SIGTERM. Returns the exit status."""
    try:
        settings = Settings.from_environment()
        check_port(settings.host, settings.port)
        return _serve(settings, training.model_file()) if prepare() else 1
    except BadSetting as error:
        say(f"设置有误：{error}")
    except CannotRun as error:
        say(str(error))
    except OSError as error:
        say(no_access(error))
    except KeyboardInterrupt:
        say("已停止")
    return 1


def _serve(settings: Settings, model: Path) -> int:
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    children = _children(model, settings)
    host = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host
    url = f"http://{host}:{settings.port}"
    say("正在启动…")
    began, told = time.monotonic(), False
    failed = 0
    try:
        while not stopping:
            for child in children:
                child.look_after()
            if not told:
                state = _checks(url)
                if isinstance(state, dict) and state.get("ready") is True:
                    told = True
                    say(f"惠民已经就绪：{settings.public_url or url}（用了 {time.monotonic() - began:.0f} 秒；按 Ctrl-C 停止）")
                    _tell_of_wechat(settings)
                    _tell_first_link(settings.public_url or url)
                elif time.monotonic() - began > READY_WITHIN or any(c.restarts.count >= 5 for c in children):
                    logs = "、".join(str(c.log) for c in children)
                    say(f"服务没能启动起来（{state or '网关没有回应'}），请看日志：{logs}")
                    failed = 1
                    break
            time.sleep(0.2)
    finally:
        say("正在停止…")
        _stop(children)
    say("已停止")
    return failed


def _tell_of_wechat(settings: Settings) -> None:
    """Whether an official account is connected, and what does not work as it is."""
    if settings.wechat is None:
        return
    modes = {"plain": "明文模式", "compatible": "兼容模式", "safe": "安全模式"}
    say(f"微信公众号已接入：{settings.public_url or '（公网地址）'}/wechat（{modes[settings.wechat.mode]}）")
    if settings.wechat.secret is None:
        say("没有设置 HUIMIN_WECHAT_SECRET：来不及当场回复的话，要等居民再发一句才能看到。检查接入：python -m bot wechat check")


def _tell_first_link(url: str) -> None:
    """Where nobody has an account yet, the link that makes the first administrator: here only, for logs are read by others."""
    command = [sys.executable, "-W", "ignore", "-m", "desk", "user", "first", "--quiet", "--url", url]
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(command, cwd=ROOT, env=_environment(), stdin=subprocess.DEVNULL, timeout=30, check=False)


def _stop(children: list[Child]) -> None:
    """Last started, first stopped: the gateway's running turns need Rasa."""
    for child in reversed(children):
        child.signal(signal.SIGTERM)
        if child.process:
            try:
                child.process.wait(child.patience + STOP_WITHIN)
            except subprocess.TimeoutExpired:
                child.signal(signal.SIGKILL)
                child.process.wait()
