"""A file's bytes within limits, and what kind of file they are."""

from __future__ import annotations

import io
import re
import stat
import zipfile
from pathlib import Path

from policy_kb.ingest.model import UnreadableFile

MAX_BYTES = 50 * 1024 * 1024

_TEXT_SUFFIXES = {
    ".txt": "text",
    ".text": "text",
    "": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".shtml": "html",
}
_BINARY_SUFFIXES = {".docx", ".pdf"}
_SUPPORTED = "支持 .txt、.md、.html、.docx、.pdf。"
_ADVICE = {
    "doc": "这是旧版 Word（.doc）文件。请用 Word 或 WPS 打开，另存为 .docx 后再导入。",
    "wps": "这是 WPS 文字（.wps）文件。请用 WPS 打开，另存为 .docx 后再导入。",
    "sheet": "这是电子表格。请把要导入的内容复制到 Word 里另存为 .docx，或另存为网页（.html）后再导入。",
    "slides": "这是演示文稿。请另存为 .pdf 或把文字复制到 .docx 后再导入。",
    "image": "这是图片，里面的字读不出来。请先做文字识别（OCR），核对后存成 .txt 或 .docx 再导入。",
    "ofd": "这是 OFD 版式文件。请用 OFD 阅读器转换成 .pdf 后再导入。",
    "rtf": "这是 RTF 文件。请用 Word 或 WPS 打开，另存为 .docx 后再导入。",
    "odt": "这是 OpenDocument 文件。请另存为 .docx 后再导入。",
    "mht": "这是单个文件网页（.mht）。请另存为“网页，仅 HTML”（.html）后再导入。",
    "archive": "这是压缩包。请解压后逐个导入里面的文件。",
    "locked": "这个文件加了密码。请用密码打开，去掉密码后另存再导入。",
}
_SUFFIXES_OF = {
    "doc": ".doc .dot",
    "wps": ".wps .wpt",
    "sheet": ".et .xls .xlsx .csv",
    "slides": ".ppt .pptx .dps",
    "image": ".jpg .jpeg .png .gif .bmp .tif .tiff .webp .heic",
    "ofd": ".ofd",
    "rtf": ".rtf",
    "odt": ".odt",
    "mht": ".mht .mhtml",
    "archive": ".zip .rar .7z",
}
_BY_SUFFIX = {suffix: kind for kind, suffixes in _SUFFIXES_OF.items() for suffix in suffixes.split()}
_BY_CONTENT = (
    (b"\x89PNG\r\n", "image"), (b"\xff\xd8\xff", "image"), (b"GIF8", "image"), (b"II*\x00", "image"), (b"MM\x00*", "image"),
    (b"{\\rtf", "rtf"), (b"Rar!", "archive"), (b"7z\xbc\xaf", "archive"), (b"\x1f\x8b", "archive"),
)  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML_START = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)[\s>]", re.I | re.S)
_MHT_START = re.compile(rb"\s*(?:from:|mime-version:)", re.I)


def load(path: Path) -> bytes:
    """The bytes of a regular file of at most ``MAX_BYTES``; raises UnreadableFile before reading a larger one."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise UnreadableFile(f"{path.name}：这是文件夹，不是文件。请给出里面的文件。")
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFile(f"{path.name}：不是普通文件，不能导入。")
        if status.st_size > MAX_BYTES:
            size = status.st_size / 1024 / 1024
            raise UnreadableFile(
                f"{path.name}：文件有 {size:.0f} MB，超过 {MAX_BYTES // 1024 // 1024} MB 的上限。"
                "请拆成几个文件，或去掉图片后再导入。"
            )
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise UnreadableFile(f"{path.name}：找不到这个文件。请检查路径。") from None
    except PermissionError:
        raise UnreadableFile(f"{path.name}：没有权限读取。请检查文件权限。") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UnreadableFile(f"{path.name}：读不出来（{reason}）。请检查文件和磁盘。") from None
    if len(data) > MAX_BYTES:
        raise UnreadableFile(f"{path.name}：读取时文件还在变大。请等它写完再导入。")
    if not data.strip(b"\x00\t\n\r \xef\xbb\xbf"):
        raise UnreadableFile(f"{path.name}：文件是空的。请检查是否保存或下载完整。")
    return data


def format_of(name: str, data: bytes) -> str:
    """text | markdown | html | docx | pdf, by what the bytes are before what the name says; else raises UnreadableFile."""
    suffix = Path(name).suffix.lower()
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _zip_format(name, data)
    if data.startswith(_OLE):
        raise UnreadableFile(f"{name}：{_ADVICE[_ole_kind(suffix, data)]}")
    for start, kind in _BY_CONTENT:
        if data.startswith(start):
            raise UnreadableFile(f"{name}：{_ADVICE[kind]}")
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        raise UnreadableFile(f"{name}：{_ADVICE['image']}")
    if _looks_like_html(data):
        return "html"  # “另存为 .doc” of many office systems writes a web page
    if suffix in _TEXT_SUFFIXES:
        return _TEXT_SUFFIXES[suffix]
    if suffix in _BINARY_SUFFIXES:
        raise UnreadableFile(f"{name}：内容不是 {suffix} 文件，可能没有下载完整或改错了后缀。请重新保存后再导入。")
    if _MHT_START.match(data):
        raise UnreadableFile(f"{name}：{_ADVICE['mht']}")
    advice = _ADVICE.get(_BY_SUFFIX.get(suffix, ""), f"不认识这种文件。{_SUPPORTED}")
    raise UnreadableFile(f"{name}：{advice}")


def _looks_like_html(data: bytes) -> bool:
    head = data[:4096].removeprefix(b"\xef\xbb\xbf")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\x00", b"")[2:]
    return bool(_HTML_START.match(head))


def _zip_format(name: str, data: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise UnreadableFile(f"{name}：文件已损坏或没有传完整，打不开。请重新保存或下载后再导入。") from None
    if "word/document.xml" in names:
        return "docx"
    if any(n.startswith("xl/") for n in names):
        kind = "sheet"
    elif any(n.startswith("ppt/") for n in names):
        kind = "slides"
    elif "OFD.xml" in names:
        kind = "ofd"
    elif "content.xml" in names:
        kind = "odt"
    elif "[Content_Types].xml" in names:
        return "docx"  # the main part may have another name; python-docx finds it
    else:
        kind = "archive"
    raise UnreadableFile(f"{name}：{_ADVICE[kind]}")


def _ole_kind(suffix: str, data: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in data:
        return "locked"
    if "Workbook".encode("utf-16-le") in data:
        return "sheet"
    if "PowerPoint Document".encode("utf-16-le") in data:
        return "slides"
    return _BY_SUFFIX.get(suffix, "doc") if suffix != ".docx" else "doc"
