"""What residents asked and we did not hold, by place and topic."""

from __future__ import annotations

import datetime as dt

from aiohttp import web

from desk.gaps import KINDS, QUOTED_FROM, gaps, totals
from desk.hours import begin_of, local
from desk.naming import Names
from desk.web.errors import Stopped
from desk.web.guard import HOST, Route
from desk.web.pages import page
from desk.web.review_pages import since_of

# Rows of each kind that the page shows.
SHOWN = 50


async def get_gaps(request: web.Request) -> web.Response:
    given = since_of(request)
    try:
        since = begin_of(dt.date.fromisoformat(given)) if given else None
    except ValueError:
        raise Stopped(400, "bad_filter") from None
    host = request.app[HOST]
    found, (counts, every) = await host.read(lambda db: (gaps(db, since, SHOWN), totals(db, since)))
    by_kind = {kind: [g for g in found if g.kind == kind] for kind in KINDS}
    names = Names(await host.knowledge())
    return page(
        request, "gaps.html", by_kind=by_kind, counts=counts, every=every, since=given, names=names, least=QUOTED_FROM,
        most=SHOWN, day=lambda moment: local(moment).date(), full=any(len(rows) == SHOWN for rows in by_kind.values()),
    )


ROUTES = (Route("GET", "/gaps", get_gaps, "report"),)
