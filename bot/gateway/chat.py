"""The chat API: ``POST /api/chat``, history, regions."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import time
from typing import Annotated, Any, TypeVar

import regex
from aiohttp import web
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError, model_validator
from sqlalchemy.engine import Connection
from sqlalchemy.exc import NoResultFound

from bot.gateway import keys
from bot.gateway.access import MESSAGE
from bot.gateway.admission import admit
from bot.gateway.errors import Refused, as_json
from bot.gateway.lines import clean_line
from bot.gateway.turns import outcome_of
from bot.masking import mask
from desk import conversations as talk
from policy_kb import COUNTRY

_JSON = frozenset({"application/json", "application/octet-stream"})
M = TypeVar("M", bound=BaseModel)


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]
    text: str | None = None
    payload: Annotated[str, StringConstraints(max_length=64)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self):
        if (self.text is None) == (self.payload is None):
            raise ValueError("text or payload")
        return self


class _Chat(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    conversation: str | None = None
    message: _Message
    region: str | None = None
    as_of: str | None = None


def token_for(secret: str, conversation: str) -> str:
    """The bearer token of a conversation; made when needed, stored nowhere."""
    return hmac.new(secret.encode(), f"conversation:{conversation}".encode(), hashlib.sha256).hexdigest()


def _mac(secret: str, chat: _Chat) -> str:
    """Tells whether a repeated message id carries the same body, without keeping the body."""
    body = f"body:{chat.message.text}\0{chat.message.payload}\0{chat.region}\0{chat.as_of}"
    return hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()


async def json_body(request: web.Request) -> bytes:
    """What was sent, where it may be JSON: bytes that say no type are taken for it. Raises :class:`Refused`."""
    if request.content_type not in _JSON:
        raise Refused(415, "not_json_type")
    return await request.read()


async def body_as(request: web.Request, model: type[M]) -> M:
    """What was sent, as a model. Raises :class:`Refused`."""
    raw = await json_body(request)
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            raise Refused(400, "not_json") from None
        raise Refused(400, "bad_shape", where=".".join(map(str, first["loc"])) or "body") from None


def day_of(given: str | None) -> dt.date | None:
    """An ISO date, or None where none is given. Raises :class:`Refused`."""
    try:
        if given is not None and not regex.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
            raise ValueError
        return dt.date.fromisoformat(given) if given is not None else None
    except ValueError:
        raise Refused(400, "bad_date") from None


def _check_token(request: web.Request, conversation: str) -> None:
    """Raises :class:`Refused` where the bearer token is not the conversation's own."""
    headers = request.headers.getall("Authorization", [])
    scheme, _, given = headers[0].partition(" ") if len(headers) == 1 else ("", "", "")  # of two, a proxy may have read the other
    if scheme.lower() != "bearer" or not given:
        raise Refused(401, "no_token", {"WWW-Authenticate": "Bearer"})
    expected = token_for(request.app[keys.SECRET], conversation)
    if not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
        raise Refused(404, "not_found")


async def authorised(request: web.Request, conversation: str):
    """The conversation, if the bearer token is its own."""
    _check_token(request, conversation)
    row = await request.app[keys.TURNS].read(lambda db: talk.get(db, conversation))
    if row is None:
        raise Refused(404, "not_found")
    return row


async def own_conversation(request: web.Request) -> str:
    """The id of the conversation in the address, for whoever holds its token, within the limits of messages."""
    limits = request.app[keys.LIMITS]
    limits.check_address(request)
    conversation = await authorised(request, request.match_info["conversation"])
    limits.check_conversation(conversation.id)
    return conversation.id


def _received(db: Connection, conversation: str, incoming: talk.Incoming):
    """The message, saved in a conversation that exists."""
    try:
        return talk.receive(db, conversation, incoming)
    except NoResultFound:
        raise Refused(404, "not_found") from None
    except talk.UnknownReply:
        if talk.get(db, conversation) is None:  # gone, and its buttons with it
            raise Refused(404, "not_found") from None
        raise Refused(400, "bad_payload") from None


async def post_chat(request: web.Request) -> web.Response:
    """Save the message, see to its answer, wait for the first word."""
    app = request.app
    app[keys.LIMITS].check_address(request)
    chat = await body_as(request, _Chat)
    text = clean_line(chat.message.text) if chat.message.text is not None else ""
    kb = await keys.knowledge(app)
    if chat.region is not None and chat.region not in kb.regions:
        raise Refused(400, "unknown_region")
    as_of = day_of(chat.as_of)
    secret = app[keys.SECRET]
    incoming = talk.Incoming(
        client_id=chat.message.id, body_mac=_mac(secret, chat), text=mask(text), payload=chat.message.payload,
        region=chat.region, as_of=as_of,
    )
    turns = app[keys.TURNS]
    name = chat.conversation
    if name is not None:
        _check_token(request, name)
        app[keys.LIMITS].check_conversation(name)
    elif incoming.payload is not None:
        raise Refused(400, "bad_payload")
    await admit(app, kb, name, incoming)
    began = time.monotonic()
    try:
        if name is None:
            name, message = await turns.write(lambda db: talk.begin(db, incoming))
        else:
            message = await turns.write(lambda db: _received(db, name, incoming))
    except talk.Conflict:
        raise Refused(409, "conflict") from None
    request[MESSAGE] = message.id
    outcome = None
    if message.state == "received":
        turns.submit(name, message.id, talk.aware(message.created_at), time.monotonic() - began)
        outcome = await turns.first_word(message.id)
    conversation, replies = outcome or await turns.read(lambda db: outcome_of(db, name, message.id))
    if conversation is None:  # erased meanwhile
        raise Refused(404, "not_found")
    return as_json(
        {"conversation": name, "token": token_for(secret, name), "handled_by": conversation.owner,
         "messages": [talk.public(r) for r in replies]}
    )


async def get_messages(request: web.Request) -> web.Response:
    """``?after=SEQ``: what came after, at most 200; ``next`` is the sequence number to ask after next."""
    request.app[keys.LIMITS].check_address(request)
    conversation = await authorised(request, request.match_info["conversation"])
    given = request.query.get("after", "0")
    if not regex.fullmatch(r"[0-9]{1,9}", given):
        raise Refused(400, "bad_shape", where="after")
    rows = await request.app[keys.TURNS].read(lambda db: talk.history(db, conversation.id, int(given)))
    return as_json(
        {"conversation": conversation.id, "handled_by": conversation.owner,
         "messages": [talk.public(r) for r in rows], "next": rows[-1].seq if rows else int(given)}
    )


async def get_regions(request: web.Request) -> web.Response:
    """The place ``?parent=`` (default: the country) and those directly below it, with whether we hold anything there."""
    kb = await keys.knowledge(request.app)
    parent = request.query.get("parent", COUNTRY)
    if parent not in kb.regions:
        raise Refused(400, "unknown_region")
    held = {r.code for code in kb.regions_with_data for r in kb.chain(code)}

    def shown(r: Any) -> dict[str, Any]:
        return {"code": r.code, "name": r.name, "full_name": kb.full_name(r.code), "level": r.level, "has_data": r.code in held}

    return as_json(
        {"region": shown(kb.regions[parent]), "regions": [shown(r) for r in kb.regions.values() if r.parent == parent]},
        headers={"Cache-Control": "max-age=60"},
    )
