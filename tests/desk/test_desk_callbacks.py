"""A number left for a call: sealed on disk, seen by whoever has the case, each look written down, gone with the case."""

from __future__ import annotations

import datetime as dt
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from desk import callbacks, cases
from desk import conversations as talk
from desk.__main__ import main
from desk.callbacks import Callback
from desk.sealing import Unreadable
from desk.store import open_store
from desk.tables import callbacks as table

SECRET = "a secret"
LEFT = Callback("138 1234 5678", "张大爷", "下午")
# However a number could stand on disk.
PLAIN = [b"13812345678", b"138 1234 5678", b"1234 5678", "张大爷".encode(), "下午".encode(), "张大爷".encode("utf-16-le")]


@pytest.fixture
def ticket(store, conversation_of) -> str:
    return conversation_of()[1]


@pytest.fixture
def conversation_of(store, incoming):
    """A conversation that waits for a person, and its ticket."""

    def make(text: str = "转人工") -> tuple[str, str]:
        with store.begin() as db:
            name, message = talk.begin(db, incoming(text))
            talk.settle(db, message.id, "answered")
            return name, open_case(db, name)

    return make


def open_case(db, conversation: str) -> str:
    return cases.open_case(db, conversation, None, reason="request_human", urgent=False, department=None, summary="").ticket


def rows(db) -> int:
    return db.execute(sa.select(sa.func.count()).select_from(table)).scalar()


def on_disk(url: str) -> bytes:
    file = Path(url.removeprefix("sqlite:///"))
    return b"".join(f.read_bytes() for f in file.parent.iterdir() if f.name.startswith(file.name))


@pytest.fixture
def desk(url, monkeypatch, capsys):
    monkeypatch.setenv("HUIMIN_DESK_URL", url)
    monkeypatch.setenv("HUIMIN_SECRET_KEY", SECRET)

    def run(*args: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["desk", *args])
        status = main()
        return status, *capsys.readouterr()

    return run


# —— on disk ——


def test_nothing_of_it_stands_on_disk_in_the_clear(store, url, conversation_of):
    conversation, _ = conversation_of()
    with store.begin() as db:
        callbacks.leave(db, SECRET, conversation, LEFT)
    stored = on_disk(url)  # the write-ahead log with it
    assert [p for p in PLAIN if p in stored] == []
    assert not re.search(rb"1\D?3\D?8\D?1\D?2\D?3\D?4", stored)
    with store.begin() as db:
        assert callbacks.left(db, SECRET, conversation) == LEFT


@pytest.mark.parametrize("how", ["resolve", "take_back", "replace", "clear", "erase", "forget"])
def test_once_it_is_deleted_its_sealed_bytes_are_gone_too(store, url, conversation_of, how):
    conversation, ticket = conversation_of()
    with store.begin() as db:
        callbacks.leave(db, SECRET, conversation, LEFT)
        sealed = db.execute(sa.select(table.c.sealed)).scalar()
    with store.begin() as db:
        if how == "resolve":
            cases.resolve(db, ticket, "王芳", "answered", "已告知")
        elif how == "take_back":
            callbacks.take_back(db, conversation)
        elif how == "replace":
            callbacks.leave(db, SECRET, conversation, Callback("139 1234 5678"))
        elif how == "forget":
            db.execute(cases.cases.update().values(status="resolved"))
            assert talk.forget_older(db, dt.datetime(2100, 1, 1, tzinfo=dt.timezone.utc)) == 1
        else:
            getattr(talk, how)(db, conversation)
        assert rows(db) == (how == "replace")
    store.dispose()
    assert sealed not in on_disk(url)
    assert sealed[13:] not in on_disk(url)


# —— leaving, changing, taking back ——


def test_without_an_open_case_none_can_be_left(db, conversation):
    with pytest.raises(callbacks.NoOpenCase):
        callbacks.leave(db, SECRET, conversation, LEFT)
    with pytest.raises(callbacks.NoOpenCase):
        callbacks.left(db, SECRET, conversation)
    callbacks.take_back(db, conversation)


def test_the_last_one_counts_and_can_be_taken_back(db, conversation):
    open_case(db, conversation)
    assert callbacks.left(db, SECRET, conversation) is None
    callbacks.leave(db, SECRET, conversation, LEFT)
    callbacks.leave(db, SECRET, conversation, Callback("139 1234 5678"))
    assert callbacks.left(db, SECRET, conversation) == Callback("139 1234 5678", None, None)
    callbacks.take_back(db, conversation)
    assert callbacks.left(db, SECRET, conversation) is None


def test_what_the_resident_does_is_written_down_without_the_number(db, conversation):
    ticket = open_case(db, conversation)
    callbacks.leave(db, SECRET, conversation, LEFT)
    callbacks.take_back(db, conversation)
    callbacks.take_back(db, conversation)
    events = cases.events(db, cases.by_ticket(db, ticket).id)
    assert [(e.who, e.what, e.why) for e in events[1:]] == [("resident", "callback_left", None), ("resident", "callback_taken_back", None)]


def test_the_next_case_of_the_conversation_has_no_number(db, conversation):
    first = open_case(db, conversation)
    callbacks.leave(db, SECRET, conversation, LEFT)
    cases.resolve(db, first, "王芳", "answered", "已告知")
    with pytest.raises(callbacks.NoOpenCase):
        callbacks.left(db, SECRET, conversation)
    second = open_case(db, conversation)
    assert second != first
    assert callbacks.left(db, SECRET, conversation) is None
    cases.claim(db, second, "王芳")
    with pytest.raises(cases.NotPossible, match="没有留回拨电话"):
        callbacks.look(db, SECRET, second, "王芳")


