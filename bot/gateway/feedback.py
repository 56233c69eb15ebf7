"""``…/messages/{message}/feedback``: whether an answer helped. Taken while the assistant is switched off too."""

from __future__ import annotations

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from bot.gateway import keys
from bot.gateway.chat import body_as, own_conversation
from bot.gateway.errors import Refused
from bot.gateway.lines import optional_line
from bot.masking import mask
from desk import feedback

MAX_COMMENT = 500


class _Feedback(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    helpful: bool
    comment: str | None = None


async def put_feedback(request: web.Request) -> web.Response:
    """``{"helpful": true | false, "comment": "…" | null}``, in place of what was said of this message before."""
    conversation, message = await own_conversation(request), request.match_info["message"]
    given = await body_as(request, _Feedback)
    comment = optional_line(given.comment, MAX_COMMENT, "comment")
    app = request.app
    try:
        kind = await app[keys.TURNS].write(
            lambda db: feedback.give(db, conversation, message, given.helpful, comment and mask(comment))
        )
    except feedback.NoSuchAnswer:
        raise Refused(404, "no_such_message") from None
    if kind is not None:
        app[keys.METRICS].feedback_given(kind, given.helpful)
    return web.Response(status=204, headers={"Cache-Control": "no-store"})


async def delete_feedback(request: web.Request) -> web.Response:
    """Takes it back; there may be none."""
    conversation, message = await own_conversation(request), request.match_info["message"]
    try:
        await request.app[keys.TURNS].write(lambda db: feedback.take_back(db, conversation, message))
    except feedback.NoSuchAnswer:
        raise Refused(404, "no_such_message") from None
    return web.Response(status=204, headers={"Cache-Control": "no-store"})
