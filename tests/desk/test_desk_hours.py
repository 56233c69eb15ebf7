"""Somebody is at the desk in working hours of working days, as China's calendar lays them down."""

from __future__ import annotations

import datetime as dt

import pytest

from desk.hours import is_working_day, open_at


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-11-23", True),  # a Monday
        ("2026-11-22", False),  # a Sunday
        ("2026-01-01", False),  # New Year
        ("2026-01-04", True),  # a Sunday worked for New Year
        ("2026-02-14", True),  # a Saturday worked for the Spring Festival
        ("2026-02-17", False),  # a Tuesday in the Spring Festival
        ("2026-02-28", True),  # a Saturday worked for the Spring Festival
        ("2026-05-04", False),  # a Monday in the Labour Day holiday
        ("2026-05-09", True),  # a Saturday worked for Labour Day
        ("2026-09-20", True),  # a Sunday worked for the National Day
        ("2026-10-07", False),  # a Wednesday in the National Day holiday
        ("2026-10-10", True),  # a Saturday worked for the National Day
    ],
)
def test_working_days_of_2026(day, works):
    assert is_working_day(dt.date.fromisoformat(day)) is works


@pytest.mark.parametrize(("day", "works"), [("2099-11-23", True), ("2099-11-22", False), ("1990-01-01", True)])
def test_a_year_the_calendar_does_not_know_has_monday_to_friday(day, works):
    assert is_working_day(dt.date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23T08:59:59+08:00", False), ("2026-11-23T09:00:00+08:00", True), ("2026-11-23T17:29:59+08:00", True),
        ("2026-11-23T17:30:00+08:00", False), ("2026-11-22T10:00:00+08:00", False), ("2026-02-14T10:00:00+08:00", True),
        ("2026-11-23T01:00:00+00:00", True), ("2026-11-23T00:59:00+00:00", False), ("2026-11-22T23:00:00-02:00", True),
    ],
)
def test_the_desk_is_open_from_9_to_half_past_5_in_china(monkeypatch, moment, is_open):
    monkeypatch.delenv("HUIMIN_TIMEZONE", raising=False)
    assert open_at(dt.datetime.fromisoformat(moment)) is is_open


def test_another_time_zone_can_be_set(monkeypatch):
    monkeypatch.setenv("HUIMIN_TIMEZONE", "Asia/Urumqi")
    assert not open_at(dt.datetime.fromisoformat("2026-11-23T09:30:00+08:00"))
    assert open_at(dt.datetime.fromisoformat("2026-11-23T11:30:00+08:00"))
