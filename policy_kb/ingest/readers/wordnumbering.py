"""Word's automatic numbers, which are nowhere in a document's text: 第一条, （二）, 1.2."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from docx.oxml.ns import qn
from lxml.etree import _Element as XmlElement

from policy_kb.ingest.readers.numerals import written

LEVELS = 9
_NO_SPACE_AFTER = "、）)．】〕》"


@dataclass
class Styles:
    """The styles of a document, each with what it inherits."""

    elements: dict[str, XmlElement] = field(default_factory=dict)
    default: str = ""

    @classmethod
    def of(cls, root: XmlElement | None) -> Styles:
        """The paragraph and numbering styles under <w:styles>."""
        found = cls()
        for style in root.findall(qn("w:style")) if root is not None else ():
            identity = style.get(qn("w:styleId"), "")
            found.elements[identity] = style
            if style.get(qn("w:type")) == "paragraph" and style.get(qn("w:default")) in ("1", "true"):
                found.default = identity
        return found

    def name(self, identity: str) -> str:
        """Its name in lower case: heading 1, title, toc 2."""
        style = self.elements.get(identity)
        name = style.find(qn("w:name")) if style is not None else None
        return (name.get(qn("w:val"), "") if name is not None else identity).lower()

    def chain(self, identity: str) -> list[tuple[str, XmlElement]]:
        """The style and those it is based on, nearest first, as (id, w:pPr)."""
        found: list[tuple[str, XmlElement]] = []
        seen: set[str] = set()
        while identity in self.elements and identity not in seen:
            seen.add(identity)
            style = self.elements[identity]
            properties = style.find(qn("w:pPr"))
            if properties is not None:
                found.append((identity, properties))
            based = style.find(qn("w:basedOn"))
            identity = based.get(qn("w:val"), "") if based is not None else ""
        return found


@dataclass
class _Level:
    start: int
    form: str
    text: str
    legal: bool
    restart: int | None
    style: str
    gap: str

    @classmethod
    def of(cls, element: XmlElement) -> _Level:
        restart = _value(element, "w:lvlRestart")
        legal = element.find(qn("w:isLgl"))
        return cls(
            start=_number(_value(element, "w:start"), 0),
            form=_value(element, "w:numFmt") or "decimal",
            text=_value(element, "w:lvlText") or "",
            legal=legal is not None and legal.get(qn("w:val"), "1") not in ("0", "false"),
            restart=_number(restart, 0) if restart is not None else None,
            style=_value(element, "w:pStyle") or "",
            gap=_value(element, "w:suff") or "tab",
        )


class Numbering:
    """Counts through a document; ask it once for each paragraph, in order."""

    def __init__(self, root: XmlElement | None, styles: Styles) -> None:
        self._styles = styles
        self._abstract: dict[str, XmlElement] = {}
        self._nums: dict[str, XmlElement] = {}
        for element in root if root is not None else ():
            if element.tag == qn("w:abstractNum"):
                self._abstract[element.get(qn("w:abstractNumId"), "")] = element
            elif element.tag == qn("w:num"):
                self._nums[element.get(qn("w:numId"), "")] = element
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counts: dict[str, list[int | None]] = {}
        self._begun: set[str] = set()

    def marker(self, properties: XmlElement | None, style: str) -> str:
        """The number Word shows before a paragraph with these properties, with the gap after it; empty for bullets and none."""
        number, level = self._effective(properties, style)
        if not number or number not in self._nums:
            return ""
        levels = self._levels_of(number)
        if level not in levels:
            return ""
        counts = self._count(number, level, levels)
        this = levels[level]
        if this.form in ("bullet", "none"):
            return ""

        def fill(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            if at not in levels:
                return ""
            count = counts[at]
            form = "decimal" if this.legal else levels[at].form
            return written(count if count is not None else levels[at].start, form)

        text = re.sub(r"%([1-9])", fill, this.text).strip()
        if not text:
            return ""
        # a number set against a digit would read as another figure: “1.” + “5万元”
        return text if text[-1] in _NO_SPACE_AFTER else text + " "

    def _effective(self, properties: XmlElement | None, style: str) -> tuple[str, int]:
        own = properties.find(qn("w:numPr")) if properties is not None else None
        number = _value(own, "w:numId") if own is not None else None
        level = _value(own, "w:ilvl") if own is not None else None
        if number is None:
            for identity, inherited in self._styles.chain(style or self._styles.default):
                given = inherited.find(qn("w:numPr"))
                number = _value(given, "w:numId") if given is not None else None
                if number is not None:
                    level = level or _value(given, "w:ilvl") or self._level_of_style(number, identity)
                    break
        if not number or number == "0":
            return "", 0
        return number, min(max(_number(level, 0), 0), LEVELS - 1)

    def _level_of_style(self, number: str, style: str) -> str:
        levels = self._levels_of(number) if number in self._nums else {}
        return str(next((i for i, level in levels.items() if level.style == style), 0))

    def _abstract_id(self, number: str) -> str:
        """The list a number belongs to, through a list style where it names one."""
        for _ in range(LEVELS):
            identity = _value(self._nums[number], "w:abstractNumId") or ""
            abstract = self._abstract.get(identity)
            link = _value(abstract, "w:numStyleLink") if abstract is not None else None
            if not link:
                return identity
            target = next((_value(p.find(qn("w:numPr")), "w:numId") for _, p in self._styles.chain(link)), None)
            if not target or target not in self._nums:
                return identity
            number = target
        return identity

    def _levels_of(self, number: str) -> dict[int, _Level]:
        if number not in self._levels:
            levels: dict[int, _Level] = {}
            abstract = self._abstract.get(self._abstract_id(number))
            for element in abstract.findall(qn("w:lvl")) if abstract is not None else ():
                levels[_number(element.get(qn("w:ilvl")), 0)] = _Level.of(element)
            for override in self._nums[number].findall(qn("w:lvlOverride")):
                at = _number(override.get(qn("w:ilvl")), 0)
                given = override.find(qn("w:lvl"))
                if given is not None:
                    levels[at] = _Level.of(given)
                start = _value(override, "w:startOverride")
                if start is not None and at in levels:
                    levels[at].start = _number(start, levels[at].start)
            self._levels[number] = levels
        return self._levels[number]

    def _count(self, number: str, level: int, levels: dict[int, _Level]) -> list[int | None]:
        counts = self._counts.setdefault(self._abstract_id(number), [None] * LEVELS)
        if number not in self._begun:
            self._begun.add(number)
            for override in self._nums[number].findall(qn("w:lvlOverride")):
                if override.find(qn("w:startOverride")) is not None:
                    counts[min(_number(override.get(qn("w:ilvl")), 0), LEVELS - 1)] = None
        here = counts[level]
        counts[level] = levels[level].start if here is None else here + 1
        for above in range(level):
            if counts[above] is None and above in levels:
                counts[above] = levels[above].start
        for below in range(level + 1, LEVELS):
            restart = levels[below].restart if below in levels else None
            if restart is None or level < restart:
                counts[below] = None
        return counts


def _value(parent: XmlElement | None, name: str) -> str | None:
    child = parent.find(qn(name)) if parent is not None else None
    return child.get(qn("w:val")) if child is not None else None


def _number(text: str | None, default: int) -> int:
    return int(text) if text and re.fullmatch(r"-?\d{1,6}", text) else default
