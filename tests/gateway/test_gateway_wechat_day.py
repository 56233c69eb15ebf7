"""A day of traffic over WeChat in a minute: everything goes wrong that can, and gateways die amid it.

Each resident message is acted on exactly once and acknowledged in time, each message to a resident arrives once and in order, or
stands there with the reason why it has not or may not have. It holds the machine to the platform's five seconds, so it is run by
itself: ``HUIMIN_WECHAT_DAY=1000 .venv/bin/python -m pytest -s tests/gateway/test_gateway_wechat_day.py``.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import datetime as dt
import os
import random
import re
import time
import uuid
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
from aiohttp.test_utils import TestServer

from desk import conversations as talk
from desk.store import open_store, reading
from desk.tables import conversations, messages
from desk.wechat_tables import wechat_in, wechat_out, wechat_residents
from tests.gateway.fake_rasa import FakeRasa, answer, fail, result
from tests.handover.on_gateway import SECRET, Gateway
from tests.postgres import binaries, new_database, server
from tests.wechat.letters import Account
from tests.wechat.platform import Pace, Platform, Post
from tests.wechat.weather import Weather

MESSAGES = int(os.environ.get("HUIMIN_WECHAT_DAY", "0"))
RESIDENTS, SEED = 50, 20261201
DIES_EVERY = 8.0
# The platform waits its five seconds; all other times are pressed together, and nothing else of the programs is changed.
PACE = Pace(wait=5.0, between=0.1)
PRESSED = {
    "bot.gateway.wechat.endpoint.ANSWER_WITHIN": 0.8, "bot.gateway.wechat.endpoint.REPLYING": 2.8,
    "bot.gateway.wechat.delivery.LOOK_EVERY": 0.2, "bot.gateway.wechat.delivery.FIRST_PAUSE": 0.1,
    "bot.gateway.wechat.delivery.LONGEST_PAUSE": 1.0, "desk.wechat.ARRIVED": dt.timedelta(seconds=6),
    "desk.wechat.NOT_WRITTEN": dt.timedelta(seconds=12), "desk.wechat.UNDER_WAY": dt.timedelta(seconds=4),
    "bot.gateway.turns.FIRST_PAUSE": 0.02, "bot.gateway.turns.LEFT_AFTER": 2.0, "bot.gateway.app.SWEEP_EVERY": 1,
    "gc.freeze": int,
}
STORM = {"lose_request": 0.03, "lose_answer": 0.04, "double": 0.04, "hold": 0.02, "busy": 0.05, "cut_after": 0.02, "cut_before": 0.02,
         "expire": 0.02, "slow": 0.05}
pytestmark = pytest.mark.skipif(not MESSAGES, reason="HUIMIN_WECHAT_DAY is not set: takes a machine of its own for two minutes")
TAG = re.compile(r"〔([^〕]+)〕")


def said_to(asked: str, chance: random.Random) -> dict:
    """What the assistant answers: short or several parts long; what was asked stands in it, and the number of each line."""
    lines = 120 if "长" in asked else 1
    text = "\n".join(f"〔{asked}.{n}〕每人每月{450 + n}元，由县民政局按月发放。" for n in range(lines))
    offers = [{"title": t, "says": t, "payload": "/more"} for t in ("申请条件", "要带什么")] if chance.random() < 0.3 else []
    return result(text, quick_replies=offers)


@dataclass
class Day:
    """The traffic, and what is known of it afterwards."""

    platform: Platform
    rasa: FakeRasa
    store: sa.engine.Engine
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    posts: dict[str, Post] = field(default_factory=dict)

    async def assistant(self, asked: dict):
        drawn = self.chance.random()
        if drawn < 0.02:
            return await fail()(asked)
        await asyncio.sleep(1.1 if drawn < 0.06 else self.chance.random() / 50)
        return await answer(said_to(asked["text"], self.chance))(asked)

    async def resident(self, number: int, count: int) -> None:
        who = self.platform.resident(f"o{number}")
        for n in range(count):
            text = f"{number}-{n}{'长' if self.chance.random() < 0.03 else ''}"
            self.posts[text] = await who.say(text)
            if self.chance.random() < 0.05:
                self.staff_say(number, n)
            await asyncio.sleep(self.chance.random() / 5)

    def staff_say(self, number: int, n: int) -> None:
        """A person says something, from another process than the gateway."""
        with self.store.begin() as db:
            row = self._conversation(db, f"{number}-%")
            if row is not None:
                talk.lock(db, row)
                talk.say(db, row, talk.Outgoing("staff", "chat", f"〔人{number}-{n}〕您好", data={"name": "王芳"}))

    @staticmethod
    def _conversation(db, like: str) -> str | None:
        return db.execute(sa.select(messages.c.conversation).where(messages.c.text.like(like)).limit(1)).scalar()

    async def settled(self) -> None:
        """Until nothing is under way any more."""
        until = time.monotonic() + 40
        while time.monotonic() < until:
            with reading(self.store) as db, db.begin():
                o = wechat_out.c
                moves = sa.select(o.id).where(sa.or_(o.state == "sending", sa.and_(o.state == "waiting", o.next_try.is_not(None))))
                new = sa.select(conversations.c.id).join(wechat_residents, wechat_residents.c.conversation == conversations.c.id).where(
                    conversations.c.last_seq > wechat_residents.c.told)
                open_turns = sa.select(messages.c.id).where(messages.c.state == "received")
                if not any(db.execute(q.limit(1)).first() for q in (moves, new, open_turns)):
                    return
            await asyncio.sleep(0.2)
        raise AssertionError("it never comes to rest")

    def look(self):
        with reading(self.store) as db, db.begin():
            rows = db.execute(sa.select(messages).order_by(messages.c.conversation, messages.c.seq)).all()
            came = sa.select(wechat_out, wechat_in.c.message.label("came")).outerjoin(wechat_in, wechat_in.c.id == wechat_out.c.arrival)
            parts = db.execute(came.order_by(wechat_out.c.id)).all()
        return rows, parts


def check(day: Day) -> collections.Counter:
    """All that is promised; how much came to which end."""
    rows, parts = day.look()
    assert day.platform.violations == []
    taken = collections.Counter(m.text for m in rows if m.sender == "resident")
    for text, post in day.posts.items():
        assert taken[text] == 1 if post.acknowledged else taken[text] <= 1, (text, taken[text])
        assert all(t.took < PACE.wait for t in post.tries if t.took is not None), text
    answers = collections.Counter(m.in_reply_to for m in rows if m.sender == "bot")
    assert all(answers[m.id] == 1 for m in rows if m.sender == "resident")
    states, with_reply_to = collections.defaultdict(set), collections.defaultdict(set)
    for part in parts:
        states[part.message].add(part.state)
        with_reply_to[part.message].add(part.came)
        assert part.state == "sent" or part.reason, (part.state, part.reason)
    asked = {m.id: m.text for m in rows if m.sender == "resident"}
    arrived = collections.Counter(tag for who in day.platform.residents.values() for text in who.texts for tag in TAG.findall(text))
    ends: collections.Counter = collections.Counter()
    for m in (m for m in rows if m.sender != "resident" and TAG.search(m.text)):
        tags = TAG.findall(m.text)
        counts = {arrived[tag] for tag in tags}
        assert counts <= {0, 1}, ("doubled", tags[0], counts)
        whole, state = counts == {1}, states[m.id]
        # Three answers lost, or requests: the platform gave it up, and nobody can know that it did.
        lost = any(came in asked and not day.posts[asked[came]].acknowledged for came in with_reply_to[m.id])
        assert whole or lost or state - {"sent"}, ("lost without a word", m.text[:40], state)
        ends["uncertain" if "uncertain" in state else "arrived" if whole else "lost with the platform's last try"] += 1
    in_order(day, rows)
    return ends


def in_order(day: Day, rows) -> None:
    place = {tag: (m.conversation, m.seq, n) for m in rows if m.sender != "resident" for n, tag in enumerate(TAG.findall(m.text))}
    for who in day.platform.residents.values():
        seen = [place[tag] for text in who.texts for tag in TAG.findall(text)]
        assert seen == sorted(seen), f"{who.openid}: out of order"


async def weather_changes(day: Day, until: asyncio.Event) -> None:
    """Storms, with calm between; once the platform's clock runs two days ahead, so that windows and tokens are over."""
    for n in range(1000):
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(until.wait(), 1.5)
            return
        stormy = n % 3 != 2
        for name, likely in STORM.items():
            setattr(day.platform.weather, name, likely if stormy else 0.0)
        if n == 4:
            day.platform.advance(49 * 3600)


