"""``python -m policy_kb``: what an officer types, what is told in Chinese, and that no mistake leaves half of anything behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from earlier_store import make_old_store
from small_kb import GOOD

from policy_kb import __main__ as program
from policy_kb import clause_store, loader, store
from policy_kb import tables as t
from policy_kb.engines import open_engine

ROOT = Path(__file__).resolve().parents[2]
NOTICE = "云安区津贴办法\n\n第一条　为了帮助困难老人，制定本办法。\n第二条　八十岁以上老人每人每月领取高龄补贴100元。\n第三条　本办法自2020年1月1日起施行。\n"
SECOND = "云安区住房办法\n\n第一条　困难家庭可以申请公租房。\n第二条　向镇政府提出申请。\n"
WHERE = ("--region", "445303", "--kind", "notice")


class Desk:
    """A store of this test's own, a folder of documents, a folder of data; ``run`` gives (exit code, output, errors)."""

    def __init__(self, folder: Path, monkeypatch, capsys):
        self.folder, self.data, self.documents = folder, folder / "data", folder / "documents"
        self.url = f"sqlite:///{folder / 'store' / 'kb.db'}"
        (folder / "store").mkdir()
        self._patch, self._read = monkeypatch, capsys
        self.data.mkdir()
        self.documents.mkdir()
        (self.data / "good.yaml").write_text(GOOD, encoding="utf-8")
        for name in ("wording.yaml", "aspects.yaml"):
            (self.data / name).write_bytes((loader.SHIPPED / name).read_bytes())
        monkeypatch.setenv("HUIMIN_KB_URL", self.url)
        monkeypatch.setenv("HUIMIN_VAR", str(folder))
        # What is shipped takes long to read; a store that is empty is filled from here instead.
        monkeypatch.setattr(store, "SHIPPED", self.data)

    def write(self, name: str, text: str = NOTICE) -> Path:
        file = self.documents / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def run(self, *words: object) -> tuple[int, str, str]:
        self._patch.setattr(sys, "argv", ["policy_kb", *map(str, words)])
        try:
            code = program.main()
        except SystemExit as refused:
            code = refused.code
        return code, *self._read.readouterr()

    def held(self) -> list[tuple[str, int]]:
        engine = open_engine(self.url)
        found = [(d.file_name, d.version) for d in clause_store.held(engine)]
        engine.dispose()
        return found

    def version(self) -> int:
        engine = open_engine(self.url)
        number = store.current_version(engine)
        engine.dispose()
        return number


@pytest.fixture
def desk(tmp_path: Path, monkeypatch, capsys) -> Desk:
    return Desk(tmp_path, monkeypatch, capsys)


@pytest.fixture(scope="module")
def filled_once(tmp_path_factory) -> Path:
    """A desk's folder with curated data and one document taken in, to be copied."""
    folder = tmp_path_factory.mktemp("filled")
    with pytest.MonkeyPatch.context() as patch:
        made = Desk(folder, patch, None)
        store.load(open_engine(made.url), [made.data])
        patch.setattr(sys, "argv", ["policy_kb", "ingest", str(made.write("津贴.txt")), *WHERE])
        assert program.main() == 0
    return folder


@pytest.fixture
def filled(filled_once: Path, desk: Desk) -> Desk:
    """With curated data and one document taken in."""
    shutil.copytree(filled_once, desk.folder, dirs_exist_ok=True)
    engine = open_engine(desk.url)
    with engine.begin() as db:
        db.execute(t.kb_versions.update(), {"sources": [str(desk.data)]})
    engine.dispose()
    return desk


def in_chinese(errors: str) -> None:
    """A sentence somebody can act on, and nothing of the program's inside."""
    assert re.search("[\u4e00-\u9fff]", errors)
    assert "Traceback" not in errors


# —— ingest ——


