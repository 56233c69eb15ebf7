"""A whole conversation as plain text that the resident can keep and show somebody. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import regex

from bot.gateway.errors import text
from bot.gateway.script import HANS, shown
from desk import hours
from desk.store import aware

Say = Callable[..., str]
# An answer's text ends with its sources in one line; here each stands in a line of its own, with all that is known of it.
_SOURCES = regex.compile(r"\n来源：[^\n]*\Z")
_IN_FORCE = {True: "transcript_in_force", False: "transcript_historic", None: "transcript_unsure"}


def transcript(messages: Iterable[Any], made_at: dt.datetime, script: str = HANS) -> str:
    """The rows of a conversation in order, with times where Huimin serves, sources and who spoke."""
    say = partial(text, script=script)
    made = say("transcript_made", at=_minute(made_at), zone=_zone(made_at, say))
    lines = [say("transcript_title"), made, say("transcript_about"), ""]
    count = 0
    for row in messages:
        count += 1
        lines += [say("transcript_line", at=_minute(aware(row.created_at)), who=_who(row, say)), _said(row, script)]
        lines += [_source(shown(c, script), say) for c in row.citations]
        if row.helpful is not None:
            lines.append(_feedback(row, say))
        lines.append("")
    return "\n".join([*lines, say("transcript_end", count=count), ""])


def _minute(moment: dt.datetime) -> str:
    return f"{hours.local(moment):%Y-%m-%d %H:%M}"


def _zone(moment: dt.datetime, say: Say) -> str:
    here = hours.local(moment)
    return say("transcript_zone") if str(here.tzinfo) == "Asia/Shanghai" else str(here.tzinfo)


def _who(row: Any, say: Say) -> str:
    return say(f"transcript_{row.sender}", name=(row.data or {}).get("name") or "").strip()


def _said(row: Any, script: str) -> str:
    if row.sender == "resident" and row.payload is None:
        return row.text
    return shown(_SOURCES.sub("", row.text) if row.citations else row.text, script)


def _feedback(row: Any, say: Say) -> str:
    key = "transcript_helpful" if row.helpful else "transcript_not_helpful"
    return say(key, comment=f"。{row.comment}" if row.comment else "")


def _source(citation: dict[str, Any], say: Say) -> str:
    """``《document》section（issuer，number，day，whether in force）address``."""
    published = citation.get("published")
    more = [citation.get("issuer"), citation.get("number"),
            say("transcript_published", day=published) if published else None, say(_IN_FORCE[citation.get("in_force")])]
    document = str(citation.get("document") or "").removeprefix("《").removesuffix("》")
    line = say("transcript_source", document=document, section=citation.get("section") or "", more="，".join(filter(None, more)))
    return f"{line} {citation['url']}" if citation.get("url") else line
