"""Every figure stands where its evidence says; what does not, or cannot be looked at, is told; lines become clauses and spans."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from small_documents import about, source_file
from small_kb import REPORT, base, figure

from policy_kb import __main__ as program
from policy_kb.commands.evidence import Library, check
from policy_kb.evidence import check_figure, check_span, clause_at, locate, passage, unproven
from policy_kb.ingest.model import SourceFile
from policy_kb.knowledge import Evidence, KnowledgeBase, Provision
from policy_kb.loader import read_knowledge
from policy_kb.numbers import numbers_in

# —— numbers as documents write them ——

WRITTEN = [
    ("每人每月1,560元", "元", {1560}), ("每人每月1560元", "元", {1560}), ("12.5元", "元", {Decimal("12.5")}), ("１５６０元", "元", {1560}),
    ("1,560.50元", "元", {Decimal("1560.5")}), ("2520 元", "元", {2520}), ("500元/人•月", "元", {500}), ("300余元", "元", {300}),
    ("封顶线从10万元提高到15万元", "元", {100_000, 150_000}), ("1.5万元", "元", {15_000}), ("15 万元", "元", {150_000}),
    ("一百二十元", "元", {120}), ("一千零五十元", "元", {1050}), ("三千元", "元", {3000}), ("五千万元", "元", {50_000_000}),
    ("百分之九十按月计发", "%", {90}), ("百分之百", "%", {100}), ("百分之一百二十", "%", {120}), ("不低于70%;", "%", {70}),
    ("提高50％", "%", {50}), ("0.5%", "%", {Decimal("0.5")}),
    ("*30*个工作日之内", "个工作日", {30}), ("十五个工作日", "个工作日", {15}), ("十个工作日", "个工作日", {10}), ("三十日内", "天", {30}),
    ("**1.5倍**", "倍", {Decimal("1.5")}), ("两倍", "倍", {2}), ("二十四个月", "个月", {24}), ("七十二小时", "小时", {72}),
    ("满一百周岁", "周岁", {100}), ("80-89岁", "周岁", {80, 89}), ("80至89周岁", "周岁", {80, 89}), ("0—6岁", "周岁", {0, 6}),
    ("80～89周岁", "周岁", {80, 89}), ("≥85 |", "%", {85}), ("1560", "元", {1560}), ("床位120张", "张", {120}), ("80名", "人", {80}),
    ("收到后，15个工作日", "个工作日", {15}), ("申请,3元", "元", {3}), ("5000元以上10000元以下", "元", {5000, 10_000}),
]
NONE = [("每人每月2520元", "个月"), ("第三十条", "天"), ("半年", "年"), ("每人每月", "元"), ("", "元"), ("500平方米", "元")]


@pytest.mark.parametrize(("text", "unit", "values"), WRITTEN)
def test_a_number_is_read_in_every_writing_documents_use(text, unit, values):
    assert {n.value for n in numbers_in(text, unit)} == values


@pytest.mark.parametrize(("text", "unit"), NONE)
def test_what_is_no_number_of_that_unit_is_not_read_as_one(text, unit):
    assert numbers_in(text, unit) == []


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("一万二千元", "元", 12_000), ("两万五千元", "元", 25_000), ("1万2千元", "元", 12_000), ("1万2000元", "元", 12_000), ("2千元", "元", 2000),
        ("零点五倍", "倍", Decimal("0.5")), ("一点五倍", "倍", Decimal("1.5")), ("百分之九十五点五", "%", Decimal("95.5")),
        ("1，560元", "元", 1560), ("1 560元", "元", 1560), ("二〇二〇年", "年", 2020),
    ],
)
def test_the_end_of_a_longer_number_is_never_taken_for_the_number(text, unit, value):
    """Reading nothing is safe; reading 2000元 in 一万二千元 proves a wrong figure."""
    assert {n.value for n in numbers_in(text, unit)} <= {value}


def test_the_ten_thousand_after_a_range_counts_for_both_its_ends():
    assert {n.value for n in numbers_in("贷款10—15万元", "元")} <= {100_000, 150_000}
    assert 150_000 in {n.value for n in numbers_in("贷款10—15万元", "元")}


@pytest.mark.parametrize(("text", "unit", "values"), WRITTEN)
def test_a_number_s_characters_are_those_it_is_written_in(text, unit, values):
    for n in numbers_in(text, unit):
        assert n.value in {m.value for m in numbers_in(text[n.start : n.end], unit)}


# —— one figure against its file ——

TEXT = "老人津贴每人每月1560元，另有一次性补贴15万元。"
FILE = source_file("甲.txt", (about("甲办法"), {"第一条": "为了保障老人，制定本办法。", "第二条": TEXT, "第三条": "1560"}))
AT = FILE.text.index(TEXT)


def proven(value: float, start: int, end: int, clause: str = "第二条", **more) -> tuple[KnowledgeBase, Provision]:
    p = figure("f", value, evidence=Evidence(clause, start, end), **more)
    return base(p), p


def spot(words: str, text: str = FILE.text) -> tuple[int, int]:
    start = text.index(words)
    return start, start + len(words)


def test_a_figure_that_stands_in_its_span_is_right():
    kb, p = proven(1560, *spot("1560元"))
    assert check_figure(kb, p, FILE) == []
    kb, p = proven(150_000, *spot("15万元"))
    assert check_figure(kb, p, FILE) == []


def test_a_wrong_figure_is_told_with_what_is_written_there():
    kb, p = proven(1561, *spot("1560元"))
    (message,) = check_figure(kb, p, FILE)
    assert "1561" in message
    assert "1560" in message


def test_only_the_whole_number_proves_a_figure_wherever_the_span_is_cut():
    """A span that cuts 1560 in two must not prove 156, 560 or 60, and no span proves any other number."""
    line = len(TEXT) + AT
    whole = range(spot("1560元")[0], spot("1560元")[1])
    wrong = []
    for start in range(whole.start - 3, whole.stop):
        for end in range(start + 1, min(whole.stop + 3, line)):
            for value in (1560, 156, 15, 1, 560, 56, 60, 5, 6, 0):
                kb, p = proven(value, start, end)
                right = value == 1560 and start <= whole.start and end >= whole.stop - 1
                if not check_figure(kb, p, FILE) and not right:
                    wrong.append((value, FILE.text[start:end]))
    assert wrong == []


def test_the_unit_must_be_the_one_written():
    kb, p = proven(1560, *spot("1560"), unit="%", period=None)
    assert check_figure(kb, p, FILE)
    kb, p = proven(15, *spot("15"), clause="第二条")
    assert check_figure(kb, p, FILE)


def test_a_span_with_several_numbers_proves_none():
    kb, p = proven(1560, *spot("1560元，另有一次性补贴15万元"))
    assert check_figure(kb, p, FILE)


@pytest.mark.parametrize(
    "evidence",
    [
        Evidence("第九条", *spot("1560元")), Evidence("第一条", *spot("1560元")), Evidence("第二条", AT - 1, AT + 3),
        Evidence("第二条", spot("15万元")[0], len(FILE.text) + 9), Evidence("第二条", AT + len(TEXT), AT + len(TEXT) + 1),
    ],
    ids=["no such clause", "another clause", "begins before the clause", "ends after the file", "blank"],
)
def test_evidence_that_points_beside_its_clause_is_told(evidence):
    assert check_span(evidence, FILE)
    p = figure("f", 1560, evidence=evidence)
    assert check_figure(base(p), p, FILE)


def test_a_figure_whose_clause_speaks_of_another_benefit_is_told():
    p = figure("f", 1560, benefit="housing", evidence=Evidence("第二条", *spot("1560元")))
    (message,) = check_figure(base(p), p, FILE)
    assert "住房" in message


def test_the_benefit_may_be_named_by_a_heading_above_the_clause():
    file = source_file("乙.txt", (about("乙办法"), {"一": "每人每月1560元。"}), headings=("第二章 住 房",))
    p = figure("f", 1560, benefit="housing", evidence=Evidence("一", *spot("1560元", file.text)))
    assert check_figure(base(p), p, file) == []


def test_of_two_documents_with_the_same_paths_the_one_that_holds_the_span_counts():
    file = source_file("两份.txt", (about("甲办法"), {"第一条": "津贴100元。"}), (about("乙办法"), {"第一条": "津贴200元。"}))
    for value in (100, 200):
        p = figure("f", value, evidence=Evidence("第一条", *spot(f"{value}元", file.text)))
        assert check_figure(base(p), p, file) == []
        assert check_figure(base(replace(p, value=300 - value)), replace(p, value=300 - value), file)


def test_figures_that_no_file_can_be_held_against_are_listed():
    read = replace(REPORT, source="甲.txt")
    there = figure("there", 1560, evidence=Evidence("第二条", *spot("1560元")))
    bare, elsewhere = figure("bare", 5), figure("elsewhere", 6, document="law")
    assert [p.id for p in unproven(base(there, bare, elsewhere, documents=(read,)))] == ["bare", "elsewhere"]


# —— finding the place ——


def test_of_the_same_number_twice_the_one_after_the_nearest_words_is_found():
    text = "低保对象每月100元，特困人员每月100元。"
    first, second = (locate(text, 7, 100, "元", [who]) for who in ("低保对象", "特困人员"))
    assert [first[0] - 7, second[0] - 7] == [m.start() for m in re.finditer("100元", text)]
    assert locate(text, 7, 101, "元", ["低保对象"]) is None


def test_of_a_long_line_the_sentence_nearest_to_the_statement_is_the_passage():
    told = "农村老人每月领取津贴。"
    filling = "本区经济社会发展取得新的成绩，城乡面貌焕然一新，各项事业全面进步。" * 6
    file = source_file("丙.txt", (about("丙报告"), {"一": f"{filling}{told}{filling}"}))
    start, end = passage(file, 0, len(file.text), "农村的老人每月可以领津贴")
    assert file.text[start:end] == told
    assert clause_at(file, start, end)[1].path == "一"


# —— the shipped figures ——


def places_of(value: float) -> list[float]:
    """Every number that differs from ``value`` in one digit."""
    written = f"{value:.10g}"
    return [
        float(written[:i] + other + written[i + 1 :])
        for i, digit in enumerate(written) if digit.isdigit() for other in "0123456789" if other != digit
    ]


@pytest.fixture(scope="module")
def library(sources: Path) -> Library:
    return Library(sources)


@pytest.fixture(scope="module")
def shipped_figures(shipped, library) -> list[tuple[Provision, SourceFile]]:
    """Every shipped figure whose document we have, with that file."""
    return [(p, library[shipped.documents[p.document].source]) for p in shipped.provisions
            if p.value is not None and shipped.documents[p.document].source]


def test_every_shipped_figure_of_a_document_we_have_names_clause_and_span(shipped_figures):
    assert len(shipped_figures) > 200
    assert [p.id for p, _ in shipped_figures if p.evidence is None] == []


def test_the_evidence_of_the_whole_shipped_base_holds(shipped, library):
    """Files unchanged since, every span in its clause, every figure in its span, every clause about its benefit."""
    assert [f"{f.item}：{f.message}" for f in check(shipped, library)] == []


def test_a_shipped_figure_wrong_in_any_one_digit_is_told(shipped, shipped_figures):
    looked_at = [(p, file) for p, file in shipped_figures if p.evidence]
    assert len(looked_at) > 200
    survivors = [
        (p.id, wrong) for p, file in looked_at for wrong in places_of(p.value)
        if not check_figure(shipped, replace(p, value=wrong), file)
    ]
    assert survivors == []


def test_a_shipped_span_holds_the_number_and_its_unit_and_nothing_else(shipped_figures):
    looked_at = [(p, file.text[p.evidence.start : p.evidence.end]) for p, file in shipped_figures if p.evidence]
    assert looked_at
    assert [(p.id, span) for p, span in looked_at if not re.fullmatch(r"\S{1,12}( \S{1,6})?", span) or re.search("[，。；、：]", span)] == []


def test_what_cannot_be_checked_of_the_shipped_figures_is_only_what_has_no_file(shipped):
    assert [p.id for p in unproven(shipped) if shipped.documents[p.document].source] == []


def test_every_age_that_bounds_a_shipped_group_stands_in_the_passage_of_its_evidence(shipped, library):
    """In figures, or as 老年人: 60 years and more (老年人权益保障法 第二条)."""
    missing, bounds = [], 0
    for p in shipped.provisions:
        source = shipped.documents[p.document].source
        ages = [a for a in (p.audience.age_from, p.audience.age_to) if a is not None]
        if not (source and p.evidence and ages):
            continue
        text = library[source].text
        line = text[text.rfind("\n", 0, p.evidence.start) + 1 : text.find("\n", p.evidence.end)]
        said = {n.value for n in numbers_in(line, "周岁")} | ({60} if "老年人" in line else set())
        bounds += len(ages)
        missing += [(p.id, a) for a in ages if a not in said]
    assert bounds
    assert missing == []


# —— the command ——

SOURCE = "云安区津贴办法\n\n第一条　老人津贴每人每月1560元。\n第二条　儿童津贴每人每月80元，\n由区里发给。\n第三条　甲敬老院有床位120张，收失能老人。\n"
HEAD = """\
# 云安区的津贴
documents:
  - {id: rules, title: 云安区津贴办法, issuer: 区政府, region: "445303", kind: rule, effective_from: 2020-01-01, source: 甲.txt}  # 区里发的
