"""The audit log: all of it for administrators, their own department's for supervisors."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlalchemy.engine import Connection

from desk import audit
from desk.permissions import may
from desk.web.guard import HOST, SESSION, Route, actor_of
from desk.web.pages import page

A_PAGE = 50


async def get_audit(request: web.Request) -> web.Response:
    """That somebody reads it is written down as well."""
    user, actor = request[SESSION].user, actor_of(request)
    ticket, who = (request.query.get(name, "").replace("\0", "").strip() for name in ("ticket", "who"))
    before = request.query.get("before", "")

    def look(db: Connection) -> list[Any]:
        audit.looked(db, actor, "audit_opened")
        return audit.entries(
            db, whole=may(user.role, "see_whole_audit"), department=user.department, ticket=ticket.upper(), who=who,
            before=int(before) if before.isascii() and before.isdigit() and len(before) < 10 else None, limit=A_PAGE + 1,
        )

    rows = await request.app[HOST].write(look)
    following = rows[A_PAGE - 1].id if len(rows) > A_PAGE else None
    return page(request, "audit.html", rows=rows[:A_PAGE], ticket=ticket, who=who, following=following)


ROUTES = (Route("GET", "/audit", get_audit, "see_audit"),)
