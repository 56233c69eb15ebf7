"""One case: the conversation as it happens, what is known, and all that can be done with it."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
from collections.abc import Callable
from typing import Any

import regex
import sqlalchemy as sa
from aiohttp import web
from sqlalchemy.engine import Connection, Row

from desk import audit, callbacks, canned, cases, follow_ups, presence, wechat
from desk import conversations as talk
from desk.case_words import delivery_of, department_of
from desk.naming import Names
from desk.permissions import may
from desk.store import aware, now
from desk.summary import summary
from desk.texts import text
from desk.web.errors import Stopped
from desk.web.guard import FORM, HOME, HOST, SESSION, Route, look_at_conversation, see_other, still_in
from desk.web.pages import page
from policy_kb.settings import today

log = logging.getLogger("huimin.console")
MAX_REPLY, MAX_NOTE, MAX_NAME = 1000, 1000, 80


def _ticket(request: web.Request) -> str:
    return request.match_info["ticket"].upper()


def _who(request: web.Request) -> str:
    return request[SESSION].user.name


def _words(request: web.Request, field: str, most: int, needed: bool = True) -> str:
    """What a field of the form says, masked. Raises :class:`Stopped` where it says nothing or too much."""
    return request.app[HOST].mask(_as_written(request, field, most, needed))


def _as_written(request: web.Request, field: str, most: int, needed: bool = True) -> str:
    """What a field says that goes to the resident: an office's number must get through."""
    words = request[FORM].get(field, "").replace("\r\n", "\n").replace("\0", "").strip()
    if needed and not words:
        raise Stopped(400, "empty")
    if len(words) > most:
        raise Stopped(400, "too_long", most=most)
    return words


async def _case(request: web.Request) -> Row:
    try:
        return await request.app[HOST].read(lambda db: cases.by_ticket(db, _ticket(request)))
    except cases.NoSuchCase:
        raise Stopped(404, "no_case") from None


async def get_case(request: web.Request) -> web.Response:
    case = await _case(request)

    def look(db: Connection) -> dict[str, Any]:
        rows, as_it_is = talk.history(db, case.conversation, limit=None), cases.by_ticket(db, case.ticket)
        return {
            "case": as_it_is, "department": department_of(db, as_it_is), "messages": rows, "summary": summary(rows),
            "reasons": cases.reasons(db, case.id), "events": cases.events(db, case.id), "due": follow_ups.of_case(db, case.id),
            "has_number": case.id in callbacks.with_number(db), "colleagues": presence.colleagues(db),
            "delivered": wechat.deliveries(db, case.conversation),
        }

    shown = await look_at_conversation(request, look, case.conversation, case.ticket)
    shown |= _able(request, shown["case"])
    names = Names(await request.app[HOST].knowledge())
    return page(
        request, "case.html", **shown, names=names, delivery_of=delivery_of, today=today(),
        outcomes=cases.OUTCOMES, kinds=follow_ups.KINDS,
    )


def _able(request: web.Request, case: Row) -> dict[str, bool]:
    """What whoever is logged in can do with the case as it stands."""
    role, hers = request[SESSION].user.role, case.claimed_by == _who(request)
    return {
        "hers": hers and case.status == "claimed",
        "can_take_over": case.status == "claimed" and not hers and may(role, "take_over"),
        "can_reopen": case.status == "resolved" and now() - aware(case.resolved_at) <= cases.REOPENED_WITHIN,
    }


async def _do(request: web.Request, said: str, act: Callable[[Connection], Any]) -> web.Response:
    """Do something with the case and come back to it; a script gets 204."""
    try:
        await request.app[HOST].write(act)
    except cases.NoSuchCase:
        raise Stopped(404, "no_case") from None
    if "text/html" not in request.headers.get("Accept", "text/html"):
        return web.Response(status=204)
    return see_other(f"{HOME}/cases/{_ticket(request)}?said={said}")


async def post_claim(request: web.Request) -> web.Response:
    return await _do(request, "claimed", lambda db: cases.claim(db, _ticket(request), _who(request)))


async def post_take_over(request: web.Request) -> web.Response:
    return await _do(request, "claimed", lambda db: cases.take_over(db, _ticket(request), _who(request)))


async def post_reply(request: web.Request) -> web.Response:
    """``id``: made by the page, so that what is sent again after a broken line is said once."""
    words, sent = _as_written(request, "text", MAX_REPLY), request[FORM].get("id", "")
    if not regex.fullmatch("[0-9a-f]{32}", sent):
        raise Stopped(400, "bad_form")
    return await _do(request, "replied", lambda db: cases.reply(db, _ticket(request), _who(request), words, sent))


async def post_typing(request: web.Request) -> web.Response:
    case = await _case(request)
    if case.claimed_by == _who(request) and case.status == "claimed":
        request.app[HOST].staff_write(case.conversation)
    return web.Response(status=204)


async def post_note(request: web.Request) -> web.Response:
    words = _words(request, "text", MAX_NOTE)
    return await _do(request, "note", lambda db: cases.note(db, _ticket(request), _who(request), words))


