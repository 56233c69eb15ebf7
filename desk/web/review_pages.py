"""Reviewing: the list of conversations that want a look, and one of them with every answer to be marked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable
from dataclasses import dataclass, replace

from aiohttp import web
from sqlalchemy.engine import Connection, Row

from desk import conversations as talk
from desk import reviews, to_review
from desk.hours import begin_of
from desk.naming import Ambiguous, Names, Unknown
from desk.reviews import Meanwhile, NoSuchAnswer, Verdict
from desk.store import aware
from desk.tables import MARKS, cases
from desk.texts import text
from desk.web import badges
from desk.web.errors import Stopped
from desk.web.guard import FORM, HOME, HOST, Route, actor_of, look_at_conversation, see_other
from desk.web.pages import page
from policy_kb.settings import today

MAX_COMMENT = 500
REVIEWS = f"{HOME}/reviews"


# ---------------------------------------------------------------- the list


async def get_list(request: web.Request) -> web.Response:
    """Without residents' words: who reads these opens a conversation, and that is written down."""
    names = Names(await request.app[HOST].knowledge())
    asked = {name: request.query.get(name, "").replace("\0", "").strip() for name in ("show", "why", "place", "benefit")}
    asked |= {"show": asked["show"] or to_review.TO_DO, "since": since_of(request)}
    found, error, wanted = [], None, None
    try:
        wanted = _wanted(asked, names, request.query.get("before", "").replace("\0", ""))
    except (Unknown, Ambiguous) as unclear:
        error = _unclear(unclear)
    if wanted:
        found = await request.app[HOST].read(lambda db: to_review.look(db, wanted))
    entries, more = found[: to_review.A_PAGE], len(found) > to_review.A_PAGE
    following = asked | {"before": _cursor(entries[-1])} if more else None
    return page(
        request, "reviews.html", 400 if error else 200, entries=entries, asked=asked, names=names, following=following,
        shows=to_review.SHOWS, whys=to_review.WHYS, error=error,
    )


def since_of(request: web.Request) -> str:
    """The day from which on is looked: as given, the last :data:`~desk.to_review.RECENT` where nothing is said, empty for all."""
    return request.query.get("since", (today() - to_review.RECENT).isoformat()).strip()


def _wanted(asked: dict[str, str], names: Names, before: str) -> to_review.Wanted:
    """Raises :class:`Unknown` and :class:`Ambiguous` for a name, :class:`Stopped` for what there is no such filter of."""
    show, why = asked["show"], asked["why"] or None
    if show not in to_review.SHOWS or why not in (None, *to_review.WHYS):
        raise Stopped(400, "bad_filter")
    place, benefit = names.place_called(asked["place"]), names.benefit_called(asked["benefit"])
    try:
        since = begin_of(dt.date.fromisoformat(asked["since"])) if asked["since"] else None
        return to_review.Wanted(show, why, names.within(place), benefit, since, _moment(before))
    except (ValueError, OverflowError):
        raise Stopped(400, "bad_filter") from None


def _unclear(error: Unknown | Ambiguous) -> str:
    """Which name is not known, or known too often."""
    if isinstance(error, Ambiguous):
        return text("review_many_places", given=error)
    return text("review_no_benefit" if error.what == "benefit" else "review_no_place_of_name", given=error)


def _cursor(entry: to_review.Entry) -> str:
    return f"{entry.at.isoformat()}~{entry.conversation}"


def _moment(given: str) -> tuple[dt.datetime, str] | None:
    if not given:
        return None
    moment, _, name = given.partition("~")
    return aware(dt.datetime.fromisoformat(moment)), name


# ---------------------------------------------------------------- one conversation


@dataclass(frozen=True)
class Answer:
    """A message of the bot that can be marked. ``number``: which of them it is, from 1; ``history``: all that was said of it, the
    last first; ``chosen``: what its form shows.
    """

    number: int
    reading: Row
    history: list[Row]
    chosen: Verdict
    benefit: str
    place: str

    @property
    def version(self) -> int:
        return self.history[0].version if self.history else 0


@dataclass(frozen=True)
class _Typed:
    """What a form said that was not taken, to be shown again."""

    message: str
    verdict: Verdict
    benefit: str
    place: str
    error: str


async def get_one(request: web.Request) -> web.Response:
    return await _show(request)


