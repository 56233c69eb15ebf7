"""When somebody is at the desk: working hours of working days, with China's holidays and shifted working days."""

from __future__ import annotations

import datetime as dt
import os
from zoneinfo import ZoneInfo

import chinese_calendar

OPENS, CLOSES = dt.time(9, 0), dt.time(17, 30)


def local(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(ZoneInfo(os.environ.get("HUIMIN_TIMEZONE", "Asia/Shanghai")))


def is_working_day(day: dt.date) -> bool:
    """By the published holiday calendar; for a year it does not hold yet, Monday to Friday."""
    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return day.weekday() < 5


def open_at(moment: dt.datetime) -> bool:
    here = local(moment)
    return is_working_day(here.date()) and OPENS <= here.time() < CLOSES