async def post_transfer(request: web.Request) -> web.Response:
    to, words = _words(request, "to", MAX_NAME), _words(request, "text", MAX_NOTE)
    return await _do(request, "transfer", lambda db: cases.transfer(db, _ticket(request), _who(request), to, words))


async def post_release(request: web.Request) -> web.Response:
    words = _words(request, "text", MAX_NOTE)
    return await _do(request, "release", lambda db: cases.release(db, _ticket(request), _who(request), words))


async def post_resolve(request: web.Request) -> web.Response:
    kind, words = request[FORM].get("kind", ""), _as_written(request, "text", MAX_NOTE)
    if kind not in cases.OUTCOMES:
        raise Stopped(400, "bad_kind")
    return await _do(request, "resolve", lambda db: cases.resolve(db, _ticket(request), _who(request), kind, words))


async def post_reopen(request: web.Request) -> web.Response:
    words = _words(request, "text", MAX_NOTE)
    return await _do(request, "reopen", lambda db: cases.reopen(db, _ticket(request), _who(request), words))


async def post_follow_up(request: web.Request) -> web.Response:
    kind, note = request[FORM].get("kind", ""), _words(request, "note", MAX_NOTE, needed=False)
    person = _words(request, "person", MAX_NAME, needed=False) or _who(request)
    try:
        day = dt.date.fromisoformat(request[FORM].get("day", ""))
    except ValueError:
        raise Stopped(400, "bad_day") from None
    if kind not in follow_ups.KINDS:
        raise Stopped(400, "bad_kind")
    return await _do(
        request, "follow_up", lambda db: follow_ups.add(db, _ticket(request), _who(request), kind, day, person, note or None)
    )


async def post_done(request: web.Request) -> web.Response:
    words, number = _words(request, "text", MAX_NOTE), int(request.match_info["number"])
    return await _do(request, "done", lambda db: follow_ups.done(db, number, _who(request), words))


async def post_callback(request: web.Request) -> web.Response:
    """The number, for whoever has the case; it is written down that they looked."""
    case, host = await _case(request), request.app[HOST]

    def look(db: Connection) -> callbacks.Callback:
        return callbacks.look(db, host.secret, case.ticket, _who(request))

    left = await look_at_conversation(request, look, case.conversation, case.ticket, "callback_seen")
    said = text("case_callback_line", phone=left.phone, name=left.name or "", when=left.when or "")
    return page(request, "callback.html", case=case, said_number=said)


async def get_events(request: web.Request) -> web.StreamResponse:
    """What happens in the conversation, as it happens, while whoever looks is logged in."""
    case = await _case(request)
    await _look_on(request, case)
    looking = asyncio.create_task(_keep_looking(request, case))
    try:
        return await request.app[HOST].follow(request, case.conversation, still_in(request, "read_conversation"))
    finally:
        looking.cancel()


async def _look_on(request: web.Request, case: Row) -> None:
    await look_at_conversation(request, lambda db: None, case.conversation, case.ticket)


async def _keep_looking(request: web.Request, case: Row) -> None:
    """Who keeps a conversation open looks at it again and again, and that is written down."""
    while True:
        await asyncio.sleep(audit.ONE_LOOK.total_seconds())
        try:
            await _look_on(request, case)
        except sa.exc.SQLAlchemyError as error:
            log.warning("could not write down a look: %s", type(error).__name__)


async def get_canned(request: web.Request) -> web.Response:
    name = _who(request)
    rows = [row | {"text": row["text"].format(name=name)} for row in canned.canned()]
    return web.Response(text=json.dumps(rows, ensure_ascii=False), content_type="application/json")


_ONE = r"/cases/{ticket:[Hh][Mm]-[A-Za-z0-9]{6}}"
ROUTES = (
    Route("GET", "/canned.json", get_canned, "chat", is_use=False),
    Route("GET", _ONE, get_case, "read_conversation"),
    Route("GET", f"{_ONE}/events", get_events, "read_conversation", is_use=False),
    Route("POST", f"{_ONE}/claim", post_claim, "claim"),
    Route("POST", f"{_ONE}/take-over", post_take_over, "take_over"),
    Route("POST", f"{_ONE}/reply", post_reply, "chat"),
    Route("POST", f"{_ONE}/typing", post_typing, "chat"),
    Route("POST", f"{_ONE}/note", post_note, "write_note"),
    Route("POST", f"{_ONE}/transfer", post_transfer, "chat"),
    Route("POST", f"{_ONE}/release", post_release, "chat"),
    Route("POST", f"{_ONE}/resolve", post_resolve, "resolve_own"),
    Route("POST", f"{_ONE}/reopen", post_reopen, "claim"),
    Route("POST", f"{_ONE}/follow-up", post_follow_up, "write_note"),
    Route("POST", f"{_ONE}/follow-up/{{number:[0-9]{{1,9}}}}/done", post_done, "write_note"),
    Route("POST", f"{_ONE}/callback", post_callback, "see_own_callback"),
)