def test_a_document_is_taken_in_and_told_with_its_title_and_number_of_clauses(desk):
    desk.run("load", "--only", desk.data)
    code, out, errors = desk.run("ingest", desk.write("津贴.txt"), *WHERE)
    assert (code, errors) == (0, "")
    assert "津贴.txt：《云安区津贴办法》3 条" in out
    assert "新载入 1 个，有改动 0 个，没有变化 0 个文件；知识库版本 2" in out
    assert desk.held() == [("津贴.txt", 1)]


def test_taking_in_on_an_empty_store_loads_the_curated_data_first(desk):
    assert desk.run("ingest", desk.write("津贴.txt"), *WHERE)[0] == 0
    assert "1 条规定" in desk.run("stats")[1]


def test_the_same_again_says_that_nothing_changed(filled):
    code, out, _ = filled.run("ingest", filled.documents / "津贴.txt", *WHERE)
    assert code == 0
    assert "没有变化 1 个文件；知识库版本 2" in out


def test_a_changed_file_is_told_as_changed_and_searched_in_its_new_words(filled):
    filled.write("津贴.txt", NOTICE.replace("高龄补贴100元", "长寿奖励120元"))
    assert "有改动 1 个" in filled.run("ingest", filled.documents / "津贴.txt", *WHERE)[1]
    assert filled.held() == [("津贴.txt", 2)]
    out = filled.run("search", "长寿奖励", "--type", "clause")[1]
    assert "120元" in out
    assert "100元" not in out


def test_a_folder_is_taken_in_whole_each_file_under_its_path(desk):
    desk.write("甲/津贴.txt")
    desk.write("乙/住房.md", SECOND)
    desk.write("乙/README.md", "说明")
    desk.write("乙/.draft/x.txt", "草稿")
    desk.write("图.jpg", "x")
    code, out, errors = desk.run("ingest", desk.documents, *WHERE)
    assert (code, errors) == (0, "")
    assert sorted(desk.held()) == [("乙/住房.md", 1), ("甲/津贴.txt", 1)]


def test_files_of_the_same_name_in_two_folders_are_both_taken_in(desk):
    desk.write("甲/通知.txt")
    desk.write("乙/通知.txt", SECOND)
    assert desk.run("ingest", desk.documents, *WHERE)[0] == 0
    assert sorted(desk.held()) == [("乙/通知.txt", 1), ("甲/通知.txt", 1)]


def test_two_folders_given_with_a_file_of_the_same_name_lose_neither(desk):
    """Either both are held or the run is refused: one must not silently take the other's place."""
    one, other = desk.write("甲/通知.txt"), desk.write("乙/通知.txt", SECOND)
    code, _, errors = desk.run("ingest", one.parent, other.parent, *WHERE)
    if code == 0:
        assert len(desk.held()) == 2
    else:
        in_chinese(errors)
        assert desk.held() == []


def test_what_was_left_out_is_counted_and_listed_when_asked_for(desk):
    file = desk.write("津贴.txt", NOTICE.replace("第二条", "copyright dedecms\n第二条"))
    code, out, _ = desk.run("ingest", file, *WHERE, "--dropped")
    assert code == 0
    assert re.search(r"没有收进条款：.+ 1 处", out)
    assert re.search(r"第 4 行（.+）：copyright dedecms", out)


def test_a_dry_run_shows_the_result_and_takes_in_nothing(filled):
    before = filled.held(), filled.version()
    code, out, _ = filled.run("ingest", filled.write("住房.txt", SECOND), *WHERE, "--dry-run")
    assert code == 0
    assert "《云安区住房办法》2 条" in out
    assert (filled.held(), filled.version()) == before


@pytest.mark.parametrize("bad", ["缺.txt", "空.txt", "坏.docx", "坏.pdf", "图.xlsx"])
def test_one_file_that_cannot_be_read_keeps_all_of_them_out_and_is_named(filled, bad):
    good, file = filled.write("住房.txt", SECOND), filled.documents / bad
    if bad != "缺.txt":
        file.write_bytes(b"" if bad == "空.txt" else b"PK\x03\x04 broken")
    before = filled.held(), filled.version()
    code, _, errors = filled.run("ingest", good, file, *WHERE)
    assert code == 1
    in_chinese(errors)
    assert bad in errors
    assert "没有载入任何内容" in errors
    assert (filled.held(), filled.version()) == before


