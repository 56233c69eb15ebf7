"""The loopback server around Rasa, in as many processes as it is given ports: ``POST /turn`` and ``GET /ready``."""

from __future__ import annotations

import argparse
import asyncio
import gc
import hmac
import json
import logging
import os
import signal
import sys
import uuid
from pathlib import Path
from typing import Any

from bot.rasa_host import lean  # noqa: F401  (before Rasa)

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")

import rasa.core.agent
import rasa.shared.utils.io
import uvloop
from aiohttp import web
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.log_utils import configure_structlog

from bot.nlu.guard import IN_CONVERSATION
from bot.rasa_host import patches, workers
from bot.rasa_host.graph import OrderedGraphRunner
from bot.rasa_host.inner_actions import InnerActions
from bot.rasa_host.tracker_store import SnapshotTrackerStore
from policy_kb import shared_reader
from policy_kb.per_base import work_out
from policy_kb.settings import kb_url

log = logging.getLogger("huimin.rasa")
AGENT = web.AppKey("agent", rasa.core.agent.Agent)
SECRET = web.AppKey("secret", str)
# Seconds that running turns get when the process is told to stop; the launcher waits a little longer.
FINISH_WITHIN = 5.0


def neutralise(text: str) -> str:
    """A leading slash would be a command to Rasa; what a resident types is text."""
    stripped = text.lstrip()
    return "／" + stripped[1:] if stripped.startswith("/") else text


def result_of(message: dict[str, Any]) -> dict[str, Any]:
    """A custom action's object as it is; a plain response of the domain as kind ``text``."""
    custom = message.get("custom")
    if custom:
        return custom
    buttons = message.get("buttons") or []
    return {
        "v": 1, "kind": "text", "text": message.get("text") or "", "citations": [],
        "quick_replies": [{"title": b["title"], "says": b["title"], "payload": b["payload"]} for b in buttons],
        "data": {"benefit": None, "aspect": None, "region": None}, "handoff": None, "request": None, "lacks": None,
    }


def understood_of(tracker: DialogueStateTracker) -> dict[str, Any] | None:
    """What the latest message was taken for, and how sure the pipeline is of it: 1 where a rule or a button decided."""
    intent = tracker.latest_message.intent if tracker.latest_message else {}
    return {"intent": intent["name"], "confidence": intent.get("confidence") or 0.0} if intent.get("name") else None


async def answer(agent: rasa.core.agent.Agent, body: dict[str, Any]) -> dict[str, Any] | None:
    """``{"context", "text" | "payload", "metadata"}`` → ``{"messages", "context", "understood"}``; None when Rasa said nothing.

    ``payload`` comes from a quick reply that we made and may be a Rasa command; ``text`` never is.
    """
    store: SnapshotTrackerStore = agent.tracker_store
    sender = uuid.uuid4().hex
    output = CollectingOutputChannel()
    text = body["payload"] if body.get("payload") else neutralise(body["text"])
    asked_before = ((body.get("context") or {}).get("slots") or {}).get("benefits")
    metadata = {**(body.get("metadata") or {}), IN_CONVERSATION: bool(asked_before)}
    message = UserMessage(text, output, sender, input_channel="huimin", metadata=metadata)
    try:
        store.put(sender, body.get("context"))
        await agent.handle_message(message)
        understood, context = understood_of(await store.retrieve(sender)), store.take(sender)
    finally:
        store.discard(sender)
    messages = [result_of(m) for m in output.messages]
    return {"messages": messages, "context": context, "understood": understood} if messages else None


async def turn(request: web.Request) -> web.Response:
    """:func:`answer` over HTTP. 500 when Rasa did not answer, so that silence is a failure."""
    if not hmac.compare_digest(request.headers.get("X-Huimin-Secret", ""), request.app[SECRET]):
        raise web.HTTPForbidden
    answered = await answer(request.app[AGENT], await request.json())
    if answered is None:
        return web.json_response({"error": "no reply"}, status=500)
    return web.json_response(answered, dumps=lambda x: json.dumps(x, ensure_ascii=False))


async def ready(request: web.Request) -> web.Response:
    return web.json_response({"ready": request.app[AGENT].is_ready()})


async def load(model: Path) -> rasa.core.agent.Agent:
    """The trained model, ready to answer."""
    patches.apply()
    with patches.without_checking_again():
        agent = rasa.core.agent.Agent.load(str(model), action_endpoint=InnerActions())
    patches.know_whether_domain_is_empty(agent.domain)
    agent.tracker_store = SnapshotTrackerStore(agent.domain)
    agent.processor.tracker_store = agent.tracker_store
    agent.processor.graph_runner = OrderedGraphRunner(agent.processor.graph_runner)
    return agent


async def prepare(model: Path) -> rasa.core.agent.Agent:
    """The trained model loaded, and everything worked out that a first turn would have to wait for."""
    agent = await load(model)
    reader = shared_reader(kb_url())
    work_out(reader.get())
    await answer(agent, {"text": "低保一个月多少钱"})
    reader.hang_up()
    # What is there now stays: looking through all of it for garbage again and again takes a seventh of a turn.
    gc.collect()
    gc.freeze()
    return agent


def make_app(agent: rasa.core.agent.Agent, secret: str) -> web.Application:
    app = web.Application(client_max_size=1024 * 1024)
    app[AGENT], app[SECRET] = agent, secret
    app.router.add_post("/turn", turn)
    app.router.add_get("/ready", ready)
    return app


async def serve(agent: rasa.core.agent.Agent, secret: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; then take no turn any more and finish those that run."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    reader = shared_reader(kb_url())
    reader.get()  # what was loaded before a fork may be old
    reader.watch(work_out)
    runner = web.AppRunner(make_app(agent, secret), access_log=None, shutdown_timeout=FINISH_WITHIN)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    log.info("ready on 127.0.0.1:%d", port)
    await stop.wait()
    await runner.cleanup()


def _port(given: str) -> int:
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= 65535:
        raise argparse.ArgumentTypeError(f"{given} 不是端口，应当是 1 到 65535 的整数")
    return int(given)


def main() -> int:
    parser = argparse.ArgumentParser(description="Rasa 和自定义动作，只在本机回环地址上服务")
    parser.add_argument("--model", type=Path, required=True, help="训练好的模型文件")
    parser.add_argument("--port", type=_port, nargs="+", required=True, help="监听的端口；写几个就有几个进程")
    args = parser.parse_args()
    secret = os.environ.get("HUIMIN_RASA_SECRET")
    if not secret:
        parser.error("没有设置 HUIMIN_RASA_SECRET：网关要用同一个值")
    if not args.model.is_file():
        parser.error(f"没有这个模型文件：{args.model}")
    if len(set(args.port)) < len(args.port):
        parser.error("端口不能重复")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s", stream=sys.stderr)
    # Rasa logs what residents write at the debug level.
    configure_structlog(logging.WARNING)
    logging.getLogger("rasa").setLevel(logging.WARNING)
    agent = asyncio.run(prepare(args.model))
    if len(args.port) == 1:
        uvloop.run(serve(agent, secret, args.port[0]))
    else:
        workers.keep(args.port, lambda port: uvloop.run(serve(agent, secret, port)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
