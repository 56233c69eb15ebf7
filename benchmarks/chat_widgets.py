"""Chat widgets to measure beside ours: their npm packages, the pages that embed them as their READMEs say, and a host for them.

The host serves the published bundles as the gateway serves ours — packed before, with the same caching headers, from another
origin than the page — and plays the backends they ask while they open. It runs in a process of its own, as the gateway does:

    python -m benchmarks.chat_widgets --site PORT --host PORT --gateway URL
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import subprocess
import tarfile
import uuid
from dataclasses import dataclass
from pathlib import Path
from string import Template

import socketio
from aiohttp import web

from bot.gateway.assets import MINUTES, Asset
from policy_kb.settings import var_folder

PAGE = Template("""<!doctype html>
<html lang="zh-CN">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>示范网站</title>
<link rel="icon" href="data:,"></head>
<body><h1>民生服务</h1><p>这是一个虚构的网站，只用来测量问答组件。</p>
$embed
</body></html>
""")
CONTENT_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css"}


@dataclass(frozen=True)
class Package:
    """A published npm package. ``served``: globs of what a page loads of it; ``published`` where its own changelog says."""

    name: str
    version: str
    licence: str
    served: tuple[str, ...]
    published: str | None = None

    @property
    def folder(self) -> Path:
        return var_folder() / "chat-widgets" / f"{self.name.replace('/', '-').lstrip('@')}-{self.version}"

    @property
    def files(self) -> list[Path]:
        return [file for pattern in self.served for file in sorted((self.folder / "package").glob(pattern))]


@dataclass(frozen=True)
class Widget:
    """``embed``: what a page has of it. ``launcher`` and ``box`` lead to the button that opens it (None: always open) and to
    where one types: a selector for the page, then one for each shadow root on the way."""

    label: str
    embed: Template
    box: tuple[str, ...] = ()
    launcher: tuple[str, ...] | None = None
    package: Package | None = None


WIDGETS = {
    "huimin": Widget(
        "ours, from a button", Template('<script src="$gateway/widget.js" data-region="445303" async></script>'),
        ("huimin-chat", "#input"), ("huimin-chat", "#launcher"),
    ),
    "rasa-webchat": Widget(
        "rasa-webchat",
        Template("""<script>!(function () {
  let e = document.createElement("script"), t = document.head || document.getElementsByTagName("head")[0];
  e.src = "$host/rasa-webchat/lib/index.js", e.async = !0, e.onload = () => {
    window.WebChat.default({ customData: { language: "zh" }, socketUrl: "$host", title: "民生服务" }, null);
  }, t.insertBefore(e, t.firstChild);
})();</script>"""),
        (".rw-new-message",), (".rw-launcher",),
        Package("rasa-webchat", "1.0.1", "Apache-2.0", ("lib/index.js",), published="2021-04-15"),
    ),
    "n8n-chat": Widget(
        "@n8n/chat",
        Template("""<link href="$host/n8n-chat/dist/style.css" rel="stylesheet">
