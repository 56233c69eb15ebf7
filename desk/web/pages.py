"""How a page is made: its template, its words, what the role may go to."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web

from desk.accounts import state_of
from desk.case_words import event_of, reason_of, when
from desk.permissions import may
from desk.texts import text
from desk.to_review import COUNTED
from desk.web.guard import BADGES, CSRF_FIELD, HOST, SESSION

HERE = Path(__file__).parent
# (address, name of its words, what it needs), in the order shown.
NAVIGATION: list[tuple[str, str, str]] = [
    ("/desk", "nav_home", "own_account"),
    ("/desk/queue", "nav_queue", "see_queue"),
    ("/desk/reviews", "nav_reviews", "review"),
    ("/desk/gaps", "nav_gaps", "report"),
    ("/desk/accounts", "nav_accounts", "manage_accounts"),
    ("/desk/audit", "nav_audit", "see_audit"),
    ("/desk/password", "nav_password", "own_account"),
    ("/desk/sessions", "nav_sessions", "own_account"),
]


def prepare(app: web.Application) -> None:
    aiohttp_jinja2.setup(
        app, loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )
    aiohttp_jinja2.get_env(app).globals.update(
        text=text, when=when, may=may, state_of=state_of, csrf_field=CSRF_FIELD, reason_of=reason_of, event_of=event_of,
        fresh_id=lambda: uuid.uuid4().hex,
    )


def page(request: web.Request, template: str, status: int = 200, **context: Any) -> web.Response:
    """An HTML page for whoever is logged in, or for somebody who is not."""
    session = request.get(SESSION)
    role = session.user.role if session and not session.user.must_change else None
    common = {
        "session": session, "here": request.path, "error": None, "said": _said(request),
        "idle_seconds": int(request.app[HOST].idle.total_seconds()),
        "badges": {name: _count(count) for name, count in request.get(BADGES, {}).items() if count},
        "navigation": [(address, name) for address, name, needs in NAVIGATION if role and may(role, needs)],
    }
    response = aiohttp_jinja2.render_template(template, request, common | context)
    response.set_status(status)
    return response


def _count(count: int) -> str:
    """What stands behind an entry of the navigation: 7, or 99+."""
    return f"{COUNTED}+" if count > COUNTED else str(count)


def _said(request: web.Request) -> str | None:
    """What the form before this page did; only sentences of our own."""
    name = request.query.get("said", "")
    return text(f"said_{name}") if name in SAID else None


SAID = frozenset({"password", "role", "disable", "enable", "unlock", "logged_out", "over", "claimed", "note", "transfer",
                  "release", "resolve", "reopen", "follow_up", "done", "replied",
                  "reviewed"})