benefits:
  - {id: allowance, name: 津贴, field: 弱有所扶, department: 民政部门}
"""
ITEM = """\
  - id: {id}
    benefit: allowance
    aspect: amount
    region: "445303"
    name: {id}
    value: {value}
    unit: 元   # 元，不是万元
    period: 月
    document: rules
    statement: 每人每月{value}元。
"""
OLD_ITEM, CHILD_ITEM = ITEM.format(id="old", value=1560), ITEM.format(id="child", value=80)
GOOD = HEAD + "provisions:\n" + OLD_ITEM + "    evidence: {line: 3}  # 第三行\n" + CHILD_ITEM + "    evidence:\n      line: 4\n"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch, capsys):
    """A folder of sources, a data file, and ``run(*words)`` → (exit code, output, errors)."""
    return Desk(tmp_path, monkeypatch, capsys)


class Desk:
    def __init__(self, folder: Path, monkeypatch, capsys):
        self.sources, self.data, self.shipped = folder / "sources", folder / "data.yaml", folder / "shipped"
        self.sources.mkdir()
        self.shipped.mkdir()
        (self.sources / "甲.txt").write_text(SOURCE, encoding="utf-8")
        self.data.write_bytes(GOOD.encode())
        self._patch, self._read = monkeypatch, capsys
        monkeypatch.delenv("HUIMIN_SOURCES", raising=False)
        monkeypatch.setattr("policy_kb.commands.evidence.SHIPPED", self.shipped)

    def run(self, *words: str) -> tuple[int, str, str]:
        argv = ["policy_kb", "evidence", str(self.data), "--sources", str(self.sources), *words]
        self._patch.setattr("sys.argv", argv)
        code = program.main()
        return code, *self._read.readouterr()

    def fill(self, text: str) -> str:
        """Fill a data file of this text; gives the text afterwards."""
        self.data.write_bytes(text.encode())
        code, out, errors = self.run("--fill")
        assert (code, errors) == (0, ""), out
        return self.data.read_bytes().decode()


def test_lines_become_clauses_and_spans_and_everything_else_stays(desk):
    sha = Library(desk.sources)["甲.txt"].sha256
    first, second = spot("1560元", SOURCE), spot("80元", SOURCE)
    assert desk.fill(GOOD) == (
        GOOD.replace("{line: 3}", f'{{clause: "第一条", span: [{first[0]}, {first[1]}]}}')
        .replace("evidence:\n      line: 4", f'evidence: {{clause: "第二条", span: [{second[0]}, {second[1]}]}}')
        .replace("source: 甲.txt", f"source: 甲.txt, sha256: {sha}")
    )


BLOCK = HEAD[: HEAD.index("  - {id: rules")] + """\
  - id: rules
    title: 云安区津贴办法
    issuer: 区政府
    region: "445303"
    kind: rule
    effective_from: 2020-01-01
    {source}