def test_a_file_that_cannot_be_read_is_skipped_only_when_that_is_asked_for(filled):
    code, out, errors = filled.run("ingest", filled.write("住房.txt", SECOND), filled.documents / "缺.txt", *WHERE, "--skip-unreadable")
    assert code == 1
    assert "缺.txt" in errors
    assert "新载入 1 个" in out
    assert [name for name, _ in filled.held()] == ["津贴.txt", "住房.txt"]


def test_an_empty_folder_is_told(desk):
    code, _, errors = desk.run("ingest", desk.documents)
    assert code == 1
    assert "没有找到可以载入的文件" in errors


def test_a_document_whose_place_cannot_be_seen_is_refused_with_the_option_to_give_it(desk):
    code, _, errors = desk.run("ingest", desk.write("办法.txt", NOTICE.replace("云安区", "")), "--kind", "notice")
    assert code == 1
    assert "--region" in errors
    assert desk.held() == []


def test_the_place_may_be_named_in_words(desk):
    file = desk.write("办法.txt", NOTICE.replace("云安区", ""))
    assert desk.run("ingest", file, "--kind", "notice", "--region", "广东省云浮市云安区")[0] == 0
    assert desk.held() == [("办法.txt", 1)]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--region", "桃花源区"), "桃花源区”没有找到"), (("--region", "朝阳区"), "好几个.*110105"), (("--region", "99"), "没有找到"),
        (("--published", "yesterday"), "yesterday"), (("--published", "2026-02-30"), "2026-02-30"), (("--kind", "law-ish"), "law-ish"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_in_chinese_and_nothing_is_taken_in(filled, options, said):
    code, _, errors = filled.run("ingest", filled.write("住房.txt", SECOND), *options)
    assert code == 2
    assert re.search(said, errors)
    in_chinese(errors.split("error:")[-1])
    assert filled.held() == [("津贴.txt", 1)]


@pytest.mark.parametrize("option", ["--title", "--number", "--url", "--replaces"])
def test_what_can_only_be_said_of_one_file_is_refused_for_several(filled, option):
    code, _, errors = filled.run("ingest", filled.write("住房.txt", SECOND), filled.documents / "津贴.txt", option, "x")
    assert code == 2
    assert "单个文件" in errors
    assert filled.held() == [("津贴.txt", 1)]


def test_the_same_document_under_another_name_is_refused_and_can_take_the_old_one_s_place(filled):
    copy = filled.write("津贴（新）.txt", NOTICE.replace("100元", "120元"))
    code, _, errors = filled.run("ingest", copy, *WHERE)
    assert code == 1
    assert "--replaces 津贴.txt" in errors
    assert filled.run("ingest", copy, *WHERE, "--replaces", "津贴.txt")[0] == 0
    assert filled.held() == [("津贴.txt", 2)]


# —— search, show ——


def test_what_was_taken_in_is_found_and_told_with_its_document_and_clause(filled):
    code, out, errors = filled.run("search", "高龄补贴")
    assert (code, errors) == (0, "")
    assert re.search(r"\[条款\].*云安区津贴办法", out)
    assert "第二条" in out
    assert "100元" in out


def test_the_curated_base_is_found_too(filled):
    out = filled.run("search", "津贴", "--type", "provision")[1]
    assert "每人每月450元" in out
    assert "provision:rural-2018" in out


def test_search_gives_json_with_facts_and_sources(filled):
    page = json.loads(filled.run("search", "津贴", "--type", "provision", "--json")[1])
    (found,) = page["results"]
    assert (found["facts"][0]["value"], found["citations"][0]["document"], page["kb_version"]) == (450, "政府工作报告", 2)


def test_search_goes_on_where_it_left_off(filled):
    first, second = filled.run("search", "办法", "--limit", "1")[1], filled.run("search", "办法", "--limit", "1", "--offset", "1")[1]
    assert "还有更多：--offset 1" in first
    assert second.startswith("2. ")
    assert first.split("  ")[-1] != second.split("  ")[-1]


def test_what_is_not_there_is_said_not_to_be_found(filled):
    code, out, _ = filled.run("search", "㊙㊙㊙")
    assert (code, out.strip()) == (0, "没有找到")


@pytest.mark.parametrize(
    "options", [("--region", "999999"), ("--as-of", "yesterday"), ("--type", "nonsense"), ("--limit", "many"), ("--region", "云安区乙")]
)
def test_a_search_that_makes_no_sense_is_refused_in_chinese(filled, options):
    code, _, errors = filled.run("search", "津贴", *options)
    assert code == 2
    in_chinese(errors.split("error:")[-1])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rural-2018",), "value: 450"), (("provision:rural-2018",), "作为历史数字显示"), (("report",), "政府工作报告"),
        (("allowance",), "rural-2018"), (("445303",), "云安区"), (("津贴.txt",), "第三条"), (("津贴.txt", "第二条"), "100元"),
    ],
)
def test_one_item_is_shown_with_all_that_is_known_of_it(filled, words, said):
    code, out, errors = filled.run("show", *words)
    assert (code, errors) == (0, "")
    assert said in out


