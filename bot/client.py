"""``python -m bot ask``: a client of the running server, with nothing but the chat API."""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
import uuid


def default_url() -> str:
    port = os.environ.get("HUIMIN_PORT", "8080")
    return f"http://127.0.0.1:{port}"


def ask(url: str, text: str, region: str | None, as_of: str | None) -> int:
    """Ask one question and print the answer and its sources. Returns the exit status."""
    body = {"conversation": None, "message": {"id": uuid.uuid4().hex, "text": text}, "region": region, "as_of": as_of}
    request = urllib.request.Request(
        f"{url.rstrip('/')}/api/chat", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            reply = json.load(response)
    except urllib.error.HTTPError as error:
        try:
            message = json.load(error)["error"]["message"]
        except (ValueError, KeyError):
            message = str(error)
        print(message, file=sys.stderr)
        return 1
    except (urllib.error.URLError, OSError):
        print(f"{url} 没有服务在运行。先在另一个终端运行 make run，等它打印出网址再问。", file=sys.stderr)
        return 1
    for number, message in enumerate(reply["messages"]):
        print(("\n" if number else "") + message["text"])
        for c in message["citations"]:
            force = {True: "现行有效", False: "历史数据", None: "是否现行未核实"}[c["in_force"]]
            details = "，".join(x for x in (c["issuer"], c["number"], c["published"], force) if x)
            print(f"  〔来源〕《{c['document']}》{c['section'] or ''}（{details}）")
        if message["quick_replies"]:
            print("  〔还可以问〕" + " / ".join(r["title"] for r in message["quick_replies"]))
    return 0
