"""What is kept from one start to the next is what would be worked out now."""

from __future__ import annotations

import pytest

from policy_kb.derived import derived


@pytest.fixture
def made(tmp_path, monkeypatch):
    """``derived`` of one thing, with how often it was worked out."""
    monkeypatch.setenv("HUIMIN_VAR", str(tmp_path))
    code = tmp_path / "code.py"
    code.write_text("1")

    def of(*given: str) -> list:
        def make() -> list:
            of.count += 1
            return [*given, of.count]

        return derived("thing", given, [code], make)

    of.count, of.code, of.file = 0, code, tmp_path / "derived" / "thing.json"
    return of


def test_it_is_worked_out_once(made):
    assert made("a") == made("a") == ["a", 1]


def test_it_is_worked_out_anew_from_something_else(made):
    assert [made("a"), made("b"), made("a")] == [["a", 1], ["b", 2], ["a", 3]]


def test_it_is_worked_out_anew_when_the_code_has_changed(made):
    made("a")
    made.code.write_text("2")
    assert made("a") == ["a", 2]


@pytest.mark.parametrize("left", [b"", b"{", b"[]", b'{"made": 1}', b"\xff", b'"x"'])
def test_a_file_that_makes_no_sense_is_written_again(made, left):
    made("a")
    made.file.write_bytes(left)
    assert made("a") == made("a") == ["a", 2]


def test_where_nothing_can_be_written_it_is_worked_out_each_time(made):
    made.file.parent.write_text("a file in the folder's place")
    assert [made("a"), made("a")] == [["a", 1], ["a", 2]]
