"""Events are written as the HTML standard reads them."""

from __future__ import annotations

import pytest

from bot.gateway import sse


def test_an_event_has_its_id_its_name_and_its_data():
    assert sse.event("message", "{}", "7") == b"id: 7\nevent: message\ndata: {}\n\n"


def test_an_event_without_an_id_leaves_the_readers_last_one():
    assert sse.event("typing", "x") == b"event: typing\ndata: x\n\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_of_the_data_has_a_field_of_its_own(end):
    assert sse.event("m", f"one{end}{end}two") == b"event: m\ndata: one\ndata: \ndata: two\n\n"


def test_a_line_separator_of_unicode_is_no_line_end():
    assert sse.event("m", "一\u2028二\x85三").count(b"data:") == 1


@pytest.mark.parametrize("wrong", ["a\nb", "a\rb", "a\0b"])
def test_an_id_of_several_lines_is_refused(wrong):
    with pytest.raises(ValueError, match="one line"):
        sse.event("m", "x", wrong)


def test_a_name_of_several_lines_is_refused():
    with pytest.raises(ValueError, match="one line"):
        sse.event("a\ndata: b", "x")


def test_half_a_surrogate_does_not_break_the_stream():
    assert sse.event("m", "\ud800") == b"event: m\ndata: ?\n\n"


def test_a_comment_is_no_event():
    assert sse.comment() == b": \n\n"


def test_a_reader_is_told_in_milliseconds_when_to_come_back():
    assert sse.retry(2000) == b"retry: 2000\n\n"


def test_nobody_is_asked_to_come_back_in_the_past():
    with pytest.raises(ValueError, match="negative"):
        sse.retry(-1)