def test_one_clause_is_shown_alone(filled):
    out = filled.run("show", "津贴.txt", "第二条")[1]
    assert "第三条" not in out


def test_a_clause_is_shown_by_the_id_search_gave(filled):
    (found,) = json.loads(filled.run("search", "高龄补贴", "--type", "clause", "--json", "--limit", "1")[1])["results"]
    assert "100元" in filled.run("show", found["id"])[1]


@pytest.mark.parametrize("words", [("没有这个",), ("津贴.txt", "第九十九条"), ("clause:999:第一条",), ("clause:1",), ("",)])
def test_what_is_not_held_is_told_and_fails(filled, words):
    code, out, errors = filled.run("show", *words)
    assert (code, out) == (1, "")
    in_chinese(errors)


# —— forget ——


def test_a_forgotten_document_is_no_longer_found_or_shown(filled):
    code, out, _ = filled.run("forget", "津贴.txt")
    assert code == 0
    assert "已撤下 津贴.txt；知识库版本 3" in out
    assert filled.held() == []
    assert "条款" not in filled.run("search", "高龄补贴")[1]
    assert filled.run("show", "津贴.txt")[0] == 1


@pytest.mark.parametrize("name", ["没有.txt", "别处/津贴.txt", ""])
def test_forgetting_what_is_not_held_fails_and_says_so(filled, name):
    code, _, errors = filled.run("forget", name)
    assert code == 1
    assert "没有载入过" in errors
    assert filled.held() == [("津贴.txt", 1)]


# —— diff, stale ——


def test_without_a_change_diff_says_so(filled):
    assert filled.run("diff")[:2] == (0, "没有任何改变\n")


def test_diff_tells_the_figure_and_the_answers_it_changes_and_loads_nothing(filled):
    (filled.data / "good.yaml").write_text(GOOD.replace("450", "460"), encoding="utf-8")
    code, out, errors = filled.run("diff")
    assert (code, errors) == (0, "")
    assert re.search("~ 规定 rural-2018.*value 450.* → 460", out)
    assert re.search(r"- .*450", out)
    assert re.search(r"\+ .*460", out)
    assert re.search("数据改动 [1-9] 处，答复改变 [1-9]", out)
    assert filled.version() == 2


def test_diff_of_data_with_a_mistake_names_it_and_fails(filled):
    (filled.data / "bad.yaml").write_text("x: 1\n", encoding="utf-8")
    code, _, errors = filled.run("diff")
    assert code == 1
    assert "bad.yaml:1" in errors


