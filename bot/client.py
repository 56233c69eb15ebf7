"""``python -m bot ask``: a client of the running server, with nothing but the chat API."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid

# The server is on this machine: no proxy stands between.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def default_url() -> str:
    port = os.environ.get("HUIMIN_PORT", "8080")
    return f"http://127.0.0.1:{port}"


def ask(url: str, text: str, region: str | None, as_of: str | None, patience: float = 90.0) -> int:
    """Ask one question and print the answer and its sources; waits up to ``patience`` seconds for a late one.

    Returns the exit status.
    """
    url = url.rstrip("/")
    body = {"conversation": None, "message": {"id": uuid.uuid4().hex, "text": text}, "region": region, "as_of": as_of}
    try:
        reply = _call(f"{url}/api/chat", body)
        messages = reply["messages"]
        _show(messages)
        deadline = time.monotonic() + patience
        while messages and messages[-1]["data"].get("pending") and time.monotonic() < deadline:
            time.sleep(1)
            seen = messages[-1]["seq"]
            later = _call(f"{url}/api/chat/{reply['conversation']}/messages?after={seen}", token=reply["token"])["messages"]
            if later:
                print()
                _show(later)
                messages = later
    except urllib.error.HTTPError as error:
        try:
            message = json.load(error)["error"]["message"]
        except (ValueError, KeyError, TypeError):
            message = f"{url} 上运行的不是惠民，或者版本不对（{error}）。"
        print(message, file=sys.stderr)
        return 1
    except (ValueError, KeyError, TypeError):
        print(f"{url} 上运行的不是惠民，或者版本不对。", file=sys.stderr)
        return 1
    except OSError:
        print(f"{url} 没有服务在运行。先在另一个终端运行 make run，等它打印出网址再问。", file=sys.stderr)
        return 1
    return 0


def _call(url: str, body: dict | None = None, token: str | None = None) -> dict:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(url, json.dumps(body).encode() if body else None, headers)
    with _OPENER.open(request, timeout=60) as response:
        return json.load(response)


def _show(messages: list[dict]) -> None:
    for number, message in enumerate(messages):
        print(("\n" if number else "") + message["text"])
        for c in message["citations"]:
            force = {True: "现行有效", False: "历史数据", None: "是否现行未核实"}[c["in_force"]]
            details = "，".join(x for x in (c["issuer"], c["number"], c["published"], force) if x)
            print(f"  〔来源〕《{c['document']}》{c['section'] or ''}（{details}）")
        if message["quick_replies"]:
            print("  〔还可以问〕" + " / ".join(r["title"] for r in message["quick_replies"]))
