"""The steps as the gateway's turns and the desk's functions make them: each one transaction on the desk store."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import threading
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from bot.gateway.for_desk import is_for_desk, may_be_for_desk
from bot.gateway.outcomes import Outcomes
from bot.gateway.results import Turn
from desk import cases, follow_ups, waiting
from desk import conversations as talk
from desk.routing.router import Router
from desk.store import now, open_store
from tests.handover.invariants import in_silence
from tests.handover.machine import SAID_BY_BOT, SHARED_MEMORY, STAFF


class Steps(Outcomes):
    """What turns leave in the store; the knowledge says that 救命 is danger and nothing else is."""

    def danger_in(self, message):
        danger = SimpleNamespace(id="help", first_line="请马上拨打110", advice="")
        return danger if message.payload is None and message.text == "救命" else None


class OnStore:
    """A :class:`tests.handover.machine.Transport` without a gateway: steps come in an order that a gateway never takes, too."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(dir=SHARED_MEMORY)
        self.conversation = None
        self._start()

    def _start(self) -> None:
        self.store = open_store(f"sqlite:///{self.folder}/desk.db")
        self.steps = Steps(knowledge=SimpleNamespace(get=lambda: None), router=Router(Path(self.folder) / "model.npz"))

    def close(self) -> None:
        self.store.dispose()
        shutil.rmtree(self.folder)

    def transaction(self, step) -> None:
        with self.store.begin() as db:
            in_silence(db, self.conversation, step)

    # -- the resident

    def begin(self) -> str:
        if self.conversation:
            return self.receive("转人工")
        with self.store.begin() as db:
            self.conversation, message = talk.begin(db, talk.Incoming(uuid.uuid4().hex, "", "转人工"))
        return message.id

    def receive(self, text: str, payload: str | None = None) -> str:
        given = talk.Incoming(uuid.uuid4().hex, text, text, payload)
        with self.store.begin() as db:
            return talk.receive(db, self.conversation, given).id

    def erase(self) -> None:
        with self.store.begin() as db:
            talk.clear(db, self.conversation)

    # -- the gateway

    def turn(self, message: str, said: str) -> None:
        turn = Turn(messages=[{"v": 1} | SAID_BY_BOT[said]], context={"after": message})

        def step(db) -> None:
            row = talk.get_message(db, message)
            if may_be_for_desk(row.text, row.payload) and is_for_desk(db, self.conversation, row.text, row.payload):
                self.steps.without_bot(db, row)
            else:
                self.steps.commit(db, row, turn)

        self.transaction(step)

    def takes_long(self, message: str) -> None:
        self.transaction(lambda db: self.steps.tell_to_wait(db, message))

    def gives_up(self, message: str) -> None:
        self.transaction(lambda db: self.steps.give_up(db, talk.get_message(db, message)))

    def nobody_claimed_in_time(self) -> None:
        self.transaction(lambda db: self.steps.release_unclaimed(db, now()))

    def staff_fall_silent(self) -> None:
        with mock.patch("desk.hours.open_at", return_value=True):
            self.transaction(lambda db: [waiting.release_silent(db, t, 0.0) for t in waiting.left_waiting(db, 0.0)])

    def crash(self) -> None:
        """An open transaction is gone too."""
        with self.store.connect() as db:
            transaction = db.begin()
            talk.say(db, self.conversation, talk.Outgoing("bot", "answer", "nobody may see this"))
            transaction.rollback()
        self.store.dispose()
        self._start()

    def reconnect(self) -> None:
        """Nobody listens here."""

    def heard(self, rows: list) -> None:
        """Nobody listens here."""

    # -- the staff

    def staff(self, do: str, ticket: str, who: str, *given: Any) -> None:
        act = follow_ups.add if do == "follow_up" else getattr(cases, do)
        self.transaction(lambda db: act(db, ticket, who, *given))

    def both_claim(self, ticket: str) -> list[str]:
        won, together = [], threading.Barrier(2)

        def try_it(who: str) -> None:
            store = open_store(f"sqlite:///{self.folder}/desk.db")
            together.wait(20)
            with contextlib.suppress(cases.NotPossible), store.begin() as db:
                cases.claim(db, ticket, who)
                won.append(who)
            store.dispose()

        threads = [threading.Thread(target=try_it, args=(who,)) for who in STAFF]
        for t in threads:
            t.start()
        for t in threads:
            t.join(30)
        return won
