"""The knowledge store: whole versions or nothing, and running processes that notice a new one."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest
from small_kb import GOOD
from sqlalchemy import text
from sqlalchemy.pool import QueuePool

from policy_kb import __main__ as program
from policy_kb import store
from policy_kb.knowledge import KnowledgeBase
from policy_kb.loader import SHIPPED, read_knowledge
from policy_kb.store import NothingLoaded, Reader, open_engine
from policy_kb.yamlsource import DataError

ROOT = Path(__file__).resolve().parents[2]

FULL = GOOD + """\
    audience: {residence: rural, age_from: 60, age_to: 69, category: rural, label: 农村}
    name: 津贴
    per: person
    nature: reported
    comparator: at_least
    indexed: true
    effective_from: 2018-01-01
    effective_to: 2019-12-31
    section: 六
    order: 3
    evidence: {clause: 第八条第一款第二项, span: [57, 61]}
  - id: words
    benefit: housing
    aspect: where
    region: "445303-zone"
    document: law
    statement: 到镇政府办。
regions: [{code: "445303-zone", name: 某新区, parent: "445303", aliases: [某区]}]
topics: [{id: costs, name: 费用, aliases: [学费], benefits: [allowance, housing], aspect: fee, generic: true}]
aspects: [{id: amount, title: 多少, question: 多少钱？, cues: [多少], fallback: [fee, overview]}]
leads: [{region: "445303", benefits: [allowance, housing], department: 区局, document: law, section: 三}]
needs: [{id: disabled, label: 失能老人, aliases: [卧床]}]
institution_kinds: [{id: care_home, label: 养老院, benefit: allowance, aliases: [敬老院]}]
seeking_words: [哪家]
institutions:
  - id: home
    name: 某敬老院
    kind: care_home
    region: "445303"
    aliases: [老院]
    public: false
    beds: 40
    beds_at_least: true
    needs: [disabled]
    admits: 失能老人。
    note: 有护士。
    benefits: [allowance]
    address: 二号
    phone: "1"
    document: law
    section: 一
    as_at: 2019-01-01
    evidence: {clause: 第一条, span: [3, 9]}
offices: [{id: desk, name: 窗口, region: "445303", kind: office, purpose: 办事, address: 一号, hours: 9点, document: law}]
emergencies: [{id: e, first_line: "110", advice: 躲, patterns: [打我], harmless: [打我电话]}]
out_of_scope: [{id: x, aliases: [股市], reply: 不知道。}]
everyday_words: [公安, 资源]
household_facts:
  - {id: age, label: 年龄, kind: integer, about: person, unit: 周岁, low: 0, high: 130, question: 多大？,
     likely: [{low: 0, high: 130, share: 100}]}
rules:
  - id: b
    benefit: allowance
    document: law
    conditions: [{id: old, text: 满60岁, fact: age, at_least: 60}]
    next_step: 去问
