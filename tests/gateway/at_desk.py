"""Somebody at the console with a resident who has asked for a person."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import AsyncIterator

from tests.gateway.fake_rasa import handoff
from tests.gateway.house import Street
from tests.gateway.listener import Listener
from tests.gateway.people import Person, account, person


@contextlib.asynccontextmanager
async def desk(street: Street, **settings):
    """A gateway, a resident who has asked for a person, and 王芳 at the console."""
    async with street.open(**settings) as house, person(house) as wang:
        account(house, "wang", name="王芳")
        await wang.log_in("wang")
        resident = house.resident()
        await resident.say("低保多少钱")
        house.rasa.next.append(handoff())
        await resident.say("转人工")
        yield house, wang, resident


def ticket(resident) -> str:
    return resident.cases()[0].ticket


def at(resident, what: str = "") -> str:
    return f"/desk/cases/{ticket(resident)}" + (f"/{what}" if what else "")


async def post(who, resident, what: str, **form: str):
    return await who.send(at(resident, what), **form)


async def reply(who, resident, text: str, sent: str | None = None):
    return await post(who, resident, "reply", text=text, id=sent or uuid.uuid4().hex)


@contextlib.asynccontextmanager
async def follow(who: Person, resident, after: object = None) -> AsyncIterator[Listener]:
    """The stream of the case's page."""
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": str(after)} if after is not None else {})
    async with who.browser.get(who.origin + at(resident, "events"), headers=headers) as got:
        assert got.status == 200, got.status
        yield Listener(got)
