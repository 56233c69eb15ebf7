"""The desk store's tables: the migrations make what the tables say, and keep what a store from before them holds."""

from __future__ import annotations

import importlib
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from desk import cases, migrations, service
from desk import conversations as talk
from desk.account_tables import metadata
from desk.store import open_store
from desk.tables import messages, readings
from tests.at_once import run_at_once

# A store as the last program without migrations left it, SQLite's own dump.
NEW = {"follow_ups", "users", "sessions", "one_time_links", "login_failures", "audit_log", "readings", "reviews",
       "wechat_residents", "wechat_in", "wechat_out", "wechat_tokens"}
BEFORE = Path(__file__).parent / "before_migrations.sql"


def differences(engine) -> list:
    """What Alembic would change to make the store's tables those of the program."""
    with engine.connect() as db:
        return compare_metadata(MigrationContext.configure(
            db, opts={"compare_type": True, "version_table": migrations.VERSION_TABLE}), metadata)


def rows(file: Path, tables: list[str]) -> dict[str, list]:
    """The rows of each table by column, as they stand in the file."""
    with closing(sqlite3.connect(file)) as db:
        db.row_factory = sqlite3.Row
        return {t: [dict(r) for r in db.execute(f'SELECT * FROM "{t}" ORDER BY 1')] for t in tables}


@pytest.fixture
def old_file(tmp_path) -> Path:
    file = tmp_path / "old.db"
    with closing(sqlite3.connect(file)) as db:
        db.executescript(BEFORE.read_text(encoding="utf-8"))
    return file


def test_the_migrations_make_exactly_the_tables_of_the_program(database_url):
    engine = open_store(database_url)
    assert differences(engine) == []
    made = {name for name in sa.inspect(engine).get_table_names() if not name.startswith("sqlite_")}
    assert made == {*metadata.tables, migrations.VERSION_TABLE}
    with engine.begin() as db:
        db.execute(sa.text("ALTER TABLE cases DROP COLUMN follows"))
    assert differences(engine), "the comparison sees nothing"
    engine.dispose()


def test_a_store_from_before_migrations_keeps_every_row(old_file):
    tables = [t for t in metadata.tables if t not in NEW]
    before = rows(old_file, tables)
    assert all(before[t] for t in ("conversations", "messages", "cases", "case_events", "feedback", "callbacks", "quick_replies"))
    engine = open_store(f"sqlite:///{old_file}")
    assert differences(engine) == []
    engine.dispose()
    after = rows(old_file, tables)
    for table, kept in before.items():
        assert [{k: r[k] for k in old} for r, old in zip(after[table], kept)] == kept
        assert len(after[table]) == len(kept)


def test_the_cases_of_an_old_store_go_on(old_file):
    engine = open_store(f"sqlite:///{old_file}")
    with engine.begin() as db:
        by_status = {c.status: c for c in cases.list_cases(db, every=True)}
        cases.claim(db, by_status["open"].ticket, "王芳")
        assert talk.get(db, by_status["open"].conversation).owner == "staff"
        assert by_status["claimed"].claimed_by == "王芳"
        assert by_status["resolved"].outcome == "请到街道办理"
    engine.dispose()


def test_a_store_of_a_still_earlier_program_gets_the_tables_it_lacks(database_url, incoming):
    first = importlib.import_module("desk.migrations.versions.0001_first_tables").first
    engine = sa.create_engine(database_url, future=True)
    first.create_all(engine, tables=[t for name, t in first.tables.items() if name not in {"service_states", "callbacks"}])
    with engine.begin() as db:
        name, _ = talk.begin(db, incoming("还在吗"))
    engine.dispose()
    engine = open_store(database_url)
    assert differences(engine) == []
    with engine.begin() as db:
        assert [m.text for m in talk.history(db, name)] == ["还在吗"]
        service.switch_off(db, "维护", "王芳")
    engine.dispose()


def test_answers_from_before_are_taken_up_for_review_as_far_as_they_tell(database_url, incoming, monkeypatch):
    reviewing = importlib.import_module("desk.migrations.versions.0004_reviews")
    monkeypatch.setattr(reviewing, "AT_ONCE", 2)
    low, here = {"benefit": "minimum_living_allowance", "aspect": "amount"}, {"region": "445303"}
    told = [
        ("answer", low | here | {"coverage": "local"}, "answered"), ("answer", low | here | {"coverage": "national"}, "national"),
        ("answer", low | {"region": None, "coverage": "national"}, "answered"), ("notice", low | here | {"coverage": "none", "kb_version": 1}, "nothing_held"),
        ("notice", {"benefit": None, "kb_version": 1}, "other_business"), ("notice", {}, "other"), ("clarify", low, "other"),
        ("clarify", {"benefit": None, "aspect": "materials"}, "asked_back"), ("clarify", {}, "not_understood"), ("text", {}, "other"),
    ]
    engine = open_store(database_url)
    with engine.begin() as db:
        name, question = talk.begin(db, incoming())
        said = [talk.say(db, name, talk.Outgoing("bot", kind, "…", data=data), question.id) for kind, data, _ in told]
        talk.say(db, name, talk.Outgoing("system", "notice", "…"))
        reviewing.take_up_old_answers(db, readings)
        taken = {row.message: row for row in db.execute(sa.select(readings))}
    assert [taken[message].came_to for message in said] == [came_to for *_, came_to in told]
    assert len(taken) == len(told)
    assert {(row.conversation, row.question, row.intent, row.confidence) for row in taken.values()} == {(name, question.id, None, None)}
    assert (taken[said[0]].benefit, taken[said[0]].aspect, taken[said[0]].region) == ("minimum_living_allowance", "amount", "445303")
    engine.dispose()


def test_the_bots_answers_of_an_old_store_can_be_reviewed(old_file):
    engine = open_store(f"sqlite:///{old_file}")
    with engine.begin() as db:
        answers = db.execute(sa.select(sa.func.count()).select_from(messages).where(messages.c.sender == "bot")).scalar()
        assert answers > 0
        assert db.execute(sa.select(sa.func.count()).select_from(readings)).scalar() == answers
    engine.dispose()


def test_foreign_keys_hold_again_after_migrating(old_file):
    engine = open_store(f"sqlite:///{old_file}")
    with engine.connect() as db:
        assert db.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


def test_a_store_of_a_newer_program_is_left_alone(url):
    engine = open_store(url)
    with engine.begin() as db:
        db.execute(sa.text(f"UPDATE {migrations.VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(migrations.StoreIsNewer):
        open_store(url)
    engine.dispose()


def test_two_processes_that_open_a_new_store_at_once_both_succeed(database_url):
    load, do = "import sys; from desk.store import open_store", "open_store(sys.argv[1]).dispose()"
    assert run_at_once(load, do, database_url) == [("", 0)] * 2
    engine = open_store(database_url)
    assert differences(engine) == []
    engine.dispose()
