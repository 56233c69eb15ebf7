"""What a resident can do about their own record: read what is kept, take it along, have it erased."""

from __future__ import annotations

from urllib.parse import quote

from aiohttp import web

from bot.gateway import keys
from bot.gateway.chat import authorised
from bot.gateway.delivery import script_of
from bot.gateway.errors import as_json, text
from bot.gateway.transcript import transcript
from desk import conversations as talk
from desk import hours
from desk.store import now
from policy_kb.settings import retention_days


async def get_privacy(request: web.Request) -> web.Response:
    """What is kept, for how many days and how to erase it, in the resident's words."""
    days = retention_days()
    return as_json({"retention_days": days, "notice": text("privacy", days=days)}, headers={"Cache-Control": "max-age=60"})


async def get_transcript(request: web.Request) -> web.Response:
    """The whole conversation as a text file, for whoever holds its token."""
    request.app[keys.LIMITS].check_address(request)
    conversation = await authorised(request, request.match_info["conversation"])
    rows = await request.app[keys.TURNS].read(lambda db: talk.history(db, conversation.id, limit=None))
    made_at = now()
    name = quote(f"{text('transcript_file')}-{hours.local(made_at):%Y%m%d}.txt")
    return web.Response(
        text=transcript(rows, made_at, script_of(request)), content_type="text/plain", charset="utf-8",
        headers={"Cache-Control": "no-store", "Content-Disposition": f"attachment; filename*=UTF-8''{name}"},
    )


async def delete_conversation(request: web.Request) -> web.Response:
    """Erases messages, context, cases and quick replies, as 删除我的记录 does; the conversation is not known afterwards."""
    request.app[keys.LIMITS].check_address(request)
    conversation = await authorised(request, request.match_info["conversation"])
    await request.app[keys.TURNS].write(lambda db: talk.erase(db, conversation.id))
    return web.Response(status=204, headers={"Cache-Control": "no-store"})
