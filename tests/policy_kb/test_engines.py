import sqlite3

import pytest

from policy_kb import engines


@pytest.fixture
def held(tmp_path):
    """A new store that somebody reads, and a second connection to it that does not wait by itself."""
    file = tmp_path / "new.db"
    holder, other = (sqlite3.connect(file, isolation_level=None, timeout=0) for _ in range(2))
    holder.execute("CREATE TABLE t (x)")
    holder.execute("BEGIN")
    holder.execute("SELECT * FROM t").fetchall()
    yield holder, other
    holder.close()
    other.close()


def test_whoever_opens_a_new_store_waits_until_nobody_else_is_in_it(held, monkeypatch):
    holder, other = held
    monkeypatch.setattr(engines.time, "sleep", lambda _: holder.execute("COMMIT"))
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("PRAGMA journal_mode=WAL")
    engines.use_write_ahead_log(other)
    assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_lock_that_is_never_given_back_is_an_error_in_the_end(held, monkeypatch):
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr(engines.time, "monotonic", lambda: next(clock))
    monkeypatch.setattr(engines.time, "sleep", lambda _: None)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        engines.use_write_ahead_log(held[1])