<script type="module">
import { createChat } from '$host/n8n-chat/dist/chat.bundle.es.js';
createChat({ webhookUrl: '$host/webhook' });
</script>"""),
        (".chat-window textarea",), (".chat-window-toggle",),
        Package("@n8n/chat", "1.37.0", "Sustainable Use License", ("dist/*.mjs", "dist/chat.bundle.es.js", "dist/style.css")),
    ),
    "huimin-inline": Widget(
        "ours, always open",
        Template('<huimin-chat mode="inline" region="445303" style="display: block; height: 600px"></huimin-chat>\n'
                 '<script src="$gateway/widget.js" async></script>'),
        ("huimin-chat", "#input"),
    ),
    "deep-chat": Widget(
        "deep-chat, always open",
        Template('<script type="module" src="$host/deep-chat/dist/deepChat.bundle.js"></script>\n'
                 """<deep-chat connect='{"url": "$host/chat"}'></deep-chat>"""),
        ("deep-chat", "#text-input"),
        package=Package("deep-chat", "2.4.2", "MIT", ("dist/deepChat.bundle.js",)),
    ),
    "page": Widget("the page alone", Template("")),
}


def fetch(package: Package) -> str:
    """Have the package's files below ``var/``, from npm the first time; its integrity as npm states it."""
    kept = package.folder / "integrity.txt"
    if not kept.exists():
        npm = shutil.which("npm")
        if not npm:
            raise SystemExit("没有找到 npm：只有这项测量需要它，用来取得别的聊天组件。请先安装 Node.js，例如 apt install npm")
        package.folder.mkdir(parents=True, exist_ok=True)
        wanted = f"{package.name}@{package.version}"
        pack = [npm, "pack", "--json", "--ignore-scripts", wanted]
        done = subprocess.run(pack, cwd=package.folder, text=True, capture_output=True)
        if done.returncode:
            raise SystemExit(f"npm 没能取得 {wanted}：\n{done.stderr.strip()}")
        [told] = json.loads(done.stdout)
        [archive] = package.folder.glob("*.tgz")
        with tarfile.open(archive) as packed:
            packed.extractall(package.folder, filter="data")
        if not package.files:
            raise SystemExit(f"{wanted} 里没有要测量的文件：{'、'.join(package.served)}")
        kept.write_text(told["integrity"], encoding="utf-8")
    return kept.read_text(encoding="utf-8")


def make_site(host: str, gateway: str) -> web.Application:
    """A page for each widget, at its name."""
    pages = {name: PAGE.substitute(embed=w.embed.substitute(host=host, gateway=gateway)) for name, w in WIDGETS.items()}

    async def serve(request: web.Request) -> web.Response:
        text = pages[request.match_info["widget"]]
        return web.Response(text=text, content_type="text/html", headers={"Cache-Control": "no-store"})

    site = web.Application()
    site.router.add_get("/{widget:" + "|".join(WIDGETS) + "}", serve)
    return site


async def _for_everybody(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.setdefault("Access-Control-Allow-Origin", "*")
    response.headers.setdefault("Access-Control-Allow-Headers", "*")


async def _allow(request: web.Request) -> web.Response:
    return web.Response(status=204)


async def _n8n_webhook(request: web.Request) -> web.Response:
    asked = await request.json()
    return web.json_response({"data": []} if asked.get("action") == "loadPreviousSession" else {"output": "好的。"})


async def _deep_chat(request: web.Request) -> web.Response:
    return web.json_response({"text": "好的。"})


def _rasa_channel() -> socketio.AsyncServer:
    """Says what Rasa's own socket.io channel says."""
    channel = socketio.AsyncServer(async_mode="aiohttp", cors_allowed_origins="*")

    @channel.on("session_request")
    async def confirm(sid: str, asked: dict | None) -> None:
        session = (asked or {}).get("session_id") or uuid.uuid4().hex
        await channel.enter_room(sid, session)
        await channel.emit("session_confirm", session, room=sid)

    @channel.on("user_uttered")
    async def answer(sid: str, said: dict) -> None:
        await channel.emit("bot_uttered", {"text": "好的。"}, room=said.get("session_id") or sid)

    return channel


def make_host() -> web.Application:
    """The bundles below their widgets' names, and the backends."""
    host = web.Application()
    _rasa_channel().attach(host)
    host.on_response_prepare.append(_for_everybody)
    for path, answer in {"/webhook": _n8n_webhook, "/chat": _deep_chat}.items():
        host.router.add_post(path, answer)
        host.router.add_options(path, _allow)
    for name, widget in WIDGETS.items():
        for file in widget.package.files if widget.package else ():
            asset = Asset.of(file.read_bytes(), CONTENT_TYPES[file.suffix], MINUTES)
            host.router.add_get(f"/{name}/{file.relative_to(widget.package.folder / 'package').as_posix()}", asset.serve)
    return host


async def _serve(site: int, host: int, gateway: str) -> None:
    for app, port in ((make_host(), host), (make_site(f"http://127.0.0.1:{host}", gateway), site)):
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="pages with chat widgets, and a host for their bundles")
    parser.add_argument("--site", type=int, required=True)
    parser.add_argument("--host", type=int, required=True)
    parser.add_argument("--gateway", required=True)
    given = parser.parse_args()
    asyncio.run(_serve(given.site, given.host, given.gateway))
