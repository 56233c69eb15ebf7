"""Run the whole service as a user would (`python -m bot run`) on a port and in a folder of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path

import psutil
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).resolve().parent.parent
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what: Callable[[], object], seconds: float, why: str) -> object:
    """Poll until ``what()`` is true; the value it gave. Fails with ``why``."""
    deadline = time.monotonic() + seconds
    while True:
        value = what()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain: {why}")
        time.sleep(0.05)


class Service:
    """One running service. ``folder`` holds everything it writes."""

    def __init__(self, folder: Path, **environment: str):
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.var = folder / "var"
        self.kb_url = f"sqlite:///{self.var / 'kb.db'}"
        self.environment = os.environ | {
            "HUIMIN_PORT": str(self.port), "HUIMIN_VAR": str(self.var), "HUIMIN_KB_URL": self.kb_url,
            "HUIMIN_DESK_URL": f"sqlite:///{self.var / 'desk.db'}", "HUIMIN_RATE_LIMIT": "0",
            "PYTHONWARNINGS": "ignore", "PYTHONUNBUFFERED": "1",
        } | environment
        self.var.mkdir(parents=True, exist_ok=True)
        trained = ROOT / "var" / "models"
        if trained.exists():
            shutil.copytree(trained, self.var / "models", dirs_exist_ok=True)
        self.said: list[str] = []
        self.process: subprocess.Popen | None = None

    def start(self) -> Service:
        """Start and wait until it says it is ready."""
        self.launch()
        wait_for(lambda: self.process.poll() is not None or any("就绪" in x for x in self.said), 150, "ready")
        assert self.process.poll() is None, "\n".join(self.said)
        return self

    def launch(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "bot", "run"], cwd=ROOT, env=self.environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        threading.Thread(target=lambda: self.said.extend(iter(self.process.stdout.readline, "")), daemon=True).start()

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(20)

    def child(self, module: str) -> psutil.Process:
        """The running child whose command names ``module``, as the launcher started it."""
        def find() -> psutil.Process | None:
            for p in psutil.Process(self.process.pid).children():
                try:
                    if module in " ".join(p.cmdline()) and p.status() != psutil.STATUS_ZOMBIE:
                        return p
                except psutil.NoSuchProcess:
                    continue
            return None

        return wait_for(find, 30, f"a process of {module}")

    def rasa_processes(self) -> list[psutil.Process]:
        """Those that answer, whether the one that was started answers itself or has forked several that do."""
        rasa = self.child("bot.rasa_host.server")
        return [p for p in rasa.children() if p.status() != psutil.STATUS_ZOMBIE] or [rasa]

    def run(self, *command: str, expect: int = 0, **environment: str) -> str:
        """A command of ours beside the running service; its output."""
        done = subprocess.run([sys.executable, "-W", "ignore", "-m", *command], cwd=ROOT, text=True, capture_output=True,
                              env=self.environment | environment, timeout=60)
        assert done.returncode == expect, done.stdout + done.stderr
        return done.stdout + done.stderr

    def get(self, path: str, token: str | None = None) -> dict:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with _OPENER.open(urllib.request.Request(self.url + path, headers=headers), timeout=30) as response:
            return json.load(response)

    def metric(self, name: str) -> dict[frozenset[tuple[str, str]], float]:
        """What ``/metrics`` says under this name, by labels."""
        with _OPENER.open(f"{self.url}/metrics", timeout=30) as response:
            families = list(text_string_to_metric_families(response.read().decode()))
        return {frozenset(s.labels.items()): s.value for f in families for s in f.samples if s.name == name}

    def ready(self) -> bool:
        try:
            return self.get("/readyz")["ready"]
        except (OSError, ValueError):
            return False

    def post(self, body: dict, token: str | None = None) -> dict:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        request = urllib.request.Request(f"{self.url}/api/chat", json.dumps(body).encode(), headers)
        with _OPENER.open(request, timeout=60) as response:
            return json.load(response)


class Chat:
    """A resident's conversation."""

    def __init__(self, service: Service, region: str | None = None, as_of: str | None = None):
        self.service, self.region, self.as_of = service, region, as_of
        self.id = self.token = None

    def say(self, text: str | None = None, payload: str | None = None, message_id: str | None = None) -> dict:
        message = {"id": message_id or uuid.uuid4().hex} | ({"payload": payload} if payload else {"text": text})
        reply = self.service.post(
            {"conversation": self.id, "message": message, "region": self.region, "as_of": self.as_of}, self.token
        )
        self.id, self.token = reply["conversation"], reply["token"]
        return reply

    def history(self, after: int = 0) -> dict:
        return self.service.get(f"/api/chat/{self.id}/messages?after={after}", self.token)

    def press(self, reply: dict, title: str) -> dict:
        """Press the quick reply ``title`` of a reply."""
        offered = [q for m in reply["messages"] for q in m["quick_replies"]]
        return self.say(payload=next(q["payload"] for q in offered if q["title"] == title))


def text_of(reply: dict) -> str:
    return "\n".join(m["text"] for m in reply["messages"])
