"""The service as a whole: it survives what dies, loses nothing, takes up new knowledge and keeps no personal numbers."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import urllib.error
import uuid
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from desk import tables
from tests.service import Chat, Service, text_of, wait_for

QUESTION = "云安区农村低保一个月多少钱"


@pytest.fixture
def own_service(tmp_path):
    """A service that the test may break."""
    running = Service(tmp_path).start()
    yield running
    running.stop()


def states(service: Service) -> list[tuple[str, str]]:
    engine = sa.create_engine(service.environment["HUIMIN_DESK_URL"], future=True)
    m = tables.messages.c
    with engine.connect() as db:
        return [tuple(r) for r in db.execute(sa.select(m.client_id, m.state).where(m.sender == "resident"))]


def answers_to(chat: Chat) -> list[dict]:
    return [m for m in chat.history()["messages"] if m["kind"] == "answer"]


def test_rasa_killed_in_the_middle_of_a_turn_is_answered_once_and_comes_back(own_service):
    chat, replies = Chat(own_service), []
    chat.say("你好")
    rasa = own_service.child("bot.rasa_host.server")
    rasa.suspend()  # the turn is on its way and cannot end
    asking = threading.Thread(target=lambda: replies.append(chat.say(QUESTION)))
    asking.start()
    wait_for(lambda: any(s == "received" for _, s in states(own_service)), 10, "message saved")
    rasa.kill()
    asking.join(30)
    first = replies[0]["messages"]
    assert first, "silence"
    if first[0]["data"].get("pending"):
        assert "12345" in first[0]["text"]
    wait_for(lambda: answers_to(chat), 60, "the late answer")
    assert len(answers_to(chat)) == 1
    assert "450" in answers_to(chat)[0]["text"]
    wait_for(own_service.ready, 60, "ready again")
    assert "450" in text_of(chat.say(QUESTION))


def test_gateway_killed_in_the_middle_of_a_turn_loses_nothing_and_acts_once(own_service):
    chat = Chat(own_service)
    chat.say("你好")
    rasa = own_service.child("bot.rasa_host.server")
    rasa.suspend()
    message = uuid.uuid4().hex

    def ask() -> None:
        with pytest.raises((OSError, urllib.error.URLError)):
            chat.say("转人工", message_id=message)

    asking = threading.Thread(target=ask)
    asking.start()
    wait_for(lambda: (message, "received") in states(own_service), 10, "message saved")
    own_service.child("bot.gateway").kill()
    asking.join(20)
    rasa.resume()
    wait_for(own_service.ready, 60, "ready again")
    reply = chat.say("转人工", message_id=message)
    assert reply["handled_by"] == "queue"
    wait_for(lambda: dict(states(own_service))[message] != "received", 20, "message settled")
    handoffs = [m for m in chat.history()["messages"] if m["kind"] == "handoff" and m["from"] == "bot"]
    assert len(handoffs) == 1
    assert own_service.run("desk", "cases").count("HM-") == 1


def test_stopping_the_launcher_stops_everything(own_service):
    children = psutil.Process(own_service.process.pid).children(recursive=True)
    own_service.process.send_signal(signal.SIGINT)
    assert own_service.process.wait(20) == 0
    gone, alive = psutil.wait_procs(children, timeout=10)
    assert not alive


def test_a_killed_launcher_leaves_no_orphans(own_service):
    children = psutil.Process(own_service.process.pid).children(recursive=True)
    own_service.process.kill()
    gone, alive = psutil.wait_procs(children, timeout=15)
    assert not alive


def test_an_alias_and_a_figure_loaded_while_running_answer_within_five_seconds(own_service, tmp_path):
    before = text_of(Chat(own_service).say("都杨镇的低保饭票一个月多少"))
    assert "777" not in before
    folder = tmp_path / "district"
    folder.mkdir()
    (folder / "local.yaml").write_text(
        """
regions: [{code: "445303-duyang", name: 都杨镇, parent: "445303"}]
documents:
  - {id: duyang-notice, title: 都杨镇低保通知, issuer: 都杨镇人民政府, region: "445303-duyang", kind: notice, published: 2026-01-05}
aliases: {minimum_living_allowance: [低保饭票]}
provisions:
  - {id: duyang-line, benefit: minimum_living_allowance, aspect: amount, region: "445303-duyang", document: duyang-notice,
     section: 第一条, value: 777, unit: 元, period: 月, per: person, effective_from: 2026-01-01, statement: 低保每人每月777元。}
