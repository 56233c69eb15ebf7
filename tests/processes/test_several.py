"""Several Rasa processes in a real service: all are started, come back whichever dies, and end with it."""

from __future__ import annotations

import signal
from pathlib import Path

import psutil
import pytest

from tests.service import Chat, Service, text_of, wait_for

PROCESSES = 3
QUESTION = "云安区农村低保一个月多少钱"


def started(folder: Path) -> Service:
    running = Service(folder, HUIMIN_RASA_PROCESSES=str(PROCESSES)).start()
    until_all_are_ready(running)
    return running


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """One for all tests that leave it running."""
    running = started(tmp_path_factory.mktemp("several"))
    yield running
    running.stop()


@pytest.fixture
def own_service(tmp_path):
    running = started(tmp_path)
    yield running
    running.stop()


def until_all_are_ready(service: Service) -> None:
    """Wait for that; whatever is not ready yet is an error."""

    def all_ready() -> bool:
        try:
            return service.get("/readyz")["assistants"] == {"ready": PROCESSES, "of": PROCESSES}
        except OSError:
            return False

    wait_for(all_ready, 60, "all ready")


def test_each_answers_and_whichever_is_killed_comes_back(service):
    assert len(service.rasa_processes()) == PROCESSES
    for rasa in service.rasa_processes():
        rasa.kill()
        assert "450" in text_of(Chat(service).say(QUESTION))
    until_all_are_ready(service)
    for _ in range(2 * PROCESSES):
        assert "450" in text_of(Chat(service).say(QUESTION))
    tries = service.metric("huimin_assistant_process_tries_total")
    assert {dict(k)["process"] for k in tries if dict(k)["result"] == "answered"} == {"1", "2", "3"}


def test_when_the_process_that_forked_them_is_killed_all_come_back(service):
    forked = service.rasa_processes()
    forked[0].parent().kill()
    _, alive = psutil.wait_procs(forked, timeout=15)
    assert alive == []
    until_all_are_ready(service)
    assert len(service.rasa_processes()) == PROCESSES
    assert "450" in text_of(Chat(service).say(QUESTION))


def test_what_is_loaded_while_they_run_each_answers_with_and_so_does_one_that_is_forked_again(service, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "mine.yaml").write_text("aliases: {minimum_living_allowance: [低保饭票]}\n", encoding="utf-8")
    before = text_of(Chat(service).say("云安区农村低保饭票一个月多少钱"))
    service.run("policy_kb", "load", str(folder))

    def versions() -> set[int]:
        said = [Chat(service).say("云安区农村低保饭票一个月多少钱") for _ in range(2 * PROCESSES)]
        return {m["data"]["kb_version"] for reply in said for m in reply["messages"]}

    wait_for(lambda: versions() == {2}, 15, f"the new version in every process (before: {before})")
    for rasa in service.rasa_processes():
        rasa.kill()
        wait_for(lambda rasa=rasa: rasa not in service.rasa_processes(), 10, "dead")
        until_all_are_ready(service)
        assert versions() == {2}, "forked again, it answers from what was loaded first"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_none_is_left_when_the_launcher_ends(own_service, number):
    launcher = psutil.Process(own_service.process.pid)
    # Besides these it tells, as it starts, of the link for the first account.
    wait_for(lambda: len(launcher.children(recursive=True)) == 2 + PROCESSES, 30, "only what serves is left")
    children = launcher.children(recursive=True)
    own_service.process.send_signal(number)
    own_service.process.wait(30)
    _, alive = psutil.wait_procs(children, timeout=15)
    assert alive == []
