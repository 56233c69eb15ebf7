"""Somebody is at the desk in working hours of working days, as China's calendar lays them down."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.settings import BadSetting, Settings
from desk.hours import BadHours, in_words, is_working_day, next_opening, open_at, open_seconds, read_hours, spans_in_words


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


def moment(given: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{given}+08:00")


@pytest.fixture
def with_a_noon_break(monkeypatch):
    monkeypatch.setenv("HUIMIN_OFFICE_HOURS", "9:00-12:00，14：00-17:30")


@pytest.mark.parametrize(
    ("given", "is_open"),
    [("2026-11-23T11:59:59", True), ("2026-11-23T12:00:00", False), ("2026-11-23T14:00:00", True), ("2026-11-23T08:00:00", False)],
)
def test_office_hours_can_be_set_with_a_break(with_a_noon_break, given, is_open):
    assert open_at(moment(given)) is is_open


@pytest.mark.parametrize("wrong", ["9-17", "17:00-9:00", "9:00-12:00,11:00-13:00", "25:00-26:00", "9:00", ",", "上午"])
def test_hours_that_make_no_sense_are_refused_at_start(monkeypatch, wrong):
    monkeypatch.setenv("HUIMIN_OFFICE_HOURS", wrong)
    with pytest.raises(BadHours):
        read_hours(wrong)
    with pytest.raises(BadSetting, match="HUIMIN_OFFICE_HOURS"):
        Settings.from_environment()


@pytest.mark.parametrize(
    ("now", "opens", "said"),
    [
        ("2026-11-23T08:00:00", "2026-11-23T09:00:00", "今天9:00"),
        ("2026-11-23T12:30:00", "2026-11-23T14:00:00", "今天14:00"),
        ("2026-11-23T18:00:00", "2026-11-24T09:00:00", "明天9:00"),
        ("2026-11-27T18:00:00", "2026-11-30T09:00:00", "下周一9:00"),  # from Friday evening
        ("2026-11-29T10:00:00", "2026-11-30T09:00:00", "明天9:00"),  # a Sunday
        ("2026-02-14T18:00:00", "2026-02-24T09:00:00", "2月24日（周二）9:00"),  # over the Spring Festival
        ("2026-05-01T10:00:00", "2026-05-06T09:00:00", "下周三9:00"),  # over Labour Day
        ("2026-09-17T18:00:00", "2026-09-18T09:00:00", "明天9:00"),
        ("2026-09-18T18:00:00", "2026-09-20T09:00:00", "本周日9:00"),  # a Sunday that is worked
    ],
)
def test_the_next_opening_is_said_as_people_say_it(with_a_noon_break, now, opens, said):
    assert next_opening(moment(now)) == moment(opens)
    assert in_words(moment(opens), moment(now)) == said


@pytest.mark.parametrize(
    ("begin", "end", "hours"),
    [
        ("2026-11-23T11:00:00", "2026-11-23T15:00:00", 2.0),  # over noon
        ("2026-11-27T17:00:00", "2026-11-30T10:00:00", 1.5),  # over a weekend
        ("2026-11-23T20:00:00", "2026-11-23T22:00:00", 0.0),
        ("2026-11-23T15:00:00", "2026-11-23T14:00:00", 0.0),
    ],
)
def test_only_office_hours_count_as_waiting(with_a_noon_break, begin, end, hours):
    assert open_seconds(moment(begin), moment(end)) == hours * 3600


def test_the_hours_are_said_in_words(with_a_noon_break):
    assert spans_in_words() == "9:00—12:00、14:00—17:30"


def test_that_the_holidays_of_a_year_are_not_known_is_logged_once(caplog):
    with caplog.at_level("WARNING", "huimin.desk"):
        for _ in range(3):
            is_working_day(dt.date(2098, 5, 1))
    assert [r.getMessage() for r in caplog.records] == ["the holidays of 2098 are not known: Monday to Friday count as working days"]