""" + HEAD[HEAD.index("benefits:") :] + "provisions:\n" + OLD_ITEM + "    evidence: {{line: 3}}\n"
ONE_LINE = '{{id: {id}, benefit: allowance, aspect: amount, region: "445303", name: {id}, value: {value}, unit: 元, document: rules, {evidence}, statement: 每月{value}元。}}'
OLD_LINE, CHILD_LINE = ONE_LINE.format(id="old", value=1560, evidence="evidence: {line: 3}"), ONE_LINE.format(id="child", value=80, evidence="evidence: {line: 4}")
HOME = """\
institution_kinds: [{id: care_home, label: 养老院, benefit: allowance}]
institutions:
  - {id: home, name: 甲敬老院, kind: care_home, region: "445303", document: rules, beds: 120, evidence: {line: 6}}  # 一家
"""
STYLES = {
    "as usual": GOOD,
    "one line for each": HEAD + f"provisions:\n  - {OLD_LINE}  # 老人\n  - {CHILD_LINE}  # 儿童\n",
    "several in one line": HEAD + f"provisions: [{OLD_LINE}, {CHILD_LINE}]  # 都在一行\n",
    "a comment after the line": GOOD.replace("      line: 4\n", "      line: 4  # 见第二条\n"),
    "a comment before the line": GOOD.replace("      line: 4\n", "      # 见第二条\n      line: 4\n"),
    "a comment after the field": GOOD.replace("evidence:\n", "evidence:  # 见第二条\n"),
    "a flow that goes on after it": HEAD + "provisions:\n  - " + OLD_LINE.replace("{line: 3}, ", "{\n      line: 3}, ") + "  # 老人\n",
    "quotation marks": GOOD.replace("evidence: {line: 3}", '"evidence": {"line": 3}'),
    "lines that end as on Windows": GOOD.replace("\n", "\r\n"),
    "no line end at the end": GOOD.rstrip("\n"),
    "evidence in the middle": GOOD.replace("    statement: 每人每月80元。\n    evidence:\n      line: 4\n", "    evidence:\n      line: 4\n    statement: 每人每月80元。\n"),
    "the document in a block": BLOCK.replace("{{", "{").replace("}}", "}").replace("{source}", "source: 甲.txt  # 原文"),
    "the source in quotation marks": GOOD.replace("source: 甲.txt", 'source: "甲.txt"'),
    "the source first of all": BLOCK.replace("{{", "{").replace("}}", "}").replace("    {source}\n", "").replace("- id: rules\n", "- source: 甲.txt\n    id: rules\n"),
    "the source on a line of its own": GOOD.replace(", source: 甲.txt}", ",\n     source: 甲.txt}"),
    "the source before other fields of its line": GOOD.replace(", source: 甲.txt}", ",\n     source: 甲.txt, number: 甲发1号}"),
    "institutions": HEAD + HOME,
}


@pytest.mark.parametrize("style", STYLES)
def test_whatever_way_the_file_is_written_only_evidence_and_hashes_change(desk, style):
    before_text = STYLES[style]
    desk.data.write_bytes(before_text.encode())
    before = read_knowledge([desk.data])
    after_text = desk.fill(before_text)
    after = read_knowledge([desk.data])

    def bare(kb: KnowledgeBase) -> KnowledgeBase:
        return replace(
            kb, provisions=tuple(replace(p, evidence=None) for p in kb.provisions),
            institutions={i.id: replace(i, evidence=None) for i in kb.institutions.values()},
            documents={d.id: replace(d, sha256=None) for d in kb.documents.values()},
        )

    assert bare(after) == bare(before)
    assert all(x.evidence for x in (*after.provisions, *after.institutions.values()))
    assert re.findall("#.*", after_text) == re.findall("#.*", before_text)
    kept = [x for x in before_text.split("\n") if not re.search("evidence|line|source", x)]
    assert [x for x in after_text.split("\n") if x in kept] == kept


@pytest.mark.parametrize("style", STYLES)
def test_filling_again_changes_nothing(desk, style):
    once = desk.fill(STYLES[style])
    assert desk.fill(once) == once


def test_a_file_that_cites_another_file_s_document_is_filled_and_the_other_one_is_left_alone(desk):
    """A district's own data rests on what is shipped."""
    shipped, own = desk.shipped / "rules.yaml", GOOD[GOOD.index("provisions:") :]
    head = HEAD.replace("source: 甲.txt", f"source: 甲.txt, sha256: {Library(desk.sources)['甲.txt'].sha256}")
    shipped.write_text(head, encoding="utf-8")
    filled = desk.fill(own)
    assert shipped.read_text(encoding="utf-8") == head
    assert "line:" not in filled
    assert filled.count("span: [") == 2