""",
        encoding="utf-8",
    )
    own_service.run("policy_kb", "load", str(folder))
    wait_for(lambda: "777" in text_of(Chat(own_service).say("都杨镇的低保饭票一个月多少")), 5, "the new figure")


def test_no_personal_number_is_kept_anywhere(service):
    numbers = ["44530319900101123X", "445303199001011235", "6222021234567890123", "13912345678"]
    chat = Chat(service)
    for text in (
        f"我身份证{numbers[0]}能领低保吗", f"身份证号 {numbers[1]} 手机 {numbers[3]}",
        f"卡号{numbers[2]}，查一下低保到账没有", "电话139 1234 5678，转人工", f"再说一遍我的卡是{numbers[2]}",
        '/ask_policy{"benefit": "13912345678"}',
    ):
        chat.say(text)
    kept = b"".join(p.read_bytes() for p in Path(service.var).rglob("*") if p.is_file() and "models" not in p.parts)
    for number in [*numbers, "139 1234 5678"]:
        assert number.encode() not in kept, number
    assert "〔".encode() in kept or b"\\u3014" in kept
    engine = sa.create_engine(service.environment["HUIMIN_DESK_URL"], future=True)
    with engine.connect() as db:
        context = json.dumps([r.context for r in db.execute(sa.select(tables.conversations))], ensure_ascii=False)
    assert not any(n in context for n in numbers)


def test_only_the_gateway_listens_and_rasa_is_on_loopback(service):
    listening = {}
    for p in psutil.Process(service.process.pid).children(recursive=True):
        for c in p.net_connections("inet"):
            if c.status == psutil.CONN_LISTEN:
                listening[c.laddr.port] = c.laddr.ip
    assert listening.pop(service.port) == "127.0.0.1"
    assert set(listening.values()) == {"127.0.0.1"}


def test_a_turn_cannot_be_had_from_rasa_without_the_gateways_secret(service):
    ports = {
        c.laddr.port for c in service.child("bot.rasa_host.server").net_connections("inet") if c.status == psutil.CONN_LISTEN
    }
    (port,) = ports
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(b"POST /turn HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}")
        assert b" 403 " in line.recv(200)


def test_staff_answer_from_the_command_line_in_the_residents_chat(service):
    chat = Chat(service)
    ticket = next(m["data"]["ticket"] for m in chat.say("我要找人工客服")["messages"] if m["data"].get("ticket"))
    assert ticket in service.run("desk", "cases")
    service.run("desk", "reply", ticket, "您好，我是小王，请问您在哪个镇？", "--as", "小王")
    history = chat.history()
    assert history["handled_by"] == "staff"
    assert history["messages"][-1]["from"] == "staff"
    assert chat.say("云安区农村低保多少钱")["messages"] == []
    service.run("desk", "resolve", ticket, "已告知去镇政府办理", "--as", "小王")
    assert "已告知去镇政府办理" in chat.history()["messages"][-1]["text"]
    assert "450" in text_of(chat.say("云安区农村低保多少钱"))


def test_going_back_to_the_bot_keeps_the_case_open(service):
    chat = Chat(service)
    waiting = chat.say("转人工")
    back = chat.press(waiting, "继续问机器人")
    assert back["handled_by"] == "bot"
    ticket = next(m["data"]["ticket"] for m in waiting["messages"] if m["data"].get("ticket"))
    assert ticket in service.run("desk", "cases")
    assert "450" in text_of(chat.say("云安区农村低保多少钱"))


def test_ask_prints_answer_and_sources(service):
    said = service.run("bot", "ask", QUESTION, "--url", service.url)
    assert "450" in said
    assert "来源" in said
    said = service.run("bot", "ask", "低保标准", "--region", "440100", "--as-of", "2016-06-30", "--url", service.url)
    assert "720" in said


def test_bad_data_names_file_and_line_and_does_not_start(tmp_path):
    good = Service(tmp_path)
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "mine.yaml").write_text('aliases: {minimum_living_allowance: [饭票]}\n', encoding="utf-8")
    good.run("policy_kb", "load", str(folder))
    (folder / "mine.yaml").write_text(
        "provisions:\n  - id: broken\n    benefit: minimum_living_allowance\n    aspekt: amount\n", encoding="utf-8"
    )
    good.launch()
    assert good.process.wait(60) == 1
    said = "".join(good.said)
    assert "mine.yaml:4" in said
    assert "aspekt" in said
    assert "Traceback" not in said


def test_a_busy_port_is_a_sentence(tmp_path):
    service = Service(tmp_path)
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", service.port))
        busy.listen()
        service.launch()
        assert service.process.wait(30) == 1
    wait_for(lambda: service.said, 5, "a sentence")
    assert str(service.port) in "".join(service.said)
    assert "Traceback" not in "".join(service.said)


def test_the_secret_key_is_for_its_owner_only(service):
    assert os.stat(service.var / "secret_key").st_mode & 0o777 == 0o600
