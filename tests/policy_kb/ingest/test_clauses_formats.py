"""The same document gives the same clauses as text, Markdown, a web page and a Word file."""

from __future__ import annotations

from pathlib import Path

import pytest
from clause_help import at, only, paths, read, said, vanished

from policy_kb.ingest import SourceFile, UnreadableFile, read_source
from policy_kb.ingest.readers import extract

TITLE = "重庆市綦江区人民政府关于发放高龄津贴的通知"
LINES = [
    "綦府〔2023〕5号", "各镇人民政府，各街道办事处：", "为做好高龄津贴发放工作，现通知如下。", "一、发放标准", "标准见下表。", "二、办理程序",
    "（一）向村委会申请。", "（二）镇政府审核。", "重庆市綦江区人民政府", "2023年3月1日",
]  # fmt: skip
ROWS = [["年龄", "标准（元/月）"], ["80—89周岁", "50"], ["90—99周岁", "100"]]


def as_markdown(folder: Path) -> SourceFile:
    table = ["| " + " | ".join(r) + " |" for r in ROWS]
    table.insert(1, "| --- | --- |")
    parts = [f"# {TITLE}", *LINES[:5], "\n".join(table), *LINES[5:]]
    return read(folder, "\n\n".join(parts), "通知.md")


def as_webpage(folder: Path) -> SourceFile:
    table = "<table>" + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in r) + "</tr>" for r in ROWS) + "</table>"
    body = "".join(f"<p>{x}</p>" for x in LINES[:5]) + table + "".join(f"<p>{x}</p>" for x in LINES[5:])
    page = f'<html><head><meta charset="utf-8"><title>{TITLE}</title></head><body><nav>首页 > 政策</nav><div class="article"><h1>{TITLE}</h1>{body}</div><footer>版权所有</footer></body></html>'
    return read(folder, page, "通知.html")


def as_word(folder: Path) -> SourceFile:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    for text in (TITLE, *LINES[:5]):
        document.add_paragraph(text)
    table = document.add_table(len(ROWS), 2)
    for r, row in enumerate(ROWS):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
    for text in LINES[5:]:
        document.add_paragraph(text)
    path = folder / "通知.docx"
    document.save(str(path))
    return read_source(path)


@pytest.mark.parametrize("as_file", [as_markdown, as_webpage, as_word])
def test_a_notice_reads_the_same_in_every_format(tmp_path: Path, as_file) -> None:  # type: ignore[no-untyped-def]
    file: SourceFile = as_file(tmp_path)
    document = only(file)
    assert paths(document) == [
        "文号", "主送", "引言", "一", "一·表·表头", "一·表·第1行", "一·表·第2行", "二·（一）", "二·（二）", "落款·第1段", "落款·第2段",
    ]  # fmt: skip
    assert said(document)["一·表·第2行"] == "年龄：90—99周岁；标准（元/月）：100"
    assert at(document, "二·（二）").headings == ("二、办理程序",)
    found = document.metadata
    assert (found.title, found.issuer, found.number) == (TITLE, "重庆市綦江区人民政府", "綦府〔2023〕5号")
    assert (str(found.published), found.region, found.kind) == ("2023-03-01", "500110", "notice")
    assert vanished(extract(tmp_path / file.name), file) == []


def test_a_file_is_known_by_the_hash_of_its_bytes(tmp_path: Path) -> None:
    import hashlib

    file = read(tmp_path, "一、标准\n每月800元。\n")
    assert file.sha256 == hashlib.sha256((tmp_path / file.name).read_bytes()).hexdigest()


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        read_source(tmp_path / "没有.txt")
