"""Ingested documents in the store: nothing twice, nothing half, nothing lost, and no reader ever waits for the writer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from small_documents import about, incoming, source_file
from small_kb import GOOD

from policy_kb import clause_store, search_store, store
from policy_kb import clause_tables as ct
from policy_kb.clause_store import Incoming, NotIngested, Outcome, dropped_of, forget, held, ingest
from policy_kb.engines import open_engine, reading
from policy_kb.ingest import read_source
from policy_kb.ingest.model import Clause, Dropped, Metadata, SourceDocument
from policy_kb.store import current_version

A = incoming("甲.txt", "甲办法", "老人每月领取津贴。", "儿童每月领取补贴。")
A_CHANGED = incoming("甲.txt", "甲办法", "老人每月领取津贴。", "儿童每季领取补贴。")
B = incoming("乙.txt", "乙办法", "残疾人免费乘车。")


@pytest.fixture
def engine(database_url: str):
    made = open_engine(database_url)
    yield made
    made.dispose()


def texts(engine, name: str | None = None) -> list[str]:
    """The clauses of all current documents (or of one file's), as a reader gets them."""
    found = []
    for document in held(engine):
        if name in {None, document.file_name}:
            with reading(engine) as db:
                found += [c.text for c in clause_store.clauses_of(db, document.id)]
    return found


def stored_versions(engine, name: str) -> list[tuple[int, bool]]:
    """Every version of a file that is kept, with whether it is the current one."""
    with engine.connect() as db:
        query = sa.select(ct.source_files.c.version, ct.source_files.c.current).where(ct.source_files.c.name == name)
        return [tuple(r) for r in db.execute(query.order_by(ct.source_files.c.version))]


def names(engine) -> list[tuple[str, int]]:
    return [(d.file_name, d.version) for d in held(engine)]


# —— taking in ——


def test_a_new_file_is_held_with_all_its_clauses_in_order(engine):
    assert ingest(engine, [A]) == [Outcome("甲.txt", "new", 1)]
    assert texts(engine) == ["老人每月领取津贴。", "儿童每月领取补贴。"]
    (document,) = held(engine)
    assert (document.file_name, document.version, document.clauses, document.metadata) == ("甲.txt", 1, 2, about("甲办法"))
    assert document.sha256 == A.file.sha256


def test_a_clause_comes_out_of_the_store_exactly_as_it_went_in(engine):
    clause = Clause("附件2·四·（一）", ("附件2", "四、养老"), "80岁 | 100元", 3, 13, "row", ("80岁", "100元"), "标准如下：")
    file = replace(A.file, documents=(SourceDocument(about(number="甲发〔2020〕1号"), (clause,)),))
    ingest(engine, [Incoming("甲.txt", file)])
    with reading(engine) as db:
        assert list(clause_store.clauses_of(db, held(engine)[0].id)) == [clause]


def test_the_same_content_again_changes_nothing(engine):
    ingest(engine, [A, B])
    before = names(engine), texts(engine), current_version(engine)
    assert [o.status for o in ingest(engine, [A, B])] == ["unchanged", "unchanged"]
    assert (names(engine), texts(engine), current_version(engine)) == before
    assert stored_versions(engine, "甲.txt") == [(1, True)]


def test_changed_content_is_the_next_version_and_only_it_is_current(engine):
    ingest(engine, [A, B])
    assert ingest(engine, [A_CHANGED]) == [Outcome("甲.txt", "changed", 2)]
    assert stored_versions(engine, "甲.txt") == [(1, False), (2, True)]
    assert texts(engine, "甲.txt") == ["老人每月领取津贴。", "儿童每季领取补贴。"]
    assert texts(engine, "乙.txt") == ["残疾人免费乘车。"]


def test_going_back_to_the_first_content_is_a_third_version(engine):
    for file in (A, A_CHANGED, A):
        ingest(engine, [file])
    assert stored_versions(engine, "甲.txt") == [(1, False), (2, False), (3, True)]
    assert texts(engine) == ["老人每月领取津贴。", "儿童每月领取补贴。"]


def test_other_options_for_the_same_content_are_a_new_version_that_says_so(engine):
    ingest(engine, [A])
    told = replace(A, given=Metadata(issuer="区政府"))
    assert ingest(engine, [told]) == [Outcome("甲.txt", "changed", 2)]
    assert held(engine)[0].metadata.issuer == "区政府"
    assert ingest(engine, [told]) == [Outcome("甲.txt", "unchanged", 2)]


def test_a_file_is_cut_anew_once_the_cutter_is_another(engine, monkeypatch):
    ingest(engine, [A])
    monkeypatch.setattr(clause_store, "CUTTER", "another")
    assert ingest(engine, [A]) == [Outcome("甲.txt", "changed", 2)]
    assert len(texts(engine)) == 2


def test_options_win_over_what_the_document_says_of_itself(engine):
    ingest(engine, [replace(A, given=Metadata(title="丙办法", kind="notice"))])
    assert (held(engine)[0].metadata.title, held(engine)[0].metadata.kind) == ("丙办法", "notice")


def test_a_title_given_for_a_file_of_several_documents_is_the_first_one_s_only(engine):
    """As in reading: the place holds for all of them, the rest is said of the first."""
    file = source_file("三份.txt", (about("甲办法"), {"第一条": "一。"}), (about("乙办法", region=None), {"第一条": "二。"}))
    ingest(engine, [Incoming("三份.txt", file, Metadata(title="丙办法", number="丙发1号", region="445303"))])
    assert [(d.metadata.title, d.metadata.number, d.metadata.region) for d in held(engine)] == [
        ("丙办法", "丙发1号", "445303"), ("乙办法", None, "445303"),
    ]


# —— names ——


def test_files_of_the_same_name_in_different_folders_are_different_files(engine):
    """Nothing of either is lost, in one run or in two."""
    ingest(engine, [incoming("甲区/通知.txt", "甲区通知", "甲。"), incoming("乙区/通知.txt", "乙区通知", "乙。")])
    ingest(engine, [incoming("丙区/通知.txt", "丙区通知", "丙。")])
    assert sorted(names(engine)) == sorted([("甲区/通知.txt", 1), ("乙区/通知.txt", 1), ("丙区/通知.txt", 1)])
    assert sorted(texts(engine)) == sorted(["甲。", "乙。", "丙。"])


def test_two_different_files_under_the_very_same_name_in_one_run_are_refused(engine):
    """Else the second would silently take the first one's place."""
    with pytest.raises(NotIngested, match="通知.txt"):
        ingest(engine, [incoming("通知.txt", "甲区通知", "甲。"), incoming("通知.txt", "乙区通知", "乙。")])
    assert held(engine) == []


def test_a_file_known_by_its_folder_is_known_by_its_own_name_too(engine):
    ingest(engine, [incoming("法规/甲.md", "甲办法", "一。")])
    assert ingest(engine, [incoming("甲.md", "甲办法", "二。")]) == [Outcome("法规/甲.md", "changed", 2)]
    assert texts(engine) == ["二。"]


def test_forgetting_by_a_path_that_is_not_held_takes_away_nothing_else(engine):
    ingest(engine, [incoming("甲区/通知.txt", "甲区通知", "甲。")])
    assert not forget(engine, "乙区/通知.txt")
    assert texts(engine) == ["甲。"]


# —— all or nothing ——


BAD = {
    "标题": incoming("坏.txt", None, "条。"),
    "地区": incoming("坏.txt", "坏办法", "条。", region=None),
    "种类": incoming("坏.txt", "坏办法", "条。", kind=None),
    "条文": Incoming("坏.txt", source_file("坏.txt", (about("坏办法"), {}))),
}


@pytest.mark.parametrize("missing", BAD)
def test_one_file_that_lacks_something_keeps_all_of_them_out(engine, missing):
    ingest(engine, [B])
    before = names(engine), texts(engine), current_version(engine)
    with pytest.raises(NotIngested, match=f"坏.txt.*{missing}"):
        ingest(engine, [A, BAD[missing]])
    assert (names(engine), texts(engine), current_version(engine)) == before
    assert stored_versions(engine, "甲.txt") == []


def test_what_a_document_lacks_can_be_given(engine):
    ingest(engine, [replace(BAD["地区"], given=Metadata(region="445303"))])
    assert held(engine)[0].metadata.region == "445303"


class Breaks(tuple):
    """Clauses whose writing breaks off after the first batch."""

    def __iter__(self) -> Iterator[Clause]:
        yield from (Clause(f"第{i}条", (), "条。", 0, 2) for i in range(3000))
        raise KeyboardInterrupt


def test_a_run_that_breaks_off_leaves_nothing_behind(engine):
    ingest(engine, [A])
    before = names(engine), texts(engine), current_version(engine)
    file = replace(B.file, documents=(SourceDocument(about("乙办法"), Breaks([None])),))
    with pytest.raises(KeyboardInterrupt):
        ingest(engine, [A_CHANGED, Incoming("乙.txt", file)])
    assert (names(engine), texts(engine), current_version(engine)) == before
    assert ingest(engine, [A_CHANGED, B])[1] == Outcome("乙.txt", "new", 1)


# —— the same document twice ——


COPY = incoming("甲（复制）.txt", "甲办法", "老人每月领取津贴。", "儿童每季领取补贴。")


def test_the_same_document_under_another_name_is_refused_and_told_what_to_do(engine):
    ingest(engine, [A])
    with pytest.raises(NotIngested, match="《甲办法》已经从 甲.txt 载入.*--replaces 甲.txt"):
        ingest(engine, [COPY])
    assert names(engine) == [("甲.txt", 1)]


def test_the_same_document_twice_in_one_run_is_refused(engine):
    with pytest.raises(NotIngested):
        ingest(engine, [A, COPY])
    assert held(engine) == []


@pytest.mark.parametrize(
    "other", [{"region": "500110"}, {"number": "甲发〔2020〕2号"}], ids=["of another place", "of another number"]
)
def test_a_document_of_the_same_title_but_another_one_is_taken_in(engine, other):
    ingest(engine, [A])
    ingest(engine, [incoming("另.txt", "甲办法", "另一条。", **other)])
    assert len(held(engine)) == 2


def test_a_copy_takes_the_place_of_the_file_it_replaces(engine):
    ingest(engine, [A])
    assert ingest(engine, [COPY], replaces="甲.txt") == [Outcome("甲.txt", "changed", 2)]
    assert texts(engine) == ["老人每月领取津贴。", "儿童每季领取补贴。"]
    assert ingest(engine, [COPY], replaces="甲.txt") == [Outcome("甲.txt", "unchanged", 2)]


def test_replacing_a_file_that_was_never_taken_in_is_refused(engine):
    with pytest.raises(NotIngested, match="没有.txt"):
        ingest(engine, [A], replaces="没有.txt")
    assert held(engine) == []


def test_a_document_that_only_an_older_version_held_may_come_from_elsewhere(engine):
    ingest(engine, [A])
    ingest(engine, [incoming("甲.txt", "丙办法", "丙。")])
    ingest(engine, [COPY])
    assert names(engine) == [("甲.txt", 2), ("甲（复制）.txt", 1)]


# —— forgetting ——


def test_a_forgotten_file_is_gone_with_all_its_versions(engine):
    ingest(engine, [A, B])
    ingest(engine, [A_CHANGED])
    assert forget(engine, "甲.txt")
    assert names(engine) == [("乙.txt", 1)]
    with engine.connect() as db:
        left = [db.execute(sa.select(sa.func.count()).select_from(t)).scalar() for t in (ct.source_files, ct.source_documents, ct.clauses)]
    assert left == [1, 1, 1]


def test_forgetting_what_is_not_held_says_so_and_makes_no_version(engine):
    ingest(engine, [A])
    assert not forget(engine, "没有.txt")
    assert current_version(engine) == 1


def test_a_forgotten_file_can_be_taken_in_again(engine):
    ingest(engine, [A])
    forget(engine, "甲.txt")
    assert ingest(engine, [A]) == [Outcome("甲.txt", "new", 1)]


def test_a_document_never_gets_the_number_of_one_that_was_forgotten(engine):
    """An index that is a moment behind would show one document's clause with another's source."""
    ingest(engine, [A])
    first = held(engine)[0].id
    forget(engine, "甲.txt")
    ingest(engine, [B])
    assert held(engine)[0].id != first


# —— what was left out ——


def test_what_was_left_out_of_the_current_version_can_be_looked_up(engine):
    first, second = Dropped(3, "copyright dedecms", "网站水印"), Dropped(9, "我要回帖", "网页残留")
    ingest(engine, [Incoming("甲.txt", replace(A.file, dropped=(first,)))])
    ingest(engine, [Incoming("甲.txt", replace(A_CHANGED.file, dropped=(first, second)))])
    assert dropped_of(engine, "甲.txt") == [first, second]
    assert dropped_of(engine, "没有.txt") == []


# —— versions of the knowledge ——


def test_each_change_makes_one_version_and_only_a_change_does(engine):
    steps = []
    for change in (
        lambda: ingest(engine, [A, B]), lambda: ingest(engine, [A, B]), lambda: ingest(engine, [A_CHANGED]),
        lambda: forget(engine, "没有.txt"), lambda: forget(engine, "乙.txt"), lambda: ingest(engine, []),
    ):
        change()
        steps.append(current_version(engine))
    assert steps == [1, 1, 2, 2, 3, 3]


def test_documents_and_curated_data_number_one_series_of_versions_and_leave_each_other_alone(engine, tmp_path):
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    store.load(engine, [tmp_path / "good.yaml"])
    ingest(engine, [A])
    assert (store.read(engine).version, len(store.read(engine).provisions)) == (2, 1)
    assert store.load(engine, [tmp_path / "good.yaml"]) == (2, False)
    (tmp_path / "good.yaml").write_text(GOOD.replace("450", "451"), encoding="utf-8")
    assert store.load(engine, [tmp_path / "good.yaml"]) == (3, True)
    assert texts(engine) == ["老人每月领取津贴。", "儿童每月领取补贴。"]


# —— several at once ——


def at_once(database_url: str, work: list[Callable]) -> list[Exception]:
    """Do each in a thread with an engine of its own, all beginning together; what failed."""
    start, failures = threading.Barrier(len(work)), []

    def run(one: Callable) -> None:
        engine = open_engine(database_url)
        start.wait()
        try:
            one(engine)
        except Exception as error:
            failures.append(error)
        finally:
            engine.dispose()

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return failures


def test_several_who_take_in_files_at_once_lose_nothing(engine, database_url):
    ingest(engine, [A])

    def work(who: int) -> Callable:
        def run(own) -> None:
            for n in range(4):
                ingest(own, [incoming(f"{who}-{n}.txt", f"办法{who}-{n}", f"条{who}-{n}。")])

        return run

    assert at_once(database_url, [work(who) for who in range(3)]) == []
    assert sorted(texts(engine)[2:]) == sorted(f"条{who}-{n}。" for who in range(3) for n in range(4))
    assert current_version(engine) == 13


def test_several_who_change_the_same_file_at_once_make_versions_one_after_the_other(engine, database_url):
    ingest(engine, [A])

    def work(who: int) -> Callable:
        return lambda own: ingest(own, [incoming("甲.txt", "甲办法", f"条{who}。")])

    assert at_once(database_url, [work(who) for who in range(4)]) == []
    assert stored_versions(engine, "甲.txt") == [(1, False), (2, False), (3, False), (4, False), (5, True)]
    assert len(texts(engine)) == 1


def test_of_two_who_take_in_the_same_document_at_once_one_is_refused(engine, database_url):
    ingest(engine, [B])
    failures = at_once(database_url, [lambda own: ingest(own, [A]), lambda own: ingest(own, [COPY])])
    assert [type(f) for f in failures] == [NotIngested]
    assert sum(d.metadata.title == "甲办法" for d in held(engine)) == 1


class Large(tuple):
    """Twenty thousand clauses; half way through, the writer stops until it is told to go on."""

    SIZE = 20_000
    half_way: threading.Event
    go_on: threading.Event

    def __iter__(self) -> Iterator[Clause]:
        for i in range(self.SIZE):
            if i == self.SIZE // 2:
                self.half_way.set()
                assert self.go_on.wait(60)
            yield Clause(f"第{i}条", ("一、津贴",), f"第{i}种情形，每月{i}元。", 0, 10)


def test_no_reader_waits_for_a_large_document_that_is_being_written(engine, database_url, tmp_path, monkeypatch):
    """And sees the store as it was before, until all of it is there."""
    monkeypatch.setenv("HUIMIN_VAR", str(tmp_path))
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    store.load(engine, [tmp_path / "good.yaml"])
    ingest(engine, [A])
    large = Large([None])
    large.half_way, large.go_on = threading.Event(), threading.Event()
    file = replace(B.file, documents=(SourceDocument(about("大办法"), large),))
    writer = threading.Thread(target=ingest, args=(engine, [Incoming("大.txt", file)]))
    reader_engine = open_engine(database_url, read_only=True)
    seen = {}

    def read() -> None:
        reader = store.Reader(reader_engine, every=0)
        seen["version"] = reader.get().version, current_version(reader_engine)
        seen["held"] = names(reader_engine)
        seen["texts"] = texts(reader_engine)
        seen["dropped"] = dropped_of(reader_engine, "甲.txt")
        seen["groups"] = [group for group, _, _ in search_store.groups(reader_engine, reader.get())]

    writer.start()
    try:
        assert large.half_way.wait(60)
        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        reader.join(20)
        waited = reader.is_alive()
    finally:
        large.go_on.set()
        writer.join()
    assert not waited
    assert seen == {
        "version": (2, 2), "held": [("甲.txt", 1)], "texts": ["老人每月领取津贴。", "儿童每月领取补贴。"], "dropped": [],
        "groups": ["base", f"document:{held(engine)[0].id}"],
    }
    assert current_version(reader_engine) == 3
    assert sum(d.clauses for d in held(reader_engine)) == 2 + Large.SIZE
    reader_engine.dispose()


# —— what documents contain ——


@pytest.mark.parametrize("text", ["𠮷林𬬻", "\u200b零宽", "100％😀", "a" * 200_000, "'; DROP TABLE clauses; --"], ids=range(5))
def test_any_text_comes_out_as_it_went_in(engine, text):
    ingest(engine, [incoming("甲.txt", "甲办法", text)])
    assert texts(engine) == [text]


BROKEN = "云安区\x00津贴办法\n\ncopyright\x00 dedecms\n第一条　老\x00人每月领取津贴。\n第二条　儿童。\n"


@pytest.mark.parametrize("name", ["甲.txt", "甲.md", "甲.html"])
def test_a_file_with_broken_characters_is_taken_in_without_them(engine, tmp_path: Path, name):
    """PostgreSQL refuses a NUL, no database takes half a character."""
    text = BROKEN if name != "甲.html" else "".join(f"<p>{x}&#xD800;</p>" for x in BROKEN.split("\n") if x)
    (tmp_path / name).write_text(text, encoding="utf-8")
    ingest(engine, [Incoming(name, read_source(tmp_path / name), Metadata(region="445303", kind="rule"))])
    assert [t.replace("\ufffd", "") for t in texts(engine)[-2:]] == ["老人每月领取津贴。", "儿童。"]
    dropped_of(engine, name)
