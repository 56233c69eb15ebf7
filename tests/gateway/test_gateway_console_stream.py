"""The stream of a case's page: it goes on as long as whoever reads it is logged in, and no moment longer."""

from __future__ import annotations

import asyncio
import datetime as dt

import pytest
import sqlalchemy as sa

from desk import accounts, audit
from desk.account_tables import audit_log
from desk.account_tables import sessions as session_rows
from desk.store import now
from tests.gateway.at_desk import at, desk, follow, post, reply, ticket
from tests.gateway.people import BY, account, person


async def test_a_stream_tells_what_both_say_without_ending(street):
    async with desk(street) as (house, wang, resident):
        await post(wang, resident, "claim")
        async with follow(wang, resident) as ear:
            await ear.until("state", handled_by="staff")
            await reply(wang, resident, "您好")
            await ear.until("message", text="您好")
            await resident.say("在吗")
            await ear.until("message", text="在吗")
            assert ear.seqs == list(range(1, len(ear.seqs) + 1))


async def by_herself(house, wang, user):
    await wang.send("/desk/logout")


async def everywhere(house, wang, user):
    await wang.send("/desk/sessions/end")


def at_the_terminal(change):
    """What another process writes: found by looking."""

    async def act(house, wang, user):
        with house.store.begin() as db:
            change(db, user)

    return act


def by_an_administrator(**form):
    async def act(house, wang, user):
        async with person(house) as boss:
            account(house, "boss", "admin")
            await boss.log_in("boss")
            assert (await boss.send(f"/desk/accounts/{user.id}", **form)).status in {200, 303}

    return act


def idle_for_too_long(db, user):
    db.execute(session_rows.update().where(session_rows.c.user == user.id).values(last_seen=now() - dt.timedelta(hours=1)))


@pytest.mark.parametrize("end", [
    by_herself, everywhere, by_an_administrator(do="disable"), by_an_administrator(do="role", role="admin"),
    by_an_administrator(do="reset"), at_the_terminal(lambda db, user: accounts.disable(db, BY, user)),
    at_the_terminal(lambda db, user: accounts.set_role(db, BY, user, "agent")), at_the_terminal(idle_for_too_long),
], ids=["logout", "logout everywhere", "disabled", "another role", "reset", "disabled elsewhere", "role elsewhere", "idle"])
async def test_the_stream_ends_when_the_session_does(street, end):
    async with desk(street) as (house, wang, resident):
        with house.store.begin() as db:
            user = accounts.by_login(db, "wang")
        async with follow(wang, resident) as ear:
            await ear.until("state")
            await end(house, wang, user)
            await ear.end()


async def test_nothing_said_after_the_session_ended_is_told(street, monkeypatch):
    """Even where the gateway has not looked yet that it ended."""
    monkeypatch.setattr("bot.gateway.streams.LOOK_EVERY", 60.0)
    async with desk(street) as (house, wang, resident):
        with house.store.begin() as db:
            user = accounts.by_login(db, "wang")
        async with follow(wang, resident) as ear:
            await ear.until("state")
            with house.store.begin() as db:
                accounts.disable(db, BY, user)
            await resident.say("这句话王芳不能再看到")
            await ear.end()
            assert not any("不能再看到" in m["text"] for m in ear.all("message"))


async def test_a_stream_ends_at_once_where_this_gateway_ends_the_session(street, monkeypatch):
    monkeypatch.setattr("bot.gateway.streams.LOOK_EVERY", 60.0)
    async with desk(street) as (house, wang, resident), follow(wang, resident) as ear:
        await ear.until("state")
        await wang.send("/desk/logout")
        await ear.end()


async def test_another_ones_logout_leaves_the_stream(street):
    async with desk(street) as (house, wang, resident), person(house) as li:
        account(house, "li", name="李明")
        await li.log_in("li")
        async with follow(wang, resident) as ear:
            await ear.until("state")
            await li.send("/desk/logout")
            await post(wang, resident, "claim")
            await ear.until("state", handled_by="staff")


async def test_who_comes_back_without_a_session_is_told_to_log_in(street):
    async with desk(street) as (house, wang, resident):
        path = at(resident, "events")
        await wang.send("/desk/logout")
        assert (await wang.ask("GET", path, headers={"Accept": "text/event-stream"})).status == 401


async def test_who_keeps_a_conversation_open_is_written_down_again_and_again(street, monkeypatch):
    monkeypatch.setattr(audit, "ONE_LOOK", dt.timedelta(seconds=0.2))
    async with desk(street) as (house, wang, resident):
        looked = sa.select(sa.func.count()).where(
            audit_log.c.what == "conversation_opened", audit_log.c.ticket == ticket(resident)
        )

        def looks() -> int:
            with house.store.begin() as db:
                return db.execute(looked).scalar_one()

        async with follow(wang, resident) as ear:
            await ear.until("state")
            await asyncio.wait_for(house.until(lambda: looks() >= 3), 20)
