"""Who is measured: stock Rasa at its REST channel, our Rasa at ``/turn``, and the whole service at the chat API."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import time
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path

import aiohttp
import psutil

from benchmarks.load import Say
from bot import training
from policy_kb.settings import var_folder
from tests.service import ROOT, Service, free_port, wait_for

STOCK_PYTHON = ROOT / ".venv-stock" / "bin" / "python"
STOCK_CONFIG = ROOT / "benchmarks" / "stock_config.yml"
FIRST = "云安区农村低保一个月多少钱"
_QUIET = {"RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1", "TF_CPP_MIN_LOG_LEVEL": "3"}


def memory_mb(processes: list[psutil.Process]) -> float:
    """Sum of PSS: what is shared counts once."""
    return sum(p.memory_full_info().pss for p in processes) / 2**20


def family(*pids: int) -> list[psutil.Process]:
    return [q for pid in pids for q in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True))]


def _ask(url: str, body: dict) -> object:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with opener.open(request, timeout=60) as reply:
        return json.load(reply)


def train_stock(kb_url: str, epochs: int | None = None) -> tuple[Path, float]:
    """The peer's model for the data as it is now, and the seconds its training took (once: it is kept with the model).

    ``epochs``: of DIET, where not those of its configuration; a turn costs the same however long it was trained.
    """
    written = STOCK_CONFIG.read_text(encoding="utf-8")
    if epochs:
        written = re.sub(r"epochs: \d+", f"epochs: {epochs}", written)
    files = [f.read_bytes() for f in sorted(training.inputs()) if f.name != "config.yml"] + [written.encode()]
    digest = hashlib.sha256(b"\0".join(hashlib.sha256(f).digest() for f in files)).hexdigest()[:16]
    folder = var_folder() / "models-stock"
    model, took = folder / f"stock-{digest}.tar.gz", folder / f"stock-{digest}.json"
    folder.mkdir(exist_ok=True)
    config = folder / f"stock-{digest}.yml"
    config.write_text(written, encoding="utf-8")
    if not took.exists():
        print("training the peer: DIET takes long", flush=True)
        began = time.monotonic()
        subprocess.run(
            [STOCK_PYTHON, "-W", "ignore", "-m", "rasa", "train", "--config", config, "--domain", "domain", "--data",
             "nlu_data", "--out", folder, "--fixed-model-name", model.name.removesuffix(".tar.gz"), "--skip-validation"],
            cwd=ROOT, env=os.environ | _QUIET | {"HUIMIN_KB_URL": kb_url}, check=True, capture_output=True,
        )
        took.write_text(json.dumps(time.monotonic() - began))
    return model, json.loads(took.read_text())


class Ours:
    """The whole service as ``make run`` starts it."""

    def __init__(self, folder: Path, **environment: str):
        self.service = Service(folder, **environment)

    def start(self) -> float:
        """Seconds until the first answer."""
        began = time.perf_counter()
        self.service.start()
        body = {"conversation": None, "message": {"id": uuid.uuid4().hex, "text": FIRST}, "region": None, "as_of": None}
        assert _ask(f"{self.service.url}/api/chat", body)
        return time.perf_counter() - began

    def memory(self) -> float:
        return memory_mb(family(self.service.process.pid))

    def stop(self) -> None:
        self.service.stop()

    def gateway(self, session: aiohttp.ClientSession) -> Callable[[], Say]:
        """Conversations over the chat API, the resident's way."""
        return lambda: _chat(session, f"{self.service.url}/api/chat")

    def host(self, session: aiohttp.ClientSession) -> Callable[[], Say]:
        """Conversations at Rasa's own endpoint behind the gateway; whoever asks carries the context."""
        inside = self.service.child("bot.gateway").environ()
        url, headers = f"{inside['HUIMIN_RASA_URL']}/turn", {"X-Huimin-Secret": inside["HUIMIN_RASA_SECRET"]}
        return lambda: _carried(session, url, headers)


def _chat(session: aiohttp.ClientSession, url: str) -> Say:
    known: dict[str, str | None] = {"conversation": None, "token": None}

    async def say(text: str) -> str:
        headers = {"Authorization": f"Bearer {known['token']}"} if known["token"] else {}
        body = {"conversation": known["conversation"], "message": {"id": uuid.uuid4().hex, "text": text}, "region": None,
                "as_of": None}
        async with session.post(url, json=body, headers=headers) as reply:
            told = await reply.json()
        # Handed to a person by mistake: begun anew, since the gateway alone would answer from now on.
        known.update({"conversation": told["conversation"], "token": told["token"]} if told["handled_by"] == "bot"
                     else {"conversation": None, "token": None})
        return "\n".join(m["text"] for m in told["messages"] if m["from"] == "bot")

    return say


def _carried(session: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> Say:
    context: dict | None = None

    async def say(text: str) -> str:
        nonlocal context
        async with session.post(url, json={"context": context, "text": text, "metadata": {}}, headers=headers) as reply:
            told = await reply.json()
        context = told["context"]
        return "\n".join(m["text"] for m in told["messages"])

    return say


class Stock:
    """``rasa run`` with its REST channel and SQLite tracker store, and an action server of its own with our actions."""

    def __init__(self, folder: Path, model: Path, kb_url: str):
        self._folder, self._model = folder, model
        self._environment = os.environ | _QUIET | {"HUIMIN_KB_URL": kb_url, "SANIC_HOST": "127.0.0.1"}
        self._running: list[subprocess.Popen] = []

    def start(self) -> float:
        """Seconds until the first answer."""
        port, actions = free_port(), free_port()
        self.url = f"http://127.0.0.1:{port}/webhooks/rest/webhook"
        (self._folder / "credentials.yml").write_text("rest:\n")
        (self._folder / "endpoints.yml").write_text(
            f"action_endpoint: {{url: 'http://127.0.0.1:{actions}/webhook'}}\n"
            f"tracker_store: {{type: SQL, dialect: sqlite, db: '{self._folder / 'rasa.db'}'}}\n"
        )
        python = [str(STOCK_PYTHON), "-W", "ignore", "-m"]
        quiet = {"cwd": ROOT, "env": self._environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        began = time.perf_counter()
        self._running = [
            subprocess.Popen([*python, "rasa_sdk", "--actions", "actions", "--port", str(actions)], **quiet),
            subprocess.Popen(
                [*python, "rasa", "run", "--model", str(self._model), "--port", str(port), "--interface", "127.0.0.1",
                 "--credentials", str(self._folder / "credentials.yml"), "--endpoints", str(self._folder / "endpoints.yml")],
                **quiet,
            ),
        ]
        wait_for(self._answers, 300, "stock Rasa answers")
        return time.perf_counter() - began

    def _answers(self) -> bool:
        try:
            return any(m.get("custom") for m in _ask(self.url, {"sender": uuid.uuid4().hex, "message": FIRST}))
        except OSError:
            return False

    def memory(self) -> float:
        return memory_mb(family(*(p.pid for p in self._running)))

    def stop(self) -> None:
        for process in self._running:
            process.terminate()
            process.wait(30)

    def rest(self, session: aiohttp.ClientSession) -> Callable[[], Say]:
        return lambda: _rest(session, self.url)


def _rest(session: aiohttp.ClientSession, url: str) -> Say:
    sender = uuid.uuid4().hex

    async def say(text: str) -> str:
        async with session.post(url, json={"sender": sender, "message": text}) as reply:
            told = await reply.json()
        return "\n".join((m.get("custom") or m)["text"] for m in told)

    return say


Begin = Callable[[aiohttp.ClientSession], Callable[[], Say]]