def test_a_line_whose_figure_is_not_there_is_told_with_its_place_and_left_as_it_is(desk):
    desk.data.write_text(GOOD.replace("{line: 3}", "{line: 4}"), encoding="utf-8")
    code, _, errors = desk.run("--fill")
    assert code == 1
    assert f"{desk.data}:{GOOD[: GOOD.index('evidence')].count(chr(10)) + 1}: old" in errors
    assert "evidence: {line: 4}" in desk.data.read_text(encoding="utf-8")


@pytest.mark.parametrize("line", [2, 99])
def test_a_line_that_is_empty_or_beyond_the_file_is_told(desk, line):
    desk.data.write_text(GOOD.replace("{line: 3}", f"{{line: {line}}}"), encoding="utf-8")
    code, _, errors = desk.run("--fill")
    assert code == 1
    assert "old" in errors


def test_without_fill_no_file_is_touched(desk):
    assert desk.run()[0] == 1
    assert desk.data.read_bytes() == GOOD.encode()


def test_evidence_that_holds_is_said_to_with_its_number(desk):
    desk.fill(GOOD)
    code, out, errors = desk.run()
    assert (code, errors) == (0, "")
    assert "2 个数字：核对 2 个，无法核对 0 个；问题 0 处" in out


def test_a_figure_changed_in_the_data_is_told(desk):
    filled = desk.fill(GOOD)
    desk.data.write_text(filled.replace("value: 1560", "value: 1580"), encoding="utf-8")
    code, _, errors = desk.run()
    assert code == 1
    assert re.search("old：.*1580元.*1560", errors)


