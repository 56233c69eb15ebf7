"""A real service that is told to stop finishes what runs; what it cannot finish is answered after the next start."""

from __future__ import annotations

import json
import signal
import threading
import urllib.error
import uuid

import pytest

from tests.service import Chat, Service, wait_for

QUESTION = "云安区农村低保一个月多少钱"


@pytest.fixture
def services(tmp_path):
    """``services(HUIMIN_STOP_TIMEOUT="1")`` starts a service in the same folder each time."""
    started: list[Service] = []

    def start(**environment: str) -> Service:
        started.append(Service(tmp_path, **environment).start())
        return started[-1]

    yield start
    for service in started:
        service.stop()


class Asking:
    """A question on its way while Rasa stands still."""

    def __init__(self, service: Service):
        self.chat, self.message, self.reply = Chat(service), uuid.uuid4().hex, {}
        self.chat.say("你好")
        self.rasa = service.child("bot.rasa_host.server")
        self.rasa.suspend()
        self._thread = threading.Thread(target=lambda: self.reply.update(self.chat.say(QUESTION, message_id=self.message)))
        self._thread.start()
        wait_for(lambda: any(m["text"] == QUESTION for m in self.chat.history()["messages"]), 10, "message saved")

    def over(self) -> list[dict]:
        self._thread.join(30)
        return self.reply["messages"]


def serving(service: Service) -> bool:
    try:
        return "serving" not in service.get("/readyz")["checks"]
    except urllib.error.HTTPError as error:
        return "serving" not in json.load(error)["checks"]


def test_a_running_turn_is_answered_before_the_process_ends(services):
    service = services()
    asking = Asking(service)
    service.process.send_signal(signal.SIGTERM)
    wait_for(lambda: not serving(service), 5, "/readyz says that it stops")
    with pytest.raises(urllib.error.HTTPError) as refused:
        Chat(service).say(QUESTION)
    assert refused.value.code == 503
    asking.rasa.resume()
    assert "450" in asking.over()[0]["text"]
    assert service.process.wait(20) == 0


def test_what_did_not_finish_in_time_is_answered_once_after_the_next_start(services):
    service = services(HUIMIN_STOP_TIMEOUT="1")
    asking = Asking(service)
    service.process.send_signal(signal.SIGTERM)
    assert asking.over()[0]["data"]["pending"]
    asking.rasa.resume()
    assert service.process.wait(20) == 0
    asking.chat.service = services()

    def answers() -> list[dict]:
        return [m for m in asking.chat.history()["messages"] if m["kind"] == "answer"]

    wait_for(answers, 30, "the late answer")
    assert ["450" in a["text"] for a in answers()] == [True]


def test_an_operators_command_switches_a_running_service_off_and_on(services):
    service = services()
    service.run("bot", "switch", "off", "--why", "系统维护")

    def asked() -> int:
        try:
            Chat(service).say(QUESTION)
        except urllib.error.HTTPError as error:
            return error.code
        return 200

    wait_for(lambda: asked() == 503, 5, "switched off")
    assert "12356" in Chat(service).say("我不想活了")["messages"][0]["text"].splitlines()[0]
    service.run("bot", "switch", "on")
    wait_for(lambda: asked() == 200, 5, "switched on")


def test_the_gateways_log_is_json_and_holds_nothing_that_was_said(services):
    service = services()
    Chat(service).say("我叫张三丰，电话13912345678，云安区低保多少钱")
    lines = [json.loads(line) for line in (service.var / "logs" / "gateway.log").read_text(encoding="utf-8").splitlines()]
    assert {"request", "turn"} <= {line["event"] for line in lines}
    assert not any(word in json.dumps(lines, ensure_ascii=False) for word in ("张三丰", "13912345678", "低保", "127.0.0.1"))
