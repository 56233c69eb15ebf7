"""Bytes into Chinese text, or a refusal: a wrong character may be a wrong figure."""

from __future__ import annotations

import codecs
import re

from policy_kb.ingest.model import UnreadableFile

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
BROKEN = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd\ufffe\uffff\ue000-\uf8ff\ud800-\udfff]")
_IDEOGRAPH = re.compile("[\u3400-\u9fff]")
_TWO_BYTES = re.compile("[\x80-\u07ff]")
_SAMPLE = 20_000  # characters looked at where a whole file would tell no more
_FEW = 20  # ideographs: below this a share says nothing
_COMMON_SHARE = 0.6  # of ideographs in GB 2312 level 1: above 0.95 in real text, about 0.2 in text decoded wrongly
_SAVE_AS = "请用原来的编辑器打开，另存为 UTF-8 编码的文本后再导入。"


def decode(data: bytes, name: str, declared: str | None = None) -> str:
    """The text of ``data`` with ``\\n`` line ends: by byte order mark, else UTF-8, else ``declared``, else GB 18030.

    Raises UnreadableFile where no encoding gives believable Chinese text.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _checked(_strictly(data[len(bom) :], encoding, name), name)
    try:
        text = data.decode("utf-8")
        return _checked(_short_gbk(data, text) or text, name)
    except UnicodeDecodeError as error:
        broken = error
    for encoding in filter(None, (_known(declared), "gb18030")):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "gb18030" or _common_enough(text):
            return _checked(text, name)
    if _mostly_utf8(data):
        line = data.count(b"\n", 0, broken.start) + 1
        raise UnreadableFile(f"{name}：第 {line} 行有读不出的字节，文件可能没有传完或已损坏。{_SAVE_AS}")
    raise UnreadableFile(f"{name}：不是 UTF-8，也不是 GB18030（GBK）编码的中文，读出来会是乱码。{_SAVE_AS}")


def _strictly(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableFile(f"{name}：文件头说是 {encoding.upper()} 编码，内容却不是，文件可能已损坏。{_SAVE_AS}") from None


def _short_gbk(data: bytes, text: str) -> str | None:
    """The Chinese of a few GBK bytes that happen to be UTF-8 for some other script: 元 is also U+052A."""
    foreign = len(_TWO_BYTES.findall(text))
    if not foreign or foreign < 0.3 * len(text) or _IDEOGRAPH.search(text):
        return None
    try:
        chinese = data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    return chinese if _IDEOGRAPH.search(chinese) and _common_enough(chinese) else None


def _known(encoding: str | None) -> str | None:
    """The encoding a file declares, where Python knows it; GB 2312 and GBK are read as their superset."""
    try:
        found = codecs.lookup((encoding or "").strip().strip("\"'")).name
    except (LookupError, ValueError):
        return None
    if found in ("gb2312", "gbk", "hz", "gb18030"):
        return "gb18030"
    return found if found in ("big5", "big5hkscs", "cp950") else None


def _checked(text: str, name: str) -> str:
    broken = len(BROKEN.findall(text))
    if broken > max(3, len(text) * 0.002):
        raise UnreadableFile(f"{name}：有 {broken} 个乱码或控制字符，不是正常的文本。{_SAVE_AS}")
    if _twice_decoded(text[:_SAMPLE]):
        raise UnreadableFile(f"{name}：内容是乱码（UTF-8 文字曾被当作 GBK 打开后保存）。请找到原文件重新导入。")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _common_enough(text: str) -> bool:
    ideographs = _IDEOGRAPH.findall(text[:_SAMPLE])
    common = sum(1 for c in ideographs if 0xB0 <= c.encode("gb18030")[0] <= 0xD7 and c.encode("gb18030")[1] >= 0xA1)
    odd = len(BROKEN.findall(text[:_SAMPLE]))
    if len(ideographs) < _FEW:
        return common == len(ideographs) and not odd
    return common >= _COMMON_SHARE * len(ideographs) and odd <= len(ideographs) * 0.01


def _twice_decoded(text: str) -> bool:
    """UTF-8 bytes that were read as GBK and saved again: the way back gives UTF-8, which real Chinese never does."""
    undone = lines = 0
    for line in text.split("\n"):
        ideographs = len(_IDEOGRAPH.findall(line))
        if ideographs >= _FEW:
            kept = line.encode("gb18030", errors="ignore").decode("utf-8", errors="ignore")
            undone += len(_IDEOGRAPH.findall(kept)) > 0.4 * ideographs
            lines += 1
    return undone > lines / 2


def _mostly_utf8(data: bytes) -> bool:
    readable = data[:200_000].decode("utf-8", errors="replace")
    return readable.count("\ufffd") < max(3, len(readable) * 0.01) and len(_IDEOGRAPH.findall(readable)) > 0