@pytest.mark.parametrize("change", [SOURCE + "\n", SOURCE.replace("由区里发给", "由区里发放"), SOURCE.replace("\n", "\r\n")])
def test_a_source_file_that_is_another_one_now_is_noticed(desk, change):
    """Even where every figure still stands where it stood."""
    desk.fill(GOOD)
    (desk.sources / "甲.txt").write_bytes(change.encode())
    code, _, errors = desk.run()
    assert code == 1
    assert re.search("rules：.*甲.txt.*sha256", errors)


def test_a_source_file_that_is_gone_is_told_and_its_figures_do_not_count_as_checked(desk):
    desk.fill(GOOD)
    (desk.sources / "甲.txt").unlink()
    code, out, errors = desk.run()
    assert code == 1
    assert "rules" in errors
    assert "甲.txt" in errors
    assert "核对 0 个，无法核对 2 个" in out


def test_filling_with_a_source_file_that_is_gone_says_so_and_changes_no_file(desk):
    (desk.sources / "甲.txt").unlink()
    code, _, errors = desk.run("--fill")
    assert code == 1
    assert "甲.txt" in errors
    assert desk.data.read_bytes() == GOOD.encode()


def test_a_figure_without_evidence_whose_document_we_have_is_told(desk):
    desk.data.write_text(desk.fill(GOOD).replace("  # 第三行", "").replace("evidence: {clause: \"第一条\"", "# {clause: \"第一条\""), encoding="utf-8")
    code, _, errors = desk.run()
    assert code == 1
    assert "old：数字没有写 evidence" in errors


def test_a_figure_whose_document_was_never_a_file_is_listed_with_its_document(desk):
    text = GOOD.replace(", source: 甲.txt", "").replace("    evidence: {line: 3}  # 第三行\n", "").replace("    evidence:\n      line: 4\n", "")
    desk.data.write_text(text, encoding="utf-8")
    code, out, _ = desk.run()
    assert code == 0
    assert "无法核对（没有原文文件）：old 1560元，《云安区津贴办法》" in out
    assert "核对 0 个，无法核对 2 个" in out


def test_a_changed_number_of_beds_is_told(desk):
    filled = desk.fill(HEAD + HOME)
    desk.data.write_text(filled.replace("beds: 120", "beds: 130"), encoding="utf-8")
    code, _, errors = desk.run()
    assert code == 1
    assert "home" in errors


@pytest.mark.parametrize("words", [(), ("--sources", "/nowhere/at/all")])
def test_without_the_folder_of_sources_the_command_says_how_to_name_it(desk, monkeypatch, capsys, words):
    monkeypatch.setattr("sys.argv", ["policy_kb", "evidence", str(desk.data), *words])
    assert program.main() == 2
    assert "HUIMIN_SOURCES" in capsys.readouterr().err


