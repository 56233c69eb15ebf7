"""When somebody is at the desk: working hours of working days, with China's holidays and shifted working days."""

from __future__ import annotations

import datetime as dt
import os
from zoneinfo import ZoneInfo

import chinese_calendar

OPENS, CLOSES = dt.time(9, 0), dt.time(17, 30)


def _zone() -> ZoneInfo:
    return ZoneInfo(os.environ.get("HUIMIN_TIMEZONE", "Asia/Shanghai"))


def local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(_zone())


def begin_of(day: dt.date) -> dt.datetime:
    """Midnight where Huimin serves, in UTC."""
    return dt.datetime.combine(day, dt.time(), _zone()).astimezone(dt.timezone.utc)


def is_working_day(day: dt.date) -> bool:
    """By the published holiday calendar; for a year it does not hold yet, Monday to Friday."""
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return day.weekday() < 5


def open_at(moment: dt.datetime) -> bool:
    here = local(moment)
    return is_working_day(here.date()) and OPENS <= here.time() < CLOSES
