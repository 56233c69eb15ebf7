"""The store's tables: the migrations make what the models say, and take over what an earlier program left."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from earlier_store import OLD_VERSIONS, make_old_store
from small_kb import GOOD

from policy_kb import __main__ as program
from policy_kb import migrations, store
from policy_kb.clause_tables import metadata
from policy_kb.engines import open_engine
from policy_kb.migrations import VERSION_TABLE, StoreIsNewer, upgrade
from tests.at_once import run_at_once

# Another room's tables in the same database, with a revision of its own.
_elsewhere = sa.MetaData()
CASES = sa.Table("cases", _elsewhere, sa.Column("id", sa.Integer, primary_key=True), sa.Column("words", sa.Text))
THEIR_REVISION = sa.Table("alembic_version", _elsewhere, sa.Column("version_num", sa.String(32), primary_key=True))


@pytest.fixture
def engine(database_url: str):
    made = open_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    made.mkdir()
    (made / "good.yaml").write_text(GOOD, encoding="utf-8")
    return made


@pytest.fixture
def old_store(engine, folder: Path):
    """A store of the previous program: seven loads, the last of ``folder``."""
    make_old_store(engine, folder)
    return engine


def differences(engine) -> list:
    """What Alembic would change to make the store's tables those of the models."""
    known = set(metadata.tables)
    with engine.connect() as db:
        context = MigrationContext.configure(
            db, opts={
                "compare_type": True, "compare_server_default": True, "version_table": VERSION_TABLE,
                "include_name": lambda name, kind, parents: kind != "table" or name in known,
            },
        )
        return compare_metadata(context, metadata)


def everything(engine) -> dict[str, list]:
    """Every table of the store with all its rows."""
    found = sa.MetaData()
    with engine.connect() as db:
        found.reflect(db)
        return {name: sorted(map(repr, db.execute(sa.select(t)))) for name, t in sorted(found.tables.items())}


# —— the shape ——


def test_the_migrations_make_exactly_the_tables_of_the_models(engine):
    upgrade(engine)
    assert differences(engine) == []
    made = {name for name in sa.inspect(engine).get_table_names() if not name.startswith("sqlite_")}
    assert made == {*metadata.tables, VERSION_TABLE}


def test_the_migrations_make_the_keys_and_the_deletion_of_parts_that_the_models_say(engine):
    """Which Alembic does not compare."""
    upgrade(engine)
    look = sa.inspect(engine)
    for name, table in metadata.tables.items():
        assert look.get_pk_constraint(name)["constrained_columns"] == [c.name for c in table.primary_key], name
        made = {(k["constrained_columns"][0], k["referred_table"], k.get("options", {}).get("ondelete")) for k in look.get_foreign_keys(name)}
        said = {(c.name, k.column.table.name, k.ondelete) for c in table.columns for k in c.foreign_keys}
        assert made == said, name


def test_a_column_too_few_is_seen_by_the_comparison(engine):
    """So that the comparison above can fail."""
    upgrade(engine)
    with engine.begin() as db:
        db.execute(sa.text("ALTER TABLE institutions DROP COLUMN note"))
    assert differences(engine)


def test_upgrading_again_changes_nothing(engine, folder):
    store.load(engine, [folder])
    before = everything(engine)
    upgrade(engine)
    upgrade(engine)
    assert everything(engine) == before


def test_several_processes_that_open_a_new_store_at_once_all_succeed(engine, database_url):
    load = (
        "import sys; from policy_kb.engines import open_engine; from policy_kb.migrations import upgrade; "
        "engine = open_engine(sys.argv[1]); engine.connect().close()"
    )
    assert run_at_once(load, "upgrade(engine)", database_url) == [("", 0)] * 2
    assert differences(engine) == []


# —— a store from before migrations ——


def test_an_earlier_store_gets_the_tables_of_today(old_store):
    upgrade(old_store)
    assert differences(old_store) == []


