"""``…/callback``: a number for a call from staff, asked for apart so that it never stands in the conversation."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from bot.gateway import keys
from bot.gateway.chat import body_as, own_conversation
from bot.gateway.errors import Refused, as_json, text
from bot.gateway.lines import optional_line
from desk import callbacks
from desk.phones import BadPhone, last_digits, read_phone
from desk.sealing import Unreadable

MAX_NAME, MAX_WHEN = 40, 80


class _Callback(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    phone: str
    name: str | None = None
    when: str | None = None


async def put_callback(request: web.Request) -> web.Response:
    """``{"phone", "name", "when"}``, in place of an earlier one; only while a case of the conversation is not resolved."""
    conversation = await own_conversation(request)
    callback = _callback(await body_as(request, _Callback))
    secret = request.app[keys.SECRET]
    try:
        await request.app[keys.TURNS].write(lambda db: callbacks.leave(db, secret, conversation, callback))
    except callbacks.NoOpenCase:
        raise Refused(409, "no_open_case") from None
    return as_json(_told(callback))


async def get_callback(request: web.Request) -> web.Response:
    """Whether a number is left, and how it ends; the number itself is not told again."""
    conversation = await own_conversation(request)
    secret = request.app[keys.SECRET]
    try:
        callback = await request.app[keys.TURNS].read(lambda db: callbacks.left(db, secret, conversation))
    except callbacks.NoOpenCase:
        raise Refused(409, "no_open_case") from None
    except Unreadable:
        return as_json({"left": True, "hint": None, "until": text("callback_until")})
    return as_json(_told(callback) if callback else {"left": False, "hint": None, "until": None})


async def delete_callback(request: web.Request) -> web.Response:
    """Takes the number back; there may be none."""
    conversation = await own_conversation(request)
    await request.app[keys.TURNS].write(lambda db: callbacks.take_back(db, conversation))
    return web.Response(status=204, headers={"Cache-Control": "no-store"})


def _callback(given: _Callback) -> callbacks.Callback:
    try:
        phone = read_phone(given.phone)
    except BadPhone as error:
        raise Refused(400, "bad_phone", why=text(f"phone_{error.reason}")) from None
    name, when = _one_line(given.name, MAX_NAME, "callback_name"), _one_line(given.when, MAX_WHEN, "callback_when")
    return callbacks.Callback(phone, name, when)


def _one_line(given: str | None, most: int, field: str) -> str | None:
    line = optional_line(given, most, field)
    return line and " ".join(line.split())


def _told(callback: callbacks.Callback) -> dict[str, Any]:
    return {"left": True, "hint": text("callback_hint", digits=last_digits(callback.phone)), "until": text("callback_until")}