async def _show(request: web.Request, typed: _Typed | None = None, status: int = 200) -> web.Response:
    name = request.match_info["conversation"]
    ticket = await request.app[HOST].read(lambda db: _ticket(db, name))

    def look(db: Connection) -> tuple[list[Row], dict[str, Row], dict[str, list[Row]], list[str]]:
        rows = talk.history(db, name, limit=None)
        return rows, reviews.readings_of(db, name), reviews.of_conversation(db, name), to_review.whys_of(db, name)

    rows, taken, said, whys = await look_at_conversation(request, look, name, ticket)
    if not rows:
        raise Stopped(404, "no_conversation")
    names = Names(await request.app[HOST].knowledge())
    answers: dict[str, Answer] = {}
    for row in rows:
        if row.id in taken:
            again = typed if typed and typed.message == row.id else None
            answers[row.id] = _answer(len(answers) + 1, taken[row.id], said.get(row.id, []), names, again)
    return page(
        request, "review.html", status, conversation=name, ticket=ticket, rows=rows, answers=answers, whys=whys, names=names,
        marks=MARKS, aspects=names.aspects, typed=typed,
    )


def _ticket(db: Connection, conversation: str) -> str | None:
    """Of its last case. Raises :class:`Stopped` where there is no such conversation."""
    if talk.get(db, conversation) is None:
        raise Stopped(404, "no_conversation")
    c = cases.c
    query = cases.select().where(c.conversation == conversation).order_by(c.opened_at.desc()).limit(1)
    last = db.execute(query).first()
    return last.ticket if last else None


def _answer(number: int, reading: Row, history: list[Row], names: Names, typed: _Typed | None) -> Answer:
    """Its form shows what was typed, else what stands, else how the bot took the question."""
    if typed:
        return Answer(number, reading, history, typed.verdict, typed.benefit, typed.place)
    chosen = (
        reviews.verdict_of(history[0]) if history
        else Verdict("", True, reading.benefit, reading.aspect, reading.region)
    )
    return Answer(number, reading, history, chosen, names.benefit(chosen.benefit), names.place(chosen.region))


async def post_review(request: web.Request) -> web.Response:
    """Mark an answer; what cannot be taken is shown again with what was typed."""
    host, form = request.app[HOST], request[FORM]
    name, message = request.match_info["conversation"], request.match_info["message"]
    comment = host.mask(form.get("comment", "").replace("\r\n", "\n").strip())
    if len(comment) > MAX_COMMENT:
        raise Stopped(400, "too_long", most=MAX_COMMENT)
    seen = form.get("version", "")
    if not (seen.isascii() and seen.isdigit() and len(seen) < 10):
        raise Stopped(400, "bad_form")
    names = Names(await host.knowledge())
    given = {field: form.get(field, "").strip()[:100] for field in ("mark", "benefit", "aspect", "place")}
    ours = form.get("elsewhere", "") != "1"
    aspect = given["aspect"] if given["aspect"] in names.aspects else None
    draft = Verdict(given["mark"], ours, None, aspect, None, comment or None)

    def again(error: str, status: int = 400) -> Awaitable[web.Response]:
        return _show(request, _Typed(message, draft, given["benefit"], given["place"], text("review_again", error=error)), status)

    if given["mark"] not in MARKS:
        return await again(text("review_choose_mark"))
    try:
        benefit, region = names.benefit_called(given["benefit"]), names.place_called(given["place"])
    except (Unknown, Ambiguous) as error:
        return await again(_unclear(error))
    verdict = replace(draft, benefit=benefit, region=region) if ours else replace(draft, aspect=None)
    try:
        await host.write(lambda db: reviews.save(db, actor_of(request), name, message, int(seen), verdict))
    except NoSuchAnswer:
        raise Stopped(404, "no_answer") from None
    except Meanwhile as error:
        stands = error.standing
        return await again(text("review_meanwhile", who=stands.who, mark=text(f"mark_{stands.mark}")), 409)
    badges.forget(request)
    return see_other(f"{REVIEWS}/{name}?said=reviewed#{message}")


_ONE = "/reviews/{conversation:[0-9a-f]{32}}"
ROUTES = (
    Route("GET", "/reviews", get_list, "review"),
    Route("GET", _ONE, get_one, "review"),
    Route("POST", f"{_ONE}/{{message:[0-9a-f]{{32}}}}", post_review, "review"),
)
