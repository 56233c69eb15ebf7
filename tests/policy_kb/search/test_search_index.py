"""The index on disk: repeating changes nothing, a crash does no harm, readers see whole states, one process writes."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from pathlib import Path

import pytest
from made_up import clause
from small_kb import base

from policy_kb.search import IndexBusy, SearchIndex, SearchQuery, search
from policy_kb.search.index import LAYOUT

KB = base()


def keys(index: SearchIndex, text: str = "互助金") -> set[str]:
    return {r.record.key for r in search(index, KB, SearchQuery(text, limit=100)).results}


def group(name: str, fingerprint: str, *texts: str):
    return name, fingerprint, lambda: (clause(f"{name}:{n}", text) for n, text in enumerate(texts))


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    made = SearchIndex(tmp_path)
    made.sync([group("a", "1", "互助金甲"), group("b", "1", "互助金乙", "互助金丙")])
    return made


def test_an_index_never_written_has_no_results_and_leaves_no_trace(tmp_path: Path):
    assert search(SearchIndex(tmp_path / "none"), KB, SearchQuery("互助金")).results == ()
    assert not (tmp_path / "none").exists()


def test_repeating_writes_nothing(index):
    def never():
        raise AssertionError("an unchanged group must not be read")

    done = index.sync([("a", "1", never), ("b", "1", never)])
    assert (done.written, done.removed, done.unchanged) == (0, 0, 2)
    assert keys(index) == {"a:0", "b:0", "b:1"}


def test_a_changed_group_is_replaced_and_a_missing_one_removed(index):
    done = index.sync([group("b", "2", "互助金丁")])
    assert (done.written, done.removed, done.records) == (1, 1, 1)
    assert keys(index) == {"b:0"}
    assert keys(index, "互助金丁") == {"b:0"}


def test_a_crash_after_the_commit_is_made_good_by_repeating(index, monkeypatch):
    real, calls = index._save, []

    def dies_the_second_time(groups):
        calls.append(groups)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(groups)

    monkeypatch.setattr(index, "_save", dies_the_second_time)
    with pytest.raises(KeyboardInterrupt):
        index.sync([group("a", "2", "互助金新甲"), group("b", "1")])
    monkeypatch.undo()
    # Back to the old content: its old fingerprint must not be taken for what the index holds.
    index.sync([group("a", "1", "互助金甲"), group("b", "1")])
    assert keys(index, "新甲") == {"a:0"} or not keys(index, "新甲")
    texts = [r.record.text for r in search(index, KB, SearchQuery("互助金", limit=100)).results]
    assert sorted(texts) == ["互助金丙", "互助金乙", "互助金甲"]


def test_a_failure_while_writing_leaves_the_old_state(index):
    def breaks():
        yield clause("a:9", "互助金半截")
        raise ValueError("the store went away")

    with pytest.raises(ValueError, match="went away"):
        index.sync([("a", "2", breaks), group("b", "1")])
    assert keys(index) == {"a:0", "b:0", "b:1"}
    index.sync([group("a", "3", "互助金修好"), group("b", "1")])
    assert keys(index) == {"a:0", "b:0", "b:1"}


def test_a_new_group_begun_and_then_given_up_is_gone(index):
    def breaks():
        yield clause("c:0", "互助金半截")
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        index.sync([group("a", "1"), group("b", "1"), ("c", "1", breaks)])
    index.sync([group("a", "1"), group("b", "1")])
    assert keys(index) == {"a:0", "b:0", "b:1"}


def test_an_index_whose_list_is_lost_begins_anew(index):
    (index.folder / LAYOUT / "groups.json").write_text("{", "utf-8")
    index.sync([group("a", "1", "互助金甲")])
    assert keys(index) == {"a:0"}


def test_a_second_writer_waits_and_says_who_is_in_the_way(index):
    with open(index.folder / "lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(IndexBusy, match="另一个进程"):
            index.sync([group("a", "2", "互助金甲")], wait=0)
    assert index.sync([group("a", "2", "互助金甲")], wait=0).written == 1


def test_another_layout_is_left_for_nobody(index):
    other = index.folder / "v0"
    other.mkdir()
    index.sync([group("a", "1")])
    assert not other.exists()


WRITER = """
import sys
from pathlib import Path
from made_up import clause
from policy_kb.search import SearchIndex
index = SearchIndex(Path(sys.argv[1]))
for version in range(1, 7):
    records = [clause(f"w:{n}", f"互助金第{version}版") for n in range(40)]
    index.sync([("w", str(version), lambda: records)])
    print(version, flush=True)
    sys.stdin.readline()
"""


def test_a_reader_in_another_process_sees_every_commit_at_once_and_never_half_of_one(tmp_path: Path):
    here = Path(__file__).resolve().parent
    path = [str(here), str(here.parents[2])]
    command = [sys.executable, "-W", "ignore", "-c", f"import sys; sys.path[:0] = {json.dumps(path)}\n{WRITER}", str(tmp_path)]
    reader = SearchIndex(tmp_path)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        for version in range(1, 7):
            assert writer.stdout.readline().strip() == str(version)
            texts = [r.record.text for r in search(reader, KB, SearchQuery("互助金", limit=100)).results]
            assert texts == [f"互助金第{version}版"] * 40
            writer.stdin.write("\n")
            writer.stdin.flush()
            # The writer is now at work: whatever is seen is one version, whole.
            texts = [r.record.text for r in search(reader, KB, SearchQuery("互助金", limit=100)).results]
            assert len(texts) == 40
            assert len(set(texts)) == 1
