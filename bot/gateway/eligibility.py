"""``POST /api/eligibility``: the preliminary check for machines. Open, read-only, rate-limited."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from dataclasses import asdict
from typing import Any

from aiohttp import web

from bot.gateway import keys
from bot.gateway.chat import day_of, json_body
from bot.gateway.errors import Refused, as_json
from policy_kb import COUNTRY, KnowledgeBase
from policy_kb.eligibility import BadFacts, read_household, screen
from policy_kb.eligibility.facts import REGION, about_the_child
from policy_kb.eligibility.wording import Words
from policy_kb.reader import NothingLoaded
from policy_kb.settings import today

_FIELDS = frozenset({"region", "as_of", "benefits", "facts"})


async def post_eligibility(request: web.Request) -> web.Response:
    """``{"region", "as_of", "benefits": [ids] | null, "facts": {…}}`` → the verdicts.

    ``region`` null: the one among the facts, else the country's rules alone; ``as_of`` null: today; ``benefits`` null: all
    that have rules. A fact that is null or absent is unknown. 400 names every fact that cannot be taken.
    """
    app = request.app
    app[keys.LIMITS].check_address(request)
    body = await _body(request)
    try:
        kb = await keys.knowledge(app)
    except NothingLoaded:
        raise Refused(503, "nothing_loaded") from None
    return await asyncio.to_thread(_answer, kb, body)


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await json_body(request), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused(400, "not_json") from None
    if not isinstance(body, dict):
        raise Refused(400, "bad_shape", where="body")
    for name in sorted(set(body) - _FIELDS):
        raise Refused(400, "bad_shape", where=name)
    return body


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _answer(kb: KnowledgeBase, body: dict[str, Any]) -> web.Response:
    facts = body.get("facts")
    if not isinstance(facts, dict):
        raise Refused(400, "bad_shape", where="facts")
    region = _region(kb, body.get("region"), facts.get(REGION))
    as_of = body.get("as_of")
    if as_of is not None and not isinstance(as_of, str):
        raise Refused(400, "bad_date")
    day = day_of(as_of) or today()
    benefits = _benefits(kb, body.get("benefits"))
    try:
        household = about_the_child(read_household(kb, facts))
    except BadFacts as error:
        raise Refused(400, "bad_facts", problems=str(error)) from None
    found = screen(kb, household, region, day, benefits)
    words = Words(kb, household, region, day)
    verdicts = [asdict(v) | {"text": "\n".join(words.verdict(v))} for v in found]
    return as_json(
        {"region": region, "as_of": day.isoformat(), "kb_version": kb.version, "understood": words.understood(),
         "benefits": verdicts},
        default=dt.date.isoformat,
    )


def _region(kb: KnowledgeBase, given: Any, told: Any) -> str:
    for code in (given, told):
        if code is not None and (not isinstance(code, str) or code not in kb.regions):
            raise Refused(400, "unknown_region")
    if given and told and given != told:
        raise Refused(400, "two_regions")
    return given or told or COUNTRY


def _benefits(kb: KnowledgeBase, given: Any) -> list[str] | None:
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(b, str) for b in given):
        raise Refused(400, "bad_shape", where="benefits")
    for b in given:
        if b not in kb.benefits:
            raise Refused(400, "unknown_benefit", benefit=b[:80])
        if b not in kb.rules_of:
            raise Refused(400, "no_rule", benefit=kb.benefits[b].name)
    return given