def test_a_number_moved_to_another_case_cannot_be_read_there(db, conversation, incoming):
    open_case(db, conversation)
    callbacks.leave(db, SECRET, conversation, LEFT)
    other, _ = talk.begin(db, incoming("也要人工"))
    ticket = open_case(db, other)
    db.execute(table.update().values(case=cases.by_ticket(db, ticket).id))
    with pytest.raises(Unreadable):
        callbacks.left(db, SECRET, other)


# —— looking ——


def test_only_who_has_claimed_the_case_sees_it_and_that_is_written_down(db, conversation):
    ticket = open_case(db, conversation)
    callbacks.leave(db, SECRET, conversation, LEFT)
    for who in ("王芳", "resident", ""):
        with pytest.raises(cases.NotPossible, match="还没有人接手"):
            callbacks.look(db, SECRET, ticket, who)
    cases.claim(db, ticket, "王芳")
    for who in ("李强", "王", "王芳 ", "resident", ""):
        with pytest.raises(cases.NotPossible, match="王芳 接手"):
            callbacks.look(db, SECRET, ticket, who)
    assert callbacks.look(db, SECRET, ticket.lower(), "王芳") == LEFT
    assert callbacks.look(db, SECRET, ticket, "王芳") == LEFT
    events = [(e.who, e.what) for e in cases.events(db, cases.by_ticket(db, ticket).id)]
    assert events[-3:] == [("王芳", "claim"), ("王芳", "callback_seen"), ("王芳", "callback_seen")]


def test_with_another_key_it_is_unreadable_and_nothing_breaks(db, conversation):
    ticket = open_case(db, conversation)
    callbacks.leave(db, SECRET, conversation, LEFT)
    cases.claim(db, ticket, "王芳")
    with pytest.raises(cases.NotPossible, match="读不出来"):
        callbacks.look(db, "another", ticket, "王芳")
    with pytest.raises(Unreadable):
        callbacks.left(db, "another", conversation)
    callbacks.leave(db, "another", conversation, LEFT)
    assert callbacks.look(db, "another", ticket, "王芳") == LEFT
    cases.resolve(db, ticket, "王芳", "answered", "已告知")
    assert rows(db) == 0


# —— the terminal ——


def test_the_terminal_shows_it_to_the_claimer(desk, store, conversation_of):
    conversation, ticket = conversation_of()
    with store.begin() as db:
        callbacks.leave(db, SECRET, conversation, LEFT)
    desk("reply", ticket, "您好", "--as", "王芳")
    status, said, _ = desk("callback", ticket, "--as", "王芳")
    assert status == 0
    assert "138 1234 5678　称呼：张大爷　方便的时间：下午" in said
    assert "王芳 看了回拨电话" in desk("show", ticket)[1]


@pytest.mark.parametrize("command", [("cases",), ("show", "{}"), ("callback", "{}", "--as", "李强"), ("feedback",)])
def test_the_terminal_shows_nobody_else_more_than_that_there_is_one(desk, store, conversation_of, command):
    conversation, ticket = conversation_of()
    with store.begin() as db:
        callbacks.leave(db, SECRET, conversation, LEFT)
        cases.claim(db, ticket, "王芳")
    _, said, complaint = desk(*(part.format(ticket) for part in command))
    assert "已留回拨电话" in said + complaint or command == ("feedback",)
    assert not any(part in said + complaint for part in ("5678", "138", "张大爷", "下午"))


def test_a_refused_look_fails_with_a_sentence(desk, store, conversation_of):
    _, ticket = conversation_of()
    assert desk("callback", ticket, "--as", "王芳") == (1, "", f"{ticket} 没有留回拨电话\n")


def test_a_key_that_cannot_be_read_is_said_in_a_sentence(desk, store, conversation_of, monkeypatch):
    def no_key():
        raise PermissionError(13, "Permission denied")

    _, ticket = conversation_of()
    monkeypatch.setattr("desk.case_commands.secret_key", no_key)
    assert desk("callback", ticket, "--as", "王芳") == (1, "", "密钥读不到（HUIMIN_SECRET_KEY 或 var/secret_key）：Permission denied\n")


def test_no_number_no_word_of_one(desk, conversation_of):
    _, ticket = conversation_of()
    assert "回拨" not in desk("cases")[1] + desk("show", ticket)[1]


# —— several at once, on both kinds of store ——


def at_once(*deeds) -> list[BaseException | None]:
    """Do all of them in threads of their own at the same moment; what each failed with."""
    start = threading.Barrier(len(deeds))

    def do(deed) -> BaseException | None:
        start.wait(10)
        try:
            deed()
        except Exception as error:
            return error
        return None

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def test_a_number_never_outlives_the_case_however_it_races_with_resolving(database_url, incoming):
    store = open_store(database_url)

    def in_transaction(do, *args):
        with store.begin() as db:
            return do(db, *args)

    try:
        for _ in range(25):
            conversation, message = in_transaction(talk.begin, incoming())
            ticket = in_transaction(open_case, conversation)
            leave = partial(in_transaction, callbacks.leave, SECRET, conversation, LEFT)
            resolve = partial(in_transaction, cases.resolve, ticket, "王芳", "answered", "已告知")
            failed = at_once(leave, resolve, leave)
            assert {type(f) for f in failed} <= {type(None), callbacks.NoOpenCase}
            assert in_transaction(cases.by_ticket, ticket).status == "resolved"
            assert in_transaction(rows) == 0
    finally:
        store.dispose()