answer_words: {unknown: [不知道]}
wording: {line: "{who}{value}"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small data folder that loads."""
    made = tmp_path / "data"
    made.mkdir()
    (made / "good.yaml").write_text(GOOD, encoding="utf-8")
    return made


@pytest.fixture
def engine(database_url: str):
    made = open_engine(database_url)
    yield made
    made.dispose()


def change(folder: Path, old: str, new: str) -> None:
    """Change the words of the data file."""
    file = folder / "good.yaml"
    before = file.read_text(encoding="utf-8")
    assert old in before
    file.write_text(before.replace(old, new), encoding="utf-8")


def spoil(folder: Path) -> None:
    """Make the folder one that cannot be loaded."""
    (folder / "bad.yaml").write_text("x: 1\n", encoding="utf-8")


def figure(kb) -> float:
    return kb.provisions[0].value


# —— loading ——


def test_the_first_load_is_version_one(engine, folder):
    assert store.load(engine, [folder]) == (1, True)
    assert store.read(engine).version == 1


def test_loading_the_same_again_makes_no_version(engine, folder):
    store.load(engine, [folder])
    assert store.load(engine, [folder]) == (1, False)


def test_a_changed_figure_makes_the_next_version(engine, folder):
    store.load(engine, [folder])
    change(folder, "value: 450", "value: 451")
    assert store.load(engine, [folder]) == (2, True)
    assert figure(store.read(engine)) == 451


def test_a_later_folder_s_figure_is_the_one_loaded(engine, folder, tmp_path):
    (tmp_path / "own").mkdir()
    start = GOOD.index("provisions:")
    (tmp_path / "own" / "own.yaml").write_text(GOOD[start:].replace("450", "460"), encoding="utf-8")
    store.load(engine, [folder, tmp_path / "own"])
    assert [p.value for p in store.read(engine).provisions] == [460]


def test_data_with_a_mistake_leaves_the_store_as_it_was(engine, folder):
    store.load(engine, [folder])
    before = store.read(engine)
    change(folder, "value: 450", "value: 451")
    spoil(folder)
    with pytest.raises(DataError):
        store.load(engine, [folder])
    assert store.read(engine) == before


def test_a_load_that_breaks_off_leaves_the_store_as_it_was(engine, folder, monkeypatch):
    store.load(engine, [folder])
    before = store.read(engine)
    change(folder, "value: 450", "value: 451")
    write = store._write

    def breaks_off(db, kb):
        write(db, kb)
        raise KeyboardInterrupt

    monkeypatch.setattr(store, "_write", breaks_off)
    with pytest.raises(KeyboardInterrupt):
        store.load(engine, [folder])
    assert store.read(engine) == before


def test_refreshing_loads_what_was_loaded_before(engine, folder):
    store.load(engine, [folder])
    change(folder, "value: 450", "value: 451")
    assert store.refresh(engine) == (2, True)
    assert store.loaded_from(engine) == [folder.resolve()]


def test_an_empty_store_says_so(engine):
    assert (store.current_version(engine), store.loaded_from(engine)) == (0, None)
    with pytest.raises(NothingLoaded):
        store.read(engine)


@pytest.fixture(scope="module")
def there_and_back(tmp_path_factory):
    """A knowledge base with something of everything: as read from files, and as read from the store."""
    folder = tmp_path_factory.mktemp("full")
    (folder / "full.yaml").write_text(FULL, encoding="utf-8")
    engine = open_engine(f"sqlite:///{folder / 'kb.db'}")
    store.load(engine, [folder / "full.yaml"])
    yield read_knowledge([folder / "full.yaml"]), store.read(engine)
    engine.dispose()


@pytest.mark.parametrize("part", [f.name for f in fields(KnowledgeBase) if f.name != "version"])
def test_what_is_read_from_the_store_is_exactly_what_was_loaded(there_and_back, part):
    loaded, read = there_and_back
    assert getattr(loaded, part)
    assert getattr(read, part) == getattr(loaded, part)


def test_the_shipped_knowledge_comes_out_of_the_store_as_it_went_in(engine, shipped, monkeypatch):
    monkeypatch.setattr(store, "read_knowledge", lambda folders: shipped)
    store.load(engine, [SHIPPED])
    assert store.read(engine) == replace(shipped, version=1)


# —— running processes ——


def test_a_reader_gives_the_new_version_once_it_is_loaded(engine, folder):
    store.load(engine, [folder])
    reader = Reader(engine, every=0)
    assert figure(reader.get()) == 450
    change(folder, "value: 450", "value: 451")
    store.load(engine, [folder])
    assert (reader.get().version, figure(reader.get())) == (2, 451)


def test_a_reader_keeps_the_very_same_object_while_nothing_changes(engine, folder):
    store.load(engine, [folder])
    reader = Reader(engine, every=0)
    assert reader.get() is reader.get()


def test_a_reader_does_not_look_more_often_than_told(engine, folder):
    store.load(engine, [folder])
    reader = Reader(engine, every=3600)
    reader.get()
    change(folder, "value: 450", "value: 451")
    store.load(engine, [folder])
    assert reader.get().version == 1


@pytest.mark.parametrize("damage", ["DROP TABLE kb_versions", "DROP TABLE provisions", "DELETE FROM kb_versions"])
def test_a_reader_keeps_the_last_good_version_when_the_store_cannot_be_read(engine, folder, damage):
    store.load(engine, [folder])
    reader = Reader(engine, every=0)
    good = reader.get()
    with engine.begin() as db:
        db.execute(text("UPDATE kb_versions SET number = 9"))
        db.execute(text(damage))
    assert reader.get() is good


def test_a_reader_that_hung_up_has_no_connection_and_opens_one_when_it_is_asked_again(engine, folder):
    store.load(engine, [folder])
    reader = Reader(engine, every=0)
    reader.get()
    reader.hang_up()
    assert not isinstance(engine.pool, QueuePool) or engine.pool.checkedin() == 0
    change(folder, "value: 450", "value: 451")
    store.load(engine, [folder])
    assert figure(reader.get()) == 451


def test_a_reader_of_an_empty_store_says_so_until_something_is_loaded(engine, folder):
    reader = Reader(engine, every=0)
    with pytest.raises(NothingLoaded):
        reader.get()
    store.load(engine, [folder])
    assert reader.get().version == 1


# —— the command ——


@pytest.fixture
def own_store(tmp_path: Path, monkeypatch) -> None:
    """HUIMIN_KB_URL names a store of this test's own."""
    monkeypatch.setenv("HUIMIN_KB_URL", f"sqlite:///{tmp_path / 'store' / 'kb.db'}")


def process(*words: str) -> subprocess.CompletedProcess:
    """Run ``python -m policy_kb`` with these words."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "policy_kb", *words], cwd=ROOT, env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True, encoding="utf-8", timeout=60,
    )


@pytest.fixture
def command(own_store, monkeypatch, capsys):
    """``command("load", …)`` → (exit code, output, errors), without the price of a process."""

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["policy_kb", *words])
        try:
            code = program.main()
        except SystemExit as refused:
            code = refused.code
        return code, *capsys.readouterr()

    return run


def test_the_program_loads_and_then_says_what_is_held(own_store, folder):
    loaded = process("load", "--only", str(folder))
    assert (loaded.returncode, loaded.stderr) == (0, "")
    assert "知识库版本 1" in loaded.stdout
    told = process("stats")
    assert told.returncode == 0
    assert "云安区：1 条，其中 1 个数字" in told.stdout


def test_the_program_fails_on_data_with_a_mistake_and_names_it(own_store, folder):
    spoil(folder)
    failed = process("load", "--only", str(folder))
    assert failed.returncode == 1
    assert f"{folder / 'bad.yaml'}:1: x：没有这个字段名" in failed.stderr
    assert "没有载入任何内容" in failed.stderr


def test_lint_loads_nothing(command, folder):
    assert command("lint", "--only", str(folder))[0] == 0
    code, _, errors = command("stats")
    assert code == 1
    assert "知识库还是空的" in errors


def test_lint_of_data_with_a_mistake_fails(command, folder):
    spoil(folder)
    assert command("lint", "--only", str(folder))[0] == 1


def test_load_without_words_loads_again_what_was_loaded(command, folder):
    command("load", "--only", str(folder))
    change(folder, "value: 450", "value: 451")
    assert "知识库版本 2：已更新" in command("load")[1]


def test_loading_only_nothing_is_refused(command, folder):
    command("load", "--only", str(folder))
    assert command("load", "--only")[0] != 0
    assert "1 条规定" in command("stats")[1]


@pytest.mark.parametrize("words", [(), ("laod",), ("load", "--onyl")])
def test_a_command_that_does_not_exist_is_refused_with_the_usage(command, words):
    code, _, errors = command(*words)
    assert code == 2
    assert "usage" in errors