def test_an_earlier_store_keeps_its_number_and_its_folders(old_store, folder):
    upgrade(old_store)
    assert store.current_version(old_store) == 7
    assert store.loaded_from(old_store) == [folder.resolve()]


def test_the_next_load_of_an_earlier_store_takes_the_number_after_its_last(old_store):
    """Even of the very same files: what was read of them then is not what is read of them now."""
    assert store.refresh(old_store) == (8, True)
    kb = store.read(old_store)
    assert (kb.version, [p.value for p in kb.provisions]) == (8, [450])


def test_an_earlier_store_that_never_held_anything_begins_at_one(engine, folder):
    with engine.begin() as db:
        OLD_VERSIONS.create(db)
    upgrade(engine)
    assert store.current_version(engine) == 0
    assert store.load(engine, [folder]) == (1, True)


@pytest.mark.parametrize("make", [lambda engine, folder: None, make_old_store], ids=["new", "earlier"])
def test_the_tables_of_another_room_and_its_revision_are_left_alone(engine, folder, make):
    make(engine, folder)
    with engine.begin() as db:
        _elsewhere.create_all(db)
        db.execute(CASES.insert(), {"id": 1, "words": "请人来"})
        db.execute(THEIR_REVISION.insert(), {"version_num": "0042"})
    before = {name: rows for name, rows in everything(engine).items() if name in _elsewhere.tables}
    upgrade(engine)
    store.load(engine, [folder])
    after = everything(engine)
    assert {name: after[name] for name in before} == before


def test_a_table_of_somebody_else_that_only_has_a_name_like_ours_is_not_thrown_away(engine):
    """Without our versions beside it, a table called documents is not a store of ours."""
    theirs = sa.Table("documents", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("words", sa.Text))
    with engine.begin() as db:
        theirs.create(db)
        db.execute(theirs.insert(), {"id": 1, "words": "别人的"})
    with suppress(Exception):
        upgrade(engine)
    assert everything(engine).get("documents") == ["(1, '别人的')"]


def test_taking_over_that_breaks_off_leaves_the_earlier_store_as_it_was(old_store):
    in_the_way = sa.Table("institutions", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True))
    with old_store.begin() as db:
        in_the_way.create(db)
    before = everything(old_store)
    with pytest.raises(sa.exc.SQLAlchemyError):
        upgrade(old_store)
    assert everything(old_store) == before


# —— a store of a newer program ——


@pytest.fixture
def newer_store(engine, folder):
    store.load(engine, [folder])
    with engine.begin() as db:
        db.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = 'f00d'"))
    return engine


def test_a_store_of_a_newer_program_is_refused(newer_store):
    before = everything(newer_store)
    with pytest.raises(StoreIsNewer):
        upgrade(newer_store)
    assert everything(newer_store) == before


@pytest.mark.parametrize("words", [("load",), ("load", "--shipped"), ("forget", "甲.txt"), ("ingest", "{file}")])
def test_a_command_that_writes_refuses_a_store_of_a_newer_program_in_chinese(newer_store, database_url, words, tmp_path, monkeypatch, capsys):
    file = tmp_path / "甲办法.txt"
    file.write_text("云安区津贴办法\n\n第一条　老人每月领取津贴。\n", encoding="utf-8")
    monkeypatch.setenv("HUIMIN_KB_URL", database_url)
    monkeypatch.setenv("HUIMIN_VAR", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["policy_kb", *(w.format(file=file) for w in words)])
    before = everything(newer_store)
    assert program.main() == 1
    assert "更新版本的程序" in capsys.readouterr().err
    assert everything(newer_store) == before


def test_the_first_revision_is_the_whole_history_so_far(engine):
    """Without an alembic.ini and from any folder."""
    assert migrations.revision(engine) is None
    upgrade(engine)
    assert migrations.revision(engine) == ScriptDirectory.from_config(migrations.config()).get_current_head()
