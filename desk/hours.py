"""When somebody is at the desk: office hours (``HUIMIN_OFFICE_HOURS``) of working days, with China's holidays and shifted working
days.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar
import regex

from desk.texts import text

log = logging.getLogger("huimin.desk")

DEFAULT = "9:00-17:30"
# The longest holiday is shorter by far.
DAYS_AHEAD = 60
_SPAN = regex.compile(r"\s*(\d{1,2}):(\d{2})\s*[-–—~]\s*(\d{1,2}):(\d{2})\s*")


class BadHours(ValueError):
    """Not of the form ``9:00-12:00,14:00-17:30``, or not in order."""


@lru_cache(maxsize=8)
def read_hours(given: str) -> tuple[tuple[dt.time, dt.time], ...]:
    """The spans of a day in order. Raises :class:`BadHours`."""
    spans = []
    for part in given.replace("：", ":").replace("，", ",").split(","):
        found = _SPAN.fullmatch(part)
        try:
            hour, minute, to_hour, to_minute = map(int, found.groups())
            span = dt.time(hour, minute), dt.time(to_hour, to_minute)
        except (AttributeError, ValueError):
            raise BadHours(given) from None
        if span[0] >= span[1] or spans and span[0] < spans[-1][1]:
            raise BadHours(given)
        spans.append(span)
    return tuple(spans)


def _spans() -> tuple[tuple[dt.time, dt.time], ...]:
    return read_hours(os.environ.get("HUIMIN_OFFICE_HOURS", "").strip() or DEFAULT)


def _zone() -> ZoneInfo:
    return ZoneInfo(os.environ.get("HUIMIN_TIMEZONE", "Asia/Shanghai"))


def local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(_zone())


def begin_of(day: dt.date) -> dt.datetime:
    """Midnight where Huimin serves, in UTC."""
    return dt.datetime.combine(day, dt.time(), _zone()).astimezone(dt.timezone.utc)


def is_working_day(day: dt.date) -> bool:
    """By the published holiday calendar; for a year it does not hold yet, Monday to Friday, and the log says so."""
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        _say_unknown(day.year)
        return day.weekday() < 5


@lru_cache(maxsize=32)
def _say_unknown(year: int) -> None:
    """Once for each year."""
    log.warning("the holidays of %s are not known: Monday to Friday count as working days", year)


def _open_on(day: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
    if not is_working_day(day):
        return []
    return [(dt.datetime.combine(day, opens, _zone()), dt.datetime.combine(day, closes, _zone())) for opens, closes in _spans()]


def open_at(moment: dt.datetime) -> bool:
    return any(opens <= moment < closes for opens, closes in _open_on(local(moment).date()))


def next_opening(moment: dt.datetime) -> dt.datetime | None:
    """When the desk opens next; None where it does not within :data:`DAYS_AHEAD` days."""
    today = local(moment).date()
    days = (today + dt.timedelta(days=n) for n in range(DAYS_AHEAD))
    return next((opens for day in days for opens, _ in _open_on(day) if opens > moment), None)


def open_seconds(begin: dt.datetime, end: dt.datetime) -> float:
    """How long the desk was open between two moments; no more than :data:`DAYS_AHEAD` days are looked at."""
    first = max(local(begin).date(), local(end).date() - dt.timedelta(days=DAYS_AHEAD))
    days = (first + dt.timedelta(days=n) for n in range((local(end).date() - first).days + 1))
    spans = (span for day in days for span in _open_on(day))
    return sum(max(0.0, (min(closes, end) - max(opens, begin)).total_seconds()) for opens, closes in spans)


def in_words(moment: dt.datetime, seen_from: dt.datetime) -> str:
    """A time to come as people say it: 今天14:00, 明天9:00, 本周五9:00, 下周一9:00, 12月28日（周一）9:00."""
    there, here = local(moment), local(seen_from)
    away = (there.date() - here.date()).days
    weeks = (away + here.weekday()) // 7
    key = {0: "day_today", 1: "day_tomorrow"}.get(away) or {0: "day_this_week", 1: "day_next_week"}.get(weeks, "day_later")
    weekday = text("weekdays")[there.weekday()]
    return f"{text(key, weekday=weekday, month=there.month, day=there.day)}{there.hour}:{there:%M}"


def spans_in_words() -> str:
    """``9:00—12:00、14:00—17:30``."""
    return "、".join(f"{opens.hour}:{opens:%M}—{closes.hour}:{closes:%M}" for opens, closes in _spans())
