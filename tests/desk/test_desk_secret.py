"""The key all tokens hang on: given, or made once for this machine and readable by its user only."""

from __future__ import annotations

import multiprocessing
import os
import stat
from pathlib import Path

import pytest

from desk.secret import secret_key


@pytest.fixture
def file(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("HUIMIN_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("HUIMIN_SECRET_KEY", raising=False)
    return tmp_path / "var" / "secret_key"


def test_it_is_made_once(file):
    assert secret_key() == secret_key() == file.read_text().strip()
    assert len(secret_key()) == 64


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_its_user_can_read_it(file, umask):
    before = os.umask(umask)
    try:
        secret_key()
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_nothing_else_is_left_beside_it(file):
    secret_key()
    assert [f.name for f in file.parent.iterdir()] == ["secret_key"]


def test_the_one_that_is_given_wins_and_none_is_made(file, monkeypatch):
    monkeypatch.setenv("HUIMIN_SECRET_KEY", "given")
    assert secret_key() == "given"
    assert not file.exists()


def test_each_machine_has_its_own(file, tmp_path, monkeypatch):
    first = secret_key()
    monkeypatch.setenv("HUIMIN_VAR", str(tmp_path / "other"))
    assert secret_key() != first


@pytest.mark.parametrize("content", ["", "\n", "  "])
def test_an_empty_file_is_no_key(file, content):
    """A disk that was full when it was to be written leaves one; tokens made with no key can be made by anybody."""
    file.parent.mkdir()
    file.write_text(content)
    assert len(secret_key()) == 64


def _ask(start) -> str:
    start.wait(10)
    return secret_key()


def test_all_processes_that_start_at_once_have_the_same(file):
    processes = multiprocessing.get_context("fork")
    with processes.Manager() as manager, processes.Pool(6) as pool:
        keys = pool.map(_ask, [manager.Barrier(6)] * 6, chunksize=1)
    assert len(set(keys)) == 1
    assert len(keys[0]) == 64
