"""The latest message's entities as the knowledge base's mentions, on the day asked about."""

from __future__ import annotations

import pytest
from rasa_sdk import Tracker

from actions import base


def asked(text: str, entity: dict, as_of: str) -> Tracker:
    message = {"text": text, "entities": [entity], "intent": {"name": "ask_policy"}, "metadata": {"as_of": as_of}}
    return Tracker("x", {}, message, [], False, None, {}, "action_listen")


@pytest.mark.parametrize(("as_of", "year"), [("2019-06-30", "2018"), ("2026-11-23", "2025")])
def test_last_year_is_the_year_before_the_day_asked_about(as_of, year):
    entity = {"entity": "year", "value": "1999", "start": 0, "end": 2}
    assert base.mentions(asked("去年低保多少", entity, as_of))[0].value == (year,)


def test_a_year_in_figures_stays_what_it_is():
    entity = {"entity": "year", "value": "2017", "start": 0, "end": 5}
    assert base.mentions(asked("2017年低保多少", entity, "2019-06-30"))[0].value == ("2017",)