def test_stale_lists_the_old_figure_with_place_department_and_document(filled):
    code, out, _ = filled.run("stale", "--as-of", "2026-11-23")
    assert code == 0
    assert "广东省云浮市云安区 · 民政部门" in out
    assert re.search("津贴.*450元/月（2018-12-31 的数字）《政府工作报告》 rural-2018", out)
    assert "共 1 个数字需要核对" in out


def test_stale_says_when_there_is_nothing_to_look_after(filled):
    assert filled.run("stale", "--as-of", "2019-06-01")[:2] == (0, "没有需要核对的数字\n")
    assert filled.run("stale", "--as-of", "2026-11-23", "--region", "500110")[1] == "没有需要核对的数字\n"


@pytest.mark.parametrize("words", [("stale", "--region", "99"), ("stale", "--as-of", "yesterday"), ("diff", "--as-of", "yesterday"), ("diff", "/nowhere/at/all")])
def test_diff_and_stale_refuse_what_makes_no_sense_in_chinese(filled, words):
    code, _, errors = filled.run(*words)
    assert code in {1, 2}
    in_chinese(errors.split("error:")[-1])


# —— stores that are empty, of before, or busy ——


READING = [("search", "津贴"), ("show", "rural-2018"), ("stats",), ("stale",), ("diff",)]
EVERY = [*READING, ("forget", "津贴.txt"), ("load",), ("ingest", "{file}", *WHERE)]


@pytest.mark.parametrize("words", READING, ids=lambda w: w[0])
def test_on_an_empty_store_every_command_says_what_to_do_first(desk, words):
    code, out, errors = desk.run(*words)
    assert (code, out) == (1, "")
    assert "python -m policy_kb load" in errors


@pytest.mark.parametrize("words", EVERY, ids=lambda w: w[0])
def test_on_a_store_of_before_migrations_every_command_works_or_says_what_to_do_first(desk, words):
    engine = open_engine(desk.url)
    make_old_store(engine, desk.data)
    engine.dispose()
    file = desk.write("津贴.txt")
    code, _, errors = desk.run(*(w.format(file=file) for w in words))
    if words[0] in {"load", "ingest"}:
        assert (code, errors) == (0, "")
    elif code:
        in_chinese(errors)


@pytest.mark.parametrize("words", [("forget", "津贴.txt"), ("ingest", "{file}", *WHERE)], ids=lambda w: w[0])
def test_no_command_takes_the_curated_knowledge_of_an_earlier_store_away(desk, words):
    """Residents would be told that nothing is known until somebody loads again."""
    engine = open_engine(desk.url)
    make_old_store(engine, desk.data)
    engine.dispose()
    file = desk.write("津贴.txt")
    with suppress(Exception):
        desk.run(*(w.format(file=file) for w in words))
    engine = open_engine(desk.url)
    with engine.connect() as db:
        assert db.exec_driver_sql("SELECT count(*) FROM provisions").scalar() == 1
    engine.dispose()


# —— as a process ——


def start(desk: Desk, *words: object, stdout) -> subprocess.Popen:
    environment = os.environ | {"HUIMIN_KB_URL": desk.url, "HUIMIN_VAR": str(desk.folder), "PYTHONIOENCODING": "utf-8"}
    environment.pop("PYTHONUNBUFFERED", None)
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "policy_kb", *map(str, words)], cwd=ROOT, env=environment, stdout=stdout,
        stderr=subprocess.PIPE, encoding="utf-8",
    )


def test_a_reader_of_the_output_that_went_away_is_no_error_to_complain_about(filled):
    """``… | head``: little output is written only when the program ends."""
    ours, theirs = os.pipe()
    os.close(ours)
    p = start(filled, "show", "rural-2018", stdout=theirs)
    os.close(theirs)
    errors = p.communicate(timeout=60)[1]
    assert errors == ""
    assert p.returncode in {0, 1}
