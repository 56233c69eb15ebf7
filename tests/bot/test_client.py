"""``python -m bot ask``: prints answers with their sources, and says in a sentence what is wrong."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bot import client
from tests.service import free_port

ROOT = Path(__file__).resolve().parents[2]
CITATION = {"document": "云安区提高低保标准的通知", "section": "第二条", "issuer": "云安区民政局", "number": "云安民〔2018〕5号",
            "published": "2018-12-31", "effective_from": None, "effective_to": None, "in_force": None, "url": None}


def message(text: str, seq: int = 2, **more) -> dict:
    return {"id": str(seq), "seq": seq, "from": "bot", "kind": "answer", "text": text, "citations": [], "quick_replies": [],
            "data": {}} | more


class Stub(HTTPServer):
    """A server with prepared answers, which remembers what it was asked."""

    def __init__(self):
        self.answers: list[tuple[int, bytes]] = []
        self.asked: list[tuple[str, dict | None, str | None]] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def will_say(self, body: object, status: int = 200) -> None:
        self.answers.append((status, body if isinstance(body, bytes) else json.dumps(body).encode()))


class Handler(BaseHTTPRequestHandler):
    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.path, json.loads(body) if body else None, self.headers.get("Authorization")))
        status, said = self.server.answers.pop(0)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(said)

    do_GET = do_POST = answer

    def log_message(self, *args):
        pass


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def chat(*messages: dict) -> dict:
    return {"conversation": "0" * 32, "token": "t", "handled_by": "bot", "messages": list(messages)}


def test_without_a_server_it_says_how_to_start_one(capsys):
    assert client.ask(f"http://127.0.0.1:{free_port()}", "低保", None, None) == 1
    said = capsys.readouterr()
    assert "make run" in said.err
    assert said.out == ""


def test_it_prints_the_text_its_sources_and_what_else_can_be_asked(stub, capsys):
    stub.will_say(chat(message("每人每月450元。", citations=[CITATION], quick_replies=[{"title": "申请条件", "payload": "x"}])))
    assert client.ask(stub.url, "低保", None, None) == 0
    said = capsys.readouterr().out
    for part in ("每人每月450元。", "云安区提高低保标准的通知", "第二条", "云安民〔2018〕5号", "2018-12-31", "申请条件"):
        assert part in said


@pytest.mark.parametrize(("in_force", "word"), [(True, "现行有效"), (False, "历史数据"), (None, "未核实")])
def test_it_says_whether_a_source_is_in_force(stub, capsys, in_force, word):
    stub.will_say(chat(message("好", citations=[CITATION | {"in_force": in_force}])))
    client.ask(stub.url, "低保", None, None)
    assert word in capsys.readouterr().out


def test_every_message_is_printed(stub, capsys):
    stub.will_say(chat(message("第一条"), message("第二条", 3)))
    client.ask(stub.url, "低保", None, None)
    assert capsys.readouterr().out.splitlines() == ["第一条", "", "第二条"]


def test_the_question_is_sent_as_the_chat_api_wants_it(stub):
    stub.will_say(chat(message("好")))
    client.ask(f"{stub.url}/", "低保", "445303", "2019-06-30")
    [(path, sent, _)] = stub.asked
    assert path == "/api/chat"
    assert sent["message"]["text"] == "低保"
    assert len(sent["message"]["id"]) == 32
    assert (sent["conversation"], sent["region"], sent["as_of"]) == (None, "445303", "2019-06-30")


def test_a_late_answer_is_waited_for_and_printed(stub, capsys, monkeypatch):
    monkeypatch.setattr(client.time, "sleep", lambda seconds: None)
    stub.will_say(chat(message("我查得有点慢", data={"pending": True})))
    stub.will_say(chat())
    stub.will_say(chat(message("每人每月450元。", 3)))
    assert client.ask(stub.url, "低保", None, None) == 0
    assert capsys.readouterr().out.split() == ["我查得有点慢", "每人每月450元。"]
    assert stub.asked[-1] == (f"/api/chat/{'0' * 32}/messages?after=2", None, "Bearer t")


def test_what_the_server_refuses_is_shown_in_its_words(stub, capsys):
    stub.will_say({"error": {"code": "unknown_region", "message": "没有这个地区代码。"}}, 400)
    assert client.ask(stub.url, "低保", "1", None) == 1
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "没有这个地区代码。\n")


@pytest.mark.parametrize(
    ("status", "body"),
    [(502, b"<html>"), (404, b'{"error": "not found"}'), (404, b"[]"), (200, b"<html>"), (200, b"{}"), (200, b"[]"), (200, b"")],
)
def test_another_program_behind_the_address_is_no_traceback(stub, capsys, status, body):
    stub.will_say(body, status)
    assert client.ask(stub.url, "低保", None, None) == 1
    assert capsys.readouterr().err.strip()


def test_the_command_asks_the_port_that_is_set_and_never_through_a_proxy(stub):
    stub.will_say(chat(message("每人每月450元。")))
    environment = {k: v for k, v in os.environ.items() if k.lower() != "no_proxy"} | {
        "HUIMIN_PORT": str(stub.server_port), "http_proxy": "http://127.0.0.1:1", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run([sys.executable, "-W", "ignore", "-m", "bot", "ask", "低保"], cwd=ROOT, env=environment,
                          capture_output=True, encoding="utf-8", timeout=60)
    assert (done.returncode, done.stdout.strip()) == (0, "每人每月450元。")
