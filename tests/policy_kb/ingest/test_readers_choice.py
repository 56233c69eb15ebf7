"""Which reader reads a file, and which files are refused with advice."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from extract_checks import texts

from policy_kb.ingest.model import UnreadableFile
from policy_kb.ingest.readers import extract, files

PAGE = "<!DOCTYPE html><html><body><p>每月补贴三百元整。</p></body></html>"


def _refusal(path: Path) -> str:
    with pytest.raises(UnreadableFile) as refused:
        extract(path)
    assert str(refused.value).startswith(path.name)
    return str(refused.value)


@pytest.mark.parametrize("name", ["a.html", "a.htm", "a.txt", "a.doc", "A.HTML"])
def test_a_web_page_is_read_as_one_whatever_it_is_called(tmp_path, name):
    file = tmp_path / name
    file.write_text(PAGE, encoding="utf-8")
    assert texts(extract(file)) == ["每月补贴三百元整。"]


@pytest.mark.parametrize("name", ["a.md", "a.markdown", "a.MD"])
def test_markdown_is_chosen_by_its_suffix(tmp_path, name):
    file = tmp_path / name
    file.write_text("# 办法\n", encoding="utf-8")
    assert extract(file).lines[0].kind == "heading"


def test_a_txt_that_is_a_pdf_is_read_as_a_pdf(tmp_path):
    file = tmp_path / "a.txt"
    file.write_bytes(b"%PDF-1.4 broken")
    assert "PDF 已损坏" in _refusal(file)


def test_a_docx_that_is_text_is_refused_for_what_it_is(tmp_path):
    file = tmp_path / "a.docx"
    file.write_text("第一条", encoding="utf-8")
    assert "不是 .docx" in _refusal(file)


@pytest.mark.parametrize(
    ("name", "data", "advice"),
    [
        ("通知.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"WordDocument\0" * 50, "另存为 .docx"),
        ("通知.wps", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 50 + b"x", "用 WPS 打开，另存为 .docx"),
        ("表.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), "电子表格"),
        ("密.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        ("图.txt", b"\x89PNG\r\n\x1a\n0000", "OCR"),
        ("图.jpg", b"\xff\xd8\xff\xe0", "OCR"),
        ("a.rtf", b"{\\rtf1 x}", "另存为 .docx"),
        ("a.rar", b"Rar!\x1a\x07", "解压"),
        ("a.xyz", b"abc", "支持 .txt"),
        ("a.csv", "甲,1".encode(), "电子表格"),
        ("a.docx", b"PK\x03\x04 not really", "损坏"),
    ],
)
def test_other_formats_are_refused_with_what_to_save_as(tmp_path, name, data, advice):
    file = tmp_path / name
    file.write_bytes(data)
    assert advice in _refusal(file)


@pytest.mark.parametrize(
    ("member", "advice"), [("xl/workbook.xml", "电子表格"), ("ppt/x.xml", "演示文稿"), ("OFD.xml", "OFD"), ("a", "压缩包")]
)
def test_other_zip_formats_are_told_apart(tmp_path, member, advice):
    file = tmp_path / "a.docx"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(member, "x")
    assert advice in _refusal(file)


def test_a_file_over_the_limit_is_refused_without_reading_it(tmp_path, monkeypatch):
    file = tmp_path / "大.txt"
    with file.open("wb") as out:
        out.truncate(100 * 1024 * 1024)
    monkeypatch.setattr(Path, "open", lambda *a, **k: pytest.fail("the file was opened"))
    assert "100 MB" in _refusal(file)


def test_a_file_that_grows_while_it_is_read_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "a.txt"
    file.write_text("一二三", encoding="utf-8")
    monkeypatch.setattr(Path, "open", lambda *a, **k: io.BytesIO(b"x" * (files.MAX_BYTES + 5)))
    assert "变大" in _refusal(file)


@pytest.mark.parametrize("data", [b"", b" \n\r\n\t", b"\xef\xbb\xbf\n", b"\x00" * 2000])
def test_empty_files_are_refused(tmp_path, data):
    file = tmp_path / "空.txt"
    file.write_bytes(data)
    assert "空的" in _refusal(file)


def test_folders_and_missing_files_are_refused(tmp_path):
    assert "文件夹" in _refusal(tmp_path)
    assert "找不到" in _refusal(tmp_path / "没有.txt")


def test_a_file_one_may_not_read_is_refused(tmp_path, monkeypatch):
    file = tmp_path / "a.txt"
    file.write_text("一", encoding="utf-8")

    def denied(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    assert "没有权限" in _refusal(file)


@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html"])
def test_a_file_with_nothing_to_read_is_refused(tmp_path, name):
    file = tmp_path / name
    file.write_text("<!-- 只有注释 -->\n" if name != "a.txt" else "\u200b\u200b", encoding="utf-8")
    assert _refusal(file)