async def whole_day(knowledge, url: str, gateways: int) -> collections.Counter:
    store, rasa = open_store(url), FakeRasa()
    platform = Platform(Account(), pace=PACE, weather=Weather(seed=SEED, pause=0.15))
    day = Day(platform, rasa, store)
    rasa.always = day.assistant
    async with TestServer(rasa.app()) as served, platform.open():
        more = {"wechat": platform.account.settings(platform.url), "first_word_after": 30.0, "give_up_after": 60.0, "unclaimed_after": 1e6}

        def start() -> Gateway:
            return Gateway(knowledge, str(served.make_url("")).rstrip("/"), lambda: None, **more)

        running = [await asyncio.to_thread(start) for _ in range(gateways)]
        over, deaths = asyncio.Event(), 0

        async def balance() -> None:
            """Whoever is alive is posted to, now this one and now that."""
            while True:
                platform.gateway = f"{day.chance.choice(running).url}/wechat" if running else "http://127.0.0.1:9/wechat"
                await asyncio.sleep(0.02)

        async def kill() -> None:
            nonlocal deaths
            while not over.is_set():
                with contextlib.suppress(asyncio.TimeoutError):
                    await asyncio.wait_for(over.wait(), DIES_EVERY)
                    return
                dying = running.pop(0)
                platform.gateway = f"{running[0].url}/wechat" if running else "http://127.0.0.1:9/wechat"
                await asyncio.to_thread(dying.crash)
                running.append(await asyncio.to_thread(start))
                deaths += 1

        aside = [asyncio.create_task(t) for t in (balance(), kill(), weather_changes(day, over))]
        await asyncio.sleep(0.1)
        try:
            await asyncio.gather(*(day.resident(n, MESSAGES // RESIDENTS) for n in range(RESIDENTS)))
            over.set()
            await asyncio.gather(*aside[1:])
            platform.weather = Weather()
            await day.settled()
            for n in range(6):  # what waited leads the next replies, until nothing does
                if n and not any(part.state == "waiting" for part in day.look()[1]):
                    break
                for number in range(RESIDENTS):
                    day.posts[f"{number}-尾{n}"] = await platform.resident(f"o{number}").say(f"{number}-尾{n}")
                await day.settled()
            found = check(day)
            rows, parts = day.look()
            assert not [p for p in parts if p.state == "waiting"], "something waits although the resident wrote again and again"
            via = collections.Counter(a.via for who in platform.residents.values() for a in who.arrived)
            print(f"\n{len(day.posts)} messages, {sum(len(p.tries) for p in day.posts.values())} posts, {deaths} deaths, {dict(found)}, "
                  f"{dict(via)}, tokens {platform.tokens}, slowest answer "
                  f"{max(t.took for p in day.posts.values() for t in p.tries if t.took is not None):.2f} s")
            assert deaths > 2 and found["arrived"] > 0.5 * sum(found.values())
            return found
        finally:
            for task in aside:
                task.cancel()
            await asyncio.gather(*aside, return_exceptions=True)
            for gateway in running:
                await asyncio.to_thread(gateway.crash)
            store.dispose()


@pytest.fixture
def _pressed(monkeypatch, tmp_path, knowledge_url):
    for what, value in PRESSED.items():
        monkeypatch.setattr(what, value)
    monkeypatch.setenv("HUIMIN_KB_URL", knowledge_url)
    monkeypatch.setenv("HUIMIN_VAR", str(tmp_path))
    monkeypatch.setenv("HUIMIN_SECRET_KEY", SECRET)


@pytest.mark.usefixtures("_pressed")
@pytest.mark.timeout(600)
def test_a_day_with_one_gateway_that_dies_again_and_again(knowledge, monkeypatch, tmp_path):
    url = f"sqlite:///{tmp_path / uuid.uuid4().hex}.db"
    monkeypatch.setenv("HUIMIN_DESK_URL", url)
    asyncio.run(whole_day(knowledge, url, 1))


@pytest.mark.usefixtures("_pressed")
@pytest.mark.timeout(600)
@pytest.mark.skipif(binaries() is None, reason="no PostgreSQL here")
def test_a_day_with_two_gateways_on_one_postgresql(knowledge, monkeypatch):
    with server(binaries()) as address:
        url = new_database(address)
        monkeypatch.setenv("HUIMIN_DESK_URL", url)
        asyncio.run(whole_day(knowledge, url, 2))
