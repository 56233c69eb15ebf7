"""The text of one Word paragraph as it is read: insertions in, deletions and hidden text out."""

from __future__ import annotations

from dataclasses import dataclass, field

from docx.oxml.ns import nsmap, qn
from lxml.etree import _Element as XmlElement

from policy_kb.ingest.readers.superscript import raised

DELETED = "修订中删去的文字"
STRUCK = "删去的文字"
HIDDEN = "隐藏内容"
PICTURE = "图片"
OBJECT = "嵌入对象"

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DRAWING = f"{{{nsmap['wp']}}}docPr"
_VML_TEXT = "{urn:schemas-microsoft-com:vml}textpath"
_SYMBOLS = {0xF0FE: "☑", 0xF052: "☑", 0xF053: "☒", 0xF0FD: "☒", 0xF0A8: "□", 0xF06F: "□", 0xF0A3: "□", 0xF071: "□", 0xF0FC: "√"}
_PLAIN = {qn("w:tab"): " ", qn("w:ptab"): " ", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-", qn("w:softHyphen"): ""}
_SKIPPED = {
    qn(n) for n in ("w:pPr", "w:rPr", "w:instrText", "w:delInstrText", "w:rt", "w:sdtPr", "w:sdtEndPr", "w:proofErr", "w:tblPr")
} | {f"{_MATH}{n}" for n in ("fPr", "rPr", "ctrlPr", "oMathParaPr", "sSupPr", "sSubPr")}


@dataclass
class ParagraphText:
    """What a paragraph says, and what in it is no part of its line."""

    text: str = ""
    dropped: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[XmlElement] = field(default_factory=list)  # contents of text boxes
    footnotes: list[tuple[str, str]] = field(default_factory=list)  # footnote | endnote, id


def read_paragraph(paragraph: XmlElement) -> ParagraphText:
    """The paragraph's text; line breaks as ``\\n``."""
    found = ParagraphText()
    found.text = "".join(_inside(child, found) for child in paragraph)
    return found


def is_on(properties: XmlElement | None, name: str) -> bool:
    """Whether a switch such as w:vanish is set in these properties."""
    switch = properties.find(qn(name)) if properties is not None else None
    return switch is not None and switch.get(qn("w:val"), "true") not in ("0", "false", "off", "none")


def deleted_text(element: XmlElement) -> str:
    """All words below, deleted ones too."""
    return "".join(t.text or "" for t in element.iter(qn("w:t"), qn("w:delText")))


def _inside(element: XmlElement, found: ParagraphText) -> str:
    tag = element.tag
    if not isinstance(tag, str) or tag in _SKIPPED:
        return ""
    if tag in (qn("w:t"), f"{_MATH}t"):
        return element.text or ""
    if tag in _PLAIN:
        return _PLAIN[tag]
    if tag == qn("w:br"):
        return "" if element.get(qn("w:type")) in ("page", "column") else "\n"
    if tag in (qn("w:del"), qn("w:moveFrom")):
        return _left_out(deleted_text(element), DELETED, found)
    if tag == qn("w:r"):
        return _run(element, found)
    if tag == qn("w:txbxContent"):
        found.boxes.append(element)
        return ""
    if tag == f"{_COMPATIBLE}AlternateContent":
        choice = next(iter(element), None)  # the same again in older markup follows
        return _all(choice, found) if choice is not None else ""
    if tag == qn("w:sym"):
        return _symbol(element)
    if tag in (qn("w:footnoteReference"), qn("w:endnoteReference")):
        found.footnotes.append(("footnote" if "footnote" in tag else "endnote", element.get(qn("w:id"), "")))
        return ""
    if tag == f"{_MATH}f":
        above, below = (_all(part, found) if (part := element.find(f"{_MATH}{n}")) is not None else "" for n in ("num", "den"))
        return f"({above})/({below})" if len(above) > 1 or len(below) > 1 else f"{above}/{below}"
    if tag == f"{_MATH}sup":
        return raised(_all(element, found))
    if tag == qn("w:drawing") or tag == qn("w:pict") or tag == qn("w:object"):
        return _picture(element, found)
    return _all(element, found)


def _all(element: XmlElement, found: ParagraphText) -> str:
    return "".join(_inside(child, found) for child in element)


def _run(run: XmlElement, found: ParagraphText) -> str:
    properties = run.find(qn("w:rPr"))
    text = _all(run, found)
    if is_on(properties, "w:vanish"):
        return _left_out(text, HIDDEN, found)
    if is_on(properties, "w:strike") or is_on(properties, "w:dstrike"):
        return _left_out(text, STRUCK, found)
    raise_ = properties.find(qn("w:vertAlign")) if properties is not None else None
    if raise_ is not None and raise_.get(qn("w:val")) == "superscript":
        return raised(text)
    return text


def _left_out(text: str, reason: str, found: ParagraphText) -> str:
    if text.strip():
        found.dropped.append((text, reason))
    return ""


def _symbol(element: XmlElement) -> str:
    try:
        code = int(element.get(qn("w:char"), "0"), 16)
    except ValueError:
        return ""
    return _SYMBOLS.get(code, "" if 0xE000 <= code <= 0xF8FF or not 0x20 <= code < 0xD800 else chr(code))


def _picture(element: XmlElement, found: ParagraphText) -> str:
    before = len(found.boxes)
    text = _all(element, found)
    words = [w.get("string", "") for w in element.iter(_VML_TEXT)]  # word art
    if not text and not any(words) and len(found.boxes) == before:
        names = [d.get("descr") or d.get("name") or "" for d in element.iter(_DRAWING)]
        kind = OBJECT if element.tag == qn("w:object") else PICTURE
        found.dropped.append((next((n for n in names if n), kind), kind))
    return text + " ".join(words)
