"""Put the console together."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable

from aiohttp import web

from desk import cases, passwords
from desk.accounts import NotPossible
from desk.texts import text
from desk.web import account_pages, audit_pages, case_pages, entry_pages, gap_pages, own_pages, queue_pages, review_pages
from desk.web.badges import WAITING
from desk.web.board import BOARDS, Boards
from desk.web.errors import Stopped
from desk.web.guard import HOME, HOST, Host, Route
from desk.web.pages import HERE, page, prepare

log = logging.getLogger("huimin.console")
STATIC = "/static"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    # Forms need it: with no-referrer a browser does not say from which page a form was sent.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}


async def _console_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)
    for name in ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers"):
        response.headers.popall(name, None)
    response.headers.setdefault("Cache-Control", "no-cache" if request.path.startswith(HOME + STATIC) else "no-store")


@web.middleware
async def _problems_as_pages(request: web.Request, handler) -> web.StreamResponse:
    """Whatever stops a page is a page itself, in words; an unexpected error shows nothing of its inside."""
    try:
        return await handler(request)
    except Stopped as stopped:
        return _problem(request, stopped.status, text(stopped.why, **stopped.values), stopped.headers)
    except (NotPossible, cases.NotPossible) as error:
        return _problem(request, 409, str(error))
    except web.HTTPMethodNotAllowed as error:
        return _problem(request, 405, text("stop_method"), {"Allow": ",".join(sorted(error.allowed_methods))})
    except web.HTTPRequestEntityTooLarge:
        return _problem(request, 413, text("stop_too_large"))
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _problem(request, 404, text("stop_no_page"))
    except Exception:
        log.exception("page failed")
        return _problem(request, 500, text("stop_broken"))


def _problem(request: web.Request, status: int, words: str, headers: dict[str, str] | None = None) -> web.Response:
    """In words; to a script that asks for no page, as JSON."""
    if "text/html" not in request.headers.get("Accept", "text/html"):
        said = json.dumps({"error": {"message": words}}, ensure_ascii=False)
        return web.Response(text=said, content_type="application/json", status=status, headers=headers)
    response = page(request, "problem.html", status, words=words)
    response.headers.update(headers or {})
    return response


async def _warm(app: web.Application) -> None:
    """So that the first login that nobody has takes no longer than others."""
    await asyncio.to_thread(passwords.nobodys)


def make_console(host: Host, more: Iterable[Route] = ()) -> web.Application:
    """The application to be mounted at ``/desk``; ``more``: routes of other parts of the console."""
    app = web.Application(middlewares=[_problems_as_pages])
    app[HOST], app[WAITING], app[BOARDS] = host, {}, Boards(app)
    app.on_response_prepare.append(_console_headers)
    app.on_startup.append(_warm)
    prepare(app)
    for route in (*entry_pages.ROUTES, *own_pages.ROUTES, *account_pages.ROUTES, *audit_pages.ROUTES, *queue_pages.ROUTES,
                  *case_pages.ROUTES, *review_pages.ROUTES, *gap_pages.ROUTES, *more):
        route.add_to(app)
    app.router.add_static(STATIC, HERE / "static")
    return app
